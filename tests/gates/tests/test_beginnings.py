"""What an object that import-time code puts into a global means for tests that import the module and never use the global."""

import pytest

from edits import affected

# Who uses the object, and who only imports the module.
TESTS = {
    "used": "import pkg\n\n\ndef test():\n    assert pkg.PLAIN('1') == 1\n",
    "imported": "import pkg\n\n\ndef test():\n    assert pkg.other(1) == 1\n",
}
# Who is seen to run the method, so that it is not for want of any that others count.
MAKES = {"makes": "import pkg\n\n\ndef test():\n    assert pkg.Kind().step() == 1\n"}
OTHER = "\n\ndef other(value):\n    return value\n"


KIND = """
class Base:
    def __call__(self, value):
        return self.convert(value)


class Kind(Base):
    def __init__(self):
        self.name = self.named()

    def named(self):
        return "kind"

    def convert(self, value):
        return int(value)
"""


@pytest.mark.parametrize(
    "made",
    [
        pytest.param("PLAIN = Kind()\n", id="by itself"),
        pytest.param("PLAIN: Base = Kind()\n", id="with an annotation"),
        pytest.param("PLAIN, SECOND = Kind(), Kind()\n", id="one of several"),
        pytest.param("ALL = {'plain': Kind(), 'more': [Kind()]}\nPLAIN = ALL['plain']\n", id="in a dictionary and a list"),
    ],
)  # fmt: skip
def test_what_an_object_can_do_matters_to_who_uses_it(made: str) -> None:
    tests = (
        TESTS | {"used": TESTS["used"].replace("PLAIN(", "ALL['plain'](")}
        if "ALL" in made
        else TESTS
    )
    source = KIND + "\n\n" + made.replace("PLAIN = ALL['plain']\n", "") + OTHER
    assert affected(source, "int(value)", "int(value, 16)", tests) == {"used"}
    assert affected(source, "self.convert(value)", "self.convert(value) + 1", tests) == {"used"}


def test_what_runs_while_the_object_is_made_matters_to_all_who_import_the_module() -> None:
    source = f"{KIND}\n\nPLAIN = Kind()\n{OTHER}"
    assert affected(source, "self.named()", "self.called()", TESTS) == {"used", "imported"}
    assert affected(source, '"kind"', "1 / 0", TESTS) == {"used", "imported"}
    removed = '    def named(self):\n        return "kind"\n\n'
    assert affected(source, removed, "", TESTS) == {"used", "imported"}


@pytest.mark.parametrize(
    ("classes", "made"),
    [
        pytest.param("ALL = []\n\n\nclass Kind:\n    def __init__(self):\n        ALL.append(self)\n", "PLAIN = Kind()\n", id="it enters itself into a list"),
        pytest.param("ALL = []\n\n\nclass Base:\n    def add(self):\n        ALL.append(self)\n\n\nclass Kind(Base):\n    def __init__(self):\n        self.add()\n", "PLAIN = Kind()\n", id="a method of its base does so"),
        pytest.param("ALL = []\n\n\nclass Kind:\n    def __init__(self):\n        (lambda: ALL.append(self))()\n", "PLAIN = Kind()\n", id="a function inside does so"),
        pytest.param("ALL = []\n\n\nclass Kind:\n    def __init__(this):\n        ALL.append(this)\n", "PLAIN = Kind()\n", id="its own object is called otherwise"),
        pytest.param("ALL = []\n\n\nclass Kind:\n    def __new__(cls):\n        new = super().__new__(cls)\n        ALL.append(new)\n        return new\n", "PLAIN = Kind()\n", id="__new__ hands it out"),
        pytest.param("ALL = []\n\n\nclass Field:\n    def __set__(self, instance, value):\n        ALL.append(instance)\n\n\nclass Kind:\n    name = Field()\n\n    def __init__(self):\n        self.name = 1\n", "PLAIN = Kind()\n", id="a descriptor hands it out"),
        pytest.param("import logging\n\n\nclass Kind(logging.Handler):\n    pass\n", "PLAIN = Kind()\nALL = logging.root.handlers\n", id="its base is not the project's"),
        pytest.param("from outside import kept\n\nALL = []\n\n\n@kept\nclass Kind:\n    pass\n", "PLAIN = Kind()\n", id="a decorator may keep it"),
        pytest.param("class Meta(type):\n    def __call__(cls):\n        ALL.append(super().__call__())\n        return ALL[0]\n\n\nALL = []\n\n\nclass Kind(metaclass=Meta):\n    pass\n", "PLAIN = Kind()\n", id="a metaclass keeps it"),
        pytest.param("class Kind:\n    pass\n", "ALL = []\nPLAIN = Kind()\nALL.append(PLAIN)\n", id="the module hands it on"),
        pytest.param("ALL = []\n\n\ndef keep(value):\n    ALL.append(value)\n\n\nclass Kind:\n    pass\n", "PLAIN = keep(Kind())\n", id="a call gets it"),
    ],
)  # fmt: skip
def test_an_object_that_may_get_elsewhere_while_it_is_made_is_used_by_others(
    classes: str, made: str
) -> None:
    step = "\n    def step(self):\n        return 1\n\n"
    before, dot, after = classes.rpartition("class Kind")
    body = f"{after.rstrip()}\n{step}".replace("    pass\n", "    size = 1\n")
    source = f"{before}{dot}{body}\n{made}{OTHER}"
    tests = {"all": "import pkg\n\n\ndef test():\n    assert pkg.ALL[0].step() == 1\n"} | MAKES
    assert affected(source, "return 1\n\n", "return 2\n\n", tests) == {"all", "makes"}


@pytest.mark.parametrize(
    ("method", "made"),
    [
        pytest.param("def __or__(self, other):", "PLAIN = Kind() | Kind()\n", id="an operator"),
        pytest.param("def __hash__(self):", "PLAIN = {Kind()}\n", id="an element of a set"),
        pytest.param("def __hash__(self):", "PLAIN = {Kind(): 1}\n", id="a key"),
        pytest.param("def __bool__(self):", "PLAIN = Kind() or Kind()\n", id="a condition"),
        pytest.param("def step(self):", "PLAIN = Kind().step()\n", id="a method of it"),
        pytest.param("def __iter__(self):", "PLAIN = [*Kind()]\n", id="what goes through it"),
        pytest.param("def __getitem__(self, key):", "PLAIN = Kind()[0]\n", id="an item of it"),
        pytest.param("def step(self):", "PLAIN = Kind()\nPLAIN.step()\n", id="a later statement"),
        pytest.param("def __post_init__(self):", "PLAIN = Kind()\n", id="a dataclass"),
        pytest.param("count = field()\n\n    @count.default\n    def step(self):", "PLAIN = Kind()\n", id="a default by attrs"),
    ],
)  # fmt: skip
def test_what_the_import_itself_does_with_the_object_matters_to_all(method: str, made: str) -> None:
    decorators = {"__post_init__": "@dataclass\n", "@count.default": "@define\n"}
    decorator = next((line for name, line in decorators.items() if name in method), "")
    source = (
        f"from attrs import define, field\nfrom dataclasses import dataclass\n\n\n{decorator}class Kind:\n    {method}\n"
        f"        return 1\n\n\n{made}{OTHER}"
    )
    tests = {"imported": TESTS["imported"]} | MAKES
    assert affected(source, "return 1", "return 1 / 0", tests) == {"imported", "makes"}


def test_a_class_that_is_gone_matters_to_all_who_import_the_module_that_makes_an_object_of_it() -> (
    None
):
    source = f"{KIND}\n\nPLAIN = Kind()\n{OTHER}"
    assert affected(source, "class Kind(Base):", "class Sort(Base):", TESTS) == {"used", "imported"}
    assert affected(source, "class Kind(Base):", "class Kind:", TESTS) == {"used", "imported"}

"""What counts as a use of a definition although no call of it is written down, and what does not."""

import pytest

from fakes import change
from hunkgate.gates.tests import selection
from hunkgate.gates.tests.facts import NoStore
from hunkgate.gates.tests.settings import TestSettings

PYPROJECT = "[tool.pytest.ini_options]\ntestpaths = ['tests']\npythonpath = ['src']\n"


def affected(files: dict[str, str], path: str, before: str, after: str) -> set[str]:
    """The test files that a change of one of these files chooses."""
    tree = {name: text.encode() for name, text in {"pyproject.toml": PYPROJECT, **files}.items()}
    assert before in files[path]
    head = tree | {path: files[path].replace(before, after, 1).encode()}
    answer = selection.select(change(tree, head), TestSettings(), NoStore())
    return {one.path.removeprefix("tests/") for one in answer.files}


def uses(line: str) -> str:
    return f"import pkg\n\n\ndef test():\n    {line}\n"


OTHER = "\n\ndef other():\n    return 3\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param("class A:\n    def step(self):\n        return 1\n\n    __next__ = step\n", "next(pkg.A())", id="a method under a second name"),
        pytest.param("class A:\n    class Part:\n        def __get__(self, *_):\n            return 1\n\n    size = Part()\n", "pkg.A().size", id="a class inside the class that holds a member of it"),
        pytest.param("import textwrap\n\n\nclass TextWrapper(textwrap.TextWrapper):\n    def _split(self, text):\n        return 1\n", "pkg.TextWrapper().wrap('a')", id="an override of a library's method in a class of the same name"),
        pytest.param("import click\n\n\n@click.group()\ndef main():\n    pass\n\n\n@main.command()\ndef run(name):\n    print(show(name))\n    return 1\n\n\ndef show(name):\n    return name\n", "invoke(pkg.main, ['run'])", id="a command of a group"),
        pytest.param("def __getattr__(name):\n    return 1\n\n\nvalue = 2\n", "from pkg import value", id="a name imported from a module that answers on demand"),
    ],
)  # fmt: skip
def test_what_is_used_without_being_called_by_name(source: str, line: str) -> None:
    files = {
        "src/pkg.py": source + OTHER,
        "tests/test_a.py": uses(line),
        "tests/test_b.py": "from pkg2 import other\n\n\ndef test():\n    assert other()\n",
        "src/pkg2.py": OTHER,
    }
    assert affected(files, "src/pkg.py", "return 1", "return 2") == {"test_a.py"}


def test_a_module_that_a_test_file_binds_is_asked_for_names_by_pytest() -> None:
    files = {
        "src/pkg.py": "def __getattr__(name):\n    return 1\n",
        "tests/test_a.py": "import pkg\n\n\ndef test():\n    assert pkg\n",
        "tests/test_b.py": "def test():\n    assert True\n",
    }
    assert affected(files, "src/pkg.py", "return 1", "return 2") == {"test_a.py"}


@pytest.mark.parametrize(
    ("package", "config"),
    [
        pytest.param("pluggy", "", id="a library that pytest is built on"),
        pytest.param("packaging", "minversion = '8'\n", id="a library that pytest reads a setting with"),
        pytest.param("execnet", "[dependency-groups]\ntest = ['pytest-xdist>=3']\n", id="a library that a named plugin is built on"),
    ],
)  # fmt: skip
def test_what_pytest_is_built_on_reaches_every_test(package: str, config: str) -> None:
    files = {
        "pyproject.toml": PYPROJECT + config,
        f"src/{package}/__init__.py": "def run():\n    return _inner()\n\n\ndef _inner():\n    return 1\n\n\ndef _unused():\n    return 5\n",
        "src/own/__init__.py": "def run():\n    return 1\n",
        "tests/test_a.py": "def test():\n    assert True\n",
        "tests/test_b.py": "import own\n\n\ndef test():\n    assert own.run()\n",
    }
    path = f"src/{package}/__init__.py"
    assert affected(files, path, "return 1", "return 2") == {"test_a.py", "test_b.py"}
    assert affected(files, "src/own/__init__.py", "return 1", "return 2") == {"test_b.py"}


def test_what_pytest_is_built_on_reaches_every_test_of_a_large_tree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selection, "MOST_FILES", 1)
    files = {
        "src/pluggy/__init__.py": "def run():\n    return 1\n",
        "tests/test_a.py": "def test():\n    assert True\n",
    }
    assert affected(files, "src/pluggy/__init__.py", "return 1", "return 2") == {"test_a.py"}


def test_a_library_that_only_an_absent_plugin_needs_is_a_library_like_others() -> None:
    files = {
        "src/execnet.py": "def run():\n    return 1\n",
        "tests/test_a.py": "def test():\n    assert True\n",
        "tests/test_b.py": "import execnet\n\n\ndef test():\n    assert execnet.run()\n",
    }
    assert affected(files, "src/execnet.py", "return 1", "return 2") == {"test_b.py"}


LOADS = "import pkg\n\n\ndef test():\n    assert pkg.used()\n"
NONE = "def test():\n    assert True\n"


def test_a_function_that_nothing_calls_reaches_who_loads_it_whatever_else_changed() -> None:
    files = {
        "src/pkg.py": "def used():\n    return 1\n\n\ndef late():\n    return 1\n",
        "src/user.py": "import pkg\n",
        "tests/test_a.py": LOADS,
        "tests/test_b.py": "import user\n\n\ndef test():\n    assert user\n",
        "tests/test_c.py": NONE,
    }
    source = files["src/pkg.py"]
    both = source.replace("return 1", "return 2")
    assert affected(files, "src/pkg.py", source, both) == {"test_a.py", "test_b.py"}


def test_a_function_that_only_a_script_calls_reaches_no_test() -> None:
    files = {
        "src/pkg.py": "def used():\n    return 1\n\n\ndef late():\n    return 5\n",
        "scripts/run.py": "import pkg\n\npkg.late()\n",
        "tests/test_a.py": LOADS,
        "tests/test_b.py": "import pkg\n\n\ndef test():\n    assert pkg\n",
    }
    source = files["src/pkg.py"]
    both = source.replace("return 1", "return 2").replace("return 5", "return 6")
    assert affected(files, "src/pkg.py", source, both) == {"test_a.py"}


def test_a_function_that_an_uncalled_one_calls_reaches_who_loads_the_uncalled_one() -> None:
    files = {
        "src/pkg.py": "def used():\n    return 1\n\n\ndef late():\n    return 5\n",
        "src/entry.py": "from pkg import late\n\n\ndef main():\n    return late()\n",
        "tests/test_a.py": LOADS,
        "tests/test_b.py": "import pkg\n\n\ndef test():\n    assert pkg\n",
        "tests/test_c.py": "import entry\n\n\ndef test():\n    assert entry\n",
    }
    source = files["src/pkg.py"]
    both = source.replace("return 1", "return 2").replace("return 5", "return 6")
    assert affected(files, "src/pkg.py", source, both) == {"test_a.py", "test_c.py"}


def test_a_removed_function_counts_by_who_called_it() -> None:
    files = {
        "src/pkg.py": "def used():\n    return _late()\n\n\ndef _late():\n    return 5\n",
        "tests/test_a.py": LOADS,
        "tests/test_b.py": "import pkg\n\n\ndef test():\n    assert pkg\n",
    }
    after = "def used():\n    return 6\n"
    assert affected(files, "src/pkg.py", files["src/pkg.py"], after) == {"test_a.py"}


def narrow(source: str, test_a: str, test_b: str, **others: str) -> dict[str, str]:
    return {
        "src/pkg.py": source,
        "src/pkg2.py": OTHER,
        **{f"src/{name}.py": text for name, text in others.items()},
        "tests/test_a.py": f"import pkg\n\n\ndef test():\n    {test_a}\n",
        "tests/test_b.py": f"import pkg\n\n\ndef test():\n    {test_b}\n",
    }


A_METHOD = "class Text:\n    def join(self, other):\n        return 1\n"
ASKED = "class Text(Exception):\n    def __init__(self, x):\n        self.x = fill()\n\n\ndef fill():\n    return 1\n\n\ndef is_text(x):\n    return isinstance(x, (int, Text))\n\n\ndef guarded(x):\n    try:\n        return x\n    except (ValueError, Text):\n        return 3\n\n\ndef annotated(x):\n    y: Text = x\n    return y\n"
UPDATE = "import os\n\n\nclass Text:\n    def update(self):\n        return 1\n\n\ndef fill():\n    os.environ.update(a='1')\n"


@pytest.mark.parametrize(
    ("source", "test_a", "test_b"),
    [
        pytest.param(A_METHOD, "pkg.Text().join('a')", "pkg.Text(), ''.join(['a'])", id="a method of a text that is written down"),
        pytest.param(UPDATE, "pkg.Text().update()", "pkg.Text()\n    found = {}\n    found.update(a=1)", id="a method of a local that is a dictionary"),
        pytest.param(UPDATE, "x = pkg.Text()\n    x.update()", "pkg.Text()\n    pkg.fill()", id="a method of what the standard library has"),
        pytest.param("def shown(request):\n    return 1\n", "pkg.shown(1)", "assert 'shown'", id="a text that is the name of an imported function"),
        pytest.param("STYLES = {'inspect.attr': 1}\n\n\ndef inspect():\n    return 1\n", "pkg.inspect()", "pkg.STYLES", id="a dotted text that names no module"),
        pytest.param("NAME = 'pkg'\n\n\ndef run():\n    return 1\n\n\nif __name__ == '__main__':\n    run()\n", "pkg.run()", "pkg.NAME", id="a package's own name where no program is started"),
        pytest.param("def keep(cls):\n    cls.size = 1\n    return cls\n\n\n@keep\nclass A:\n    def step(self):\n        return 1\n", "pkg.A().step()", "pkg.A()", id="a method of a class that a decorator only alters"),
        pytest.param("class A:\n    def __show__(self):\n        return 1\n\n\ndef show(one):\n    return one.__show__()\n", "pkg.show(pkg.A())", "pkg.A()", id="a method with underscores that the project itself calls"),
        pytest.param("class Base:\n    def __init_subclass__(cls):\n        cls.size = 2\n\n\nclass A(Base):\n    def __init__(self):\n        self.x = make()\n\n\ndef make():\n    return 1\n", "pkg.A()", "pkg.Base", id="a class below one whose hook keeps nothing"),
        pytest.param(ASKED, "pkg.Text(1)", "pkg.is_text(1)", id="a class that isinstance asks about"),
        pytest.param(ASKED, "pkg.Text(1)", "pkg.guarded(1)", id="a class that an except names"),
        pytest.param(ASKED, "pkg.Text(1)", "pkg.annotated(1)", id="a class that a local is annotated with"),
    ],
)  # fmt: skip
def test_what_is_not_meant(source: str, test_a: str, test_b: str) -> None:
    files = narrow(source, test_a, test_b)
    assert affected(files, "src/pkg.py", "return 1", "return 2") == {"test_a.py"}


@pytest.mark.parametrize(
    ("source", "test_b"),
    [
        pytest.param(A_METHOD, "found = {} if pkg else 1\n    found = pkg.Text()\n    found.join('a')", id="a local that is bound a second time"),
        pytest.param(A_METHOD, "found = []\n\n    def fill():\n        nonlocal found\n        found = pkg.Text()\n\n    fill()\n    found.join('a')", id="a local that an inner function binds"),
        pytest.param(A_METHOD, "import sys\n\n    sys.stdout = pkg.Text()\n    sys.stdout.join('a')", id="what a project puts into the standard library"),
        pytest.param("import pytest\n\n\n@pytest.fixture\ndef shown():\n    return 1\n", "from pkg import shown as other\n\n\ndef test_two(other):\n    assert other", id="a fixture under the name of its import"),
        pytest.param("def run():\n    return 1\n\n\nif __name__ == '__main__':\n    run()\n", "import subprocess\n\n    subprocess.run(['python', '-m', 'pkg'])", id="a program that a test starts"),
        pytest.param("import subprocess\n\n\ndef again():\n    subprocess.run(['python', '-m', 'pkg'])\n\n\ndef run():\n    return 1\n\n\nif __name__ == '__main__':\n    run()\n", "pkg.again()", id="a program that a source starts"),
        pytest.param("KEPT = []\n\n\ndef keep(cls):\n    KEPT.append(cls)\n    return cls\n\n\n@keep\nclass A:\n    def step(self):\n        return 1\n", "pkg.KEPT[0]().step()", id="a method of a class that a decorator keeps"),
        pytest.param("class Base:\n    known = {}\n\n    def __init_subclass__(cls):\n        cls.known['a'] = cls\n\n\nclass A(Base):\n    def __init__(self):\n        self.x = make()\n\n\ndef make():\n    return 1\n", "pkg.Base.known['a']()", id="a class that the hook of its base keeps"),
        pytest.param("class Top:\n    known = {}\n\n    def __init_subclass__(cls):\n        cls.known['a'] = cls\n\n\nclass Base(Top):\n    pass\n\n\nclass A(Base):\n    def __init__(self):\n        self.x = make()\n\n\ndef make():\n    return 1\n", "pkg.Top.known['a']()", id="a class that the hook of a base of its base keeps"),
        pytest.param("class A:\n    def __html__(self):\n        return 1\n\n\ndef show(one):\n    return hasattr(one, '__html__')\n", "pkg.A()", id="a method with underscores that other libraries call"),
        pytest.param("class A:\n    def answered(self):\n        return helped()\n\n\ndef helped():\n    return 1\n", "library.ask(pkg.A())", id="a method that nothing names, of an object that is handed out"),
        pytest.param("class Meta(type):\n    def __instancecheck__(cls, other):\n        return 1\n\n\nclass A(metaclass=Meta):\n    pass\n\n\ndef asked(x):\n    return isinstance(x, A)\n", "pkg.asked(1)", id="a class whose metaclass answers isinstance"),
        pytest.param("import abc\n\n\nclass A(abc.ABC):\n    @classmethod\n    def __subclasshook__(cls, other):\n        return 1\n\n\nclass B(A):\n    pass\n\n\ndef asked(x):\n    return isinstance(x, (int, B))\n", "pkg.asked(1)", id="a class above that answers isinstance"),
        pytest.param("class A:\n    def step(self):\n        return 1\n\n\nKINDS = (A,)\n\n\ndef asked(x):\n    return isinstance(x, KINDS) or KINDS[0]().step()\n", "pkg.asked(1)", id="a table of classes that isinstance asks about"),
    ],
)  # fmt: skip
def test_what_is_meant_all_the_same(source: str, test_b: str) -> None:
    files = narrow(source, "assert True", test_b)
    assert "test_b.py" in affected(files, "src/pkg.py", "return 1", "return 2")


OWN = "{head}class A{bases}:\n    def run(self):\n        return self.step()\n\n    def step(self):\n        return 3\n\n\nclass B:\n    def step(self):\n        return 1\n{tail}"


@pytest.mark.parametrize(
    ("head", "bases", "tail"),
    [
        pytest.param("import abc\n\n\n", "(metaclass=abc.ABCMeta)", "", id="an abstract class"),
        pytest.param("class Asked(type):\n    def __instancecheck__(cls, other):\n        return True\n\n\n", "(metaclass=Asked)", "", id="a metaclass that only answers isinstance"),
        pytest.param("", "", "\n\ndef first(cls):\n    return cls.__bases__[0]\n", id="bases that are only looked at"),
        pytest.param("import typing\n\n\n", "(typing.Generic)", "", id="a base of the standard library, beside a folder of its name"),
    ],
)  # fmt: skip
def test_a_class_that_is_still_what_is_written_down(head: str, bases: str, tail: str) -> None:
    source = OWN.format(head=head, bases=bases, tail=tail)
    files = narrow(source, "assert pkg.B().step()", "assert pkg.B and pkg.A().run()")
    files["tests/typing/test_c.py"] = NONE
    assert affected(files, "src/pkg.py", "return 1", "return 2") == {"test_a.py"}


@pytest.mark.parametrize(
    ("head", "bases", "tail"),
    [
        pytest.param("class Maker(type):\n    def __new__(cls, name, bases, body):\n        return type.__new__(cls, name, (B, *bases), {})\n\n\n", "(metaclass=Maker)", "", id="a metaclass that makes another class"),
        pytest.param("", "", "\n\nclass C(A):\n    pass\n\n\nC.__bases__ = (B, A)\n", id="bases that are replaced"),
    ],
)  # fmt: skip
def test_a_class_that_may_be_another_than_is_written_down(head: str, bases: str, tail: str) -> None:
    source = OWN.format(head=head, bases=bases, tail=tail)
    files = narrow(source, "assert True", "assert pkg.B and pkg.A().run()")
    assert "test_b.py" in affected(files, "src/pkg.py", "return 1", "return 2")


def test_a_file_where_imports_begin_stands_before_the_standard_library() -> None:
    files = {
        "src/queue.py": "def run():\n    return 1\n",
        "tests/test_a.py": "import queue\n\n\ndef test():\n    assert queue.run()\n",
        "tests/test_b.py": NONE,
    }
    assert affected(files, "src/queue.py", "return 1", "return 2") == {"test_a.py"}

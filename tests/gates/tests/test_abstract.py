"""An abstract method that comes or goes decides of which classes objects can be made (PEP 3119), whoever calls it."""

import pytest

from fakes import change
from hunkgate.gates.tests import selection
from hunkgate.gates.tests.facts import NoStore
from hunkgate.gates.tests.settings import TestSettings

PYPROJECT = b"[tool.pytest.ini_options]\ntestpaths = ['tests']\npythonpath = ['src']\n"
BASE = "from abc import ABC, abstractmethod\n\n\nclass Base(ABC):\n    @abstractmethod\n    def run(self):\n        pass\n"
ABSTRACT = "\n    @abstractmethod\n    def step(self):\n        pass\n"
PLAN = "\n\nclass Plan(Base):\n    size = 1\n\n    def run(self):\n        return 1\n"
STEP = "\n    def step(self):\n        return 2\n"
OTHER = "\n\ndef other(value):\n    return value.step() + value.run()\n"
# Who makes an object and calls nothing of it, who calls its methods, and who does neither.
TESTS = {
    "makes": "import pkg\n\n\ndef test():\n    assert pkg.Plan().size\n",
    "calls": "import pkg\n\n\ndef test():\n    assert pkg.other(pkg.Plan()) == 3\n",
    "neither": "import pkg\n\n\ndef test():\n    assert pkg.__name__\n",
}


def affected(before: str, after: str) -> set[str]:
    """The names of the tests that are chosen when the one content of src/pkg.py becomes the other."""
    tests = {f"tests/test_{name}.py": text.encode() for name, text in TESTS.items()}
    tree = {"pyproject.toml": PYPROJECT, **tests}
    answer = selection.select(
        change(
            tree | {"src/pkg.py": before.encode()},
            tree | {"src/pkg.py": after.encode()},
        ),
        TestSettings(),
        NoStore(),
    )
    return {one.path.removeprefix("tests/test_").removesuffix(".py") for one in answer.files}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(BASE + PLAN + OTHER, BASE + ABSTRACT + PLAN + OTHER, id="an abstract method is new"),
        pytest.param(BASE + ABSTRACT + PLAN + OTHER, BASE + PLAN + OTHER, id="an abstract method is gone"),
        pytest.param(BASE + ABSTRACT + PLAN + OTHER, BASE + ABSTRACT + PLAN + STEP + OTHER, id="what stands in for it is new"),
        pytest.param(BASE + ABSTRACT + PLAN + STEP + OTHER, BASE + ABSTRACT + PLAN + OTHER, id="what stands in for it is gone"),
    ],
)  # fmt: skip
def test_who_makes_an_object_of_a_class_below_is_concerned(before: str, after: str) -> None:
    assert "makes" in affected(before, after)
    assert "neither" not in affected(before, after)


def test_what_an_object_is_made_of_on_import_concerns_all_who_import_it() -> None:
    made = "\n\nPLAIN = Plan()\n"
    before, after = (BASE + more + PLAN + OTHER + made for more in ("", ABSTRACT))
    assert affected(before, after) == {"makes", "calls", "neither"}


def test_a_new_body_of_what_stands_in_concerns_who_calls_it() -> None:
    source = BASE + ABSTRACT + PLAN + STEP + OTHER
    assert affected(source, source.replace("return 2", "return 3")) == {"calls"}

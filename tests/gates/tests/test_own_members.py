"""What ``self.name`` in a method can mean, and what a change to a module's own code means for who merely imports it."""

import pytest

from edits import PYPROJECT, affected
from fakes import change
from hunkgate.gates.tests import selection
from hunkgate.gates.tests.facts import NoStore
from hunkgate.gates.tests.settings import TestSettings

TWO = """
class Plan:
    def run(self):
        return self.step()

    def step(self):
        return 1


class Other:
    def step(self):
        return 2
"""
RUNS = "import pkg\n\n\ndef test():\n    pkg.Other\n    assert pkg.Plan().run() == 1\n"


def test_a_member_of_its_own_object_is_not_that_of_an_unrelated_class() -> None:
    tests = {
        "plan": RUNS,
        "other": "import pkg\n\n\ndef test():\n    assert pkg.Other().step()\n",
    }
    assert affected(TWO, "return 2", "return 3", tests) == {"other"}
    assert affected(TWO, "return 1", "return 3", tests) == {"plan"}


@pytest.mark.parametrize(
    ("classes", "test"),
    [
        pytest.param("class Other(Plan):\n    def step(self):\n        return 2\n", "pkg.Other().run()", id="a class below"),
        pytest.param("class Other:\n    def step(self):\n        return 2\n\n\nclass Both(Plan, Other):\n    pass\n", "pkg.Both().run()", id="a class beside it in a class below"),
        pytest.param("class Other:\n    def step(self):\n        return 2\n\n\nclass Third:\n    run = Plan.run\n    step = Other.step\n", "pkg.Third().run()", id="a method taken over by another class"),
        pytest.param("class Other:\n    def step(self):\n        return 2\n\n\nbase = Plan\n\n\nclass Third(base):\n    step = Other.step\n", "pkg.Third().run()", id="a base known by another name"),
        pytest.param("class Other:\n    def step(self):\n        return 2\n\n\ndef both():\n    class Both(Other, Plan):\n        pass\n\n    return Both()\n", "pkg.both().run()", id="classes joined inside a function"),
        pytest.param("class Other:\n    def step(self):\n        return 2\n\n\ndef both():\n    return type('Both', (Other, Plan), {})()\n", "pkg.both().run()", id="classes joined by type()"),
        pytest.param("class Other:\n    def step(self):\n        return 2\n\n\ndef both():\n    class Inner(Plan):\n        def __getattribute__(self, name):\n            return getattr(Other(), name) if name == 'step' else super().__getattribute__(name)\n\n    return Inner()\n", "pkg.both().run()", id="an object that answers for another"),
    ],
)  # fmt: skip
def test_a_member_of_its_own_object_may_come_from(classes: str, test: str) -> None:
    source = f"class Plan:\n    def run(self):\n        return self.step()\n\n\n{classes}"
    tests = {"a": f"import pkg\n\n\ndef test():\n    assert {test} == 2\n"}
    assert affected(source, "return 2", "return 3", tests) == {"a"}


@pytest.mark.parametrize(
    "run",
    [
        pytest.param("def run(self):\n        def inner(self):\n            return self.step()\n\n        return inner(Other())", id="an inner function with a first argument of that name"),
        pytest.param("def run(self):\n        self = Other()\n        return self.step()", id="a name that is bound anew"),
        pytest.param("@staticmethod\n    def run():\n        return Plan.go(Other())\n\n    @staticmethod\n    def go(self):\n        return self.step()", id="a static method"),
        pytest.param("def run(self):\n        class Inner:\n            def go(self):\n                return self.other.step()\n\n        Inner.other = Other()\n        return Inner().go()", id="a class inside the method"),
    ],
)  # fmt: skip
def test_what_only_looks_like_its_own_object_may_be_any(run: str) -> None:
    source = f"class Plan:\n    {run}\n\n\nclass Other:\n    def step(self):\n        return 2\n"
    tests = {"a": "import pkg\n\n\ndef test():\n    assert pkg.Plan().run() == 2\n"}
    assert affected(source, "return 2", "return 3", tests) == {"a"}


def test_a_name_made_at_run_time_means_the_members_of_its_own_object_only() -> None:
    source = TWO.replace("self.step()", "getattr(self, type(self).__name__.lower())()").replace(
        "def step(self):\n        return 1", "def plan(self):\n        return 1"
    )
    tests = {
        "plan": RUNS,
        "other": "import pkg\n\n\ndef test():\n    assert pkg.Other().step()\n",
    }
    assert affected(source, "return 1", "return 3", tests) == {"plan"}
    assert affected(source, "return 2", "return 3", tests) == {"other"}


FAULTS = """
class Fault(Exception):
    def show(self):
        return self.text()

    def text(self):
        return super().__str__()


class Missing(Fault):
    def text(self):
        return super().text() + "!"


class Usage(Fault):
    def text(self):
        return "usage"
"""


def test_super_finds_what_stands_above_and_nothing_beside_or_below() -> None:
    more = "\n\nclass Sort(Missing):\n    def say(self):\n        return super().text()\n\n\ndef say():\n    return Sort().say()\n"
    tests = {
        "sort": "import pkg\n\n\ndef test():\n    pkg.Usage\n    assert pkg.say()\n",
        "usage": "import pkg\n\n\ndef test():\n    assert pkg.Usage().text()\n",
    }
    source = FAULTS.replace("self.text()", "self.args") + more
    assert affected(source, '"usage"', '"use"', tests) == {"usage"}
    assert affected(source, '+ "!"', '+ "?"', tests) == {"sort"}
    assert affected(source, "super().__str__()", "''", tests) == {"sort", "usage"}


@pytest.mark.parametrize(
    "both",
    [
        pytest.param("class Both(Missing, Usage):\n    pass\n", id="a class below both"),
        pytest.param("from outside import Base\n\n\nclass Usage(Base):\n    def text(self):\n        return 'usage'\n\n\nclass Both(Missing, Usage):\n    pass\n", id="a class of which a base is not known"),
    ],
)  # fmt: skip
def test_super_finds_what_stands_beside_where_a_class_below_joins_them(both: str) -> None:
    tests = {"both": "import pkg\n\n\ndef test():\n    assert pkg.say()\n"}
    said = "\n\ndef say():\n    return Both().more()\n"
    more = "\n    def more(self):\n        return super().text()\n"
    source = FAULTS.replace("self.text()", "self.args").replace('+ "!"\n', '+ "!"\n' + more)
    source += f"\n\n{both}{said}"
    tests["usage"] = "import pkg\n\n\ndef test():\n    assert pkg.Usage().text()\n"
    usage = "'usage'" if "outside" in both else '"usage"'
    assert affected(source, usage, '"use"', tests) == {"both", "usage"}


def test_the_arguments_of_a_generic_base_are_no_bases() -> None:
    source = (
        "import typing as t\n\nT = t.TypeVar('T')\n\n\nclass Box(t.Generic[T]):\n"
        "    def used(self):\n        return 1\n\n    def unused(self):\n        return 2\n"
    )
    tests = {
        "used": "import pkg\n\n\ndef test():\n    assert pkg.Box().used()\n",
        "unused": "import pkg\n\n\ndef test():\n    assert pkg.Box().unused()\n",
    }
    assert affected(source, "return 2", "return 3", tests) == {"unused"}


IMPORTERS = {
    "a": "import pkg\n\n\ndef test():\n    assert pkg.a()\n",
    "b": "import pkg\n\n\ndef test():\n    assert pkg.b()\n",
}
AB = "def a():\n    return 1\n\n\ndef b():\n    return TABLE\n\n\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("def b():\n    return TABLE", "class New:\n    x = {'a': 1}\n\n    def f(self):\n        return 1\n\n\ndef b():\n    return New", id="a plain class is added"),
        pytest.param("TABLE = ''.join([chr(i) for i in range(3)])\n", "TABLE = 'abc'\n", id="a value that builtin functions made is replaced"),
        pytest.param("TABLE = {Kind.A: 1, Kind.B: 2}", "TABLE = {Kind.A: 1}", id="a member of an enumeration has no value any more"),
        pytest.param("TABLE = ()", "TABLE = (1,) if DEBUG else (2,)", id="a value by a condition"),
    ],
)  # fmt: skip
def test_a_new_value_does_not_matter_to_who_only_imports_the_file(before: str, after: str) -> None:
    kind = "import enum\n\n\nclass Kind(enum.Enum):\n    A = 1\n    B = 2\n\n\n"
    table = before if before.startswith("TABLE") else "TABLE = ()"
    source = f"{kind}DEBUG = False\n{table}\n\n\n{AB}"
    assert affected(source, before, after, IMPORTERS) == {"b"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("def gone():\n    return 1\n", "", id="a name that import-time code still looks up is gone"),
        pytest.param("import json\n", "import json\nimport absent_library\n", id="an import of what nothing else imports"),
        pytest.param("import json\n", "import json\nfrom other import missing\n", id="an import of a name that is not there"),
        pytest.param("import json\nimport other\n", "import json\n", id="an import that ran code is gone"),
        pytest.param("class Last:", "class Last(Missing):", id="a base that is not there"),
    ],
)  # fmt: skip
def test_an_import_that_can_fail_matters_to_all_who_import_the_file(
    before: str, after: str
) -> None:
    source = (
        "import json\nimport other\n\n\ndef gone():\n    return 1\n\n\nTABLE = [gone]\n\n\n"
        + AB
        + "class Last:\n    pass\n"
    )
    assert affected(source, before, after, IMPORTERS, other="print(1)\n") == {"a", "b"}


LAZY = (
    "def late():\n    return 1\n\n\ndef early():\n    return 2\n\n\n"
    "def __getattr__(name):\n    if name == 'old':\n        return late\n    raise AttributeError(name)\n"
)


@pytest.mark.parametrize(
    "test",
    [
        pytest.param("import pkg\n\n\ndef test():\n    assert pkg.old()\n", id="an attribute of the module"),
        pytest.param("from pkg import old\n\n\ndef test():\n    assert old()\n", id="an import of the name"),
        pytest.param("import pkg\n\n\ndef test():\n    assert [getattr(pkg, name) for name in ('old',)]\n", id="a name made at run time"),
        pytest.param("import importlib\n\n\ndef test():\n    assert importlib.import_module('pkg').old()\n", id="a module imported by its name"),
        pytest.param("from unittest import mock\n\n\ndef test():\n    with mock.patch('pkg.old'):\n        pass\n", id="a string for mock.patch"),
        pytest.param("from pkg import *\n\n\ndef test():\n    pass\n", id="a star import"),
        pytest.param("import sys\n\nimport pkg\n\n\ndef test():\n    assert sys.modules['pkg'].old()\n", id="sys.modules"),
    ],
)  # fmt: skip
def test_a_module_answers_on_demand_for_names_it_does_not_have(test: str) -> None:
    early = "from pkg import early\n\n\ndef test():\n    assert early()\n"
    assert affected(LAZY, "return 1", "return 3", {"late": test, "early": early}) == {"late"}


def test_what_a_module_hands_out_on_demand_may_live_anywhere() -> None:
    source = (
        "import importlib\n\nWHERE = {'run': 'core'}\n\n\ndef __getattr__(name):\n"
        "    return getattr(importlib.import_module(WHERE[name]), name)\n\n\ndef other():\n    return 1\n"
    )
    tree = {
        "pyproject.toml": PYPROJECT,
        "src/pkg.py": source.encode(),
        "src/core.py": b"def run():\n    return 1\n\n\ndef walk():\n    return 1\n",
        "tests/test_run.py": b"from pkg import run\n\n\ndef test():\n    assert run()\n",
        "tests/test_walk.py": b"from core import walk\n\n\ndef test():\n    assert walk()\n",
    }
    head = tree | {"src/core.py": tree["src/core.py"].replace(b"return 1", b"return 2")}
    answer = selection.select(change(tree, head), TestSettings(), NoStore())
    assert {one.path for one in answer.files} == {"tests/test_run.py", "tests/test_walk.py"}

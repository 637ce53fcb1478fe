"""How a test is chosen: one row per way in which a test can depend on a file."""

import pytest

from fakes import change
from hunkgate.gates.tests import selection
from hunkgate.gates.tests.facts import NoStore
from hunkgate.gates.tests.selection import Kind, Selection
from hunkgate.gates.tests.settings import TestSettings

PYPROJECT = b"[tool.pytest.ini_options]\ntestpaths = ['tests', 'checks']\npythonpath = ['src']\n"
TREE: dict[str, bytes] = {
    "pyproject.toml": PYPROJECT,
    "src/pkg/__init__.py": (
        b"from .core import run\n\n"
        b"def __getattr__(name):\n"
        b"    if name == 'late':\n"
        b"        import importlib\n"
        b"        return importlib.import_module('.lazy', __name__).value\n"
        b"    raise AttributeError(name)\n"
    ),
    "src/pkg/core.py": b"def run():\n    return 1\n\n\ndef other():\n    return 1\n",
    "src/pkg/lazy.py": b"value = 1\n",
    "src/pkg/local.py": b"def f():\n    return 1\n",
    "src/pkg/user.py": (
        b"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from pkg import typed\n\n\n"
        b"def g():\n    from pkg.local import f\n\n    return f()\n"
    ),
    "src/pkg/typed.py": b"X = 1\n",
    "src/pkg/registry.py": b"found = {}\n",
    "src/pkg/sub/__init__.py": b"from pkg.registry import found\n\nfound['a'] = 1\n",
    "src/pkg/sub/x.py": b"from pkg.registry import found\n\n\ndef f():\n    return found['a']\n",
    "src/pkg/extra.py": b"def hook():\n    return 1\n",
    "src/pkg/dynmod.py": b"def hook():\n    return 1\n",
    "src/pkg/cli.py": b"def main():\n    print(1)\n\n\nif __name__ == '__main__':\n    main()\n",
    "src/pkg/conf.json": b'{"v": 1}\n',
    "src/pkg/loader.py": (
        b"import importlib.resources as r\nimport json\n\n\n"
        b"def load():\n    return json.loads(r.files('pkg').joinpath('conf.json').read_text())['v']\n"
    ),
    "src/pkg/star.py": b"def s():\n    return 1\n",
    "src/pkg/gone.py": b"def z():\n    return 1\n",
    "src/pkg/old.py": b"def z():\n    return 1\n",
    "src/pkg/fixt.py": b"def make():\n    return 1\n",
    "src/pkg/chained.py": b"def q():\n    return 1\n",
    "src/pkg/patched.py": b"def real():\n    return 1\n\n\ndef outer():\n    return real()\n",
    "src/pkg/shapes.py": (
        b"class Shape:\n    sides = 0\n\n    def area(self):\n        return 1\n\n"
        b"    def __eq__(self, other):\n        return True\n\n\n"
        b"class Square(Shape):\n    def width(self):\n        return 1\n"
    ),
    "src/pkg/visit.py": (
        b"class Visitor:\n    def visit(self, kind):\n        return getattr(self, f'visit_{kind}')()\n\n"
        b"    def visit_name(self):\n        return 1\n"
    ),
    "src/ns/part/mod.py": b"def n():\n    return 1\n",
    "src/plug_fixtures.py": b"import pytest\n\n\n@pytest.fixture\ndef plugged():\n    return 1\n",
    "tests/conftest.py": (
        b"import pytest\n\npytest_plugins = ['plug_fixtures']\n\n\n"
        b"@pytest.fixture\ndef made():\n    from pkg.fixt import make\n\n    return make()\n\n\n"
        b"@pytest.fixture\ndef local():\n    return 1\n"
    ),
    "tests/helpers.py": b"def h():\n    return 1\n",
    "tests/data/in.txt": b"1\n",
    "tests/test_reexport.py": b"from pkg import run\n\n\ndef test():\n    assert run() == 1\n",
    "tests/test_lazy.py": b"import pkg\n\n\ndef test():\n    assert pkg.late == 1\n",
    "tests/test_local.py": b"from pkg.user import g\n\n\ndef test():\n    assert g() == 1\n",
    "tests/test_ancestor.py": b"from pkg.sub.x import f\n\n\ndef test():\n    assert f() == 1\n",
    "tests/test_string.py": (
        b"import importlib\n\n\ndef test():\n    assert importlib.import_module('pkg.extra').hook() == 1\n"
    ),
    "tests/test_made_up.py": (
        b"import importlib\n\n\ndef test():\n    name = 'dyn' + 'mod'\n"
        b"    assert importlib.import_module(f'pkg.{name}').hook() == 1\n"
    ),
    "tests/test_program.py": (
        b"import subprocess\nimport sys\n\n\ndef test():\n"
        b"    assert subprocess.check_output([sys.executable, '-m', 'pkg.cli']).strip() == b'1'\n"
    ),
    "tests/test_resource.py": b"from pkg.loader import load\n\n\ndef test():\n    assert load() == 1\n",
    "tests/test_star.py": b"from pkg.star import *\n\n\ndef test():\n    assert s() == 1\n",
    "tests/test_gone.py": b"from pkg.gone import z\n\n\ndef test():\n    assert z() == 1\n",
    "tests/test_old.py": b"from pkg.old import z\n\n\ndef test():\n    assert z() == 1\n",
    "tests/test_fixture.py": b"def test(made):\n    assert made == 1\n",
    "tests/test_conftest.py": b"def test(local):\n    assert local == 1\n",
    "tests/test_plugged.py": b"def test(plugged):\n    assert plugged == 1\n",
    "tests/test_helper.py": b"import helpers\n\n\ndef test():\n    assert helpers.h() == 1\n",
    "tests/test_data.py": (
        b"from pathlib import Path\n\n\ndef test():\n"
        b"    assert (Path(__file__).parent / 'data' / 'in.txt').read_text().strip() == '1'\n"
    ),
    "tests/test_namespace.py": b"from ns.part import mod\n\n\ndef test():\n    assert mod.n() == 1\n",
    "tests/test_chain.py": b"import pkg.chained\n\n\ndef test():\n    assert pkg.chained.q() == 1\n",
    "tests/test_patch.py": (
        b"from unittest import mock\n\n\ndef test():\n    with mock.patch('pkg.patched.real'):\n        pass\n"
    ),
    "tests/test_method.py": (
        b"from pkg.shapes import Square\n\n\ndef test():\n    assert Square().area() == 1\n"
    ),
    "tests/test_operator.py": (
        b"from pkg.shapes import Shape\n\n\ndef test():\n    assert Shape() == Shape()\n"
    ),
    "tests/test_visitor.py": (
        b"from pkg.visit import Visitor\n\n\ndef test():\n    assert Visitor().visit('name') == 1\n"
    ),
    "tests/nested/test_nested.py": b"def test(local):\n    assert local == 1\n",
    "tests/test_unrelated.py": b"def test():\n    assert True\n",
    "checks/__init__.py": b"",
    "checks/util.py": b"def u():\n    return 1\n",
    "checks/base.py": (
        b"import unittest\n\n\nclass Base(unittest.TestCase):\n    n = 1\n\n"
        b"    def test_n(self):\n        self.assertEqual(self.n, 1)\n"
    ),
    "checks/test_relative.py": b"from . import util\n\n\ndef test():\n    assert util.u() == 1\n",
    "checks/test_inherit.py": b"from .base import Base\n\n\nclass TestX(Base):\n    pass\n",
}


def chosen(path: str, before: bytes, after: bytes) -> Selection:
    assert before in TREE[path]
    head = TREE | {path: TREE[path].replace(before, after, 1)}
    return selection.select(change(TREE, head), TestSettings(), NoStore())


def names(answer: Selection) -> set[str]:
    return {one.path for one in answer.files}


@pytest.mark.parametrize(
    ("path", "before", "after", "affected"),
    [
        pytest.param("src/pkg/core.py", b"return 1", b"return 2", {"tests/test_reexport.py"}, id="a name re-exported by the package"),
        pytest.param("src/pkg/__init__.py", b"from .core import run", b"run = len", {"tests/test_reexport.py"}, id="the package file itself"),
        pytest.param("src/pkg/lazy.py", b"1", b"2", {"tests/test_lazy.py"}, id="an attribute that the package makes on demand"),
        pytest.param("src/pkg/local.py", b"return 1", b"return 2", {"tests/test_local.py"}, id="an import inside a function"),
        pytest.param("src/pkg/sub/__init__.py", b"= 1", b"= 2", {"tests/test_ancestor.py"}, id="what the package above does when it is imported"),
        pytest.param("src/pkg/extra.py", b"return 1", b"return 2", {"tests/test_string.py"}, id="import_module with a literal"),
        pytest.param("src/pkg/dynmod.py", b"return 1", b"return 2", {"tests/test_made_up.py"}, id="import_module with a name made at run time"),
        pytest.param("src/pkg/patched.py", b"return real()", b"return real(1)", {"tests/test_patch.py"}, id="a string handed to mock.patch"),
        pytest.param("src/pkg/cli.py", b"print(1)", b"print(2)", {"tests/test_program.py"}, id="a program started by python -m"),
        pytest.param("src/pkg/conf.json", b"1", b"2", {"tests/test_resource.py"}, id="data inside the package"),
        pytest.param("src/pkg/star.py", b"return 1", b"return 2", {"tests/test_star.py"}, id="a star import"),
        pytest.param("src/pkg/fixt.py", b"return 1", b"return 2", {"tests/test_fixture.py"}, id="source that only a fixture uses"),
        pytest.param("tests/conftest.py", b"def local():\n    return 1", b"def local():\n    return 2", {"tests/test_conftest.py", "tests/nested/test_nested.py"}, id="one fixture of a conftest"),
        pytest.param("src/plug_fixtures.py", b"return 1", b"return 2", {"tests/test_plugged.py"}, id="a module of pytest_plugins"),
        pytest.param("tests/helpers.py", b"return 1", b"return 2", {"tests/test_helper.py"}, id="a module beside tests that are no package"),
        pytest.param("tests/data/in.txt", b"1", b"2", {"tests/test_data.py"}, id="a data file that a test names"),
        pytest.param("src/ns/part/mod.py", b"return 1", b"return 2", {"tests/test_namespace.py"}, id="a namespace package"),
        pytest.param("src/pkg/chained.py", b"return 1", b"return 2", {"tests/test_chain.py"}, id="import a.b and a chain of attributes"),
        pytest.param("src/pkg/shapes.py", b"return 1", b"return 2", {"tests/test_method.py"}, id="an inherited method"),
        pytest.param("src/pkg/shapes.py", b"return True", b"return False", {"tests/test_operator.py", "tests/test_method.py"}, id="a method that an operator calls"),
        pytest.param("src/pkg/visit.py", b"return 1", b"return 2", {"tests/test_visitor.py"}, id="a method whose name is put together"),
        pytest.param("checks/util.py", b"return 1", b"return 2", {"checks/test_relative.py"}, id="a relative import between tests"),
        pytest.param("checks/base.py", b"n = 1", b"n = 2", {"checks/test_inherit.py"}, id="an inherited test class"),
        pytest.param("tests/test_unrelated.py", b"True", b"False", {"tests/test_unrelated.py"}, id="the test file itself"),
    ],
)  # fmt: skip
def test_a_test_that_can_fail_is_chosen(
    path: str, before: bytes, after: bytes, affected: set[str]
) -> None:
    answer = chosen(path, before, after)
    assert affected <= names(answer)
    assert answer.kind is Kind.SOME
    assert len(names(answer)) < len(answer.tests)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        pytest.param("src/pkg/core.py", b"def run", b"# note\ndef run", id="a comment"),
        pytest.param("src/pkg/core.py", b"return 1", b"return   1", id="blanks"),
        pytest.param("src/pkg/user.py", b"import typed", b"import typed, core", id="an import for type checkers"),
    ],
)  # fmt: skip
def test_what_does_not_run_chooses_nothing_and_says_so(
    path: str, before: bytes, after: bytes
) -> None:
    answer = chosen(path, before, after)
    assert (answer.kind, answer.files) == (Kind.NONE, ())
    assert answer.reason


@pytest.mark.parametrize(
    "path", ["pyproject.toml", "uv.lock", "requirements-dev.txt", "setup.cfg", "tox.ini"]
)
def test_configuration_and_locks_choose_everything(path: str) -> None:
    head = TREE | {path: TREE.get(path, b"") + b"\n"}
    answer = selection.select(change(TREE, head), TestSettings(), NoStore())
    assert answer.kind is Kind.ALL
    assert names(answer) == set(answer.tests)
    assert path in answer.reason


def test_a_deleted_module_is_still_known_by_its_name() -> None:
    head = {path: content for path, content in TREE.items() if path != "src/pkg/gone.py"}
    answer = selection.select(change(TREE, head), TestSettings(), NoStore())
    assert "tests/test_gone.py" in names(answer)


def apart(values: bytes, test: bytes = b"") -> set[str]:
    """The tests chosen where a module with these values goes, and who imported it does so no more."""
    base = {
        "pkg/__init__.py": b"",
        "pkg/values.py": values,
        "pkg/user.py": b"from .values import NONE\n\n\ndef mark():\n    return NONE\n\n\ndef run():\n    return 1\n",
        "tests/test_run.py": b"from pkg.user import run\n\n\ndef test():\n    assert run()\n",
        "tests/test_mark.py": b"from pkg.user import mark\n\n\ndef test():\n    mark()\n",
        "tests/test_name.py": b"import pkg.user\n\n\ndef test():\n    pkg.user.run()\n" + test,
    }
    head = base | {"pkg/user.py": b"def mark():\n    return None\n\n\ndef run():\n    return 1\n"}
    del head["pkg/values.py"]
    return names(selection.select(change(base, head), TestSettings(), NoStore()))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(b"NONE = object()\n", id="a value"),
        pytest.param(
            b"from __future__ import annotations\nimport enum\n\n\nclass Mark(enum.Enum):\n    NONE = 1\n\n\nNONE = Mark.NONE\n",
            id="an enumeration and one of its values",
        ),
    ],
)
def test_a_deleted_module_of_values_is_missed_by_who_used_them(values: bytes) -> None:
    assert apart(values) == {"tests/test_mark.py"}


@pytest.mark.parametrize(
    ("values", "test"),
    [
        pytest.param(b"import pkg\n\npkg.NONE = NONE = 1\n", b"", id="it did something"),
        pytest.param(b"import warnings\nwarnings.warn('a')\nNONE = 1\n", b"", id="it called something"),
        pytest.param(b"from . import more\nNONE = 1\n", b"", id="it imported another"),
    ],
)  # fmt: skip
def test_a_deleted_module_that_did_something_is_missed_by_who_loaded_it(
    values: bytes, test: bytes
) -> None:
    assert apart(values, test) == {
        "tests/test_mark.py",
        "tests/test_name.py",
        "tests/test_run.py",
    }


def test_who_names_a_deleted_module_of_values_misses_it() -> None:
    found = apart(b"NONE = 1\n", b"    assert pkg.values.NONE\n")
    assert found == {"tests/test_mark.py", "tests/test_name.py"}


def test_a_renamed_module_is_still_known_by_its_old_name() -> None:
    head = {path: content for path, content in TREE.items() if path != "src/pkg/old.py"}
    head["src/pkg/new.py"] = TREE["src/pkg/old.py"]
    moved = change(TREE, head, renames={"src/pkg/new.py": "src/pkg/old.py"})
    assert "tests/test_old.py" in names(selection.select(moved, TestSettings(), NoStore()))


def test_a_function_that_is_removed_reaches_who_imports_it() -> None:
    answer = chosen("src/pkg/core.py", b"def run", b"def ran")
    # The package imports it when it is imported itself, so whoever imports the package fails.
    assert {"tests/test_reexport.py", "tests/test_chain.py", "tests/test_lazy.py"} <= names(answer)


def test_another_function_of_the_same_file_chooses_none_of_its_neighbours() -> None:
    answer = chosen("src/pkg/core.py", b"def other():\n    return 1", b"def other():\n    return 2")
    # Nothing mentions it: it may be called in a way that is not seen, so who loads the file runs.
    assert "tests/test_reexport.py" in names(answer)
    head = TREE | {
        "tests/test_other.py": b"from pkg.core import other\n\n\ndef test():\n    assert other()\n"
    }
    after = head | {
        "src/pkg/core.py": head["src/pkg/core.py"].replace(
            b"def other():\n    return 1", b"def other():\n    return 2"
        )
    }
    answer = selection.select(change(head, after), TestSettings(), NoStore())
    assert names(answer) == {"tests/test_other.py"}


def test_a_tree_without_tests_has_nothing_to_run() -> None:
    answer = selection.select(change({"a.py": b"1\n"}, {"a.py": b"2\n"}), TestSettings(), NoStore())
    assert (answer.kind, answer.reason) == (Kind.NONE, "the tree holds no test files")


def test_prose_that_nothing_names_chooses_nothing() -> None:
    answer = selection.select(
        change(TREE, TREE | {"README.md": b"hello\n"}), TestSettings(), NoStore()
    )
    assert answer.kind is Kind.NONE


def test_explain_gives_the_way_from_a_test_to_the_change() -> None:
    answer = chosen("src/pkg/core.py", b"return 1", b"return 2")
    lines = answer.explain("tests/test_reexport.py")
    assert lines[0] == "tests/test_reexport.py"
    assert lines[1].startswith("selected: it reaches src/pkg/core.py::run")
    assert lines[-1] == "  -> src/pkg/core.py::run"


def test_explain_says_why_a_test_is_not_chosen() -> None:
    answer = chosen("src/pkg/core.py", b"return 1", b"return 2")
    lines = answer.explain("tests/test_unrelated.py")
    assert lines[1] == "not selected"
    assert lines[2] == "  src/pkg/core.py::run: it does not import the file"


def test_explain_lists_the_tests_that_a_changed_file_reaches() -> None:
    answer = chosen("src/pkg/core.py", b"return 1", b"return 2")
    assert any("tests/test_reexport.py: run" in line for line in answer.explain("src/pkg/core.py"))


@pytest.mark.parametrize(
    "path", [path for path in TREE if path.startswith("src/pkg/") and path.endswith(".py")]
)
def test_a_larger_change_never_chooses_fewer(path: str) -> None:
    small = TREE | {path: TREE[path].replace(b"1", b"2")}
    large = small | {"tests/helpers.py": TREE["tests/helpers.py"].replace(b"1", b"2")}
    few = selection.select(change(TREE, small), TestSettings(), NoStore())
    many = selection.select(change(TREE, large), TestSettings(), NoStore())
    assert names(few) <= names(many)


def test_large_trees_are_answered_by_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = names(chosen("src/pkg/local.py", b"return 1", b"return 2"))
    monkeypatch.setattr(selection, "MOST_FILES", 1)
    answer = chosen("src/pkg/local.py", b"return 1", b"return 2")
    assert narrow <= names(answer)
    assert next(one for one in answer.files if one.path == "tests/test_local.py").reason == (
        "it imports src/pkg/user.py -> src/pkg/local.py"
    )

"""What the tests gate says before any test runs: imports of files that are not part of the change."""

import pytest

from fakes import change
from hunkgate.gates.tests.check import untracked_imports

PACKAGE = {"src/pkg/__init__.py": b"", "tests/conftest.py": b""}


def found(path: str, content: str, beside: set[str]) -> list[str]:
    files = change(PACKAGE, {**PACKAGE, path: content.encode()})
    return [
        f"{finding.path}:{finding.line} {finding.message.split()[1].rstrip(',')}"
        for finding in untracked_imports(files, frozenset(beside))
    ]


@pytest.mark.parametrize(
    ("path", "content", "beside", "answer"),
    [
        pytest.param(
            "src/pkg/a.py", "import os\nfrom pkg import b", "src/pkg/b.py", "src/pkg/a.py:2 src/pkg/b.py",
            id="a module taken from its package",
        ),
        pytest.param(
            "src/pkg/a.py", "from .b import run", "src/pkg/b.py", "src/pkg/a.py:1 src/pkg/b.py",
            id="a relative import",
        ),
        pytest.param(
            "src/pkg/a.py", "from . import b", "src/pkg/b.py", "src/pkg/a.py:1 src/pkg/b.py",
            id="a relative import of the module itself",
        ),
        pytest.param(
            "src/pkg/sub/a.py", "from ..b import run", "src/pkg/b.py", "src/pkg/sub/a.py:1 src/pkg/b.py",
            id="a relative import from a folder above",
        ),
        pytest.param(
            "src/pkg/a.py", "import pkg.sub.c", "src/pkg/sub/__init__.py", "src/pkg/a.py:1 src/pkg/sub/__init__.py",
            id="a package on the way",
        ),
        pytest.param(
            "tests/test_a.py", "from helpers import make", "tests/helpers.py", "tests/test_a.py:1 tests/helpers.py",
            id="a file beside a test",
        ),
        pytest.param(
            "src/pkg/a.py", "def f():\n    import pkg.b", "src/pkg/b.py", "src/pkg/a.py:2 src/pkg/b.py",
            id="an import within a function",
        ),
        pytest.param(
            "src/pkg/a.py", "from pkg import _c", "src/pkg/_c.cpython-311-x86_64-linux-gnu.so",
            "src/pkg/a.py:1 src/pkg/_c.cpython-311-x86_64-linux-gnu.so",
            id="a compiled module",
        ),
        pytest.param(
            "setup.py", "import tool", "tool.py", "setup.py:1 tool.py",
            id="a file at the root",
        ),
        pytest.param(
            "src/pkg/a.py", "try:\n    import pkg.b\nexcept ValueError: pass", "src/pkg/b.py",
            "src/pkg/a.py:2 src/pkg/b.py",
            id="an import that may not fail",
        ),
    ],
)  # fmt: skip
def test_an_import_of_what_is_not_committed_is_found(
    path: str, content: str, beside: str, answer: str
) -> None:
    assert found(path, content, {beside}) == [answer]


@pytest.mark.parametrize(
    ("path", "content", "beside"),
    [
        pytest.param(
            "src/pkg/a.py", "import b", "src/pkg/sub/b.py", id="a module of that name elsewhere"
        ),
        pytest.param(
            "src/pkg/a.py", "from pkg import b", "src/pkg/b.txt", id="a file that is no module"
        ),
        pytest.param("src/pkg/a.py", "from pkg import b", "notes.py", id="another file"),
        pytest.param(
            "src/pkg/a.py",
            "try:\n    from pkg import b\nexcept ImportError:\n    b = None",
            "src/pkg/b.py",
            id="an import that the code can do without",
        ),
        pytest.param(
            "src/pkg/a.py", "import pkg", "pkg.py", id="a module that the tree has elsewhere"
        ),
        pytest.param("src/pkg/a.py", "import (", "src/pkg/b.py", id="a file that does not parse"),
        pytest.param("notes.txt", "import b", "b.py", id="a file that is not Python"),
    ],
)
def test_what_imports_nothing_missing_is_left_alone(path: str, content: str, beside: str) -> None:
    assert found(path, content, {beside}) == []


def test_a_module_that_is_being_added_is_there() -> None:
    files = change(PACKAGE, {**PACKAGE, "src/pkg/a.py": b"from pkg import b", "src/pkg/b.py": b""})
    assert list(untracked_imports(files, frozenset({"src/pkg/c.py"}))) == []


def test_a_deleted_file_imports_nothing() -> None:
    files = change({**PACKAGE, "src/pkg/a.py": b"from pkg import b"}, PACKAGE)
    assert list(untracked_imports(files, frozenset({"src/pkg/b.py"}))) == []

"""Import roots and test files, found without configuration of our own."""

import pytest

from fakes import FakeTree
from hunkgate.gates.tests import roots
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.globs import parse


@pytest.mark.parametrize(
    ("files", "dotted", "found"),
    [
        pytest.param({"src/a/__init__.py": b"", "src/a/b.py": b""}, "a.b", "src/a/b.py", id="a src layout"),
        pytest.param({"a/__init__.py": b"", "a/b.py": b""}, "a.b", "a/b.py", id="a flat layout"),
        pytest.param({"hooks/a/__init__.py": b"", "hooks/a/b.py": b""}, "a.b", "hooks/a/b.py", id="a package in any folder"),
        pytest.param({"src/n/a/b.py": b""}, "n.a.b", "src/n/a/b.py", id="a namespace package"),
        pytest.param({"tests/test_x.py": b"", "tests/help.py": b""}, "help", "tests/help.py", id="a module beside tests that are no package"),
        pytest.param({"code/m.py": b"", "pyproject.toml": b"[tool.pytest.ini_options]\npythonpath = 'code'\n"}, "m", "code/m.py", id="pytest's pythonpath"),
        pytest.param({"code/m.py": b"", "pyproject.toml": b"[tool.setuptools.package-dir]\n'' = 'code'\n"}, "m", "code/m.py", id="setuptools' package-dir"),
        pytest.param({"code/m.py": b"", "setup.cfg": b"[options]\npackage_dir =\n    = code\n"}, "m", "code/m.py", id="setup.cfg's package_dir"),
        pytest.param({"one/pyproject.toml": b"", "one/src/p/__init__.py": b"", "one/src/p/q.py": b""}, "p.q", "one/src/p/q.py", id="a project below the repository"),
        pytest.param({"odd/place/m.py": b""}, "m", "odd/place/m.py", id="a folder that only the tests know"),
    ],
)  # fmt: skip
def test_an_import_is_found(files: dict[str, bytes], dotted: str, found: str) -> None:
    layout = roots.layout(FakeTree(files))
    modules = Modules([path for path in files if path.endswith(".py")], layout.roots)
    assert found in [modules.files[stem] for stem in modules.absolute(dotted)]


@pytest.mark.parametrize(
    ("configuration", "path", "collected"),
    [
        pytest.param({}, "tests/test_a.py", True, id="pytest's own pattern"),
        pytest.param({}, "tests/a_test.py", True, id="pytest's other pattern"),
        pytest.param({}, "tests/helpers.py", False, id="a helper"),
        pytest.param({}, "tests/conftest.py", False, id="a conftest"),
        pytest.param({"pytest.ini": b"[pytest]\npython_files = check_*.py\n"}, "t/check_a.py", True, id="python_files"),
        pytest.param({"pytest.ini": b"[pytest]\npython_files = check_*.py\n"}, "t/test_a.py", False, id="python_files replaces the pattern"),
        pytest.param({"tox.ini": b"[pytest]\ntestpaths = tests\n"}, "other/test_a.py", False, id="outside testpaths"),
        pytest.param({"setup.cfg": b"[tool:pytest]\ntestpaths = tests\n"}, "tests/test_a.py", True, id="inside testpaths"),
        pytest.param({"tests/pytest.ini": b"[pytest]\n", "tox.ini": b"[pytest]\ntestpaths = docs\n"}, "tests/test_a.py", False, id="an empty section says nothing"),
        pytest.param({"pyproject.toml": b"not toml ["}, "tests/test_a.py", True, id="configuration that cannot be read"),
    ],
)  # fmt: skip
def test_a_test_file_is_known(configuration: dict[str, bytes], path: str, collected: bool) -> None:
    layout = roots.layout(FakeTree(configuration | {path: b""}))
    assert layout.is_test(path, TestSettings()) is collected


def test_the_policy_says_where_and_what_test_files_are() -> None:
    layout = roots.layout(FakeTree({"spec/a.py": b""}))
    settings = TestSettings(paths=parse(("spec",)), patterns=parse(("*.py",)))
    assert layout.is_test("spec/a.py", settings)
    assert not layout.is_test("src/a.py", settings)


def test_programs_and_modules_for_every_test_are_read() -> None:
    layout = roots.layout(
        FakeTree(
            {
                "pyproject.toml": b"[project.scripts]\nrun = 'a.cli:main'\n\n[project.entry-points.pytest11]\nx = 'a.hooks'\n\n"
                b"[tool.pytest.ini_options]\naddopts = '-p a.more -p no:randomly'\n"
            }
        )
    )
    assert layout.scripts == {"run": "a.cli:main"}
    assert layout.plugins == ("a.hooks", "a.more")

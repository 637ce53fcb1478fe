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

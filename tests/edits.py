"""A project of one module whose edit is answered by the tests that it chooses."""

from fakes import change
from hunkgate.gates.tests import selection
from hunkgate.gates.tests.facts import NoStore
from hunkgate.gates.tests.settings import TestSettings

PYPROJECT = b"[tool.pytest.ini_options]\ntestpaths = ['tests']\npythonpath = ['src']\n"


def affected(
    source: str, before: str, after: str, tests: dict[str, str], **others: str
) -> set[str]:
    """The names (``a`` for tests/test_a.py) of the tests that a change of src/pkg.py chooses."""
    assert before in source
    tree = {
        "pyproject.toml": PYPROJECT,
        "src/pkg.py": source.encode(),
        **{f"src/{name}.py": text.encode() for name, text in others.items()},
        **{f"tests/test_{name}.py": text.encode() for name, text in tests.items()},
    }
    head = tree | {"src/pkg.py": source.replace(before, after, 1).encode()}
    answer = selection.select(change(tree, head), TestSettings(), NoStore())
    return {one.path.removeprefix("tests/test_").removesuffix(".py") for one in answer.files}

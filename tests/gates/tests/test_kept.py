"""What is remembered between runs changes the time of an answer, and never the answer."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes import FakeTree, change
from hunkgate.gates.tests import facts, selection
from hunkgate.gates.tests.facts import Facts, NoStore, Outline
from hunkgate.gates.tests.reading import definitions, outlines
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import Entry
from hunkgate.store import FileStore

Files = Mapping[str, bytes]

MODULES = ("pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/sub/__init__.py", "pkg/sub/c.py")
TESTS = ("tests/conftest.py", "tests/test_a.py", "tests/test_b.py", "tests/sub/test_c.py")
LINES = (
    b"import pkg\n",
    b"from pkg import a\n",
    b"from pkg.b import run\n",
    b"from . import b\n",
    b"from .sub.c import *\n",
    b"def run():\n    import pkg.sub.c\n",
    b"NAME = 'pkg.sub.c'\n",
    b"import importlib\nimportlib.import_module(f'pkg.{NAME}')\n",
    b"TABLE = 'data/table.json'\n",
    b"VALUE = 1\n",
    b"pytest_plugins = ['pkg.a']\n",
    b"def broken(:\n",
)
OTHERS = {
    "data/table.json": (b"1", b"2"),
    "data/Makefile": (b"1", b"2"),
    "tests/pytest.ini": (b"[pytest]\n", b"[pytest]\npython_files = test_a.py\n"),
    "README.md": (b"1", b"2"),
}

sources = st.lists(st.sampled_from(LINES), max_size=4).map(b"".join)
trees = st.fixed_dictionaries(
    {"tests/test_a.py": sources},
    optional={path: sources for path in (*MODULES, *TESTS) if path != "tests/test_a.py"}
    | {path: st.sampled_from(contents) for path, contents in OTHERS.items()},
)


def answer(before: Files, after: Files, store: facts.FactStore) -> selection.Selection:
    return selection.select(change(before, after), TestSettings(), store)


@pytest.fixture(params=[0, 10_000], ids=["by imports", "by names"])
def _most_files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MOST_FILES", request.param)


@pytest.mark.usefixtures("_most_files")
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(versions=st.lists(trees, min_size=2, max_size=4))
def test_a_chain_of_edits_is_answered_as_if_nothing_were_kept(
    tmp_path_factory: pytest.TempPathFactory, versions: list[dict[str, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("state")
    for before, after in itertools.pairwise(versions):
        expected = answer(before, after, NoStore())
        # A first run that learns, and a second that only remembers.
        assert answer(before, after, FileStore(folder)) == expected
        assert answer(before, after, FileStore(folder)) == expected


BEFORE = {
    "pkg/__init__.py": b"",
    "pkg/a.py": b"def run():\n    return 1\n",
    "pkg/b.py": b"import pkg.a\n",
    "tests/test_a.py": b"from pkg.b import x\n",
    "tests/test_b.py": b"import os\n",
}


@pytest.mark.parametrize("name", ["outlines", "imports", "layout"])
@pytest.mark.parametrize("harm", [lambda old: old[: len(old) // 2], lambda _: b"", bytes.swapcase])
def test_damaged_files_give_the_same_answer_as_none(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    harm: Callable[[bytes], bytes],
) -> None:
    monkeypatch.setattr(selection, "MOST_FILES", 0)
    after = {**BEFORE, "pkg/a.py": b"import os\n\n\ndef run():\n    return 2\n"}
    expected = answer(BEFORE, after, FileStore(tmp_path))
    assert [one.path for one in expected.files] == ["tests/test_a.py"]
    (tmp_path / name).write_bytes(harm((tmp_path / name).read_bytes()))
    assert answer(BEFORE, after, FileStore(tmp_path)) == expected


def test_an_import_that_an_edit_adds_or_removes_counts_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MOST_FILES", 0)
    changed = {**BEFORE, "pkg/a.py": b"def run():\n    return 2\n"}
    answer(BEFORE, changed, FileStore(tmp_path))
    more = {**changed, "tests/test_b.py": b"import pkg.a\n"}
    less = {**changed, "pkg/b.py": b"x = 1\n"}
    chosen = {
        "more": answer(BEFORE, more, FileStore(tmp_path)),
        "less": answer({**BEFORE, "pkg/b.py": b"x = 1\n"}, less, FileStore(tmp_path)),
    }
    assert [one.path for one in chosen["more"].files] == ["tests/test_a.py", "tests/test_b.py"]
    assert chosen["less"].kind is selection.Kind.ALL


def _expected(found: Facts) -> Outline:
    tokens = [token for one in found.definitions for token in one.tokens]
    return facts.outline([*tokens, *(f"+0:{plugin}:" for plugin in found.plugins)])


def _own_files() -> Iterable[Path]:
    root = Path(__file__).parents[3]
    return sorted((root / "hooks").rglob("*.py"))[::4] + sorted((root / "tests").rglob("*.py"))[::8]


@pytest.mark.parametrize("path", _own_files(), ids=lambda path: path.name)
def test_an_outline_tells_what_the_facts_tell_of_a_real_file(path: Path) -> None:
    content = path.read_bytes()
    assert outlines.read(content) == _expected(definitions.read(content))


@settings(max_examples=100, deadline=None)
@given(content=sources)
def test_an_outline_tells_what_the_facts_tell(content: bytes) -> None:
    assert set(outlines.read(content)) >= set(_expected(definitions.read(content)))


PATHS = ("pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/sub/c.py", "tests/test_a.py")
EDITED = st.fixed_dictionaries(
    dict.fromkeys(PATHS, sources),
    optional={
        "tests/test_b.py": sources,
        "tests/pytest.ini": st.sampled_from(OTHERS["tests/pytest.ini"]),
        "data/table.json": st.sampled_from((b"1", b"2")),
    },
)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from((*PATHS, "tests/test_b.py")), sources),
        min_size=2,
        max_size=8,
    ),
    first=EDITED,
)
def test_what_is_recalled_by_a_tree_answers_as_if_nothing_were_kept(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[tuple[int, str, bytes]],
    first: dict[str, bytes],
) -> None:
    monkeypatch.setattr(selection, "MOST_FILES", 0)
    folder = tmp_path_factory.mktemp("state")
    committed = [first]
    for back, path, content in steps:
        # Every commit so far may be checked out again.
        before = committed[-1 - back % len(committed)]
        after = {**before, path: before.get(path, b"") + content}
        if back == 4:
            after = {
                other: text for other, text in after.items() if other != path or path in PATHS[:1]
            }
        assert answer(before, after, FileStore(folder)) == answer(before, after, NoStore())
        committed.append(after)


class Unlisted(FakeTree):
    """A tree that must not be listed."""

    def entries(self) -> Mapping[str, Entry]:
        raise AssertionError("listed")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(BEFORE, id="the same commit"),
        pytest.param({**BEFORE, "pkg/b.py": b"import pkg.a\nx = 1\n"}, id="the next commit"),
        pytest.param({**BEFORE, "tests/test_b.py": b"import pkg.a\n"}, id="an import more"),
    ],
)
def test_a_known_tree_is_not_listed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: Files
) -> None:
    monkeypatch.setattr(selection, "MOST_FILES", 0)
    learned = {**BEFORE, "pkg/a.py": b"import os\n\n\ndef run():\n    return 2\n"}
    answer(BEFORE, learned, FileStore(tmp_path))
    after = {**before, "pkg/a.py": b"import os\n\n\ndef run():\n    return 3\n"}
    edit = change(before, after)
    head = Unlisted(after)
    head.add(change(before, after).base)  # type: ignore[arg-type]
    head.over = edit.base.stored
    found = selection.select(replace(edit, head=head), TestSettings(), FileStore(tmp_path))
    assert found == answer(before, after, NoStore())

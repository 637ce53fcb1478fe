"""The ledger: what passed is remembered by content, and a broken ledger remembers nothing."""

from pathlib import Path

import pytest

from fakes import FakeTree
from hunkgate.ledger import Ledger, content, surroundings


def noted(folder: Path) -> Ledger:
    ledger = Ledger(folder)
    ledger.note(
        ["tests/test_a.py"], content="c1", surroundings="s1", seconds={"tests/test_a.py": 1.5}
    )
    return ledger


def test_what_passed_is_remembered_for_the_same_content_and_surroundings_alone(
    tmp_path: Path,
) -> None:
    ledger = noted(tmp_path / "state")
    assert ledger.passed("c1", "s1") == {"tests/test_a.py"}
    assert ledger.passed("c2", "s1") == frozenset()
    assert ledger.passed("c1", "s2") == frozenset()
    assert ledger.seconds() == {"tests/test_a.py": 1.5}


def test_what_is_known_of_surroundings_holds_for_every_content(tmp_path: Path) -> None:
    ledger = noted(tmp_path / "state")
    assert ledger.known("s1") == {"tests/test_a.py"}
    assert ledger.known("s2") == frozenset()


def test_reading_a_ledger_that_does_not_exist_makes_none(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "state")
    assert (ledger.passed("c", "s"), ledger.seconds()) == (frozenset(), {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(
            b"not a database at all, but long enough to be taken for one" * 9, id="other bytes"
        ),
        pytest.param(b"", id="an empty file"),
    ],
)
def test_a_damaged_ledger_remembers_nothing_and_is_begun_anew(
    tmp_path: Path, damage: bytes
) -> None:
    ledger = noted(tmp_path)
    (tmp_path / "ledger.sqlite3").write_bytes(damage)
    assert ledger.passed("c1", "s1") == frozenset()
    noted(tmp_path)
    assert ledger.passed("c1", "s1") == {"tests/test_a.py"}


def test_a_state_folder_that_cannot_be_made_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ledger = noted(tmp_path / "file" / "state")
    assert ledger.passed("c1", "s1") == frozenset()


def test_content_tells_names_modes_and_bytes_apart() -> None:
    trees = [
        FakeTree({"a": b"1"}),
        FakeTree({"b": b"1"}),
        FakeTree({"a": b"2"}),
        FakeTree({"a": (0o100755, b"1")}),
        FakeTree({"a": b"1", "b": b"1"}),
        FakeTree({}),
    ]
    assert len({content(tree) for tree in trees}) == len(trees)
    assert content(FakeTree({"a": b"1"})) == content(trees[0])


def test_surroundings_tell_their_parts_apart() -> None:
    assert surroundings("ab", "c") != surroundings("a", "bc")

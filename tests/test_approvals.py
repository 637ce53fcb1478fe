"""Items, statements and coverage: what an approval names, how it is written down, and what it lifts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import change
from hunkgate import approvals
from hunkgate.approvals.items import netstrings
from hunkgate.model import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Change


def path_item(one: Change, rule: str = "paths/review") -> str:
    item = approvals.path_item(rule, one, one.files[0])
    assert item is not None
    return item


def test_a_path_item_is_the_same_for_the_same_change() -> None:
    first = change({"a": b"1"}, {"a": b"2"})
    again = change({"a": b"1", "other": b"x"}, {"a": b"2", "other": b"x"})
    assert path_item(first) == path_item(again)
    assert len(path_item(first)) == 64


def test_every_fact_about_a_file_is_in_its_item() -> None:
    told_apart = [
        path_item(change({"a": b"1"}, {"a": b"2"})),
        path_item(change({"a": b"1"}, {"a": b"2"}), rule="paths/read-only"),
        path_item(change({"b": b"1"}, {"b": b"2"})),
        path_item(change({"a": b"0"}, {"a": b"2"})),
        path_item(change({"a": b"1"}, {"a": b"3"})),
        path_item(change({"a": b"2"}, {"a": b"1"})),
        path_item(change({}, {"a": b"2"})),
        path_item(change({}, {"a": b""})),
        path_item(change({"a": b"1"}, {})),
        path_item(change({"a": b"1"}, {"a": b""})),
        path_item(change({"a": b"1"}, {"a": (EXECUTABLE, b"2")})),
        path_item(change({"a": b"1"}, {"a": (SYMLINK, b"2")})),
        path_item(change({"a": (EXECUTABLE, b"1")}, {"a": b"2"})),
        path_item(change({"a": b"1"}, {"a": (GITLINK, b"2")})),
        path_item(change({"a": b"1"}, {"a": (GITLINK, b"3")})),
        path_item(change({"z": b"1"}, {"a": b"2"}, renames={"a": "z"})),
        path_item(change({"y": b"1"}, {"a": b"2"}, renames={"a": "y"})),
    ]
    assert len(set(told_apart)) == len(told_apart)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("a\nb", id="a newline in a path"),
        pytest.param("a\x1b[2Jb", id="an escape in a path"),
        pytest.param("a\x7fb", id="a delete in a path"),
    ],
)
def test_no_approval_can_name_a_path_with_a_control_character(path: str) -> None:
    one = change({}, {path: b"1"})
    assert approvals.path_item("paths/review", one, one.files[0]) is None
    assert approvals.files_item("size/lines", one, one.files) is None


def test_a_path_that_is_not_utf_8_has_an_item_of_its_own() -> None:
    assert path_item(change({}, {"a\udcff": b"1"})) != path_item(change({}, {"a\udcfe": b"1"}))


def test_a_size_item_holds_every_counted_file_and_no_order() -> None:
    one = change({"a": b"1"}, {"a": b"2", "b": b"3"})
    both = approvals.files_item("size/lines", one, one.files)
    assert both == approvals.files_item("size/lines", one, reversed(one.files))
    assert both != approvals.files_item("size/lines", one, one.files[:1])
    assert both != approvals.files_item("size/files", one, one.files)


RECORD = (b"2.31", b"registry")


def test_every_fact_about_a_dependency_is_in_its_item() -> None:
    told_apart = [
        approvals.dependency_item(*fields)
        for fields in (
            ("dependencies/added", "a.txt", "pypi", "x", None, RECORD),
            ("dependencies/removed", "a.txt", "pypi", "x", None, RECORD),
            ("dependencies/added", "b.txt", "pypi", "x", None, RECORD),
            ("dependencies/added", "a.txt", "npm", "x", None, RECORD),
            ("dependencies/added", "a.txt", "pypi", "y", None, RECORD),
            ("dependencies/added", "a.txt", "pypi", "x", (), RECORD),
            ("dependencies/added", "a.txt", "pypi", "x", RECORD, None),
            ("dependencies/added", "a.txt", "pypi", "x", None, (b"2.31registry",)),
            ("dependencies/added", "a.txt", "pypi", "x", None, (b"2.31", b"", b"registry")),
        )
    ]
    assert None not in told_apart
    assert len(set(told_apart)) == len(told_apart)


def test_no_approval_can_name_a_record_with_a_control_character() -> None:
    assert (
        approvals.dependency_item("dependencies/added", "a", "pypi", "x", None, (b"1\n2",)) is None
    )
    assert (
        approvals.dependency_item("dependencies/added", "a", "pypi", "x\x00", None, (b"1",)) is None
    )


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_two_different_lists_of_fields_never_share_an_encoding(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (netstrings(one) == netstrings(other)) == (one == other)


_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=4)
_record = st.none() | st.lists(_text.map(str.encode), max_size=3).map(tuple)
_facts = st.tuples(_text, _text, _text, _text, _record, _record)


@given(_facts, _facts)
def test_two_different_dependency_facts_never_share_an_item(
    one: tuple[str, str, str, str, tuple[bytes, ...] | None, tuple[bytes, ...] | None],
    other: tuple[str, str, str, str, tuple[bytes, ...] | None, tuple[bytes, ...] | None],
) -> None:
    assert (approvals.dependency_item(*one) == approvals.dependency_item(*other)) == (one == other)


def test_a_mode_alone_makes_another_item() -> None:
    modes = (REGULAR, EXECUTABLE, SYMLINK)
    items = {
        path_item(change({"a": (before, b"1")}, {"a": (after, b"1")}))
        for before, after in itertools.permutations(modes, 2)
    }
    assert len(items) == 6

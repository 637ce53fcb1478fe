"""The size gate: lines, files, bytes and width, what counts and what does not, and the split that it proposes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import Content, change
from hunkgate import policy
from hunkgate.gates import GATES, size, split
from hunkgate.model import Origin


def lines(count: int, word: str = "x") -> bytes:
    return b"".join(f"{word} {number}\n".encode() for number in range(count))


def found(
    table: str, before: dict[str, Content], after: dict[str, Content], **more: Any
) -> list[tuple[str, object]]:
    judging = policy.parse({"hunkgate.toml": f"[size]\n{table}".encode()}, GATES, "base")
    kept = ("lines", "files", "text", "bytes", "length")
    return [
        (one.rule, next(one.data[key] for key in kept if key in one.data))
        for one in size.GATE.findings(change(before, after, **more), judging)
    ]


ROWS: dict[str, tuple[str, dict[str, Content], dict[str, Content], list[tuple[str, object]]]] = {
    "exactly at the default limit": ("", {}, {"a": lines(500)}, []),
    "one above it": ("", {}, {"a": lines(501)}, [("size/lines", 501)]),
    "deleted lines count": ("max-lines = 9", {"a": lines(10)}, {}, [("size/lines", 10)]),
    "added and deleted lines of one edit count": ("max-lines = 9", {"a": lines(5)}, {"a": lines(5, "y")}, [("size/lines", 10)]),
    "several files count together": ("max-lines = 9", {}, {"a": lines(5), "b": lines(5)}, [("size/lines", 10)]),
    "excluded files do not count": ('max-lines = 9\nexclude = ["*.lock"]', {}, {"a.lock": lines(50), "b": lines(5)}, []),
    "a group has its own limit": (
        'max-lines = 9\n[[size.limits]]\npaths = ["tests/"]\nmax-lines = 20', {}, {"tests/a": lines(20), "b": lines(9)}, [],
    ),
    "a group above its own limit": (
        'max-lines = 9\n[[size.limits]]\npaths = ["tests/"]\nmax-lines = 20', {}, {"tests/a": lines(21), "b": lines(9)}, [("size/lines", 21)],
    ),
    "too many files": ("max-files = 2", {}, {"a": b"", "b": b"", "c": b""}, [("size/files", 3)]),
    "a large new binary": ('max-bytes = "1 kB"', {}, {"a": b"\0" * 1001}, [("size/bytes", 1001)]),
    "a large binary that shrinks": ('max-bytes = "1 kB"', {"a": b"\0" * 3000}, {"a": b"\0" * 2000}, []),
    "a large binary that grows": ('max-bytes = "1 kB"', {"a": b"\0" * 3000}, {"a": b"\0" * 3001}, [("size/bytes", 3001)]),
    "a line above the width": ("max-line-length = 10", {}, {"a": b"12345678901\n"}, [("size/line-length", 11)]),
    "a line at the width in characters, not bytes": ("max-line-length = 10", {}, {"a": "äöüäöüäöüä\n".encode()}, []),
    "a wide line that was there before": ("max-line-length = 5", {"a": b"1234567\n"}, {"a": b"1234567\nb\n"}, []),
    "text that grows by more bytes than its lines may hold": ("max-lines = 9", {}, {"a": b"x" * 4000 + b"\n" + b"y" * 4000}, [("size/text", 8001)]),
    "several texts grow together": ("max-lines = 9", {}, {"a": b"x" * 4000, "b": b"x" * 4000}, [("size/text", 8000)]),
    "what another text loses does not count against it": (
        "max-lines = 9", {"a": b"x" * 4900}, {"b": b"y" * 4000 + b"\n" + b"y" * 4000}, [("size/text", 8001)],
    ),
    "wide lines that take the place of such": ("max-lines = 9", {"a": b"x" * 4900 + b"\n" + b"x" * 4900}, {"a": b"y" * 4900 + b"\n" + b"y" * 4900}, []),
    "by default wide lines below the width": ("", {}, {"a": (b"x" * 4900 + b"\n") * 60}, [("size/text", 294_060)]),
    "wide lines where each line may hold more": ("bytes-per-line = 5000", {}, {"a": (b"x" * 4900 + b"\n") * 60}, []),
    "a group of files has bytes for its own lines": (
        'max-lines = 9\n[[size.limits]]\npaths = ["tests/"]\nmax-lines = 20', {}, {"tests/a": b"x" * 4900 + b"\n" + b"y" * 4900}, [],
    ),
    "200 kB in one line by default": ("", {}, {"a": b"x" * 200_000}, [("size/line-length", 200_000)]),
}  # fmt: skip


@pytest.mark.parametrize(("table", "before", "after", "expected"), ROWS.values(), ids=ROWS)
def test_size(
    table: str,
    before: dict[str, Content],
    after: dict[str, Content],
    expected: list[tuple[str, object]],
) -> None:
    assert found(table, before, after) == expected


@given(
    parts=st.lists(st.integers(min_value=0, max_value=9), max_size=12),
    end=st.sampled_from(["\n", ""]),
    limit=st.integers(min_value=1, max_value=8),
)
def test_the_widest_line_is_found_wherever_it_stands(
    parts: list[int], end: str, limit: int
) -> None:
    content = "\n".join("x" * length for length in parts) + end
    widest = max(parts, default=0)
    wide = [("size/line-length", widest)] if widest > limit else []
    assert found(f"max-line-length = {limit}", {}, {"a": content.encode()}) == wide


def test_an_exact_move_counts_nothing() -> None:
    assert found("max-lines = 1", {"a": lines(50)}, {"b": lines(50)}, renames={"b": "a"}) == []


def test_a_move_with_edits_counts_the_edits() -> None:
    assert found("max-lines = 1", {"a": lines(50)}, {"b": lines(51)}, renames={"b": "a"}) == []
    assert found("max-lines = 1", {"a": lines(50)}, {"b": lines(52)}, renames={"b": "a"}) == [
        ("size/lines", 2)
    ]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(
            "max-lines = 9",
            [("size/lines", 12)],
            id="without a limit of its own a range has that of a commit",
        ),
        pytest.param(
            "max-lines = 9\nmax-range-lines = 12", [], id="a range may have a limit of its own"
        ),
    ],
)
def test_a_range(table: str, expected: list[tuple[str, object]]) -> None:
    assert found(table, {}, {"a": lines(12)}, origin=Origin.RANGE) == expected


def test_a_range_has_bytes_for_the_lines_that_it_may_bring() -> None:
    wide: dict[str, Content] = {"a": b"x" * 4000 + b"\n" + b"y" * 4000}
    for more, expected in (("", [("size/text", 8001)]), ("\nmax-range-lines = 20", [])):
        assert found(f"max-lines = 9{more}", {}, wide, origin=Origin.RANGE) == expected


@pytest.mark.parametrize(
    ("setting", "attribute"),
    [("generated", "linguist-generated"), ("vendored", "linguist-vendored")],
)
def test_marked_files_are_left_out_only_when_the_policy_says_so(
    setting: str, attribute: str
) -> None:
    marked = {"a": {attribute: "true"}}
    assert found("max-lines = 9", {}, {"a": lines(12)}, attributes=marked) == [("size/lines", 12)]
    assert (
        found(f"max-lines = 9\nexclude-{setting} = true", {}, {"a": lines(12)}, attributes=marked)
        == []
    )
    assert found(f"max-lines = 9\nexclude-{setting} = true", {}, {"a": lines(12)}) == [
        ("size/lines", 12)
    ]


def test_the_split_puts_imported_files_first_and_keeps_below_the_limit() -> None:
    files: dict[str, Content] = {
        "app/main.py": b"from lib import tools\n" + lines(60),
        "lib/tools.py": b"import lib.base\n" + lines(60),
        "lib/base.py": lines(60),
        "docs/a.md": lines(30),
    }
    touched = change({}, files)
    found_parts = split.parts(touched, touched.files, 130)
    order = [file.path for part in found_parts for file in part.files]
    assert order.index("lib/base.py") < order.index("lib/tools.py") < order.index("app/main.py")
    assert sorted(order) == sorted(files)
    assert all(part.lines <= 130 for part in found_parts)


def test_a_file_above_the_limit_stands_alone_and_is_named() -> None:
    touched = change({}, {"big.py": lines(300), "small.py": lines(3)})
    assert any(
        "big.py" in line and "git add -p" in line
        for line in split.proposal(touched, touched.files, 100)
    )


def test_files_that_import_each_other_in_a_circle_are_split_all_the_same() -> None:
    touched = change({}, {"a.py": b"import b\n" + lines(60), "b.py": b"import a\n" + lines(60)})
    assert sorted(
        file.path for part in split.parts(touched, touched.files, 70) for file in part.files
    ) == ["a.py", "b.py"]

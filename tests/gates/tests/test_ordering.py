"""Which test first: pairs of tests, and the one that is more likely to fail."""

import pytest

import fakes
from hunkgate.gates.tests import ordering
from hunkgate.gates.tests.choice import Choice, SelectedTest
from hunkgate.gates.tests.record import Footprint, TestRecord, bits
from hunkgate.gates.tests.selection import Kind, SelectedFile, Selection

NOW = 1e9
CHANGE = fakes.change(
    {"src/parser.py": b"def read():\n    return 1\n", "tests/test_new.py": b"1\n"},
    {"src/parser.py": b"def read():\n    return 2\n", "tests/test_new.py": b"2\n"},
)
HIT = ("src/parser.py::read",)


def a_test(
    node: str,
    *in_question: int,
    others: int = 10,
    hits: tuple[str, ...] = HIT,
    seconds: float = 1.0,
    failed: float = 0.0,
) -> SelectedTest:
    lines = (
        (Footprint(path="src/parser.py", blob="a" * 40, lines=bits(in_question)),)
        if in_question
        else ()
    )
    rest = Footprint(path="src/other.py", blob="b" * 40, lines=bits(range(1, others + 1)))
    record = TestRecord(node=node, seconds=seconds, failed=failed, footprints=(*lines, rest))
    return SelectedTest(record=record, reason="", hits=hits, lines=lines)


def order(*tests: SelectedTest, unknown: tuple[str, ...] = ()) -> tuple[str, ...]:
    files = sorted({*(one.record.file for one in tests), *unknown})
    choice = Choice(
        kind=Kind.SOME,
        reason="",
        files=tuple(SelectedFile(path=path, reason="") for path in files),
        tests=tests,
        selection=Selection(kind=Kind.SOME, reason=""),
    )
    return ordering.in_order(choice, CHANGE, NOW)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(a_test("tests/test_new.py::test"), a_test("tests/test_b.py::test", 2), id="a test of the change itself"),
        pytest.param(a_test("tests/test_z.py::test", 2, failed=NOW - 60), a_test("tests/test_b.py::test", 2), id="one that failed of late"),
        pytest.param(a_test("tests/test_z.py::test", 2), a_test("tests/test_b.py::test", hits=()), id="one that executed what changed"),
        pytest.param(a_test("tests/test_z.py::test", 2, others=3), a_test("tests/test_b.py::test", 2, others=900), id="one that does little else"),
        pytest.param(a_test("tests/test_parser.py::test", 2), a_test("tests/test_b.py::test", 2), id="one that is called like the file"),
        pytest.param(a_test("tests/test_z.py::test_read", 2), a_test("tests/test_b.py::test_draw", 2), id="one that is called like the function"),
        pytest.param(a_test("tests/test_z.py::test_return", 2), a_test("tests/test_b.py::test_other", 2), id="one that is called like the code that came or went"),
        pytest.param(a_test("tests/test_z.py::test", 2, seconds=0.1), a_test("tests/test_b.py::test", 2, seconds=9.0), id="the shorter of two equals"),
    ],
)  # fmt: skip
def test_goes_first(first: SelectedTest, second: SelectedTest) -> None:
    assert order(second, first)[0] == first.record.node


def test_each_variant_that_runs_the_same_lines_promises_less() -> None:
    variants = [a_test(f"tests/test_parser.py::test_read[{number}]", 2) for number in range(40)]
    placed = order(*variants, a_test("tests/test_b.py::test", 2))
    assert 0 < placed.index("tests/test_b.py::test") < 10


def test_a_variant_that_runs_other_lines_does_not_wait() -> None:
    variants = [a_test(f"tests/test_parser.py::test_read[{number}]", 2) for number in range(5)]
    other = a_test("tests/test_parser.py::test_read[odd]", 2, 3)
    assert order(*variants, other).index(other.record.node) <= 1


def test_a_file_without_records_stands_as_its_path() -> None:
    assert set(order(a_test("tests/test_b.py::test", 2), unknown=("tests/test_c.py",))) == {
        "tests/test_b.py::test",
        "tests/test_c.py",
    }


def test_every_test_is_in_the_order_once() -> None:
    tests = [a_test(f"tests/test_{name}.py::test", 2) for name in "cab"]
    assert sorted(order(*tests)) == [
        one.record.node for one in sorted(tests, key=lambda one: one.record.node)
    ]

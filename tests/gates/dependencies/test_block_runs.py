"""What two texts of many blocks have in common."""

from hypothesis import given
from hypothesis import strategies as st

from hunkgate.gates.dependencies.runs import Run, runs

BLOCKS = st.lists(st.sampled_from([b"a", b"b", b"aa", b"ab", b"", b"x" * 5000]), max_size=12)


def text(blocks: list[bytes]) -> bytes:
    return b"".join(one + b"\n" for one in blocks)


@given(before=BLOCKS, after=BLOCKS)
def test_a_run_stands_in_both_texts_and_is_whole_blocks(
    before: list[bytes], after: list[bytes]
) -> None:
    old, new = text(before), text(after)
    found = runs(old, new, b"\n")
    assert found is not None
    here = there = 0
    for run in found:
        assert run.length > 0
        assert run.old >= here
        assert run.new >= there
        here, there = run.old + run.length, run.new + run.length
        assert old[run.old : here] == new[run.new : there]
        assert old[:here].endswith(b"\n")
        assert (b"\n" + old)[: run.old + 1].endswith(b"\n")
        assert (b"\n" + new)[: run.new + 1].endswith(b"\n")


@given(blocks=BLOCKS.filter(bool))
def test_equal_texts_are_one_run(blocks: list[bytes]) -> None:
    same = text(blocks)
    assert runs(same, same, b"\n") == [Run(old=0, new=0, length=len(same))]


@given(
    before=st.text(alphabet="a\n", max_size=12).map(str.encode),
    after=st.text(alphabet="a\n", max_size=12).map(str.encode),
    end=st.sampled_from([b"\n", b"\n\n", b"a\n"]),
)
def test_texts_that_end_within_a_block_come_to_an_end(
    before: bytes, after: bytes, end: bytes
) -> None:
    for run in runs(before, after, end) or ():
        held = before[run.old : run.old + run.length]
        assert held == after[run.new : run.new + run.length]
        assert held.endswith(end)


def test_two_texts_that_end_within_one_block_have_no_runs() -> None:
    assert runs(b"a\nb", b"c\nb", b"\n") is None


def test_what_comes_goes_and_changes_stands_between_runs() -> None:
    found = runs(b"a\nb\nc\nd\ne\n", b"a\nB\nc\ne\nf\n", b"\n")
    assert found == [
        Run(old=0, new=0, length=2),
        Run(old=4, new=4, length=2),
        Run(old=8, new=6, length=2),
    ]


def test_texts_that_differ_in_thousands_of_blocks_have_no_runs() -> None:
    old, new = (text([b"%s%d" % (word, n) for n in range(3000)]) for word in (b"a", b"b"))
    assert runs(old, new, b"\n") is None


def test_behind_a_difference_no_run_begins_with_a_weak_block() -> None:
    """What is alike all over a text would lead to the wrong place in it."""
    found = runs(b"a\n d\nb\n d\nc\n d\n", b"b\n d\nc\n d\n", b"\n", weak=b" ")
    assert found == [Run(old=5, new=0, length=10)]

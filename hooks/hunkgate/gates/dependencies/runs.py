"""What two texts of many blocks have in common: runs of whole blocks, found without a look at most of them."""

from collections.abc import Iterator
from typing import AnyStr, NamedTuple

_STEP = 4096
_AHEAD = 2000


class Run(NamedTuple):
    """Whole blocks that stand in both texts: their offsets in the two and their length, in bytes."""

    old: int
    new: int
    length: int


def runs(old: bytes, new: bytes, end: bytes, *, weak: bytes | None = None) -> list[Run] | None:
    """Runs of blocks that two texts share, in the order of both; not always the longest ones. ``end`` stands behind every block. Behind a
    difference no run begins with a block that begins with ``weak``: those are alike all over a text.

    None where they differ in so many blocks together (2,000) that to read them whole is quicker, and where both end within one block.
    """
    found: list[Run] = []
    here = there = 0
    while True:
        alike = same(old, here, new, there)
        last = old.rfind(end, here, here + alike)
        if last >= 0:
            whole = last + len(end) - here
            found.append(Run(old=here, new=there, length=whole))
            here, there = here + whole, there + whole
        if here == len(old) and there == len(new):
            return found
        meeting = _meeting(old, here, new, there, end, weak)
        # Without its end the last block of both can be no part of a run.
        if meeting is None or meeting == (here, there):
            return None
        here, there = meeting


def same(old: AnyStr, here: int, new: AnyStr, there: int) -> int:
    """How many bytes or characters are the same from these offsets on."""
    most = min(len(old) - here, len(new) - there)
    low, step = 0, _STEP
    # Whole pages while they are the same, then ever smaller pieces of the first that is not.
    while step:
        while (
            low + step <= most
            and old[here + low : here + low + step] == new[there + low : there + low + step]
        ):
            low += step
        step //= 2
    return low


def _meeting(
    old: bytes, here: int, new: bytes, there: int, end: bytes, weak: bytes | None
) -> tuple[int, int] | None:
    """The offsets of the next block that both texts hold, or of their ends; None where too many blocks stand before it."""
    ours: dict[bytes, int] = {}
    theirs: dict[bytes, int] = {}
    left, right = _blocks(old, here, end), _blocks(new, there, end)
    for _ in range(_AHEAD):
        one, other = next(left, None), next(right, None)
        if one is None and other is None:
            return len(old), len(new)
        if one is not None and (weak is None or not one[0].startswith(weak)):
            ours.setdefault(*one)
            if one[0] in theirs:
                return one[1], theirs[one[0]]
        if other is not None and (weak is None or not other[0].startswith(weak)):
            theirs.setdefault(*other)
            if other[0] in ours:
                return ours[other[0]], other[1]
    return None


def _blocks(text: bytes, start: int, end: bytes) -> Iterator[tuple[bytes, int]]:
    """Each block from an offset on, with its own."""
    while start < len(text):
        found = text.find(end, start)
        following = found + len(end) if found >= 0 else len(text)
        yield text[start:following], start
        start = following

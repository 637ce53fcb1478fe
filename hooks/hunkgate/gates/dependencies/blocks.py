"""Two versions of a lock without what both hold: of ten thousand entries most changes touch a few, and the others need not be read.

A format whose tool writes a block of lines for each entry says how its file falls into blocks. What is left when the runs of blocks that
both versions hold are taken out is read by the format's own reader. Where a file is not literally as its tool writes it, or what stands
around the blocks differs, both versions are read as a whole.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from hunkgate.gates.dependencies.dependency import Dependency, Reading, UnreadableError
from hunkgate.gates.dependencies.runs import runs

# How many names of the rest are read first, and how many times more each time after.
_FIRST, _GROWTH = 8, 8


class Shape(NamedTuple):
    """How blocks of one kind are written.

    ``sound`` tells of any number of blocks, one behind the other and each with its ``end``, whether the format's reader takes every one of
    them without a word, whatever other such blocks stand beside it; in sound blocks an ``end`` stands at their ends alone. ``names`` gives
    for each of some sound blocks (without their ends) the name of the record that it has a part in, empty for a block that is read in any
    case, None for one that says nothing. ``keys`` gives what no two of them may have in common, where the reader refuses that. ``lone``
    is False where they only add to records that other blocks make. Blocks that begin with ``weak`` are alike all over a lock.
    """

    sound: Callable[[bytes], object]
    names: Callable[[Sequence[bytes]], Sequence[bytes | None]]
    end: bytes = b"\n"
    keys: Callable[[Sequence[bytes]], Sequence[bytes]] | None = None
    lone: bool = True
    weak: bytes | None = None


class Part(NamedTuple):
    """Blocks of a shape, one behind the other, and the ``frame`` before them, which is read with any of them."""

    frame: bytes
    blocks: bytes
    shape: Shape


class Blocks(NamedTuple):
    """How a lock falls into blocks that each speak for themselves: a record depends on the blocks of its name and on the frames alone.

    ``cut`` gives the parts of a content, which put together are the content with no line more or less (but at its end); None where it has no
    such parts. ``read`` reads some of the parts' blocks with all frames, put together.
    """

    ecosystem: str
    cut: Callable[[bytes], Sequence[Part] | None]
    read: Callable[[bytes], Reading]

    def pair(self, before: bytes, after: bytes) -> tuple[Reading, Reading] | None:
        """Both versions with the records of the names of which they do not hold the same blocks, all others as the rest.

        None where that cannot be told from the blocks: then both are to be read as a whole, which also says what is wrong with them.
        """
        old, new = self.cut(before), self.cut(after)
        if old is None or new is None or len(old) != len(new):
            return None
        halves: list[tuple[_Half, _Half]] = []
        for left, right in zip(old, new, strict=True):
            compared = _compared(left, right)
            if compared is None:
                return None
            halves.append(compared)
        moved = frozenset(
            (b"", *(name for both in halves for half in both for name in half.moved() if name))
        )
        try:
            one = self._only([half for half, _ in halves], moved)
            two = self._only([half for _, half in halves], moved)
        except UnreadableError:
            return None
        return (one, two) if one.own == two.own else None

    def _only(self, halves: "Sequence[_Half]", moved: AbstractSet[bytes]) -> Reading:
        """The reading of the blocks that are not shared and of the shared ones of these names; all others are the rest."""

        def kept() -> Iterator[bytes]:
            return (
                name
                for half in halves
                if half.part.shape.lone
                for several in half.names
                for name in several
                if name is not None and name not in moved
            )

        def beside(ecosystem: str) -> Sequence[str]:
            if ecosystem != self.ecosystem:
                return ()
            # No name holds a line end; all of them together are decoded at once.
            several = b"\n".join(kept()).decode("utf-8", "surrogateescape")
            return several.split("\n") if several else ()

        def rest() -> Iterator[Dependency]:
            waiting = tuple(dict.fromkeys(kept()))
            start, size = 0, _FIRST
            while start < len(waiting):
                chosen = frozenset(waiting[start : start + size])
                yield from self._reading(halves, chosen, apart=False).dependencies
                start, size = start + size, size * _GROWTH

        return replace(self._reading(halves, moved, apart=True), rest=rest, beside=beside)

    def _reading(
        self, halves: "Sequence[_Half]", names: AbstractSet[bytes], *, apart: bool
    ) -> Reading:
        """The reading of the shared blocks of these names, and of those that are not shared where they too are wanted, with their lines in
        the whole.
        """
        pieces = _Pieces()
        for half in halves:
            blocks = half.part.blocks
            pieces.take(half.part.frame)
            behind = 0
            for start, end in sorted((*half.of(names), *(half.between() if apart else ()))):
                pieces.skip(blocks.count(b"\n", behind, start))
                pieces.take(blocks[start:end])
                behind = end
            pieces.skip(blocks.count(b"\n", behind))
        found = self.read(b"".join(pieces.taken))
        return replace(
            found,
            dependencies=tuple(
                replace(one, line=pieces.line(one.line)) for one in found.dependencies
            ),
            options=tuple(replace(one, line=pieces.line(one.line)) for one in found.options),
        )


class _Half(NamedTuple):
    """One version of a part beside the other: the runs that both share, as offsets in this one, and their blocks with the name of each."""

    part: Part
    runs: Sequence[tuple[int, int]]
    shared: Sequence[Sequence[bytes]]
    names: Sequence[Sequence[bytes | None]]

    def between(self) -> Iterator[tuple[int, int]]:
        """From where to where there is what is not shared."""
        behind = 0
        for start, end in (*self.runs, (len(self.part.blocks),) * 2):
            if behind < start:
                yield behind, start
            behind = end

    def apart(self) -> list[bytes]:
        """The blocks that are not shared."""
        blocks, end = self.part.blocks, self.part.shape.end
        return [
            block
            for start, stop in self.between()
            for block in blocks[start:stop].removesuffix(end).split(end)
        ]

    def moved(self) -> Sequence[bytes | None]:
        """The names of the blocks that are not shared."""
        return self.part.shape.names(self.apart())

    def of(self, names: AbstractSet[bytes]) -> Iterator[tuple[int, int]]:
        """From where to where each of the shared blocks of these names stands."""
        end = len(self.part.shape.end)
        for (start, _), several, named in zip(self.runs, self.shared, self.names, strict=True):
            if not names.isdisjoint(named):
                offsets = list(accumulate((len(one) + end for one in several), initial=start))
                for place, name in enumerate(named):
                    if name in names:
                        yield offsets[place], offsets[place + 1]


def _compared(left: Part, right: Part) -> tuple[_Half, _Half] | None:
    """Two versions of a part; None where they share too little or the reader does not take them as they are."""
    shape = left.shape
    if left.frame != right.frame or shape is not right.shape:
        return None
    shared = runs(left.blocks, right.blocks, shape.end, weak=shape.weak)
    # What both hold is looked at once.
    if shared is None or not shape.sound(left.blocks):
        return None
    both = [left.blocks[run.old : run.old + run.length].split(shape.end)[:-1] for run in shared]
    names = [shape.names(several) for several in both]
    old, new = (
        _Half(
            part=part,
            runs=[(at, at + run.length) for at, run in zip(starts, shared, strict=True)],
            shared=both,
            names=names,
        )
        for part, starts in (
            (left, [run.old for run in shared]),
            (right, [run.new for run in shared]),
        )
    )
    if not shape.sound(b"".join([right.blocks[start:end] for start, end in new.between()])):
        return None
    if shape.keys is not None:
        held = names if shape.keys is shape.names else map(shape.keys, both)
        keys = set[bytes | None]().union(*held)
        if len(keys) < sum(map(len, both)):
            return None
        for several in (old.apart(), new.apart()):
            fresh = shape.keys(several)
            if len(set(fresh)) < len(several) or not keys.isdisjoint(fresh):
                return None
    return old, new


class _Pieces:
    """What is taken of a file, and on which line of it each piece begins."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self._ours: list[int] = []
        self._theirs: list[int] = []
        self._next, self._line = 1, 1

    def take(self, piece: bytes) -> None:
        """Take what comes next in the file."""
        self.taken.append(piece)
        self._ours.append(self._next)
        self._theirs.append(self._line)
        lines = piece.count(b"\n")
        self._next += lines
        self._line += lines

    def skip(self, lines: int) -> None:
        """Leave out the lines that come next in the file."""
        self._line += lines

    def line(self, number: int) -> int:
        """The line of the file that this line of the pieces is; 0 for none."""
        if not number:
            return 0
        piece = bisect_right(self._ours, number) - 1
        return self._theirs[piece] + number - self._ours[piece]

"""Locks of which only the blocks that differ are read: the same comes out as where both versions are read as a whole, to the line."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hunkgate.gates.dependencies import formats, locks
from hunkgate.gates.dependencies.blocks import Blocks
from hunkgate.gates.dependencies.compare import compare
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    DependencyChange,
    Option,
    Reading,
    UnreadableError,
)

SETTINGS = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A lock as its tool writes it: what stands before the entries, between them and behind them, and an entry of a name and a version.

    ``odd`` are bytes that mean something in such a lock.
    """

    head: str
    entry: Callable[[str, str], str]
    between: str = ""
    tail: str = ""
    odd: tuple[str, ...] = ()

    def text(self, entries: list[tuple[str, str]]) -> bytes:
        return (
            self.head + self.between.join(self.entry(*one) for one in entries) + self.tail
        ).encode()


GO = Written(
    head="",
    entry=lambda name, version: f"{name} v{version} h1:{name}{version}=\n{name} v{version}/go.mod h1:{version}=\n",
    odd=(" ", "/go.mod", "h1:", "\r", "\u2028"),
)

LOCKS = {"go-sum": GO}
EVERY = pytest.mark.parametrize("name", LOCKS)
ENTRIES = st.lists(
    st.tuples(st.sampled_from(["a", "b", "a-b", "c", "d/e", "@s/f"]), st.sampled_from(["1.0", "1.1", "2.0"])),
    max_size=12,
    unique=True,
)  # fmt: skip
Seen = tuple[
    tuple[DependencyChange, ...],
    list[frozenset[Dependency]],
    list[frozenset[tuple[str, str]]],
    list[tuple[frozenset[str], tuple[Option, ...]]],
]


def seen(readings: tuple[Reading, Reading]) -> Seen:
    return (
        compare(*readings, file="lock"),
        [frozenset(side.every()) for side in readings],
        [frozenset(side.names()) for side in readings],
        [(side.own, side.options) for side in readings],
    )


def whole(name: str, before: bytes, after: bytes) -> Seen | str:
    """From both versions read as a whole."""
    one = formats.named(name)
    assert one is not None
    opened = one.opened()
    assert opened is not None
    try:
        return seen(locks.pair(opened(before), opened(after)))
    except UnreadableError as error:
        return error.reason


def quick(name: str, before: bytes, after: bytes) -> Seen | str:
    """As the survey reads them."""
    one = formats.named(name)
    assert one is not None
    try:
        return seen(one.pair(before, after))
    except UnreadableError as error:
        return error.reason


def blocks(name: str) -> Blocks:
    one = formats.named(name)
    assert one is not None
    found = one.blocks()
    assert found is not None
    return found


@EVERY
@SETTINGS
@given(before=ENTRIES, after=ENTRIES)
def test_locks_as_written(
    name: str, before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    old, new = LOCKS[name].text(before), LOCKS[name].text(after)
    assert quick(name, old, new) == whole(name, old, new)


@EVERY
@SETTINGS
@given(before=ENTRIES, after=ENTRIES, data=st.data())
def test_damaged_locks(
    name: str, before: list[tuple[str, str]], after: list[tuple[str, str]], data: st.DataObject
) -> None:
    """A few bytes of the one, of the other or of both are others: what is unreadable stays so, what changed is told."""
    lock = LOCKS[name]
    old, new = lock.text(before), lock.text(after)
    words = ["", "\n", " ", "  ", "x", '"', "#", *lock.odd]
    for _ in range(data.draw(st.integers(1, 2))):
        place, cut = data.draw(st.integers(0, len(old))), data.draw(st.integers(0, 3))
        word = data.draw(st.sampled_from(words)).encode()
        side = data.draw(st.sampled_from(["old", "new", "both"]))
        if side != "new":
            old = old[:place] + word + old[place + cut :]
        if side != "old":
            new = new[:place] + word + new[place + cut :]
    assert quick(name, old, new) == whole(name, old, new)


@EVERY
def test_what_both_versions_hold_is_not_read(name: str) -> None:
    names = [f"p{n}" for n in range(100)]
    old = LOCKS[name].text([(one, "1.0") for one in names])
    new = LOCKS[name].text([(one, "1.1" if one in ("p5", "p77") else "1.0") for one in names])
    found = blocks(name).pair(old, new)
    assert found is not None
    assert [len(side.dependencies) for side in found] == [2, 2]
    assert seen(found) == whole(name, old, new)
    assert len(list(found[0].rest())) == 98

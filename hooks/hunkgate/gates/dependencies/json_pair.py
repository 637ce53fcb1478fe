"""Two versions of a JSON document, of which what both hold is read once: of ten thousand entries most changes touch a few.

An entry is what stands two levels below the top: a member of an object, or an item of a list, that is itself a member of the document.
What a JSON reader takes for an entry depends on the text from there on and on what is open there, and on nothing before it. So where both
versions stand behind an entry of the same kind of container and go on alike, they hold the same entries as far as they are alike.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from hunkgate.gates.dependencies import documents
from hunkgate.gates.dependencies.dependency import UnreadableError
from hunkgate.gates.dependencies.runs import same

# StopIteration is what a scanner says where no value stands.
_NOT_SO = (
    ValueError,
    RecursionError,
    StopIteration,
    UnreadableError,
    documents.RepeatedKeyError,
)
_Decode = Callable[[str, int], tuple[object, int]]

_BLANKS = r"[ \t\n\r]*+"
# A key that is written plainly: one with an escape is left to the whole reader.
_KEY = rf'{_BLANKS}"([^"\\\x00-\x1f]*+)"{_BLANKS}:{_BLANKS}'
_BEGINNING = 100
"""So many characters of an item of a list tell it from the others. Where they do not, more is read than need be."""
_NEXT = 4
"""So many entries behind the last one that both versions hold are looked at before all of them are."""


class _Kind(NamedTuple):
    """How a container is written: what stands before its first value and before each other one, with the key in a group, and its end."""

    first: re.Pattern[str]
    next: re.Pattern[str]
    end: re.Pattern[str]


_OBJECT = _Kind(
    first=re.compile(rf"\{{{_KEY}"),
    next=re.compile(rf"{_BLANKS},{_KEY}"),
    end=re.compile(rf"{_BLANKS}\}}"),
)
_LIST = _Kind(
    first=re.compile(rf"\[{_BLANKS}()(?!\])"),
    next=re.compile(rf"{_BLANKS},{_BLANKS}()"),
    end=re.compile(rf"{_BLANKS}\]"),
)
_KINDS = {"{": _OBJECT, "[": _LIST}
_AROUND = re.compile(_BLANKS)


@dataclass(slots=True, kw_only=True)
class _Entries:
    """What one container holds in one version: keys (empty in a list), values, and from where to where in the text each value stands.

    ``start`` is the offset behind the opening bracket.
    """

    kind: _Kind
    text: str
    start: int
    keys: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    table: dict[str, object] = field(default_factory=dict)
    places: dict[str, int] | None = None
    shared: bytearray = field(default_factory=bytearray)
    """A one for each entry that the other version holds, too."""

    def close(self) -> object:
        """The object or list, when all of it is read. Raises ValueError where a key repeats."""
        if self.kind is _OBJECT:
            self.table = _once(self.keys, self.values)
            return self.table
        return self.values

    def place(self, key: str, text: str, start: int, behind: int) -> int | None:
        """Which entry another version's, of this key or of such a beginning, is likely to be a version of: mostly one of the next few."""
        told = text[start : start + _BEGINNING]
        for place in range(behind, min(behind + _NEXT, len(self.keys))):
            if self.kind is _OBJECT:
                if self.keys[place] == key:
                    return place
            elif self.text.startswith(told, self.starts[place]):
                return place
        if self.kind is _OBJECT and key not in self.table:
            return None
        if self.places is None:
            several = self.keys
            if self.kind is _LIST:
                several = [self.text[one : one + _BEGINNING] for one in self.starts]
            self.places = {one: place for place, one in enumerate(several)}
        return self.places.get(key if self.kind is _OBJECT else told)

    def goes_on(self, place: int, text: str, start: int) -> bool:
        """Whether a text goes on from an offset as this one does from before an entry to behind it, and with one character more."""
        if place == len(self.ends):
            return False
        return text.startswith(self.text[self.before(place) : self.ends[place] + 1], start)

    def before(self, place: int) -> int:
        """The offset behind the entry before this one, behind the bracket for the first."""
        return self.ends[place - 1] if place else self.start

    def holds(self, place: int, text: str, start: int) -> bool:
        """Whether a text goes on from an offset with this entry. What a number is depends on what follows it."""
        ends = self.text[self.ends[place] - 1] in '}]"'
        return ends and text.startswith(self.text[self.starts[place] : self.ends[place]], start)


_Members = dict[str, _Entries]


def pair(before: str, after: str) -> tuple[dict[str, object], dict[str, object]] | None:
    """Both versions as objects; what both hold in the same places is the same object in both, and read in ``before``.

    None where they cannot be read so: where one of them is no object or no JSON, repeats a key, or has an escape in a key of the first two
    levels. Then each is to be read by itself, which also says what is wrong with it. A key that repeats within an entry that both hold
    counts with its last value: it is nothing that the change brings.
    """
    try:
        old, members = _read(before, _scanner(strict=False), {})
        strict = _scanner(strict=True)
        new, _ = _read(after, strict, members)
        for one in members.values():
            for start, shared in zip_longest(one.starts, one.shared):
                if not shared:
                    strict(before, start)
    except _NOT_SO:
        return None
    return old, new


def _scanner(*, strict: bool) -> _Decode:
    # What raw_decode asks, without its wrapping of each of ten thousand calls; the stubs of json do not know of it.
    found: _Decode = vars(documents.json_decoder(strict=strict))["scan_once"]
    return found


def _read(text: str, decode: _Decode, before: _Members) -> tuple[dict[str, object], _Members]:
    """A document, and what it holds by the keys of its containers. Raises ValueError."""
    keys: list[str] = []
    values: list[object] = []
    members: _Members = {}
    at = _end(_AROUND, text, 0)
    found = _OBJECT.first.match(text, at)
    at += 1
    while found:
        key, start = found[1], found.end()
        kind = _KINDS.get(text[start : start + 1])
        value: object
        if kind is None:
            value, at = decode(text, start)
        else:
            entries = _Entries(kind=kind, text=text, start=start + 1)
            other = before.get(key)
            if other is not None and other.kind is kind:
                at = _read_beside(entries, decode, other)
            else:
                at = _read_alone(entries, decode)
            members[key] = entries
            value = entries.close()
        keys.append(key)
        values.append(value)
        found = _OBJECT.next.match(text, at)
    at = _end(_AROUND, text, _end(_OBJECT.end, text, at))
    if at != len(text) or not keys:
        raise ValueError
    return _once(keys, values), members


def _read_alone(entries: _Entries, decode: _Decode) -> int:
    """The offset behind a container all of whose entries were read. Raises ValueError."""
    text, following = entries.text, entries.kind.next.match
    keys, values, starts, ends = entries.keys, entries.values, entries.starts, entries.ends
    at = entries.start
    found = entries.kind.first.match(text, at - 1)
    while found:
        start = found.end()
        value, at = decode(text, start)
        keys.append(found[1])
        values.append(value)
        starts.append(start)
        ends.append(at)
        found = following(text, at)
    return _end(entries.kind.end, text, at)


def _read_beside(entries: _Entries, decode: _Decode, old: _Entries) -> int:
    """The same, with the entries that the other version holds, too, taken from it."""
    text, kind = entries.text, entries.kind
    old.shared = bytearray(len(old.values))
    there, place = (
        entries.start,
        0,
    )  # an offset in this version, and how many entries of the other one stand before the same
    while True:
        # Only in the beginning the two can differ in what is open: a bracket behind which there is nothing yet, or an entry.
        here = old.before(place)
        if bool(place) is bool(entries.keys) and old.goes_on(place, text, there):
            # An entry's end counts where what stands behind it is alike, too: a number might go on.
            stop = bisect_left(old.ends, here + same(old.text, here, text, there), place)
            entries.keys += old.keys[place:stop]
            entries.values += old.values[place:stop]
            old.shared[place:stop] = b"\1" * (stop - place)
            there += old.ends[stop - 1] - here
            place = stop
        found = kind.next.match(text, there) if entries.keys else kind.first.match(text, there - 1)
        if found is None:
            return _end(kind.end, text, there)
        key, start = found[1], found.end()
        mate = old.place(key, text, start, place)
        if mate is not None and old.holds(mate, text, start):
            value: object = old.values[mate]
            old.shared[mate] = 1
            there = start + old.ends[mate] - old.starts[mate]
        else:
            value, there = decode(text, start)
        entries.keys.append(key)
        entries.values.append(value)
        place = place if mate is None else mate + 1


def _end(what: re.Pattern[str], text: str, at: int) -> int:
    """The offset behind what has to stand at an offset. Raises ValueError where something else does."""
    found = what.match(text, at)
    if found is None:
        raise ValueError
    return found.end()


def _once(keys: list[str], values: list[object]) -> dict[str, object]:
    found = dict(zip(keys, values, strict=True))
    if len(found) != len(keys):
        raise ValueError
    return found

"""A lock taken apart into what it states, so that two versions of it are compared before any record is made: of ten thousand entries most
changes touch a few.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar, cast

from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, Source

_REGISTRY, _NOTHING = Source(), frozenset[str]()

S = TypeVar("S", bound=Hashable)
P = TypeVar("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Generic[S, P]):
    """One version of a lock: each statement once, in the file's order, with its place (mostly a 1-based line).

    A statement is all that the record of a package is made of, and nothing else that could differ: mostly a named tuple. ``named`` gives
    the name of its record, ``ecosystem`` its ecosystem where all records have the same, else what gives it. ``records`` makes the
    dependencies of some statements, one after the other in the file's order, and refuses nothing: what cannot be read was refused when
    the lock was taken apart, whether it changed or not. A record depends on the statements of its name alone.
    """

    stated: Mapping[S, P]
    ecosystem: str | Callable[[S], str]
    named: Callable[[S], str]
    records: Callable[[Sequence[tuple[S, P]]], Iterable[Dependency]]
    own: frozenset[str] = frozenset()
    options: tuple[Option, ...] = ()

    def reading(self) -> Reading:
        """All that the lock states."""
        return Reading(
            dependencies=tuple(self.records(tuple(self.stated.items()))),
            options=self.options,
            own=self.own,
        )

    def only(self, names: Collection[str]) -> Reading:
        """What the lock states of these names; all other names are the rest."""

        def rest() -> Iterable[Dependency]:
            return self.records(
                [(one, self.stated[one]) for one, name in named() if name not in names]
            )

        def named() -> Iterable[tuple[S, str]]:
            return zip(self.stated, map(self.named, self.stated), strict=True)

        def beside(ecosystem: str) -> Sequence[str]:
            given = self.ecosystem
            if isinstance(given, str):
                others = [name for name in map(self.named, self.stated) if name not in names]
                return others if given == ecosystem else ()
            return [name for one, name in named() if name not in names and given(one) == ecosystem]

        return Reading(
            dependencies=tuple(self.records(self.of(names))),
            options=self.options,
            own=self.own,
            rest=rest,
            beside=beside,
        )

    def of(self, names: Collection[str]) -> Sequence[tuple[S, P]]:
        """The statements of these names with their places, in the file's order."""
        return [item for item in self.stated.items() if self.named(item[0]) in names]

    def beyond(self, other: "Lock[S, P]") -> Iterable[S]:
        """The statements that the other version does not make."""
        return self.stated.keys() - other.stated.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class Places(Lock[str, P]):
    """A lock whose statements are places: each with an entry, of which its record is made and which is not looked into before.

    Entries that are not the same object count as different ones (two versions read by json_pair share what is written alike):
    nothing that Python calls equal, such as 1 and true, is mistaken for it. ``names`` are those of the records by their places. ``given``
    is what else every record is made of: where that differs no entry is the same. ``moved`` are the names of which the version beside
    which this one was read has other entries, None where it was read alone.
    """

    names: Mapping[str, str]
    moved: frozenset[str] | None = None
    given: Hashable = None

    def of(self, names: Collection[str]) -> Sequence[tuple[str, P]]:
        """The places of these names with their entries, in the file's order."""
        places = {place for place, name in self.names.items() if name in names}
        return [item for item in self.stated.items() if item[0] in places]

    def beyond(self, other: Lock[str, P]) -> Iterable[str]:
        """The places whose entries the other version has not."""
        theirs = other.stated.get
        if not isinstance(other, Places) or other.given != self.given:
            return self.stated
        # The other version itself is no entry: null may be one.
        return [place for place, entry in self.stated.items() if theirs(place, other) is not entry]


class Named(NamedTuple, Generic[P]):
    """Entries by their places: those that make a record, the names of their records, the places of all others, and ``moved``, the names of
    which the version before has other entries (None where there is none).
    """

    stated: Mapping[str, P]
    names: dict[str, str]
    others: list[str]
    moved: frozenset[str] | None


def named_entries(
    entries: Mapping[str, P],
    named: Callable[[Mapping[str, P]], Iterable[str | None]],
    before: Places[P] | None,
) -> Named[P]:
    """The entries with the names of their records.

    ``named`` gives the name of each of some entries in their order, None for one that makes no record, and raises UnreadableError for one
    of which none can be made. What the version before has the same is not looked into.
    """
    fresh = entries
    names: dict[str, str] = {}
    gone: list[str] = []
    if before is not None:
        theirs = before.stated.get
        fresh = {
            place: entry for place, entry in entries.items() if theirs(place, before) is not entry
        }
        names = dict(before.names)
        gone = [
            names.pop(place)
            for place in [place for place in names if place not in entries or place in fresh]
        ]
    found = tuple(named(fresh))
    come = dict(zip(fresh, found, strict=True))
    others = [place for place, name in come.items() if name is None] if None in found else []
    stated = dict(entries)
    for place in others:
        del come[place], stated[place]
    told = cast("dict[str, str]", come)
    names.update(told)
    moved = None if before is None else frozenset((*gone, *told.values()))
    return Named(stated, names, others, moved)


def pair(before: Lock[S, P], after: Lock[S, P]) -> tuple[Reading, Reading]:
    """Both versions with the records of the names of which they do not state the same."""
    names = set(map(before.named, before.beyond(after)))
    names.update(map(after.named, after.beyond(before)))
    return _only(names, before, after)


def pair_beside(before: Places[P], after: Places[P]) -> tuple[Reading, Reading]:
    """The same of two versions of which the second was read beside the first."""
    if after.moved is None or after.given != before.given:
        return pair(before, after)
    return _only(set(after.moved), before, after)


def _only(names: set[str], before: Lock[S, P], after: Lock[S, P]) -> tuple[Reading, Reading]:
    names |= before.own ^ after.own
    return before.only(names), after.only(names)


def record(
    ecosystem: str,
    name: str,
    version: str,
    *,
    raw_name: str = "",
    source: Source = _REGISTRY,
    hashes: frozenset[str] = _NOTHING,
    flags: frozenset[str] = _NOTHING,
    licence: str = "",
    line: int = 0,
) -> Dependency:
    """The dependency that a lock fixes to this version."""
    return Dependency(
        ecosystem=ecosystem,
        name=name,
        raw_name=raw_name or name,
        version=version,
        resolved=True,
        scope="lock",
        source=source,
        hashes=hashes,
        flags=flags,
        licence=licence,
        line=line,
    )

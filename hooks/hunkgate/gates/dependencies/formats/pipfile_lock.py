"""Pipfile.lock: pipenv documentation, "Pipfile.lock" (pipfile-spec up to 6).

Read: version, hashes and source of every category's packages, the sources. Not read: markers.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from hunkgate.gates.dependencies import documents, lines, python_locks, python_requirements
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    UnreadableError,
)
from hunkgate.gates.dependencies.entries import Entries
from hunkgate.gates.dependencies.locks import Places
from hunkgate.gates.dependencies.python_locks import Package

# What may make a record the project itself.
_LOCAL = frozenset(("url", "file", "path"))


def opened(content: bytes) -> Places[object]:
    """What the lock states. Raises UnreadableError, for an unknown pipfile-spec too."""
    document = documents.json(content)
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    return _taken(document, content)


def _taken(document: Mapping[str, object], content: bytes) -> Places[object]:
    """A place is a category and, behind a NUL, a name as it is written."""
    if not ({"_meta", "default", "develop"} & set(document)):
        raise UnreadableError("no records: neither _meta nor default nor develop")
    meta = documents.table_at(document, "_meta")
    spec = meta.get("pipfile-spec", 6)
    if not isinstance(spec, int) or spec > 6:
        raise UnreadableError(f"unknown version of Pipfile.lock: {spec!r}, known: up to 6")
    indexes = {
        documents.text_at(one, "name"): documents.text_at(one, "url")
        for one in documents.tables_at(meta, "sources")
    }
    # The first source is the one that is meant where a record names none. The others count by their names: what an address becomes is
    # told once, by its option, and not again by each of its packages.
    default = dict.fromkeys(list(indexes)[:1], "")
    stated: dict[str, object] = {}
    names: dict[str, str] = {}
    for category in document:
        if category == "_meta":
            continue
        table = documents.table_at(document, category)
        for name, entry in _packages(table, default):
            place = f"{category}\0{name}"
            stated[place] = entry
            names[place] = python_requirements.normalised(name)

    def records(several: Sequence[tuple[str, object]]) -> Iterator[Dependency]:
        places = lines.Forward(content)
        found = []
        for place, _ in several:
            category, _, name = place.partition("\0")
            table = documents.table_at(document, category)
            found.append(_package(table, name, default, places.line(f'"{name}": {{')))
        return python_locks.records(found)

    options = tuple(
        Option(
            ecosystem=python_requirements.ECOSYSTEM,
            name=f"source.{name}",
            value=address,
            signal="index-changed",
            line=documents.line_of(content, address),
        )
        for name, address in indexes.items()
    )
    return Places(
        stated=stated,
        ecosystem=python_requirements.ECOSYSTEM,
        named=names.__getitem__,
        records=records,
        options=options,
        given=tuple(default),
    )


ENTRIES = Entries(taken=_taken)


def _packages(
    table: Mapping[str, object], default: Mapping[str, str]
) -> Iterator[tuple[str, object]]:
    """The packages of a category, those left out that are the project itself. Raises UnreadableError for one that cannot be read."""
    plain = _plain(table.values()) and "" not in table
    for name, entry in table.items():
        if not plain or (isinstance(entry, dict) and not _LOCAL.isdisjoint(entry)):
            record = documents.table_at(table, name)
            if python_locks.is_root(python_requirements.table_source(record, default)):
                continue
            _package(table, name, default)
        yield name, entry


def _plain(entries: Collection[object]) -> bool:
    """Whether all of them are objects whose versions and hashes are texts, so that none need be looked at by itself."""
    tables = [one for one in entries if isinstance(one, dict)]
    hashes = [one.get("hashes", []) for one in tables]
    return (
        len(tables) == len(entries)
        and {type(one.get("version", "")) for one in tables} <= {str}
        and set(map(type, hashes)) <= {list}
        and set(map(type, chain.from_iterable(hashes))) <= {str}
    )


def _package(
    table: Mapping[str, object], name: str, default: Mapping[str, str], line: int = 0
) -> tuple[Package, int]:
    record = documents.table_at(table, name)
    return python_locks.package(
        name,
        documents.text_at(record, "version").removeprefix("=="),
        source=python_requirements.table_source(record, default),
        hashes=documents.texts_at(record, "hashes"),
        line=line,
    )

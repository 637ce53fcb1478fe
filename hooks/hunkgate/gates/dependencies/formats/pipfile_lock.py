"""Pipfile.lock: pipenv documentation, "Pipfile.lock" (pipfile-spec up to 6).

Read: version, hashes and source of every category's packages, the sources. Not read: markers.
"""

from collections.abc import Iterator, Mapping, Sequence

from hunkgate.gates.dependencies import documents, lines, locks, python_locks, python_requirements
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
_TEXT = frozenset((str,))


def opened(content: bytes) -> Places[object]:
    """What the lock states. Raises UnreadableError, for an unknown pipfile-spec too."""
    document = documents.json(content)
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    return _taken(document, content, None)


def _taken(
    document: Mapping[str, object], content: bytes, before: Places[object] | None
) -> Places[object]:
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
    entries: dict[str, object] = {}
    for category in document:
        if "\0" in category:
            raise UnreadableError(f"{category!r} is no category")
        if category != "_meta":
            table = documents.table_at(document, category)
            entries |= {f"{category}\0{name}": entry for name, entry in table.items()}

    def named(place: str, entry: object) -> str | None:
        """The name of a package; None for the project itself."""
        name = place.partition("\0")[2]
        if name and _plain(entry):
            return python_requirements.normalised(name)
        table = {name: entry}
        source = python_requirements.table_source(documents.table_at(table, name), default)
        return None if python_locks.is_root(source) else _package(table, name, default)[0].name

    stated, names = locks.named_entries(entries, named, before)

    def records(several: Sequence[tuple[str, object]]) -> Iterator[Dependency]:
        places = lines.Forward(content)
        found = []
        for place, entry in several:
            name = place.partition("\0")[2]
            found.append(_package({name: entry}, name, default, places.line(f'"{name}": {{')))
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


def _plain(entry: object) -> bool:
    """Whether a record has texts for its version and its hashes and comes from an index: nearly all are seen to at once."""
    if type(entry) is not dict or not _LOCAL.isdisjoint(entry):
        return False
    hashes = entry.get("hashes")
    return (
        type(entry.get("version", "")) is str
        and type(hashes) is list
        and _TEXT.issuperset(map(type, hashes))
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

"""Pipfile.lock: pipenv documentation, "Pipfile.lock" (pipfile-spec up to 6).

Read: version, hashes and source of every category's packages, the sources. Not read: markers.
"""

from collections.abc import Mapping

from hunkgate.gates.dependencies import documents, lines, python_locks, python_requirements
from hunkgate.gates.dependencies.dependency import (
    Option,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock
from hunkgate.gates.dependencies.python_locks import Package


def opened(content: bytes) -> Lock[Package, int]:
    """What the lock states. Raises UnreadableError, for an unknown pipfile-spec too."""
    document = documents.json(content)
    if not isinstance(document, Mapping) or not ({"_meta", "default", "develop"} & set(document)):
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
    places = lines.Forward(content)
    found: list[tuple[Package, int]] = []
    for category in document:
        if category == "_meta":
            continue
        table = documents.table_at(document, category)
        for name in table:
            record = documents.table_at(table, name)
            line = places.line(f'"{name}": {{')
            source = python_requirements.table_source(record, default)
            if not python_locks.is_root(source):
                found.append(
                    python_locks.package(
                        name,
                        documents.text_at(record, "version").removeprefix("=="),
                        source=source,
                        hashes=documents.texts_at(record, "hashes"),
                        line=line,
                    )
                )
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
    return python_locks.lock(found, options=options)

"""Pipfile.lock: pipenv documentation, "Pipfile.lock" (pipfile-spec up to 6).

Read: version, hashes and source of every category's packages, the sources. Not read: markers.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from hunkgate.gates.dependencies import documents, lines, locks, pypi, python_locks
from hunkgate.gates.dependencies.blocks import Blocks, Part, Shape
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    UnreadableError,
)
from hunkgate.gates.dependencies.entries import Entries
from hunkgate.gates.dependencies.locks import Places
from hunkgate.gates.dependencies.python_locks import Package

_BEHIND = "\0"


def opened(content: bytes) -> Places[object]:
    """What the lock states. Raises UnreadableError, for an unknown pipfile-spec too."""
    document = documents.json(content)
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    return _taken(document, content, None)


def _taken(
    document: Mapping[str, object], content: bytes, before: Places[object] | None
) -> Places[object]:
    """A place is a name as it is written, in another category than the default one behind that and a NUL."""
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
    entries: Mapping[str, object] = {}
    for category in document:
        if category != "_meta":
            table = documents.table_at(document, category)
            if _BEHIND in f"{category}{''.join(table)}":
                raise UnreadableError(f"{category}: a name with a NUL")
            if category != "default":
                table = {f"{category}{_BEHIND}{name}": one for name, one in table.items()}
            # Mostly there is one long table and nothing to put together.
            entries = {**entries, **table} if entries and table else entries or table

    def named(some: Mapping[str, object]) -> Iterable[str | None]:
        """The names of packages; None for the project itself."""
        written = [place.rpartition(_BEHIND)[2] for place in some]
        if all(written) and _plain(some.values()):
            return pypi.all_normalised(written)
        return map(one_named, written, some.values())

    def one_named(name: str, entry: object) -> str | None:
        table = {name: entry}
        source = pypi.table_source(documents.table_at(table, name), default)
        return None if python_locks.is_root(source) else _package(table, name, default)[0].name

    stated, names, _, moved = locks.named_entries(entries, named, before)

    def records(several: Sequence[tuple[str, object]]) -> Iterator[Dependency]:
        places = lines.Forward(content)
        found = []
        for place, entry in several:
            name = place.rpartition(_BEHIND)[2]
            found.append(_package({name: entry}, name, default, places.line(f'"{name}": {{')))
        return python_locks.records(found)

    options = tuple(
        Option(
            ecosystem=pypi.ECOSYSTEM,
            name=f"source.{name}",
            value=address,
            signal="index-changed",
            line=documents.line_of(content, address),
        )
        for name, address in indexes.items()
    )
    return Places(
        stated=stated,
        ecosystem=pypi.ECOSYSTEM,
        named=names.__getitem__,
        names=names,
        moved=moved,
        records=records,
        options=options,
        given=tuple(default),
    )


ENTRIES = Entries(taken=_taken)


def _plain(entries: Collection[object]) -> bool:
    """Whether all of some records have texts for their version and their hashes and come from an index: nearly all do."""
    several = []
    for one in entries:
        if type(one) is not dict or "url" in one or "file" in one or "path" in one:
            return False
        hashes = one.get("hashes")
        if type(one.get("version", "")) is not str or type(hashes) is not list:
            return False
        several.append(hashes)
    return {type(one) for hashes in several for one in hashes} <= {str}


def _package(
    table: Mapping[str, object], name: str, default: Mapping[str, str], line: int = 0
) -> tuple[Package, int]:
    record = documents.table_at(table, name)
    return python_locks.package(
        name,
        documents.text_at(record, "version").removeprefix("=="),
        source=pypi.table_source(record, default),
        hashes=documents.texts_at(record, "hashes"),
        line=line,
    )


def _cut(content: bytes) -> list[Part] | None:
    """A part for the hash of the Pipfile, which says nothing of a package, and one for each category."""
    head = _HASH.match(content)
    if head is None:
        return None
    parts = [Part(frame=head[1], blocks=head[2], shape=_ORIGIN)]
    start = head.end()
    while category := _CATEGORY.match(content, start):
        end = content.find(_LAST, category.end())
        if end < 0:
            return None
        # A comma behind the last package makes it a block like the others; it is taken off again before the blocks are read.
        packages = content[category.end() : end] + _PACKAGES.end
        parts.append(Part(frame=category[0], blocks=packages, shape=_PACKAGES))
        start = end + len(_LAST)
    return [*parts, Part(frame=content[start:], blocks=b"", shape=_ORIGIN)]


def _names(several: Sequence[bytes]) -> list[bytes]:
    written = [one.split(b'"', 2)[1] for one in several]
    if pypi.are_normalised(b"\n".join(written).decode("ascii")):
        return written
    return [pypi.normalised(one.decode("ascii")).encode("ascii") for one in written]


def _whole(blocks: bytes) -> bytes:
    return blocks.replace(b"        },\n    }", b"        }\n    }")


# As pipenv writes it, the keys in their order; a package from elsewhere than an index has others.
_TEXT = rb'"[ !#-\[\]-~]++"'
_SEVERAL = (
    rb"\[\n(?:                " + _TEXT + rb",\n)*+                " + _TEXT + rb"\n            \]"
)
_HASH = re.compile(
    rb'(\{\n    "_meta": \{\n        "hash": \{\n)(            "sha256": ' + _TEXT + rb"\n)"
)
_CATEGORY = re.compile(
    rb'(?:        \},\n(?:        [^\n]*+\n)*+)?+    \},\n    "[^"\\\n]++": \{\n'
)
_LAST = b"\n        }\n"
_ORIGIN = Shape(
    sound=re.compile(rb'(?:            "sha256": ' + _TEXT + rb"\n)?+").fullmatch,
    names=lambda several: [None] * len(several),
)
_PACKAGES = Shape(
    sound=re.compile(
        rb"(?:        "
        + _TEXT
        + rb': \{\n(?:            "extras": '
        + _SEVERAL
        + rb',\n)?+(?:            "hashes": '
        + _SEVERAL
        + rb',\n)?+(?:            "index": '
        + _TEXT
        + rb',\n)?+(?:            "markers": '
        + _TEXT
        + rb',\n)?+            "version": '
        + _TEXT
        + rb"\n        \},\n)*+"
    ).fullmatch,
    names=_names,
    keys=_names,
    end=b"\n        },\n",
)
BLOCKS = Blocks(ecosystem="pypi", cut=_cut, read=lambda content: opened(_whole(content)).reading())

"""package-lock.json and npm-shrinkwrap.json: https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-lock-json.md.

Version 1 nests ``dependencies``; versions 2 and 3 list ``packages`` by their folder. Version 2 holds both for the sake of old readers: what
only the old part says is read too, since an old npm would install it. The root, workspaces and links are the project itself.
"""

import functools
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, npm
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)

_FOLDER = "node_modules/"
_SCRIPT = "hasInstallScript"
_OPENS = b'": {'
_FEW = 200


class _Package(NamedTuple):
    """What makes two installed copies one record."""

    name: str
    written: str
    version: str
    source: Source
    hashes: frozenset[str]
    flags: frozenset[str]
    licence: str


def read(content: bytes, _path: str) -> Reading:
    """Every locked package: each name, version, source and content once, however often it is installed."""
    return _reading(_opened(content))


def pair(before: bytes, after: bytes) -> tuple[Reading, Reading]:
    """Both versions, with the packages left out that no copy of differs in: of ten thousand entries most changes touch a few."""
    old, new = _opened(before), _opened(after)
    if (
        old.nested or new.nested
    ):  # the lists of old npm state the same packages again: they are read whole
        return _reading(old), _reading(new)
    differing = {*(old.own ^ new.own), *_differing(old, new), *_differing(new, old)}
    return _reading(old, differing), _reading(new, differing)


class _Lock(NamedTuple):
    """A lock as it was parsed: its installed packages by their place, the list of version 1, the names of the project itself."""

    content: bytes
    packages: Mapping[str, Mapping[str, object]]
    nested: Mapping[str, Mapping[str, object]]
    own: frozenset[str]


def _opened(content: bytes) -> _Lock:
    """Raises UnreadableError."""
    document = documents.json(content)
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    version = document.get("lockfileVersion", 1)
    if type(version) is not int or version not in (1, 2, 3):
        raise UnreadableError(f"lockfileVersion {version!r} is not known")
    if version > 1 and "packages" not in document:
        raise UnreadableError(f"lockfileVersion {version} without packages")
    packages = _objects(document, "packages") if version > 1 else {}
    own = {str(document["name"])} if "name" in document else set()
    installed = {}
    for place, entry in packages.items():
        _, folder, name = place.rpartition(_FOLDER)
        if not folder:
            own.add(str(entry.get("name") or place.rpartition("/")[2]))
        elif entry.get("link") is True:
            own.add(name)
        else:
            installed[place] = entry
    return _Lock(content, installed, _objects(document, "dependencies"), frozenset(own))


def _reading(lock: _Lock, names: Collection[str] | None = None) -> Reading:
    """The packages of the lock, or of these names only; the others are the rest."""
    left_out: list[str] = []
    found: dict[_Package, str] = {}
    for place, entry in lock.packages.items():
        # The folder's name first: only an alias has another one.
        if (
            names is None
            or place.rpartition(_FOLDER)[2] in names
            or ("name" in entry and _name(place, entry) in names)
        ):
            found.setdefault(_by_folder(place, entry), place)
        else:
            left_out.append(place)
    for one in _unknown(_nested(lock.nested), found):
        if one.name not in lock.own:
            found.setdefault(one, one.written)
    lines = _lines(lock.content, found.values())

    @functools.cache
    def rest() -> tuple[Dependency, ...]:
        several = (_by_folder(place, lock.packages[place]) for place in left_out)
        return tuple(_dependency(one, 0) for one in dict.fromkeys(several))

    return Reading(
        dependencies=tuple(_dependency(one, lines.get(key, 0)) for one, key in found.items()),
        own=lock.own,
        rest=rest,
    )


def _differing(one: _Lock, other: _Lock) -> Iterator[str]:
    """The names of one lock's packages that the other has not in the same place with the same entry."""
    for place, entry in one.packages.items():
        mate = other.packages.get(place)
        # 1 == True in Python, and only true lets scripts run.
        if (
            mate is None
            or mate != entry
            or (entry.get(_SCRIPT) is True) is not (mate.get(_SCRIPT) is True)
        ):
            yield _name(place, entry)


def _name(place: str, entry: Mapping[str, object]) -> str:
    """The real name of the package in this place: an alias has a ``name`` other than its folder's."""
    return _text(entry, "name") or place.rpartition(_FOLDER)[2]


def _objects(document: Mapping[str, object], field: str) -> Mapping[str, Mapping[str, object]]:
    value = document.get(field, {})
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise UnreadableError(f"{field} is not an object of objects")
    return value


def _text(entry: Mapping[str, object], field: str) -> str:
    """A text of an entry, '' where there is none; ``resolved`` may be ``false`` in an old shrinkwrap."""
    value = entry.get(field)
    return value if isinstance(value, str) else ""


def _by_folder(place: str, entry: Mapping[str, object]) -> _Package:
    """A package of versions 2 and 3."""
    real = _name(place, entry)
    source = npm.tarball(_text(entry, "resolved"), real)
    return _package(place.rpartition(_FOLDER)[2], real, _text(entry, "version"), source, entry)


def _nested(table: Mapping[str, Mapping[str, object]]) -> Iterator[_Package]:
    """The packages of version 1, without recursion: a lock may nest as deep as it likes."""
    waiting = list(table.items())[::-1]
    while waiting:
        name, entry = waiting.pop()
        waiting.extend(list(_objects(entry, "dependencies").items())[::-1])
        version, resolved = _text(entry, "version"), _text(entry, "resolved")
        if version.startswith(("file:", "link:")) and not version.endswith((".tgz", ".tar.gz")):
            continue  # a folder: a workspace or another part of the project
        real = name
        if version.startswith("npm:"):
            real, _, version = version.removeprefix("npm:").rpartition("@")
        elif "/" in version or ":" in version:
            resolved = version
        yield _package(name, real, version, npm.tarball(resolved, real), entry)


def _unknown(old: Iterator[_Package], new: Mapping[_Package, str]) -> Iterator[_Package]:
    """What the old part of a lock states beyond the new one: another version, address or content."""
    known = {(one.name, one.version): one.hashes for one in new}
    addresses = {(one.name, one.source) for one in new}
    for one in old:
        hashes = known.get((one.name, one.version))
        elsewhere = one.source.kind is not SourceKind.REGISTRY
        if hashes is None:
            # Where a package comes from a repository the old part has its address in the place of a version.
            if not (elsewhere and (one.name, one.source) in addresses):
                yield one
        elif hashes and one.hashes and not hashes & one.hashes:
            yield one


def _package(
    written: str, real: str, version: str, source: Source, entry: Mapping[str, object]
) -> _Package:
    flags = set()
    if real != written or source.kind is SourceKind.ALIAS:
        flags.add("alias")
    if entry.get(_SCRIPT) is True:
        flags.add("install-script")
    hashes = frozenset(_text(entry, "integrity").split())
    licence = _text(entry, "license")
    return _Package(real, written, version, source, hashes, frozenset(flags), licence)


def _dependency(one: _Package, line: int) -> Dependency:
    return Dependency(
        ecosystem="npm",
        name=one.name,
        raw_name=one.written,
        version=one.version,
        resolved=True,
        scope="lock",
        source=one.source,
        hashes=one.hashes,
        flags=one.flags,
        licence=one.licence,
        line=line,
    )


def _lines(content: bytes, keys: Collection[str]) -> Mapping[str, int]:
    """The 1-based line of the first object under each of these keys, as npm writes them: ``"key": {``."""
    wanted = {one.encode("utf-8", "surrogatepass"): one for one in keys}
    offsets = _few(content, wanted) if len(wanted) <= _FEW else _many(content, wanted)
    lines: dict[str, int] = {}
    number, counted = 1, 0
    for offset, key in sorted((offset, key) for key, offset in offsets.items()):
        number += content.count(b"\n", counted, offset)
        counted = offset
        lines[key] = number
    return lines


def _few(content: bytes, wanted: Mapping[bytes, str]) -> dict[str, int]:
    """Where a few keys stand, each searched for: a thousand keys that are missing would cost a thousand whole searches."""
    found = ((key, content.find(b'"' + raw + _OPENS)) for raw, key in wanted.items())
    return {key: offset for key, offset in found if offset >= 0}


def _many(content: bytes, wanted: dict[bytes, str]) -> dict[str, int]:
    """Where many keys stand, in one pass over all objects."""
    found = {}
    end = content.find(_OPENS)
    while end >= 0 and wanted:
        key = wanted.pop(content[content.rfind(b'"', 0, end) + 1 : end], None)
        if key is not None:
            found[key] = end
        end = content.find(_OPENS, end + 1)
    return found

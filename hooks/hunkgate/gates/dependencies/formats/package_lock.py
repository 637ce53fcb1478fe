"""package-lock.json and npm-shrinkwrap.json: https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-lock-json.md.

Version 1 nests ``dependencies``; versions 2 and 3 list ``packages`` by their folder. Version 2 holds both for the sake of old readers: what
only the old part says is read too, since an old npm would install it. The root, workspaces and links are the project itself.
"""

from collections.abc import Iterator, Mapping
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
    found: dict[_Package, int] = {}
    lines = _lines(content)
    for place, entry in packages.items():
        _, folder, name = place.rpartition(_FOLDER)
        if not folder:
            own.add(str(entry.get("name") or place.rpartition("/")[2]))
        elif entry.get("link") is True:
            own.add(name)
        else:
            found.setdefault(_by_folder(name, entry), lines.get(place, 0))
    for one in _unknown(_nested(_objects(document, "dependencies")), found):
        if one.name not in own:
            found.setdefault(one, lines.get(one.written, 0))
    return Reading(
        dependencies=tuple(_dependency(one, line) for one, line in found.items()),
        own=frozenset(own),
    )


def _objects(document: Mapping[str, object], field: str) -> Mapping[str, Mapping[str, object]]:
    value = document.get(field, {})
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise UnreadableError(f"{field} is not an object of objects")
    return value


def _text(entry: Mapping[str, object], field: str) -> str:
    """A text of an entry, '' where there is none; ``resolved`` may be ``false`` in an old shrinkwrap."""
    value = entry.get(field)
    return value if isinstance(value, str) else ""


def _by_folder(name: str, entry: Mapping[str, object]) -> _Package:
    """A package of versions 2 and 3: an alias has a ``name`` other than its folder's."""
    real = _text(entry, "name") or name
    source = npm.tarball(_text(entry, "resolved"), real)
    return _package(name, real, _text(entry, "version"), source, entry)


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


def _unknown(old: Iterator[_Package], new: Mapping[_Package, int]) -> Iterator[_Package]:
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
    if entry.get("hasInstallScript") is True:
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


def _lines(content: bytes) -> Mapping[str, int]:
    """The line of each key that opens an object, as npm writes them."""
    lines: dict[str, int] = {}
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.endswith((b": {", b": {\r")):
            key = line.partition(b'"')[2].rpartition(b'"')[0]
            lines.setdefault(key.decode("utf-8", "replace"), number)
    return lines

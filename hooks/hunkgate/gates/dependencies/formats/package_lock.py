"""package-lock.json and npm-shrinkwrap.json: https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-lock-json.md.

Version 1 nests ``dependencies``; versions 2 and 3 list ``packages`` by their folder. Version 2 holds both for the sake of old readers: what
only the old part says is read too, since an old npm would install it. The root, workspaces and links are the project itself.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, lines, locks, npm
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.entries import Entries
from hunkgate.gates.dependencies.locks import Places, record

_FOLDER = "node_modules/"
_NESTED = "\0"
_SCRIPT = "hasInstallScript"

_Entry = Mapping[str, object]


class _Package(NamedTuple):
    """What makes two installed copies one record."""

    name: str
    written: str
    version: str
    source: Source
    hashes: frozenset[str]
    flags: frozenset[str]
    licence: str


def opened(content: bytes) -> Places[_Entry]:
    """Every locked package: each name, version, source and content once, however often it is installed."""
    return _taken(documents.json_object(content), content, None)


def _taken(
    document: Mapping[str, object], content: bytes, before: Places[_Entry] | None
) -> Places[_Entry]:
    """A place is a folder in versions 2 and 3; in the older part of a lock it is the names that lead there, each with a NUL before it."""
    version = document.get("lockfileVersion", 1)
    if type(version) is not int or version not in (1, 2, 3):
        raise UnreadableError(f"lockfileVersion {version!r} is not known")
    if version > 1 and "packages" not in document:
        raise UnreadableError(f"lockfileVersion {version} without packages")
    packages = _table(document, "packages") if version > 1 else {}
    if _NESTED in "".join(packages):
        raise UnreadableError("packages holds a place that is no folder")
    older = dict(_nested(_objects(document, "dependencies")))
    stated, names, others, moved = locks.named_entries(
        {**packages, **older} if older else packages, _names, before
    )
    own = frozenset(_own(document, packages, others))

    def records(several: Sequence[tuple[str, _Entry]]) -> Iterator[Dependency]:
        places = lines.Forward(content)
        found: set[_Package] = set()
        old: list[_Package] = []
        for place, entry in several:
            bundled = _bundled(place, entry, packages)
            if place.startswith(_NESTED):
                old.append(_by_name(place, entry, bundled))
                continue
            one = _by_folder(place, names[place], entry, bundled)
            if one not in found:
                found.add(one)
                yield _dependency(one, places.line(f'"{place}": {{'))
        for one in dict.fromkeys(_unknown(old, found)):
            if one.name not in own and one not in found:
                yield _dependency(one, places.line(f'"{one.written}": {{'))

    return Places(
        stated=stated,
        ecosystem="npm",
        named=names.__getitem__,
        names=names,
        moved=moved,
        records=records,
        own=own,
    )


ENTRIES = Entries(taken=_taken)


def _own(
    document: Mapping[str, object], packages: Mapping[str, _Entry], beside: Iterable[str]
) -> Iterator[str]:
    """The names of the project itself: of the root, of workspaces and of links to them."""
    if "name" in document:
        yield str(document["name"])
    for place in beside:
        _, folder, name = place.rpartition(_FOLDER)
        yield name if folder else str(packages[place].get("name") or name.rpartition("/")[2])


def _bundled(place: str, entry: _Entry, packages: Mapping[str, _Entry]) -> bool:
    """Whether the package lies in the archive of one above it, whose hash holds for both.

    Version 1 does not say which one that is. Without one npm fetches the package, whatever its entry says.
    """
    if "resolved" in entry or "integrity" in entry:
        return False
    if place.startswith(_NESTED):
        return entry.get("bundled") is True and place.count(_NESTED) > 1
    above = place if entry.get("inBundle") is True else ""
    while above := above.rpartition(f"/{_FOLDER}")[0]:
        if packages.get(above, {}).get("bundleDependencies"):
            return True
    return False


def _names(entries: Mapping[str, _Entry]) -> Iterator[str | None]:
    """The name of the package in each place; None for the root, a workspace or a link."""
    if not {dict}.issuperset(map(type, entries.values())):
        raise UnreadableError("packages is not an object of objects")
    for place, entry in entries.items():
        _, folder, name = place.rpartition(_FOLDER)
        if place.startswith(_NESTED):
            yield _nested_name(place, entry)
        elif not folder or ("link" in entry and entry["link"] is True):
            yield None
        else:
            yield ("name" in entry and documents.text_if(entry, "name")) or name


def _nested_name(place: str, entry: _Entry) -> str:
    """The name of a package of version 1."""
    version = documents.text_if(entry, "version")
    if version.startswith("npm:"):
        return version.removeprefix("npm:").rpartition("@")[0]
    return place.rpartition(_NESTED)[2]


def _table(document: Mapping[str, object], field: str) -> Mapping[str, _Entry]:
    value = document.get(field, {})
    if not isinstance(value, dict):
        raise UnreadableError(f"{field} is not an object of objects")
    return value


def _objects(document: Mapping[str, object], field: str) -> Mapping[str, _Entry]:
    value = _table(document, field)
    if not all(isinstance(one, dict) for one in value.values()):
        raise UnreadableError(f"{field} is not an object of objects")
    return value


def _by_folder(place: str, real: str, entry: _Entry, bundled: bool) -> _Package:
    """A package of versions 2 and 3."""
    version, resolved = (documents.text_if(entry, key) for key in ("version", "resolved"))
    source = npm.lone(npm.tarball(resolved, real), resolved, version)
    return _package(place.rpartition(_FOLDER)[2], real, version, source, entry, bundled)


def _nested(table: Mapping[str, _Entry]) -> Iterator[tuple[str, _Entry]]:
    """The places of version 1, without recursion: a lock may nest as deep as it likes."""
    waiting = [("", name, entry) for name, entry in table.items()][::-1]
    while waiting:
        above, name, entry = waiting.pop()
        if _NESTED in name:
            raise UnreadableError(f"{name!r} is no name")
        place = f"{above}{_NESTED}{name}"
        below = _objects(entry, "dependencies")
        waiting.extend([(place, other, one) for other, one in below.items()][::-1])
        version = documents.text_if(entry, "version")
        if version.startswith(("file:", "link:")) and not version.endswith((".tgz", ".tar.gz")):
            continue  # a folder: a workspace or another part of the project
        yield place, entry


def _by_name(place: str, entry: _Entry, bundled: bool) -> _Package:
    """A package of version 1."""
    name = place.rpartition(_NESTED)[2]
    version, resolved = (documents.text_if(entry, key) for key in ("version", "resolved"))
    real = name
    if version.startswith("npm:"):
        real, _, version = version.removeprefix("npm:").rpartition("@")
    elif "/" in version or ":" in version:
        resolved = version
    source = npm.lone(npm.tarball(resolved, real), resolved, version)
    return _package(name, real, version, source, entry, bundled)


def _unknown(old: Iterable[_Package], new: Collection[_Package]) -> Iterator[_Package]:
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
    written: str, real: str, version: str, source: Source, entry: _Entry, bundled: bool
) -> _Package:
    flags = {"bundled"} if bundled else set()
    if real != written or source.kind is SourceKind.ALIAS:
        flags.add("alias")
    if entry.get(_SCRIPT) is True:
        flags.add("install-script")
    hashes = frozenset(documents.text_if(entry, "integrity").split())
    licence = documents.text_if(entry, "license")
    return _Package(real, written, version, source, hashes, frozenset(flags), licence)


def _dependency(one: _Package, line: int) -> Dependency:
    return record(
        "npm",
        one.name,
        one.version,
        raw_name=one.written,
        source=one.source,
        hashes=one.hashes,
        flags=one.flags,
        licence=one.licence,
        line=line,
    )

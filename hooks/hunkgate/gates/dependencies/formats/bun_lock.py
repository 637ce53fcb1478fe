"""bun.lock: https://bun.sh/docs/install/lockfile; the grammar is bun's own writer (src/install/lockfile/bun.lock.zig).

JSON with commas before closing brackets. ``packages`` maps a place to ``["name@version", registry, {…}, integrity]``; packages from elsewhere have
``name@git+…#commit``, ``name@github:…``, an address or a path in place of the version. Workspaces are the project itself.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, npm, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

_OWN = ("workspace:", "root:", "link:")


class _Package(NamedTuple):
    """What makes two places one record."""

    name: str
    written: str
    version: str
    source: Source
    hashes: frozenset[str]


def read(content: bytes, _path: str) -> Reading:
    """Every locked package, each name, version, source and content once."""
    document = documents.jsonc(content)
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    version = document.get("lockfileVersion")
    if type(version) is not int or version not in (0, 1, 2):
        raise UnreadableError(f"lockfileVersion {version!r} is not known")
    packages = document.get("packages", {})
    if not isinstance(packages, dict):
        raise UnreadableError("packages is not an object")
    lines = _lines(content)
    found: dict[_Package, int] = {}
    own: set[str] = set()
    for place, entry in packages.items():
        if not isinstance(entry, list) or not entry or not isinstance(entry[0], str):
            raise UnreadableError(f"{place} is not a package", line=lines.get(place, 0))
        cut = entry[0].find("@", 1)
        name, where = entry[0][: cut if cut > 0 else None], entry[0][cut + 1 :] if cut > 0 else ""
        if where.startswith(_OWN):
            own.add(name)
            continue
        found.setdefault(_package(place, name, where, entry), lines.get(place, 0))
    return Reading(
        dependencies=tuple(
            Dependency(
                ecosystem="npm",
                name=one.name,
                raw_name=one.written,
                version=one.version,
                resolved=True,
                scope="lock",
                source=one.source,
                hashes=one.hashes,
                flags=(
                    frozenset(("alias",))
                    if one.written != one.name or one.source.kind is SourceKind.ALIAS
                    else frozenset()
                ),
                line=line,
            )
            for one, line in found.items()
        ),
        options=tuple(_trusted(document)),
        own=frozenset(own),
    )


def _package(place: str, name: str, where: str, entry: list[object]) -> _Package:
    # The place is the folder: `a`, or `b/a` where b has its own a.
    alias = place != name and not place.endswith(f"/{name}")
    parts = place.split("/")
    folder = "/".join(parts[-2:]) if len(parts) > 1 and parts[-2].startswith("@") else parts[-1]
    version, source = where, Source()
    if sources.is_git(where) or sources.is_forge(where) or "://" in where:
        source = npm.tarball(where, name)
        if source.kind is SourceKind.GIT:
            # bun writes the commit, abbreviated for a forge's repository.
            source = replace(source, ref_kind=RefKind.SHA)
        version = source.ref or where
    elif where.startswith(("file:", "./", "../")):
        version, source = "", Source(kind=SourceKind.PATH, locator=where.removeprefix("file:"))
    elif len(entry) > 1 and isinstance(entry[1], str) and entry[1]:
        address = entry[1]
        if "/-/" in address or address.endswith(".tgz"):
            source = npm.tarball(address, name)
        else:
            source = Source(locator=npm.registry(sources.address(address)))
    last = entry[-1]
    digest = last if len(entry) > 2 and isinstance(last, str) and last.startswith("sha") else ""
    return _Package(name, folder if alias else name, version, source, frozenset(digest.split()))


def _trusted(document: dict[str, object]) -> Iterator[Option]:
    names = document.get("trustedDependencies")
    for name in names if isinstance(names, list) else ():
        yield Option(
            ecosystem="npm",
            name=f"trustedDependencies {name}",
            value="true",
            signal="install-script",
        )


def _lines(content: bytes) -> dict[str, int]:
    """The line of each place: bun writes one package a line."""
    lines: dict[str, int] = {}
    for number, line in enumerate(content.split(b"\n"), 1):
        key, mark, _ = line.strip().removeprefix(b'"').partition(b'": [')
        if mark:
            lines.setdefault(key.decode("utf-8", "replace"), number)
    return lines

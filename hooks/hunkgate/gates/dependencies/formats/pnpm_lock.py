"""pnpm-lock.yaml of the versions 5 to 9: https://github.com/pnpm/spec/tree/master/lockfile.

Version 5 names a package ``/name/1.0.0_peers``, version 6 ``/name@1.0.0(peers)``, version 9 ``name@1.0.0``. pnpm 11 and later write two documents, the first
of them for the package manager itself and for configuration: all are read. Workspaces are the project itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, npm, sources, yaml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record

_VERSIONS = ("5", "6", "7", "8", "9")
_LISTS = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "configDependencies",
    "packageManagerDependencies",
)


class _Package(NamedTuple):
    """What makes two entries, which may differ by their peers alone, one record."""

    name: str
    written: str
    version: str
    source: Source
    hashes: frozenset[str]
    flags: frozenset[str]


def opened(content: bytes) -> Lock[_Package, int]:
    """Every locked package of every document, each name, version, source and content once."""
    found: dict[_Package, int] = {}
    versions = 0
    for document in yaml_documents.read(content):
        if document is None:
            continue
        if not isinstance(document, yaml_documents.Table):
            raise UnreadableError("not a mapping")
        version = str(document.get("lockfileVersion"))
        if version.partition(".")[0] not in _VERSIONS:
            raise UnreadableError(f"lockfileVersion {version!r} is not known")
        versions += 1
        aliases = dict(_aliases(document))
        packages = document.get("packages")
        if packages is None:
            continue
        if not isinstance(packages, yaml_documents.Table):
            raise UnreadableError("packages is not a mapping")
        for key, entry in packages.items():
            if not isinstance(entry, dict):
                raise UnreadableError(f"{key} is not a mapping", line=packages.lines[key])
            one = _package(key, entry, version.startswith("5"), aliases)
            found.setdefault(one, packages.lines[key])
    if not versions and content.strip():
        raise UnreadableError("no lock in any document")
    return Lock(stated=found, ecosystem="npm", named=attrgetter("name"), records=_records)


def _records(several: Sequence[tuple[_Package, int]]) -> Iterator[Dependency]:
    for one, line in several:
        yield record(
            "npm",
            one.name,
            one.version,
            raw_name=one.written,
            source=one.source,
            hashes=one.hashes,
            flags=one.flags,
            line=line,
        )


def _package(
    key: str, entry: Mapping[str, object], slashes: bool, aliases: Mapping[str, str]
) -> _Package:
    name, version = _identity(key, slashes)
    name = documents.text_if(entry, "name") or name
    resolution = entry.get("resolution")
    resolution = resolution if isinstance(resolution, dict) else {}
    source = _source(key, name, version, resolution)
    version = documents.text_if(entry, "version") or (
        "" if source.kind is SourceKind.PATH else version
    )
    written = aliases.get(f"{name}@{version}", name)
    flags = set()
    if written != name or source.kind is SourceKind.ALIAS:
        flags.add("alias")
    if entry.get("requiresBuild") is True:
        flags.add("install-script")
    hashes = frozenset(documents.text_if(resolution, "integrity").split())
    return _Package(name, written, version, source, hashes, frozenset(flags))


def _identity(key: str, slashes: bool) -> tuple[str, str]:
    """The name and version in a key; peers behind it are left out. Version 5 has strokes between them, later ones an at sign."""
    bare = key.partition("(")[0]
    if slashes:
        name, _, version = bare.rpartition("/")
        parts = name.split("/")
        scoped = len(parts) > 1 and parts[-2].startswith("@")
        return "/".join(parts[-2:] if scoped else parts[-1:]), version.partition("_")[0]
    bare = bare.removeprefix("/")
    cut = bare.find("@", 1)
    if cut < 0:
        return bare.rpartition("/")[2], ""
    name = bare[:cut]
    # `registry.example/name@1.0.0` and `registry.example/@scope/name@1.0.0`, the forms for a registry of its own.
    scope = name.find("@", 1) if not name.startswith("@") else -1
    if not name.startswith("@") and "/" in name:
        name = name.rpartition("/")[2]
    elif scope > 0:
        name = name[scope:]
    return name, bare[cut + 1 :]


def _source(key: str, name: str, version: str, resolution: Mapping[str, object]) -> Source:
    if documents.text_if(resolution, "type") == "git" or "repo" in resolution:
        return sources.git(
            documents.text_if(resolution, "repo"), documents.text_if(resolution, "commit")
        )
    if "directory" in resolution:
        return Source(kind=SourceKind.PATH, locator=documents.text_if(resolution, "directory"))
    tarball = documents.text_if(resolution, "tarball")
    if tarball:
        return npm.tarball(tarball, name)
    if "://" in version:
        return npm.tarball(version, name)
    # Before version 9 the key of a package from another registry begins with that registry's host.
    host = key.partition("/")[0]
    if "." in host and not host.startswith("@") and "/" in key and "@" not in host:
        return Source(kind=SourceKind.REGISTRY, locator=npm.registry(host))
    return Source()


def _aliases(document: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """``name@version`` of every package that the project asks for under another name, and that name."""
    importers = document.get("importers")
    for importer in (document, *(importers.values() if isinstance(importers, dict) else ())):
        for field in _LISTS if isinstance(importer, dict) else ():
            table = importer.get(field)
            for written, entry in table.items() if isinstance(table, dict) else ():
                version = entry.get("version") if isinstance(entry, dict) else entry
                if isinstance(version, str):
                    bare = version.partition("(")[0].removeprefix("/")
                    cut = bare.find("@", 1)
                    if cut > 0 and "://" not in bare and bare[:cut] != written:
                        yield bare, written

"""pubspec.lock: https://dart.dev/tools/pub/glossary#lockfile; the keys are those of pub's own LockFile.

Packages of the SDK and folders inside the repository have no content of their own to check.
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, sources, yaml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record
from hunkgate.gates.dependencies.yaml_documents import Table


class _Package(NamedTuple):
    """What the lock says of a package."""

    name: str
    version: str
    source: Source
    hashes: frozenset[str]


def opened(content: bytes) -> Lock[_Package, int]:
    """Every locked package."""
    found = yaml_documents.read(content)
    document = found[0] if found else None
    if len(found) != 1 or not isinstance(document, Table):
        raise UnreadableError("not a pubspec.lock: expected one mapping")
    packages = document.get("packages")
    if not isinstance(packages, Table):
        raise UnreadableError("no packages")
    stated: dict[_Package, int] = {}
    for name, entry in packages.items():
        line = packages.lines[name]
        if not name or not isinstance(entry, Table):
            raise UnreadableError(f"{name!r} is not a package", line=line)
        kind, said = documents.text_if(entry, "source"), documents.table_if(entry, "description")
        if kind == "sdk":
            continue
        if kind not in ("hosted", "git", "path"):
            raise UnreadableError(f"{name}: a source of an unknown kind: {kind!r}", line=line)
        digest = documents.text_if(said, "sha256")
        hashes = frozenset((digest,)) if digest else frozenset[str]()
        version = documents.text_if(entry, "version")
        stated.setdefault(_Package(name, version, _source(name, kind, said), hashes), line)
    return Lock(stated=stated, ecosystem="pub", named=attrgetter("name"), records=_records)


def _source(name: str, kind: str, said: Mapping[str, object]) -> Source:
    url = documents.text_if(said, "url")
    if kind == "git":
        commit = documents.text_if(said, "resolved-ref")
        path = documents.text_if(said, "path")
        # A package may lie in a folder of its repository.
        place = f"{url.removesuffix('.git')}/{path}" if path not in ("", ".") else url
        return sources.git(place, commit, RefKind.SHA if commit else None)
    if kind == "path":
        return Source(kind=SourceKind.PATH, locator=documents.text_if(said, "path"))
    if (real := documents.text_if(said, "name") or name) != name:
        return Source(kind=SourceKind.ALIAS, locator=real)
    return Source(locator=sources.place(url))


def _records(several: Sequence[tuple[_Package, int]]) -> Iterator[Dependency]:
    for one, line in several:
        yield record("pub", one.name, one.version, source=one.source, hashes=one.hashes, line=line)

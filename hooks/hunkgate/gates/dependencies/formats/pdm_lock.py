"""pdm.lock: pdm documentation, "Lock file", from the first form without a number to lock version 4.x.

Read: name, version, source, hashes, and the hosts of files that stand with their URL. Not read: groups, markers, strategies.
"""

from collections.abc import Mapping

from hunkgate.gates.dependencies import documents, python_locks, sources
from hunkgate.gates.dependencies.dependency import (
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock
from hunkgate.gates.dependencies.python_locks import Package


def opened(content: bytes) -> Lock[Package, int]:
    """What the lock states. Raises UnreadableError, for an unknown lock version too."""
    document = documents.toml(content)
    metadata = documents.table_at(document, "metadata")
    version = str(metadata.get("lock_version", ""))
    if version.partition(".")[0] not in {"", "0", "2", "3", "4"}:
        raise UnreadableError(f"unknown version of pdm.lock: {version}, known: up to 4.x")
    if "package" not in document and "content_hash" in metadata:
        return python_locks.lock(())  # a project without dependencies
    shared = documents.table_at(metadata, "files")
    found: list[tuple[Package, int]] = []
    for package, line in python_locks.packages(document, content):
        name = documents.text_at(package, "name")
        resolved = documents.text_at(package, "version")
        files = documents.tables_at(package, "files")
        # Up to lock version 4.0 the files stood apart, by name and version.
        listed = shared.get(f"{name} {resolved}", [])
        if isinstance(listed, list):
            files += tuple(one for one in listed if isinstance(one, Mapping))
        source = _source(package, files)
        if not python_locks.is_root(source):
            hashes = python_locks.hashes_of(files)
            found.append(
                python_locks.package(name, resolved, source=source, hashes=hashes, line=line)
            )
    return python_locks.lock(found)


def _source(package: Mapping[str, object], files: tuple[Mapping[str, object], ...]) -> Source:
    if repository := documents.text_at(package, "git"):
        commit = documents.text_at(package, "revision")
        declared = documents.text_at(package, "ref")
        if commit:
            return sources.git(repository, commit, RefKind.SHA)
        return sources.git(repository, declared)
    if address := documents.text_at(package, "url"):
        return sources.archive(address)
    if "path" in package:
        return Source(kind=SourceKind.PATH, locator=documents.text_at(package, "path"))
    return Source(hosts=python_locks.hosts_of(files))

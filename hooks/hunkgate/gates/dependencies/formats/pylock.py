"""pylock.toml: PEP 751, "A file format to record Python dependencies" (lock-version 1.x).

Read: name, version, index, hashes and hosts of the files, vcs, directory and archive sources. Not read: markers, attestations.
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
from hunkgate.gates.dependencies.pypi import normalised
from hunkgate.gates.dependencies.python_locks import Package


def opened(content: bytes) -> Lock[Package, int]:
    """What the lock states. Raises UnreadableError, for an unknown lock version too."""
    document = documents.toml(content)
    version = documents.text_at(document, "lock-version")
    if version.partition(".")[0] != "1":
        raise UnreadableError(f"unknown version of pylock.toml: {version!r}, known: 1.x")
    own: set[str] = set()
    found: list[tuple[Package, int]] = []
    for package, line in python_locks.packages(document, content, key="packages"):
        name = documents.text_at(package, "name")
        files = [*documents.tables_at(package, "wheels")]
        files += [
            documents.table_at(package, key) for key in ("sdist", "archive") if key in package
        ]
        source = _source(package, files)
        if python_locks.is_root(source):
            own.add(normalised(name))
            continue
        found.append(
            python_locks.package(
                name,
                documents.text_at(package, "version"),
                source=source,
                hashes=python_locks.hashes_of(files),
                line=line,
            )
        )
    return python_locks.lock(found, own=own)


def _source(package: Mapping[str, object], files: list[Mapping[str, object]]) -> Source:
    if "vcs" in package:
        vcs = documents.table_at(package, "vcs")
        place = documents.text_at(vcs, "url") or documents.text_at(vcs, "path")
        commit = documents.text_at(vcs, "commit-id")
        if documents.text_at(vcs, "type") not in {"", "git"}:
            return Source(kind=SourceKind.URL, locator=place, ref=commit)
        return sources.git(place, commit, RefKind.SHA if commit else None)
    if "directory" in package:
        place = documents.text_at(package, "directory", "path")
        return Source(kind=SourceKind.PATH, locator=place)
    if "archive" in package:
        archive = documents.table_at(package, "archive")
        if address := documents.text_at(archive, "url"):
            return sources.archive(address)
        return Source(kind=SourceKind.PATH, locator=documents.text_at(archive, "path"))
    return Source(
        locator=documents.text_at(package, "index").rstrip("/"), hosts=python_locks.hosts_of(files)
    )

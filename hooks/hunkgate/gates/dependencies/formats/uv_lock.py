"""uv.lock and SCRIPT.py.lock: uv documentation, "Lockfile" (version 1, every revision).

Read: name, version, source, hashes and hosts of the files. Editable and virtual records are the workspace itself, never dependencies.
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
    """What the lock states. Raises UnreadableError, for a version of the format other than 1 too."""
    document = documents.toml(content)
    if document.get("version") != 1:
        raise UnreadableError(f"unknown version of uv.lock: {document.get('version')!r}, known: 1")
    if "package" not in document and ("requires-python" in document or "manifest" in document):
        # A script without dependencies has a lock without packages.
        return python_locks.lock(())
    own: set[str] = set()
    found: list[tuple[Package, int]] = []
    for package, line in python_locks.packages(document, content):
        name = documents.text_at(package, "name")
        given = documents.table_at(package, "source")
        if "editable" in given or "virtual" in given:
            own.add(normalised(name))
            continue
        files = documents.tables_at(package, "wheels")
        if "sdist" in package:
            files = (documents.table_at(package, "sdist"), *files)
        found.append(
            python_locks.package(
                name,
                documents.text_at(package, "version"),
                source=_source(given, files),
                hashes=python_locks.hashes_of(files),
                line=line,
            )
        )
    return python_locks.lock(found, own=own)


def _source(given: Mapping[str, object], files: tuple[Mapping[str, object], ...]) -> Source:
    if address := documents.text_at(given, "git"):
        # https://host/repository?rev=declared#resolved
        place, _, commit = address.partition("#")
        return sources.git(place.partition("?")[0], commit, RefKind.SHA if commit else None)
    if address := documents.text_at(given, "url"):
        return sources.archive(address)
    for key in ("path", "directory"):
        if key in given:
            return Source(kind=SourceKind.PATH, locator=documents.text_at(given, key))
    registry = documents.text_at(given, "registry")
    if not registry:
        raise UnreadableError(f"a source of an unknown kind: {', '.join(given) or 'none'}")
    return Source(locator=registry.rstrip("/"), hosts=python_locks.hosts_of(files))

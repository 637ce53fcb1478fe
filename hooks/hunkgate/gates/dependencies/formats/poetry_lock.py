"""poetry.lock: poetry's ``poetry.packages.locker`` and its documentation, lock versions 1.x and 2.x and the older one without a number.

Read: name, version, source, hashes (``files``, ``[metadata.files]``, ``[metadata.hashes]``). Not read: categories, groups, markers.
"""

from collections.abc import Iterable, Mapping

from hunkgate.gates.dependencies import documents, pypi, python_locks, sources
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
    version = documents.text_at(metadata, "lock-version")
    if version.partition(".")[0] not in {"", "1", "2"}:
        raise UnreadableError(f"unknown version of poetry.lock: {version}, known: 1.x and 2.x")
    records = list(python_locks.packages(document, content))
    shared = {**documents.table_at(metadata, "hashes"), **documents.table_at(metadata, "files")}
    copies: dict[str, int] = {}
    for package, _ in records:
        name = documents.text_at(package, "name")
        copies[name] = copies.get(name, 0) + 1
    found: list[tuple[Package, int]] = []
    for package, line in records:
        name = documents.text_at(package, "name")
        resolved = documents.text_at(package, "version")
        listed = shared.get(name, [])
        hashes = python_locks.hashes_of(documents.tables_at(package, "files"))
        if isinstance(listed, list):
            hashes |= _listed(listed, resolved if copies[name] > 1 else "")
        source = _source(documents.table_at(package, "source"))
        if not python_locks.is_root(source):
            found.append(
                python_locks.package(name, resolved, source=source, hashes=hashes, line=line)
            )
    return python_locks.lock(found)


def _listed(listed: Iterable[object], version: str) -> frozenset[str]:
    """The hashes that lock version 1 lists by name for all versions together; of several versions only this one's by file name."""
    plain = frozenset(f"sha256:{one}" for one in listed if isinstance(one, str))
    files = [one for one in listed if isinstance(one, Mapping)]
    fitting = [one for one in files if version and _is_of(documents.text_at(one, "file"), version)]
    return plain | python_locks.hashes_of(fitting or files)


def _is_of(file: str, version: str) -> bool:
    return f"-{version}-" in file or any(
        file.endswith(f"-{version}{end}") for end in (".tar.gz", ".zip", ".tar.bz2", ".tgz")
    )


def _source(given: Mapping[str, object]) -> Source:
    kind, url = documents.text_at(given, "type"), documents.text_at(given, "url")
    if kind == "git":
        commit = documents.text_at(given, "resolved_reference")
        declared = documents.text_at(given, "reference")
        return sources.git(url, commit, RefKind.SHA) if commit else sources.git(url, declared)
    if kind == "url":
        return sources.archive(url)
    if kind in {"directory", "file"}:
        return Source(kind=SourceKind.PATH, locator=url)
    # "legacy" is a registry other than the default one.
    return pypi.registry(url)

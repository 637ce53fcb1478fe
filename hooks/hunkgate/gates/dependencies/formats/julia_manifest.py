"""Manifest.toml of Julia, formats 1 and 2: https://pkgdocs.julialang.org/v1/toml-files/#Manifest.toml.

Read: version, tree and UUID (both told as hashes), repository or folder of every package. A package from a folder, and one that comes with Julia, has no
version of its own to check. Not read: what a package asks for.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import record


def read(content: bytes, _path: str) -> Reading:
    """Every locked package. Raises UnreadableError."""
    document = documents.toml(content)
    version = documents.text_at(document, "manifest_format") or "1"
    if version.partition(".")[0] not in ("1", "2"):
        raise UnreadableError(f"format {version!r} is not known")
    tables = documents.table_at(document, "deps") if "manifest_format" in document else document
    return Reading(dependencies=tuple(_packages(tables, content)))


def _packages(tables: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    for name in tables:
        for one in documents.tables_at(tables, name):
            uuid, tree = documents.text_at(one, "uuid"), documents.text_at(one, "git-tree-sha1")
            source = _source(one)
            if not name or not uuid:
                raise UnreadableError(f"{name!r} has no UUID")
            # One that comes with Julia has no tree: its version is Julia's.
            kept = tree or source.kind is SourceKind.GIT
            yield record(
                "julia",
                name,
                documents.text_if(one, "version") if kept else "",
                source=source,
                hashes=frozenset(filter(None, (uuid, tree))),
                line=documents.line_of_string(content, uuid),
            )


def _source(said: Mapping[str, object]) -> Source:
    if url := documents.text_if(said, "repo-url"):
        return sources.git(url, documents.text_if(said, "repo-rev"))
    if path := documents.text_if(said, "path"):
        return Source(kind=SourceKind.PATH, locator=path)
    return Source()

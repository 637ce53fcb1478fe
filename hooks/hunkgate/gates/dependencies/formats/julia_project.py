"""Project.toml: https://pkgdocs.julialang.org/v1/toml-files/.

Read: packages with what ``compat`` says of them and where ``sources`` takes them from. The UUID is what makes a package the one that it is: it is told as a
hash. Not read: the version of Julia itself, extensions, targets.
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

_LISTS = {"deps": "runtime", "weakdeps": "optional:weakdeps", "extras": "dev"}


def read(content: bytes, _path: str) -> Reading:
    """What the project asks for. Raises UnreadableError."""
    document = documents.toml(content)
    return Reading(dependencies=tuple(_packages(document, content)))


def _packages(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    compat = documents.table_at(document, "compat")
    places = documents.table_at(document, "sources")
    for key, scope in _LISTS.items():
        for name, uuid in documents.table_at(document, key).items():
            if not name or not isinstance(uuid, str):
                raise UnreadableError(f"{key}: {name!r} has no UUID")
            yield Dependency(
                ecosystem="julia",
                name=name,
                raw_name=name,
                requirement=documents.text_if(compat, name),
                scope=scope,
                source=_source(documents.table_at(places, name)),
                hashes=frozenset((uuid,)),
                line=documents.line_of_string(content, uuid),
            )


def _source(said: Mapping[str, object]) -> Source:
    if url := documents.text_if(said, "url"):
        return sources.git(url, documents.text_if(said, "rev"))
    if path := documents.text_if(said, "path"):
        return Source(kind=SourceKind.PATH, locator=path)
    return Source()

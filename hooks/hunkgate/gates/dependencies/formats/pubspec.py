"""pubspec.yaml: https://dart.dev/tools/pub/dependencies.

Read: the three lists of dependencies, each hosted (a registry of its own too), from git, from a folder, or with the SDK. Not read: ``environment``.
"""

from collections.abc import Iterator

from hunkgate.gates.dependencies import documents, sources, yaml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.yaml_documents import Table

_LISTS = {
    "dependencies": "runtime",
    "dev_dependencies": "dev",
    "dependency_overrides": "runtime",
}


def read(content: bytes, _path: str) -> Reading:
    """What the package asks for. Raises UnreadableError."""
    found = yaml_documents.read(content)
    if found in ((), (None,)):
        return Reading()
    document = found[0]
    if len(found) > 1 or not isinstance(document, Table):
        raise UnreadableError("not a pubspec: expected one mapping")
    return Reading(dependencies=tuple(_dependencies(document)))


def _dependencies(document: Table) -> Iterator[Dependency]:
    for key, scope in _LISTS.items():
        table = document.get(key)
        if table is None:
            continue
        if not isinstance(table, Table):
            raise UnreadableError(f"{key} is not a mapping", line=document.lines[key])
        flags = frozenset(("override",)) if key == "dependency_overrides" else frozenset[str]()
        for name, value in table.items():
            if not name:
                raise UnreadableError(f"{key}: a package without a name", line=table.lines[name])
            said = value if isinstance(value, dict) else {"version": value}
            if "sdk" in said:
                continue  # it comes with the SDK
            yield Dependency(
                ecosystem="pub",
                name=name,
                raw_name=name,
                requirement=documents.text_if(said, "version"),
                scope=scope,
                source=_source(said),
                flags=flags,
                line=table.lines[name],
            )


def _source(said: dict[str, object]) -> Source:
    if "git" in said:
        git = said["git"]
        table = git if isinstance(git, dict) else {"url": git}
        return sources.git(documents.text_if(table, "url"), documents.text_if(table, "ref"))
    if "path" in said:
        return Source(kind=SourceKind.PATH, locator=documents.text_if(said, "path"))
    hosted = said.get("hosted")
    table = hosted if isinstance(hosted, dict) else {"url": hosted}
    return Source(locator=sources.place(documents.text_if(table, "url")))

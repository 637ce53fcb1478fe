"""Cargo.toml: https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html and .../manifest.html.

Read are the three tables of dependencies, those of every target and of the workspace, ``[patch]`` and ``[replace]``, and the build script that the manifest names. A
crate of a folder inside the repository is the project's own work: it keeps its record, so that a crate that moves there is seen, without the
version, which only counts where the crate is published.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

_TABLES = {
    "dependencies": "runtime",
    "dev-dependencies": "dev",
    "dev_dependencies": "dev",
    "build-dependencies": "build",
    "build_dependencies": "build",
}
_SCRIPTS = ("build", "links")


def read(content: bytes, _path: str) -> Reading:
    """The crates that a manifest asks for."""
    document = documents.toml(content)
    package = _table(document, "package") or _table(document, "project")
    workspace = _table(document, "workspace")
    if not document and content.strip() and not _only_comments(content):
        raise UnreadableError("no table of a Cargo.toml")
    found = [*_all(document, content, "")]
    found.extend(
        _crates(_table(workspace, "dependencies"), "runtime", content, "[workspace.dependencies]")
    )
    for cfg, target in _table(document, "target").items():
        found.extend(_all(_of(target, f"target.{cfg}"), content, f"[target.{cfg}."))
    for registry, crates in _table(document, "patch").items():
        found.extend(_overrides(_of(crates, f"patch.{registry}"), content))
    found.extend(_overrides(_table(document, "replace"), content))
    name = package.get("name")
    return Reading(
        dependencies=tuple(found),
        options=tuple(
            Option(
                ecosystem="cargo",
                name=f"package.{field}",
                value=str(package[field]),
                signal="install-script",
                line=documents.line_of(content, field),
            )
            for field in _SCRIPTS
            if isinstance(package.get(field), (str, list))
        ),
        own=frozenset((name,)) if isinstance(name, str) else frozenset(),
    )


def _only_comments(content: bytes) -> bool:
    return all(not line.strip() or line.lstrip().startswith(b"#") for line in content.split(b"\n"))


def _table(document: Mapping[str, object], field: str) -> Mapping[str, object]:
    return _of(document.get(field, {}), field)


def _of(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise UnreadableError(f"{where} is not a table")
    return value


def _all(document: Mapping[str, object], content: bytes, prefix: str) -> Iterator[Dependency]:
    for field, scope in _TABLES.items():
        yield from _crates(_table(document, field), scope, content, f"{prefix or '['}{field}]")


def _crates(
    table: Mapping[str, object], scope: str, content: bytes, header: str
) -> Iterator[Dependency]:
    start = documents.line_of(content, header) or 1
    for name, entry in table.items():
        line = documents.line_of(content, name, start=start)
        yield _crate(name, entry, scope, frozenset(), line)


def _overrides(table: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    """``[patch.REGISTRY] name = …`` and ``[replace] "name:version" = …``."""
    for key, entry in table.items():
        name = key.partition(":")[0].rpartition("#")[2]
        line = documents.line_of(content, key)
        yield _crate(name, entry, "override", frozenset(("override",)), line)


def _crate(written: str, entry: object, scope: str, flags: frozenset[str], line: int) -> Dependency:
    if isinstance(entry, str):
        entry = {"version": entry}
    if not isinstance(entry, dict):
        raise UnreadableError(f"{written!r} is neither a text nor a table", line=line)
    name = _text(entry, "package") or written
    source = _source(entry)
    marks = set(flags)
    if name != written:
        marks.add("alias")
    if entry.get("optional") is True:
        marks.add("optional")
    features = entry.get("features")
    extras = [str(one) for one in features] if isinstance(features, list) else []
    if False in (entry.get("default-features"), entry.get("default_features")):
        extras.append("no-default")
    if extras:
        marks.add(f"extras:{','.join(sorted(extras))}")
    return Dependency(
        ecosystem="cargo",
        name=name,
        raw_name=written,
        requirement=_requirement(entry, source),
        scope=scope,
        source=source,
        flags=frozenset(marks),
        line=line,
    )


def _requirement(entry: Mapping[str, object], source: Source) -> str:
    """The version, or for a repository that is asked for none the address and ref as they are written."""
    if source.kind is SourceKind.PATH:
        return ""
    if (version := _text(entry, "version")) or source.kind is not SourceKind.GIT:
        return version
    return f"{_text(entry, 'git')}@{source.ref}" if source.ref else _text(entry, "git")


def _source(entry: Mapping[str, object]) -> Source:
    if entry.get("workspace") is True:
        return Source(kind=SourceKind.WORKSPACE)
    if git := _text(entry, "git"):
        for field, kind in (("rev", None), ("tag", RefKind.TAG), ("branch", RefKind.BRANCH)):
            if ref := _text(entry, field):
                return sources.git(git, ref, kind)
        return sources.git(git)
    if path := _text(entry, "path"):
        return Source(kind=SourceKind.PATH, locator=path)
    registry = _text(entry, "registry") or sources.address(_text(entry, "registry-index"))
    return Source(kind=SourceKind.REGISTRY, locator=registry)


def _text(entry: Mapping[str, object], field: str) -> str:
    value = entry.get(field)
    return value if isinstance(value, str) else ""

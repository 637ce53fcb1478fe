"""poetry's tables under ``[tool.poetry]`` of pyproject.toml: poetry documentation, "The pyproject.toml file" and "Dependency specification".

``extras`` only name dependencies that stand elsewhere and ``python`` is the interpreter: neither is a dependency.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hunkgate.gates.dependencies import documents, pypi, python_requirements
from hunkgate.gates.dependencies.dependency import Dependency, Option, Source


def sources(poetry: Mapping[str, object]) -> Mapping[str, str]:
    """The named package sources: name to address."""
    return {
        documents.text_at(one, "name"): documents.text_at(one, "url")
        for one in documents.tables_at(poetry, "source")
    }


def requirements(poetry: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    """The dependencies of the main table, of every group and of the old ``dev-dependencies``. Raises UnreadableError."""
    named = sources(poetry)
    tables = [("dependencies", "runtime", documents.table_at(poetry, "dependencies"))]
    for group in documents.table_at(poetry, "group"):
        table = documents.table_at(poetry, "group", group, "dependencies")
        tables.append((f"group.{group}.dependencies", "dev", table))
    tables.append(("dev-dependencies", "dev", documents.table_at(poetry, "dev-dependencies")))
    for where, scope, table in tables:
        start = documents.line_of(content, f"[tool.poetry.{where}]") or 1
        for name, value in table.items():
            if name.lower() != "python":
                line = documents.line_of(content, name, start=start) or documents.line_of(
                    content, f"tool.poetry.{where}.{name}"
                )
                yield from python_requirements.entry(
                    name, value, scope=scope, indexes=named, line=line
                )


def merged(project: Iterable[Dependency], poetry: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """Both tables as poetry 2 reads them: an entry of its own table only adds the source to what ``[project]`` already states."""
    stated = tuple(project)
    # What builds the project, and what groups ask for, says nothing of poetry's own table.
    names = {one.name for one in stated if one.scope.partition(":")[0] in ("runtime", "optional")}
    own = tuple(poetry)
    moved = {
        one.name: one.source
        for one in own
        if one.name in names and one.scope == "runtime" and one.source != Source()
    }
    return (
        *(
            (
                replace(one, source=moved[one.name])
                if one.name in moved and one.source == Source() and one.scope != "build"
                else one
            )
            for one in stated
        ),
        *(one for one in own if one.name not in names or one.scope != "runtime"),
    )


def options(poetry: Mapping[str, object], content: bytes) -> Iterator[Option]:
    """Package sources with their priority, and a build script of the project's own."""
    for one in documents.tables_at(poetry, "source"):
        name, address = documents.text_at(one, "name"), documents.text_at(one, "url")
        said = documents.text_at(one, "priority") or " ".join(
            key for key in ("default", "secondary") if one.get(key) is True
        )
        yield Option(
            ecosystem=pypi.ECOSYSTEM,
            name=f"tool.poetry.source.{name}",
            value=f"{address} {said}".strip(),
            signal="index-changed",
            line=documents.line_of(content, address or name),
        )
    build = poetry.get("build")
    script = build if isinstance(build, str) else documents.text_at(poetry, "build", "script")
    if script:
        yield Option(
            ecosystem=pypi.ECOSYSTEM,
            name="tool.poetry.build.script",
            value=script,
            signal="install-script",
            line=documents.line_of(content, script),
        )

"""pyproject.toml: PEP 518 and 517 (build system), PEP 621 (project), PEP 735 (dependency groups), and the tables of the tools.

Read: requirements of the project, its extras, groups and build; of poetry, pdm, uv, hatch, flit, rye, tox and pixi, with their sources,
indexes and plugins; an in-tree build backend; dynamic dependencies; what the commands that cibuildwheel runs install. Not read:
``requires-python``, and what other tools' commands install.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import (
    build_tables,
    conda_specs,
    documents,
    poetry_tables,
    python_requirements,
    tox_tables,
    uv_tables,
)
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError
from hunkgate.gates.dependencies.pypi import ECOSYSTEM, normalised

Table = Mapping[str, object]

_DEFAULT = "setuptools.build_meta"


def read(content: bytes, path: str) -> Reading:
    """What the file states. Raises UnreadableError."""
    document = documents.toml(content)
    tool = documents.table_at(document, "tool")
    uv, poetry = documents.table_at(tool, "uv"), documents.table_at(tool, "poetry")
    pixi = documents.table_at(tool, "pixi")
    own = frozenset(
        normalised(name)
        for name in (
            documents.text_at(document, "project", "name"),
            documents.text_at(poetry, "name"),
            documents.text_at(tool, "flit", "metadata", "module"),
        )
        if name
    )
    stated = (
        *_project(document, content),
        *_groups(document, content),
        *_hatch(documents.table_at(tool, "hatch"), content),
        *_flit(documents.table_at(tool, "flit", "metadata"), content),
        *_pdm(documents.table_at(tool, "pdm"), content),
        *uv_tables.requirements(uv, content),
    )
    tools = tuple(build_tables.found(tool, content))
    tox = tox_tables.toml(documents.table_at(tool, "tox"), path, content)
    merged = poetry_tables.merged(stated, poetry_tables.requirements(poetry, content))
    return Reading(
        dependencies=tuple(
            one
            # An extra that gathers others names the project itself: `all = ["me[a,b]"]`.
            for one in (
                *uv_tables.placed(merged, uv),
                *conda_specs.pixi_requirements(pixi, content),
                *(one for one in tools if isinstance(one, Dependency)),
                *tox.dependencies,
            )
            if not (one.ecosystem == ECOSYSTEM and one.name in own)
        ),
        options=(
            *_build_system(document, content),
            *_dynamic(document, content),
            *uv_tables.options(uv, content, prefix="tool.uv."),
            *poetry_tables.options(poetry, content),
            *_pdm_options(documents.table_at(tool, "pdm"), content),
            *conda_specs.pixi_options(pixi, content, prefix="tool.pixi."),
            *(one for one in tools if isinstance(one, Option)),
            *tox.options,
        ),
        own=own,
    )


def _strings(
    written: tuple[str, ...], content: bytes, scope: str, flags: frozenset[str] = frozenset()
) -> Iterator[Dependency]:
    for one in written:
        line = documents.line_of_string(content, one)
        yield python_requirements.requirement(one, scope=scope, flags=flags, line=line)


def _project(document: Table, content: bytes) -> Iterator[Dependency]:
    project = documents.table_at(document, "project")
    yield from _strings(documents.texts_at(project, "dependencies"), content, "runtime")
    for extra in documents.table_at(project, "optional-dependencies"):
        written = documents.texts_at(project, "optional-dependencies", extra)
        yield from _strings(written, content, f"optional:{extra}")
    required = documents.texts_at(document, "build-system", "requires")
    yield from _strings(required, content, "build")


def _groups(document: Table, content: bytes) -> Iterator[Dependency]:
    groups = documents.table_at(document, "dependency-groups")
    for name, items in groups.items():
        if not isinstance(items, list):
            raise UnreadableError(f"dependency-groups.{name}: expected a list")
        texts = tuple(one for one in items if isinstance(one, str))
        # {include-group = "..."} repeats what stands in the other group.
        for other in items:
            if not isinstance(other, str) and not (
                isinstance(other, Mapping) and "include-group" in other
            ):
                raise UnreadableError(
                    f"dependency-groups.{name}: expected requirements and include-group tables"
                )
        yield from _strings(texts, content, "dev")


def _build_system(document: Table, content: bytes) -> Iterator[Option]:
    if "build-system" not in document:
        return
    system = documents.table_at(document, "build-system")
    # PEP 517: without the key setuptools builds, and in almost the same way when it is named.
    backend = documents.text_at(system, "build-backend").removesuffix(":__legacy__") or _DEFAULT
    path = system.get("backend-path")
    places = (path,) if isinstance(path, str) else documents.texts_at(system, "backend-path")
    value = f"{backend} from {', '.join(places)}" if places else backend
    where = "build-system.build-backend"
    yield _option(where, value, "build-backend-changed", content, "build-backend")


def _dynamic(document: Table, content: bytes) -> Iterator[Option]:
    for key in documents.texts_at(document, "project", "dynamic"):
        if key in {"dependencies", "optional-dependencies"}:
            yield _option("project.dynamic", key, "dynamic", content, "dynamic")
    dynamic = documents.table_at(document, "tool", "setuptools", "dynamic")
    extras = documents.table_at(dynamic, "optional-dependencies")
    places = [("dependencies", documents.table_at(dynamic, "dependencies"))] + [
        (f"optional-dependencies.{name}", documents.table_at(extras, name)) for name in extras
    ]
    for name, table in places:
        given = table.get("file", [])
        for file in given if isinstance(given, list) else [given]:
            where = f"tool.setuptools.dynamic.{name}"
            yield _option(where, str(file), "include-added", content, str(file))


def _hatch(hatch: Table, content: bytes) -> Iterator[Dependency]:
    for name in documents.table_at(hatch, "envs"):
        environment = documents.table_at(hatch, "envs", name)
        for key in ("dependencies", "extra-dependencies"):
            yield from _strings(documents.texts_at(environment, key), content, "dev")
    build = documents.table_at(hatch, "build")
    targets = [
        documents.table_at(build, "targets", name) for name in documents.table_at(build, "targets")
    ]
    metadata = documents.table_at(hatch, "metadata")
    for table in (build, metadata, *targets):
        yield from _strings(_texts_if_list(table, "dependencies"), content, "build")
        for hook in documents.table_at(table, "hooks"):
            written = documents.texts_at(table, "hooks", hook, "dependencies")
            yield from _strings(written, content, "build")


def _texts_if_list(table: Table, key: str) -> tuple[str, ...]:
    return documents.texts_at(table, key) if isinstance(table.get(key), list) else ()


def _flit(metadata: Table, content: bytes) -> Iterator[Dependency]:
    # flit 1 and 2, before PEP 621.
    yield from _strings(documents.texts_at(metadata, "requires"), content, "runtime")
    yield from _strings(documents.texts_at(metadata, "dev-requires"), content, "dev")
    for extra in documents.table_at(metadata, "requires-extra"):
        written = documents.texts_at(metadata, "requires-extra", extra)
        yield from _strings(written, content, f"optional:{extra}")


def _pdm(pdm: Table, content: bytes) -> Iterator[Dependency]:
    sources = _pdm_sources(pdm)
    for key, scope in (("dependencies", "runtime"), ("dev-dependencies", "dev")):
        # Lists of requirement lines by group; pdm 0 wrote tables `name = version` instead.
        for name, value in documents.table_at(pdm, key).items():
            if isinstance(value, list) and scope == "dev":
                for written in documents.texts_at(pdm, key, name):
                    line = documents.line_of_string(content, written)
                    yield from python_requirements.read_lines(
                        written, "", scope=scope, first_line=line
                    ).dependencies
            elif name != "python":
                line = documents.line_of(content, name)
                yield from python_requirements.entry(
                    name, value, scope=scope, indexes=sources, line=line
                )
    overrides = documents.table_at(pdm, "resolution", "overrides")
    for name, value in {**documents.table_at(pdm, "overrides"), **overrides}.items():
        line = documents.line_of(content, name)
        yield from python_requirements.entry(name, value, flags=frozenset({"override"}), line=line)
    build = documents.table_at(pdm, "build")
    yield from _strings(documents.texts_at(build, "setup-requires"), content, "build")


def _pdm_sources(pdm: Table) -> Mapping[str, str]:
    return {
        documents.text_at(one, "name"): documents.text_at(one, "url")
        for one in documents.tables_at(pdm, "source")
    }


def _pdm_options(pdm: Table, content: bytes) -> Iterator[Option]:
    for name, address in _pdm_sources(pdm).items():
        yield _option(f"tool.pdm.source.{name}", address, "index-changed", content, address)
    for key, signal in (("build", "install-script"), ("setup-script", "install-script")):
        script = pdm.get("build") if key == "build" else documents.table_at(pdm, "build").get(key)
        if isinstance(script, str):
            yield _option(f"tool.pdm.{key}", script, signal, content, script)


def _option(name: str, value: str, signal: str, content: bytes, needle: str) -> Option:
    line = documents.line_of(content, needle)
    return Option(ecosystem=ECOSYSTEM, name=name, value=value, signal=signal, line=line)

"""What the tables of building and developing tools in pyproject.toml bring beside requirements of the project itself.

Sources: the configuration references of hatch ("Environment overrides", "Build hook plugins"), rye, pdm, poetry ("requires-plugins") and cibuildwheel ("Options").
Read: environments' overrides and plugins of hatch, its own build code, rye's lists and sources, plugins of pdm and poetry, what the commands that
cibuildwheel runs install.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import (
    documents,
    images,
    install_commands,
    pypi,
    python_requirements,
    tasks,
    tool_settings,
)
from hunkgate.gates.dependencies.dependency import Dependency, Option

Table = Mapping[str, object]
Found = Dependency | Option

_TASKS = (
    ("pdm", "scripts"),
    ("rye", "scripts"),
    ("poe", "tasks"),
    ("taskipy", "tasks"),
    ("pixi", "tasks"),
)
_COMMANDS = ("before-all", "before-build", "before-test", "test-command", "repair-wheel-command")


def found(tool: Table, content: bytes) -> Iterator[Found]:
    """Everything of these tables. Raises UnreadableError."""
    yield from _hatch(documents.table_at(tool, "hatch"), content)
    yield from _plugins(tool, content)
    yield from _rye(documents.table_at(tool, "rye"), content)
    yield from _cibuildwheel(documents.table_at(tool, "cibuildwheel"), content)
    yield from _setuptools(documents.table_at(tool, "setuptools"), content)
    yield from _briefcase(documents.table_at(tool, "briefcase"), content)
    for keys in _TASKS:
        yield from tasks.read(documents.table_at(tool, *keys), content)


def _setuptools(setuptools: Table, content: bytes) -> Iterator[Option]:
    for command, name in documents.table_at(setuptools, "cmdclass").items():
        where = f"tool.setuptools.cmdclass.{command}"
        yield _option(where, str(name), "build-backend-changed", content, command)


def _briefcase(briefcase: Table, content: bytes) -> Iterator[Dependency]:
    apps = documents.table_at(briefcase, "app")
    for table in (briefcase, *(documents.table_at(apps, name) for name in apps)):
        for key, scope in (("requires", "runtime"), ("test_requires", "dev")):
            if key in table:
                yield from _requirements(table[key], scope, content)


def _requirements(written: object, scope: str, content: bytes) -> Iterator[Dependency]:
    for one in written if isinstance(written, list) else (written,):
        # A conditional entry of an override: {value = "...", if = [...]}.
        text = one.get("value") if isinstance(one, Mapping) else one
        if isinstance(text, str):
            line = documents.line_of_string(content, text)
            reading = python_requirements.read_lines(text, "", scope=scope, first_line=line)
            yield from reading.dependencies


def _hatch(hatch: Table, content: bytes) -> Iterator[Found]:
    yield from _requirements(documents.table_at(hatch, "env").get("requires"), "dev", content)
    for name in documents.table_at(hatch, "envs"):
        environment = documents.table_at(hatch, "envs", name)
        yield from _variables(environment.get("env-vars"), content)
        for kind in documents.table_at(environment, "overrides"):
            matched = documents.table_at(environment, "overrides", kind)
            for override in matched.values():
                for key, value in override.items() if isinstance(override, Mapping) else ():
                    if key.removeprefix("set-") in ("dependencies", "extra-dependencies"):
                        yield from _requirements(value, "dev", content)
        for key in ("pre-install-commands", "post-install-commands"):
            yield from tasks.read({key: environment.get(key)}, content)
        yield from tasks.read(documents.table_at(environment, "scripts"), content)
    version = documents.table_at(hatch, "version")
    if version.get("source") == "code" and isinstance(path := version.get("path"), str):
        yield _option("tool.hatch.version.path", path, "build-backend-changed", content, path)
    build = documents.table_at(hatch, "build")
    if path := documents.text_at(build, "targets", "custom", "path"):
        name = "tool.hatch.build.targets.custom"
        yield _option(name, path, "build-backend-changed", content, path)
    targets = documents.table_at(build, "targets")
    for where, table in (
        ("metadata", documents.table_at(hatch, "metadata")),
        ("build", build),
        *((f"build.targets.{name}", documents.table_at(targets, name)) for name in targets),
    ):
        hooks = documents.table_at(table, "hooks")
        if "custom" in hooks:
            # Code of the repository that runs in every build; without a path it is hatch_build.py.
            path = documents.text_at(hooks, "custom", "path") or "hatch_build.py"
            name = f"tool.hatch.{where}.hooks.custom"
            yield _option(name, path, "build-backend-changed", content, "custom")


def _variables(table: object, content: bytes) -> Iterator[Option]:
    for name, value in table.items() if isinstance(table, Mapping) else ():
        line = documents.line_of(content, name)
        option = tool_settings.environment(name, str(value), line=line)
        if option is not None:
            yield option


def _plugins(tool: Table, content: bytes) -> Iterator[Found]:
    pdm = documents.table_at(tool, "pdm")
    yield from _requirements(pdm.get("plugins"), "build", content)
    if hook := documents.text_at(pdm, "build", "custom-hook"):
        yield _option("tool.pdm.build.custom-hook", hook, "build-backend-changed", content, hook)
    for name, value in documents.table_at(pdm, "scripts").items():
        # pdm runs these by itself ("Hook Scripts").
        if name in (
            "pre_install",
            "post_install",
            "pre_lock",
            "post_lock",
            "pre_build",
            "post_build",
        ):
            yield _option(f"tool.pdm.scripts.{name}", str(value), "install-script", content, name)
    for name, value in documents.table_at(tool, "poetry", "requires-plugins").items():
        line = documents.line_of(content, name)
        yield from python_requirements.entry(name, value, scope="build", line=line)


def _rye(rye: Table, content: bytes) -> Iterator[Found]:
    yield from _requirements(rye.get("dev-dependencies"), "dev", content)
    for one in documents.tables_at(rye, "sources"):
        address = documents.text_at(one, "url")
        name = f"tool.rye.sources.{documents.text_at(one, 'name')}"
        yield _option(name, address, "index-changed", content, address)


def _cibuildwheel(table: Table, content: bytes) -> Iterator[Found]:
    overrides = table.get("overrides")
    for place in (
        table,
        *(documents.table_at(table, name) for name in ("linux", "macos", "windows")),
        *(
            one
            for one in (overrides if isinstance(overrides, list) else ())
            if isinstance(one, Mapping)
        ),
    ):
        yield from _variables(place.get("environment"), content)
        yield from _requirements(place.get("test-requires"), "dev", content)
        yield from _tools(place.get("dependency-versions"), content)
        for key, value in place.items():
            # Short names stand for images that cibuildwheel itself knows.
            if key.endswith("-image") and isinstance(value, str) and "/" in value:
                yield images.image(value, line=documents.line_of_string(content, value))
        for key in _COMMANDS:
            value = place.get(key)
            for script in value if isinstance(value, list) else (value,):
                if isinstance(script, str):
                    line = documents.line_of_string(content, script)
                    dependencies, options = install_commands.read(script, line=line or 1)
                    yield from dependencies
                    yield from options


def _tools(versions: object, content: bytes) -> Iterator[Found]:
    """``dependency-versions``: a word, a file of constraints, or a table with one of both or with requirements."""
    table = versions if isinstance(versions, Mapping) else {"file": versions}
    yield from _requirements(table.get("packages"), "build", content)
    file = table.get("file")
    if isinstance(file, str) and file not in ("pinned", "latest", "packages"):
        name = "tool.cibuildwheel.dependency-versions"
        yield _option(name, file, "include-added", content, file)


def _option(name: str, value: str, signal: str, content: bytes, needle: str) -> Option:
    line = documents.line_of(content, needle)
    return Option(ecosystem=pypi.ECOSYSTEM, name=name, value=value, signal=signal, line=line)

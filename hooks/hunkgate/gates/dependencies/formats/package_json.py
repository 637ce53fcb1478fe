"""package.json: https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-json.md.

Read are every field of dependencies, the overrides of npm, yarn (``resolutions``) and pnpm, the package manager that corepack fetches, the scripts that an
installation runs, what the others install, which packages may run theirs (pnpm, bun, yarn), bun's catalogs, and what pnpm adds to packages and patches. ``engines`` and all else is none of a package's business.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hunkgate.gates.dependencies import documents, npm, safety, tasks
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    UnreadableError,
)

_FIELDS = (
    ("dependencies", "runtime", frozenset[str]()),
    ("devDependencies", "dev", frozenset[str]()),
    ("peerDependencies", "optional:peer", frozenset[str]()),
    ("optionalDependencies", "runtime", frozenset(("optional",))),
)
_BUNDLES = ("bundleDependencies", "bundledDependencies")
_OVERRIDE = frozenset(("override",))


def read(content: bytes, _path: str) -> Reading:
    """The dependencies and install scripts that a package.json states."""
    document = documents.json_object(content)
    pnpm = _object(document, "pnpm")
    found = list(_fields(document, content))
    named = {one.raw_name for one in found}
    found.extend(one for one in _bundled(document) if one.raw_name not in named)
    found.extend(_overrides("overrides", _object(document, "overrides"), content))
    found.extend(_overrides("resolutions", _object(document, "resolutions"), content))
    found.extend(_overrides("overrides", _object(pnpm, "overrides"), content))
    found.extend(_package_manager(document, content))
    found.extend(_added(document, pnpm, content))
    commands = tuple(tasks.read(_object(document, "scripts"), content))
    found.extend(one for one in commands if isinstance(one, Dependency) and one.name not in named)
    name = document.get("name")
    return Reading(
        dependencies=tuple(found),
        options=(
            *_scripts(document, content),
            *_allowed("trustedDependencies", document, content),
            *_allowed("onlyBuiltDependencies", pnpm, content),
            *_patched(document, content),
            *_patched(pnpm, content),
            *_builds(pnpm, content),
            *(one for one in commands if isinstance(one, Option)),
            *_built(document, content),
        ),
        own=frozenset((name,)) if isinstance(name, str) else frozenset(),
    )


def _object(document: Mapping[str, object], field: str) -> Mapping[str, object]:
    """An object of the document, empty where there is none. Raises UnreadableError where something else stands there."""
    value = document.get(field)
    if value is None or value is False or value == []:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError(f"{field} is not an object")
    return value


def _fields(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    for field, scope, flags in _FIELDS:
        start = documents.line_of(content, f'"{field}"') or 1
        for name, specifier in _object(document, field).items():
            if not isinstance(specifier, str):
                raise UnreadableError(f"{field}: {name!r} is not a text")
            line = documents.line_of(content, f'"{name}"', start=start)
            yield npm.specified(name, specifier, scope, flags=flags, line=line)


def _bundled(document: Mapping[str, object]) -> Iterator[Dependency]:
    """Packages that are put into the tarball: those that no other field names."""
    for field in _BUNDLES:
        names = document.get(field)
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str):
                yield npm.specified(name, "", "runtime")


def _overrides(
    field: str, table: Mapping[str, object], content: bytes, outer: str = "", depth: int = 0
) -> Iterator[Dependency]:
    """npm nests what it overrides below the package that asks for it, ``.`` being that package itself; yarn and pnpm write a path."""
    if depth > documents.DEPTH:
        raise UnreadableError(f"{field} is nested too deep")
    for key, value in table.items():
        place = outer if key == "." else f"{outer}>{key}" if outer else key
        if isinstance(value, dict):
            yield from _overrides(field, value, content, place, depth + 1)
        elif isinstance(value, str):
            line = documents.line_of(
                content, f'"{key}"', start=documents.line_of(content, f'"{field}"') or 1
            )
            one = npm.specified(
                npm.overridden(place), value, "override", flags=_OVERRIDE, line=line
            )
            yield one
        elif value is not None:
            raise UnreadableError(f"{field}: {key!r} is neither a text nor an object")


def _package_manager(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    """``"packageManager": "pnpm@9.1.0+sha512.0a1b"``: a program that corepack downloads and runs."""
    engines = documents.table_if(document, "devEngines").get("packageManager")
    for one in engines if isinstance(engines, list) else (engines,):
        if isinstance(one, dict) and (name := documents.text_if(one, "name")):
            line = documents.line_of(content, '"devEngines"')
            yield npm.specified(name, documents.text_if(one, "version"), "build", line=line)
    value = document.get("packageManager")
    if not isinstance(value, str) or "@" not in value[1:]:
        return
    name, _, specifier = value.rpartition("@") if "://" not in value else value.partition("@")
    version, _, digest = specifier.partition("+")
    one = npm.specified(name, version, "build", line=documents.line_of(content, '"packageManager"'))
    yield Dependency(
        ecosystem=one.ecosystem,
        name=one.name,
        raw_name=one.raw_name,
        requirement=one.requirement,
        scope=one.scope,
        source=one.source,
        hashes=frozenset((digest,)) if digest else frozenset(),
        line=one.line,
    )


def _added(
    document: Mapping[str, object], pnpm: Mapping[str, object], content: bytes
) -> Iterator[Dependency]:
    """Bun's catalogs, at the top or among the workspaces; what pnpm puts into every installation and adds to the packages of others."""
    workspaces = document.get("workspaces")
    for home in (document, workspaces if isinstance(workspaces, dict) else {}):
        catalogs = documents.table_if(home, "catalogs")
        for table, scope in (
            (documents.table_if(home, "catalog"), "runtime"),
            *((documents.table_if(catalogs, name), f"optional:{name}") for name in catalogs),
        ):
            yield from _texts(table, scope, content)
    for one in _texts(documents.table_if(pnpm, "configDependencies"), "build", content):
        version, _, digest = one.requirement.partition("+")
        yield replace(one, requirement=version, hashes=frozenset((digest,) if digest else ()))
    extensions = documents.table_if(pnpm, "packageExtensions")
    for package in extensions:
        added = documents.table_if(extensions, package)
        for field, _, _ in _FIELDS:
            for one in _texts(documents.table_if(added, field), "override", content):
                yield replace(one, flags=one.flags | _OVERRIDE)


def _texts(table: Mapping[str, object], scope: str, content: bytes) -> Iterator[Dependency]:
    for name, specifier in table.items():
        if isinstance(specifier, str):
            yield npm.specified(
                name, specifier, scope, line=documents.line_of(content, f'"{name}"')
            )


def _builds(pnpm: Mapping[str, object], content: bytes) -> Iterator[Option]:
    """Which packages may run install scripts, told of all together."""
    for name in (
        "dangerouslyAllowAllBuilds",
        "onlyBuiltDependenciesFile",
        "neverBuiltDependencies",
    ):
        if name in pnpm:
            value = pnpm[name]
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield Option(
                ecosystem="npm",
                name=name,
                value=text,
                signal="install-script",
                line=documents.line_of(content, f'"{name}"'),
                restricts=safety.restricts(name, text),
            )


def _patched(home: Mapping[str, object], content: bytes) -> Iterator[Option]:
    """Packages that are changed by a patch of the repository after they are fetched (pnpm, bun)."""
    for name, path in documents.table_if(home, "patchedDependencies").items():
        yield Option(
            ecosystem="npm",
            name=f"patchedDependencies {name}",
            value=str(path),
            signal="override",
            line=documents.line_of(content, f'"{name}"'),
        )


def _built(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    """Yarn's packages whose install scripts may run, and the project's own native build (npm runs node-gyp for it)."""
    for name, meta in documents.table_if(document, "dependenciesMeta").items():
        if isinstance(meta, dict) and meta.get("built") is True:
            yield Option(
                ecosystem="npm",
                name=f"dependenciesMeta {name}",
                value="built",
                signal="install-script",
                line=documents.line_of(content, f'"{name}"'),
            )
    if document.get("gypfile") is True:
        yield Option(
            ecosystem="npm",
            name="gypfile",
            value="true",
            signal="install-script",
            line=documents.line_of(content, '"gypfile"'),
        )


def _scripts(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    scripts = _object(document, "scripts")
    start = documents.line_of(content, '"scripts"') or 1
    for name in npm.INSTALL_SCRIPTS:
        if name in scripts:
            yield Option(
                ecosystem="npm",
                name=f"scripts.{name}",
                value=str(scripts[name]),
                signal="install-script",
                line=documents.line_of(content, f'"{name}"', start=start),
            )


def _allowed(field: str, document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    """Packages whose install scripts are run although the package manager runs none by default."""
    names = document.get(field)
    for name in names if isinstance(names, list) else ():
        yield Option(
            ecosystem="npm",
            name=f"{field} {name}",
            value="true",
            signal="install-script",
            line=documents.line_of(content, f'"{field}"'),
        )

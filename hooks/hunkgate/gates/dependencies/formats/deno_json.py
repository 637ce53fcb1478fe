"""deno.json and deno.jsonc: https://docs.deno.com/runtime/fundamentals/configuration/ (``imports``, ``scopes``, ``links``, ``importMap``, ``lock``).

A specifier is ``npm:name@range``, ``jsr:@scope/name@range`` or an address. Those of JSR have the ecosystem ``jsr``, addresses ``deno``: purl has no type for either.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, sources, tasks
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)

_OPTIONS = {
    "importMap": "include-added",
    "links": "include-added",
    "patch": "include-added",
    "allowScripts": "install-script",
    "lock": "index-changed",
}


def read(content: bytes, _path: str) -> Reading:
    """What a deno.json imports, and the settings that change what an import means."""
    document = documents.jsonc_object(content)
    name = document.get("name")
    commands = tuple(tasks.read(documents.table_if(document, "tasks"), content))
    return Reading(
        dependencies=(
            *_imports(document, content),
            *_types(document, content),
            *(one for one in commands if isinstance(one, Dependency)),
        ),
        options=(
            *(one for one in commands if isinstance(one, Option)),
            *_settings(document, content),
        ),
        own=frozenset((name,)) if isinstance(name, str) else frozenset(),
    )


def _types(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    """What the compiler takes: ``types``, ``jsxImportSource``."""
    told = documents.table_if(document, "compilerOptions")
    types = told.get("types")
    sources_ = (told.get("jsxImportSource"), told.get("jsxImportSourceTypes"))
    for one in (*(types if isinstance(types, list) else ()), *sources_):
        if isinstance(one, str):
            line = documents.line_of(content, f'"{one}"')
            if found := _dependency(one, one, "dev", line):
                yield found


def _settings(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    for field, signal in _OPTIONS.items():
        if field in document:
            yield Option(
                ecosystem="npm",
                name=field,
                value=str(document[field]),
                signal=signal,
                line=documents.line_of(content, f'"{field}"'),
            )


def _imports(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    scopes = document.get("scopes")
    tables = [("runtime", document.get("imports"))]
    if isinstance(scopes, dict):
        tables.extend((f"optional:{scope}", table) for scope, table in scopes.items())
    for scope, table in tables:
        if table is not None and not isinstance(table, dict):
            raise UnreadableError("imports is not an object")
        for written, specifier in (table or {}).items():
            if not isinstance(specifier, str):
                raise UnreadableError(f"{written!r} is not a text")
            line = documents.line_of(content, f'"{written}"')
            if one := _dependency(written, specifier, scope, line):
                yield one


def _dependency(written: str, specifier: str, scope: str, line: int) -> Dependency | None:
    protocol, _, rest = specifier.partition(":")
    if protocol in ("npm", "jsr"):
        bare = rest.lstrip("/")
        cut = bare.find("@", 1)
        name, version = (bare, "") if cut < 0 else (bare[:cut], bare[cut + 1 :])
        # `npm:name@1/sub/path` imports a part of the package.
        parts = name.split("/")
        name = "/".join(parts[: 2 if name.startswith("@") else 1])
        version = version.partition("/")[0]
        return Dependency(
            ecosystem=protocol,
            name=name,
            raw_name=written,
            requirement=version,
            scope=scope,
            line=line,
        )
    if protocol in ("http", "https"):
        return Dependency(
            ecosystem="deno",
            name=sources.address(specifier),
            raw_name=written,
            requirement=specifier,
            scope=scope,
            source=Source(kind=SourceKind.URL, locator=sources.place(specifier)),
            line=line,
        )
    return None  # a file of the project

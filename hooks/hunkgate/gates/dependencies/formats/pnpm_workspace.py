"""pnpm-workspace.yaml: https://pnpm.io/pnpm-workspace_yaml and, for its settings, https://pnpm.io/settings.

Read are the catalogs, the overrides, configuration dependencies (whose code runs in every installation), which packages may run install scripts, and where
packages come from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hunkgate.gates.dependencies import npm, safety, yaml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    UnreadableError,
)

_SCRIPTS = (
    "dangerouslyAllowAllBuilds",
    "ignoreScripts",
    "ignoreDepScripts",
    "nodeOptions",
    "pnpmfile",
    "globalPnpmfile",
    "scriptShell",
    "strictDepBuilds",
    "onlyBuiltDependenciesFile",
)
_REGISTRIES = (
    *("registry", "strictSsl", "proxy", "httpProxy", "httpsProxy", "noProxy"),
    *("ca", "cafile", "cert", "userconfig"),
)
_GUARDS = (
    *(
        "minimumReleaseAge",
        "minimumReleaseAgeExclude",
        "blockExoticSubdeps",
        "verifyStoreIntegrity",
    ),
    *("trustPolicy", "trustPolicyExclude", "neverBuiltDependencies", "frozenLockfile"),
)
_ALLOWED = ("onlyBuiltDependencies", "allowBuilds")


def read(content: bytes, _path: str) -> Reading:
    """The dependencies and the settings of a pnpm workspace."""
    found: list[Dependency] = []
    options: list[Option] = []
    for document in yaml_documents.read(content):
        if document is None:
            continue
        if not isinstance(document, yaml_documents.Table):
            raise UnreadableError("not a mapping")
        found.extend(_catalog(_table(document, "catalog"), "runtime"))
        catalogs = _table(document, "catalogs")
        for name in catalogs:
            found.extend(_catalog(_table(catalogs, name), f"optional:{name}"))
        found.extend(_overrides(_table(document, "overrides")))
        found.extend(_extended(_table(document, "packageExtensions")))
        found.extend(_configuration(_table(document, "configDependencies")))
        options.extend(_options(document))
    return Reading(dependencies=tuple(found), options=tuple(options))


def _table(document: Mapping[str, object], field: str) -> yaml_documents.Table:
    value = document.get(field)
    if value is None:
        return yaml_documents.Table()
    if not isinstance(value, yaml_documents.Table):
        raise UnreadableError(f"{field} is not a mapping")
    return value


def _catalog(table: yaml_documents.Table, scope: str) -> Iterator[Dependency]:
    for name, specifier in table.items():
        if not isinstance(specifier, str):
            raise UnreadableError(f"{name!r} is not a text", line=table.lines[name])
        yield npm.specified(name, specifier, scope, line=table.lines[name])


def _overrides(table: yaml_documents.Table) -> Iterator[Dependency]:
    for key, specifier in table.items():
        if isinstance(specifier, str):
            yield npm.specified(
                npm.overridden(key),
                specifier,
                "override",
                flags=frozenset(("override",)),
                line=table.lines[key],
            )


def _extended(table: yaml_documents.Table) -> Iterator[Dependency]:
    """What is added to the dependencies of other packages."""
    for added in table.values():
        if not isinstance(added, yaml_documents.Table):
            continue
        for field in ("dependencies", "optionalDependencies", "peerDependencies"):
            for one in _catalog(_table(added, field), "override"):
                yield replace(one, flags=one.flags | {"override"})


def _configuration(table: yaml_documents.Table) -> Iterator[Dependency]:
    """``name: 1.0.0+sha512-…``, or a mapping with ``integrity`` and ``tarball``."""
    for name, entry in table.items():
        text = entry.get("integrity") if isinstance(entry, dict) else entry
        if not isinstance(text, str):
            raise UnreadableError(f"{name!r} has no integrity", line=table.lines[name])
        version, _, digest = text.partition("+")
        one = npm.specified(name, version, "build", line=table.lines[name])
        tarball = entry.get("tarball") if isinstance(entry, dict) else None
        yield replace(
            one,
            source=npm.tarball(tarball, name) if isinstance(tarball, str) else one.source,
            hashes=frozenset((digest,)) if digest else frozenset(),
        )


def _options(document: yaml_documents.Table) -> Iterator[Option]:
    for field, signal in (
        *((one, "install-script") for one in _SCRIPTS),
        *((one, "registry-changed") for one in _REGISTRIES),
        *((one, "option-changed") for one in _GUARDS),
    ):
        if field in document:
            yield _option(field, document[field], signal, document.lines[field])
    for field in ("registries", "namedRegistries", "nodeMirror"):
        registries = _table(document, field)
        for scope, address in registries.items():
            yield _option(f"{field} {scope}", address, "registry-changed", registries.lines[scope])
    patched = _table(document, "patchedDependencies")
    for name, path in patched.items():
        yield _option(f"patchedDependencies {name}", path, "override", patched.lines[name])
    for field in _ALLOWED:
        allowed = document.get(field)
        for name in allowed if isinstance(allowed, (list, dict)) else ():
            value = allowed[name] if isinstance(allowed, dict) else True
            yield _option(f"{field} {name}", value, "install-script", document.lines[field])


def _option(name: str, value: object, signal: str, line: int) -> Option:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    restricts = safety.restricts(name, text)
    return Option(
        ecosystem="npm", name=name, value=text, signal=signal, line=line, restricts=restricts
    )

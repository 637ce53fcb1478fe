""".yarnrc of yarn 1 (``key "value"`` lines, https://github.com/yarnpkg/yarn/tree/master/src/lockfile) and .yarnrc.yml of later ones (their ``Configuration``,
https://github.com/yarnpkg/berry/tree/master/packages/yarnpkg-core).

Only what moves where packages come from or which code an installation runs is read, catalogs and what is added to other packages;
credentials are left alone.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import lines, npm, safety, yaml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    UnreadableError,
)

_REGISTRY = frozenset(
    (
        "npmRegistryServer",
        "httpProxy",
        "httpsProxy",
        "enableStrictSsl",
        "httpsCaFilePath",
        "unsafeHttpWhitelist",
        "networkSettings",
        "checksumBehavior",
        "enableHardenedMode",
        "registry",
        "proxy",
        "https-proxy",
        "strict-ssl",
        "cafile",
    )
)
_SCRIPTS = frozenset(
    (
        "yarnPath",
        "enableScripts",
        "plugins",
        "injectEnvironmentFiles",
        "yarn-path",
        "ignore-scripts",
        "script-shell",
    )
)
_TABLES = ("npmScopes", "npmRegistries")
_FIELDS = ("dependencies", "optionalDependencies", "peerDependencies")


def read(content: bytes, path: str) -> Reading:
    """The settings of yarn that matter to where packages come from. A file without any is fine."""
    if not path.endswith((".yml", ".yaml")):
        return Reading(options=tuple(_classic(content)))
    options: list[Option] = []
    dependencies: list[Dependency] = []
    for document in yaml_documents.read(content):
        if document is None:
            continue
        if not isinstance(document, yaml_documents.Table):
            raise UnreadableError("not a mapping")
        options.extend(_berry(document))
        dependencies.extend(_brought(document))
    return Reading(dependencies=tuple(dependencies), options=tuple(options))


def _classic(content: bytes) -> Iterator[Option]:
    for line, raw in lines.numbered(content):
        name, _, value = raw.strip().partition(" ")
        if name.startswith('"'):
            name, _, value = raw.strip()[1:].partition('"')
        name = name.strip('"').removeprefix("--install.").removeprefix("--")
        if signal := _signal(name):
            yield _option(name, value.strip(' "'), signal, line)


def _berry(document: yaml_documents.Table) -> Iterator[Option]:
    for name, value in document.items():
        line = document.lines[name]
        if name in _TABLES and isinstance(value, dict):
            for scope, settings in value.items():
                server = settings.get("npmRegistryServer") if isinstance(settings, dict) else None
                text = scope if name == "npmRegistries" else str(server or "")
                if text:
                    yield Option(
                        ecosystem="npm",
                        name=f"{name} {scope}",
                        value=text,
                        signal="registry-changed",
                        line=line,
                    )
        elif name == "plugins" and isinstance(value, list):
            for one in value:
                plugin = one if isinstance(one, Mapping) else {"path": one}
                yield Option(
                    ecosystem="npm",
                    name=f"plugins {plugin.get('path', '')}",
                    value=" ".join(f"{key}={plugin[key]}" for key in sorted(plugin)),
                    signal="install-script",
                    line=line,
                )
        elif signal := _signal(name):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield _option(name, text, signal, line)


def _brought(document: yaml_documents.Table) -> Iterator[Dependency]:
    """What catalogs hold, and what is added to the dependencies of other packages."""
    catalogs, extensions = document.get("catalogs"), document.get("packageExtensions")
    tables = [("runtime", document.get("catalog"))]
    if isinstance(catalogs, yaml_documents.Table):
        tables += [(f"optional:{name}", table) for name, table in catalogs.items()]
    for added in extensions.values() if isinstance(extensions, yaml_documents.Table) else ():
        if isinstance(added, yaml_documents.Table):
            tables += [("override", added.get(field)) for field in _FIELDS]
    for scope, table in tables:
        for name, specifier in table.items() if isinstance(table, yaml_documents.Table) else ():
            if isinstance(table, yaml_documents.Table) and isinstance(specifier, str):
                flags = frozenset(("override",)) if scope == "override" else frozenset[str]()
                line = table.lines[name]
                yield npm.specified(name, specifier, scope, flags=flags, line=line)


def _option(name: str, value: str, signal: str, line: int) -> Option:
    restricts = safety.restricts(name, value)
    return Option(
        ecosystem="npm", name=name, value=value, signal=signal, line=line, restricts=restricts
    )


def _signal(name: str) -> str:
    if name in _REGISTRY or name.endswith(":registry"):
        return "registry-changed"
    if name in _SCRIPTS:
        return "install-script"
    return "option-changed" if safety.known(name) else ""

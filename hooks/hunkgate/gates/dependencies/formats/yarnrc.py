""".yarnrc of yarn 1 (``key "value"`` lines, https://github.com/yarnpkg/yarn/tree/master/src/lockfile) and .yarnrc.yml of later ones (their ``Configuration``,
https://github.com/yarnpkg/berry/tree/master/packages/yarnpkg-core).

Only what moves where packages come from or which code an installation runs is read; credentials are left alone.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, lines
from hunkgate.gates.dependencies.dependency import Option, Reading, UnreadableError

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


def read(content: bytes, path: str) -> Reading:
    """The settings of yarn that matter to where packages come from. A file without any is fine."""
    if not path.endswith((".yml", ".yaml")):
        return Reading(options=tuple(_classic(content)))
    options: list[Option] = []
    for document in documents.yaml(content):
        if document is None:
            continue
        if not isinstance(document, documents.Table):
            raise UnreadableError("not a mapping")
        options.extend(_berry(document))
    return Reading(options=tuple(options))


def _classic(content: bytes) -> Iterator[Option]:
    for line, raw in lines.numbered(content):
        name, _, value = raw.strip().partition(" ")
        if name.startswith('"'):
            name, _, value = raw.strip()[1:].partition('"')
        name = name.strip('"').removeprefix("--install.").removeprefix("--")
        if signal := _signal(name):
            yield Option(
                ecosystem="npm", name=name, value=value.strip(' "'), signal=signal, line=line
            )


def _berry(document: documents.Table) -> Iterator[Option]:
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
            yield Option(ecosystem="npm", name=name, value=text, signal=signal, line=line)


def _signal(name: str) -> str:
    if name in _REGISTRY or name.endswith(":registry"):
        return "registry-changed"
    return "install-script" if name in _SCRIPTS else ""

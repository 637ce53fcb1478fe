"""bunfig.toml: https://bun.sh/docs/runtime/bunfig, the tables ``install`` and ``install.scopes`` and what bun loads before a program."""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, safety
from hunkgate.gates.dependencies.dependency import Option, Reading

_REGISTRY = ("registry", "ca", "cafile")
_SCRIPTS = ("ignoreScripts", "lifecycleScripts")
_GUARDS = ("minimumReleaseAge", "frozenLockfile")


def read(content: bytes, _path: str) -> Reading:
    """The settings of bun that matter to where packages come from. A file without any is fine."""
    document = documents.toml(content)
    install = document.get("install")
    return Reading(
        options=tuple(_options(document, install if isinstance(install, dict) else {}, content))
    )


def _options(
    document: Mapping[str, object], install: Mapping[str, object], content: bytes
) -> Iterator[Option]:
    for name in _REGISTRY:
        if name in install:
            yield _option(
                f"install.{name}", _address(install[name]), "registry-changed", name, content
            )
    scopes = install.get("scopes")
    for scope, value in scopes.items() if isinstance(scopes, dict) else ():
        yield _option(
            f"install.scopes {scope}", _address(value), "registry-changed", scope, content
        )
    for name in _SCRIPTS:
        if name in install:
            yield _option(f"install.{name}", str(install[name]), "install-script", name, content)
    for name in _GUARDS:
        if name in install:
            value = str(install[name]).lower()
            yield _option(f"install.{name}", value, "option-changed", name, content)
    test = document.get("test")
    for where, table in (("", document), ("test.", test if isinstance(test, dict) else {})):
        if "preload" in table:
            name = f"{where}preload"
            yield _option(name, str(table["preload"]), "install-script", "preload", content)


def _address(value: object) -> str:
    """A registry is a text or a table with a ``url`` (and credentials, which are left alone)."""
    return str(value.get("url", "")) if isinstance(value, dict) else str(value)


def _option(name: str, value: str, signal: str, needle: str, content: bytes) -> Option:
    line = documents.line_of(content, needle)
    restricts = safety.restricts(name.rpartition(".")[2], value)
    return Option(
        ecosystem="npm", name=name, value=value, signal=signal, line=line, restricts=restricts
    )

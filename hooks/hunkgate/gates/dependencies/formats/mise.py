"""mise.toml and mise.lock: https://mise.jdx.dev/configuration.html and https://mise.jdx.dev/dev-tools/mise-lock.html.

Read: tools with their versions, those of a package manager as its packages (``npm:prettier``), where tools and their plugins come from, hooks, what tasks
install, variables that move an index; in the lock version, backend, checksums and hosts. Not read: other settings and variables.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import (
    documents,
    install_commands,
    sources,
    tool_settings,
)
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import record
from hunkgate.gates.dependencies.pypi import normalised

_Found = Dependency | Option
_ECOSYSTEMS = {
    "npm": "npm",
    "pipx": "pypi",
    "cargo": "cargo",
    "gem": "gem",
    "go": "golang",
    "dotnet": "nuget",
    "conda": "conda",
}
_OPTIONS = {
    "plugins": "install-script",
    "hooks": "install-script",
    "alias": "alias",
    "tool_alias": "alias",
}


def read(content: bytes, path: str) -> Reading:
    """What the file has installed. Raises UnreadableError."""
    document = documents.toml(content)
    if path.lower().endswith(".lock"):
        return Reading(dependencies=tuple(_locked(document, content)))
    found = [
        *_tools(document, content),
        *_options(document, content),
        *_tasks(document, content),
    ]
    return Reading.of(found)


def _tools(document: Mapping[str, object], content: bytes) -> Iterator[_Found]:
    for written, value in documents.table_at(document, "tools").items():
        line = documents.line_of_string(content, written)
        for one in value if isinstance(value, list) else (value,):
            said = one if isinstance(one, dict) else {"version": one}
            version = str(said.get("version", said.get("path", "")))
            if written and version != "system":
                yield _tool(written, version, line)
            if "postinstall" in said:
                yield _option(f"{written} postinstall", said["postinstall"], "install-script", line)


def _known(written: str) -> tuple[str, str]:
    """The ecosystem and the name of a tool: a package of a package manager has those it has there."""
    bare = written.partition("[")[0] or written
    backend, _, name = bare.partition(":")
    if not name or backend not in _ECOSYSTEMS:
        return "generic", bare
    return _ECOSYSTEMS[backend], (normalised(name) or name) if backend == "pipx" else name


def _tool(written: str, version: str, line: int) -> Dependency:
    ecosystem, name = _known(written)
    source = Source()
    if version.startswith("path:"):
        source, version = Source(kind=SourceKind.PATH, locator=version[5:]), ""
    return Dependency(
        ecosystem=ecosystem,
        name=name,
        raw_name=written,
        requirement=version,
        scope="build",
        source=source,
        line=line,
    )


def _options(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    for table, signal in _OPTIONS.items():
        for name, value in documents.table_if(document, table).items():
            line = documents.line_of_string(content, name)
            yield _option(f"{table} {name}", value, signal, line)
    for name, value in documents.table_if(document, "env").items():
        line = documents.line_of_string(content, name)
        if option := tool_settings.environment(name, str(value), line=line):
            yield option


def _option(name: str, value: object, signal: str, line: int) -> Option:
    return Option(ecosystem="generic", name=name, value=str(value), signal=signal, line=line)


def _tasks(document: Mapping[str, object], content: bytes) -> Iterator[_Found]:
    for name, value in documents.table_if(document, "tasks").items():
        run = value.get("run") if isinstance(value, dict) else value
        for script in run if isinstance(run, list) else (run,):
            if isinstance(script, str):
                line = documents.line_of_string(content, script.strip().partition("\n")[0])
                line = line or documents.line_of_string(content, name)
                dependencies, options = install_commands.read(script.strip(), line=line)
                yield from dependencies
                yield from options


def _locked(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    for written, several in documents.table_at(document, "tools").items():
        line = documents.line_of_string(content, written)
        # Before version 2 of the lock a tool of one version was a table.
        for one in several if isinstance(several, list) else (several,):
            if not written or not isinstance(one, dict) or not documents.text_if(one, "version"):
                raise UnreadableError(f"{written!r} has no version", line=line)
            yield _fixed(written, one, line)


def _fixed(written: str, said: Mapping[str, object], line: int) -> Dependency:
    platforms = list(_platforms(said))
    digests = [documents.text_if(one, "checksum") for one in platforms]
    digests += [str(one) for one in documents.table_if(said, "checksums").values()]
    hosts = (sources.host(documents.text_if(one, "url")) for one in platforms)
    ecosystem, name = _known(written)
    return record(
        ecosystem,
        name,
        documents.text_if(said, "version"),
        raw_name=written,
        source=Source(
            locator=documents.text_if(said, "backend"), hosts=frozenset(filter(None, hosts))
        ),
        hashes=frozenset(filter(None, digests)),
        line=line,
    )


def _platforms(tool: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """What the lock says of each platform: a table of them, or one for each key that begins with ``platforms.``."""
    for key, value in tool.items():
        if key == "platforms" and isinstance(value, dict):
            yield from (one for one in value.values() if isinstance(one, dict))
        elif key.startswith("platforms.") and isinstance(value, dict):
            yield value

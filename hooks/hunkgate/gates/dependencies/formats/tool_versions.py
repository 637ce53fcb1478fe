""".tool-versions: https://asdf-vm.com/manage/configuration.html#tool-versions, a tool and its versions on each line.

A version is a number, ``latest``, ``ref:`` with a commit, tag or branch, ``path:`` with a folder, or ``system``, which is what the machine has.
"""

from hunkgate.gates.dependencies import documents, lines
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)


def read(content: bytes, _path: str) -> Reading:
    """Every version of every tool. Raises UnreadableError."""
    documents.text(content)
    found: list[Dependency] = []
    for line, raw in lines.numbered(content):
        name, *versions = raw.partition("#")[0].split() or ("",)
        if not name:
            continue
        if not versions:
            raise UnreadableError(f"{name!r} has no version", line=line)
        found.extend(_tool(name, version, line) for version in versions if version != "system")
    return Reading(dependencies=tuple(found))


def _tool(name: str, version: str, line: int) -> Dependency:
    kind, _, rest = version.partition(":")
    source = Source(kind=SourceKind.PATH, locator=rest) if kind == "path" else Source()
    return Dependency(
        ecosystem="generic",
        name=name,
        raw_name=name,
        requirement="" if kind == "path" else version,
        scope="build",
        source=source,
        line=line,
    )

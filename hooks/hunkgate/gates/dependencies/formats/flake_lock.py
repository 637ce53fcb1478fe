"""flake.lock: https://nix.dev/manual/nix/latest/command-ref/new-cli/nix3-flake#lock-files.

Each node but the root is an input, locked to a revision and to the hash of its content.
"""

from collections.abc import Mapping

from hunkgate.gates.dependencies import documents, lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

_FORGES = {"github": "github.com", "gitlab": "gitlab.com", "sourcehut": "git.sr.ht"}


def read(content: bytes, _path: str) -> Reading:
    """Every locked input."""
    document = documents.json_object(content)
    version = document.get("version")
    if type(version) is not int or not 4 <= version <= 7:
        raise UnreadableError(f"version {version!r} is not known")
    nodes, root = document.get("nodes"), document.get("root")
    if not isinstance(nodes, dict):
        raise UnreadableError("no nodes")
    places = lines.Forward(content)
    found = []
    for name, node in nodes.items():
        if name == root:
            continue
        locked = node.get("locked") if isinstance(node, dict) else None
        if not isinstance(locked, dict):
            raise UnreadableError(
                f"{name!r} is not locked", line=documents.line_of(content, f'"{name}"')
            )
        found.append(_input(name, locked, places.line(f'"{name}": {{')))
    return Reading(dependencies=tuple(found))


def _input(name: str, locked: Mapping[str, object], line: int) -> Dependency:
    digest = documents.text_if(locked, "narHash")
    return Dependency(
        ecosystem="nix",
        name=name,
        raw_name=name,
        version=documents.text_if(locked, "rev") or digest,
        resolved=True,
        scope="lock",
        source=_source(locked),
        hashes=frozenset((digest,)) if digest else frozenset(),
        line=line,
    )


def _source(locked: Mapping[str, object]) -> Source:
    kind, revision = documents.text_if(locked, "type"), documents.text_if(locked, "rev")
    if kind in _FORGES:
        host = documents.text_if(locked, "host") or _FORGES[kind]
        address = f"https://{host}/{documents.text_if(locked, 'owner')}/{documents.text_if(locked, 'repo')}"
        return sources.git(address, revision, RefKind.SHA)
    if kind in ("git", "hg"):
        return sources.git(documents.text_if(locked, "url"), revision, RefKind.SHA)
    if kind == "path":
        return Source(kind=SourceKind.PATH, locator=documents.text_if(locked, "path"))
    return Source(kind=SourceKind.URL, locator=sources.place(documents.text_if(locked, "url")))

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
    document = documents.json(content)
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
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
    digest = _text(locked, "narHash")
    return Dependency(
        ecosystem="nix",
        name=name,
        raw_name=name,
        version=_text(locked, "rev") or digest,
        resolved=True,
        scope="lock",
        source=_source(locked),
        hashes=frozenset((digest,)) if digest else frozenset(),
        line=line,
    )


def _source(locked: Mapping[str, object]) -> Source:
    kind, revision = _text(locked, "type"), _text(locked, "rev")
    if kind in _FORGES:
        host = _text(locked, "host") or _FORGES[kind]
        address = f"https://{host}/{_text(locked, 'owner')}/{_text(locked, 'repo')}"
        return sources.git(address, revision, RefKind.SHA)
    if kind in ("git", "hg"):
        return sources.git(_text(locked, "url"), revision, RefKind.SHA)
    if kind == "path":
        return Source(kind=SourceKind.PATH, locator=_text(locked, "path"))
    return Source(kind=SourceKind.URL, locator=sources.address(_text(locked, "url")))


def _text(entry: Mapping[str, object], field: str) -> str:
    value = entry.get(field)
    return value if isinstance(value, str) else ""

"""Cartfile, Cartfile.private and Cartfile.resolved: https://github.com/Carthage/Carthage/blob/master/Documentation/Artifacts.md.

Each line is an origin (``github``, ``git``, ``binary``), its address, and a version or a ref; in Cartfile.resolved the one that was chosen.
"""

import re
from dataclasses import replace

from hunkgate.gates.dependencies import documents, lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

_LINE = re.compile(
    r'(github|git|binary)\s+"([^"]+)"(?:\s+(?:(>=|~>|==)\s*([\w.+-]+)|"([^"]+)"))?\s*(?:#.*)?\Z'
)


def read(content: bytes, path: str) -> Reading:
    """Every dependency of the file. Raises UnreadableError."""
    documents.text(content)
    resolved = path.lower().endswith(".resolved")
    found: list[Dependency] = []
    for line, raw in lines.numbered(content):
        bare = raw.strip()
        if not bare or bare.startswith("#"):
            continue
        match = _LINE.match(bare)
        if match is None or (resolved and not match[5]):
            raise UnreadableError("a line that is no dependency", line=line)
        origin, place, operator, version, ref = match.groups()
        source = _source(origin, place, ref or "")
        chosen = f"{operator} {version}" if operator else ref or ""
        found.append(
            Dependency(
                ecosystem="carthage",
                name=source.locator or place,
                raw_name=place,
                requirement="" if resolved else chosen,
                version=chosen if resolved else "",
                resolved=resolved,
                scope=(
                    "lock" if resolved else "dev" if path.lower().endswith("private") else "runtime"
                ),
                source=source,
                line=line,
            )
        )
    return Reading(dependencies=tuple(found))


def _source(origin: str, place: str, ref: str) -> Source:
    if origin == "binary":
        return Source(kind=SourceKind.URL, locator=sources.address(place))
    # A repository of the first forge is named without its host, one of a forge of one's own with it.
    short = origin == "github" and "://" not in place
    source = sources.forge(place, ref) if short else sources.git(place, ref)
    # A range of versions, which are tags, or any of them.
    return source if ref else replace(source, ref_kind=RefKind.TAG)

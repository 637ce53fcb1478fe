"""Package.swift: https://docs.swift.org/swiftpm/documentation/packagemanagerdocs/ ("Package.Dependency"). **Best effort**: the manifest is a program and is never
run; each ``.package(...)`` that stands there with a literal address is read, another one is ``dynamic``.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from hunkgate.gates.dependencies import lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
)

# A string or a comment that never ends runs to the end of the text, so that no place is looked at twice.
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*(?:"|\n|\\?\Z))|//[^\n]*|/\*(?:.*?\*/|.*\Z)', re.DOTALL)
_CALL = re.compile(r"(?<!\w)\.package\s*\(")
_BINARY = re.compile(r"(?<!\w)\.binaryTarget\s*\(")
_SAID = re.compile(r'\b(name|url|checksum)\s*:\s*"([^"\\\n]*)"')
_LONGEST = 2000
_PIECE = re.compile(r'"(?:[^"\\\n]|\\.)*(?:"|\n|\\?\Z)|[()]|[^"()]+|.', re.DOTALL)
_PLACE = re.compile(r'\s*(?:name\s*:\s*"[^"]*"\s*,\s*)?(url|path|id)\s*:\s*"([^"\\]+)"\s*,?\s*')


def read(content: bytes, _path: str) -> Reading:
    """Every package that the manifest names as text."""
    text = _COMMENT.sub(_blanked, lines.text(content))
    dependencies: list[Dependency] = []
    options: list[Option] = []
    number, counted = 1, 0
    calls = list(_CALL.finditer(text))
    for index, call in enumerate(calls):
        number += text.count("\n", counted, call.start())
        counted = call.start()
        end = calls[index + 1].start() if index + 1 < len(calls) else len(text)
        said = _inside(text[call.end() : end])
        place = _PLACE.match(said)
        if place is None:
            options.append(
                Option(
                    ecosystem="swift",
                    name=".package",
                    value=" ".join(said.split()),
                    signal="dynamic",
                    line=number,
                )
            )
        else:
            dependencies.append(_package(place[1], place[2], said[place.end() :], number))
    dependencies.extend(_binaries(text))
    return Reading(dependencies=tuple(dependencies), options=tuple(options))


def _binaries(text: str) -> Iterator[Dependency]:
    """Programs that are fetched by their address: ``.binaryTarget(name: "a", url: "https://…", checksum: "…")``."""
    for call in _BINARY.finditer(text):
        inside = _inside(text[call.end() : call.end() + _LONGEST])
        said: dict[str, str] = dict(_SAID.findall(inside))
        if url := said.get("url"):
            yield Dependency(
                ecosystem="swift",
                name=said.get("name", url).lower(),
                raw_name=said.get("name", url),
                requirement=url,
                source=sources.archive(url),
                hashes=frozenset((said["checksum"],)) if said.get("checksum") else frozenset(),
                line=text.count("\n", 0, call.start()) + 1,
            )


def _blanked(match: re.Match[str]) -> str:
    return match[1] or "\n" * match[0].count("\n") or " "


def _inside(text: str) -> str:
    """What stands before the bracket that closes the call."""
    depth, kept = 1, list[str]()
    for piece in _PIECE.findall(text):
        depth += (piece == "(") - (piece == ")")
        if not depth:
            break
        kept.append(piece)
    return "".join(kept)


def _package(kind: str, where: str, rest: str, line: int) -> Dependency:
    wanted = " ".join(rest.replace('"', "").split()).rstrip(",")
    source = Source(kind=SourceKind.PATH, locator=where)
    if kind == "id":
        source = Source()
    elif kind == "url":
        ref, kind_of_ref = _ref(wanted)
        source = replace(sources.git(where, ref), ref_kind=kind_of_ref)
    name = where if kind == "id" else sources.address(where).rpartition("/")[2] or where
    return Dependency(
        ecosystem="swift",
        name=name.lower(),
        raw_name=name,
        requirement=wanted,
        source=source,
        line=line,
    )


def _ref(wanted: str) -> tuple[str, RefKind]:
    match = re.match(r"\.?(branch|revision)\s*[:(]\s*([^\s,()]+)", wanted)
    if match is None:
        # A range of versions, which are tags: the lock beside the manifest fixes it.
        return "", RefKind.TAG
    return match[2], RefKind.BRANCH if match[1] == "branch" else sources.ref_kind(match[2])

"""mix.lock: https://hexdocs.pm/mix/Mix.Tasks.Deps.html and, for the tuples, Hex's and Mix.SCM.Git's ``lock``.

``"name": {:hex, :package, "version", "inner hash", [managers], [dependencies], "repository", "outer hash"}``, of which old locks
have no more than the version, and ``"name": {:git, "url", "revision", [options]}``, one a line. A name that stands twice is read twice: Elixir takes the last.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import lines, sources
from hunkgate.gates.dependencies.blocks import Blocks, Part, Shape
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record

_HEX = re.compile(
    r'"([^"]+)":\s*\{:hex,\s*:"?([\w.-]+)"?,\s*"([^"]*)"(?:,\s*(?:"([^"]*)"|nil)(.*))?\},?\Z'
)
_GIT = re.compile(r'"([^"]+)":\s*\{:git,\s*"([^"]*)",\s*"([0-9a-f]*)",(.*)\},?\Z')
# As Hex wrote it before it had a name of its own in the lock.
_FIRST = re.compile(r'"([^"]+)":\s*\{:package,\s*"([^"]*)"\},?\Z')
_TAIL = re.compile(r'\],\s*"([^"]*)"(?:,\s*"([^"]*)")?\Z')
# What Hex writes for its own repository; locks of before 2016 do not name one.
_OWN = ("", "hexpm")


class _Package(NamedTuple):
    """What an entry says of a package."""

    name: str
    written: str
    version: str
    source: Source
    hashes: frozenset[str]


def opened(content: bytes) -> Lock[_Package, int]:
    """Every locked package."""
    found: dict[_Package, int] = {}
    for line, raw in lines.numbered(content):
        bare = raw.strip()
        if bare.startswith(("%{", "[")) or bare.endswith(("}}", "]")):
            # mix before 1.5 wrote the map's brackets (before 0.13 a list's) on the lines of its first and last entry.
            bare = bare.removeprefix("%{").removeprefix("[").strip()
            bare = bare[:-1].rstrip() if bare.endswith(("}}", "]")) else bare
        if not bare or bare == "}" or bare.startswith("#"):
            continue
        one = _entry(bare)
        if one is None:
            raise UnreadableError("neither a hex nor a git entry", line=line)
        found.setdefault(one, line)
    if not found and b"%{" not in content and not lines.blank(content):
        raise UnreadableError("no map of packages")
    return Lock(stated=found, ecosystem="hex", named=attrgetter("name"), records=_records)


def _records(several: Sequence[tuple[_Package, int]]) -> Iterator[Dependency]:
    for one, line in several:
        yield record(
            "hex",
            one.name,
            one.version,
            raw_name=one.written,
            source=one.source,
            hashes=one.hashes,
            flags=frozenset(("alias",)) if one.written != one.name else frozenset(),
            line=line,
        )


# The other version of a lock has nearly all its lines.
@functools.lru_cache(maxsize=16_384)
def _entry(raw: str) -> _Package | None:
    return _hex(raw) or _git(raw)


def _hex(raw: str) -> _Package | None:
    match = _HEX.match(raw)
    if match is None:
        first = _FIRST.match(raw)
        return first and _Package(first[1], first[1], first[2], Source(), frozenset())
    name, package, version, inner, rest = match.groups()
    tail = _TAIL.search(rest or "")
    repository, outer = tail.groups() if tail else ("", None)
    source = Source(
        kind=SourceKind.REGISTRY, locator="" if repository in _OWN else repository or ""
    )
    hashes = frozenset(one for one in (inner, outer) if one)
    return _Package(package, name, version, source, hashes)


def _git(raw: str) -> _Package | None:
    match = _GIT.match(raw)
    if match is None:
        return None
    name, url, revision, _ = match.groups()
    return _Package(name, name, revision, sources.git(url, revision), frozenset())


def _cut(content: bytes) -> tuple[Part] | None:
    if not content.startswith(_HEAD):
        return None
    return (Part(frame=_HEAD, blocks=content.removeprefix(_HEAD), shape=_LINES),)


def _names(several: Sequence[bytes]) -> list[bytes | None]:
    """The package of a hex entry, the key of a git entry, nothing for the line that closes the map."""
    found: list[bytes | None] = []
    for one in several:
        end = one.find(b'": {:', 3)
        if one.startswith(b"hex, :", end + 5):
            found.append(one[end + 11 : one.find(b",", end + 11)].strip(b'"'))
        else:
            found.append(one[3:end] if end >= 0 else None)
    return found


_HEAD = b"%{\n"
_LINES = Shape(
    sound=re.compile(
        rb'(?:  "[A-Za-z0-9_.-]++": \{(?:'
        rb':hex, :(?:[A-Za-z0-9_.-]++|"[A-Za-z0-9_.-]++"), "[^"\n]*+", (?:"[^"\n]*+"|nil)[^\n]*'
        rb'|:git, "[^"\n]*+", "[0-9a-f]*+",[^\n]*'
        rb")\},?\n|\}\n)*+"
    ).fullmatch,
    names=_names,
)
BLOCKS = Blocks(ecosystem="hex", cut=_cut, read=lambda content: opened(content).reading())

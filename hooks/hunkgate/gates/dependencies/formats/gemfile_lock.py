"""Gemfile.lock: https://bundler.io/man/bundle-lock.1.html; the grammar is Bundler::LockfileParser's.

``GEM``, ``GIT``, ``PATH`` and ``PLUGIN SOURCE`` sections hold ``remote:``, ``revision:`` and so on and, four blanks deep, ``name (version-platform)``;
``CHECKSUMS`` holds hashes. A gem for several platforms is one record. Gems of a PATH inside the repository are the project's own
work: they keep their record, so that a gem that moves there is seen, without the version, so that a release is no change.
"""

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

_SPEC = re.compile(r" {4}([^\s()]+) \(([^\s()-]+)(?:-([^\s()]+))?\)\Z")
_CHECKSUM = re.compile(r" {2}([^\s()]+)(?: \(([^\s()-]+)(?:-[^\s()]+)?\))?((?: [\w-]+=\S+)*)\Z")
_FIELD = re.compile(r" {2}([a-z_]+): (.*)\Z")
_SOURCES = ("GEM", "GIT", "PATH", "PLUGIN SOURCE")
_SECTIONS = frozenset(
    (*_SOURCES, "PLATFORMS", "DEPENDENCIES", "RUBY VERSION", "BUNDLED WITH", "CHECKSUMS")
)


class _Gem(NamedTuple):
    """What the lock says of a gem, on all platforms together."""

    name: str
    version: str
    source: Source
    hashes: frozenset[str]


def opened(content: bytes) -> Lock[_Gem, int]:
    """Every locked gem."""
    section = ""
    fields: dict[str, str] = {}
    found: dict[tuple[str, str, Source], int] = {}
    own: set[str] = set()
    hashes: dict[tuple[str, str], set[str]] = {}
    for line, raw in lines.numbered(content):
        if not raw:
            continue
        if raw[0] != " ":
            if raw.startswith(("<<<<<<<", "=======", ">>>>>>>")):
                raise UnreadableError("a merge conflict is left in the file", line=line)
            section, fields = raw, {}
            source = _source(section, fields)
            if section not in _SECTIONS and not section.isupper():
                raise UnreadableError(f"unknown section {section!r}", line=line)
        elif section in _SOURCES:
            if raw.startswith("      "):
                continue  # what a gem asks for
            if match := _FIELD.match(raw):
                # A GEM section may name several remotes: all of them are where its gems may come from.
                name, value = match.groups()
                fields[name] = f"{fields[name]} {value}" if name in fields else value
                source = _source(section, fields)
            elif match := _SPEC.match(raw):
                name, version = match.group(1), match.group(2)
                if section == "PATH" and fields.get("remote", "").strip("./") == "":
                    own.add(name)
                    continue
                kept = "" if source.kind is SourceKind.PATH else version
                found.setdefault((name, kept, source), line)
        elif section == "CHECKSUMS" and (match := _CHECKSUM.match(raw)):
            hashes.setdefault((match.group(1), match.group(2) or ""), set()).update(
                match.group(3).split()
            )
    if not section and not lines.blank(content):
        raise UnreadableError("no section of a Gemfile.lock")
    stated = {
        _Gem(name, version, source, frozenset(hashes.get((name, version), ()))): line
        for (name, version, source), line in found.items()
    }
    return Lock(
        stated=stated,
        ecosystem="gem",
        named=attrgetter("name"),
        records=_records,
        own=frozenset(own),
    )


def _records(several: Sequence[tuple[_Gem, int]]) -> Iterator[Dependency]:
    for one, line in several:
        yield record("gem", one.name, one.version, source=one.source, hashes=one.hashes, line=line)


def _source(section: str, fields: dict[str, str]) -> Source:
    remote = fields.get("remote", "")
    if section == "GEM":
        return Source(
            kind=SourceKind.REGISTRY, locator=" ".join(map(sources.place, remote.split()))
        )
    if section == "PATH":
        return Source(kind=SourceKind.PATH, locator=remote)
    return sources.git(remote, fields.get("revision", ""))


def _cut(content: bytes) -> list[Part] | None:
    """The sections: what stands at the beginning of each says where its gems come from."""
    parts: list[Part] = []
    for section in content.removesuffix(b"\n").split(b"\n\n"):
        text = section + b"\n"
        head = _HEAD.match(text)
        shape = _SHAPES.get(head[1]) if head else None
        if head is None or shape is None or (shape in (_GEMS, _FOLDERS)) is not bool(head[2]):
            return None
        parts.append(
            Part(
                frame=b"\n" + head[0] if parts else head[0],
                blocks=text[head.end() :],
                shape=shape,
            )
        )
    return parts


def _gems(several: Sequence[bytes]) -> list[bytes | None]:
    """A gem for a line four blanks deep; what it asks for stands deeper."""
    return [None if one.startswith(_ASKED) else one[4 : one.find(b" ", 4)] for one in several]


# As Bundler writes it. Folders are read in any case: they may be the project itself.
_WORD = rb"[!-'*-~]++"
_HEAD = re.compile(rb"([A-Z ]++)\n((?:  [a-z_]++: [^\n]*+\n)*+  specs:\n)?+")
_SPECS = re.compile(
    rb"(?: {4}" + _WORD + rb" \([!-'*-,.-~]++(?:-" + _WORD + rb")?+\)\n| {6}[!-~][^\n]*+\n)*+"
).fullmatch
_ASKED = b" " * 6
_GEMS = Shape(sound=_SPECS, names=_gems, weak=_ASKED)
_FOLDERS = Shape(
    sound=_SPECS,
    names=lambda several: [None if one.startswith(_ASKED) else b"" for one in several],
    weak=_ASKED,
)
_HASHES = Shape(
    sound=re.compile(
        rb"(?:  " + _WORD + rb" \(" + _WORD + rb"\)(?: [\w-]++=[!-~]++)*+\n)*+"
    ).fullmatch,
    names=lambda several: [one[2 : one.find(b" ", 2)] for one in several],
    lone=False,
)
_OTHERS = Shape(
    sound=re.compile(rb"(?:  [^\n]++\n)*+").fullmatch, names=lambda several: [None] * len(several)
)
_SHAPES = {
    **dict.fromkeys((b"GEM", b"GIT", b"PLUGIN SOURCE"), _GEMS),
    b"PATH": _FOLDERS,
    b"CHECKSUMS": _HASHES,
    **dict.fromkeys((b"PLATFORMS", b"DEPENDENCIES", b"RUBY VERSION", b"BUNDLED WITH"), _OTHERS),
}
BLOCKS = Blocks(ecosystem="gem", cut=_cut, read=lambda content: opened(content).reading())

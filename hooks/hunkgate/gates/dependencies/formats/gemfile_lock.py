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
            kind=SourceKind.REGISTRY, locator=" ".join(map(sources.address, remote.split()))
        )
    if section == "PATH":
        return Source(kind=SourceKind.PATH, locator=remote)
    return sources.git(remote, fields.get("revision", ""))

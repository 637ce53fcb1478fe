"""yarn.lock of yarn 1 (https://github.com/yarnpkg/yarn/tree/master/src/lockfile) and of yarn 2 and later ("berry",
https://github.com/yarnpkg/berry/tree/master/packages/yarnpkg-parsers).

Both are written by the tool alone, in one shape: a key of specifiers at the margin, its fields two blanks deep. Yarn 1 separates field and value
by a blank, berry by a colon (a subset of YAML), with a ``? `` before a key of more than 1,024 characters. Workspaces are the project itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from hunkgate.gates.dependencies import lines, npm, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record

_FIELD = re.compile(r' {2}"?([A-Za-z_]+)"?(?::| (?=\S)) *(.*)\Z')
_METADATA = ("3", "4", "5", "6", "7", "8", "9")
_CLASSIC = "# yarn lockfile v1"


class _Package(NamedTuple):
    """What makes two entries, which may differ by the specifiers that ask for them, one record."""

    name: str
    written: str
    version: str
    source: Source
    hashes: frozenset[str]


def opened(content: bytes) -> Lock[_Package, int]:
    """Every locked package: each name, version, source and content once."""
    stated: dict[_Package, int] = {}
    own: set[str] = set()
    keys: set[str] = set()
    berry = known = False
    for line, key, fields in _entries(content):
        if key in keys:
            raise UnreadableError(f"the key {key!r} stands twice", line=line)
        keys.add(key)
        if key == "__metadata":
            berry = known = True
            if fields.get("version", "") not in _METADATA:
                raise UnreadableError(
                    f"lock version {fields.get('version')!r} is not known", line=line
                )
            continue
        if "version" not in fields:
            raise UnreadableError(f"{key} has no version", line=line)
        one = _berry(key, fields, line) if berry else _classic(key, fields)
        if one.source.kind is SourceKind.WORKSPACE:
            own.add(one.name)
        else:
            stated.setdefault(one, line)
    known = known or _CLASSIC.encode() in content
    if not (known or stated or own) and not lines.blank(content):
        raise UnreadableError("neither a lock of yarn 1 nor one of a later yarn")
    return Lock(
        stated=stated,
        ecosystem="npm",
        named=attrgetter("name"),
        records=_records,
        own=frozenset(own),
    )


def _entries(content: bytes) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Each entry as (line, key as written without its quotes, fields)."""
    started, key, fields = 0, "", dict[str, str]()
    for number, raw in lines.numbered(content):
        if not raw or raw.lstrip().startswith("#"):
            continue
        if raw[0] != " ":
            if raw == ":" and key and not fields:  # closes a key that began with "? "
                continue
            if not raw.endswith(":") and not raw.startswith("? "):
                raise UnreadableError("the key of an entry is expected", line=number)
            if started:
                yield started, key, fields
            started, key, fields = number, raw.removeprefix("? ").removesuffix(":"), {}
            continue
        if not started:
            raise UnreadableError("a field before the first entry", line=number)
        if match := _FIELD.match(raw):
            name, value = match.groups()
            if name in fields:
                raise UnreadableError(f"the field {name} stands twice", line=number)
            fields[name] = _bare(value)
        elif not raw.startswith("   "):
            raise UnreadableError("a field is expected", line=number)
    if started:
        yield started, key, fields


def _bare(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _specifiers(key: str) -> list[tuple[str, str]]:
    """The (name, specifier) pairs of a key: ``"@s/a@^1", b@2``."""
    pairs = []
    for one in re.split(r"\s*,\s*", key.replace('"', "")):
        cut = one.find("@", 1)
        pairs.append((one, "") if cut < 0 else (one[:cut], one[cut + 1 :]))
    return pairs


def _classic(key: str, fields: Mapping[str, str]) -> _Package:
    written, specifier = _specifiers(key)[0]
    name = written
    for other, one in _specifiers(key):
        if one.startswith("npm:") and "@" in one[5:]:
            name, written = one[4:].rpartition("@")[0], other
    address, _, digest = fields.get("resolved", "").partition("#")
    source = npm.tarball(fields.get("resolved", ""), name)
    if not address and specifier.startswith(("file:", "./", "../", "/")):
        source = Source(kind=SourceKind.PATH, locator=specifier)
    hashes = set(fields.get("integrity", "").split())
    if digest and source.kind is not SourceKind.GIT:
        hashes.add(f"sha1:{digest}")
    return _Package(name, written, fields["version"], source, frozenset(hashes))


def _berry(key: str, fields: Mapping[str, str], line: int) -> _Package:
    resolution = fields.get("resolution", "")
    cut = resolution.find("@", 1)
    if cut < 0:
        raise UnreadableError(f"{key} has no resolution", line=line)
    name, where = resolution[:cut], resolution[cut + 1 :]
    # An alias is written in the key alone: `a@npm:b@^1` resolves to `b@npm:1.0.0`.
    written = next((one for one, _ in _specifiers(key) if one != name), name)
    checksum = fields.get("checksum", "")
    hashes = frozenset((checksum,)) if checksum else frozenset[str]()
    return _Package(name, written, fields["version"], _where(name, where), hashes)


def _where(name: str, where: str) -> Source:
    """What berry calls a reference: ``protocol:selector#hash::binding=value``."""
    bare, _, bindings = where.partition("::")
    if bare.startswith("npm:"):
        archive = dict(parse_qsl(bindings)).get("__archiveUrl", "")
        return npm.tarball(archive, name) if archive else Source()
    if bare.startswith("workspace:"):
        return Source(kind=SourceKind.WORKSPACE, locator=bare.removeprefix("workspace:"))
    if bare.startswith("patch:"):
        return Source(kind=SourceKind.PATH, locator=unquote(bare.partition("#")[2]))
    if bare.startswith(("file:", "link:", "portal:", "exec:")):
        return Source(kind=SourceKind.PATH, locator=bare.partition("#")[0].partition(":")[2])
    if sources.is_git(bare) or "#commit=" in bare:
        return sources.git(bare, bare.partition("commit=")[2].partition("&")[0])
    return npm.tarball(bare, name)


def _records(several: Sequence[tuple[_Package, int]]) -> Iterator[Dependency]:
    for one, line in several:
        hidden = one.written != one.name or one.source.kind is SourceKind.ALIAS
        yield record(
            "npm",
            one.name,
            one.version,
            raw_name=one.written,
            source=one.source,
            hashes=one.hashes,
            flags=frozenset(("alias",)) if hidden else frozenset(),
            line=line,
        )

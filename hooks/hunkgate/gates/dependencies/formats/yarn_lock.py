"""yarn.lock of yarn 1 (https://github.com/yarnpkg/yarn/tree/master/src/lockfile) and of yarn 2 and later ("berry",
https://github.com/yarnpkg/berry/tree/master/packages/yarnpkg-parsers).

Both are written by the tool alone, in one shape: a key of specifiers at the margin, its fields two blanks deep. Yarn 1 separates field and value
by a blank, berry by a colon (a subset of YAML), with a ``? `` before a key of more than 1,024 characters. Workspaces are the project itself.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from hunkgate.gates.dependencies import lines, npm, sources
from hunkgate.gates.dependencies.blocks import Blocks, Part, Shape
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record

_FIELD = re.compile(r' {2}"?([A-Za-z_]+)"?(?::| (?=\S)) *(.*)\Z')
_METADATA = ("3", "4", "5", "6", "7", "8", "9")
_FOLDERS = "file:", "./", "../", "/"
_CLASSIC = "# yarn lockfile v1"


# An entry as yarn writes it, the lines between entries, and the fields of one; dependencies stand deeper.
_WHOLE = re.compile(r"([^\s#?:][^\n]*):\n((?: {2}[^\n]++\n)++)(?:#[^\n]*+\n|\n)*+")
_BETWEEN = re.compile(r"(?:#[^\n]*+\n|\n)*+")
_FIELDS = re.compile(r'^ {2}"?([A-Za-z_]+)"?(?::| (?=\S)) *([^\n]*)$', re.MULTILINE)

_Entry = tuple[int, str, Mapping[str, str]]


class _Package(NamedTuple):
    """What makes two entries, which may differ by the specifiers that ask for them, one record."""

    name: str
    written: str
    version: str
    where: str
    digest: str
    berry: bool


def opened(content: bytes) -> Lock[_Package, int]:
    """Every locked package: each name, version, source and content once."""
    stated: dict[_Package, int] = {}
    own: set[str] = set()
    keys: set[str] = set()
    options: list[Option] = []
    berry = known = False
    for line, key, fields in _whole(content) or _by_line(content):
        if key in keys:
            raise UnreadableError(f"the key {key!r} stands twice", line=line)
        keys.add(key)
        if key == "__metadata":
            berry = known = True
            if fields.get("version", "") not in _METADATA:
                raise UnreadableError(
                    f"lock version {fields.get('version')!r} is not known", line=line
                )
            # What every checksum depends on beside the package's content.
            if value := fields.get("cacheKey", ""):
                options.append(
                    Option(
                        ecosystem="npm",
                        name="cacheKey",
                        value=value,
                        signal="hash-replaced",
                        line=line,
                    )
                )
            continue
        if "version" not in fields:
            raise UnreadableError(f"{key} has no version", line=line)
        one = _berry(key, fields, line) if berry else _classic(key, fields)
        if berry and one.where.startswith("workspace:"):
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
        options=tuple(options),
    )


def _whole(content: bytes) -> list[_Entry] | None:
    """Each entry as (line, key without its quotes, fields) of a lock as yarn writes it; None where anything is otherwise."""
    text = lines.text(content)
    found: list[_Entry] = []
    start = _BETWEEN.match(text)
    offset = start.end() if start else 0
    line = 1 + text.count("\n", 0, offset)
    while offset < len(text):
        entry = _WHOLE.match(text, offset)
        if entry is None or (fields := _fields(entry[2])) is None:
            return None
        found.append((line, entry[1], fields))
        line += text.count("\n", offset, entry.end())
        offset = entry.end()
    return found


# The other version of a lock has nearly all its entries.
@functools.lru_cache(maxsize=16_384)
def _fields(text: str) -> Mapping[str, str] | None:
    """The fields in the lines of an entry; None where a line that is not deeper is none, or one stands twice."""
    several = _FIELDS.findall(text)
    fields = {name: _bare(value) for name, value in several}
    deeper = text.count("\n   ") + text.startswith("   ")
    return fields if len(fields) == text.count("\n") - deeper else None


def _by_line(content: bytes) -> Iterator[_Entry]:
    """The entries of any lock, line by line."""
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
    if "," not in key and '"' not in key:
        cut = key.find("@", 1)
        return [(key, "") if cut < 0 else (key[:cut], key[cut + 1 :])]
    pairs = []
    for one in re.split(r"\s*,\s*", key.replace('"', "")):
        cut = one.find("@", 1)
        pairs.append((one, "") if cut < 0 else (one[:cut], one[cut + 1 :]))
    return pairs


def _classic(key: str, fields: Mapping[str, str]) -> _Package:
    several = _specifiers(key)
    written, specifier = several[0]
    name = written
    for other, one in several:
        if one.startswith("npm:") and "@" in one[5:]:
            name, written = one[4:].rpartition("@")[0], other
    where = fields.get("resolved", "")
    if not where and specifier.startswith(_FOLDERS):
        where = specifier
    return _Package(name, written, fields["version"], where, fields.get("integrity", ""), False)


def _berry(key: str, fields: Mapping[str, str], line: int) -> _Package:
    resolution = fields.get("resolution", "")
    cut = resolution.find("@", 1)
    if cut < 0:
        raise UnreadableError(f"{key} has no resolution", line=line)
    name = resolution[:cut]
    # An alias is written in the key alone: `a@npm:b@^1` resolves to `b@npm:1.0.0`.
    written = next((one for one, _ in _specifiers(key) if one != name), name)
    digest = fields.get("checksum", "")
    return _Package(name, written, fields["version"], resolution[cut + 1 :], digest, True)


def _source(one: _Package) -> Source:
    if one.berry:
        return _where(one.name, one.where)
    if one.where.startswith(_FOLDERS):
        return Source(kind=SourceKind.PATH, locator=one.where)
    return npm.lone(npm.tarball(one.where, one.name), one.where, one.version)


def _hashes(one: _Package, source: Source) -> frozenset[str]:
    if one.berry:
        return frozenset((one.digest,)) if one.digest else frozenset()
    # Yarn 1 writes the hash of the archive behind its address too.
    digest = one.where.partition("#")[2]
    beside = {f"sha1:{digest}"} if digest and source.kind is not SourceKind.GIT else set[str]()
    return frozenset((*one.digest.split(), *beside))


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
        source = _source(one)
        hidden = one.written != one.name or source.kind is SourceKind.ALIAS
        yield record(
            "npm",
            one.name,
            one.version,
            raw_name=one.written,
            source=source,
            hashes=_hashes(one, source),
            flags=frozenset(("alias",)) if hidden else frozenset(),
            line=line,
        )


def _cut(content: bytes) -> tuple[Part] | None:
    frame = _HEAD.match(content)
    if frame is None:
        return None
    shape = _LATER if frame[1] else _FIRST
    return (Part(frame=frame[0], blocks=content[frame.end() :] + b"\n", shape=shape),)


def _first_names(several: Sequence[bytes]) -> list[bytes]:
    found = []
    for one in several:
        start = one.startswith(b'"')
        name = one[start : one.find(b"@", start + 1)]
        key = one[: one.find(b":\n")]
        if b"@npm:" in key:
            alias = _classic(key.decode("utf-8", "surrogateescape"), {"version": ""})
            name = alias.name.encode("utf-8", "surrogateescape")
        found.append(name)
    return found


def _later_names(several: Sequence[bytes]) -> list[bytes]:
    """The names behind ``resolution``; none for a workspace, so that the project's own names are read whatever changed."""
    found = []
    for one in several:
        start = one.find(_RESOLUTION) + len(_RESOLUTION)
        end = one.find(b"@", start + 1)
        found.append(b"" if one.startswith(b"@workspace:", end) else one[start:end])
    return found


def _keys(several: Sequence[bytes]) -> list[bytes]:
    return [one.partition(b"\n")[0].removeprefix(b"? ").removesuffix(b":") for one in several]


# What stands before the first entry, with what berry says of the lock; and entries, with their fields in the order that yarn gives them.
_HEAD = re.compile(rb"(?:#[^\n]*+\n|\n)*+(__metadata:\n(?: {2}[^\n]++\n)++\n)?+")
_KEY = rb'(?:"@?|@?)[^\s"@,:#?]++@[^\n]*+(?<=:)\n'
_DEEPER = rb":\n(?: {4}[^\n]++\n)++)?+"
_RESOLUTION = b'\n  resolution: "'
_FIRST = Shape(
    sound=re.compile(
        rb"(?:" + _KEY + rb'  version "[^"\n]*+"\n(?:  resolved "[^"\n]*+"\n)?+'
        rb"(?:  integrity [!-~][^\n]*+\n)?+"
        rb"(?:  dependencies" + _DEEPER + rb"(?:  optionalDependencies" + _DEEPER + rb"\n)*+"
    ).fullmatch,
    names=_first_names,
    keys=_keys,
    end=b"\n\n",
)
_LATER = Shape(
    sound=re.compile(
        rb'(?:(?:\? "[^"\n]*+"\n:\n|' + _KEY + rb")  version: [^\n]++"
        rb'\n  resolution: "@?[^\s"@]++@[^"\n]*+"\n'
        + b"".join(
            b"(?:  " + one + _DEEPER
            for one in (
                b"dependencies",
                b"peerDependencies",
                b"dependenciesMeta",
                b"peerDependenciesMeta",
                b"bin",
            )
        )
        + b"".join(
            rb"(?:  " + one + rb": [^\n]++\n)?+"
            for one in (b"checksum", b"conditions", b"languageName", b"linkType")
        )
        + rb"\n)*+"
    ).fullmatch,
    names=_later_names,
    keys=_keys,
    end=b"\n\n",
)
BLOCKS = Blocks(ecosystem="npm", cut=_cut, read=lambda content: opened(content).reading())

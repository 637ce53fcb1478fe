"""go.mod and go.work: https://go.dev/ref/mod#go-mod-file and https://go.dev/ref/mod#go-work-file.

``require`` is read with its ``// indirect`` mark, ``replace`` as the source of what it replaces, ``exclude`` as an override. The
module's own path, ``go``, ``toolchain``, ``godebug``, ``retract`` and ``tool`` (whose module is required as well) are none.
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import lines
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|=>|[()]|(?:(?!=>)[^\s()])+')
_DIRECTIVES = frozenset(
    (
        "module",
        "go",
        "toolchain",
        "godebug",
        "require",
        "replace",
        "exclude",
        "retract",
        "use",
        "tool",
        "ignore",
    )
)
_PATH = re.compile(r"\.{0,2}[/\\]|\.{1,2}\Z|[A-Za-z]:[/\\]")


def read(content: bytes, _path: str) -> Reading:
    """The modules that a go.mod or go.work asks for."""
    required: list[Dependency] = []
    excluded: list[Dependency] = []
    replaced: dict[str, tuple[int, Source]] = {}
    own: set[str] = set()
    seen = False
    for line, verb, words, comment in _statements(content):
        seen = True
        if verb == "module" and words:
            own.add(words[0])
        elif verb in ("require", "exclude"):
            if len(words) != 2:
                raise UnreadableError(f"{verb} wants a module and a version", line=line)
            indirect = verb == "require" and bool(re.match(r"indirect\b", comment))
            one = Dependency(
                ecosystem="golang",
                name=words[0],
                raw_name=words[0],
                requirement=words[1] if verb == "require" else f"!{words[1]}",
                scope=(
                    "exclude"
                    if verb == "exclude"
                    else "optional:indirect" if indirect else "runtime"
                ),
                flags=frozenset(("override",)) if verb == "exclude" else frozenset(),
                line=line,
            )
            (required if verb == "require" else excluded).append(one)
        elif verb == "replace":
            name, source = _replacement(words, line)
            replaced[name] = (line, source)
    if not seen and not lines.blank(content):
        raise UnreadableError("no directive of a go.mod")
    return Reading(
        dependencies=(*_with(required, replaced), *excluded),
        own=frozenset(own),
    )


def _with(
    required: list[Dependency], replaced: dict[str, tuple[int, Source]]
) -> Iterator[Dependency]:
    """What is required, from where its replacement takes it; a replacement of what is not required here stands alone."""
    left = dict(replaced)
    for one in required:
        if one.name not in replaced:
            yield one
            continue
        left.pop(one.name, None)
        yield Dependency(
            ecosystem="golang",
            name=one.name,
            raw_name=one.name,
            requirement=one.requirement,
            scope=one.scope,
            source=replaced[one.name][1],
            flags=one.flags | {"override"},
            line=replaced[one.name][0],
        )
    for name, (line, source) in left.items():
        yield Dependency(
            ecosystem="golang",
            name=name,
            raw_name=name,
            scope="override",
            source=source,
            flags=frozenset(("override",)),
            line=line,
        )


def _replacement(words: list[str], line: int) -> tuple[str, Source]:
    """``old [version] => new [version]``: a folder, or another module at a version."""
    if "=>" not in words:
        raise UnreadableError("replace wants =>", line=line)
    cut = words.index("=>")
    old, new = words[:cut], words[cut + 1 :]
    if len(old) not in (1, 2) or len(new) not in (1, 2):
        raise UnreadableError("replace wants one module on either side of =>", line=line)
    if _PATH.match(new[0]):
        return old[0], Source(kind=SourceKind.PATH, locator=new[0])
    ref = new[1] if len(new) == 2 else ""
    return old[0], Source(
        kind=SourceKind.ALIAS,
        locator=new[0],
        ref=ref,
        ref_kind=RefKind.TAG if ref else RefKind.NONE,
    )


def _statements(content: bytes) -> Iterator[tuple[int, str, list[str], str]]:
    """Each statement as (line, verb, words, comment), with the lines of a bracketed block under the block's verb."""
    block = ""
    for line, raw in lines.numbered(content):
        code, _, comment = raw.partition("//")
        words = [word.strip('"`') if word[0] in '"`' else word for word in _TOKEN.findall(code)]
        if not words:
            continue
        if block:
            if words == [")"]:
                block = ""
                continue
            yield line, block, words, comment.strip()
            continue
        verb, rest = words[0], words[1:]
        if verb not in _DIRECTIVES:
            raise UnreadableError(f"unknown directive {verb!r}", line=line)
        if rest[:1] == ["("]:
            block = verb if rest[-1] != ")" else ""
            yield line, "", [], ""
            continue
        yield line, verb, rest, comment.strip()
    if block:
        raise UnreadableError(f"the block of {block!r} is never closed")

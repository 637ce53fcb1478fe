"""mix.exs: https://hexdocs.pm/mix/Mix.Tasks.Deps.html.

A mix.exs is a program: read are the tuples ``{:name, "requirement", options}`` in functions whose name holds ``deps`` and in lists called ``deps:``.
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*(?:"|\\?\Z))|#.*', re.DOTALL)
_FUNCTION = re.compile(
    r"(\s*)defp?\s+\w*deps\w*[!?]?(?:\(.*?\))?(?:\s+when\b.*)?(,\s*do:|\s+do\b)(.*)\Z"
)
_LIST = re.compile(r"\bdeps:\s*\[")
_TUPLE = re.compile(r'\{\s*:"?([a-z_]\w*)"?\s*,')
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}(),]|[^"\[\]{}(),]+', re.DOTALL)
_STRING = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*\Z', re.DOTALL)
_PAIR = re.compile(r"\s*(\w+):\s(.*)\Z", re.DOTALL)
_LONGEST = 4000


def read(content: bytes, _path: str) -> Reading:
    """The packages that a project asks for."""
    found: list[Dependency] = []
    options: list[Option] = []
    for start, text in _bodies(content):
        for match in _TUPLE.finditer(text):
            line = start + text.count("\n", 0, match.start())
            found.append(
                _package(match[1], _arguments(text[match.end() : match.end() + _LONGEST]), line)
            )
        if "for " in text and "<-" in text:
            options.append(
                Option(
                    ecosystem="hex",
                    name="deps",
                    value=" ".join(text.split()),
                    signal="dynamic",
                    line=start,
                )
            )
    if b"defmodule" not in content and not lines.blank(content):
        raise UnreadableError("no module of a mix.exs")
    return Reading(dependencies=tuple(found), options=tuple(options))


def _bodies(content: bytes) -> Iterator[tuple[int, str]]:
    """The text of each function and list of dependencies, with the line on which it begins. Comments are gone, line ends kept."""
    opened, indent, depth = 0, "", 0
    listing = False
    kept: list[str] = []
    for number, raw in lines.numbered(content):
        code = _COMMENT.sub(lambda match: match[1] or "", raw)
        if not opened:
            if match := _FUNCTION.match(code):
                opened, indent, kept = number, match[1], [match[3]]
                listing = match[2].startswith(",")
            elif match := _LIST.search(code):
                opened, kept, listing = number, [code[match.end() - 1 :]], True
            else:
                continue
            depth = 0
        else:
            kept.append(code)
        # A function ends at its `end`; a list, or a function on one line, where its brackets are closed.
        depth += sum((one in "[{") - (one in "]}") for one in kept[-1])
        if depth <= 0 if listing else code == f"{indent}end":
            yield opened, "\n".join(kept)
            opened = 0
    if opened:
        yield opened, "\n".join(kept)


def _arguments(text: str) -> list[str]:
    """What follows the name up to the tuple's end, cut at its commas."""
    depth, parts, part = 0, list[str](), ""
    for piece in _PIECE.findall(text):
        if piece in "[{(":
            depth += 1
        elif piece in "]})":
            depth -= 1
            if depth < 0:
                break
        if piece == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += piece
    return [*parts, part]


def _package(written: str, arguments: list[str], line: int) -> Dependency:
    named = {}
    position = []
    for one in arguments:
        bare = one.strip()
        inner = _arguments(bare[1:]) if bare.startswith("[") else [bare]
        pairs = [match for each in inner if (match := _PAIR.match(each))]
        if pairs:
            named.update({match[1]: match[2].strip() for match in pairs})
        elif bare:
            position.append(bare)
    requirement = _text(position[0]) if position else ""
    name = named.get("hex", "").strip(':"') or written
    flags = set()
    if requirement is None:
        flags.add("dynamic")
    if name != written:
        flags.add("alias")
    if named.get("override") == "true":
        flags.add("override")
    if named.get("optional") == "true":
        flags.add("optional")
    only = re.findall(r":(\w+)", named.get("only", ""))
    return Dependency(
        ecosystem="hex",
        name=name,
        raw_name=written,
        requirement=requirement or "",
        scope="dev" if only and "prod" not in only else "runtime",
        source=_source(named),
        flags=frozenset(flags),
        line=line,
    )


def _text(argument: str) -> str | None:
    match = _STRING.match(argument)
    return match[1] if match and "#{" not in match[1] else None


def _source(named: dict[str, str]) -> Source:
    value = {key: _text(text) or text for key, text in named.items()}
    if "path" in value or value.get("in_umbrella") == "true":
        return Source(
            kind=SourceKind.PATH if "path" in value else SourceKind.WORKSPACE,
            locator=value.get("path", ""),
        )
    for key in ("git", "github"):
        if key in value:
            url = value[key] if key == "git" else f"https://github.com/{value[key]}"
            for field, kind in (("ref", None), ("tag", RefKind.TAG), ("branch", RefKind.BRANCH)):
                if field in value:
                    return sources.git(url, value[field], kind)
            return sources.git(url)
    # `repo: "hexpm:organisation"` or `organization: "name"`: a registry of its own.
    return Source(locator=value.get("repo") or value.get("organization") or "")

"""Terraform and OpenTofu configurations: "Module block reference", "Provider requirements", "Module sources"; terragrunt's ``terraform { source }``.

Read: the source and version of every module, providers of ``required_providers``, literals only; a source that is computed is
``dynamic``. Not read: modules in folders of the repository (files of their own), ``required_version``, what a provider is configured with.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs

from hunkgate.gates.dependencies import lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)

# A text or a comment that never ends runs to the end of its line or of the file, so that no place is looked at twice.
_TOKEN = re.compile(
    r'"((?:[^"\\\n]|\\.)*+)"?|(#[^\n]*|//[^\n]*|/\*(?:.*?\*/|.*\Z))|<<-?[ \t]*(\w+)[^\n]*|([{}\[\]=\n])|([\w.-]+)|.',
    re.DOTALL,
)
_NAME = re.compile(r"(?:[\w.-]+\.[\w.-]+/)?[\w-]+/[\w-]+(?:/[\w-]+)?(?://.*)?\Z")

_DEEPEST = 100

_Attributes = dict[str, tuple[str, int]]


def read(content: bytes, path: str) -> Reading:
    """The modules and providers that a configuration takes. Raises UnreadableError for what is no text and for what nests too deep."""
    if b"\0" in content:
        raise UnreadableError("not a text")
    found: list[Dependency | Option] = []
    for around, attributes in _blocks(lines.text(content)):
        if around[:1] == ("module",) and len(around) == 2 and "source" in attributes:
            found.extend(_module(around[1], attributes))
        elif (
            around == ("terraform",) and path.endswith("terragrunt.hcl") and "source" in attributes
        ):
            found.extend(_module("terraform", attributes))
        elif around[:2] == ("terraform", "required_providers") and len(around) == 3:
            found.append(_provider(around[2], attributes))
        elif around == ("terraform", "required_providers"):
            # The form of before Terraform 0.13: `aws = "~> 2.0"`.
            found.extend(
                _provider(name, {"version": version}) for name, version in attributes.items()
            )
    return Reading.of(found)


def _blocks(text: str) -> Iterator[tuple[tuple[str, ...], _Attributes]]:
    """Each block when it ends: the words of its header and of those around it, and its attributes as they are written with their lines."""
    stack: list[tuple[tuple[str, ...], _Attributes]] = [((), {})]
    words: list[str] = []
    key, line, place = "", 1, 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None
        quoted, _, mark, sign, word = match.groups()
        place = match.end()
        if mark:
            # The text of a here-document ends at a line that holds the mark alone.
            end = re.compile(rf"\n[ \t]*{mark}[ \t]*(?=\r?\n|\Z)").search(text, place)
            line += text.count("\n", match.start(), end.end() if end else len(text))
            place = end.end() if end else len(text)
            continue
        if sign == "{":
            if len(stack) > _DEEPEST:
                raise UnreadableError(f"not read: nested deeper than {_DEEPEST}", line=line)
            header = (*stack[-1][0], *words, *((key,) if key else ()))
            stack.append((header, {}))
            words, key = [], ""
        elif sign == "}":
            if len(stack) > 1:
                yield stack.pop()
            words, key = [], ""
        elif sign == "=":
            key, words = (words[-1] if words else ""), []
        elif sign == "\n":
            words, key = [], ""
        elif quoted is not None or word is not None:
            value = quoted if quoted is not None else word
            if key and not words:
                # What is no literal is kept with a mark that no literal begins with.
                stack[-1][1].setdefault(
                    key, (value if quoted is not None else f"${{{value}}}", line)
                )
            words.append(value)
        line += match[0].count("\n")
    yield from reversed(stack[1:])


def _module(name: str, attributes: _Attributes) -> Iterator[Dependency | Option]:
    written, line = attributes["source"]
    version = attributes.get("version", ("", 0))[0]
    if "${" in written:
        yield Option(
            ecosystem="terraform",
            name=f"module {name}",
            value=written,
            signal="dynamic",
            line=line,
        )
        return
    if written.startswith(("./", "../")):
        return
    source, shown = _source(written)
    yield Dependency(
        ecosystem="terraform",
        name=shown.lower(),
        raw_name=written,
        requirement=version or source.ref or ("" if source == Source() else written),
        scope="runtime",
        source=source,
        line=line,
    )


def _source(written: str) -> tuple[Source, str]:
    """The source of a module and the name that it is known by, without the folder behind ``//`` and the query."""
    bare, _, query = written.partition("?")
    forced, colons, rest = bare.partition("::")
    address = rest if colons else bare
    scheme, mark, host = address.partition("://")
    address = (scheme + mark if mark else "") + (host if mark else address).partition("//")[0]
    ref = "".join(parse_qs(query).get("ref", [])[:1])
    git = forced == "git" or sources.is_git(address)
    if git or address.startswith(("github.com/", "bitbucket.org/")):
        return sources.git(address, ref), sources.address(address)
    if not colons and not mark and _NAME.match(address):
        return Source(), address
    return Source(kind=SourceKind.URL, locator=sources.place(address)), sources.address(address)


def _provider(local: str, attributes: _Attributes) -> Dependency:
    """A provider under its source as written; without one it is one of the default namespace ("Provider requirements", "Source addresses")."""
    written, line = attributes.get("source", ("", 0))
    name = written or f"hashicorp/{local}"
    version, at = attributes.get("version", ("", 0))
    return Dependency(
        ecosystem="terraform",
        name=name.lower(),
        raw_name=written or local,
        requirement=version,
        line=line or at,
    )

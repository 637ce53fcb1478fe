"""flake.nix: https://nix.dev/manual/nix/latest/command-ref/new-cli/nix3-flake#flake-format. Inputs have to be literals there, so that they are read without Nix.

Read: every input with its address, and what ``nixConfig`` says of caches and keys. Not read: ``follows`` inside of an input, which takes one that is there
already; outputs, which are a program.
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

# A comment that never ends runs to the end of the file, so that no place is looked at twice.
_CODE = re.compile(
    r"(?P<blank>\s+|#[^\n]*|/\*(?:.*?\*/|.*\Z))|(?P<quote>\"|'')"
    r"|(?P<path>(?<![\w/])[\w.+~-]{0,100}+(?:/[\w.+-]+)++)|(?P<word>[A-Za-z_][\w'-]*)|(?P<sign>[{}()\[\]=;.])|(?P<other>.)",
    re.DOTALL,
)
# What a text of either kind of quotes holds up to its end or to an expression in it; `$${` is none (src/libexpr/lexer.l).
_INSIDE = {
    '"': re.compile(r'(?:[^"\\$]|\\.|\$\\.|\$[^{"\\]|\$(?="))*+', re.DOTALL),
    "''": re.compile(r"(?:[^'$]|'(?!')|''(?:['$]|\\.)|\$[^{']|\$(?='))*+", re.DOTALL),
}
_OPEN, _CLOSE = frozenset("{(["), frozenset("})]")
_DEEPEST = 100
_SETTINGS = re.compile(r"(extra-)?(trusted-)?(substituters|public-keys|binary-caches)\Z")
_FORGES = {"github": "github.com", "gitlab": "gitlab.com", "sourcehut": "git.sr.ht"}
_SHORT = re.compile(r"(github|gitlab|sourcehut):([^/?]+)/([^/?]+)(?:/([^?]+))?(?:\?(.*))?\Z")

_Token = tuple[str, str, int]
_Value = tuple[tuple[str, ...], list[str], int]


def read(content: bytes, _path: str) -> Reading:
    """The inputs of a flake. Raises UnreadableError for what is no set of attributes from its first to its last bracket."""
    if b"\0" in content:
        raise UnreadableError("not a text")
    tokens = list(_tokens(lines.text(content)))
    inputs: dict[str, dict[tuple[str, ...], tuple[str, int]]] = {}
    options: list[Option] = []
    if tokens:
        for path, texts, line in _attributes(tokens):
            if path == ("inputs",) or (path[0] == "inputs" and path[-1] == "url" and not texts):
                raise UnreadableError("inputs that are computed", line=line)
            if path[0] == "inputs":
                said = inputs.setdefault(path[1], {})
                said.setdefault(path[2:], (texts[0] if texts else "", line))
            elif path[0] == "nixConfig" and len(path) == 2 and _SETTINGS.match(path[1]):
                options.extend(_option(path[1], text, line) for text in texts)
    found = (one for name, said in inputs.items() for one in _input(name, said))
    return Reading(dependencies=tuple(found), options=tuple(options))


def _tokens(text: str) -> Iterator[_Token]:
    """Each token but blanks, comments and what stands in the expressions of a text: its kind, its text, its line."""
    place, line = 0, 1
    # The texts that are open, each with the brackets that are open in the expression in it; what the outermost one says, and its line.
    quotes: list[tuple[str, int]] = []
    parts: list[str] = []
    began = 0
    while place < len(text):
        match = _CODE.match(text, place)
        assert match is not None
        kind, found = match.lastgroup, match[0]
        place = match.end()
        if kind == "quote":
            began = began if quotes else line
            quotes.append((found, -1))
        elif not quotes:
            if kind and kind != "blank":
                yield kind, found, line
        elif found in "{}" and kind == "sign":
            quote, depth = quotes.pop()
            quotes.append((quote, depth + (1 if found == "{" else -1)))
        line += found.count("\n")
        # On in the text, where it has just begun or the expression in it has just ended.
        while quotes and quotes[-1][1] < 0 and place < len(text):
            quote = quotes[-1][0]
            inside = _INSIDE[quote].match(text, place)
            assert inside is not None
            place = inside.end()
            line += inside[0].count("\n")
            if len(quotes) == 1:
                parts.append(inside[0])
            if text.startswith("${", place):
                place += 2
                quotes[-1] = (quote, 0)
                continue
            place += len(quote)
            quotes.pop()
            if not quotes:
                yield "text", "${}".join(parts), began
                parts = []
    if quotes:
        raise UnreadableError("a text is not closed", line=began)


def _attributes(tokens: list[_Token]) -> Iterator[_Value]:
    """Each attribute of the flake that is no set itself: its path, the texts of its value, its line."""
    if tokens[0][1] != "{":
        raise UnreadableError("a flake is a set of attributes", line=tokens[0][2])
    place = 1
    paths: list[tuple[str, ...]] = [()]
    while place < len(tokens):
        kind, value, line = tokens[place]
        if kind == "sign" and value == "}":
            paths.pop()
            if not paths:
                if place + 1 < len(tokens):
                    raise UnreadableError("something stands behind the flake", line=line)
                return
            place += 1
            if place < len(tokens) and tokens[place][1] == ";":
                place += 1
            continue
        path, place = _path(tokens, place)
        if not path:
            raise UnreadableError("an attribute without a name", line=line)
        whole = (*paths[-1], *path)
        if whole[0] in ("inputs", "nixConfig") and place < len(tokens) and tokens[place][1] == "{":
            if len(paths) > _DEEPEST:
                raise UnreadableError(f"not read: nested deeper than {_DEEPEST}", line=line)
            paths.append(whole)
            place += 1
            continue
        texts, place = _value(tokens, place)
        yield whole, texts, line
    raise UnreadableError("a bracket is not closed", line=tokens[-1][2])


def _path(tokens: list[_Token], place: int) -> tuple[tuple[str, ...], int]:
    """The names up to the next ``=`` and the place behind it; no names where something else stands there."""
    path: list[str] = []
    while place < len(tokens):
        kind, value, _ = tokens[place]
        place += 1
        if kind in ("word", "text"):
            path.append(value)
        elif value == "=":
            return tuple(path), place
        elif value != ".":
            break
    return (), place


def _value(tokens: list[_Token], place: int) -> tuple[list[str], int]:
    """The texts of an expression and the place behind the ``;`` that ends it, which is not one of a ``let``, a ``with`` or an ``assert`` in it."""
    texts: list[str] = []
    depth, skipped = 0, 0
    while place < len(tokens):
        kind, value, _ = tokens[place]
        place += 1
        if kind == "text":
            texts.append(value)
        elif kind == "word" and value == "let":
            depth += 1
        elif kind == "word" and value == "in":
            depth -= 1
        elif kind == "word" and value in ("with", "assert") and not depth:
            skipped += 1
        elif kind == "sign" and value in _OPEN:
            depth += 1
        elif kind == "sign" and value in _CLOSE:
            depth -= 1
        elif value == ";" and depth <= 0:
            if not skipped:
                break
            skipped -= 1
    return texts, place


def _option(name: str, value: str, line: int) -> Option:
    return Option(
        ecosystem="nix", name=f"nixConfig {name}", value=value, signal="index-changed", line=line
    )


def _input(name: str, said: dict[tuple[str, ...], tuple[str, int]]) -> Iterator[Dependency]:
    flat = {path[0]: value for path, (value, _) in said.items() if len(path) == 1}
    line = min(line for _, line in said.values())
    if "url" in flat:
        yield _dependency(name, flat["url"], _source(flat["url"]), line)
    elif flat.get("type") == "path" or flat.get("path"):
        yield _dependency(
            name, "", Source(kind=SourceKind.PATH, locator=flat.get("path", "")), line
        )
    elif "type" in flat:
        place = "/".join(flat[key] for key in ("owner", "repo") if flat.get(key))
        ref = flat.get("rev") or flat.get("ref", "")
        host = flat.get("host") or _FORGES.get(flat["type"], "")
        address = f"https://{host}/{place}" if host and place else place
        yield _dependency(name, ref, sources.git(address, ref), line)
    elif "follows" in flat:
        source = Source(kind=SourceKind.WORKSPACE, locator=flat["follows"])
        yield _dependency(name, "", source, line)
    # What another flake's input is replaced by.
    for path, (value, at) in said.items():
        if len(path) > 2 and path[-1] == "url" and path[0] == "inputs":
            inner = "/".join((name, *path[1:-1:2]))
            yield _dependency(inner, value, _source(value), at, frozenset(("override",)))


def _dependency(
    name: str, requirement: str, source: Source, line: int, flags: frozenset[str] = frozenset()
) -> Dependency:
    return Dependency(
        ecosystem="nix",
        name=name or "inputs",
        raw_name=name,
        requirement=requirement,
        source=source,
        flags=flags,
        line=line,
    )


def _source(url: str) -> Source:
    """The source of a reference to a flake ("Flake references", "URL-like syntax")."""
    if match := _SHORT.match(url):
        query = parse_qs(match[5] or "")
        host = "".join(query.get("host", [_FORGES[match[1]]])[:1])
        ref = match[4] or "".join((query.get("rev") or query.get("ref") or [""])[:1])
        return sources.git(f"https://{host}/{match[2]}/{match[3]}", ref)
    bare, _, rest = url.partition("?")
    if bare.startswith(("git+file:", "path:", "file:", ".", "/", "~")):
        return Source(kind=SourceKind.PATH, locator=bare)
    if bare.startswith(("git+", "git:", "hg+")):
        query = parse_qs(rest)
        ref = "".join((query.get("rev") or query.get("ref") or [""])[:1])
        return sources.git(bare.removeprefix("hg+"), ref)
    if "://" in bare:
        return sources.archive(bare.removeprefix("tarball+").removeprefix("file+"))
    # A name that Nix's own registry of flakes knows.
    return Source()

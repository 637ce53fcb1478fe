"""As much of Ruby as Gemfiles and gemspecs are written in: statements, arguments, literals. Nothing is run.

https://docs.ruby-lang.org/en/3.4/syntax/literals_rdoc.html
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import lines

# A string that is never closed runs to the end: looking for its end again at every character would take the square of its length.
_STRING_OR_COMMENT = re.compile(
    r"""("(?:[^"\\]|\\.)*(?:"|\\?\Z)|'(?:[^'\\]|\\.)*(?:'|\\?\Z))|(?<![^\s;,(\[{])#.*"""
)
_PIECE = re.compile(
    r""""(?:[^"\\]|\\.)*(?:"|\\?\Z)|'(?:[^'\\]|\\.)*(?:'|\\?\Z)|[,;()\[\]{}]|[^"',;()\[\]{}]+|.""",
    re.DOTALL,
)
_LITERAL = re.compile(
    r"""\s*(?:%[qQ]?([<({\[|!])(?P<percent>[^>)}\]|!]*)[>)}\]|!]|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|:(?P<symbol>[\w-]+))"""
    r"""(?:\.freeze)?\s*(?:(?:if|unless|do|end)\b.*|\}.*)?\Z""",
    re.DOTALL,
)
_WORDS = re.compile(r"\s*%[wWiI][<({\[|!]([^>)}\]|!]*)[>)}\]|!]\s*\Z", re.DOTALL)
_PAIR = re.compile(
    r"""\s*(?::?(?P<quote>["']?)(?P<rocket>\w+)(?P=quote)\s*=>|(?P<other>["']?)(?P<colon>\w+)(?P=other):(?!:))(?P<value>.*)\Z""",
    re.DOTALL,
)
_OPEN, _CLOSE = "([{", ")]}"


def statements(content: bytes) -> Iterator[tuple[int, str]]:
    """Each statement without its comments, with the 1-based line on which it begins.

    A statement runs on while a round or square bracket is open and behind a comma or a backslash; ``=begin`` to ``=end`` and what follows
    ``__END__`` is no code.
    """
    started, parts, depth, comment = 0, list[str](), 0, False
    for number, raw in lines.numbered(content):
        if raw == "__END__":
            break
        if raw.startswith(("=begin", "=end")):
            comment = raw.startswith("=begin")
            continue
        if comment:
            continue
        code = _STRING_OR_COMMENT.sub(lambda match: match.group(1) or "", raw).rstrip()
        if not code.strip():
            continue
        started = started or number
        runs_on = code.endswith((",", "\\"))
        parts.append(code.removesuffix("\\"))
        depth += _depth(code)
        if depth > 0 or runs_on:
            continue
        yield from ((started, one) for one in _split("\n".join(parts), ";") if one.strip())
        started, parts, depth = 0, [], 0
    if parts:
        yield started, "\n".join(parts)


def calls(method: re.Pattern[str], statement: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each call of a method with what stands behind it, up to the next one: no text is looked at twice, however many calls one statement holds."""
    last: re.Match[str] | None = None
    for match in method.finditer(statement):
        if last is not None:
            yield last, statement[last.end() : match.start()]
        last = match
    if last is not None:
        yield last, statement[last.end() :]


def arguments(text: str) -> tuple[list[str], dict[str, str]]:
    """The arguments of a call, as written: those by position and those by name. ``text`` begins behind the method's name."""
    bare = text.strip()
    if bare.startswith("("):
        bare = _inside(bare)
    by_position: list[str] = []
    by_name: dict[str, str] = {}
    for one in _split(bare, ","):
        if match := _PAIR.match(one):
            by_name[match["rocket"] or match["colon"]] = match["value"].strip()
        elif one.strip():
            by_position.append(one.strip())
    return by_position, by_name


def literal(text: str) -> str | None:
    """The value of a string or symbol, None where it has to be computed."""
    match = _LITERAL.match(text)
    if match is None:
        return None
    if match.group("double") is not None:
        value = match.group("double")
        return None if "#{" in value else re.sub(r"\\(.)", r"\1", value)
    if match.group("single") is not None:
        return re.sub(r"\\(['\\])", r"\1", match.group("single"))
    return match.group("percent") if match.group("percent") is not None else match.group("symbol")


def literals(text: str) -> list[str] | None:
    """The values of a string, of a symbol or of a list of them, None where one has to be computed."""
    bare = text.strip()
    if words := _WORDS.match(bare):
        return words.group(1).split()
    if not bare.startswith("["):
        value = literal(bare)
        return None if value is None else [value]
    values = [literal(one) for one in _split(_inside(bare), ",") if one.strip()]
    return None if None in values else [one for one in values if one is not None]


def _depth(code: str) -> int:
    """By how many round and square brackets a line opens more than it closes."""
    pieces = _PIECE.findall(code)
    return sum(piece in "([" for piece in pieces if len(piece) == 1) - sum(
        piece in ")]" for piece in pieces if len(piece) == 1
    )


def _inside(text: str) -> str:
    """What stands between the first bracket and the one that closes it."""
    depth, kept = 0, list[str]()
    for piece in _PIECE.findall(text):
        depth += (piece in _OPEN) - (piece in _CLOSE) if len(piece) == 1 else 0
        if depth == 0:
            break
        kept.append(piece)
    return "".join(kept)[1:]


def _split(text: str, mark: str) -> list[str]:
    """The text cut at the marks that stand outside strings and brackets."""
    cut, depth = [""], 0
    parts: list[str] = []
    for piece in _PIECE.findall(text):
        if len(piece) == 1:
            depth += (piece in _OPEN) - (piece in _CLOSE)
            if piece == mark and depth <= 0:
                cut.append("".join(parts))
                parts = []
                continue
        parts.append(piece)
    return [*cut[1:], "".join(parts)]

"""TOML 1.1 in the words of TOML 1.0: pixi, cargo and uv read it, tomllib only from Python 3.15 on.

Source: toml.io, "TOML v1.1.0", list of changes. Rewritten: line ends, comments and a last comma in an inline table, the escapes ``\\e``
and ``\\xHH``. Not rewritten: times without seconds, which no manifest holds; they stay an error.
"""

import re

# A text that is not closed is a token too: what follows it is not looked at once more from every quote in it.
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"{3,5}|\Z)'
    r"|'''.*?(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+"
    r"|[\[\]{},\n]",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(e|x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_CLOSED = re.compile(r"(?:[ \t\n]|\#[^\n]*+\n)*+\}")


def older(text: str) -> str:
    """The document as TOML 1.0 writes it, in as many lines; what is no TOML comes out as something that is none either."""
    text = text.replace("\r\n", "\n")
    opened: list[str] = []  # the brackets around the place
    held = 0  # line ends left out of the inline table around it
    pieces: list[str] = []
    start = 0
    for token in _TOKEN.finditer(text):
        one = token[0]
        pieces.append(text[start : token.start()])
        start = token.end()
        if one in ("[", "{"):
            opened.append(one)
        elif one in ("]", "}"):
            if opened:
                opened.pop()
            if "{" not in opened:
                one, held = one + "\n" * held, 0
        elif opened and opened[-1] == "{":
            if one == "\n" or one[0] == "#":
                held += one == "\n"
                one = " "
            elif one == "," and _CLOSED.match(text, start) and _last(pieces) not in "{,":
                one = ""
        if one[0:1] == '"':
            one = _ESCAPE.sub(_escape, one)
        pieces.append(one)
    pieces.append(text[start:])
    return "".join(pieces)


def _last(pieces: list[str]) -> str:
    """The last character that is no space."""
    return next(one.rstrip()[-1] for one in reversed(pieces) if one.strip())


def _escape(found: re.Match[str]) -> str:
    if found[1] == "e":
        return "\\u001b"
    return f"\\u00{found[1][1:]}" if len(found[1]) == 3 else found[0]

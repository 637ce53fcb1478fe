"""A shell script as its simple commands: enough of the shell's grammar to see which programs it starts with which words.

Source: POSIX.1-2017, "Shell Command Language", 2.3 (tokens) and 2.9 (commands). Expansions are not made: a word with ``$`` or a backquote
stays as it is written. Control words (``if``, ``then``, ``do``) are dropped, so what stands in a branch counts as run.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = ";&|()<>"
_CONTROL = frozenset(
    {"if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "fi", "done", "time"}
)
# ${{ ... }} of GitHub's workflows may hold blanks, quotes and strokes: it becomes one word before the shell's rules are applied.
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
# A quoted text may run over lines; one of more lines than this is taken as a stray quote.
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One simple command: its words, its 1-based line, and the mark before it (``|``, ``&&``, ``<(``, '' at a line's start)."""

    words: tuple[str, ...]
    line: int
    mark: str = ""


def commands(script: str, *, line: int = 1) -> Iterator[Command]:
    """The simple commands of a script whose first line is the file's line ``line``."""
    text = _EXPRESSION.sub(lambda found: "${{" + re.sub(r"[^\w.-]+", "_", found[1]) + "}}", script)
    for number, logical in _logical(text):
        yield from _simple(_words(logical), line + number)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their 0-based numbers, continuations and quotes that run over lines joined, comments dropped by _words."""
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        start = index
        logical = lines[index].rstrip("\r")
        index += 1
        while index < len(lines) and logical.endswith("\\") and not logical.endswith("\\\\"):
            logical = logical[:-1] + lines[index].rstrip("\r")
            index += 1
        end = index
        while _open_quote(logical) and end < len(lines) and end - index < _LONGEST_QUOTE:
            logical += "\n" + lines[end]
            end += 1
        if end > index:
            if _open_quote(logical):
                logical = logical.split("\n", 1)[0]
            else:
                index = end
        yield start, logical


def _open_quote(text: str) -> bool:
    try:
        _split(text)
    except ValueError:
        return True
    return False


def _words(logical: str) -> list[str]:
    try:
        return _split(logical)
    except ValueError:
        return logical.replace('"', " ").replace("'", " ").split()


def _split(text: str) -> list[str]:
    reader = shlex.shlex(text, posix=True, punctuation_chars=_MARKS)
    reader.whitespace_split = True
    return list(reader)


def _simple(words: list[str], line: int) -> Iterator[Command]:
    current: list[str] = []
    mark = ""
    skip = False
    for word in words:
        if word and all(one in _MARKS for one in word):
            if set(word) <= set("<>&") and set(word) & set("<>"):
                # A redirection: the next word names a file, the number before it a stream.
                skip = True
                if current and current[-1] in ("0", "1", "2"):
                    current.pop()
                continue
            if current:
                yield Command(words=tuple(current), line=line, mark=mark)
            current, mark = [], word
        elif skip:
            skip = False
        elif current or word not in _CONTROL:
            current.append(word)
    if current:
        yield Command(words=tuple(current), line=line, mark=mark)

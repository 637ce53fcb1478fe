"""A shell script as its simple commands: enough of the shell's grammar to see which programs it starts with which words.

Source: POSIX.1-2017, "Shell Command Language", 2.3 (tokens) and 2.9 (commands). Expansions are not made: a word with ``$`` or a backquote
stays as it is written. Control words (``if``, ``then``, ``do``) are dropped, so what stands in a branch counts as run.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

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
    """One simple command: its words, its 1-based line, and the mark before it (``|``, ``&&``, ``<(``, '' at a line's start).

    ``output`` is the file that its output is written to, ``inner`` the scripts whose output is put between its words: those in backquotes and
    in double quotes, which the words alone do not show. Others follow as commands of their own, behind the mark ``(``.
    """

    words: tuple[str, ...]
    line: int
    mark: str = ""
    output: str = ""
    inner: tuple[str, ...] = ()


def commands(script: str, *, line: int = 1) -> Iterator[Command]:
    """The simple commands of a script whose first line is the file's line ``line``."""
    text = _EXPRESSION.sub(lambda found: "${{" + re.sub(r"[^\w.-]+", "_", found[1]) + "}}", script)
    for number, logical in _logical(text):
        inner = tuple(_substituted(logical)) if "`" in logical or "$(" in logical else ()
        for command in _simple(_words(logical), line + number):
            if inner and any("`" in word or "$(" in word for word in command.words):
                command, inner = replace(command, inner=inner), ()
            yield command


def _substituted(text: str) -> Iterator[str]:
    """The scripts in backquotes and, within double quotes, in ``$( )``; what stands in single quotes is no script (2.2.2)."""
    quote, place = "", 0
    while place < len(text):
        one = text[place]
        if one == "\\" and quote != "'":
            place += 1
        elif one in "'\"" and quote in ("", one):
            quote = "" if quote else one
        elif one == "#" and not quote and text[place - 1 : place].strip() == "":
            return
        elif quote != "'" and (one == "`" or (quote and text.startswith("$(", place))):
            start = place + (1 if one == "`" else 2)
            end = text.find("`", start) if one == "`" else _closing(text, start)
            if end < 0:
                return
            yield text[start:end]
            place = end
        place += 1


def _closing(text: str, start: int) -> int:
    """Where the bracket closes that was opened before ``start``; -1 where it does not."""
    depth = 1
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place
    return -1


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
    mark = output = ""
    skip = writes = False
    for word in words:
        if word and all(one in _MARKS for one in word):
            if set(word) <= set("<>&") and set(word) & set("<>"):
                # A redirection: the next word names a file, the number before it a stream.
                skip = True
                stream = current.pop() if current and current[-1] in ("0", "1", "2") else "1"
                writes = ">" in word and stream == "1"
                continue
            if current:
                yield Command(words=tuple(current), line=line, mark=mark, output=output)
            current, mark, output = [], word, ""
        elif skip:
            skip, output = False, word if writes else output
        elif current or word not in _CONTROL:
            current.append(word)
    if current:
        yield Command(words=tuple(current), line=line, mark=mark, output=output)

"""The one dialect of path patterns: gitignore's (gitignore(5), "PATTERN FORMAT"), matched by pathspec.

A pattern without a stroke matches at every depth, one with a leading or inner stroke from the root; a matched folder covers
all below it; a later ``!pattern`` takes back what an earlier one matched.
"""

import functools
import re
import unicodedata
from typing import TYPE_CHECKING

from hunkgate.errors import PolicyError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# Patterns of these forms are always right. Only the others are worth the import of pathspec, which takes as long as half a check.
_PLAIN = re.compile(r"!?/?[\w.@+~*?-]+(?:/[\w.@+~*?-]+)*/?", re.ASCII)
# Windows drops dots and blanks at the end of a name, and `name::$STREAM` is the file itself. `*.` and `..` stay what they are.
_IGNORED_END = re.compile(r"(?<=[\w-])(?:::\$[^/]*|[. ]+)(?=/|$)")
_SPECIAL = frozenset("*?[]\\")
_OWN_FOLDER = frozenset({".git", "git~1"})  # the second is its short name on Windows


class Globs:
    """A parsed list of patterns. Compare and hash by the patterns themselves."""

    __slots__ = ("__dict__", "patterns")

    def __init__(self, patterns: tuple[str, ...]) -> None:
        """Raises PolicyError with every pattern that gitignore's rules do not accept or that can match nothing."""
        problems = tuple(problem for pattern in patterns if (problem := _problem(pattern)))
        if problems:
            raise PolicyError(problems)
        self.patterns = patterns

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Globs) and self.patterns == other.patterns

    def __hash__(self) -> int:
        return hash(self.patterns)

    def __repr__(self) -> str:
        return f"Globs({self.patterns!r})"

    def match(self, path: str) -> str | None:
        """The pattern that decides for this path, None where none matches or the last one that matches negates."""
        if not self._screen.admits(path):
            return None
        result = self._spec.check_file(path)
        if not result.include:
            return None
        return self.patterns[result.index] if result.index is not None else self.patterns[0]

    def covers(self, path: str) -> bool:
        """Whether the patterns match this path."""
        return self._screen.admits(path) and bool(self._spec.match_file(path))

    def admits(self, path: str) -> bool:
        """False only where no pattern can match: a quick look, before the exact answer of ``covers``."""
        return self._screen.admits(path)

    @functools.cached_property
    def folded(self) -> "Globs":
        """The same patterns folded, for folded paths."""
        return parse(tuple(fold(pattern) for pattern in self.patterns))

    @functools.cached_property
    def _spec(self) -> "GitIgnoreSpec":
        import pathspec

        return pathspec.GitIgnoreSpec.from_lines(self.patterns)

    @functools.cached_property
    def _screen(self) -> "_Screen":
        return _Screen(self.patterns)


class _Screen:
    """What a path must have in it to match any of the patterns: most paths are dismissed by it, without a regular expression."""

    __slots__ = ("_any", "_ends", "_names", "_starts")

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._names: set[str] = set()
        starts, ends = set(), set()
        self._any = False
        for pattern in patterns:
            if pattern.startswith("!"):
                continue
            parts = [part for part in pattern.split("/") if part]
            literal = next((part for part in parts if not _SPECIAL.intersection(part)), None)
            last = parts[-1] if parts else "*"
            head = re.split(r"[*?\[\\]", last, maxsplit=1)[0]
            tail = re.split(r"[*?\[\]\\]", last)[-1]
            if pattern != pattern.strip():
                self._any = True
            elif literal is not None:
                self._names.add(literal)
            elif head:
                starts.add(head)
            elif tail:
                ends.add(tail)
            else:
                self._any = True
        self._starts, self._ends = tuple(starts), tuple(ends)

    def admits(self, path: str) -> bool:
        """False only where no pattern can match."""
        if self._any:
            return True
        parts = path.split("/")
        if not self._names.isdisjoint(parts):
            return True
        # A generator would take twice as long, on every path of every commit.
        for part in parts:  # noqa: SIM110
            if part.startswith(self._starts) or part.endswith(self._ends):
                return True
        return False


@functools.lru_cache(maxsize=4096)  # every gate folds the same paths
def fold(path: str) -> str:
    """The path as a file system that ignores case, Unicode normal form and dots at the end sees it (HFS+, APFS, NTFS)."""
    if path.isascii():
        folded = path.casefold()
    else:
        normal = unicodedata.normalize("NFKC", path).casefold()
        # HFS+ ignores these when it compares names (git's own protectHFS list, utf8.c next_hfs_char).
        folded = "".join(one for one in normal if unicodedata.category(one) != "Cf")
    return _IGNORED_END.sub("", folded)


def leads_into_git(path: str) -> bool:
    """Whether any folder on the path is git's own one, by any name that a file system takes for it (git-fsck(1), hasDotgit)."""
    if path.isascii() and not any(name in path.lower() for name in _OWN_FOLDER):
        return False
    return any(fold(part) in _OWN_FOLDER for part in path.split("/"))


@functools.lru_cache(maxsize=64)
def parse(patterns: tuple[str, ...]) -> Globs:
    """The patterns, parsed once. Raises PolicyError."""
    return Globs(patterns)


def _problem(pattern: str) -> str:
    if not pattern.strip():
        return "an empty pattern matches nothing"
    if "\0" in pattern or "\n" in pattern:
        return f"{pattern!r} holds a control character"
    if pattern.startswith("#"):
        return f"{pattern!r} is a comment in gitignore's dialect; write \\# for a name that begins with #"
    body = pattern.removeprefix("!")
    if not body.strip("/"):
        return f"{pattern!r} names nothing"
    if body.startswith("./") or "/../" in f"/{body}/":
        return f"{pattern!r} can match nothing: paths are relative to the repository root and hold no . or .. parts"
    if "\\" in body and ":" in body[:3]:
        return f"{pattern!r} looks like a Windows path; write / between the parts"
    if _PLAIN.fullmatch(pattern) and body.strip("/*"):
        return ""
    import pathspec

    try:
        parsed = pathspec.GitIgnoreSpec.from_lines([pattern])
    except (ValueError, TypeError, re.error) as error:
        return f"{pattern!r} is not a gitignore pattern: {error}"
    if not any(getattr(one, "include", None) is not None for one in parsed.patterns):
        return f"{pattern!r} matches nothing"
    return ""

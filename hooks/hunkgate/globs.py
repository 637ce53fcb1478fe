"""The one dialect of path patterns: gitignore's (gitignore(5), "PATTERN FORMAT"), matched by pathspec.

A pattern without a stroke matches at every depth, one with a leading or inner stroke from the root; a matched folder covers
all below it; a later ``!pattern`` takes back what an earlier one matched.
"""

import functools
import re
import unicodedata

import pathspec

from hunkgate.errors import PolicyError


class Globs:
    """A parsed list of patterns. Compare and hash by the patterns themselves."""

    __slots__ = ("_spec", "patterns")

    def __init__(self, patterns: tuple[str, ...]) -> None:
        """Raises PolicyError with every pattern that gitignore's rules do not accept or that can match nothing."""
        problems = tuple(problem for pattern in patterns if (problem := _problem(pattern)))
        if problems:
            raise PolicyError(problems)
        self.patterns = patterns
        self._spec = pathspec.GitIgnoreSpec.from_lines(patterns)

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
        result = self._spec.check_file(path)
        if not result.include:
            return None
        return self.patterns[result.index] if result.index is not None else self.patterns[0]

    def covers(self, path: str) -> bool:
        """Whether the patterns match this path."""
        return bool(self._spec.match_file(path))


def fold(path: str) -> str:
    """The path as a file system that ignores case and Unicode normal form sees it (HFS+, APFS, NTFS)."""
    if path.isascii():
        return path.casefold()
    folded = unicodedata.normalize("NFKC", path).casefold()
    # HFS+ ignores these when it compares names (git's own protectHFS list, utf8.c next_hfs_char).
    return "".join(character for character in folded if unicodedata.category(character) != "Cf")


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
    if body.startswith("./") or "/../" in f"/{body}/":
        return f"{pattern!r} can match nothing: paths are relative to the repository root and hold no . or .. parts"
    if "\\" in body and ":" in body[:3]:
        return f"{pattern!r} looks like a Windows path; write / between the parts"
    try:
        parsed = pathspec.GitIgnoreSpec.from_lines([pattern])
    except (ValueError, TypeError, re.error) as error:
        return f"{pattern!r} is not a gitignore pattern: {error}"
    if not any(getattr(one, "include", None) is not None for one in parsed.patterns):
        return f"{pattern!r} matches nothing"
    return ""

"""Text files as numbered lines. Only a line feed ends a line: the tools that read these formats do not know Python's others."""

from collections.abc import Iterator


def text(content: bytes) -> str:
    """The content as text without a byte order mark; bytes that are not UTF-8 are surrogate-escaped."""
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def numbered(content: bytes) -> Iterator[tuple[int, str]]:
    """Each line with its 1-based number, without its line end and without blanks at its end."""
    for number, line in enumerate(text(content).split("\n"), 1):
        yield number, line.rstrip()


def blank(content: bytes) -> bool:
    """Whether the file holds nothing at all, or blanks only: the one content that may stand for no records."""
    return not content.strip()


class Forward:
    """The lines on which texts stand that follow each other in a file, each looked for behind the one before.

    A file that is not written as its tool writes it has none of them: after ``MISSED`` vain searches of the whole file no more are made.
    """

    MISSED = 200

    __slots__ = ("_content", "_line", "_missed", "_offset")

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._offset = 0
        self._line = 1
        self._missed = 0

    def line(self, needle: str) -> int:
        """The 1-based line of the next place of the needle; 0 where there is none, and the search stays where it was."""
        if self._missed == self.MISSED:
            return 0
        found = self._content.find(needle.encode("utf-8", "surrogatepass"), self._offset)
        if found < 0:
            self._missed += 1
            return 0
        self._line += self._content.count(b"\n", self._offset, found)
        self._offset = found
        return self._line

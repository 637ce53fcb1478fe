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

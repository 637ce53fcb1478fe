"""go.sum: https://go.dev/ref/mod#go-sum-files.

A version counts when the hash of its files is there; a line for ``/go.mod`` alone only says that the module was looked at.
"""

import re
from collections.abc import Iterator, Sequence

from hunkgate.gates.dependencies import lines
from hunkgate.gates.dependencies.blocks import Blocks, Part, Shape
from hunkgate.gates.dependencies.dependency import Dependency, UnreadableError
from hunkgate.gates.dependencies.locks import Lock, record

_HASH = re.compile(r"h[0-9]{1,3}:\S+\Z")
# The file as go writes it: one look at the whole text instead of one at each of its lines.
_WHOLE = re.compile(rb"(?:[!-~]++ [!-~]++ h1:[!-~]++\n)*+")


def opened(content: bytes) -> Lock[str, int]:
    """Every module version whose files are locked, with its hashes: a statement is a line, ``module version hash``."""
    whole = _WHOLE.fullmatch(content)
    several = content.decode("ascii").split("\n") if whole else _checked(content)
    stated: dict[str, int] = {}
    for number, line in enumerate(several, 1):
        stated.setdefault(line, number)
    stated.pop("", None)
    return Lock(stated=stated, ecosystem="golang", named=_module, records=_records)


def _checked(content: bytes) -> Iterator[str]:
    for number, line in lines.numbered(content):
        words = line.split()
        if words and (len(words) != 3 or not _HASH.match(words[2])):
            raise UnreadableError("a line wants a module, a version and a hash", line=number)
        yield " ".join(words)


def _module(line: str) -> str:
    return line.partition(" ")[0]


def _records(several: Sequence[tuple[str, int]]) -> Iterator[Dependency]:
    found: dict[tuple[str, str], int] = {}
    hashes: dict[tuple[str, str], set[str]] = {}
    for text, line in several:
        module, version, digest = text.split(" ")
        bare = version.removesuffix("/go.mod")
        if bare == version:
            found.setdefault((module, version), line)
        else:
            digest = f"go.mod {digest}"
        hashes.setdefault((module, bare), set()).add(digest)
    for (module, version), line in found.items():
        yield record(
            "golang", module, version, hashes=frozenset(hashes[module, version]), line=line
        )


_LINES = Shape(
    sound=_WHOLE.fullmatch, names=lambda several: [one.partition(b" ")[0] for one in several]
)
BLOCKS = Blocks(
    ecosystem="golang",
    cut=lambda content: (Part(frame=b"", blocks=content, shape=_LINES),),
    read=lambda content: opened(content).reading(),
)

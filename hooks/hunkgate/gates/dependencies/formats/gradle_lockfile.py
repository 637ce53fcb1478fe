"""gradle.lockfile: https://docs.gradle.org/current/userguide/dependency_locking.html, "lock state location and format".

``group:name:version=configuration,configuration`` a line, ``empty=`` for configurations without dependencies; before
Gradle 6.8 one file a configuration, without the part behind ``=``.
"""

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter

from hunkgate.gates.dependencies import lines
from hunkgate.gates.dependencies.blocks import Blocks, Part, Shape
from hunkgate.gates.dependencies.dependency import Dependency, UnreadableError
from hunkgate.gates.dependencies.locks import Lock, record

_ENTRY = re.compile(r"([^\s:=]+:[^\s:=]+):([^\s:=]+)(?:=.*)?\Z")


def opened(content: bytes) -> Lock[tuple[str, str], int]:
    """Every locked module: a statement is its name and its version."""
    stated: dict[tuple[str, str], int] = {}
    for line, raw in lines.numbered(content):
        bare = raw.strip()
        if not bare or bare.startswith(("#", "empty=")):
            continue
        match = _ENTRY.match(bare)
        if match is None:
            raise UnreadableError("a line wants group:name:version", line=line)
        stated.setdefault((match[1], match[2]), line)
    return Lock(stated=stated, ecosystem="maven", named=itemgetter(0), records=_records)


def _records(several: Sequence[tuple[tuple[str, str], int]]) -> Iterator[Dependency]:
    return (record("maven", name, version, line=line) for (name, version), line in several)


def _names(several: Sequence[bytes]) -> list[bytes | None]:
    return [
        None if one.startswith((b"#", b"empty=")) else one[: one.find(b":", one.find(b":") + 1)]
        for one in several
    ]


# Printable characters but the colon and the equals sign.
_WORD = rb"[!-9;<>-~]++"
_LINES = Shape(
    sound=re.compile(
        rb"(?:(?!#)" + _WORD + rb":" + _WORD + rb":" + _WORD + rb"(?:=[!-~]*+)?+\n"
        rb"|(?:#|empty=)[^\n]*+\n)*+"
    ).fullmatch,
    names=_names,
)
BLOCKS = Blocks(
    ecosystem="maven",
    cut=lambda content: (Part(frame=b"", blocks=content, shape=_LINES),),
    read=lambda content: opened(content).reading(),
)

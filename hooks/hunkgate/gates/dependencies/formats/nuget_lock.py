"""packages.lock.json: https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies (versions 1 and 2).

Every target framework has its own list: what several of them say alike is one record. Projects of the same solution are the project itself.
"""

import re
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, lines
from hunkgate.gates.dependencies.blocks import Blocks, Part, Shape
from hunkgate.gates.dependencies.dependency import Dependency, UnreadableError
from hunkgate.gates.dependencies.locks import Lock, record


class _Package(NamedTuple):
    """What the lock says of a package."""

    name: str
    written: str
    version: str
    digest: str


def opened(content: bytes) -> Lock[_Package, None]:
    """Every locked package of every framework."""
    document = documents.json_object(content)
    version = document.get("version")
    if type(version) is not int or version not in (1, 2):
        raise UnreadableError(f"version {version!r} is not known")
    frameworks = documents.table_at(document, "dependencies")
    stated: dict[_Package, None] = {}
    own: set[str] = set()
    for framework in frameworks:
        packages = documents.table_at(frameworks, framework)
        for name in packages:
            entry = documents.table_at(packages, name)
            if documents.text_if(entry, "type") == "Project":
                own.add(name.lower())
                continue
            resolved = documents.text_if(entry, "resolved")
            if not name or not resolved:
                raise UnreadableError(f"{framework}: {name!r} has no version")
            digest = documents.text_if(entry, "contentHash")
            stated.setdefault(_Package(name.lower(), name, resolved, digest))

    def records(several: Sequence[tuple[_Package, None]]) -> Iterator[Dependency]:
        places = lines.Forward(content)
        for one, _ in several:
            yield record(
                "nuget",
                one.name,
                one.version,
                raw_name=one.written,
                hashes=frozenset((one.digest,)) if one.digest else frozenset(),
                line=places.line(f'"{one.written}": {{'),
            )

    return Lock(
        stated=stated,
        ecosystem="nuget",
        named=attrgetter("name"),
        records=records,
        own=frozenset(own),
    )


def _cut(content: bytes) -> list[Part] | None:
    """A part for each framework."""
    parts: list[Part] = []
    start = 0
    while head := _HEAD.match(content, start):
        end = content.find(_LAST, head.end())
        if end < 0:
            return None
        # A comma behind the last package makes it a block like the others; it is taken off again before the blocks are read.
        packages = content[head.end() : end] + _PACKAGES.end
        parts.append(Part(frame=head[0], blocks=packages, shape=_PACKAGES))
        start = end + len(_LAST)
    return [*parts, Part(frame=content[start:], blocks=b"", shape=_PACKAGES)]


def _written(several: Sequence[bytes]) -> list[bytes]:
    return [one[7 : one.find(b'"', 7)] for one in several]


def _names(several: Sequence[bytes]) -> list[bytes]:
    """The packages; no name for a project of the same solution, so that the project's own names are read whatever changed."""
    return [
        b"" if one.startswith(_PROJECT, one.find(b"{\n") + 10) else name.lower()
        for one, name in zip(several, _written(several), strict=True)
    ]


def _whole(blocks: bytes) -> bytes:
    return blocks.replace(b"      },\n    }", b"      }\n    }")


# As NuGet writes it: a project, or a package with what it needs, no name of which stands twice.
_TEXT = rb'"[ !#-\[\]-~]++"'
_NEEDS = rb'          ("[ !#-\[\]-~]++"): ' + _TEXT + rb"(?!(?:,\n[^\n]*+)*?,\n {10}\1:)"
_NEEDED = (
    rb',\n        "dependencies": \{\n(?:' + _NEEDS + rb",\n){0,200}+" + _NEEDS + rb"\n        \}"
)
_HEAD = re.compile(
    rb'(?:\{\n  "version": [12],\n  "dependencies": \{\n|    \},\n)    "[^"\\\n]++": \{\n'
)
_LAST = b"\n      }\n"
_PROJECT = b'"type": "Project"'
_PACKAGES = Shape(
    sound=re.compile(
        rb"(?:      "
        + _TEXT
        + rb': \{\n        "type": (?:"Project"|(?!"Project")'
        + _TEXT
        + rb'(?:,\n        "requested": '
        + _TEXT
        + rb')?+,\n        "resolved": '
        + _TEXT
        + rb'(?:,\n        "contentHash": '
        + _TEXT
        + rb")?+)(?:"
        + _NEEDED
        + rb")?+\n      \},\n)*+"
    ).fullmatch,
    names=_names,
    keys=_written,
    end=b"\n      },\n",
)
BLOCKS = Blocks(ecosystem="nuget", cut=_cut, read=lambda content: opened(_whole(content)).reading())

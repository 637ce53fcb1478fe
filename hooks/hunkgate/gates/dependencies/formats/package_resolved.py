"""Package.resolved of the versions 1 to 3: https://docs.swift.org/swiftpm/documentation/packagemanagerdocs/; the keys are those of SwiftPM's own store
(Sources/PackageGraph/ResolvedPackagesStore.swift).

A package is named by its identity: since version 2 that is written, before it is the last part of the address in lower case.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from hunkgate.gates.dependencies import documents, lines, sources
from hunkgate.gates.dependencies.blocks import Blocks, Part, Shape
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Places, record

_Pin = Mapping[str, object]


def opened(content: bytes) -> Places[_Pin]:
    """Every pinned package. A place is an identity; where one stands several times, each after the first has its number before it."""
    document = documents.json_object(content)
    version = document.get("version")
    if type(version) is not int or version not in (1, 2, 3):
        raise UnreadableError(f"version {version!r} is not known")
    home = document.get("object") if version == 1 else document
    pins = home.get("pins") if isinstance(home, dict) else None
    if not isinstance(pins, list):
        raise UnreadableError("no list of pins")
    names: dict[str, str] = {}
    stated: dict[str, _Pin] = {}
    for pin in pins:
        place = name = _identity(pin).lower()
        while place in stated:
            place = f"{len(stated)} {name}"
        names[place] = name
        stated[place] = pin

    def records(several: Sequence[tuple[str, _Pin]]) -> Iterator[Dependency]:
        places = lines.Forward(content)
        for place, pin in several:
            written = documents.text_if(pin, "package") or _identity(pin)
            state = documents.table_if(pin, "state")
            revision = documents.text_if(state, "revision")
            yield record(
                "swift",
                names[place],
                documents.text_if(state, "version") or revision,
                raw_name=written,
                source=_source(pin, _location(pin), revision),
                line=places.line(f'"{written}"'),
            )

    return Places(
        stated=stated, ecosystem="swift", named=names.__getitem__, names=names, records=records
    )


def _identity(pin: object) -> str:
    """What a pin is called. Raises UnreadableError where it has no name or no state."""
    if not isinstance(pin, dict) or not isinstance(pin.get("state"), dict):
        raise UnreadableError("a pin without a state")
    name = documents.text_if(pin, "identity") or sources.address(_location(pin)).rpartition("/")[2]
    if not name:
        raise UnreadableError("a pin without an identity")
    return name


def _location(pin: _Pin) -> str:
    return documents.text_if(pin, "location") or documents.text_if(pin, "repositoryURL")


def _source(pin: Mapping[str, object], location: str, revision: str) -> Source:
    kind = documents.text_if(pin, "kind")
    if kind == "registry":
        return Source(locator=sources.place(location))
    if kind.startswith("local") or location.startswith("/"):
        return Source(kind=SourceKind.PATH, locator=location)
    return sources.git(location, revision, RefKind.SHA)


def _cut(content: bytes) -> tuple[Part, ...] | None:
    head = _HEAD.match(content)
    end = content.rfind(_LAST)
    if head is None or end < head.end():
        return None
    # A comma behind the last pin makes it a block like the others; it is taken off again before the blocks are read.
    pins = content[head.end() : end] + _PINS.end
    return (
        Part(frame=b"{\n", blocks=head[1], shape=_ORIGIN),
        Part(frame=head[2], blocks=pins, shape=_PINS),
        Part(frame=content[end + len(_LAST) :], blocks=b"", shape=_ORIGIN),
    )


def _names(several: Sequence[bytes]) -> list[bytes]:
    return [one[one.find(b': "') + 3 : one.find(b'",\n')].lower() for one in several]


def _whole(blocks: bytes) -> bytes:
    return blocks.replace(b"    },\n  ]", b"    }\n  ]")


# As SwiftPM writes it since version 2. The hash of Package.swift says nothing of a package.
_TEXT = rb'"[ !#-\[\]-~]++"'
_HEAD = re.compile(rb'\{\n((?:  "originHash" ?: [^\n]*+\n)?+)(  "pins" ?: \[\n)')
_LAST = b"\n    }\n"
_ORIGIN = Shape(
    sound=re.compile(rb'(?:  "originHash" ?: ' + _TEXT + rb",\n)?+").fullmatch,
    names=lambda several: [None] * len(several),
)
_PINS = Shape(
    sound=re.compile(
        rb'(?:    \{\n      "identity" ?: '
        + _TEXT
        + rb',\n(?:      "kind" ?: '
        + _TEXT
        + rb",\n)?+"
        rb'(?:      "location" ?: ' + _TEXT + rb',\n)?+      "state" ?: \{\n'
        rb'(?:        "branch" ?: '
        + _TEXT
        + rb',\n)?+        "revision" ?: '
        + _TEXT
        + rb'(?:,\n        "version" ?: (?:'
        + _TEXT
        + rb"|null))?+\n      \}\n    \},\n)*+"
    ).fullmatch,
    names=_names,
    end=b"\n    },\n",
)
BLOCKS = Blocks(ecosystem="swift", cut=_cut, read=lambda content: opened(_whole(content)).reading())

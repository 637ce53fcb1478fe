"""Package.resolved of the versions 1 to 3: https://docs.swift.org/swiftpm/documentation/packagemanagerdocs/; the keys are those of SwiftPM's own store
(Sources/PackageGraph/ResolvedPackagesStore.swift).

A package is named by its identity: since version 2 that is written, before it is the last part of the address in lower case.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)


def read(content: bytes, _path: str) -> Reading:
    """Every pinned package."""
    document = documents.json(content)
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    version = document.get("version")
    if type(version) is not int or version not in (1, 2, 3):
        raise UnreadableError(f"version {version!r} is not known")
    home = document.get("object") if version == 1 else document
    pins = home.get("pins") if isinstance(home, dict) else None
    if not isinstance(pins, list):
        raise UnreadableError("no list of pins")
    return Reading(dependencies=tuple(_packages(pins, content)))


def _packages(pins: list[object], content: bytes) -> Iterator[Dependency]:
    places = lines.Forward(content)
    for pin in pins:
        state = pin.get("state") if isinstance(pin, dict) else None
        if not isinstance(pin, dict) or not isinstance(state, dict):
            raise UnreadableError("a pin without a state")
        location = _text(pin, "location") or _text(pin, "repositoryURL")
        name = _text(pin, "identity") or sources.address(location).rpartition("/")[2]
        if not name:
            raise UnreadableError("a pin without an identity")
        written = _text(pin, "package") or name
        line = places.line(f'"{written}"')
        revision = _text(state, "revision")
        yield Dependency(
            ecosystem="swift",
            name=name.lower(),
            raw_name=written,
            version=_text(state, "version") or revision,
            resolved=True,
            scope="lock",
            source=_source(pin, location, revision),
            line=line,
        )


def _source(pin: Mapping[str, object], location: str, revision: str) -> Source:
    kind = _text(pin, "kind")
    if kind == "registry":
        return Source(locator=sources.address(location))
    if kind.startswith("local") or location.startswith("/"):
        return Source(kind=SourceKind.PATH, locator=location)
    return sources.git(location, revision, RefKind.SHA)


def _text(entry: Mapping[str, object], field: str) -> str:
    value = entry.get(field)
    return value if isinstance(value, str) else ""

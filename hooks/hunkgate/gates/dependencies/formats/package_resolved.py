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
    document = documents.json_object(content)
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
        location = documents.text_if(pin, "location") or documents.text_if(pin, "repositoryURL")
        name = documents.text_if(pin, "identity") or sources.address(location).rpartition("/")[2]
        if not name:
            raise UnreadableError("a pin without an identity")
        written = documents.text_if(pin, "package") or name
        line = places.line(f'"{written}"')
        revision = documents.text_if(state, "revision")
        yield Dependency(
            ecosystem="swift",
            name=name.lower(),
            raw_name=written,
            version=documents.text_if(state, "version") or revision,
            resolved=True,
            scope="lock",
            source=_source(pin, location, revision),
            line=line,
        )


def _source(pin: Mapping[str, object], location: str, revision: str) -> Source:
    kind = documents.text_if(pin, "kind")
    if kind == "registry":
        return Source(locator=sources.address(location))
    if kind.startswith("local") or location.startswith("/"):
        return Source(kind=SourceKind.PATH, locator=location)
    return sources.git(location, revision, RefKind.SHA)

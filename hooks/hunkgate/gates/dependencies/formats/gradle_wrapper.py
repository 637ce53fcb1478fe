"""gradle-wrapper.properties (https://docs.gradle.org/current/userguide/gradle_wrapper.html) and maven-wrapper.properties
(https://maven.apache.org/wrapper/): the program that builds the project, downloaded and run by a script in the repository.
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    UnreadableError,
)

_PROPERTY = re.compile(r"\s*([\w.]+)\s*[=:]\s*(.*)\Z")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))")
# Hashes of what has no address of its own here.
_BESIDE = {"wrapperSha256Sum": "wrapperUrl", "distributionSha256Sum": "distributionUrl"}
_URLS = {
    "distributionUrl": "distributionSha256Sum",
    "wrapperUrl": "wrapperSha256Sum",
}
_FILE = re.compile(
    r"([A-Za-z][A-Za-z-]*?)-(\d[\w.+-]*?)(?:-(?:bin|all|src))?\.(?:zip|jar|tar\.gz)\Z"
)


def read(content: bytes, _path: str) -> Reading:
    """The program's version, the host it comes from and its hash."""
    properties: dict[str, tuple[str, int]] = {}
    for line, raw in _logical(content):
        if match := _PROPERTY.match(raw):
            # The last of two equal keys counts.
            properties[match.group(1)] = (_ESCAPE.sub(_escaped, match.group(2)), line)
    found = []
    options = [
        Option(
            ecosystem="maven",
            name=name,
            value=properties[name][0],
            signal="option-changed",
            line=properties[name][1],
            restricts=name in _BESIDE or properties[name][0] == "true",
        )
        for name in ("validateDistributionUrl", *_BESIDE)
        if name in properties and _BESIDE.get(name) not in properties
    ]
    for field, hash_field in _URLS.items():
        if field not in properties:
            continue
        url, line = properties[field]
        folder, _, file = url.rpartition("/")
        match = _FILE.match(file)
        digest = properties.get(hash_field, ("", 0))[0]
        found.append(
            Dependency(
                ecosystem="maven",
                name=match.group(1) if match else file or field,
                raw_name=file,
                version=match.group(2) if match else "",
                resolved=True,
                scope="build",
                source=Source(locator=_place(folder, match.group(2) if match else "")),
                hashes=frozenset((digest,)) if digest else frozenset(),
                line=line,
            )
        )
    if not found and not lines.blank(content):
        raise UnreadableError("no distributionUrl")
    return Reading(dependencies=tuple(found), options=tuple(options))


def _logical(content: bytes) -> Iterator[tuple[int, str]]:
    """The lines of java.util.Properties: no comments, those that end with a backslash joined with the next without its blanks."""
    held, start = "", 0
    for number, raw in lines.numbered(content):
        bare = raw.lstrip()
        if not held and bare.startswith(("#", "!")):
            continue
        start = start or number
        if (len(bare) - len(bare.rstrip("\\"))) % 2:
            held += bare[:-1]
            continue
        yield start, held + bare
        held, start = "", 0
    if held:
        yield start, held


def _escaped(match: re.Match[str]) -> str:
    """A backslash before a character stands for that character, ``\\u0041`` for the one of that number."""
    return chr(int(match[1], 16)) if match[1] else match[2]


def _place(folder: str, version: str) -> str:
    """The host and the folder, without the version in it: what stays where only the version moves."""
    place = sources.place(folder) if "://" in folder else folder
    return re.sub(r"(?<!:)/{2,}", "/", place.replace(version, "")).rstrip("/") if version else place

"""gradle-wrapper.properties (https://docs.gradle.org/current/userguide/gradle_wrapper.html) and maven-wrapper.properties
(https://maven.apache.org/wrapper/): the program that builds the project, downloaded and run by a script in the repository.
"""

import re

from hunkgate.gates.dependencies import lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    UnreadableError,
)

_PROPERTY = re.compile(r"\s*([\w.]+)\s*[=:]\s*(.*)\Z")
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
    for line, raw in lines.numbered(content):
        match = _PROPERTY.match(raw)
        if raw.lstrip().startswith(("#", "!")) or match is None:
            continue
        # java.util.Properties: a backslash before a character stands for that character; the last of two equal keys counts.
        properties[match.group(1)] = (re.sub(r"\\(.)", r"\1", match.group(2)), line)
    found = []
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
                source=Source(locator=sources.host(url) or folder),
                hashes=frozenset((digest,)) if digest else frozenset(),
                line=line,
            )
        )
    if not found and not lines.blank(content):
        raise UnreadableError("no distributionUrl")
    return Reading(dependencies=tuple(found))

"""gradle.lockfile: https://docs.gradle.org/current/userguide/dependency_locking.html, "lock state location and format".

``group:name:version=configuration,configuration`` a line, ``empty=`` for configurations without dependencies; before
Gradle 6.8 one file a configuration, without the part behind ``=``.
"""

import re

from hunkgate.gates.dependencies import lines
from hunkgate.gates.dependencies.dependency import Dependency, Reading, UnreadableError

_ENTRY = re.compile(r"([^\s:=]+:[^\s:=]+):([^\s:=]+)(?:=.*)?\Z")


def read(content: bytes, _path: str) -> Reading:
    """Every locked module."""
    found: dict[tuple[str, str], int] = {}
    for line, raw in lines.numbered(content):
        bare = raw.strip()
        if not bare or bare.startswith(("#", "empty=")):
            continue
        match = _ENTRY.match(bare)
        if match is None:
            raise UnreadableError("a line wants group:name:version", line=line)
        found.setdefault((match.group(1), match.group(2)), line)
    return Reading(
        dependencies=tuple(
            Dependency(
                ecosystem="maven",
                name=name,
                raw_name=name,
                version=version,
                resolved=True,
                scope="lock",
                line=line,
            )
            for (name, version), line in found.items()
        )
    )

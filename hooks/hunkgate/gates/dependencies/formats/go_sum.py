"""go.sum: https://go.dev/ref/mod#go-sum-files.

A version counts when the hash of its files is there; a line for ``/go.mod`` alone only says that the module was looked at.
"""

import re

from hunkgate.gates.dependencies import lines
from hunkgate.gates.dependencies.dependency import Dependency, Reading, UnreadableError

_HASH = re.compile(r"h[0-9]{1,3}:\S+\Z")


def read(content: bytes, _path: str) -> Reading:
    """Every module version whose files are locked, with its hashes."""
    found: dict[tuple[str, str], int] = {}
    hashes: dict[tuple[str, str], set[str]] = {}
    for line, raw in lines.numbered(content):
        words = raw.split()
        if not words:
            continue
        if len(words) != 3 or not _HASH.match(words[2]):
            raise UnreadableError("a line wants a module, a version and a hash", line=line)
        module, version, digest = words
        bare = version.removesuffix("/go.mod")
        if bare == version:
            found.setdefault((module, version), line)
        else:
            digest = f"go.mod {digest}"
        hashes.setdefault((module, bare), set()).add(digest)
    return Reading(
        dependencies=tuple(
            Dependency(
                ecosystem="golang",
                name=module,
                raw_name=module,
                version=version,
                resolved=True,
                scope="lock",
                hashes=frozenset(hashes[module, version]),
                line=line,
            )
            for (module, version), line in found.items()
        )
    )

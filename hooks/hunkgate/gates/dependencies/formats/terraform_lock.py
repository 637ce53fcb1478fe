""".terraform.lock.hcl: https://developer.hashicorp.com/terraform/language/files/dependency-lock.

One ``provider "host/namespace/type" { version, constraints, hashes }`` block a provider. The tool writes the file itself and in one
shape, so that a few lines read it; what does not have that shape is unreadable.
"""

import re

from hunkgate.gates.dependencies import lines
from hunkgate.gates.dependencies.dependency import Dependency, Reading, UnreadableError

_OPEN = re.compile(r'provider\s+"([^"\s]+)"\s*\{\Z')
_VERSION = re.compile(r'version\s*=\s*"([^"]*)"\Z')
_HASH = re.compile(r'"([a-z0-9]{1,8}:[^"]+)"')
_LIST = re.compile(r"hashes\s*=\s*\[([^\]]*)(\]?)\Z")
_OTHER = re.compile(r'[A-Za-z_][\w-]*\s*=\s*"[^"]*"\Z')


def read(content: bytes, _path: str) -> Reading:
    """Every locked provider with its hashes."""
    found: list[Dependency] = []
    name, version, line = "", "", 0
    hashes: set[str] = set()
    listing = False
    for number, raw in lines.numbered(content):
        bare = raw.strip()
        if not bare or bare.startswith(("#", "//")):
            continue
        if listing:
            hashes.update(_HASH.findall(bare))
            listing = "]" not in bare
            if not _HASH.search(bare) and bare not in ("]", "],"):
                raise UnreadableError("a hash is expected", line=number)
        elif not name:
            match = _OPEN.match(bare)
            if match is None:
                raise UnreadableError("a provider block is expected", line=number)
            name, version, line, hashes = match.group(1), "", number, set()
        elif bare == "}":
            if not version:
                raise UnreadableError(f"provider {name} has no version", line=number)
            found.append(
                Dependency(
                    ecosystem="terraform",
                    name=name.lower(),
                    raw_name=name,
                    version=version,
                    resolved=True,
                    scope="lock",
                    hashes=frozenset(hashes),
                    line=line,
                )
            )
            name = ""
        elif match := _VERSION.match(bare):
            version = match.group(1)
        elif match := _LIST.match(bare):
            hashes.update(_HASH.findall(match.group(1)))
            listing = not match.group(2)
        elif not _OTHER.match(bare):
            raise UnreadableError("version, constraints or hashes are expected", line=number)
    if name:
        raise UnreadableError(f"the block of provider {name} is never closed")
    return Reading(dependencies=tuple(found))

"""A package that lies in the repository as a file: wheels and eggs, jars, gems, crates, NuGet's and npm's archives.

Read: the name and the version that its own name shows, and the SHA-256 of its content. Not read: what is in it. Names are those of PEP 427, Maven's
repository layout, RubyGems, cargo and NuGet, all ``name-version`` or ``name.version``.
"""

import hashlib
import posixpath
import re

from hunkgate.gates.dependencies.dependency import Dependency, Reading, Source, SourceKind

_ECOSYSTEMS = {
    ".whl": "pypi",
    ".egg": "pypi",
    ".jar": "maven",
    ".aar": "maven",
    ".war": "maven",
    ".gem": "gem",
    ".crate": "cargo",
    ".nupkg": "nuget",
}
_NAMED = re.compile(r"(.+?)[-.]v?(\d[^-]*(?:-(?:SNAPSHOT|alpha|beta|rc|M|RC)[\w.]*)?)(?:-.*)?\Z")


def read(content: bytes, path: str) -> Reading:
    """The package that the file is."""
    stem, ending = posixpath.splitext(posixpath.basename(path))
    match = _NAMED.match(stem)
    name, version = (match[1], match[2]) if match else (stem, "")
    one = Dependency(
        ecosystem=_ECOSYSTEMS.get(ending.lower(), "generic"),
        name=name.lower() or ending,
        raw_name=name or ending,
        version=version,
        resolved=True,
        source=Source(kind=SourceKind.PATH, locator=posixpath.dirname(path)),
        hashes=frozenset((f"sha256:{hashlib.sha256(content).hexdigest()}",)),
    )
    return Reading(dependencies=(one,))

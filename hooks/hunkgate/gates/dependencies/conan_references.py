"""References of Conan's packages: https://docs.conan.io/2/reference/conanfile/attributes.html, ``name/version[@user/channel][#revision[:id#revision]][%time]``.

User and channel say whose recipe it is and are told as a registry is; the revisions are hashes of the recipe and of a package built from it.
"""

import re

from hunkgate.gates.dependencies.dependency import Dependency, Source

_REFERENCE = re.compile(
    r"(?P<name>[a-z0-9A-Z_][\w+.-]*)/(?P<version>\[[^\]]*\]|[^\s@#%/\[\]]+)"
    r"(?:@(?P<place>[\w+.-]*(?:/[\w+.-]*)?))?(?:#(?P<revision>[\w*]+)(?::\w+)?(?:#(?P<package>\w+))?)?(?:%[\d.]+)?\Z"
)


def reference(
    written: str,
    *,
    scope: str,
    line: int = 0,
    resolved: bool = False,
    flags: frozenset[str] = frozenset(),
) -> Dependency | None:
    """The package that a reference names, None where it is none. ``[>=1 <2]`` is a range; ``resolved`` is for a lock."""
    match = _REFERENCE.match(written.strip())
    if match is None:
        return None
    place = match["place"]
    # `_/_` is how Conan 1 spelled that there are none.
    owner = f"@{place}" if place and place != "_/_" else ""
    version = match["version"].removeprefix("[").removesuffix("]")
    return Dependency(
        ecosystem="conan",
        name=match["name"].lower(),
        raw_name=match["name"],
        requirement="" if resolved else version,
        version=version if resolved else "",
        resolved=resolved,
        scope=scope,
        source=Source(locator=owner),
        hashes=frozenset(filter(None, (match["revision"], match["package"]))),
        flags=flags,
        line=line,
    )

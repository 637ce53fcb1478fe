"""Container image references: the distribution specification's ``[host/]name[:tag][@digest]``."""

import re

from hunkgate.gates.dependencies.dependency import Dependency, RefKind, Source, SourceKind

# The default registry may be named or not, and its official images have a folder that may be left out: all are one image.
_DEFAULT = re.compile(r"^(?:(?:index\.|registry-1\.)?docker\.[a-z]+/)?(?:library/(?=[^/]+$))?")
_DIGEST = re.compile(r"[a-z0-9]+:[0-9a-f]{32,128}")


def image(
    reference: str, *, scope: str = "build", line: int = 0, flags: frozenset[str] = frozenset()
) -> Dependency:
    """The image that a reference names, as a dependency.

    ``requirement`` is the tag and digest as written. Only a digest fixes the content. A reference with a variable carries the flag
    ``dynamic`` where the variable can name another image, and keeps it in the tag otherwise.
    """
    written = reference.strip().removeprefix("docker://")
    bare, at, digest = written.partition("@")
    place, stroke, last = _rpartition(bare)
    name, colon, tag = _partition(last)
    full = _DEFAULT.sub(
        "", f"{place}{stroke}{name}".lower() if "$" not in name else f"{place}{stroke}{name}"
    )
    pinned = bool(_DIGEST.fullmatch(digest))
    if "$" in full:
        flags |= {"dynamic"}
    kind = RefKind.SHA if pinned else RefKind.TAG if tag or digest else RefKind.NONE
    return Dependency(
        ecosystem="docker",
        name=full,
        raw_name=f"{place}{stroke}{name}",
        requirement=(tag if colon else "") + at + digest,
        scope=scope,
        source=Source(kind=SourceKind.IMAGE, ref=digest or tag, ref_kind=kind),
        flags=flags,
        line=line,
    )


def _rpartition(text: str) -> tuple[str, str, str]:
    """At the last stroke that is not inside a variable (``${A:-b/c}``)."""
    cut = _outside(text, "/", last=True)
    return (text[:cut], "/", text[cut + 1 :]) if cut >= 0 else ("", "", text)


def _partition(text: str) -> tuple[str, str, str]:
    """At the first colon that is not inside a variable."""
    cut = _outside(text, ":", last=False)
    return (text[:cut], ":", text[cut + 1 :]) if cut >= 0 else (text, "", "")


def _outside(text: str, mark: str, *, last: bool) -> int:
    depth, found = 0, -1
    for index, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == mark and depth == 0:
            if not last:
                return index
            found = index
    return found

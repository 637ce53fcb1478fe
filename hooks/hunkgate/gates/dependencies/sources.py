"""Addresses of packages as manifests and locks write them, in one spelling so that two of them can be compared.

Spellings differ between tools and their releases (``git+ssh://git@host/owner/name.git#ref``, ``git@host:owner/name``,
``github:owner/name#ref``): what names the same repository becomes the same locator, ``host/owner/name``.
"""

import functools
import re
from collections.abc import Collection

from hunkgate.gates.dependencies.dependency import RefKind, Source, SourceKind

_SHA = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_TAG = re.compile(
    r"(?:refs/tags/.*|[A-Za-z_-]{0,30}[0-9]{1,20}(?:\.[0-9A-Za-z+_-]{1,60}){1,8}|v[0-9]{1,9}|semver:.*)\Z",
    re.DOTALL,
)
# Forges that take owner and name in any case.
_CASELESS = frozenset({"github.com", "gitlab.com", "bitbucket.org"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://")
_SCP = re.compile(r"(?:[\w.-]{1,64}@)?([\w-]{1,64}(?:\.[\w-]{1,64}){1,8}):(?!/)(.+)\Z", re.DOTALL)
_FORGES = {
    "github": "github.com",
    "gitlab": "gitlab.com",
    "bitbucket": "bitbucket.org",
    "gist": "gist.github.com",
}
# Archives that a forge makes of a commit: the repository and the commit are what counts, not the file.
_ARCHIVE = re.compile(
    r"(?:codeload\.)?(github\.com)/([^/]+/[^/]+)/(?:archive|tar\.gz|legacy\.tar\.gz|zip|tarball|zipball)/(?:refs/(?:tags|heads)/)?(.+?)(?:\.tar\.gz|\.tgz|\.zip)?\Z"
)


def ref_kind(ref: str) -> RefKind:
    """How firmly a git ref is pinned, judged by its spelling: a whole object id, a version-like name, any other name."""
    if not ref:
        return RefKind.NONE
    if _SHA.match(ref):
        return RefKind.SHA
    return RefKind.TAG if _TAG.match(ref) else RefKind.BRANCH


def address(url: str) -> str:
    """A repository's address without scheme, user, fragment, ``.git`` and closing stroke; the host in lower case, and owner and name where
    the forge takes them in any case.
    """
    bare = url.partition("#")[0].removeprefix("git+").strip()
    scheme = _SCHEME.match(bare)
    if scheme:
        bare = bare[scheme.end() :]
    elif match := _SCP.match(bare):
        bare = f"{match.group(1)}/{match.group(2)}"
    host, stroke, path = bare.partition("/")
    host = host.rpartition("@")[2].lower()
    path = path.rstrip("/").removesuffix(".git")
    if host in _CASELESS and path.count("/") == 1:
        path = path.lower()
    return (host + stroke + path).rstrip("/")


PLAIN = "http://"
"""What stands before a place to which no connection is protected."""


def place(url: str) -> str:
    """A repository's, registry's or file's address in one spelling, with ``http://`` before it where nothing protects the connection.

    Of that anybody on the way can make something else: a lock moved to it (npm and pip take what it says) is moved to another place.
    """
    bare = url.strip().removeprefix("git+")
    return f"{PLAIN}{address(url)}" if bare[: len(PLAIN)].lower() == PLAIN else address(url)


def secured(place: str, others: Collection[str]) -> str:
    """The one of the other places that is this one, but for a connection that is protected; the place itself where none is."""
    if not place.startswith(PLAIN) or place in others:
        return place
    bare = place.removeprefix(PLAIN)
    return next((one for one in (bare, f"https://{bare}") if one in others), place)


def host(url: str) -> str:
    """The host that a URL names, in lower case, with its port, and with ``http://`` before it where nothing protects the connection; ''
    where it names none.
    """
    # A lock names some ten thousand files on a handful of hosts: the rules are asked once for each.
    scheme, mark, rest = url.partition("://")
    return _host(scheme + mark + rest.partition("/")[0]) if mark else ""


@functools.lru_cache(maxsize=1024)
def _host(beginning: str) -> str:
    scheme = _SCHEME.match(beginning)
    if not scheme:
        return ""
    name = re.split(r"[?#]", beginning[scheme.end() :], maxsplit=1)[0].rpartition("@")[2].lower()
    return f"{PLAIN}{name}" if scheme[0].lower() == PLAIN else name


def git(url: str, ref: str = "", kind: RefKind | None = None) -> Source:
    """A git source. ``ref`` is a commit, tag or branch; ``kind`` is given where the file says which."""
    return Source(
        kind=SourceKind.GIT,
        locator=place(url),
        ref=ref,
        ref_kind=RefKind.NONE if not ref else kind or ref_kind(ref),
    )


def forge(shorthand: str, ref: str = "") -> Source:
    """A git source from ``github:owner/name#ref`` or ``owner/name`` (of the first forge)."""
    name, colon, rest = shorthand.partition(":")
    if not colon:
        name, rest = "github", shorthand
    repository, _, fragment = rest.partition("#")
    return git(f"https://{_FORGES.get(name, name)}/{repository}", ref or fragment)


def is_forge(text: str) -> bool:
    """Whether the text begins as a forge's shorthand does."""
    return text.partition(":")[0] in _FORGES and ":" in text and "://" not in text


def is_git(url: str) -> bool:
    """Whether a URL names a git repository by its scheme, its user or its ending."""
    bare = url.partition("#")[0]
    if bare.startswith(("git+", "git:", "git@", "ssh:")):
        return True
    return bool(_SCHEME.match(bare)) and bare.endswith(".git")


def archive(url: str) -> Source:
    """The source that the URL of a single file names: a commit of a forge's repository, or the file itself.

    Query and fragment take no part: they carry hashes and tokens.
    """
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    if match := _ARCHIVE.match(address(bare)):
        ref = match.group(3)
        scheme = PLAIN if place(bare).startswith(PLAIN) else "https://"
        return git(f"{scheme}{match.group(1)}/{match.group(2)}", ref)
    return Source(kind=SourceKind.URL, locator=place(bare))

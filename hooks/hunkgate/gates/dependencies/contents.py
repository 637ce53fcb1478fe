"""How the hashes of a package became others: which content is accepted under one version, and how surely.

A set of hashes may grow harmlessly (new wheels of a release on PyPI, a stronger algorithm beside the old one). It is weaker where only
md5 or sha1 are left (of both collisions can be made: RFC 6151, https://shattered.io), and where a file of the package has none.
"""

import re

UNCHECKED = "unchecked:"
"""What stands before the name of a file in place of a hash that a lock does not give."""

# A version of these is one file: npm and go take it where any one of its hashes fits.
_ONE_FILE = frozenset({"npm", "golang"})
# Of an archive and of what is in it: each checks what the other does not.
_LAYERED = frozenset({"hex"})
_WEAK = re.compile(r"(?:sha-?1|md5)[-:=]|(?:[0-9a-f]{32}|[0-9a-f]{40})\Z", re.IGNORECASE)
_ALGORITHM = re.compile(r"[A-Za-z0-9]+(?=[-:=])")


def hash_change(before: frozenset[str], after: frozenset[str], *, ecosystem: str = "") -> str:
    """How one set of hashes became another, '' where they are equal: appeared, dropped, superset, subset, replaced, weakened (what is left
    is easier to forge, or a file is no longer checked), or doubled (a second content is accepted for what is one file).
    """
    if before == after:
        return ""
    old, new = _given(before), _given(after)
    if not old:
        return "appeared" if new else _sets(before, after)
    if not new:
        return "dropped"
    unchecked = (after - new) - before
    if unchecked or (_weak(new) and not _weak(old) and new < old):
        return "weakened"
    if ecosystem in _LAYERED and new < old:
        return "weakened"
    again = _algorithms(new - old) & _algorithms(old)
    if old < new and again and ecosystem in _ONE_FILE:
        return "doubled"
    return _sets(old, new) if old != new else "subset"


def _sets(old: frozenset[str], new: frozenset[str]) -> str:
    if old < new:
        return "superset"
    return "subset" if new < old else "replaced"


def _given(hashes: frozenset[str]) -> frozenset[str]:
    return frozenset(one for one in hashes if not one.startswith(UNCHECKED))


def _weak(hashes: frozenset[str]) -> bool:
    return all(_WEAK.match(one) for one in hashes)


def _algorithms(hashes: frozenset[str]) -> set[str]:
    return {found[0].lower() for one in hashes if (found := _ALGORITHM.match(one))}

"""Checksums that are computed another way: one fact about a lock, not one about each of its packages."""

from collections.abc import Iterable
from dataclasses import replace

from hunkgate.gates.dependencies.dependency import Dependency, DependencyChange, Kind


def fold_checksums(changes: tuple[DependencyChange, ...]) -> tuple[DependencyChange, ...]:
    """The changes with those of checksums told once where a new cache key explains them; without the cache key where it explains none.

    Yarn hashes the archives that it packs itself, and its cache key says how it packs them: with another key every checksum is another
    (https://yarnpkg.com/configuration/yarnrc#compressionLevel). Yarn 4 writes the key before each checksum. Explained is only a package
    that has the old key before and the new one after, and of which nothing else changed; the two keys together show no content, so that
    what is told once still waits for an approval, which binds to all of it.
    """
    key = next((one for one in changes if one.data.get("option") == "hash-replaced"), None)
    if key is None:
        return changes
    others = tuple(one for one in changes if one is not key)
    if not key.base_value or not key.head_value:
        return others
    pairs = {
        place: (one.before, one.after)
        for place, one in enumerate(others)
        if one.kind is Kind.HASH and one.before and one.after
    }
    old = _prefix(key.base_value, (before for before, _ in pairs.values()))
    new = _prefix(key.head_value, (after for _, after in pairs.values()))
    explained = {
        place: (before, after)
        for place, (before, after) in pairs.items()
        if _begin(before, old)
        and _begin(after, new)
        and replace(before, hashes=after.hashes, line=after.line) == after
    }
    if not explained:
        return others
    several = f"{len(explained):,} packages" if len(explained) > 1 else "a package"
    told = replace(
        key,
        data={
            **key.data,
            "packages": str(len(explained)),
            "reason": f"the checksums of {several}, since yarn's cache key changes: the contents cannot be compared",
            "base": _digest(before for before, _ in explained.values()),
            "head": _digest(after for _, after in explained.values()),
        },
    )
    return (*(one for place, one in enumerate(others) if place not in explained), told)


def _prefix(key: str, several: Iterable[Dependency]) -> str:
    """What a checksum of this key begins with: nothing in a lock of before yarn 4, none of whose checksums names a key."""
    return f"{key}/" if any("/" in digest for one in several for digest in one.hashes) else ""


def _begin(one: Dependency, prefix: str) -> bool:
    return bool(one.hashes) and all(
        digest.startswith(prefix) and "/" not in digest.removeprefix(prefix)
        for digest in one.hashes
    )


def _digest(several: Iterable[Dependency]) -> str:
    """SHA-256 in hex of every field of these records, each with its length before it."""
    import hashlib  # OpenSSL, which most locks do not need

    found = hashlib.sha256()
    for one in several:
        for text in one.record():
            found.update(b"%d:" % len(text) + text)
    return found.hexdigest()

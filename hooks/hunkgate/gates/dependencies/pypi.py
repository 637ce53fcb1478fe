"""Packages of Python's index: their names (PEP 503), and the source that an entry or an address of one leads to."""

import functools
import re
from collections.abc import Mapping

from hunkgate.gates.dependencies import sources
from hunkgate.gates.dependencies.dependency import RefKind, Source, SourceKind

ECOSYSTEM = "pypi"


def normalised(name: str) -> str:
    """The name by PEP 503's rule.

    A name outside ASCII is kept exactly as it is written: folding case would turn some look-alikes into what they imitate (the Kelvin
    sign becomes k).
    """
    if not name.isascii():
        return name
    # Most names are written as the rule has them.
    plain = "_" not in name and "." not in name and "--" not in name
    return (name if plain else re.sub(r"[-_.]+", "-", name)).lower()


def all_normalised(names: list[str]) -> list[str]:
    """The names by PEP 503's rule, in their order: those of a lock are mostly written so."""
    return names if are_normalised("\n".join(names)) else [normalised(name) for name in names]


def are_normalised(names: str) -> bool:
    """Whether names, one on each line, hold no letter, mark or doubled hyphen that PEP 503's rule changes."""
    changed = ("_", ".", "--")
    return names.isascii() and names == names.lower() and not any(one in names for one in changed)


_PLACES = frozenset(("git", "ssh", "url", "file", "path", "workspace", "index", "source"))


def table_source(table: Mapping[str, object], indexes: Mapping[str, str]) -> Source:
    """Where a table such as ``{git = "...", rev = "..."}`` leads; the default registry where it says nothing."""
    if _PLACES.isdisjoint(table):
        return registry("")

    def said(*keys: str) -> str:
        return next((str(table[key]).strip() for key in keys if table.get(key)), "")

    if repository := said("git", "ssh"):
        for kind in (RefKind.BRANCH, RefKind.TAG):
            if ref := said(kind.value):
                return sources.git(repository, ref, kind)
        ref = said("rev", "ref", "reference")
        return sources.git(repository, ref) if ref else source_of(f"git+{repository}")
    if address := said("url", "file", "path"):
        if "://" not in address and "path" not in table:
            return Source(kind=SourceKind.PATH, locator=address)
        return source_of(address)
    if table.get("workspace") is True:
        return Source(kind=SourceKind.WORKSPACE)
    index = said("index", "source")
    return registry(indexes.get(index, index))


@functools.lru_cache(maxsize=1024)
def registry(address: str) -> Source:
    """A package index; a closing stroke makes no other one."""
    return Source(locator=address.rstrip("/"))


def source_of(url: str) -> Source:
    """Where a URL or a path in a requirement leads: ``git+https://host/x.git@ref``, an archive, ``file:`` or a bare path."""
    bare = url.partition("#")[0].strip()
    scheme, separator, _ = bare.partition("://")
    if bare.startswith("git+") or scheme == "git":
        return sources.git(*_split_ref(bare.removeprefix("git+")))
    if not separator or scheme == "file":
        return Source(kind=SourceKind.PATH, locator=bare)
    return sources.archive(bare)


def _split_ref(url: str) -> tuple[str, str]:
    """A repository's address and the ref behind the last @ of its path, as pip splits them."""
    scheme, separator, rest = url.partition("://")
    cut = "/" if separator else ":"
    host, stroke, path = (rest if separator else scheme).partition(cut)
    path, _, ref = path.rpartition("@") if "@" in path else (path, "", "")
    return f"{scheme}{separator}{host}{stroke}{path}" if separator else f"{host}{stroke}{path}", ref

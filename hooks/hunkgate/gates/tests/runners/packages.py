"""Packages that depend on each other: whose tests a set of changed paths can break."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package of a workspace: its name, its folder ('' is the root), and the folders of the packages that it depends on."""

    name: str
    folder: str
    needs: frozenset[str]


def owner(path: str, folders: Iterable[str]) -> str | None:
    """The innermost of the folders that the path lies in, None where it lies in none."""
    known = set(folders)
    while path:
        path = path.rpartition("/")[0]
        if path in known:
            return path
    return None


def dependents(changed: Iterable[str], packages: Mapping[str, Package]) -> tuple[Package, ...]:
    """The packages (by folder) that were changed and all that depend on them, directly or not, in the order of their folders."""
    users: dict[str, set[str]] = {}
    for one in packages.values():
        for need in one.needs:
            users.setdefault(need, set()).add(one.folder)
    found: set[str] = set()
    todo = [folder for folder in changed if folder in packages]
    while todo:
        folder = todo.pop()
        if folder not in found:
            found.add(folder)
            todo += users.get(folder, ())
    return tuple(packages[folder] for folder in sorted(found))


def join(folder: str, relative: str) -> str | None:
    """A path relative to a folder, from the root of the tree; None where it leaves the tree."""
    parts = folder.split("/") if folder else []
    for part in relative.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def is_prose(path: str) -> bool:
    """Whether a file is written for readers alone, so that no compiler or test reads it unasked."""
    name = path.rpartition("/")[2]
    return name.endswith((".md", ".rst", ".adoc")) or name.startswith(
        ("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "CHANGELOG", "CODEOWNERS", ".git")
    )

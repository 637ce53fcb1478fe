"""From a dotted name to the files that it may mean, among the files of a tree."""

import bisect
import itertools
import sys
from collections.abc import Iterable


def stem_of(path: str) -> str:
    """A Python file's path without its ending; a package's is its folder."""
    stem = path.removesuffix(".pyi").removesuffix(".py")
    return stem.removesuffix("/__init__") if stem != "__init__" else ""


class Modules:
    """The Python files of a tree and the roots from which they are imported.

    A name that no root explains is looked for in every folder, because tests put folders on ``sys.path`` as they please.
    """

    def __init__(self, paths: Iterable[str], roots: frozenset[str]) -> None:
        self._roots = roots
        self.files: dict[str, str] = {}
        self._folders: set[str] = set()
        self._parents: dict[str, list[str]] = {}
        self._sorted: list[str] = []
        self._begun: dict[tuple[str, str], tuple[str, ...]] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        for path in paths:
            stem = stem_of(path)
            # A package and a module of one name: Python takes the package.
            if stem not in self.files or path.endswith("/__init__.py"):
                self.files[stem] = path
            folder = path.rpartition("/")[0]
            while folder and folder not in self._folders:
                self._folders.add(folder)
                folder = folder.rpartition("/")[0]
        for stem in {*self.files, *self._folders}:
            parent, _, name = stem.rpartition("/")
            self._parents.setdefault(name, []).append(parent)

    def exists(self, stem: str) -> bool:
        """Whether a module, a package or a folder that may be a namespace has this stem."""
        return stem in self.files or stem in self._folders

    def absolute(self, dotted: str) -> tuple[str, ...]:
        """The stems that ``import dotted`` may load."""
        known = self._known.get(dotted)
        if known is None:
            first, *rest = dotted.split(".")
            parents = self._parents.get(first, ())
            likely = [one for one in parents if one in self._roots]
            if first in sys.stdlib_module_names:
                # A folder never stands before a module of the standard library, and a file only where imports begin.
                likely = [one for one in likely if self._below_root(one, first) in self.files]
            else:
                likely = likely or list(parents)
            known = tuple(
                stem
                for parent in likely
                if self.exists(stem := "/".join([*([parent] if parent else []), first, *rest]))
            )
            self._known[dotted] = known
        return known

    def at(self, stem: str) -> tuple[str, ...]:
        """The file of a module, or all files of a package."""
        own = self.files.get(stem)
        return (*((own,) if own is not None else ()), *self._below(f"{stem}/"))

    @staticmethod
    def _below_root(parent: str, name: str) -> str:
        return f"{parent}/{name}" if parent else name

    def rooted(self, name: str) -> tuple[str, ...]:
        """The stems of a top-level module, looked for in the import roots only."""
        return tuple(
            f"{parent}/{name}" if parent else name
            for parent in self._parents.get(name, ())
            if parent in self._roots
        )

    def relative(self, path: str, level: int, dotted: str) -> tuple[str, ...]:
        """The stems that ``from ..dotted import x`` in this file may load; ``level`` counts the dots."""
        folder = path.rpartition("/")[0]
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        stem = "/".join(part for part in (folder, *dotted.split(".")) if part)
        return (stem,) if self.exists(stem) or not dotted else ()

    def named(self, path: str, level: int, dotted: str) -> tuple[str, ...]:
        """The stems that an import in this file may load."""
        return self.relative(path, level, dotted) if level else self.absolute(dotted)

    def beginning(self, path: str, prefix: str) -> tuple[str, ...]:
        """The files of the modules whose dotted name begins like this; a leading dot means the file's own package."""
        folder = path.rpartition("/")[0] if prefix.startswith(".") else ""
        key = (folder, prefix)
        if key not in self._begun:
            self._begun[key] = self._beginning(path, prefix)
        return self._begun[key]

    def _beginning(self, path: str, prefix: str) -> tuple[str, ...]:
        if prefix.startswith("."):
            folder = path.rpartition("/")[0]
            return self._below(f"{folder}/{prefix.lstrip('.').replace('.', '/')}")
        parent, _, rest = prefix.rpartition(".")
        if not parent:
            return tuple(
                file
                for stem, file in self.files.items()
                if stem.rpartition("/")[2].startswith(rest)
            )
        return tuple(
            file for above in self.absolute(parent) for file in self._below(f"{above}/{rest}")
        )

    def _below(self, begin: str) -> tuple[str, ...]:
        if not self._sorted:
            self._sorted = sorted(self.files)
        first = bisect.bisect_left(self._sorted, begin)
        found = []
        for stem in itertools.islice(self._sorted, first, None):
            if not stem.startswith(begin):
                break
            found.append(self.files[stem])
        return tuple(found)

"""Trees: the files of one side of a change, as they are stored, only when they are asked for, or with a change laid over them."""

import abc
import functools
import os
import stat
from collections.abc import Iterable, Mapping
from typing import Protocol

from hunkgate import attributes
from hunkgate.model import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Entry, FileChange, Hunk, Status

_TREE_MODE = 0o040000

Sides = tuple[Entry | None, Entry | None]


class Store(Protocol):
    """What every kind of tree reads from: the repository that holds it. Every method raises GitError for what is missing."""

    object_format: str

    def read(self, blob: str) -> bytes:
        """The content of a blob."""

    def size(self, blob: str) -> int:
        """The size of a blob in bytes."""

    def hunks(self, before: str | None, after: str | None) -> tuple[Hunk, ...]:
        """The changed lines between two blobs."""

    def tree(self, treeish: str) -> "TreeObject":
        """The tree of a commit or tree."""

    def run(self, *arguments: str) -> bytes:
        """The output of one git command."""

    def differing(self, one: str, other: str) -> tuple[FileChange, ...] | None:
        """The files that differ between two trees, None where one of them is not here."""


class _Stored(abc.ABC):
    """What every kind of tree has: contents from where it is stored."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def read(self, blob: str) -> bytes:
        """The content of a blob."""
        return self.store.read(blob)

    def size(self, blob: str) -> int:
        """The size of a blob in bytes."""
        return self.store.size(blob)

    def hunks(self, before: str | None, after: str | None) -> tuple[Hunk, ...]:
        """The changed lines between two blobs."""
        return self.store.hunks(before, after)

    @abc.abstractmethod
    def find(self, path: str) -> Entry | None:
        """The entry at exactly this path."""

    def attribute(self, name: str, paths: Iterable[str]) -> Mapping[str, str]:
        """The attribute's value for the paths that have it, by the .gitattributes files of this tree alone.

        git itself would add those of the work tree and of .git/info, which the author of the change controls.
        """
        return attributes.values(name, paths, self._attributes_of)

    def _attributes_of(self, folder: str) -> bytes:
        entry = self.find(f"{folder}/.gitattributes" if folder else ".gitattributes")
        return b"" if entry is None else self.read(entry.blob)


class TreeObject(_Stored):
    """A tree in the object database; folders are read one by one as they are asked for."""

    def __init__(self, store: Store, id_: str, data: bytes) -> None:
        self.id = id_
        super().__init__(store)
        self._folders: dict[str, Mapping[str, Entry]] = {"": self._folder(data, "")}

    def find(self, path: str) -> Entry | None:
        """The entry at exactly this path, None where the tree has no file there."""
        folder, _stroke, _name = path.rpartition("/")
        entries = self._entries_in(folder)
        found = entries.get(path) if entries is not None else None
        return None if found is None or found.mode == _TREE_MODE else found

    @property
    def stored(self) -> str:
        """This tree's id."""
        return self.id

    def since(self, tree: str) -> Mapping[str, Sides] | None:
        """The files that differ from a stored tree."""
        if tree == self.id:
            return {}
        files = self.store.differing(tree, self.id)
        return None if files is None else {file.path: _sides(file) for file in files}

    @functools.cached_property
    def _all(self) -> Mapping[str, Entry]:
        output = self.store.run("ls-tree", "-r", "-z", "--full-tree", self.id)
        found = {}
        modes: dict[str, int] = {}
        for record in os.fsdecode(output).split("\0")[:-1]:
            facts, _tab, path = record.partition("\t")
            digits = facts[:6]
            mode = modes.get(digits) or modes.setdefault(digits, int(digits, 8))
            found[path] = Entry(path=path, mode=mode, blob=facts.rpartition(" ")[2])
        return found

    def entries(self) -> Mapping[str, Entry]:
        """Every file of the tree by path, in path order."""
        return self._all

    def _entries_in(self, folder: str) -> Mapping[str, Entry] | None:
        if folder in self._folders:
            return self._folders[folder]
        above, _stroke, _name = folder.rpartition("/")
        parent = self._entries_in(above)
        entry = parent.get(folder) if parent is not None else None
        if entry is None or entry.mode != _TREE_MODE:
            return None
        entries = self._folder(self.store.read(entry.blob), f"{folder}/")
        self._folders[folder] = entries
        return entries

    def _folder(self, data: bytes, prefix: str) -> Mapping[str, Entry]:
        width = 32 if self.store.object_format == "sha256" else 20
        entries = {}
        at = 0
        while at < len(data):
            end = data.index(b"\0", at)
            mode, _blank, name = data[at:end].partition(b" ")
            at = end + 1 + width
            path = prefix + os.fsdecode(name)
            entries[path] = Entry(path=path, mode=_mode(mode), blob=data[end + 1 : at].hex())
        return entries


class LazyTree(_Stored):
    """The tree of a commit, looked up only when it is asked something: a range of a thousand commits mostly is not."""

    def __init__(self, store: Store, treeish: str) -> None:
        super().__init__(store)
        self.treeish = treeish

    @functools.cached_property
    def _tree(self) -> TreeObject:
        return self.store.tree(self.treeish)

    @property
    def id(self) -> str:
        """The tree's id."""
        return self._tree.id

    def find(self, path: str) -> Entry | None:
        """The entry at exactly this path."""
        return self._tree.find(path)

    def entries(self) -> Mapping[str, Entry]:
        """Every file of the tree by path."""
        return self._tree.entries()

    @property
    def stored(self) -> str:
        """The tree's id."""
        return self._tree.id

    def since(self, tree: str) -> Mapping[str, Sides] | None:
        """The files that differ from a stored tree."""
        return self._tree.since(tree)


class Overlay(_Stored):
    """A tree with the files of a change laid over it: what the index would become as a tree, without writing one."""

    def __init__(self, base: TreeObject, files: tuple[FileChange, ...]) -> None:
        super().__init__(base.store)
        self._base = base
        self._laid = laid(files)

    def find(self, path: str) -> Entry | None:
        """The entry at exactly this path."""
        return self._laid[path] if path in self._laid else self._base.find(path)

    @functools.cached_property
    def _all(self) -> Mapping[str, Entry]:
        base = self._base.entries()
        merged: dict[str, Entry | None] = {**base, **self._laid}
        # What only alters and takes keeps the order.
        grown = any(path not in base for path in self._laid)
        ordered = sorted(merged, key=os.fsencode) if grown else list(merged)
        return {path: entry for path in ordered if (entry := merged[path]) is not None}

    @property
    def stored(self) -> str:
        """The id of the tree that the files are laid over."""
        return self._base.id

    def since(self, tree: str) -> Mapping[str, Sides] | None:
        """The files that differ from a stored tree, or from the one that this one is laid over."""
        found = self._base.since(tree)
        if found is None:
            return None
        laid = {
            path: (found[path][0] if path in found else self._base.find(path), entry)
            for path, entry in self._laid.items()
        }
        return {**found, **laid}

    def entries(self) -> Mapping[str, Entry]:
        """Every file by path, in path order."""
        return self._all


def laid(files: Iterable[FileChange]) -> dict[str, Entry | None]:
    """What a change makes of every path that it touches: the entry on its head side, None where there is none any more."""
    found: dict[str, Entry | None] = {}
    for file in files:
        if file.status is Status.DELETED:
            found.setdefault(file.path, None)
            continue
        if file.status is Status.RENAMED and file.old_path is not None:
            found.setdefault(file.old_path, None)
        if file.head_blob is not None:
            found[file.path] = Entry(path=file.path, mode=file.head_mode, blob=file.head_blob)
    return found


@functools.lru_cache(maxsize=64)
def _mode(digits: bytes) -> int:
    """The mode that git takes for what a tree holds (canon_mode in git's object.h): it reads more of them than it writes."""
    said = int(digits, 8)
    if stat.S_ISREG(said):
        return EXECUTABLE if said & stat.S_IXUSR else REGULAR
    if stat.S_ISLNK(said):
        return SYMLINK
    return _TREE_MODE if stat.S_ISDIR(said) else GITLINK


def _sides(file: FileChange) -> Sides:
    before = file.base_blob and Entry(path=file.path, mode=file.base_mode, blob=file.base_blob)
    after = file.head_blob and Entry(path=file.path, mode=file.head_mode, blob=file.head_blob)
    return before or None, after or None

"""Hand-written stand-ins: a change between two dictionaries of files, for gates that are judged without git."""

import difflib
import hashlib
from collections.abc import Iterable, Mapping

from hunkgate.errors import GitError
from hunkgate.model import REGULAR, Change, Entry, FileChange, Hunk, Origin, Status

Content = bytes | tuple[int, bytes]

# Every tree that was ever made, by its id, as a repository has them.
_TREES: dict[str, Mapping[str, Entry]] = {}


class FakeTree:
    """A tree held in memory. ``FakeTree({"a.py": b"x"})``; a pair (mode, content) sets another mode."""

    def __init__(
        self,
        files: Mapping[str, Content],
        attributes: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._blobs: dict[str, bytes] = {}
        self._entries: dict[str, Entry] = {}
        self._attributes = attributes or {}
        for path in sorted(files, key=lambda one: one.encode("utf-8", "surrogateescape")):
            content = files[path]
            mode, data = content if isinstance(content, tuple) else (REGULAR, content)
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
            self._blobs[blob] = data
            self._entries[path] = Entry(path=path, mode=mode, blob=blob)
        self._id = hashlib.sha1(repr(self._entries).encode(), usedforsecurity=False).hexdigest()
        self.over = ""
        _TREES[self._id] = self._entries

    def find(self, path: str) -> Entry | None:
        return self._entries.get(path)

    def entries(self) -> Mapping[str, Entry]:
        return self._entries

    def read(self, blob: str) -> bytes:
        if blob not in self._blobs:
            raise GitError(f"object {blob} is missing")
        return self._blobs[blob]

    def size(self, blob: str) -> int:
        return len(self._blobs[blob])

    def add(self, other: "FakeTree") -> None:
        """Let this tree read the other's blobs too, as both sides of a change do in git."""
        self._blobs |= other._blobs

    def hunks(self, before: str | None, after: str | None) -> tuple[Hunk, ...]:
        old = self._blobs[before].splitlines(keepends=True) if before else []
        new = self._blobs[after].splitlines(keepends=True) if after else []
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        return tuple(
            Hunk(
                base_start=a1 + 1 if a2 > a1 else a1,
                base_length=a2 - a1,
                head_start=b1 + 1 if b2 > b1 else b1,
                head_length=b2 - b1,
                removed=tuple(old[a1:a2]),
                added=tuple(new[b1:b2]),
            )
            for tag, a1, a2, b1, b2 in matcher.get_opcodes()
            if tag != "equal"
        )

    @property
    def stored(self) -> str:
        return self.over or self._id

    def since(self, tree: str) -> Mapping[str, tuple[Entry | None, Entry | None]] | None:
        other = _TREES.get(tree)
        if other is None:
            return None
        return {
            path: (other.get(path), self._entries.get(path))
            for path in {*other, *self._entries}
            if other.get(path) != self._entries.get(path)
        }

    def attribute(self, name: str, paths: Iterable[str]) -> Mapping[str, str]:
        return {
            path: self._attributes[path][name]
            for path in paths
            if name in self._attributes.get(path, {})
        }


def change(
    before: Mapping[str, Content],
    after: Mapping[str, Content],
    *,
    renames: Mapping[str, str] | None = None,
    origin: Origin = Origin.STAGED,
    attributes: Mapping[str, Mapping[str, str]] | None = None,
) -> Change:
    """The change between two sets of files; ``renames`` maps a new path to the old one it came from."""
    base, head = FakeTree(before, attributes), FakeTree(after)
    head.add(base)
    base.add(head)
    if origin is Origin.STAGED:
        # What is staged is no stored tree: it is laid over one.
        head.over = base.stored
    moved = dict(renames or {})
    files = []
    for path in sorted(set(before) | set(after)):
        old, new = base.find(path), head.find(path)
        if path in moved:
            old = base.find(moved[path])
        elif path in moved.values() and new is None:
            continue
        if (
            old is not None
            and new is not None
            and (old.mode, old.blob) == (new.mode, new.blob)
            and path not in moved
        ):
            continue
        status = _status(old, new, renamed=path in moved)
        hunks = head.hunks(old.blob if old else None, new.blob if new else None)
        binary = any(
            entry is not None and b"\0" in head.read(entry.blob)[:8000] for entry in (old, new)
        )
        files.append(
            FileChange(
                status=status,
                path=path,
                old_path=moved.get(path),
                base_mode=old.mode if old else 0,
                head_mode=new.mode if new else 0,
                base_blob=old.blob if old else None,
                head_blob=new.blob if new else None,
                added=None if binary else sum(hunk.head_length for hunk in hunks),
                deleted=None if binary else sum(hunk.base_length for hunk in hunks),
            )
        )
    return Change(origin=origin, base=base, head=head, files=tuple(files))


def _status(old: Entry | None, new: Entry | None, *, renamed: bool) -> Status:
    if renamed:
        return Status.RENAMED
    if old is None:
        return Status.ADDED
    if new is None:
        return Status.DELETED
    return Status.MODIFIED if old.mode >> 12 == new.mode >> 12 else Status.TYPE_CHANGED

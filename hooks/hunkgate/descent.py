"""Trees of commits told from their parents' trees: a range of a thousand commits need not read a thousand trees to find one file in each."""

from bisect import bisect_right
from collections.abc import Iterable

from hunkgate.model import Entry, FileChange
from hunkgate.trees import LazyTree, Store, TreeObject, laid

_MOST_FILES = 20_000  # that one line remembers; a tree after them is read again
_MOST_BRANCHES = 10  # one off another


class Line:
    """Commits of which each is the first child of the one before, and what they do to the files of the tree that they start from."""

    def __init__(self, start: "TreeObject | LazyTree", branches: int = 0) -> None:
        self.start = start
        self.branches = branches
        self.commits = 0
        self.files = 0
        self._changed: dict[str, tuple[list[int], list[Entry | None]]] = {}

    def add(self, files: Iterable[FileChange]) -> int:
        """Note all that a commit changes against the one before; gives its number in the line, from 1."""
        self.commits += 1
        for path, entry in laid(files).items():
            numbers, entries = self._changed.setdefault(path, ([], []))
            numbers.append(self.commits)
            entries.append(entry)
            self.files += 1
        return self.commits

    def find(self, path: str, number: int) -> Entry | None:
        """The entry at a path in the tree of the commit with that number; 0 is the start."""
        numbers, entries = self._changed.get(path, ((), ()))
        last = bisect_right(numbers, number)
        return entries[last - 1] if last else self.start.find(path)


class DescendedTree(LazyTree):
    """The tree of a commit of which the line is known: a file is found without a look at the tree itself."""

    def __init__(self, store: Store, commit: str, line: Line, number: int) -> None:
        super().__init__(store, commit)
        self.line = line
        self.number = number

    def find(self, path: str) -> Entry | None:
        """The entry at exactly this path."""
        return self.line.find(path, self.number)


def child(parent: TreeObject | LazyTree, commit: str, files: tuple[FileChange, ...]) -> LazyTree:
    """The tree of a commit, by that of its first parent and all that lies between the two."""
    if len(files) > _MOST_FILES:
        return LazyTree(parent.store, commit)
    line = _continued(parent)
    return DescendedTree(parent.store, commit, line, line.add(files))


def _continued(parent: TreeObject | LazyTree) -> Line:
    if not isinstance(parent, DescendedTree):
        return Line(parent)
    line = parent.line
    if line.files > _MOST_FILES or line.branches >= _MOST_BRANCHES:
        return Line(LazyTree(parent.store, parent.treeish))
    return line if parent.number == line.commits else Line(parent, line.branches + 1)

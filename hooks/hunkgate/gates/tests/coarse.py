"""Who imports whom, file by file: the answer for trees that are too large to follow every name in the time of a commit.

It is the wider of the two answers: whatever the graph of names reaches by imports, this reaches as well.
"""

import hashlib
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from hunkgate.gates.tests.facts import FactStore, Outline, is_dotted
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.roots import Layout

# What the second character of a token is where its meaning depends on the file: a dot, or the level of an import.
_RELATIVE = frozenset(".123456789")
# So many files may differ from those whose imports are remembered before they are remembered anew.
_MOST_ALTERED = 32
_NAME = "imports"

Outlines = Callable[[Iterable[str]], Mapping[str, Outline]]


class Links:
    """Who imports whom in one tree; files are known by their number in the order of ``paths``.

    The importers of file n are ``flat[starts[n]:starts[n + 1]]`` as of some tree with the same paths, but for those in ``altered``,
    which say anew whom they import.
    """

    def __init__(
        self,
        paths: Sequence[str],
        starts: Sequence[int],
        flat: Sequence[int],
        altered: Mapping[int, frozenset[int]],
    ) -> None:
        self.paths = paths
        self.numbers = {path: number for number, path in enumerate(paths)}
        self._starts = starts
        self._flat = flat
        self._altered = altered

    def users(self, number: int) -> list[int]:
        """Who imports this file, in order."""
        kept = self._flat[self._starts[number] : self._starts[number + 1]]
        if not self._altered:
            return list(kept)
        users = {user for user in kept if user not in self._altered}
        users.update(user for user, used in self._altered.items() if number in used)
        return sorted(users)


def links(blobs: Mapping[str, str], layout: Layout, outlines: Outlines, store: FactStore) -> Links:
    """Who imports whom among Python files; ``blobs`` gives each one's blob id by path, ``outlines`` the outlines of blobs.

    What was remembered of a tree with the same paths and roots is taken, and only the files with other contents are resolved.
    """
    paths = tuple(blobs)
    now = tuple(blobs.values())
    key = _key(paths, layout)
    known = store.recall(_NAME)
    if isinstance(known, tuple) and len(known) == 5 and known[0] == key:
        _, then, marks, starts, flat = known
        differing = [number for number, blob in enumerate(now) if blob != then[number]]
        if len(differing) <= _MOST_ALTERED:
            found = outlines(now[one] for one in differing) if differing else {}
            # Few edits touch an import.
            altered = [one for one in differing if _mark(found[now[one]]) != marks[one]]
            resolved = {}
            if altered:
                resolving = _Resolving(paths, layout)
                for one in altered:
                    resolved[one] = frozenset(resolving.used(paths[one], found[now[one]]))
            return Links(paths, _numbers(starts), _numbers(flat), resolved)
    found = outlines(now)
    resolving = _Resolving(paths, layout)
    users: list[list[int]] = [[] for _ in paths]
    for number, path in enumerate(paths):
        for used in resolving.used(path, found[now[number]]):
            users[used].append(number)
    starts_, flat_ = array("I", [0]), array("I")
    for importing in users:
        flat_.extend(importing)
        starts_.append(len(flat_))
    marks = tuple(_mark(found[blob]) for blob in now)
    store.remember(_NAME, (key, now, marks, starts_.tobytes(), flat_.tobytes()))
    return Links(paths, starts_, flat_, {})


def _numbers(packed: bytes) -> Sequence[int]:
    return memoryview(packed).cast("I")


def _mark(outline: Outline) -> bytes:
    text = "\0".join(outline).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=16).digest()


def _key(paths: Iterable[str], layout: Layout) -> bytes:
    text = "\0".join((*paths, "", *sorted(layout.roots)))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


class _Resolving:
    """From outlines to the files that they load."""

    def __init__(self, paths: Sequence[str], layout: Layout) -> None:
        self._modules = Modules(paths, layout.roots)
        self._numbers = {path: number for number, path in enumerate(paths)}
        # Most imports are absolute and mean the same in every file.
        self._known: dict[str, list[int]] = {}

    def used(self, path: str, outline: Outline) -> set[int]:
        """The numbers of the files that this one can load."""
        used: set[int] = set()
        for token in outline:
            if token[1:2] in _RELATIVE:
                used.update(self._files(path, token))
            else:
                found = self._known.get(token)
                if found is None:
                    found = self._known[token] = self._files(path, token)
                used.update(found)
        return used

    def _files(self, path: str, token: str) -> list[int]:
        return [self._numbers[file] for file in _meant(self._modules, path, token)]


def importers(
    linked: Links, layout: Layout, tests: Iterable[str], changed: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """For each test file that a changed file reaches, the files on the way: the test file first, the changed one last."""
    came: dict[str, str] = {}
    waiting: deque[str] = deque()
    for path in changed:
        came[path] = path
        waiting.append(path)
    collected = tuple(tests)
    while waiting:
        path = waiting.popleft()
        number = linked.numbers.get(path)
        reached = [] if number is None else [linked.paths[one] for one in linked.users(number)]
        folder, _, name = path.rpartition("/")
        if name == "__init__.py" and folder and number is not None and came[path] == path:
            # Importing anything below a package runs the package: followed for what changed, not for what merely imports it.
            reached += (one for one in linked.paths if one.startswith(f"{folder}/"))
        if name == "conftest.py":
            reached += (one for one in collected if not folder or one.startswith(f"{folder}/"))
        for user in reached:
            if user not in came:
                came[user] = path
                waiting.append(user)
    if layout.plugins:
        modules = Modules(linked.paths, layout.roots)
        if any(
            modules.files.get(stem) in came
            for plugin in layout.plugins
            for stem in modules.absolute(plugin)
        ):
            return {path: (path, *layout.plugins[:1]) for path in collected}
    return {path: _way(came, path) for path in collected if path in came}


def _way(came: Mapping[str, str], path: str) -> tuple[str, ...]:
    way = [path]
    while came[way[-1]] != way[-1]:
        way.append(came[way[-1]])
    return tuple(way)


def _meant(modules: Modules, path: str, token: str) -> Iterable[str]:
    if token[0] == "@":
        return (
            modules.beginning(path, token[1:]) if len(token) > 1 else tuple(modules.files.values())
        )
    if token[0] == "'":
        if not is_dotted(token):
            # The name of a file.
            return ()
        text = token[1:].replace(":", ".")
        level = len(text) - len(text.lstrip("."))
        parts = text.lstrip(".").split(".")
        for end in range(len(parts), 0, -1):
            stems = modules.named(path, level, ".".join(parts[:end]))
            found = [modules.files[stem] for stem in stems if stem in modules.files]
            if found:
                return found
        return ()
    level_text, dotted, name = token[1:].split(":")
    found = [
        modules.files[one]
        for stem in modules.named(path, int(level_text), dotted)
        for one in (stem, f"{stem}/{name}" if stem else name)
        if one in modules.files
    ]
    if not found and level_text == "0" and "." in dotted:
        return _meant(modules, path, f"+0:{dotted.rpartition('.')[0]}:")
    return found

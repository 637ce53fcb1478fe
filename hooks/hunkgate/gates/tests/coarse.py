"""Who imports whom, file by file: the answer for trees that are too large to follow every name in the time of a commit.

It is the wider of the two answers: whatever the graph of names reaches by imports, this reaches as well.
"""

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hunkgate.gates.tests.facts import FactStore, Outline, is_dotted
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.roots import Layout, decides, unpack
from hunkgate.model import Tree

# What the second character of a token is where its meaning depends on the file: a dot, or the level of an import.
_RELATIVE = frozenset(".123456789")
# So many files may differ from those whose imports are remembered before they are remembered anew.
_MOST_ALTERED = 32
# More files than these are rather listed than looked up one by one.
_MOST_MOVED = 256
_NAME = "imports"
_KIND_BITS = 12  # of a mode, above its permissions

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

    def packed(self) -> tuple[bytes, bytes]:
        """Where the importers of each file begin, and all importers, as numbers of four bytes."""
        return _packed(self.users(number) for number in range(len(self.paths)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What of a tree says how its tests are found: its layout and its test files.

    ``asked``: what of the settings says which files are tests. ``key``: under what the two are remembered, b'' where they are not.
    ``blobs``: the blob ids of all Python files, by path, where they are known without a look at the tree.
    """

    layout: Layout
    tests: tuple[str, ...]
    asked: str
    key: bytes
    blobs: Mapping[str, str] | None = None


def origin(head: Tree, around: Surroundings) -> tuple[object, ...]:
    """Where the imports are learned, for ``recalled``: near which stored tree and in which surroundings; () where that does not help."""
    if not around.key:
        return ()
    differing = head.since(head.stored) or {}
    laid = {path: after and (after.mode, after.blob) for path, (_, after) in differing.items()}
    return head.stored, laid, around.key, around.asked


def recalled(head: Tree, asked: str, store: FactStore) -> Surroundings | None:
    """What is remembered and holds of this tree as well, None where that takes a look at all of its files.

    To list thousands of files takes longer than all else; what differs from a stored tree git knows from a few folders. No path may
    have come or gone, and no configuration may differ.
    """
    imports, surroundings = store.recall(_NAME), store.recall("layout")
    if not (
        isinstance(imports, tuple)
        and isinstance(surroundings, tuple)
        and len(imports) == 7
        and len(surroundings) == 3
        and imports[-1]
    ):
        return None
    (_, paths, then, *_), (tree, laid, key, asked_then) = imports, imports[-1]
    if key != surroundings[0] or asked != asked_then:
        return None
    since = head.since(tree)
    if since is None or len(since) > _MOST_MOVED:
        return None
    blobs = dict(zip(paths, then, strict=True))
    for path in {*since, *laid}:
        before, after = since[path] if path in since else (None, head.find(path))
        held: tuple[int, str] | None = None if before is None else (before.mode, before.blob)
        was = laid.get(path, held)
        if was is None and after is None:
            continue
        if was is None or after is None or was[0] >> _KIND_BITS != after.mode >> _KIND_BITS:
            return None
        if was[1] != after.blob:
            if decides(path):
                return None
            if path in blobs:
                blobs[path] = after.blob
    return Surroundings(
        layout=unpack(surroundings[1]), tests=surroundings[2], asked=asked, key=key, blobs=blobs
    )


def links(
    blobs: Mapping[str, str],
    layout: Layout,
    outlines: Outlines,
    store: FactStore,
    origin: tuple[object, ...] = (),
) -> Links:
    """Who imports whom among Python files; ``blobs`` gives each one's blob id by path, ``outlines`` the outlines of blobs.

    What was remembered of a tree with the same paths and roots is taken, and only the files with other contents are resolved.
    ``origin``, where it is given, is remembered with it.
    """
    paths = tuple(blobs)
    now = tuple(blobs.values())
    roots = tuple(sorted(layout.roots))
    known = store.recall(_NAME)
    if isinstance(known, tuple) and len(known) == 7 and known[:2] == (roots, paths):
        _, _, then, marks, starts, flat, _ = known
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
            linked = Links(paths, _numbers(starts), _numbers(flat), resolved)
            if origin:
                fresh = {number: _mark(found[now[number]]) for number in differing}
                marks = tuple(fresh.get(number, mark) for number, mark in enumerate(marks))
                store.remember(_NAME, (roots, paths, now, marks, *linked.packed(), origin))
            return linked
    found = outlines(now)
    resolving = _Resolving(paths, layout)
    users: list[list[int]] = [[] for _ in paths]
    for number, path in enumerate(paths):
        for used in resolving.used(path, found[now[number]]):
            users[used].append(number)
    marks = tuple(_mark(found[blob]) for blob in now)
    starts, flat = _packed(users)
    store.remember(_NAME, (roots, paths, now, marks, starts, flat, origin))
    return Links(paths, _numbers(starts), _numbers(flat), {})


def _packed(users: Iterable[Iterable[int]]) -> tuple[bytes, bytes]:
    starts, flat = array("I", [0]), array("I")
    for importing in users:
        flat.extend(importing)
        starts.append(len(flat))
    return starts.tobytes(), flat.tobytes()


def _numbers(packed: bytes) -> Sequence[int]:
    return memoryview(packed).cast("I")


def _mark(outline: Outline) -> bytes:
    import hashlib  # OpenSSL, which a selection without an edit does without

    text = "\0".join(outline).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=16).digest()


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
    paths = linked.paths
    while waiting:
        path = waiting.popleft()
        number = linked.numbers.get(path)
        reached = [] if number is None else [paths[one] for one in linked.users(number)]
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

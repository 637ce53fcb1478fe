"""Who imports whom, file by file: the answer for trees that are too large to follow every name in the time of a commit.

It is the wider of the two answers: whatever the graph of names reaches by imports, this reaches as well.
"""

from collections import deque
from collections.abc import Iterable, Mapping

from hunkgate.gates.tests.facts import Outline
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.roots import Layout

# What the second character of a token is where its meaning depends on the file: a dot, or the level of an import.
_RELATIVE = frozenset(".123456789")


def importers(
    outlines: Mapping[str, Outline], layout: Layout, tests: Iterable[str], changed: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """For each test file that a changed file reaches, the files on the way: the test file first, the changed one last."""
    modules = Modules(outlines, layout.roots)
    users: dict[str, list[str]] = {}
    # Most imports are absolute and mean the same in every file.
    known: dict[str, Iterable[str]] = {}
    for path, outline in outlines.items():
        for token in outline:
            if token[1:2] in _RELATIVE:
                meant = _meant(modules, path, token)
            else:
                found = known.get(token)
                meant = known[token] = _meant(modules, path, token) if found is None else found
            for file in meant:
                users.setdefault(file, []).append(path)
    came: dict[str, str] = {}
    waiting: deque[str] = deque()
    for path in changed:
        came[path] = path
        waiting.append(path)
    collected = tuple(tests)
    inits = {path for path in outlines if path.endswith("/__init__.py")}
    while waiting:
        path = waiting.popleft()
        reached = list(users.get(path, ()))
        folder = path.rpartition("/")[0]
        if path in inits and came[path] == path:
            # Importing anything below a package runs the package: followed for what changed, not for what merely imports it.
            reached += (one for one in outlines if one.startswith(f"{folder}/"))
        if path.rpartition("/")[2] == "conftest.py":
            reached += (one for one in collected if not folder or one.startswith(f"{folder}/"))
        for user in reached:
            if user not in came:
                came[user] = path
                waiting.append(user)
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

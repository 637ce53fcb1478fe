"""Who can run what: the definitions of a tree, and for each the set of test files that can reach it.

The rule is reachability by name. Code of the project runs because code that already runs mentions its name, because it runs when
a module is imported, or because something outside the project calls it. So a definition is reached by a test file when

- the test file can have *loaded* it: its module is imported, and for a member of a class, the class is mentioned; and
- something reached by the test file *mentions* it: by its resolved name, or as an attribute or string of that spelling.

A member that outside code may call without our naming it (``__eq__``, an override of a library's method, ``write``) counts as
mentioned wherever its class is. Each node holds a bit set with one bit per test file; sets only grow until nothing changes.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from hunkgate.gates.tests import outside
from hunkgate.gates.tests.facts import DOCTESTS, MAIN, MODULE, Definition, Facts, Trait
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.roots import Layout

Key = tuple[str, str]

# Nodes that belong to no definition have the path "" and a name that begins with one of these.
_ATTRIBUTE, _FIXTURE, _DATA = ".", "(", "/"


class Graph:
    """The nodes and edges of one tree. A node is known by its path and the definition's name ('' is the import-time code)."""

    def __init__(
        self,
        files: Mapping[str, Facts],
        layout: Layout,
        tests: Sequence[str],
        *,
        gone: Iterable[Key] = (),
        data: Iterable[str] = (),
    ) -> None:
        """``gone`` are globals that the base had; ``data`` are the changed files that are not Python modules."""
        self._files = files
        self._layout = layout
        self._modules = Modules(files, layout.roots)
        self.keys: list[Key] = []
        self._ids: dict[Key, int] = {}
        # For node n: slot 2n is "loaded", slot 2n+1 is "mentioned"; a node that needs only one of them has the other full.
        self._slots: list[int] = []
        self.edges: list[list[int]] = []
        self.tests = tuple(tests)
        self._all = (1 << len(self.tests)) - 1
        self._gone = frozenset(gone)
        self._data = self._data_names(data)
        self._walked: dict[tuple[str, str], tuple[str, ...]] = {}
        self._classes: dict[str, list[Key]] = defaultdict(list)
        self._build()

    # Nodes

    def node(self, path: str, name: str, *, needs_both: bool = False) -> int:
        """The number of a node, made when it is new."""
        key = (path, name)
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self.keys)
            self.keys.append(key)
            self._slots += (0, 0 if needs_both else -1)
            self.edges.append([])
        return found

    def find(self, path: str, name: str) -> int | None:
        """The number of a node, None where there is none."""
        return self._ids.get((path, name))

    def reached(self, node: int) -> int:
        """The test files that reach the node, as a bit set in the order of ``tests``."""
        return self._slots[2 * node] & self._slots[2 * node + 1] & self._all

    def files_of(self, bits: int) -> tuple[str, ...]:
        """The test files of a bit set."""
        return tuple(path for index, path in enumerate(self.tests) if bits >> index & 1)

    # Edges. A target is 2n ("loaded") or 2n+1 ("mentioned").

    def _module(self, path: str) -> int:
        return 2 * self.node(path, MODULE)

    def _mentioned(self, path: str, name: str) -> int:
        return 2 * self._ids[path, name] + 1

    def _build(self) -> None:
        attributes: dict[str, list[int]] = defaultdict(list)
        tops: list[int] = []
        members: list[int] = []
        fixtures: dict[str, list[int]] = defaultdict(list)
        for path, facts in self._files.items():
            module = self.node(path, MODULE)
            for definition in facts.definitions[1:]:
                node = self.node(path, definition.name, needs_both=True)
                if definition.trait & Trait.CLASS:
                    self._classes[definition.name.rpartition(".")[2]].append(
                        (path, definition.name)
                    )
            for name in facts.bindings:
                self.node(path, name, needs_both=True)
            for name in (one for where, one in self._gone if where == path):
                self.node(path, name, needs_both=True)
        for path, facts in self._files.items():
            module = self.node(path, MODULE)
            traits = {one.name: one.trait for one in facts.definitions}
            external = self._external_classes(path, facts)
            names = [one.name for one in facts.definitions[1:]]
            names += [one for one in facts.bindings if one not in traits]
            names += [one for where, one in self._gone if where == path and one not in traits]
            for name in names:
                node = self._ids[path, name]
                trait = traits.get(name, Trait.VARIABLE)
                owner, dot, last = name.rpartition(".")
                attributes[last].append(2 * node + 1)
                if dot:
                    members.append(2 * node + 1)
                    above = self._ids.get((path, owner), module)
                    self.edges[above].append(2 * node)
                    if (
                        outside.calls(last)
                        or owner in external
                        or trait & (Trait.REGISTERED | Trait.HOOK)
                        or traits.get(owner, 0) & (Trait.REGISTERED | Trait.METACLASS)
                    ):
                        self.edges[above].append(2 * node + 1)
                else:
                    tops.append(2 * node + 1)
                    self.edges[module].append(2 * node)
                    if trait & (Trait.REGISTERED | Trait.HOOK | Trait.AUTOUSE) or name in (
                        DOCTESTS,
                        "__getattr__",
                        "__dir__",
                    ):
                        self.edges[module].append(2 * node + 1)
            for definition in facts.definitions:
                if definition.trait & Trait.FIXTURE:
                    for name in definition.extra:
                        fixtures[name].append(2 * self._ids[path, definition.name] + 1)
            for name in facts.bindings:
                fixtures[name].append(2 * self._ids[path, name] + 1)
        self._fixtures = {name: self._hub(_FIXTURE + name, to) for name, to in fixtures.items()}
        self._attributes = {
            name: self._hub(_ATTRIBUTE + name, to) for name, to in attributes.items()
        }
        self._reflect = self._hub("!members", members)
        self._globals = self._hub("!globals", tops)
        for path, facts in self._files.items():
            self._imports_of_packages(path)
            for definition in facts.definitions:
                self._tokens(path, facts, definition)
            for name, tokens in facts.bindings.items():
                node = self._ids[path, name]
                for token in tokens:
                    self.edges[node] += self._bound(path, token)
            self._subclasses(path, facts)
            for plugin in facts.plugins:
                self.edges[self.node(path, MODULE)] += self._loads(path, 0, plugin)
        self._roots()

    def _hub(self, name: str, targets: list[int]) -> int:
        node = self.node("", name)
        self.edges[node] = list(dict.fromkeys(targets))
        return 2 * node

    def _data_names(self, data: Iterable[str]) -> Mapping[str, list[str]]:
        """By which strings each changed data file may be named: its name, its stem, the folders above it, and its ending."""
        names: dict[str, list[str]] = defaultdict(list)
        for path in data:
            *folders, name = path.split("/")
            stem, dot, ending = name.partition(".")
            if ending == "py":
                # What imports it is in the graph; only who opens or runs it by its file name is not.
                names[name].append(path)
                continue
            for one in {name, *folders[-3:], *((stem, f"*.{ending}", f".{ending}") if dot else ())}:
                names[one].append(path)
        return names

    def _external_classes(self, path: str, facts: Facts) -> frozenset[str]:
        """The classes with a base that is not the project's: code outside may call their methods."""
        return frozenset(
            one.name
            for one in facts.definitions
            if one.trait & Trait.CLASS and self._is_external(path, one, set())
        )

    def _is_external(self, path: str, definition: Definition, seen: set[Key]) -> bool:
        if (path, definition.name) in seen:
            return False
        seen.add((path, definition.name))
        for token in definition.extra:
            if token.startswith((".", "'", "~", "!")) or token in outside.PLAIN_BASES:
                continue
            last = token.rpartition(".")[2]
            if last in outside.PLAIN_BASES:
                continue
            known = self._classes.get(last)
            if not known:
                # A name that no class of the project has; subscripts of generic bases land here as well.
                return True
            if any(
                self._is_external(where, one, seen)
                for where, name in known
                for one in self._files[where].definitions
                if one.name == name
            ):
                return True
        return False

    def _subclasses(self, path: str, facts: Facts) -> None:
        """A class may be found through its base (a registry filled by a hook, ``__subclasses__``): loaded and base mentioned."""
        for definition in facts.definitions:
            if not definition.trait & Trait.CLASS:
                continue
            node = self._ids[path, definition.name]
            module = self.node(path, MODULE)
            for token in definition.extra:
                if token.startswith((".", "'", "~", "!")):
                    continue
                for target in self._name(path, token):
                    owner = target >> 1
                    where, name = self.keys[owner]
                    for hook in ("__init_subclass__", "__class_getitem__"):
                        found = self._ids.get((where, f"{name}.{hook}"))
                        if found is not None:
                            self.edges[module] += (2 * owner + 1, 2 * found + 1)
                            self.edges[owner].append(2 * node + 1)

    def _imports_of_packages(self, path: str) -> None:
        """Importing a module runs the packages above it."""
        module = self.node(path, MODULE)
        folder = path.rpartition("/")[0]
        while folder:
            package = f"{folder}/__init__.py"
            if package not in self._files:
                break
            if package != path:
                self.edges[module].append(self._module(package))
            folder = folder.rpartition("/")[0]

    def _loads(self, path: str, level: int, dotted: str) -> list[int]:
        targets = []
        for stem in self._modules.named(path, level, dotted):
            file = self._modules.files.get(stem)
            if file is not None:
                targets.append(self._module(file))
        if not targets and not level and "." in dotted:
            # Of `import a.b` with b unknown, a still runs.
            return self._loads(path, 0, dotted.rpartition(".")[0])
        return targets

    def _bound(self, path: str, token: str) -> list[int]:
        """What a global that an import bound stands for."""
        level, dotted, name = _import(token)
        if not name or name == "*":
            return self._loads(path, level, dotted)
        targets = []
        for stem in self._modules.named(path, level, dotted):
            targets += self._member_of(stem, name)
        return targets

    def _member_of(self, stem: str, name: str, seen: frozenset[str] = frozenset()) -> list[int]:
        """What ``module.name`` stands for: a submodule, a global, or what a star import brings."""
        targets = []
        below = f"{stem}/{name}" if stem else name
        inner = self._modules.files.get(below)
        if inner is not None:
            targets.append(self._module(inner))
        file = self._modules.files.get(stem)
        if file is None or stem in seen:
            return targets
        found = self._ids.get((file, name))
        if found is not None:
            targets.append(2 * found + 1)
        else:
            for token in self._files[file].bindings.get("*", ()):
                level, dotted, _ = _import(token)
                for star in self._modules.named(file, level, dotted):
                    targets += self._member_of(star, name, seen | {stem})
        return targets

    def _name(self, path: str, token: str) -> list[int]:
        """What a global name, or a chain that begins at one, stands for in this file."""
        root, *rest = token.split(".")
        targets = []
        found = self._ids.get((path, root))
        facts = self._files[path]
        if found is not None:
            targets.append(2 * found + 1)
        elif "*" in facts.bindings:
            for one in facts.bindings["*"]:
                level, dotted, _ = _import(one)
                for stem in self._modules.named(path, level, dotted):
                    targets += self._member_of(stem, root)
        if rest:
            stems = self._stems_of(path, root)
            if stems:
                for stem in stems:
                    targets += self._walk(stem, rest)
            else:
                targets += self._attribute_targets(rest)
        return targets

    def _attribute_targets(self, names: Iterable[str]) -> list[int]:
        return [self._attributes[name] for name in names if name in self._attributes]

    def _stems_of(self, path: str, name: str, seen: frozenset[Key] = frozenset()) -> list[str]:
        """The modules that a global of this file stands for; none where it is something else."""
        if (path, name) in seen:
            return []
        stems: list[str] = []
        for token in self._files[path].bindings.get(name, ()):
            level, dotted, part = _import(token)
            if not part:
                stems += self._modules.named(path, level, dotted)
                if dotted.partition(".")[0] == name:
                    stems += self._modules.named(path, level, name)
                continue
            for stem in self._modules.named(path, level, dotted):
                below = f"{stem}/{part}" if stem else part
                if self._modules.exists(below):
                    stems.append(below)
                file = self._modules.files.get(stem)
                if file is not None:
                    stems += self._stems_of(file, part, seen | {(path, name)})
        return stems

    def _walk(self, stem: str, rest: Sequence[str]) -> list[int]:
        """What ``module.a.b`` stands for: through submodules and modules bound as globals, then as attributes of anything."""
        name, *more = rest
        targets = self._member_of(stem, name)
        below = f"{stem}/{name}" if stem else name
        if more:
            inner = [below] if self._modules.exists(below) else []
            file = self._modules.files.get(stem)
            if file is not None:
                inner += self._stems_of(file, name)
            if inner:
                for one in dict.fromkeys(inner):
                    targets += self._walk(one, more)
            else:
                targets += self._attribute_targets(more)
        if not targets:
            targets += self._attribute_targets([name])
        return targets

    def _tokens(self, path: str, facts: Facts, definition: Definition) -> None:
        node = self._ids[path, definition.name]
        edges = self.edges[node]
        at_import = definition.name == MODULE
        for token in definition.tokens:
            mark = token[0]
            if mark in ".~":
                target = self._attributes.get(token[1:])
                if target is not None:
                    edges.append(target)
            elif mark == "'":
                edges += self._string(path, token[1:])
            elif mark == "(":
                target = self._fixtures.get(token[1:])
                if target is not None:
                    edges.append(target)
            elif mark == "+":
                level, dotted, name = _import(token)
                edges += self._loads(path, level, dotted)
                if name and name != "*":
                    for stem in self._modules.named(path, level, dotted):
                        below = self._modules.files.get(f"{stem}/{name}" if stem else name)
                        if below is not None:
                            edges.append(self._module(below))
                        file = self._modules.files.get(stem, "")
                        if not at_import or (file, name) in self._gone:
                            edges += self._member_of(stem, name)
            elif mark == "!":
                edges.append(self._globals if token.endswith("globals") else self._reflect)
            elif mark == "^":
                edges += (
                    target
                    for name, target in self._attributes.items()
                    if name.startswith(token[1:])
                )
            elif mark == "@":
                edges += (
                    self._module(file)
                    for file in (
                        self._modules.beginning(path, token[1:]) if len(token) > 1 else self._files
                    )
                )
            else:
                edges += self._name(path, token)
        if not facts.readable:
            edges.append(self._reflect)
            edges.append(self._globals)

    def _string(self, path: str, text: str) -> list[int]:
        """What a string may name: an attribute, a module (run as a program, perhaps), a fixture, a script, a data file."""
        last = text.rstrip("/").rpartition("/")[2]
        targets = [2 * self.node("", _DATA + data) for data in self._data.get(last, ())]
        if "/" in text:
            if text.endswith(".py"):
                for stem, file in self._modules.files.items():
                    if f"/{stem}".endswith("/" + text.lstrip("./").removesuffix(".py")):
                        targets += self._program(file)
            return targets
        script = self._layout.scripts.get(text)
        if script is not None:
            targets += self._string(path, script)
        fixture = self._fixtures.get(text)
        if fixture is not None:
            targets.append(fixture)
        text = text.removeprefix("-m")
        level = len(text) - len(text.lstrip("."))
        parts = text.lstrip(".").replace(":", ".").split(".")
        if text.endswith(".py") and len(parts) == 2:
            for stem in self._modules.absolute(parts[0]):
                targets += self._program(self._modules.files.get(stem, ""))
        if not all(part.isidentifier() for part in parts):
            return targets
        for end in range(len(parts), 0, -1):
            stems = self._modules.named(path, level, ".".join(parts[:end]))
            files = [self._modules.files[stem] for stem in stems if stem in self._modules.files]
            for file in files:
                targets += self._program(file)
            for stem in stems:
                main = self._modules.files.get(f"{stem}/__main__")
                if main is not None and end == len(parts):
                    targets += self._program(main)
                if end < len(parts):
                    targets += self._walk(stem, parts[end:])
            if files:
                break
        targets += self._attribute_targets(parts)
        return targets

    def _program(self, file: str) -> list[int]:
        if not file:
            return []
        targets = [self._module(file)]
        main = self._ids.get((file, MAIN))
        if main is not None:
            targets.append(2 * main + 1)
        return targets

    def _roots(self) -> None:
        """Where each test file begins: its own code, the conftests above it, and the plugins of every test."""
        everywhere = [
            target for plugin in self._layout.plugins for target in self._loads("", 0, plugin)
        ]
        names = {name for one in self._layout.pytest.values() for name in one.fixtures}
        everywhere += (self._fixtures[name] for name in names if name in self._fixtures)
        for index, path in enumerate(self.tests):
            start = self.node(path, MODULE)
            self._slots[2 * start] |= 1 << index
            edges = self.edges[start]
            edges += everywhere
            facts = self._files.get(path)
            if facts is not None:
                # pytest may call anything in a test file; what is in it counts as mentioned.
                edges += (2 * self._ids[path, one.name] + 1 for one in facts.definitions[1:])
            folder = path
            while folder:
                folder = folder.rpartition("/")[0]
                conftest = f"{folder}/conftest.py" if folder else "conftest.py"
                if conftest in self._files:
                    edges.append(self._module(conftest))

    def spread(self) -> None:
        """Let the bits flow along the edges until nothing changes."""
        slots, edges = self._slots, self.edges
        sent = [0] * len(self.keys)
        waiting = [node for node in range(len(self.keys)) if slots[2 * node] & slots[2 * node + 1]]
        queued = [False] * len(self.keys)
        for node in waiting:
            queued[node] = True
        while waiting:
            following = []
            for node in waiting:
                queued[node] = False
                bits = slots[2 * node] & slots[2 * node + 1]
                if bits == sent[node]:
                    continue
                sent[node] = bits
                for target in edges[node]:
                    before = slots[target]
                    after = before | bits
                    if after != before:
                        slots[target] = after
                        other = target >> 1
                        if not queued[other]:
                            queued[other] = True
                            following.append(other)
            waiting = following

    def distances(self, ends: Iterable[int]) -> Mapping[int, int]:
        """For every node that leads to one of ``ends``, the number of steps along the edges to the nearest."""
        back: list[list[int]] = [[] for _ in self.keys]
        for node, targets in enumerate(self.edges):
            for target in targets:
                back[target >> 1].append(node)
        found = dict.fromkeys(ends, 0)
        waiting = deque(found)
        while waiting:
            node = waiting.popleft()
            for before in back[node]:
                if before not in found and self.reached(before):
                    found[before] = found[node] + 1
                    waiting.append(before)
        return found

    def way(self, start: int, end: int, test: int) -> list[str]:
        """The steps from a test file to a definition, each on a line; ``test`` is the test file's bit."""
        came: dict[int, int] = {start: start}
        waiting = deque([start])
        while waiting and end not in came:
            node = waiting.popleft()
            for target in self.edges[node]:
                following = target >> 1
                # The way of mentions, not of mere loading, is what a reader wants to see where there is one.
                mention = target & 1 or self._slots[2 * following + 1] < 0
                if mention and following not in came and self.reached(following) >> test & 1:
                    came[following] = node
                    waiting.append(following)
        if end not in came:
            return []
        steps = [end]
        while steps[-1] != start:
            steps.append(came[steps[-1]])
        return [f"  -> {self.label(node)}" for node in reversed(steps[:-1])]

    def why_not(self, node: int, test: int) -> str:
        """Which of the two conditions a test file does not meet for this definition."""
        name = self.keys[node][1]
        if not self._slots[2 * node] >> test & 1:
            owner = name.rpartition(".")[0]
            return (
                f"nothing it runs mentions the class {owner}"
                if owner
                else "it does not import the file"
            )
        return f"nothing it runs mentions {name.rpartition('.')[2]}"

    def label(self, node: int) -> str:
        """How a reader knows the node."""
        path, name = self.keys[node]
        if path:
            return f"{path}::{name}" if name else path
        if name.startswith(_FIXTURE):
            return f"fixture {name[1:]}"
        if name.startswith(_ATTRIBUTE):
            return f"anything called {name}"
        if name.startswith(_DATA):
            return f"{name[1:]} by name"
        return "a name made at run time"

    def near(self, path: str) -> int | None:
        """The test files for a changed file that no test is seen to reach: those beside or below it, or of its package.

        0 where that is nobody, so that everything has to run; None where the file is no part of what tests could use.
        """
        folder = path.rpartition("/")[0]
        if path.endswith(".py") and f"{folder}/__init__.py" not in self._files:
            # A script outside every package (a task file, an example): tests name those that they run.
            return None
        siblings = 0
        while True:
            prefix = f"{folder}/" if folder else ""
            for index, test in enumerate(self.tests):
                if folder and test.startswith(prefix):
                    siblings |= 1 << index
            if not siblings and folder:
                for file in self._files:
                    if file.startswith(prefix) and file != path:
                        siblings |= self.reached(self.node(file, MODULE))
            if siblings or not folder:
                return siblings
            folder = folder.rpartition("/")[0]

    def data_node(self, path: str) -> int:
        """The node of a changed file that is not a Python module: reached by whoever names it."""
        return self.node("", _DATA + path)


def _import(token: str) -> tuple[int, str, str]:
    level, dotted, name = token[1:].split(":")
    return int(level), dotted, name

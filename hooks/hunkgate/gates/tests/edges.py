"""Who mentions whom: the edges between the definitions of a tree, made from what was read of its files.

The rule is reachability by name. Code of the project runs because code that already runs mentions its name, because it runs when
a module is imported, or because something outside the project calls it. So a definition is reached by a test file when

- the test file can have *loaded* it: its module is imported, and for a member of a class, the class is mentioned; and
- something reached by the test file *mentions* it: by its resolved name, or as an attribute or string of that spelling.

A member that outside code may call without our naming it (``__eq__``, an override of a library's method, ``write``) counts as
mentioned wherever its class is. Each node holds a bit set with one bit per test file; sets only grow until nothing changes.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from hunkgate.gates.tests import outside
from hunkgate.gates.tests.facts import ASKED, DOCTESTS, MAIN, MODULE, Definition, Facts, Trait
from hunkgate.gates.tests.families import Families
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.nodes import ATTRIBUTE, DATA, FIXTURE, Key, Nodes
from hunkgate.gates.tests.roots import Layout

# Who has one of these tokens may get a module as a value from a string.
_LOOKS_UP = frozenset(
    {
        ".import_module",
        ".importorskip",
        ".modules",
        "__import__",
        "import_module",
        "importlib.import_module",
        "pytest.importorskip",
        "sys.modules",
    }
)


# Methods by which a class, or its metaclass, answers whether something is of it.
_QUESTIONS = ("__instancecheck__", "__subclasscheck__", "__subclasshook__")

# Who has one of these tokens may start a program by its name.
_STARTERS = frozenset(
    {
        "Popen",
        "check_call",
        "check_output",
        "create_subprocess_exec",
        "create_subprocess_shell",
        "execl",
        "execlp",
        "execv",
        "execve",
        "execvp",
        "posix_spawn",
        "run_module",
        "run_path",
        "spawnl",
        "spawnv",
        "spawnvp",
    }
)
_STARTING = (
    "os.popen",
    "os.system",
    "+0:fabric:",
    "+0:invoke:",
    "+0:os:popen",
    "+0:os:system",
    "+0:pexpect:",
    "+0:plumbum:",
    "+0:runpy:",
    "+0:sh:",
    "+0:subprocess:",
)


class Edges(Nodes):
    """The nodes of one tree with all their edges. A target is 2n ("loaded") or 2n+1 ("mentioned")."""

    def __init__(
        self,
        files: Mapping[str, Facts],
        layout: Layout,
        tests: Sequence[str],
        *,
        altered: Iterable[Key] = (),
        gone: Iterable[Key] = (),
        data: Iterable[str] = (),
    ) -> None:
        """``altered`` are definitions that the change alters, of which some exist in the base only; ``gone`` are the globals
        that importers will not find any more; ``data`` are the changed files that are not Python modules.
        """
        super().__init__(tests)
        self._files = files
        self._layout = layout
        self._modules = Modules(files, layout.roots)
        self._test_set = frozenset(tests)
        self._gone = frozenset(gone)
        self._altered = frozenset(altered) | self._gone
        self._data = self._data_names(data)
        self._walked: dict[tuple[str, str], tuple[str, ...]] = {}
        self._classes: dict[str, list[Key]] = defaultdict(list)
        # The members of each class: last name to slot.
        self._members: dict[Key, dict[str, int]] = defaultdict(dict)
        self._families = Families(files, self._modules)
        self._defined = {
            (path, one.name) for path, facts in files.items() for one in facts.definitions
        }
        self._definitions: dict[str, dict[str, Definition]] = {}
        self._build()

    def definition(self, node: int) -> Definition | None:
        """What was read of a node's definition; None for a node that stands for none, such as what an import binds."""
        path, name = self.keys[node]
        known = self._definitions.get(path)
        if known is None:
            facts = self._files.get(path)
            known = {one.name: one for one in facts.definitions} if facts is not None else {}
            self._definitions[path] = known
        return known.get(name)

    def _module(self, path: str) -> int:
        return 2 * self.node(path, MODULE)

    def _mentioned(self, path: str, name: str) -> int:
        return 2 * self._ids[path, name] + 1

    def _build(self) -> None:
        attributes: dict[str, list[int]] = defaultdict(list)
        tops: dict[str, list[str]] = {}
        members: list[int] = []
        fixtures: dict[str, list[int]] = defaultdict(list)
        registered: list[Key] = []
        named = self._named_in_sources()
        # Names with underscores that are the project's own, which it calls itself.
        protocols = {
            name
            for name in named
            if name.startswith("__") and name.endswith("__") and name not in outside.PYTHON
        }
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
            for name in (one for where, one in self._altered if where == path):
                self.node(path, name, needs_both=True)
        for path, facts in self._files.items():
            module = self.node(path, MODULE)
            traits = {one.name: self._trait(path, one) for one in facts.definitions}
            external = self._external_classes(path, facts)
            names = [one.name for one in facts.definitions[1:]]
            names += [one for one in facts.bindings if one not in traits]
            names += [
                one
                for where, one in self._altered
                if where == path and one not in traits and one not in facts.bindings
            ]
            for name in names:
                node = self._ids[path, name]
                trait = traits.get(name, Trait.VARIABLE)
                owner, dot, last = name.rpartition(".")
                hub = attributes[last]
                if dot:
                    if not (last.startswith("__") and last.endswith("__")) or last in protocols:
                        hub.append(2 * node + 1)
                    members.append(2 * node + 1)
                    self._members[path, owner][last] = 2 * node + 1
                    above = self._ids.get((path, owner), module)
                    self.edges[above].append(2 * node)
                    if (
                        (outside.calls(last) and last not in protocols)
                        or owner in external
                        or trait & (Trait.REGISTERED | Trait.HOOK)
                        or traits.get(owner, 0) & (Trait.REGISTERED | Trait.METACLASS)
                        or (trait & Trait.VARIABLE and traits.get(owner, 0) & Trait.BUILT)
                    ):
                        self.edges[above].append(2 * node + 1)
                else:
                    if name not in (MAIN, DOCTESTS, ASKED):
                        tops.setdefault(path, []).append(last)
                    self.edges[module].append(2 * node)
                    if trait & Trait.FUNCTION and trait & Trait.REGISTERED:
                        registered.append((path, name))
                    elif trait & (Trait.REGISTERED | Trait.HOOK | Trait.AUTOUSE):
                        self.edges[module].append(2 * node + 1)
            for definition in facts.definitions:
                if definition.trait & Trait.FIXTURE:
                    for name in definition.extra:
                        fixtures[name].append(2 * self._ids[path, definition.name] + 1)
        functions = {
            one.name
            for facts in self._files.values()
            for one in facts.definitions
            if one.trait & Trait.FIXTURE
        }
        for path, facts in self._files.items():
            for name, tokens in facts.bindings.items():
                # A fixture under the name by which it was imported.
                if any(token.rpartition(":")[2] in functions for token in tokens):
                    fixtures[name].append(2 * self._ids[path, name] + 1)
        self._fixtures = {name: self._hub(FIXTURE + name, to) for name, to in fixtures.items()}
        self._attributes = {
            name: self._hub(ATTRIBUTE + name, to) for name, to in attributes.items()
        }
        # A member that the sources call by its name is taken not to be called by going through all members as well.
        self._reflect = self._hub(
            "!members",
            [one for one in members if self.keys[one >> 1][1].rpartition(".")[2] not in named],
        )
        self._tops = tops
        self._globals = self._hub("!globals", [])
        self._dynamic = self._hub("!dynamic", [])
        self._words: dict[str, int] = {}
        starting = {path for path, facts in self._files.items() if _starts_programs(facts)}
        self._test_starts = bool(starting)
        self._source_starts = any(not self._is_testing(path) for path in starting)
        self._escaped: set[str] = set()
        # Those that the definition at hand makes escape: whoever it hands them to may ask them for any name.
        self._let_go: list[str] = []
        for path, facts in self._files.items():
            self._imports_of_packages(path)
            looks_up = any(not _LOOKS_UP.isdisjoint(one.tokens) for one in facts.definitions)
            for definition in facts.definitions:
                self._tokens(path, facts, definition, looks_up=looks_up)
            for name, tokens in facts.bindings.items():
                node = self._ids[path, name]
                for token in tokens:
                    self.edges[node] += self._bound(path, token)
            self._subclasses(path, facts)
            for plugin in facts.plugins:
                self.edges[self.node(path, MODULE)] += self._loads(path, 0, plugin)
        self._unnamed(members)
        for path, name in registered:
            self._registered(path, name)
        listed = self.node("", "!names")
        self.edges[listed] += (2 * self._ids[key] + 1 for key in self._altered)
        # ``dir`` of a module calls its ``__dir__``.
        self.edges[listed] += (
            self._mentioned(path, "__dir__")
            for path in self._files
            if (path, "__dir__") in self._ids
        )
        for path in self._escaped:
            for name in tops.get(path, ()):
                target = self._mentioned(path, name)
                self.edges[self._attributes[name] >> 1].append(target)
                if name not in named:
                    self.edges[self._globals >> 1].append(target)
        self._roots()

    def _named_in_sources(self) -> frozenset[str]:
        """Every name that code outside the tests mentions."""
        found: set[str] = set()
        for path, facts in self._files.items():
            if not self._is_testing(path):
                for definition in facts.definitions:
                    for token in definition.tokens:
                        if token[0] in ".~'":
                            found.add(token[1:])
                        elif token[0].isalpha() or token[0] == "_":
                            found.update(token.split("."))
        return frozenset(found)

    def _is_testing(self, path: str) -> bool:
        return path in self._test_set or any(
            part.startswith(("test", "conftest")) for part in path.split("/")
        )

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
                names["/".join((*folders[-1:], name))].append(path)
                if "/".join((*folders, "__init__.py")) not in self._files:
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

    def _trait(self, path: str, definition: Definition) -> int:
        """The trait of a definition, without what is known not to hold: a decorator that keeps nothing, a metaclass that makes nothing."""
        trait = definition.trait
        if trait & Trait.CLASS and trait & Trait.REGISTERED:
            decorators = [token[1:] for token in definition.extra if token[0] == "@"]
            if decorators and all(self._variables(path, one, set()) == [] for one in decorators):
                trait &= ~Trait.REGISTERED
        if trait & Trait.METACLASS and self._families.only_asked(path, definition.extra):
            trait &= ~Trait.METACLASS
        return trait

    def _is_external(self, path: str, definition: Definition, seen: set[Key]) -> bool:
        if (path, definition.name) in seen:
            return False
        seen.add((path, definition.name))
        if (
            self._trait(path, definition) & (Trait.REGISTERED | Trait.METACLASS)
            or (
                path,
                f"{definition.name}.__init_subclass__",
            )
            in self._ids
        ):
            return True
        for token in definition.extra:
            if token.startswith((".", "'", "~", "!", "@", "=")):
                continue
            known = self._families.classes(path, token)
            if not known:
                # No class of the project, or one that is not known; subscripts of generic bases land here as well.
                if token.rpartition(".")[2] not in outside.PLAIN_BASES:
                    return True
            elif any(
                self._is_external(where, one, seen)
                for where, name in known
                for one in self._files[where].definitions
                if one.name == name
            ):
                return True
        return False

    def _subclasses(self, path: str, facts: Facts) -> None:
        """The hook of a base runs where a class is defined, and who has the base may find the class by what the hook kept."""
        for definition in facts.definitions:
            if not definition.trait & Trait.CLASS:
                continue
            node = self._ids[path, definition.name]
            module = self.node(path, MODULE)
            for where, name in self._families.above(path, definition.name):
                hook = f"{name}.__init_subclass__"
                found = self._ids.get((where, hook))
                if found is not None:
                    self.edges[module] += (2 * found, 2 * found + 1)
                    if not self._keeps_nothing(where, hook):
                        self.edges[self._ids[where, name]].append(2 * node + 1)

    def _unnamed(self, members: Iterable[int]) -> None:
        """A member that nothing in the tree names is there for code outside, which may call it where its class is in use."""
        used = {
            target for node, key in enumerate(self.keys) if key[0] for target in self.edges[node]
        }
        for member in members:
            path, name = self.keys[member >> 1]
            owner, _, last = name.rpartition(".")
            hub = self._attributes.get(last)
            if member not in used and hub not in used and (path, owner) in self._ids:
                self.edges[self._ids[path, owner]].append(member)

    def _registered(self, path: str, name: str) -> None:
        """Who may call a decorated function without naming it: whoever has the object that registered it."""
        found = self._ids[path, name]
        definition = next(one for one in self._files[path].definitions if one.name == name)
        module = self.node(path, MODULE)
        if definition.trait & (Trait.HOOK | Trait.AUTOUSE):
            self.edges[module].append(2 * found + 1)
            return
        for token in definition.extra:
            if token[0] != "@":
                continue
            holders = self._variables(path, token[1:], set())
            if holders is None:
                self.edges[module].append(2 * found + 1)
                return
            for holder in holders:
                self.edges[holder].append(2 * found + 1)

    def _keeps_nothing(self, path: str, name: str, seen: frozenset[Key] = frozenset()) -> bool:
        """Whether a function keeps what it is given nowhere, and hands it only to functions that do not either."""
        if (path, name) in seen:
            return True
        found = next((one for one in self._files[path].definitions if one.name == name), None)
        if found is None:
            return any(
                self._keeps_nothing(file, part, seen | {(path, name)})
                for token in self._files[path].bindings.get(name, ())
                for level, dotted, part in [import_parts(token)]
                for stem in self._modules.named(path, level, dotted)
                if (file := self._modules.files.get(stem)) is not None
            )
        return bool(found.trait & Trait.WRAPS) and all(
            self._keeps_nothing(path, token[1:], seen | {(path, name)})
            for token in found.extra
            if token.startswith("?")
        )

    def _variables(self, path: str, name: str, seen: set[Key]) -> list[int] | None:
        """The global variables that a name of a decorator stands for; none for a mere wrapper, None where that is not known."""
        if (path, name) in seen:
            return []
        seen.add((path, name))
        facts = self._files[path]
        traits = {one.name: one.trait for one in facts.definitions}
        if name in traits:
            if traits[name] & Trait.VARIABLE:
                return [self._ids[path, name]]
            if not self._keeps_nothing(path, name):
                return None
            # A function that a decorator made into something else may be what holds others: a group of commands.
            return [self._ids[path, name]] if traits[name] & Trait.REGISTERED else []
        holders: list[int] = []
        for token in facts.bindings.get(name, ()):
            level, dotted, part = import_parts(token)
            files = [
                file
                for stem in self._modules.named(path, level, dotted)
                if (file := self._modules.files.get(stem)) is not None
            ]
            if not part or not files:
                return None
            for file in files:
                inner = self._variables(file, part, seen)
                if inner is None:
                    return None
                holders += inner
        return holders if name in facts.bindings else None

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
        level, dotted, name = import_parts(token)
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
            # For a module below it a package is asked first, and imports it then.
            targets += self._on_demand(file, name) if inner is None else self._asked(file)
            for token in self._files[file].bindings.get("*", ()):
                level, dotted, _ = import_parts(token)
                for star in self._modules.named(file, level, dotted):
                    targets += self._member_of(star, name, seen | {stem})
        return targets

    def _asked(self, file: str) -> list[int]:
        """What the module's ``__getattr__`` runs for a name that it does not answer for."""
        found = self._ids.get((file, ASKED))
        return [] if found is None else [2 * found + 1]

    def _on_demand(self, file: str, name: str = "") -> list[int]:
        """The module's ``__getattr__``, which answers for names that it does not have with anything of that name."""
        found = self._ids.get((file, "__getattr__"))
        return [] if found is None else [2 * found + 1, *self._attribute_targets([name])]

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
                level, dotted, _ = import_parts(one)
                for stem in self._modules.named(path, level, dotted):
                    targets += self._member_of(stem, root)
        stems = self._stems_of(path, root)
        if not rest:
            self._escape(stems)
        elif stems:
            for stem in stems:
                targets += self._walk(stem, rest)
        elif not self._is_standard(path, root):
            targets += self._attribute_targets(rest)
        return targets

    def _is_standard(self, path: str, name: str) -> bool:
        """Whether a global stands for something of the standard library in which a project puts no objects of its own."""
        bound = self._files[path].bindings.get(name, ())
        return bool(bound) and (
            all(
                token.startswith("+0:")
                and (top := token[3:].partition(":")[0].partition(".")[0])
                in sys.stdlib_module_names
                and top not in outside.SHARED
                and not self._modules.absolute(top)
                for token in bound
            )
            and (path, name) not in self._defined
        )

    def _escape(self, stems: Iterable[str]) -> None:
        """These modules are used as values: an attribute of anything may be a global of theirs."""
        for stem in stems:
            file = self._modules.files.get(stem)
            if file is not None:
                self._escaped.add(file)
                self._let_go.append(file)

    def _attribute_targets(self, names: Iterable[str]) -> list[int]:
        return [self._attributes[name] for name in names if name in self._attributes]

    def _stems_of(self, path: str, name: str, seen: frozenset[Key] = frozenset()) -> list[str]:
        """The modules that a global of this file stands for; none where it is something else."""
        if (path, name) in seen:
            return []
        stems: list[str] = []
        for token in self._files[path].bindings.get(name, ()):
            level, dotted, part = import_parts(token)
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
        else:
            if self._modules.exists(below):
                self._escape([below])
            file = self._modules.files.get(stem)
            if file is not None:
                self._escape(self._stems_of(file, name))
        if not targets:
            targets += self._attribute_targets([name])
        return targets

    def _tokens(self, path: str, facts: Facts, definition: Definition, *, looks_up: bool) -> None:
        """Add the edges of one definition. ``looks_up`` says that the file makes modules out of strings."""
        node = self._ids[path, definition.name]
        edges = self.edges[node]
        at_import = definition.name == MODULE
        testing = self._is_testing(path)
        # The name of a program in a source is a message, unless something starts programs: a package mentions its own name.
        starts = testing or self._source_starts or (self._test_starts and not at_import)
        for token in definition.tokens:
            mark = token[0]
            if mark == "~" and (own := self._own(path, definition.name, token[1:])) is not None:
                edges += own
            elif token == "~*":  # noqa: S105 - a token of this module's alphabet
                edges += (self._reflect, self._dynamic)
            elif mark in ".~":
                target = self._attributes.get(token[1:])
                if target is not None:
                    edges.append(target)
            elif mark == "'":
                edges += self._string(path, token[1:], starts=starts)
            elif mark == '"':
                # Small languages are written in tests; in sources a longer string is a message.
                if testing:
                    edges += self._word(token[1:])
            elif mark == "(":
                target = self._fixtures.get(token[1:])
                if target is not None:
                    edges.append(target)
            elif mark == "+":
                edges += self._imports(path, token, at_import=at_import)
            elif mark == "!":
                if token == "!own":  # noqa: S105 - a token of this module's alphabet
                    self._escaped.add(path)
                    self._let_go.append(path)
                    edges += (self._mentioned(path, name) for name in self._tops.get(path, ()))
                else:
                    edges.append(2 * self.node("", token))
            elif mark == "&":
                continue
            elif mark == "%":
                if self._answers(path, token[1:]):
                    edges += self._name(path, token[1:])
            elif mark in "^$":
                fits = str.startswith if mark == "^" else str.endswith
                edges += (
                    target for name, target in self._attributes.items() if fits(name, token[1:])
                )
            elif mark == "@":
                begun = self._modules.beginning(path, token[1:]) if len(token) > 1 else self._files
                self._escaped.update(begun)
                self._let_go += begun
                edges += map(self._module, begun)
            else:
                edges += self._name(path, token)
        if looks_up:
            # The name may stand in another definition of the file: a table of what is loaded on demand.
            for token in definition.tokens:
                if token[0] == "'":
                    text = token[1:]
                    level = len(text) - len(text.lstrip("."))
                    self._escape(self._modules.named(path, level, text.lstrip(".")))
        if not _LOOKS_UP.isdisjoint(definition.tokens) and "__name__" in definition.tokens:
            self._escaped.add(path)
            self._let_go.append(path)
        if not facts.readable:
            edges += (self._reflect, self._globals, self._dynamic)
            self._escaped.update(self._files)
            self._let_go += self._files
        for file in dict.fromkeys(self._let_go):
            edges += self._on_demand(file)
        self._let_go.clear()

    def _answers(self, path: str, token: str) -> bool:
        """Whether to ask if something is of this class can run code, or go otherwise because of the change.

        An object of the class exists only where something else makes it, and names the class for that.
        """
        classes = self._families.classes(path, token)
        return not classes or any(
            key in self._altered
            or self._families.is_wide(key)
            or any((where, f"{name}.{hook}") in self._ids for hook in _QUESTIONS)
            for one in classes
            for key in (one, *self._families.above(*one))
            for where, name in [key]
        )

    def _own(self, path: str, name: str, member: str) -> list[int] | None:
        """What a member of a method's own object stands for ('*': every member); None where it could be anything."""
        family = self._families.of(path, name.rpartition(".")[0])
        if family is None:
            return None
        return [
            target
            for one in family
            for last, target in self._members.get(one, {}).items()
            if member in ("*", last)
        ]

    def _imports(self, path: str, token: str, *, at_import: bool) -> list[int]:
        """What an import runs; one inside a function also mentions what it binds, since locals are not followed."""
        level, dotted, name = import_parts(token)
        targets = self._loads(path, level, dotted)
        stems = self._modules.named(path, level, dotted)
        if not name and not at_import:
            self._escape(stems)
            self._escape(self._modules.named(path, level, dotted.partition(".")[0]))
        if not name:
            return targets
        if name == "*":
            for stem in stems:
                targets += self._on_demand(self._modules.files.get(stem, ""))
            return targets
        for stem in stems:
            below = f"{stem}/{name}" if stem else name
            inner = self._modules.files.get(below)
            if inner is not None:
                targets.append(self._module(inner))
            file = self._modules.files.get(stem, "")
            if not file.endswith("/__init__.py"):
                # To import names from a module that is no package, Python asks it for its ``__path__``.
                targets += self._asked(file)
            if not at_import or (file, name) in self._gone:
                targets += self._member_of(stem, name)
            elif (file, name) not in self._ids:
                targets += self._on_demand(file, name) if inner is None else self._asked(file)
            if not at_import:
                self._escape([below])
                if file:
                    self._escape(self._stems_of(file, name))
        return targets

    def _word(self, word: str) -> list[int]:
        """What a word of a longer string may name, where names are looked up at run time: templates, small languages."""
        targets = []
        for part in word.split("."):
            attribute = self._attributes.get(part)
            if attribute is None:
                continue
            hub = self._words.get(part)
            if hub is None:
                node = self.node("", f'"{part}', needs_both=True)
                self.edges[node].append(attribute)
                self.edges[self._dynamic >> 1].append(2 * node)
                hub = self._words[part] = 2 * node + 1
            targets.append(hub)
        return targets

    def _string(self, path: str, text: str, *, starts: bool) -> list[int]:
        """What a string may name: an attribute, a module, a program (where ``starts``), a fixture, a script, a data file."""
        parts = text.rstrip("/").rsplit("/", 2)
        targets = [
            2 * self.node("", DATA + data)
            for name in dict.fromkeys((parts[-1], "/".join(parts[-2:])))
            for data in self._data.get(name, ())
        ]
        if "/" in text:
            if text.endswith(".py"):
                for stem, file in self._modules.files.items():
                    if f"/{stem}".endswith("/" + text.lstrip("./").removesuffix(".py")):
                        targets += self._program(file, starts=starts)
            return targets
        script = self._layout.scripts.get(text) if starts else None
        if script is not None:
            targets += self._string(path, script, starts=starts)
        fixture = self._fixtures.get(text)
        if fixture is not None:
            targets.append(fixture)
        text = text.removeprefix("-m")
        level = len(text) - len(text.lstrip("."))
        parts = text.lstrip(".").replace(":", ".").split(".")
        if text.endswith(".py") and len(parts) == 2:
            for stem in self._modules.absolute(parts[0]):
                targets += self._program(self._modules.files.get(stem, ""), starts=starts)
        if not all(part.isidentifier() for part in parts):
            return targets
        for end in range(len(parts), 0, -1):
            dotted = ".".join(parts[:end])
            stems = (
                self._modules.named(path, level, dotted)
                if level or len(parts) > 1
                else self._modules.rooted(dotted)
            )
            files = [self._modules.files[stem] for stem in stems if stem in self._modules.files]
            for file in files:
                targets += self._program(file, starts=starts and end == len(parts))
            for stem in stems:
                main = self._modules.files.get(f"{stem}/__main__")
                if main is not None and end == len(parts) and starts:
                    targets += self._program(main, starts=starts)
                if end < len(parts):
                    targets += self._walk(stem, parts[end:])
            if files:
                break
        # What names no module names an attribute, where attributes are looked up by strings.
        targets += self._word(text)
        return targets

    def _program(self, file: str, *, starts: bool) -> list[int]:
        if not file:
            return []
        targets = [self._module(file)]
        main = self._ids.get((file, MAIN)) if starts else None
        if main is not None:
            targets.append(2 * main + 1)
        return targets

    def _roots(self) -> None:
        """Where each test file begins: its own code, the conftests above it, and the plugins of every test."""
        everywhere = [
            target for plugin in self._layout.plugins for target in self._loads("", 0, plugin)
        ]
        everywhere += self._beneath()
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
                # pytest asks every value that the file binds whether it is a test: of a module, for names it does not have.
                edges += (
                    2 * answering + 1
                    for name in facts.bindings
                    for stem in self._stems_of(path, name)
                    if (answering := self._ids.get((self._modules.files.get(stem, ""), ASKED)))
                    is not None
                )
            folder = path
            while folder:
                folder = folder.rpartition("/")[0]
                conftest = f"{folder}/conftest.py" if folder else "conftest.py"
                if conftest in self._files:
                    edges.append(self._module(conftest))

    def _beneath(self) -> list[int]:
        """What pytest itself may run: the public names of the modules that it, or a plugin that the project names, is built on."""
        targets = []
        for name in self._layout.beneath:
            for stem in self._modules.absolute(name):
                for path in self._modules.at(stem):
                    if not self._is_testing(path):
                        targets.append(self._module(path))
                        targets += (
                            2 * self._ids[path, one.name] + 1
                            for one in self._files[path].definitions[1:]
                            if not one.name.rpartition(".")[2].startswith("_")
                        )
        return targets


def _starts_programs(facts: Facts) -> bool:
    return any(
        {"sys.executable", "'-m"} <= {*one.tokens}
        or any(
            token.rpartition(".")[2] in _STARTERS or token.startswith(_STARTING)
            for token in one.tokens
        )
        for one in facts.definitions
    )


def import_parts(token: str) -> tuple[int, str, str]:
    """Of an import token its level, the dotted module and the name taken from it, '' where it takes none."""
    level, dotted, name = token[1:].split(":")
    return int(level), dotted, name

"""Who mentions whom: the edges between the definitions of a tree, made from what was read of its files.

The rule is reachability by name. Code of the project runs because code that already runs mentions its name, because it runs when
a module is imported, or because something outside the project calls it. So a definition is reached by a test file when

- the test file can have *loaded* it: its module is imported, and for a member of a class, the class is mentioned; and
- something reached by the test file *mentions* it: by its resolved name, or as an attribute or string of that spelling.

A member that outside code may call without our naming it (``__eq__``, an override of a library's method, ``write``) counts as
mentioned wherever its class is. Each node holds a bit set with one bit per test file; sets only grow until nothing changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from hunkgate.gates.tests import outside, texts
from hunkgate.gates.tests.beginnings import Beginnings
from hunkgate.gates.tests.facts import ASKED, DOCTESTS, MAIN, MODULE, Definition, Facts, Trait
from hunkgate.gates.tests.families import Families
from hunkgate.gates.tests.keepers import Keepers
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.nodes import ATTRIBUTE, FIXTURE, Key, Nodes
from hunkgate.gates.tests.resolution import Names
from hunkgate.gates.tests.roots import Layout
from hunkgate.gates.tests.starts import Starts

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
        gone = frozenset(gone)
        self._altered = frozenset(altered) | gone
        self._families = Families(files, self._modules)
        self._names = Names(self, files, self._modules, gone)
        self._keepers = Keepers(self, files, self._modules, self._families)
        self._definitions: dict[str, dict[str, Definition]] = {}
        # By last name the slots of all that is called so, and of the fixtures that tests can ask for.
        self._called: dict[str, list[int]] = defaultdict(list)
        self._handed_out: dict[str, list[int]] = defaultdict(list)
        # The members of all classes, and those of each by last name; the globals of each file.
        self._every_member: list[int] = []
        self._members: dict[Key, dict[str, int]] = defaultdict(dict)
        self._globals_of: dict[str, list[str]] = defaultdict(list)
        # Functions that a decorator may have stored somewhere.
        self._registered: list[Key] = []
        # Classes of which import-time code makes objects, and the nodes that stand for no more than that.
        self._made: list[tuple[int, int]] = []
        self._named = self._named_in_sources()
        self._make_nodes()
        for path, facts in files.items():
            self._place(path, facts)
        self._beginnings = Beginnings(self._families, self._keepers, self._members, self.definition)
        self._fixtures = self._make_fixtures()
        self._names.attributes = {
            name: self._hub(ATTRIBUTE + name, to) for name, to in self._called.items()
        }
        # A member that the sources call by its name is taken not to be called by going through all members as well.
        self._reflect = self._hub(
            "!members", [one for one in self._every_member if self._last(one) not in self._named]
        )
        self._globals = self._hub("!globals", [])
        self._dynamic = self._hub("!dynamic", [])
        self._texts = texts.Texts(
            self,
            self._names,
            self._modules,
            layout,
            fixtures=self._fixtures,
            data=texts.data_names(data, files),
            dynamic=self._dynamic,
        )
        starting = {path for path, one in files.items() if texts.starts_programs(one)}
        self._test_starts = bool(starting)
        self._source_starts = any(not self._is_testing(path) for path in starting)
        for path, facts in files.items():
            self._link(path, facts)
        self._unnamed()
        for path, name in self._registered:
            self._stored(path, name)
        self._link_listing()
        self._link_escaped()
        self._start()

    def definition(self, node: int) -> Definition | None:
        """What was read of a node's definition; None for a node that stands for none, such as what an import binds."""
        path, name = self.keys[node]
        known = self._definitions.get(path)
        if known is None:
            facts = self._files.get(path)
            known = {one.name: one for one in facts.definitions} if facts is not None else {}
            self._definitions[path] = known
        return known.get(name)

    def _mentioned(self, path: str, name: str) -> int:
        return 2 * self._ids[path, name] + 1

    def _last(self, slot: int) -> str:
        return self.keys[slot >> 1][1].rpartition(".")[2]

    def _make_nodes(self) -> None:
        for path, facts in self._files.items():
            self.node(path, MODULE)
            for name in self._names_in(path, facts):
                self.node(path, name, needs_both=True)

    def _names_in(self, path: str, facts: Facts) -> list[str]:
        """Everything that a file defines or binds, and what it defined before the change."""
        names = [one.name for one in facts.definitions[1:]]
        known = {one.name for one in facts.definitions}
        names += [one for one in facts.bindings if one not in known]
        names += [
            one
            for where, one in self._altered
            if where == path and one not in known and one not in facts.bindings
        ]
        return names

    def _place(self, path: str, facts: Facts) -> None:
        """Say of all that a file defines where it is loaded, and what mentions it unasked."""
        module = self.node(path, MODULE)
        traits = {one.name: self._keepers.trait(path, one) for one in facts.definitions}
        external = self._keepers.external_classes(path, facts)
        for name in self._names_in(path, facts):
            node = self._ids[path, name]
            trait = traits.get(name, Trait.VARIABLE)
            owner, dot, last = name.rpartition(".")
            called = self._called[last]
            if dot:
                own = self._is_own_protocol(last)
                if not _is_special(last) or own:
                    called.append(2 * node + 1)
                self._every_member.append(2 * node + 1)
                self._members[path, owner][last] = 2 * node + 1
                above = self._ids.get((path, owner), module)
                self.edges[above].append(2 * node)
                if (
                    (outside.calls(last) and not own)
                    or owner in external
                    or trait & (Trait.REGISTERED | Trait.HOOK)
                    or traits.get(owner, 0) & (Trait.REGISTERED | Trait.METACLASS)
                    or (trait & Trait.VARIABLE and traits.get(owner, 0) & Trait.BUILT)
                ):
                    self.edges[above].append(2 * node + 1)
            else:
                if name not in (MAIN, DOCTESTS, ASKED):
                    self._globals_of[path].append(last)
                self.edges[module].append(2 * node)
                if trait & Trait.FUNCTION and trait & Trait.REGISTERED:
                    self._registered.append((path, name))
                elif trait & (Trait.REGISTERED | Trait.HOOK | Trait.AUTOUSE):
                    self.edges[module].append(2 * node + 1)
        for definition in facts.definitions:
            if definition.trait & Trait.FIXTURE:
                for name in definition.extra:
                    self._handed_out[name].append(self._mentioned(path, definition.name))

    def _is_own_protocol(self, name: str) -> bool:
        """Whether this is a name with underscores that is the project's own, which it calls itself."""
        return _is_special(name) and name not in outside.PYTHON and name in self._named

    def _make_fixtures(self) -> dict[str, int]:
        """The slots of all fixtures by name, those under the name by which they were imported too."""
        functions = {
            one.name
            for facts in self._files.values()
            for one in facts.definitions
            if one.trait & Trait.FIXTURE
        }
        for path, facts in self._files.items():
            for name, tokens in facts.bindings.items():
                if any(token.rpartition(":")[2] in functions for token in tokens):
                    self._handed_out[name].append(self._mentioned(path, name))
        return {name: self._hub(FIXTURE + name, to) for name, to in self._handed_out.items()}

    def _link(self, path: str, facts: Facts) -> None:
        """Add the edges of all that is in a file."""
        self._imports_of_packages(path)
        looks_up = any(not _LOOKS_UP.isdisjoint(one.tokens) for one in facts.definitions)
        for definition in facts.definitions:
            self._tokens(path, facts, definition, looks_up=looks_up)
        for name, tokens in facts.bindings.items():
            node = self._ids[path, name]
            for token in tokens:
                self.edges[node] += self._names.bound(path, token)
        self._subclasses(path, facts)
        for plugin in facts.plugins:
            self.edges[self.node(path, MODULE)] += self._names.loads(path, 0, plugin)

    def _link_listing(self) -> None:
        """Who lists names sees those that come and go; ``dir`` of a module calls its ``__dir__``."""
        listed = self.node("", "!names")
        self.edges[listed] += (self._mentioned(*key) for key in self._altered)
        self.edges[listed] += (
            self._mentioned(path, "__dir__")
            for path in self._files
            if (path, "__dir__") in self._ids
        )

    def _link_escaped(self) -> None:
        """An attribute of anything may be a global of a module that is used as a value."""
        for path in self._names.escaped:
            for name in self._globals_of.get(path, ()):
                target = self._mentioned(path, name)
                self.edges[self._names.attributes[name] >> 1].append(target)
                if name not in self._named:
                    self.edges[self._globals >> 1].append(target)

    def _named_in_sources(self) -> frozenset[str]:
        """Every name that code outside the tests mentions."""
        found: set[str] = set()
        for path, facts in self._files.items():
            if not self._is_testing(path):
                for definition in facts.definitions:
                    for token in definition.tokens:
                        if token[0] in ".~<'":
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
                    if not self._keepers.keeps_nothing(where, hook):
                        self.edges[self._ids[where, name]].append(2 * node + 1)

    def _unnamed(self) -> None:
        """A member that nothing in the tree names is there for code outside, which may call it where its class is in use."""
        used = {
            target for node, key in enumerate(self.keys) if key[0] for target in self.edges[node]
        }
        for member in self._every_member:
            path, name = self.keys[member >> 1]
            owner, _, last = name.rpartition(".")
            hub = self._names.attributes.get(last)
            if member not in used and hub not in used and (path, owner) in self._ids:
                self.edges[self._ids[path, owner]].append(member)

    def _stored(self, path: str, name: str) -> None:
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
            holders = self._keepers.holders(path, token[1:])
            if holders is None:
                self.edges[module].append(2 * found + 1)
                return
            for holder in holders:
                self.edges[self._ids[holder]].append(2 * found + 1)

    def _imports_of_packages(self, path: str) -> None:
        """Importing a module runs the packages above it."""
        module = self.node(path, MODULE)
        folder = path.rpartition("/")[0]
        while folder:
            package = f"{folder}/__init__.py"
            if package not in self._files:
                break
            if package != path:
                self.edges[module].append(self._names.module(package))
            folder = folder.rpartition("/")[0]

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
            if mark in "~<" and (own := self._own(path, definition.name, token)) is not None:
                edges += own
            elif token == "~*":  # noqa: S105 - a token of this module's alphabet
                edges += (self._reflect, self._dynamic)
            elif mark in ".~<":
                target = self._names.attributes.get(token[1:])
                if target is not None:
                    edges.append(target)
            elif mark == "'":
                edges += self._texts.string(path, token[1:], starts=starts)
            elif mark == '"':
                # Small languages are written in tests; in sources a longer string is a message.
                if testing:
                    edges += self._texts.word(token[1:])
            elif mark == "(":
                target = self._fixtures.get(token[1:])
                if target is not None:
                    edges.append(target)
            elif mark == "+":
                edges += self._names.imports(path, token, at_import=at_import)
            elif mark == "&" or token == "!self":  # noqa: S105 - a token of this module's alphabet
                continue
            elif mark == "!":
                if token == "!own":  # noqa: S105 - a token of this module's alphabet
                    self._names.let_go([path])
                    edges += (
                        self._mentioned(path, name) for name in self._globals_of.get(path, ())
                    )
                else:
                    edges.append(2 * self.node("", token))
            elif mark == "*":
                edges += self._made_on_import(path, token[1:])
            elif mark == "%":
                if self._answers(path, token[1:]):
                    edges += self._names.name(path, token[1:])
            elif mark in "^$":
                fits = str.startswith if mark == "^" else str.endswith
                edges += (
                    target
                    for name, target in self._names.attributes.items()
                    if fits(name, token[1:])
                )
            elif mark == "@":
                begun = self._modules.beginning(path, token[1:]) if len(token) > 1 else self._files
                self._names.let_go(begun)
                edges += map(self._names.module, begun)
            else:
                edges += self._names.name(path, token)
        if looks_up:
            # The name may stand in another definition of the file: a table of what is loaded on demand.
            for token in definition.tokens:
                if token[0] == "'":
                    text = token[1:]
                    level = len(text) - len(text.lstrip("."))
                    self._names.escape(self._modules.named(path, level, text.lstrip(".")))
        if not _LOOKS_UP.isdisjoint(definition.tokens) and "__name__" in definition.tokens:
            self._names.let_go([path])
        if not facts.readable:
            edges += (self._reflect, self._globals, self._dynamic)
            self._names.let_go(self._files)
        edges += self._names.asked_by_others()

    def _made_on_import(self, path: str, token: str) -> list[int]:
        """What an import runs that makes an object for a global: no more than that where the class is known, else all the name means."""
        classes = self._families.classes(path, token)
        found = {key: self._beginnings.of(key, self._ids[key]) for key in classes}
        if not classes or None in found.values():
            return self._names.name(path, token)
        targets = []
        for key, slots in found.items():
            made = self._made_of(key)
            # It is made of what the classes above have as well.
            if not self.edges[made]:
                above = (self._made_of(one) for one in self._families.above(*key))
                for slot in (*(2 * one + 1 for one in above), *(slots or ())):
                    self.edges[made] += (slot - 1, slot)
            targets += [2 * made, 2 * made + 1]
        return targets

    def _made_of(self, key: Key) -> int:
        """The node for objects of a class, or of one below it, that import-time code makes and puts into globals."""
        path, name = key
        made = self._ids.get((path, f"{name}()"))
        if made is None:
            made = self.node(path, f"{name}()", needs_both=True)
            self._made.append((made, self._ids[key]))
        return made

    def mentions(self) -> list[list[int]]:
        """For every node, those that mention it: of a class also those that only make an object of it for a global."""
        if self._back is None:
            for made, known in self._made:
                super().mentions()[known].append(made)
        return super().mentions()

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

    def _own(self, path: str, name: str, token: str) -> list[int] | None:
        """What a member of a method's own object stands for (``~*``: every member); None where it could be anything."""
        looked = self._families.beyond if token[0] == "<" else self._families.of
        family, member = looked(path, name.rpartition(".")[0]), token[1:]
        if family is None:
            return None
        return [
            target
            for one in family
            for last, target in self._members.get(one, {}).items()
            if member in ("*", last)
        ]

    def _start(self) -> None:
        """Where each test file begins: its own code, the conftests above it, and the plugins of every test."""
        starts = Starts(self, self._files, self._layout, self._modules, self._names)
        everywhere = starts.everywhere(self._fixtures, self._is_testing)
        for index, path in enumerate(self.tests):
            start = self.node(path, MODULE)
            self._slots[2 * start] |= 1 << index
            self.edges[start] += everywhere
            self.edges[start] += starts.of(path)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")

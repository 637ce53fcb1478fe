"""What a name, a chain of attributes or an import in a file stands for, among the nodes of a tree."""

import sys
from collections.abc import Iterable, Mapping, Sequence

from hunkgate.gates.tests import outside
from hunkgate.gates.tests.facts import ASKED, MODULE, Facts
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.nodes import Key, Nodes


def import_parts(token: str) -> tuple[int, str, str]:
    """Of an import token its level, the dotted module and the name taken from it, '' where it takes none."""
    level, dotted, name = token[1:].split(":")
    return int(level), dotted, name


class Names:
    """The names of one tree. Every answer is a list of slots: 2n for the node n loaded, 2n + 1 for it mentioned."""

    def __init__(
        self, nodes: Nodes, files: Mapping[str, Facts], modules: Modules, gone: frozenset[Key]
    ) -> None:
        """``gone`` are the globals that importers will not find any more."""
        self._nodes = nodes
        self._files = files
        self._modules = modules
        self._gone = gone
        self._defined = {
            (path, one.name) for path, facts in files.items() for one in facts.definitions
        }
        # For each name the slot of the node that stands for everything so called.
        self.attributes: dict[str, int] = {}
        # The files whose modules are used as values: an attribute of anything may be a global of theirs.
        self.escaped: set[str] = set()
        # Those that the definition at hand makes escape: whoever it hands them to may ask them for any name.
        self._let_go: list[str] = []

    def let_go(self, paths: Iterable[str]) -> None:
        """The modules of these files are used as values by the definition at hand."""
        for path in paths:
            self.escaped.add(path)
            self._let_go.append(path)

    def asked_by_others(self) -> list[int]:
        """What modules run that the definition at hand, now at its end, used as values: others may ask them for any name."""
        targets = [
            target for file in dict.fromkeys(self._let_go) for target in self.on_demand(file)
        ]
        self._let_go.clear()
        return targets

    def mention(self, path: str, name: str) -> list[int]:
        """A definition of a file by its own name; nothing where it has none."""
        found = self._nodes.find(path, name)
        return [] if found is None else [2 * found + 1]

    def module(self, path: str) -> int:
        """The slot of a file being imported."""
        return 2 * self._nodes.node(path, MODULE)

    def loads(self, path: str, level: int, dotted: str) -> list[int]:
        """The modules that an import in a file runs; ``level`` counts the dots before the name."""
        targets = []
        for stem in self._modules.named(path, level, dotted):
            file = self._modules.files.get(stem)
            if file is not None:
                targets.append(self.module(file))
        if not targets and not level and "." in dotted:
            # Of `import a.b` with b unknown, a still runs.
            return self.loads(path, 0, dotted.rpartition(".")[0])
        return targets

    def bound(self, path: str, token: str) -> list[int]:
        """What a global that an import bound stands for."""
        level, dotted, name = import_parts(token)
        if not name or name == "*":
            return self.loads(path, level, dotted)
        targets = []
        for stem in self._modules.named(path, level, dotted):
            targets += self.member_of(stem, name)
        return targets

    def member_of(self, stem: str, name: str, seen: frozenset[str] = frozenset()) -> list[int]:
        """What ``module.name`` stands for: a submodule, a global, or what a star import brings."""
        targets = []
        below = f"{stem}/{name}" if stem else name
        inner = self._modules.files.get(below)
        if inner is not None:
            targets.append(self.module(inner))
        file = self._modules.files.get(stem)
        if file is None or stem in seen:
            return targets
        found = self._nodes.find(file, name)
        if found is not None:
            targets.append(2 * found + 1)
        else:
            # For a module below it a package is asked first, and imports it then.
            targets += self.on_demand(file, name) if inner is None else self.asked(file)
            for token in self._files[file].bindings.get("*", ()):
                level, dotted, _ = import_parts(token)
                for star in self._modules.named(file, level, dotted):
                    targets += self.member_of(star, name, seen | {stem})
        return targets

    def asked(self, file: str) -> list[int]:
        """What the module's ``__getattr__`` runs for a name that it does not answer for."""
        return self.mention(file, ASKED)

    def on_demand(self, file: str, name: str = "") -> list[int]:
        """The module's ``__getattr__``, which answers for names that it does not have with anything of that name."""
        found = self._nodes.find(file, "__getattr__")
        return [] if found is None else [2 * found + 1, *self.anything([name])]

    def name(self, path: str, token: str) -> list[int]:
        """What a global name, or a chain that begins at one, stands for in this file."""
        root, *rest = token.split(".")
        targets = []
        found = self._nodes.find(path, root)
        facts = self._files[path]
        if found is not None:
            targets.append(2 * found + 1)
        elif "*" in facts.bindings:
            for one in facts.bindings["*"]:
                level, dotted, _ = import_parts(one)
                for stem in self._modules.named(path, level, dotted):
                    targets += self.member_of(stem, root)
        stems = self.stems_of(path, root)
        if not rest:
            self.escape(stems)
        elif stems:
            for stem in stems:
                targets += self.walk(stem, rest)
        elif not self._is_standard(path, root):
            targets += self.anything(rest)
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

    def escape(self, stems: Iterable[str]) -> None:
        """These modules are used as values: an attribute of anything may be a global of theirs."""
        self.let_go(self._modules.files[stem] for stem in stems if stem in self._modules.files)

    def anything(self, names: Iterable[str]) -> list[int]:
        """Everything that has one of these names, as an attribute of something not known."""
        return [self.attributes[name] for name in names if name in self.attributes]

    def stems_of(self, path: str, name: str, seen: frozenset[Key] = frozenset()) -> list[str]:
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
                    stems += self.stems_of(file, part, seen | {(path, name)})
        return stems

    def walk(self, stem: str, rest: Sequence[str]) -> list[int]:
        """What ``module.a.b`` stands for: through submodules and modules bound as globals, then as attributes of anything."""
        name, *more = rest
        targets = self.member_of(stem, name)
        below = f"{stem}/{name}" if stem else name
        if more:
            inner = [below] if self._modules.exists(below) else []
            file = self._modules.files.get(stem)
            if file is not None:
                inner += self.stems_of(file, name)
            if inner:
                for one in dict.fromkeys(inner):
                    targets += self.walk(one, more)
            else:
                targets += self.anything(more)
        else:
            if self._modules.exists(below):
                self.escape([below])
            file = self._modules.files.get(stem)
            if file is not None:
                self.escape(self.stems_of(file, name))
        if not targets:
            targets += self.anything([name])
        return targets

    def imports(self, path: str, token: str, *, at_import: bool) -> list[int]:
        """What an import runs; one inside a function also mentions what it binds, since locals are not followed."""
        level, dotted, name = import_parts(token)
        targets = self.loads(path, level, dotted)
        stems = self._modules.named(path, level, dotted)
        if not name and not at_import:
            self.escape(stems)
            self.escape(self._modules.named(path, level, dotted.partition(".")[0]))
        if not name:
            return targets
        if name == "*":
            for stem in stems:
                targets += self.on_demand(self._modules.files.get(stem, ""))
            return targets
        for stem in stems:
            below = f"{stem}/{name}" if stem else name
            inner = self._modules.files.get(below)
            if inner is not None:
                targets.append(self.module(inner))
            file = self._modules.files.get(stem, "")
            if not file.endswith("/__init__.py"):
                # To import names from a module that is no package, Python asks it for its ``__path__``.
                targets += self.asked(file)
            if not at_import or (file, name) in self._gone:
                targets += self.member_of(stem, name)
            elif self._nodes.find(file, name) is None:
                targets += self.on_demand(file, name) if inner is None else self.asked(file)
            if not at_import:
                self.escape([below])
                if file:
                    self.escape(self.stems_of(file, name))
        return targets

"""Who can run what: the questions that a change asks of the definitions of a tree and the test files that reach them."""

from collections.abc import Iterable, Iterator

from hunkgate.gates.tests import outside
from hunkgate.gates.tests.edges import Edges
from hunkgate.gates.tests.facts import MODULE, Definition, Trait
from hunkgate.gates.tests.nodes import DATA
from hunkgate.gates.tests.resolution import import_parts


class Graph(Edges):
    """The nodes and edges of one tree, and what they answer."""

    def is_built(self, node: int) -> bool:
        """Whether somebody else than Python makes something of a class: a decorator, a metaclass, a base that is not the project's."""
        definition = self.definition(node)
        return definition is None or (
            bool(definition.trait & Trait.BUILT)
            or any(token.rpartition(".")[2] in outside.BUILDING_BASES for token in definition.extra)
            or self._keepers.is_external(self.keys[node][0], definition)
        )

    def is_built_upon(self, path: str, bases: Iterable[str]) -> bool:
        """Whether somebody else than Python may make something of a class that the file derives from one of these."""
        derived = (Definition("", Trait.CLASS, (), (base,)) for base in bases)
        return any(self._keepers.is_external(path, one) for one in derived)

    def is_abstract(self, path: str, name: str) -> bool:
        """Whether a member is abstract in its class, or stands in for what is abstract in a class above."""
        owner, _, last = name.rpartition(".")
        return any(
            (node := self.find(where, f"{one}.{last}")) is not None
            and (definition := self.definition(node)) is not None
            and bool(definition.trait & Trait.ABSTRACT)
            for where, one in ((path, owner), *self._families.above(path, owner))
        )

    def test_functions(self, path: str) -> Iterator[str]:
        """The functions of a test file that pytest's own rules take for tests, by dotted name."""
        facts = self._files.get(path)
        for one in facts.definitions if facts is not None else ():
            *owners, last = one.name.split(".")
            if (
                one.trait & Trait.FUNCTION
                and last.startswith("test")
                and all(owner.startswith("Test") for owner in owners)
            ):
                yield one.name

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

    def loads_anyway(self, path: str, token: str, altered: frozenset[str]) -> bool:
        """Whether every test file that loads this file loads what the import token names without that import too.

        ``altered`` are all the imports that the change brings or takes. False where the token names nothing of the project.
        """
        level, dotted, name = import_parts(token)
        found = False
        facts = self._files.get(path)
        kept = () if facts is None else facts.module.tokens
        if any(
            one not in altered and one.startswith(f"+{level}:{dotted}:") for one in kept
        ) and not any(
            self._modules.exists(f"{stem}/{name}" if stem else name)
            for stem in self._modules.named(path, level, dotted)
        ):
            # Another import of the file names the same module, and what this one takes from it is no module of its own.
            return True
        for stem in self._modules.named(path, level, dotted):
            for one in (stem, f"{stem}/{name}"):
                file = self._modules.files.get(one)
                if file is None:
                    continue
                found = True
                module = self._names.module(file)
                others = 0
                for node, (where, what) in enumerate(self.keys):
                    if what == MODULE and where != path and module in self.edges[node]:
                        others |= self.reached(node)
                if self.reached(self.node(path, MODULE)) & ~others:
                    return False
        return found

    def names_only(self, path: str, token: str, files: frozenset[str]) -> bool:
        """Whether an import token of the file names nothing but these files."""
        level, dotted, name = import_parts(token)
        named = {
            file
            for stem in self._modules.named(path, level, dotted)
            for one in (stem, f"{stem}/{name}" if stem else name)
            if (file := self._modules.files.get(one)) is not None
        }
        return bool(named) and named <= files

    def knows(self, path: str, token: str) -> bool:
        """Whether another file of the tree runs the same import when it is imported."""
        return any(
            token in facts.module.tokens for where, facts in self._files.items() if where != path
        )

    def is_import(self, path: str, name: str) -> bool:
        """Whether a global of the file is nothing but what an import binds; the import-time code, '', is no global."""
        facts = self._files[path]
        return not name or (
            name in facts.bindings and all(one.name != name for one in facts.definitions)
        )

    def is_bound(self, path: str, token: str) -> bool:
        """Whether an import of one name from a module of the project finds that name."""
        level, dotted, name = import_parts(token)
        return not name or any(
            self._names.member_of(stem, name) for stem in self._modules.named(path, level, dotted)
        )

    def is_internal(self, path: str, token: str) -> bool:
        """Whether the import token names a module of the project."""
        level, dotted, _ = import_parts(token)
        return bool(level or self._modules.named(path, 0, dotted))

    def data_node(self, path: str) -> int:
        """The node of a changed file that is not a Python module: reached by whoever names it."""
        return self.node("", DATA + path)

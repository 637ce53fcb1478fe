"""What decorators and bases do with what they are given: who may hold it, and call it without naming it."""

from collections.abc import Mapping

from hunkgate.gates.tests import outside
from hunkgate.gates.tests.facts import Definition, Facts, Trait
from hunkgate.gates.tests.families import Families
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.nodes import Key, Nodes
from hunkgate.gates.tests.resolution import import_parts


class Keepers:
    """Who keeps what is defined in a tree."""

    def __init__(
        self, nodes: Nodes, files: Mapping[str, Facts], modules: Modules, families: Families
    ) -> None:
        self._nodes = nodes
        self._files = files
        self._modules = modules
        self._families = families

    def external_classes(self, path: str, facts: Facts) -> frozenset[str]:
        """The classes with a base that is not the project's: code outside may call their methods."""
        return frozenset(
            one.name
            for one in facts.definitions
            if one.trait & Trait.CLASS and self.is_external(path, one)
        )

    def trait(self, path: str, definition: Definition) -> int:
        """The trait of a definition, without what is known not to hold: a decorator that keeps nothing, a metaclass that makes nothing."""
        trait = definition.trait
        if trait & Trait.CLASS and trait & Trait.REGISTERED:
            decorators = [token[1:] for token in definition.extra if token[0] == "@"]
            if decorators and all(self.holders(path, one) == [] for one in decorators):
                trait &= ~Trait.REGISTERED
        if trait & Trait.METACLASS and self._families.only_asked(path, definition.extra):
            trait &= ~Trait.METACLASS
        return trait

    def is_external(self, path: str, definition: Definition) -> bool:
        """Whether code outside the project may call the methods of a class, because of a base, a metaclass or a decorator."""
        return self._is_external(path, definition, set())

    def _is_external(self, path: str, definition: Definition, seen: set[Key]) -> bool:
        if (path, definition.name) in seen:
            return False
        seen.add((path, definition.name))
        if self.trait(path, definition) & (Trait.REGISTERED | Trait.METACLASS):
            return True
        if self._nodes.find(path, f"{definition.name}.__init_subclass__") is not None:
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

    def is_built(self, path: str, name: str) -> bool:
        """Whether a decorator or a keyword makes something of a class."""
        return any(
            one.name == name and one.trait & Trait.BUILT for one in self._files[path].definitions
        )

    def keeps_nothing(self, path: str, name: str, seen: frozenset[Key] = frozenset()) -> bool:
        """Whether a function keeps what it is given nowhere, and hands it only to functions that do not either."""
        if (path, name) in seen:
            return True
        found = next((one for one in self._files[path].definitions if one.name == name), None)
        if found is None:
            return any(
                self.keeps_nothing(file, part, seen | {(path, name)})
                for token in self._files[path].bindings.get(name, ())
                for level, dotted, part in [import_parts(token)]
                for stem in self._modules.named(path, level, dotted)
                if (file := self._modules.files.get(stem)) is not None
            )
        return bool(found.trait & Trait.WRAPS) and all(
            self.keeps_nothing(path, token[1:], seen | {(path, name)})
            for token in found.extra
            if token.startswith("?")
        )

    def holders(self, path: str, name: str) -> list[Key] | None:
        """The global variables that a name of a decorator stands for; none for a mere wrapper, None where that is not known."""
        return self._holders(path, name, set())

    def _holders(self, path: str, name: str, seen: set[Key]) -> list[Key] | None:
        if (path, name) in seen:
            return []
        seen.add((path, name))
        facts = self._files[path]
        traits = {one.name: one.trait for one in facts.definitions}
        if name in traits:
            if traits[name] & Trait.VARIABLE:
                return [(path, name)]
            if not self.keeps_nothing(path, name):
                return None
            # A function that a decorator made into something else may be what holds others: a group of commands.
            return [(path, name)] if traits[name] & Trait.REGISTERED else []
        holders: list[Key] = []
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
                inner = self._holders(file, part, seen)
                if inner is None:
                    return None
                holders += inner
        return holders if name in facts.bindings else None

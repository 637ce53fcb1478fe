"""What runs while an object is made that nobody uses yet: for objects that import-time code puts into globals.

Such an object is there for every test that imports the module, but only who mentions the global can do anything with it, so that no
other method of it runs by the import. That does not hold where the object can get elsewhere while it is made: nothing is said then.
A test that this drops would have to come by the object in another way than by the global's name: through the garbage collector, or
through a base that is not known. The first is left aside, the second is asked for.
"""

from collections.abc import Callable, Mapping

from hunkgate.gates.tests.facts import Definition, Trait
from hunkgate.gates.tests.families import Families
from hunkgate.gates.tests.keepers import Keepers
from hunkgate.gates.tests.nodes import Key

# What Python runs of a class, unasked, when an object is made and thrown away.
_RUN = ("__init__", "__post_init__", "__setattr__", "__del__")
_DESCRIPTORS = frozenset({"__get__", "__set__", "__delete__"})


class Beginnings:
    """The classes of one tree, and what runs when one of them is called."""

    def __init__(
        self,
        families: Families,
        keepers: Keepers,
        members: Mapping[Key, Mapping[str, int]],
        definition: Callable[[int], Definition | None],
    ) -> None:
        """``members`` are the slots of each class's members by last name; ``definition`` tells what was read of a node."""
        self._families = families
        self._keepers = keepers
        self._members = members
        self._definition = definition
        self._found: dict[Key, frozenset[int] | None] = {}
        # A descriptor receives the object, and is not told from any other value in the body of a class.
        self._descriptors = any(not _DESCRIPTORS.isdisjoint(one) for one in members.values())

    def of(self, key: Key, node: int) -> frozenset[int] | None:
        """The slots of the members that run when an object of exactly this class is made; None where it may get elsewhere.

        ``node`` is the node of the class.
        """
        if key not in self._found:
            self._found[key] = self._of(key, node)
        return self._found[key]

    def _of(self, key: Key, node: int) -> frozenset[int] | None:
        definition = self._definition(node)
        line = (key, *self._families.above(*key))
        if (
            definition is None
            or self._keepers.is_external(key[0], definition)
            or any(self._families.is_wide(one) for one in line)
            or any("__new__" in self._members.get(one, ()) for one in line)
            or any(self._keepers.is_built(*one) for one in line)
        ):
            return None
        found: set[int] = set()
        waiting = list(_RUN)
        asked: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in asked:
                continue
            asked.add(name)
            for one in line:
                slot = self._members.get(one, {}).get(name)
                if slot is None:
                    continue
                found.add(slot)
                member = self._definition(slot >> 1)
                if member is None:
                    continue
                if member.trait & Trait.VARIABLE and self._descriptors:
                    return None
                for token in member.tokens:
                    if token in ("!self", "~*"):
                        return None
                    if token[0] in "~<":
                        waiting.append(token[1:])
        return frozenset(found)

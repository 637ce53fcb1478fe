"""Which classes an object can belong to, whose method is running: what ``self.name`` in that method can mean.

An object on which a method of class C runs is of C or of a class below it, so ``self.name`` is found in one of those, or in a
class above one of those. Nothing is said (None) where that may not hold: a base that is not known, a ``__getattr__`` or a metaclass
that may answer for others, classes that are put together while the code runs.
"""

import builtins
import sys
from collections.abc import Iterable, Mapping, Sequence

from hunkgate.gates.tests.facts import Facts, Trait
from hunkgate.gates.tests.modules import Modules

Key = tuple[str, str]

_ANSWERING = ("__getattr__", "__getattribute__")
# By one of these a metaclass makes another class or object than what is written down.
_MAKING = (
    "__call__",
    "__dir__",
    "__getattr__",
    "__getattribute__",
    "__init__",
    "__new__",
    "__prepare__",
    "__setattr__",
    "mro",
)
# Classes of the standard library whose objects answer for others, or whose instances are classes.
_WIDE = frozenset({"type", "super", "ABCMeta", "EnumMeta", "EnumType", "ModuleType"})


class Families:
    """The classes of a tree and how they inherit. Everything is worked out when it is made."""

    def __init__(self, files: Mapping[str, Facts], modules: Modules) -> None:
        self._files = files
        self._modules = modules
        self._traits = {
            path: {one.name: one.trait for one in facts.definitions}
            for path, facts in files.items()
        }
        self._above: dict[Key, set[Key]] = {}
        self._below: dict[Key, set[Key]] = {}
        self._wide: set[Key] = set()
        # Classes with a base that is not known may be below any class.
        self._anywhere: set[Key] = set()
        self._found: dict[Key, frozenset[Key] | None] = {}
        # Whether classes are put together in a way that is not followed at all.
        self._unknown = False
        for path, facts in files.items():
            self._unknown = self._unknown or not facts.readable
            for definition in facts.definitions:
                if definition.trait & Trait.CLASS:
                    self._inherits((path, definition.name), definition.trait, definition.extra)
        for path, facts in files.items():
            for definition in facts.definitions:
                self._borrowed(path, definition.name, definition.trait, definition.tokens)
        for key, above in self._above.items():
            for one in above:
                self._below.setdefault(one, set()).add(key)

    def of(self, path: str, name: str) -> frozenset[Key] | None:
        """The classes in which a member of an object is looked for, whose class or class below is this one; None: any."""
        key = (path, name)
        if self._unknown or key not in self._above:
            return None
        if key not in self._found:
            family = _closure(_closure([key], self._below), self._above)
            self._found[key] = (
                None if family & self._wide else family | _closure(self._anywhere, self._above)
            )
        return self._found[key]

    def beyond(self, path: str, name: str) -> frozenset[Key] | None:
        """The classes in which ``super()`` in a method of this class may find a member; None: any.

        It looks behind the class in the order of the object's own class, where everything below the class stands before it.
        """
        family = self.of(path, name)
        return None if family is None else family - _closure([(path, name)], self._below)

    def classes(self, path: str, token: str) -> frozenset[Key]:
        """The classes of the tree for which a name, or a chain of attributes, stands in a file; none where that is not known."""
        return frozenset(self._classes(path, token, frozenset()) or ())

    def only_asked(self, path: str, bases: Iterable[str]) -> bool:
        """Whether the metaclass among the tokens of a class's bases does no more than answer what is of the class."""
        metas = [token[1:] for token in bases if token[0] == "="]
        return bool(metas) and all(self._only_asked(path, one) for one in metas)

    def _only_asked(self, path: str, meta: str) -> bool:
        if meta.rpartition(".")[2] == "ABCMeta" and self._is_foreign(path, meta):
            return True
        known = self._classes(path, meta, frozenset())
        return bool(known) and all(
            not any(f"{name}.{one}" in self._traits[where] for one in _MAKING)
            and all(
                base == "type" or (base.endswith("ABCMeta") and self._is_foreign(where, base))
                for one in self._files[where].definitions
                if one.name == name
                for base in one.extra
            )
            for where, name in known or ()
        )

    def is_wide(self, key: Key) -> bool:
        """Whether the class has a metaclass, answers for others, or has a base that is not known."""
        return self._unknown or key in self._wide

    def above(self, path: str, name: str) -> frozenset[Key]:
        """The classes of the tree from which this one inherits, as far as they are known."""
        return _closure([(path, name)], self._above) - {(path, name)}

    def _inherits(self, key: Key, trait: int, bases: Sequence[str]) -> None:
        path, name = key
        above = self._above.setdefault(key, set())
        if (trait & Trait.METACLASS and not self.only_asked(path, bases)) or any(
            f"{name}.{one}" in self._traits[path] for one in _ANSWERING
        ):
            self._wide.add(key)
        for token in bases:
            if token[0] in "'\"@=":
                continue
            if token[0] != "_" and not token[0].isalpha():
                self._wide.add(key)
                self._anywhere.add(key)
                continue
            found = self._classes(path, token, frozenset())
            if found is None:
                self._wide.add(key)
                if not self._is_foreign(path, token):
                    self._anywhere.add(key)
            else:
                above |= found

    def _borrowed(self, path: str, name: str, trait: int, tokens: Iterable[str]) -> None:
        """Classes that are joined elsewhere than where they are defined; methods taken over from another class."""
        joined = [token[1:] for token in tokens if token[0] == "&"]
        found = [self._classes(path, one, frozenset()) if one else None for one in joined]
        known = {key for keys in found for key in keys or ()}
        self._wide |= known
        if any(
            keys is None and (not one or not self._is_foreign(path, one))
            for one, keys in zip(joined, found, strict=True)
        ):
            self._anywhere |= known
            self._unknown = self._unknown or not known
        above = self._above.get((path, name.rpartition(".")[0]))
        if above is not None and trait & Trait.VARIABLE:
            for token in tokens:
                if token[0].isalpha() or token[0] == "_":
                    above |= self._classes(path, token.partition(".")[0], frozenset()) or set()

    def _is_foreign(self, path: str, token: str) -> bool:
        """Whether a name stands for something that is imported from outside the tree."""
        root = token.partition(".")[0]
        bound = self._files[path].bindings.get(root, ())
        return (
            bool(bound)
            and root not in self._traits[path]
            and not any(self._is_internal(one) for one in bound)
        )

    def _is_internal(self, token: str) -> bool:
        level, dotted, _ = token[1:].split(":")
        return level != "0" or bool(self._modules.absolute(dotted.partition(".")[0]))

    def _classes(self, path: str, token: str, seen: frozenset[Key]) -> set[Key] | None:
        """The classes of the tree for which a name, or a chain of attributes, stands in a file; None where that is not known."""
        if (path, token) in seen:
            return None
        seen |= {(path, token)}
        traits = self._traits[path]
        root, *rest = token.split(".")
        bound = self._files[path].bindings.get(root, ())
        if root in traits:
            if bound or not traits.get(token, 0) & Trait.CLASS or not traits[root] & Trait.CLASS:
                return None
            return {(path, token)}
        if not bound:
            known = hasattr(builtins, token) and token not in _WIDE
            return set() if known and "*" not in self._files[path].bindings else None
        found: set[Key] = set()
        for one in bound:
            level, dotted, part = one[1:].split(":")
            if not self._is_internal(one):
                last = (rest or [part])[-1]
                if (
                    dotted.partition(".")[0] not in {*sys.stdlib_module_names, "typing_extensions"}
                    or dotted.startswith("unittest.mock")
                    or last in _WIDE
                ):
                    return None
                continue
            name = ".".join((*([part] if part else []), *rest))
            if not part and root != dotted.partition(".")[0]:
                name = ".".join(rest)
            elif not part:
                prefix = f"{dotted}."
                if not token.startswith(prefix):
                    return None
                name = token.removeprefix(prefix)
            files = [
                self._modules.files[stem]
                for stem in self._modules.named(path, int(level), dotted)
                if stem in self._modules.files
            ]
            if not files or not name:
                return None
            for file in files:
                inner = self._classes(file, name, seen)
                if inner is None:
                    return None
                found |= inner
        return found


def _closure(start: Iterable[Key], edges: Mapping[Key, set[Key]]) -> frozenset[Key]:
    found = set(start)
    waiting = list(found)
    while waiting:
        for one in edges.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return frozenset(found)

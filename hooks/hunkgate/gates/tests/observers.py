"""Whose execution shows a changed definition that executed lines do not tell of: a global, a member, what an import binds.

Such a definition makes a difference to a test only through code that mentions it, and of functions it is known who executed them. So
one goes from the definition to those who mention it, on through variables, classes and imports that hand it on under other names,
and stops at functions, which the records know, and at import-time code, for which the import graph has to answer.
"""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hunkgate.gates.tests import passing
from hunkgate.gates.tests.facts import DOCTESTS, MAIN, MODULE, Trait
from hunkgate.gates.tests.graph import Graph
from hunkgate.gates.tests.nodes import Key

# Who mentions one of these may read documentation, annotations or signatures of something that it does not name.
_READING = frozenset(
    [
        "__annotations__",
        "__doc__",
        "get_annotations",
        "get_type_hints",
        "getcomments",
        "getdoc",
        "getfullargspec",
        "getsource",
        "getsourcelines",
    ]
)
_READING_GLOBALS = frozenset(["help", "inspect.signature", "signature", "pydoc.render_doc"])
_NO_FUNCTIONS = frozenset({MODULE, MAIN, DOCTESTS})
# Globals of a test file that pytest itself reads.
_PYTEST_READS = ("pytest", "collect_ignore", "__test__", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observers:
    """Who observes a definition: functions, by their execution, and code that runs at import, as the nodes of the graph.

    ``names`` are the last names under which they know it.
    """

    functions: frozenset[Key] = frozenset()
    modules: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()

    def __or__(self, other: "Observers") -> "Observers":
        return Observers(
            functions=self.functions | other.functions,
            modules=self.modules | other.modules,
            names=self.names | other.names,
        )


class Mentions:
    """Who mentions whom in one tree."""

    def __init__(self, graph: Graph, read: Callable[[str], ast.Module | None]) -> None:
        """``read`` gives the syntax of a file of the tree; None for one that cannot be had."""
        self._graph = graph
        self._read = read
        self._users = graph.mentions()

    def observers(self, path: str, name: str, *, gone: bool) -> Observers | None:
        """Who observes that this definition differs, or is ``gone``; None where the graph does not know it."""
        start = self._graph.find(path, name)
        if start is None:
            return None
        return self._from([start], frozenset([name.rpartition(".")[2]]) if gone else frozenset())

    def readers(self) -> Observers:
        """Who observes that the documentation or an annotation of anything differs."""
        graph = self._graph
        return self._sorted(
            node
            for node, (path, _) in enumerate(graph.keys)
            if path
            and (definition := graph.definition(node)) is not None
            and any(
                token in _READING_GLOBALS or token.lstrip(".~'\"").rpartition(".")[2] in _READING
                for token in definition.tokens
            )
        )

    def _sorted(self, nodes: Iterable[int]) -> Observers:
        """These definitions as observers, and where they are neither functions nor import-time code, theirs."""
        functions = set()
        others = []
        modules = set()
        for node in nodes:
            path, name = self._graph.keys[node]
            if name in _NO_FUNCTIONS:
                modules.add(node)
            elif self._is_function(node):
                functions.add((path, name))
            else:
                others.append(node)
        return self._from(others) | Observers(
            functions=frozenset(functions), modules=frozenset(modules)
        )

    def _from(self, starts: list[int], gone: frozenset[str] = frozenset()) -> Observers:
        """``gone`` are names of them that are there no more."""
        functions = set()
        modules: set[int] = set()
        names: dict[int, set[str]] = {}
        known: set[str] = set()
        seen = set(starts)
        waiting = list(starts)
        while waiting or names:
            if not waiting:
                # What import-time code does with the names by which it knows the definition, once all of them are found.
                module, own = names.popitem()
                kept = self._carried(module, own, gone)
                if kept is None:
                    modules.add(module)
                    continue
                for node in kept:
                    if self._is_function(node):
                        functions.add(self._graph.keys[node])
                    if node not in seen:
                        seen.add(node)
                        waiting.append(node)
                continue
            node = waiting.pop()
            last = self._last(node)
            known.add(last)
            for user in self._users[node]:
                path, name = self._graph.keys[user]
                if path and name in _NO_FUNCTIONS:
                    if not self._merely_collected(user, node):
                        names.setdefault(user, set()).add(last)
                    continue
                if user in seen:
                    continue
                seen.add(user)
                if path and self._is_function(user):
                    functions.add((path, name))
                else:
                    waiting.append(user)
        return Observers(
            functions=frozenset(functions), modules=frozenset(modules), names=frozenset(known)
        )

    def _last(self, node: int) -> str:
        """The last name of a definition, and what a node that stands for all of one name is called."""
        path, name = self._graph.keys[node]
        return name.rpartition(".")[2] if path else name.lstrip('.("/')

    def _carried(self, module: int, names: set[str], gone: frozenset[str]) -> list[int] | None:
        """The definitions into whose values a file's import-time code puts what these names stand for; None for any other use."""
        path, name = self._graph.keys[module]
        tree = self._read(path) if name == MODULE else None
        if tree is None or any(not one.isidentifier() for one in names):
            return None
        kept = passing.carried(tree, names, gone)
        if not kept:
            # Nothing is seen to mention them: the graph knows of a way that is not in the text.
            return None
        nodes = [self._graph.find(path, one) for one in kept]
        return None if None in nodes else [node for node in nodes if node is not None]

    def _is_function(self, node: int) -> bool:
        definition = self._graph.definition(node)
        return definition is not None and bool(definition.trait & Trait.FUNCTION)

    def _merely_collected(self, module: int, node: int) -> bool:
        """Whether the graph lets a test file mention its own definition only because pytest could call it."""
        path, name = self._graph.keys[node]
        if self._graph.keys[module] != (path, MODULE) or path not in self._graph.tests:
            return False
        definition = self._graph.definition(node)
        if name.rpartition(".")[2].lower().startswith(_PYTEST_READS) or (
            definition is not None and not definition.trait & Trait.VARIABLE
        ):
            return False
        code = self._graph.definition(module)
        return code is not None and not any(
            token.partition(".")[0] == name for token in code.tokens
        )

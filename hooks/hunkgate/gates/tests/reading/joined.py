"""Classes that are put together while code runs: who inherits from whom is not known of them from the definitions alone."""

import ast
from collections.abc import Iterable

from hunkgate.gates.tests import harmless
from hunkgate.gates.tests.reading.statements import FUNCTIONS, assigned
from hunkgate.gates.tests.reading.values import is_chain, root_of

# Methods that receive the name of an attribute that some code wrote down: that code mentions it.
DELEGATES = frozenset({"__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__dir__"})


def by_call(node: ast.Call, tokens: set[str]) -> None:
    """Note a class that a call makes: ``type(name, bases, members)``."""
    name = harmless.last_name(node.func)
    if name in ("new_class", "make_dataclass"):
        tokens.add("&")
    elif (
        name == "type"
        and len(node.args) == 3
        and (isinstance(node.func, ast.Name) or root_of(node.func) == "builtins")
    ):
        bases = node.args[1]
        _join(bases.elts if isinstance(bases, ast.Tuple) else [bases], tokens)


def by_class(node: ast.ClassDef, tokens: set[str]) -> None:
    """Note a class inside a function that joins classes, or that hands attributes on: ``&`` and each base."""
    delegates = any(
        (
            one.name in DELEGATES
            if isinstance(one, FUNCTIONS)
            else DELEGATES.intersection(assigned(one))
        )
        for one in node.body
    )
    if len(node.bases) + len(node.keywords) > 1 or (node.bases and delegates):
        _join(node.bases, tokens)


def _join(bases: Iterable[ast.expr], tokens: set[str]) -> None:
    for base in bases:
        while isinstance(base, ast.Subscript):
            base = base.value
        tokens.add(f"&{ast.unparse(base)}" if is_chain(base) else "&")

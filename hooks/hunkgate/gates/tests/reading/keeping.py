"""Whether a function keeps what it is given: a decorator that does not leaves its function to be reached by name alone."""

import ast
from collections.abc import Iterable

from hunkgate.gates.tests import harmless
from hunkgate.gates.tests.reading.statements import FUNCTIONS, assigned
from hunkgate.gates.tests.reading.values import root_of

# Methods by which one object is stored in another.
_STORES = frozenset(
    [
        "add",
        "append",
        "appendleft",
        "connect",
        "extend",
        "insert",
        "put",
        "register",
        "setdefault",
        "subscribe",
        "update",
    ]
)
_KEEPERS_OF_NOTHING = frozenset(
    [
        "__init_subclass__",
        "bool",
        "callable",
        "cast",
        "dict",
        "getattr",
        "getsource",
        "hasattr",
        "id",
        "int",
        "isfunction",
        "isinstance",
        "iscoroutinefunction",
        "isgeneratorfunction",
        "issubclass",
        "len",
        "list",
        "partial",
        "repr",
        "set",
        "setattr",
        "signature",
        "staticmethod",
        "str",
        "super",
        "tuple",
        "type",
        "update_wrapper",
        "vars",
        "wraps",
    ]
)


def given_to(node: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str] | None:
    """To which of the project's functions this one hands on what it is given; None where it keeps something.

    A decorator that keeps nothing leaves its function to be reached by its name alone.
    """
    local: set[str] = set()
    nodes = list(ast.walk(node))
    for inner in nodes:
        if isinstance(inner, ast.Name):
            if not isinstance(inner.ctx, ast.Load):
                local.add(inner.id)
        elif isinstance(inner, ast.arg):
            local.add(inner.arg)
        elif isinstance(inner, FUNCTIONS):
            local.add(inner.name)
        elif isinstance(inner, (ast.Global, ast.ClassDef, ast.Yield, ast.YieldFrom)):
            return None
    fresh = _fresh(nodes)
    found: set[str] = set()
    for inner in nodes:
        if isinstance(inner, ast.Subscript) and isinstance(inner.ctx, ast.Store):
            # An item of what somebody else may have: a registry that all classes share.
            if not (isinstance(inner.value, ast.Name) and inner.value.id in fresh):
                return None
        elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
            if root_of(inner) not in local:
                return None
        elif isinstance(inner, ast.Call):
            called = inner.func
            if (
                isinstance(called, ast.Attribute)
                and called.attr in _STORES
                and not (isinstance(called.value, ast.Name) and called.value.id in fresh)
            ):
                return None
            given = any(
                isinstance(one, ast.Name) and one.id in local
                for one in (*inner.args, *(word.value for word in inner.keywords))
            )
            root = root_of(called)
            if (
                given
                and root not in local
                and harmless.last_name(called) not in _KEEPERS_OF_NOTHING
            ):
                if not root:
                    return None
                found.add(ast.unparse(called))
    return frozenset(found)


def _fresh(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that are bound once among these nodes, to a new list, set or dictionary."""
    bound: dict[str, int] = {}
    new: set[str] = set()
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(
            node.value, (ast.List, ast.Set, ast.Dict)
        ):
            new.update(assigned(node))
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound[node.id] = bound.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            bound[node.arg] = 2
    return frozenset(name for name in new if bound.get(name) == 1)

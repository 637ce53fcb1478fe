"""Functions whose results are kept for later (memoized): who asks again gets what was made and executes none of their lines."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_Function = ast.FunctionDef | ast.AsyncFunctionDef
# What the name of a decorator says that keeps results: functools.cache, lru_cache and cached_property, cachetools, memoize and their like.
_DECORATORS = ("cache", "memo", "once", "lazy", "singleton")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memoized:
    """The memoized functions of a file by their last names, and those that run to make their results: what they call, and so on."""

    kept: frozenset[str] = frozenset()
    beneath: frozenset[str] = frozenset()

    def __or__(self, other: "Memoized") -> "Memoized":
        return Memoized(kept=self.kept | other.kept, beneath=self.beneath | other.beneath)


def memoized(module: ast.Module) -> Memoized:
    """The memoized functions of a file.

    A result is kept by a decorator, and by a function that stores into what it also asks about: an attribute, a global, an entry of
    either. A function that another file keeps the results of is not known.
    """
    functions: dict[str, list[_Function]] = {}
    kept: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, _Function):
            functions.setdefault(node.name, []).append(node)
            if any(_says_so(one) for one in node.decorator_list):
                kept.add(node.name)
            kept |= _given(node)
    kept &= functions.keys()
    beneath: set[str] = set()
    waiting = list(kept)
    while waiting:
        for one in functions[waiting.pop()]:
            new = (_called(one) & functions.keys()) - beneath
            beneath |= new
            waiting += new
    return Memoized(kept=frozenset(kept), beneath=frozenset(beneath))


def _says_so(decorator: ast.expr) -> bool:
    said = ast.unparse(decorator).lower()
    return any(word in said for word in _DECORATORS)


def _given(function: _Function) -> set[str]:
    """What is called for a value that a function stores into what it also asks about, straight or by way of locals."""
    # An object that is being made was never asked before.
    if function.name in ("__init__", "__new__", "__post_init__"):
        return set()
    asked = set(_asked(function))
    own = {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for node in ast.walk(function):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            own.difference_update(node.names)
    stores = list(_stores(function))
    found: set[str] = set()
    ours: set[str] = set()
    waiting = [
        value for target, value in stores if not (asked - own).isdisjoint(_places(_whole(target)))
    ]
    while waiting:
        value = waiting.pop()
        found |= _called(value)
        new = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)} & own - ours
        ours |= new
        waiting += [
            other for target, other in stores if isinstance(target, ast.Name) and target.id in new
        ]
    return found


def _whole(target: ast.expr) -> ast.expr:
    """What is altered where this is set: of an entry what holds it."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target


def _stores(function: _Function) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Every place that is set with what it is set to."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            yield from ((target, node.value) for target in node.targets)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value:
            yield node.target, node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "setdefault"
        ):
            yield from ((node.func, value) for value in node.args)


def _asked(function: _Function) -> Iterator[str]:
    """What a condition, the body of a ``try`` or a ``get`` looks at."""
    for node in ast.walk(function):
        if isinstance(node, (ast.If, ast.IfExp, ast.While)):
            yield from _places(node.test)
        elif isinstance(node, ast.Try):
            for statement in node.body:
                yield from _places(statement)
        elif isinstance(node, ast.Attribute) and node.attr in ("get", "setdefault"):
            yield from _places(node.value)


def _places(node: ast.AST) -> Iterator[str]:
    """The names that stand in a part, those of attributes with a dot before them; of what is never a place by itself none."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id not in ("self", "cls"):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield f".{one.attr}"


def _called(part: ast.AST) -> set[str]:
    """The last names of what a part calls or hands to what it calls."""
    return {
        name
        for node in ast.walk(part)
        if isinstance(node, ast.Call)
        for name in (*_names(node.func), *(one for given in node.args for one in _names(given)))
    }


def _names(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr

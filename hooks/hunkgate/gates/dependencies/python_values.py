"""What a Python program states as literals, read by ``ast`` and never run.

Followed are lists, tuples, sets, strings, dictionaries, names that the file gives such values, their sums, ``append``, ``extend`` and ``+=``,
and functions that return them. Whatever is computed otherwise is kept as its source text.
"""

import ast
import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from hunkgate.gates.dependencies.dependency import Reading, UnreadableError

STEPS = 100_000
"""How many expressions are followed: names that name each other twice over unfold without end."""


@dataclass(frozen=True, slots=True)
class Word:
    """A string with its 1-based line; ``conditional`` where a condition stands before it."""

    text: str
    line: int
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What an expression comes to: words, words by key, and the source of what is computed."""

    words: tuple[Word, ...] = ()
    keyed: tuple[tuple[str, "Found"], ...] = ()
    computed: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Names:
    """Every value that the file gives a name, each with whether a condition stands before it, and what it calls, defines and imports, in
    the order in which it is written. Scopes are not told apart. ``steps`` counts the expressions that are followed, of all functions together.
    """

    values: dict[str, list[tuple[ast.expr, bool]]] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    keyed: dict[str, list[tuple[ast.expr, ast.expr, bool]]] = field(default_factory=dict)
    definitions: list[ast.FunctionDef] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)
    classes: list[ast.ClassDef] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    steps: Iterator[int] = field(default_factory=lambda: itertools.count(1))


def read(content: bytes, taken: Callable[[Names], Reading]) -> Reading:
    """What is taken from the names of a program. Raises UnreadableError where it is no Python of this interpreter, and where it nests too deep."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the judged file: invalid escapes and the like
            tree = ast.parse(content)  # the bytes, so that a declared encoding (PEP 263) counts
        names = Names()
        _gather(tree, names, conditional=False)
        return taken(names)
    except SyntaxError as error:
        raise UnreadableError(f"not Python: {error.msg}", line=error.lineno or 0) from error
    except (ValueError, RecursionError, MemoryError) as error:  # NUL bytes, depth
        raise UnreadableError(f"not read: {type(error).__name__}: {error}") from error


def inside(function: ast.FunctionDef, names: Names) -> Names:
    """The names as a function of the file sees them, which hides others by its own, and what is called in it."""
    own = Names()
    _gather(function, own, conditional=False)
    return Names(
        values={**names.values, **own.values},
        keyed={**names.keyed, **own.keyed},
        functions=names.functions,
        calls=own.calls,
        steps=names.steps,
    )


_CONDITIONS = (ast.If, ast.Try, ast.For, ast.While, ast.IfExp, ast.Match)


def _gather(node: ast.AST, names: Names, *, conditional: bool) -> None:
    """Note what the statements below the node give to names, call, define and import, in order."""
    for child in ast.iter_child_nodes(node):
        inner = conditional or isinstance(node, _CONDITIONS)
        match child:
            case ast.FunctionDef():
                names.functions.setdefault(child.name, child)
                names.definitions.append(child)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    _assign(target, value, names, conditional=inner)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                _assign(target, value, names, conditional=inner)
            case ast.AugAssign(target=target, op=ast.Add() | ast.BitOr(), value=value):
                _assign(target, value, names, conditional=inner)
            case ast.Call(
                func=ast.Attribute(value=target, attr="append" | "extend" | "update"), args=[value]
            ):
                _assign(target, value, names, conditional=inner)
            case ast.Call(
                func=ast.Attribute(value=target, attr="setdefault"),
                args=[key, value],
            ):
                _keyed(target, key, value, names, conditional=inner)
            case ast.Import(names=modules):
                names.modules.extend(one.name for one in modules)
            case ast.ImportFrom(module=str(module)):
                names.modules.append(module)
            case ast.ClassDef():
                names.classes.append(child)
            case ast.Call():
                names.calls.append(child)
            case _:
                pass
        _gather(child, names, conditional=inner)


def _assign(target: ast.expr, value: ast.expr, names: Names, *, conditional: bool) -> None:
    match target:
        case ast.Name(id=name):
            names.values.setdefault(name, []).append((value, conditional))
        case ast.Subscript(value=inner, slice=key):
            _keyed(inner, key, value, names, conditional=conditional)
        case ast.Call(func=ast.Attribute(value=inner, attr="setdefault"), args=[key, *_]):
            _keyed(inner, key, value, names, conditional=conditional)
        case _:
            pass


def _keyed(
    target: ast.expr, key: ast.expr, value: ast.expr, names: Names, *, conditional: bool
) -> None:
    if isinstance(target, ast.Name):
        names.keyed.setdefault(target.id, []).append((key, value, conditional))


class Values:
    """What expressions come to, under the names of one file or of one function in it."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._open: set[str] = set()

    def of(self, node: ast.expr) -> Found:
        """What the expression comes to. Raises UnreadableError where names unfold beyond ``STEPS``."""
        if next(self._names.steps) > STEPS:
            raise UnreadableError(f"not read: more than {STEPS} steps", line=node.lineno)
        match node:
            case ast.Constant(value=str(text)):
                return Found(words=(Word(text, node.lineno),))
            case ast.Constant(value=None):
                return Found()
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return _sum(map(self.of, items))
            case ast.Starred(value=inner):
                return self.of(inner)
            case ast.Dict(keys=keys, values=values):
                return _sum(map(self._pair, keys, values))
            case ast.BinOp(op=ast.Add() | ast.BitOr()):
                return self._added(node)
            case ast.IfExp(body=body, orelse=orelse):
                return _conditional(_sum((self.of(body), self.of(orelse))))
            case ast.Name(id=name) if name in self._names.values or name in self._names.keyed:
                return self._named(name)
            case ast.Call():
                return self._called(node)
            case _:
                return _computed(node)

    def _pair(self, key: ast.expr | None, value: ast.expr) -> Found:
        if key is None:
            return self.of(value)
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return Found(keyed=((key.value, self.of(value)),))
        text = f"{ast.unparse(key)}: {ast.unparse(value)}"
        return Found(computed=((text, key.lineno),))

    def _added(self, node: ast.BinOp) -> Found:
        # Two strings make one requirement ("a" + ">=1"), two lists make one list.
        match node.left, node.right:
            case ast.Constant(value=str(left)), ast.Constant(value=str(right)):
                return Found(words=(Word(left + right, node.lineno),))
            case (ast.Constant(), _) | (_, ast.Constant()):
                return _computed(node)
            case left_list, right_list:
                return _sum((self.of(left_list), self.of(right_list)))

    def _named(self, name: str) -> Found:
        if name in self._open:  # a = a + [...]: what a was stands in the list of its values anyway
            return Found()
        self._open.add(name)
        try:
            plain = [(self.of(value), early) for value, early in self._names.values.get(name, [])]
            keyed = [
                (self._pair(key, value), early)
                for key, value, early in self._names.keyed.get(name, [])
            ]
        finally:
            self._open.discard(name)
        return _sum(_conditional(one) if early else one for one, early in plain + keyed)

    def _called(self, node: ast.Call) -> Found:
        match node:
            case ast.Call(
                func=ast.Name(id="list" | "tuple" | "set" | "sorted" | "frozenset"), args=[inner]
            ):
                return self.of(inner)
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
                keys = [ast.Constant(one.arg) if one.arg else None for one in keywords]
                return _sum(map(self._pair, keys, (one.value for one in keywords)))
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Constant(value=str(text)), attr="split" | "splitlines"
                ),
                args=[],
            ):
                return Found(words=tuple(Word(word, node.lineno) for word in text.split()))
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if (
                name in self._names.functions and name not in self._open
            ):
                return self._returned(name)
            case _:
                return _computed(node)

    def _returned(self, name: str) -> Found:
        self._open.add(name)
        try:
            return _sum(
                [
                    self.of(one.value)
                    for one in ast.walk(self._names.functions[name])
                    if isinstance(one, ast.Return) and one.value is not None
                ]
            )
        finally:
            self._open.discard(name)


def _computed(node: ast.expr) -> Found:
    return Found(computed=((ast.unparse(node), node.lineno),))


def _conditional(found: Found) -> Found:
    return Found(
        tuple(replace(one, conditional=True) for one in found.words),
        tuple((key, _conditional(one)) for key, one in found.keyed),
        found.computed,
    )


def _sum(several: Iterable[Found]) -> Found:
    found = tuple(several)
    return Found(
        tuple(word for one in found for word in one.words),
        tuple(pair for one in found for pair in one.keyed),
        tuple(source for one in found for source in one.computed),
    )

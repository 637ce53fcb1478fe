"""setup.py: setuptools documentation, "Keywords", read by ``ast`` and never run.

Read: the lists of requirements of every call of ``setup`` as far as they are literals: lists, tuples, sets, strings, dictionaries, names that
the file gives such values, their sums, ``append``, ``extend`` and ``+=``, functions that return them. What a condition adds counts as
added (flag ``dynamic``). Whatever is computed otherwise is an Option of the signal ``dynamic`` with its source text. Not read:
``python_requires``, and what the rest of the program does: setup.py is itself code that runs at installation.
"""

import ast
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from hunkgate.gates.dependencies import python_requirements
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    UnreadableError,
)

_LISTS = {
    "install_requires": "runtime",
    "requires": "runtime",
    "setup_requires": "build",
    "tests_require": "dev",
    "test_requires": "dev",
}
_BUILDERS = ("setuptools", "distutils")
_EXTRAS = ("extras_require", "extra_requires")
_STEPS = 100_000
"""How many expressions are followed: names that name each other twice over unfold without end."""
_DEPTH = 20
"""How deep a dictionary of keyword arguments may be spread from another."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    line: int
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What an expression comes to: words, words by key, and the source of what is computed."""

    words: tuple[_Word, ...] = ()
    keyed: tuple[tuple[str, "_Found"], ...] = ()
    computed: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class _Names:
    """Every value that the file gives a name, each with whether a condition stands before it."""

    values: dict[str, list[tuple[ast.expr, bool]]] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    keyed: dict[str, list[tuple[ast.expr, ast.expr, bool]]] = field(default_factory=dict)
    calls: list[ast.Call] = field(default_factory=list)
    builds: bool = False


def read(content: bytes, _path: str) -> Reading:
    """What the calls of ``setup`` state. Raises UnreadableError where the file is no Python of this interpreter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the judged file: invalid escapes and the like
            tree = ast.parse(content)  # the bytes, so that a declared encoding (PEP 263) counts
        names = _Names()
        _gather(tree, names, conditional=False)
        return _reading(names)
    except SyntaxError as error:
        raise UnreadableError(f"not Python: {error.msg}", line=error.lineno or 0) from error
    except (ValueError, RecursionError, MemoryError) as error:  # NUL bytes, depth
        raise UnreadableError(f"not read: {type(error).__name__}: {error}") from error


def _reading(names: _Names) -> Reading:
    dependencies: list[Dependency] = []
    options: list[Option] = []
    own: set[str] = set()
    values = _Values(names)
    for call in names.calls:
        for key, value in _arguments(call, names):
            if key == "name" and isinstance(value, ast.Constant) and isinstance(value.value, str):
                own.add(python_requirements.normalised(value.value))
            elif key in _LISTS:
                _take(values.of(value), _LISTS[key], key, dependencies, options)
            elif key in _EXTRAS:
                found = values.of(value)
                options.extend(_dynamic(key, text, line) for text, line in found.computed)
                for extra, listed in found.keyed:
                    name = extra.partition(":")[0]
                    scope = f"optional:{name}" if name else "runtime"
                    _take(listed, scope, f"{key}.{extra}", dependencies, options)
            elif key == "dependency_links":
                options.extend(
                    replace(_dynamic(key, one.text, one.line), signal="index-changed")
                    for one in values.of(value).words
                )
            elif key == "**":
                options.append(_dynamic("setup(**)", ast.unparse(value), value.lineno))
    if not names.calls and names.builds:
        # Other modules are called setup.py too; one that builds a package without a call to be seen is worth one line.
        options.append(_dynamic("setup", "no call of setup", 0))
    return Reading(dependencies=tuple(dependencies), options=tuple(options), own=frozenset(own))


def _take(
    found: _Found,
    scope: str,
    key: str,
    dependencies: list[Dependency],
    options: list[Option],
) -> None:
    options.extend(_dynamic(key, text, line) for text, line in found.computed)
    for word in found.words:
        flags = frozenset({"dynamic"}) if word.conditional else frozenset()
        # A string may hold one requirement on each of its lines.
        for offset, text in enumerate(word.text.splitlines()):
            bare = text.partition(" #")[0].strip()
            if not bare or bare.startswith("#"):
                continue
            try:
                dependencies.append(
                    python_requirements.requirement(
                        bare, scope=scope, flags=flags, line=word.line + offset
                    )
                )
            except UnreadableError:
                options.append(_dynamic(key, bare, word.line + offset))


def _dynamic(name: str, text: str, line: int) -> Option:
    return Option(
        ecosystem=python_requirements.ECOSYSTEM, name=name, value=text, signal="dynamic", line=line
    )


_CONDITIONS = (ast.If, ast.Try, ast.For, ast.While, ast.IfExp, ast.Match)


def _gather(node: ast.AST, names: _Names, *, conditional: bool) -> None:
    """Note what the statements below the node give to names, in order, and every call of setup."""
    for child in ast.iter_child_nodes(node):
        inner = conditional or isinstance(node, _CONDITIONS)
        match child:
            case ast.FunctionDef():
                names.functions.setdefault(child.name, child)
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
                names.builds |= any(one.name.startswith(_BUILDERS) for one in modules)
            case ast.ImportFrom(module=str(module)):
                names.builds |= module.startswith(_BUILDERS)
            case ast.Call(func=ast.Name(id="setup") | ast.Attribute(attr="setup")):
                names.calls.append(child)
            case _:
                pass
        _gather(child, names, conditional=inner)


def _assign(target: ast.expr, value: ast.expr, names: _Names, *, conditional: bool) -> None:
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
    target: ast.expr, key: ast.expr, value: ast.expr, names: _Names, *, conditional: bool
) -> None:
    if isinstance(target, ast.Name):
        names.keyed.setdefault(target.id, []).append((key, value, conditional))


def _arguments(call: ast.Call, names: _Names) -> Iterator[tuple[str, ast.expr]]:
    """The keyword arguments, those of ``**name`` and ``**dict(...)`` spread where they can be seen."""
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg, keyword.value
        else:
            yield from _spread(keyword.value, names, _DEPTH)


def _spread(value: ast.expr, names: _Names, depth: int) -> Iterator[tuple[str, ast.expr]]:
    match value:
        case ast.Dict(keys=keys, values=values):
            for key, one in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, one
                elif key is None and depth:
                    yield from _spread(one, names, depth - 1)
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            for keyword in keywords:
                if keyword.arg is not None:
                    yield keyword.arg, keyword.value
                elif depth:
                    yield from _spread(keyword.value, names, depth - 1)
        case ast.Name(id=name) if depth and (name in names.values or name in names.keyed):
            for one, _ in names.values.get(name, []):
                yield from _spread(one, names, depth - 1)
            for key, one, _ in names.keyed.get(name, []):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, one
        case _:
            yield "**", value


class _Values:
    """What expressions come to, under the names of one file."""

    def __init__(self, names: _Names) -> None:
        self._names = names
        self._open: set[str] = set()
        self._steps = 0

    def of(self, node: ast.expr) -> _Found:
        """What the expression comes to. Raises UnreadableError where names unfold beyond ``_STEPS``."""
        self._steps += 1
        if self._steps > _STEPS:
            raise UnreadableError(f"not read: more than {_STEPS} steps", line=node.lineno)
        match node:
            case ast.Constant(value=str(text)):
                return _Found(words=(_Word(text, node.lineno),))
            case ast.Constant(value=None):
                return _Found()
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

    def _pair(self, key: ast.expr | None, value: ast.expr) -> _Found:
        if key is None:
            return self.of(value)
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return _Found(keyed=((key.value, self.of(value)),))
        text = f"{ast.unparse(key)}: {ast.unparse(value)}"
        return _Found(computed=((text, key.lineno),))

    def _added(self, node: ast.BinOp) -> _Found:
        # Two strings make one requirement ("a" + ">=1"), two lists make one list.
        match node.left, node.right:
            case ast.Constant(value=str(left)), ast.Constant(value=str(right)):
                return _Found(words=(_Word(left + right, node.lineno),))
            case (ast.Constant(), _) | (_, ast.Constant()):
                return _computed(node)
            case left_list, right_list:
                return _sum((self.of(left_list), self.of(right_list)))

    def _named(self, name: str) -> _Found:
        if name in self._open:  # a = a + [...]: what a was stands in the list of its values anyway
            return _Found()
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

    def _called(self, node: ast.Call) -> _Found:
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
                return _Found(words=tuple(_Word(word, node.lineno) for word in text.split()))
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if (
                name in self._names.functions and name not in self._open
            ):
                return self._returned(name)
            case _:
                return _computed(node)

    def _returned(self, name: str) -> _Found:
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


def _computed(node: ast.expr) -> _Found:
    return _Found(computed=((ast.unparse(node), node.lineno),))


def _conditional(found: _Found) -> _Found:
    return _Found(
        tuple(replace(one, conditional=True) for one in found.words),
        tuple((key, _conditional(one)) for key, one in found.keyed),
        found.computed,
    )


def _sum(several: Iterable[_Found]) -> _Found:
    found = tuple(several)
    return _Found(
        tuple(word for one in found for word in one.words),
        tuple(pair for one in found for pair in one.keyed),
        tuple(source for one in found for source in one.computed),
    )

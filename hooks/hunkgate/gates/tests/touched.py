"""Which executed lines of the old content a change calls in question, function by function.

A test that executed none of them runs through the changed functions as before (``blocks`` says why). What a change does outside of
function bodies is not told by executed lines: ``Touched.loose`` and ``Touched.described`` name it.
"""

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hunkgate.gates.tests import blocks, delta, harmless, syntax
from hunkgate.gates.tests.facts import MODULE
from hunkgate.gates.tests.memoized import memoized
from hunkgate.gates.tests.reading import statements
from hunkgate.gates.tests.record import span

EVERY_LINE = -1  # as a mask it meets every executed line

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
# Statements that change what others mean without being executed themselves.
_SILENT = (ast.Global, ast.Nonlocal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a change does to one file, as seen from its old content.

    ``functions`` maps the dotted name of each changed function to the old lines that call a test that executed one in question.
    ``loose`` are the changed definitions that lines do not decide, by the names that ``delta`` gives them. ``described`` are those
    of which the documentation or an annotation differs, which only who reads such things can tell; ``gone`` are those of ``loose``
    that are there no more, ``classes`` those that both have, of which only members differ. ``beneath`` are those of ``functions`` that
    run to make what is kept for later, and not again.
    """

    functions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    loose: frozenset[str] = frozenset()
    described: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    beneath: frozenset[str] = frozenset()

    @property
    def lines(self) -> int:
        """All lines in question."""
        lines = 0
        for mask in self.functions.values():
            lines |= mask
        return lines


EVERYTHING = Touched(functions=MappingProxyType({MODULE: EVERY_LINE}), loose=frozenset({MODULE}))


def between(before: bytes, after: bytes) -> Touched:
    """What lies between two contents of a file."""
    try:
        old, new = syntax.parse(before), syntax.parse(after)
    except syntax.UNREADABLE:
        return EVERYTHING
    differing = delta.between(before, after)
    changed = differing.changed
    if not changed:
        return Touched()
    olds, news = _called(old), _called(new)
    described = _described(old, new, changed, frozenset(olds) | frozenset(news))
    bindings = _bindings(new)
    results = memoized(old) | memoized(new)
    functions = {}
    loose = set()
    for name in changed - described:
        if name not in olds:
            loose.add(name)
            continue
        mine, theirs = olds[name], news.get(name)
        if theirs is None:
            functions[name] = _union(_body(one) for one in mine)
            loose.add(name)
            continue
        functions[name] = _function(mine, theirs)
        told = [*map(_description, mine)] != [*map(_description, theirs)] or (
            [*map(ast.dump, mine)] == [*map(ast.dump, theirs)]
        )
        signed = [*map(_signature, mine)] != [*map(_signature, theirs)]
        if told:
            described |= {name}
        if (
            name in differing.exported
            or name.rpartition(".")[2] in results.kept
            or any(_sets_globals(one) for one in (*mine, *theirs))
            or ((told or signed) and any(_shown(one, bindings) for one in theirs))
        ):
            loose.add(name)
    return Touched(
        functions=functions,
        loose=frozenset(loose),
        described=frozenset(described),
        gone=(frozenset(loose) - _defined(new.body, "")) | (differing.gone & loose),
        classes=frozenset(
            name
            for name in loose - differing.exported
            if (one := _class(old, name)) and one == _class(new, name)
        ),
        beneath=frozenset(name for name in functions if name.rpartition(".")[2] in results.beneath),
    )


def _described(
    old: ast.Module, new: ast.Module, changed: frozenset[str], functions: frozenset[str]
) -> frozenset[str]:
    """The documentations among what changed, and the classes of which nothing but that did."""
    found = set()
    for name in changed:
        owner, _, last = name.rpartition(".")
        if last != "__doc__":
            continue
        found.add(name)
        members = {one for one in changed if one.rpartition(".")[0] == owner and one != name}
        if (
            owner
            and members <= functions
            and _is_made_plainly(old, owner)
            and _is_made_plainly(new, owner)
        ):
            found.add(owner)
    return frozenset(found & changed)


def _defined(body: list[ast.stmt], prefix: str) -> frozenset[str]:
    """What a module or class defines in any way, by dotted name."""
    found: set[str] = set()
    for statement, _ in statements.opened(body):
        if isinstance(statement, (*_FUNCTION, ast.ClassDef)):
            found.add(prefix + statement.name)
            if isinstance(statement, ast.ClassDef):
                found |= _defined(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            found.update(prefix + name for name, _ in statements.imported(statement))
        else:
            found.update(
                prefix + one.id
                for part in statements.own_expressions(statement)
                for one in ast.walk(part)
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            )
    return frozenset(found)


def _is_made_plainly(tree: ast.Module, name: str) -> bool:
    """Whether there is one class of this dotted name, made without a decorator or an argument that could read what it says."""
    found = _classes(tree, name)
    return len(found) == 1 and not found[0].decorator_list and not found[0].keywords


def _class(tree: ast.Module, name: str) -> str:
    """The head of the one class of this dotted name, as text; '' where there is none or more than one."""
    found = _classes(tree, name)
    if len(found) != 1:
        return ""
    (one,) = found
    parts = (*one.decorator_list, *one.bases, *one.keywords)
    return "\n".join((one.name, *(ast.dump(part) for part in parts)))


def _classes(tree: ast.Module, name: str) -> list[ast.ClassDef]:
    body = tree.body
    found: list[ast.ClassDef] = []
    for part in name.split("."):
        found = [
            one
            for one, _ in statements.opened(body)
            if isinstance(one, ast.ClassDef) and one.name == part
        ]
        body = found[0].body if len(found) == 1 else []
    return found


def _bindings(tree: ast.Module) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for statement, _ in statements.opened(tree.body):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for name, token in statements.imported(statement):
                found.setdefault(name, []).append(token)
    return found


def _shown(node: "_Def", bindings: Mapping[str, list[str]]) -> bool:
    """Whether a decorator may have looked at the function's signature or documentation when the module was imported."""
    return not all(harmless.decorator(one, bindings) for one in node.decorator_list)


_Def = ast.FunctionDef | ast.AsyncFunctionDef


def _called(tree: ast.Module) -> Mapping[str, list[_Def]]:
    """The functions of a module without those variants that only describe them."""
    bindings = _bindings(tree)
    return {
        name: called
        for name, every in _functions(tree.body, "")
        if (called := [one for one in every if not harmless.is_variant(one, bindings)])
    }


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, list[_Def]]]:
    """The functions of a module or class, and of the classes in it, by dotted name; one name may be defined several times."""
    found: dict[str, list[_Def]] = {}
    for statement, _ in statements.opened(body):
        if isinstance(statement, _FUNCTION):
            found.setdefault(prefix + statement.name, []).append(statement)
        elif isinstance(statement, ast.ClassDef):
            for name, nodes in _functions(statement.body, f"{prefix}{statement.name}."):
                found.setdefault(name, []).extend(nodes)
    yield from found.items()


def _function(olds: list[_Def], news: list[_Def]) -> int:
    whole = _union(_body(one) for one in olds)
    if len(olds) != 1 or len(news) != 1:
        return whole
    old, new = _executed(olds[0]), _executed(news[0])
    if _signature(old) != _signature(new) or _meaning_of_names_differs(old, new):
        return whole
    return blocks.lines(_statements(old), _statements(new), whole)


def _executed(function: _Def) -> _Def:
    """The function without the annotations of its variables, which nobody evaluates (PEP 526)."""
    if not any(isinstance(one, ast.AnnAssign) for one in ast.walk(function)):
        return function
    copied = copy.deepcopy(function)
    waiting: list[ast.AST] = [*copied.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef):
            # A class keeps those of its variables; its methods do not.
            waiting += (one for one in node.body if not isinstance(one, ast.AnnAssign))
            continue
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
        waiting += ast.iter_child_nodes(node)
    return copied


def _statements(node: _Def) -> list[ast.stmt]:
    """The body without the documentation, which is executed by nobody."""
    return node.body[1:] if statements.is_text(node.body[0]) else node.body


def _signature(node: _Def) -> str:
    """What belongs to a function but is not executed with its body, as text, without what only describes it."""
    arguments = node.args
    every = (*arguments.defaults, *arguments.kw_defaults, *node.decorator_list)
    return "\n".join(
        (
            type(node).__name__,
            *(f"{mark}{one.arg}" for mark, one in _arguments(arguments)),
            *("-" if one is None else ast.dump(one) for one in every),
        )
    )


def _description(node: _Def) -> str:
    """Documentation and annotations, as text."""
    annotations = [one.annotation for _, one in _arguments(node.args)]
    return "\n".join(
        (
            ast.get_docstring(node, clean=False) or "",
            *("" if one is None else ast.dump(one) for one in (*annotations, node.returns)),
        )
    )


def _arguments(arguments: ast.arguments) -> Iterator[tuple[str, ast.arg]]:
    for mark, group in (
        ("/", arguments.posonlyargs),
        ("", arguments.args),
        ("=", arguments.kwonlyargs),
        ("*", [arguments.vararg]),
        ("**", [arguments.kwarg]),
    ):
        yield from ((mark, one) for one in group if one is not None)


def _meaning_of_names_differs(old: _Def, new: _Def) -> bool:
    """Whether a line that did not change may now mean another thing: a name became local or ceased to be, or a generator came to be."""
    before, after = _Names(old), _Names(new)
    return (
        before.silent != after.silent
        or before.yields != after.yields
        or bool((after.stored - before.stored) & before.loaded)
        or bool((before.stored - after.stored) & after.loaded)
    )


class _Names:
    """The names that a function binds and reads, nested scopes included."""

    __slots__ = ("loaded", "silent", "stored", "yields")

    def __init__(self, function: _Def) -> None:
        self.loaded: set[str] = set()
        self.stored: set[str] = set()
        self.silent: list[str] = []
        self.yields = False
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                (self.loaded if isinstance(node.ctx, ast.Load) else self.stored).add(node.id)
            elif isinstance(node, (*_FUNCTION, ast.ClassDef)) and node is not function:
                self.stored.add(node.name)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self.stored.update((one.asname or one.name).partition(".")[0] for one in node.names)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                self.stored.add(node.name)
            elif isinstance(node, _SILENT):
                self.silent.append(ast.dump(node))
            elif isinstance(node, (ast.Yield, ast.YieldFrom)):
                self.yields = True


def _sets_globals(function: _Def) -> bool:
    """Whether what the function does may stand where later callers find it without executing a line of it."""
    return any(isinstance(node, ast.Global) for node in ast.walk(function))


def _body(function: _Def) -> int:
    return span(blocks.start(function.body[0]), blocks.end(function))


def _union(masks: Iterator[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union

"""Which executed lines of the old content a change calls in question, function by function.

A test that executed none of them runs through the changed functions as before: the flow of control reaches new code only from an
old line beside it, so the old lines that changed and the statements next to them are enough. What a change does outside of
function bodies is not told by executed lines; ``Touched.loose`` names it, and the import graph decides.
"""

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hunkgate.gates.tests import delta, reader
from hunkgate.gates.tests.facts import MODULE
from hunkgate.gates.tests.record import span
from hunkgate.model import Hunk

EVERY_LINE = -1  # as a mask it meets every executed line

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTION, ast.ClassDef, ast.Lambda)
# Statements that change what others mean without being executed themselves.
_SILENT = (ast.Global, ast.Nonlocal)
# A decorator with one of these words in its name keeps a result: later callers do not execute the function.
_KEEPERS = ("cache", "memo", "once", "lazy", "singleton")


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a change does to one file, as seen from its old content.

    ``functions`` maps the dotted name of each changed function to the old lines that call a test that executed one in question.
    ``loose`` are the changed definitions that lines do not decide, by the names that ``delta`` gives them.
    ``bodies`` maps every function of the old content to the lines of its body.
    """

    functions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    loose: frozenset[str] = frozenset()
    bodies: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def lines(self) -> int:
        """All lines in question."""
        lines = 0
        for mask in self.functions.values():
            lines |= mask
        return lines


EVERYTHING = Touched(functions=MappingProxyType({MODULE: EVERY_LINE}), loose=frozenset({MODULE}))


def between(before: bytes, after: bytes, hunks: tuple[Hunk, ...]) -> Touched:
    """What lies between two contents of a file; ``hunks`` is their difference without context lines."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old, new = ast.parse(before), ast.parse(after)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return EVERYTHING
    changed = delta.between(before, after).changed
    if not changed:
        return Touched()
    olds, news = dict(_functions(old.body, "")), dict(_functions(new.body, ""))
    lines = before.split(b"\n")
    functions = {}
    loose = set()
    for name in changed:
        if name not in olds:
            loose.add(name)
            continue
        if name not in news:
            functions[name] = _union(_body(one) for one in olds[name])
            loose.add(name)
            continue
        functions[name] = _function(olds[name], news[name], hunks, lines)
        if any(_keeps(one) for one in (*olds[name], *news[name])):
            loose.add(name)
    return Touched(
        functions=functions,
        loose=frozenset(loose),
        bodies={name: _union(_body(one) for one in nodes) for name, nodes in olds.items()},
    )


_Def = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, list[_Def]]]:
    """The functions of a module or class, and of the classes in it, by dotted name; one name may be defined several times."""
    found: dict[str, list[_Def]] = {}
    for statement, _ in reader.statements(body):
        if isinstance(statement, _FUNCTION):
            found.setdefault(prefix + statement.name, []).append(statement)
        elif isinstance(statement, ast.ClassDef):
            for name, nodes in _functions(statement.body, f"{prefix}{statement.name}."):
                found.setdefault(name, []).extend(nodes)
    yield from found.items()


def _function(
    olds: list[_Def], news: list[_Def], hunks: tuple[Hunk, ...], lines: list[bytes]
) -> int:
    whole = _union(_body(one) for one in olds)
    if len(olds) != 1 or len(news) != 1:
        return whole
    old, new = olds[0], news[0]
    if _outside(old) != _outside(new) or _meaning_of_names_differs(old, new):
        return whole
    paired = _paired(old.body, new.body)
    if paired is not None:
        return paired
    own = [
        hunk
        for hunk in hunks
        if _first(hunk) <= _end_of_room(old, lines) and _last(hunk) >= old.lineno
    ]
    if not own or any(_first(hunk) < old.body[0].lineno and hunk.base_length for hunk in own):
        return whole
    return _union(_statements(old, hunk, lines) for hunk in own)


def _paired(olds: list[ast.stmt], news: list[ast.stmt]) -> int | None:
    """Where both bodies have the same statements in the same nesting: the lines of those whose own parts differ. None otherwise."""
    if [type(one) for one in olds] != [type(one) for one in news]:
        return None
    mask = 0
    for old, new in zip(olds, news, strict=True):
        blocks, others = _named_blocks(old), _named_blocks(new)
        if [name for name, _ in blocks] != [name for name, _ in others]:
            return None
        if _own(old) != _own(new):
            first = min((_start(block[0]) for _, block in blocks), default=_end(old) + 1)
            # The patterns and exceptions of later blocks stand between the blocks.
            simple = not any(name.startswith(("handlers", "cases")) for name, _ in blocks)
            mask |= span(_start(old), first - 1 if simple else _end(old))
        for (_, block), (_, other) in zip(blocks, others, strict=True):
            inner = _paired(block, other)
            if inner is None:
                return None
            mask |= inner
    return mask


def _named_blocks(statement: ast.stmt) -> list[tuple[str, list[ast.stmt]]]:
    found = [
        (name, block)
        for name in ("body", "orelse", "finalbody")
        if (block := getattr(statement, name, None))
    ]
    for name in ("handlers", "cases"):
        found += [
            (f"{name}{number}", part.body)
            for number, part in enumerate(getattr(statement, name, ()))
        ]
    return found


def _own(statement: ast.stmt) -> str:
    """What a statement says itself, as text, without the statements in it."""
    parts = [
        f"{name} {value}" for name, value in ast.iter_fields(statement) if isinstance(value, str)
    ]
    parts += (ast.dump(one) for one in reader.own_expressions(statement))
    if isinstance(statement, (ast.Import, ast.ImportFrom, *_SILENT)):
        parts.append(ast.dump(statement))
    parts += (str(one.name) for one in getattr(statement, "handlers", ()))
    return "\n".join(parts)


def _outside(node: _Def) -> str:
    """What belongs to a function but is not executed with its body, as text: the signature and the documentation."""
    parts = [type(node).__name__, ast.dump(node.args), ast.get_docstring(node, clean=False) or ""]
    parts += (ast.dump(one) for one in (*node.decorator_list, node.returns) if one is not None)
    return "\n".join(parts)


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


def _statements(function: _Def, hunk: Hunk, lines: list[bytes]) -> int:
    """The old lines that one hunk calls in question: the statements it changes, and where it adds, those before and after."""
    first, last = _first(hunk), _last(hunk)
    mask = 0
    if hunk.base_length:
        for line in range(first, last + 1):
            # Blank lines and comments are executed by nobody.
            if _code_line(lines, line, 1) == line:
                mask |= _unit(function, line)
    if hunk.head_length:
        before = (
            _code_line(lines, first - 1, -1)
            if hunk.base_length
            else _code_line(lines, hunk.base_start, -1)
        )
        after = _code_line(lines, last + 1, 1)
        mask |= _neighbour(function, before, ends=True) | _neighbour(function, after, ends=False)
    return mask


def _first(hunk: Hunk) -> int:
    """The first old line that a hunk takes, or for an addition the line after which it adds, plus one."""
    return hunk.base_start if hunk.base_length else hunk.base_start + 1


def _last(hunk: Hunk) -> int:
    return hunk.base_start + hunk.base_length - 1 if hunk.base_length else hunk.base_start


def _code_line(lines: list[bytes], number: int, step: int) -> int:
    """The nearest line from here on that holds more than blanks and a comment; 0 or past the end where there is none."""
    while 1 <= number <= len(lines) and (
        not (text := lines[number - 1].strip()) or text.startswith(b"#")
    ):
        number += step
    return number


def _neighbour(function: _Def, line: int, *, ends: bool) -> int:
    """The lines of the outermost statement of the function that ends (or begins) at this line; what holds the line where none does."""
    if line < function.body[0].lineno:
        # New code right at the beginning: whoever enters the function.
        return span(function.body[0].lineno, _end(function)) if ends else 0
    if line > _end(function):
        return 0
    for statement in _outer_first(function.body):
        if (_end(statement) if ends else _start(statement)) == line:
            return span(_start(statement), _end(statement))
    return _unit(function, line)


def _unit(function: _Def, line: int) -> int:
    """The lines that are executed when this line's part of the function is: a simple statement, or the head of a compound one."""
    if not _start(function.body[0]) <= line <= _end(function):
        return 0
    body = function.body
    holder: ast.AST = function
    while True:
        inner = next((one for one in body if _start(one) <= line <= _end(one)), None)
        if inner is None:
            break
        holder = inner
        blocks = list(_blocks(inner))
        if not blocks:
            break
        first = min(_start(block[0]) for block in blocks)
        if line < first:
            return span(_start(inner), first - 1)
        body = [one for block in blocks for one in block]
    if isinstance(holder, ast.stmt) and holder is not function:
        # A simple statement, or an `else`, `except` or `case` line between the blocks of a compound one.
        return span(_start(holder), _end(holder))
    return _body(function)


def _outer_first(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    level = body
    while level:
        yield from level
        level = [one for statement in level for block in _blocks(statement) for one in block]


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    return (block for _, block in _named_blocks(statement))


def _keeps(function: _Def) -> bool:
    """Whether what the function does may be kept where later callers find it without executing a line of it."""
    words = (ast.unparse(one).lower() for one in function.decorator_list)
    return any(keeper in word for word in words for keeper in _KEEPERS) or any(
        isinstance(node, ast.Global) for node in ast.walk(function)
    )


def _body(function: _Def) -> int:
    return span(_start(function.body[0]), _end(function))


def _end_of_room(function: _Def, lines: list[bytes]) -> int:
    """The last line at which something may be added to the function: blank lines and comments after it count."""
    return _code_line(lines, _end(function) + 1, 1)


def _start(node: ast.stmt) -> int:
    if isinstance(node, (*_FUNCTION, ast.ClassDef)):
        return min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return node.lineno


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _union(masks: Iterator[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union

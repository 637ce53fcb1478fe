"""Which lines of an old block of statements a new one calls in question: those by which control gets to where the two part.

Statements of both blocks are paired in order. A run that gets to no place where they differ does in the new block what it did in
the old one, statement by statement: so of code that came it is enough to name the old statement that control goes on to, of
code that went the first statement that went, and of what only happens under a condition, in a handler or in a branch, what stands there.
"""

import ast
from collections.abc import Iterator
from difflib import SequenceMatcher

from hunkgate.gates.tests.reading import statements
from hunkgate.gates.tests.record import span

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTION, ast.ClassDef)
_TRY = (ast.Try, ast.TryStar)
# Statements that leave their block whenever they are executed.
_LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue)
# Statements that may be executed without a line being seen: no code, or a jump that the compiler does away with.
_UNSEEN = (ast.Pass, ast.Global, ast.Nonlocal, ast.Break, ast.Continue)
# Builtin functions that look at a value and do nothing to it.
_LOOKING = frozenset({"bool", "callable", "hasattr", "isinstance", "issubclass", "len", "type"})

Block = list[ast.stmt]


def lines(old: Block, new: Block, around: int) -> int:
    """The old lines that call a run that executed one of them in question.

    ``around`` are the lines of which one is executed by whoever enters the block: those of what the block belongs to.
    """
    mask = 0
    before, after = [ast.dump(one) for one in old], [ast.dump(one) for one in new]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "insert":
            mask |= _reached(old, start, around)
        elif kind == "delete":
            mask |= _removed(old, start, end, around)
        elif kind == "replace":
            mask |= _replaced(old, start, end, new[new_start:new_end], around)
    return mask


def _reached(block: Block, index: int, around: int) -> int:
    """Lines of which one is executed whenever control gets to this place of the block, which may be its end."""
    if index == len(block):
        return _left(block, around)
    statement = block[index]
    own = span(start(statement), end(statement))
    if isinstance(statement, _UNSEEN) or _is_bare(statement):
        own |= _left(block[:index], around)
        if not isinstance(statement, _LEAVING) and index + 1 < len(block):
            own |= _reached(block, index + 1, around)
    return own


def _left(block: Block, around: int) -> int:
    """Lines of which one is executed whenever control comes out at the block's end."""
    if not block:
        return around
    last = block[-1]
    if isinstance(last, _LEAVING):
        return 0
    if isinstance(last, ast.If):
        head = span(start(last), start(last.body[0]) - 1) or span(start(last), start(last))
        return _left(last.body, head) | (_left(last.orelse, head) if last.orelse else head)
    return _reached(block, len(block) - 1, around)


def _is_bare(statement: ast.stmt) -> bool:
    """Whether the statement is a mere constant or annotation, which makes no code."""
    return (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)) or (
        isinstance(statement, ast.AnnAssign) and statement.value is None
    )


def _removed(block: Block, index: int, stop: int, around: int) -> int:
    """What the removal of these statements calls in question: the first one, or of conditions what stands under them."""
    mask = 0
    while index < stop:
        statement = block[index]
        if not (isinstance(statement, ast.If) and _only_looks(statement.test)):
            return mask | _reached(block, index, around)
        mask |= _branch(statement, statement.body)
        if statement.orelse:
            mask |= _branch(statement, statement.orelse)
        index += 1
    return mask


def _branch(statement: ast.If, branch: Block) -> int:
    return _reached(branch, 0, span(start(statement), end(statement)))


def _replaced(block: Block, index: int, stop: int, new: Block, around: int) -> int:
    old = block[index:stop]
    mask = 0
    paired = 0
    for one, other in zip(old, new, strict=False):
        if type(one) is not type(other):
            break
        mask |= _altered(block, index + paired, one, other, around)
        paired += 1
    old, new, index = old[paired:], new[paired:], index + paired
    if not new:
        return mask | (_removed(block, index, stop, around) if old else 0)
    if len(old) == 1:
        unwrapped = _unwrapped(old[0], new)
        if unwrapped is not None:
            return mask | unwrapped
    return mask | _reached(block, index, around)


def _unwrapped(old: ast.stmt, new: Block) -> int | None:
    """What it calls in question that a condition or a handler around statements that stay is taken away; None for all else."""
    whole = span(start(old), end(old))
    if isinstance(old, ast.If) and old.orelse and _only_looks(old.test):
        gone, kept = old.body, old.orelse
        if _alike(gone, new) > _alike(kept, new):
            gone, kept = kept, gone
        return _reached(gone, 0, whole) | lines(kept, new, whole)
    if isinstance(old, _TRY) and old.handlers and not old.orelse and not old.finalbody:
        return _handlers(old) | lines(old.body, new, whole)
    return None


def _alike(one: Block, other: Block) -> float:
    return SequenceMatcher(
        None, [ast.dump(each) for each in one], [ast.dump(each) for each in other], autojunk=False
    ).ratio()


def _altered(block: Block, index: int, old: ast.stmt, new: ast.stmt, around: int) -> int:
    """What lies between two statements of one kind."""
    whole = span(start(old), end(old))
    if isinstance(old, _SCOPES):
        return _scope(old, new, whole)
    if isinstance(old, ast.If) and isinstance(new, ast.If):
        return _chosen(block, index, old, new, around)
    if isinstance(old, _TRY) and isinstance(new, _TRY):
        return _tried(old, new, whole)
    if isinstance(old, ast.Match) or not any(_parts(old)):
        return 0 if ast.dump(old) == ast.dump(new) else _reached(block, index, around)
    if _own(old) != _own(new):
        return whole
    mask = 0
    for name in ("body", "orelse"):
        mine: Block = getattr(old, name, [])
        theirs: Block = getattr(new, name, [])
        mask |= lines(mine, theirs, whole)
    return mask


def _chosen(block: Block, index: int, old: ast.If, new: ast.If, around: int) -> int:
    head = span(start(old), max(start(old.body[0]) - 1, start(old)))
    if isinstance(old.test, ast.Constant):
        # The compiler leaves out what it knows.
        head = span(start(old), end(old))
    if old.orelse:
        missed = _reached(old.orelse, 0, head)
    elif isinstance(old.body[-1], _LEAVING):
        missed = _reached(block, index + 1, around)
    else:
        missed = head
    mask = 0
    if ast.dump(old.test) != ast.dump(new.test):
        mask = _condition(old.test, new.test, head, _reached(old.body, 0, head), missed)
    mask |= lines(old.body, new.body, head)
    return mask | lines(old.orelse, new.orelse, missed)


def _condition(old: ast.expr, new: ast.expr, head: int, met: int, missed: int) -> int:
    """What another condition calls in question: where one only adds to the other, who went the way that fewer go now."""
    for shorter, longer in ((old, new), (new, old)):
        if not isinstance(longer, ast.BoolOp):
            continue
        same = isinstance(shorter, ast.BoolOp) and type(shorter.op) is type(longer.op)
        begin = shorter.values if same and isinstance(shorter, ast.BoolOp) else [shorter]
        rest = longer.values[len(begin) :]
        if not rest or [*map(ast.dump, begin)] != [*map(ast.dump, longer.values[: len(begin)])]:
            continue
        # What is evaluated no more must have had no other effect.
        if longer is new or all(map(_only_looks, rest)):
            return missed if (longer is new) == isinstance(longer.op, ast.Or) else met
    return head


def _scope(old: ast.stmt, new: ast.stmt, whole: int) -> int:
    """What lies between two inner functions or classes; an inner class, and another signature, concern all of it."""
    if (
        isinstance(old, _FUNCTION)
        and isinstance(new, _FUNCTION)
        and type(old) is type(new)
        and (old.name, _own(old)) == (new.name, _own(new))
        and ast.get_docstring(old, clean=False) == ast.get_docstring(new, clean=False)
    ):
        return lines(old.body, new.body, span(start(old), end(old)))
    return whole


def _tried(old: ast.Try | ast.TryStar, new: ast.Try | ast.TryStar, whole: int) -> int:
    if [*map(_catches, old.handlers)] == [*map(_catches, new.handlers)]:
        mask = 0
        for one, other in zip(old.handlers, new.handlers, strict=True):
            mask |= lines(one.body, other.body, span(one.lineno, end(one.body[-1])))
    elif old.handlers:
        # Who meets an exception there evaluates which handler it is for.
        mask = _handlers(old)
    else:
        return whole
    for name in ("body", "orelse", "finalbody"):
        mask |= lines(getattr(old, name), getattr(new, name), whole)
    return mask


def _catches(handler: ast.ExceptHandler) -> tuple[str, str | None]:
    return ("" if handler.type is None else ast.dump(handler.type), handler.name)


def _handlers(statement: ast.Try | ast.TryStar) -> int:
    mask = 0
    for one in statement.handlers:
        mask |= span(one.lineno, end(one.body[-1]))
    return mask


def _parts(statement: ast.stmt) -> Iterator[Block]:
    """The blocks of a compound statement; none of a simple one."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def _own(statement: ast.stmt) -> str:
    """What a compound statement says itself, as text, without its blocks, handlers and cases."""
    return "\n".join(ast.dump(one) for one in statements.own_expressions(statement))


def _only_looks(expression: ast.expr) -> bool:
    """Whether evaluating this looks at values and does nothing to them: names, attributes, comparisons, ``isinstance``."""
    if isinstance(expression, (ast.Constant, ast.Name)):
        return True
    if isinstance(expression, ast.Attribute):
        return _only_looks(expression.value)
    if isinstance(expression, ast.UnaryOp):
        return _only_looks(expression.operand)
    if isinstance(expression, ast.BoolOp):
        return all(map(_only_looks, expression.values))
    if isinstance(expression, ast.Compare):
        return all(map(_only_looks, (expression.left, *expression.comparators)))
    if isinstance(expression, (ast.Tuple, ast.List, ast.Set)):
        return all(map(_only_looks, expression.elts))
    return (
        isinstance(expression, ast.Call)
        and isinstance(expression.func, ast.Name)
        and expression.func.id in _LOOKING
        and not expression.keywords
        and all(map(_only_looks, expression.args))
    )


def start(node: ast.stmt) -> int:
    """The first line of a statement, decorators included."""
    if isinstance(node, _SCOPES):
        return min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return node.lineno


def end(node: ast.stmt) -> int:
    """The last line of a statement."""
    return node.end_lineno or node.lineno

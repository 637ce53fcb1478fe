"""Which statements run with a body of code, and the names that they bind."""

import ast
from collections.abc import Iterable, Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CONTEXTS = (ast.Load, ast.Store, ast.Del)


def is_type_checking(test: ast.expr) -> bool:
    """Whether the condition is ``TYPE_CHECKING``, which is False whenever code runs."""
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def is_main(test: ast.expr) -> bool:
    """Whether the condition is ``__name__ == "__main__"``."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq)
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == "__main__"
    )


def is_text(statement: ast.stmt) -> bool:
    """Whether the statement is a bare string: a docstring, or a comment in disguise."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def assigned(statement: ast.stmt) -> tuple[str, ...]:
    """The plain names that an assignment binds; empty for every other statement and target."""
    if isinstance(statement, ast.Assign):
        targets: list[ast.expr] = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    else:
        return ()
    names = []
    for target in targets:
        elements = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        for element in elements:
            if not isinstance(element, ast.Name):
                return ()
            names.append(element.id)
    return tuple(names)


def imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The name that each part of an import binds ('*' for a star) and its token."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname:
                yield alias.asname, f"+0:{alias.name}:"
            else:
                yield alias.name.partition(".")[0], f"+0:{alias.name}:"
        return
    for alias in statement.names:
        yield (
            alias.asname or alias.name,
            f"+{statement.level}:{statement.module or ''}:{alias.name}",
        )


def opened(body: Iterable[ast.stmt]) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement that runs with this body, compound ones opened; the flag says that it runs only as the program.

    Of a compound statement itself only its own expressions are meant. What stands below ``if TYPE_CHECKING`` does not run.
    """
    for statement in body:
        if isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from opened(statement.orelse)
        elif isinstance(statement, ast.If) and is_main(statement.test):
            for inner, _ in opened(statement.body):
                yield inner, True
            yield from opened(statement.orelse)
        else:
            yield statement, False
            if not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
                for block in _blocks(statement):
                    yield from opened(block)


def bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that the statements of a body bind, as far as they become members."""
    for statement, _ in opened(body):
        if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from (name for name, _ in imported(statement))
        else:
            yield from assigned(statement)
            for node in own_expressions(statement):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                        yield inner.id


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def own_expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """The parts of a statement that are not statements: all of a simple one."""
    for value in statement.__dict__.values():
        if isinstance(value, list):
            for item in value:
                if isinstance(item, ast.ExceptHandler):
                    if item.type is not None:
                        yield item.type
                elif isinstance(item, ast.match_case):
                    yield item.pattern
                    if item.guard is not None:
                        yield item.guard
                elif isinstance(item, ast.AST) and not isinstance(item, ast.stmt):
                    yield item
        elif isinstance(value, ast.AST) and not isinstance(value, (ast.stmt, *_CONTEXTS)):
            yield value

"""What a module's ``__getattr__`` (PEP 562) runs for a name that it does not answer for."""

import ast


def asked(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.AST]:
    """What a module's ``__getattr__`` runs for ``__path__`` and its like: all but what it does for the names that it knows."""
    first = function.args.args[0].arg if function.args.args else ""
    found: list[ast.AST] = []
    for statement in function.body:
        known = _knows(statement.test, first) if isinstance(statement, ast.If) else None
        if known is None:
            found.append(statement)
        elif known:
            assert isinstance(statement, ast.If)
            found += statement.orelse
        else:
            assert isinstance(statement, ast.If)
            found += statement.body
            if isinstance(statement.body[-1], (ast.Raise, ast.Return)):
                break
    return found


def _knows(test: ast.expr, name: str) -> bool | None:
    """Whether the condition holds for names that are listed only (True), for others only (False); None where that is not known."""
    if not (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.left, ast.Name)
        and test.left.id == name
    ):
        return None
    operator, other = test.ops[0], test.comparators[0]
    if isinstance(operator, (ast.In, ast.NotIn)):
        return isinstance(operator, ast.In)
    if isinstance(operator, (ast.Eq, ast.NotEq)) and isinstance(other, ast.Constant):
        return isinstance(operator, ast.Eq)
    return None

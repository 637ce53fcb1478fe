"""What an expression tells of its value: its type, its class, where it comes from."""

import ast

# Expressions that make a value of a type that Python brings.
_DISPLAYS = (
    ast.Dict,
    ast.DictComp,
    ast.GeneratorExp,
    ast.JoinedStr,
    ast.List,
    ast.ListComp,
    ast.Set,
    ast.SetComp,
    ast.Tuple,
)


def is_builtin(expression: ast.AST | None) -> bool:
    """Whether the value is of a type that Python brings: no attribute of it is the project's."""
    if isinstance(expression, ast.Constant):
        return expression.value is not None
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        # A method of a text makes texts, numbers or lists of texts.
        return _is_text_value(expression.func.value)
    return isinstance(expression, _DISPLAYS)


def _is_text_value(expression: ast.AST) -> bool:
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        return expression.func.attr not in ("split", "rsplit", "splitlines") and _is_text_value(
            expression.func.value
        )
    return isinstance(expression, ast.JoinedStr) or (
        isinstance(expression, ast.Constant) and isinstance(expression.value, (str, bytes))
    )


def is_super(expression: ast.AST) -> bool:
    """Whether this is ``super()`` as it stands in a method."""
    return (
        isinstance(expression, ast.Call)
        and isinstance(expression.func, ast.Name)
        and expression.func.id == "super"
        and not expression.args
    )


def is_question(call: ast.Call) -> bool:
    """Whether the call only asks for the class of a value."""
    return (
        isinstance(call.func, ast.Name)
        and call.func.id in ("isinstance", "issubclass")
        and len(call.args) == 2
        and not call.keywords
    )


def asked_about(
    expression: ast.expr | None, others: list[ast.AST]
) -> list[tuple[str, tuple[str, ...]]]:
    """The classes that are named in a question for a class, as name and attributes; what is no such name goes to ``others``."""
    found = []
    for one in expression.elts if isinstance(expression, ast.Tuple) else [expression]:
        path: list[str] = []
        root = one
        while isinstance(root, ast.Attribute):
            path.insert(0, root.attr)
            root = root.value
        if isinstance(root, ast.Name):
            found.append((root.id, tuple(path)))
        elif one is not None:
            others.append(one)
    return found


def root_of(expression: ast.expr) -> str:
    """The name that a chain of attributes, items and calls begins with; '' where it begins with something else."""
    while isinstance(expression, (ast.Attribute, ast.Subscript, ast.Call)):
        expression = expression.func if isinstance(expression, ast.Call) else expression.value
    return expression.id if isinstance(expression, ast.Name) else ""


def is_chain(expression: ast.expr) -> bool:
    """Whether this is a name, or attributes of one and nothing else."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return isinstance(expression, ast.Name)

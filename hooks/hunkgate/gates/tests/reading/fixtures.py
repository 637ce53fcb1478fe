"""What the decorator of a pytest fixture says of it."""

import ast


def name(decorator: ast.expr) -> str:
    """The name that the decorator gives the fixture; '' where it has the function's."""
    if isinstance(decorator, ast.Call):
        for keyword in decorator.keywords:
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return ""


def is_autouse(decorator: ast.expr) -> bool:
    """Whether tests get the fixture unasked, as far as the decorator may say so."""
    if not isinstance(decorator, ast.Call):
        return False
    for keyword in decorator.keywords:
        if keyword.arg is None:
            return True
        if keyword.arg == "autouse":
            return not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
    return False

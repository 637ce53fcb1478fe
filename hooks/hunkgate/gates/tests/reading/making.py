"""Objects that import-time code makes and puts into globals."""

import ast
from collections.abc import Sequence

from hunkgate.gates.tests.reading.values import is_chain


def held(value: ast.expr) -> Sequence[ast.Call]:
    """The calls of a name, or of attributes of one, of which a value only holds the results: nothing is asked of these.

    An element of a set and a key of a dictionary are asked for their hash, an operand for its operator; a list, a tuple and a
    dictionary ask nothing of what they hold.
    """
    if isinstance(value, ast.Call):
        return (value,) if is_chain(value.func) else ()
    if isinstance(value, (ast.List, ast.Tuple)):
        parts = value.elts
    elif isinstance(value, ast.Dict):
        parts = value.values
    elif isinstance(value, ast.IfExp):
        parts = [value.body, value.orelse]
    else:
        return ()
    return [call for part in parts for call in held(part)]

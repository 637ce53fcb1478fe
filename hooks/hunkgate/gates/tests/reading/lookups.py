"""Calls that look something up by its name: attributes, members, modules, files."""

import ast

from hunkgate.gates.tests import harmless

_MEMBER_LOOKUPS = frozenset({"getattr", "hasattr"})
# Calls that look up, or put something in place of, the attribute that a string names.
_BY_STRING = frozenset(
    [
        "attrgetter",
        "create_autospec",
        "delattr",
        "getattr",
        "hasattr",
        "methodcaller",
        "multiple",
        "object",
        "patch",
        "setattr",
        "spy",
        "stub",
    ]
)
_REFLECTION = frozenset({"vars", "getmembers"})
_IMPORTERS = frozenset({"import_module", "__import__", "run_module"})
# Who lists modules or files finds some to import that nothing names.
_DISCOVERERS = frozenset(
    {"walk_packages", "iter_modules", "listdir", "scandir", "iterdir", "glob", "rglob", "walk"}
)
# What argparse's result is usually called; ``vars`` of it holds plain values.
_NAMESPACES = frozenset({"args", "arguments", "namespace", "ns", "options", "opts", "parsed"})
# Calls of which the outline of a file tells something.
LOADING = _DISCOVERERS | _IMPORTERS | {"split"}


def looked_up(call: ast.Call, tokens: set[str], first: str) -> bool:
    """Note what the call looks up by a name made at run time; whether nothing is known of the name of a member."""
    name = harmless.last_name(call.func)
    if name in _BY_STRING:
        for argument in call.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                tokens.update(f".{part}" for part in argument.value.split(".") if part)
    if name in _MEMBER_LOOKUPS and len(call.args) > 1:
        return _made(call.args[1], tokens, "^")
    if name in ("attrgetter", "methodcaller") and call.args:
        return _made(call.args[0], tokens, "^")
    if name == "dir":
        tokens.add("!names")
    elif name in _REFLECTION:
        if not (
            call.args
            and isinstance(call.args[0], ast.Name)
            and (call.args[0].id == first or call.args[0].id in _NAMESPACES)
        ):
            tokens.update(("!members", "!globals"))
    elif name in ("walk_packages", "iter_modules"):
        tokens.add("@")
    elif name in _DISCOVERERS:
        tokens.add("!files")
    elif name in _IMPORTERS:
        tokens.add("!imports")
        if call.args and _made(call.args[0], tokens, "@"):
            argument = call.args[0]
            if isinstance(argument, (ast.JoinedStr, ast.BinOp)):
                own = any(
                    isinstance(one, ast.Name) and one.id in ("__name__", "__package__")
                    for one in ast.walk(argument)
                )
                tokens.add("@." if own else "@")
    elif (
        name == "split"
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Constant)
        and isinstance(call.func.value.value, str)
    ):
        tokens.update(f"'{word}" for word in call.func.value.value.split()[:200])
    return False


def _made(argument: ast.expr, tokens: set[str], mark: str) -> bool:
    """Note what a computed name is known to begin with; whether nothing is. A constant is noted as every string is."""
    if isinstance(argument, ast.Constant):
        return False
    begin: ast.expr | None = None
    if isinstance(argument, ast.JoinedStr) and argument.values:
        begin = argument.values[0]
    elif isinstance(argument, ast.BinOp) and isinstance(argument.op, (ast.Add, ast.Mod)):
        begin = argument.left
    if isinstance(begin, ast.Constant) and isinstance(begin.value, str):
        known = begin.value.partition("%")[0]
        if len(known) > (mark == "^"):
            tokens.add(mark + known)
            return False
    return True


def of_first(call: ast.Call, first: str) -> bool:
    """Whether the call looks at a member of the method's own first argument."""
    return (
        harmless.last_name(call.func) in _MEMBER_LOOKUPS
        and isinstance(call.args[0], ast.Name)
        and call.args[0].id == first
    )

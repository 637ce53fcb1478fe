"""What one file does with names that it mentions: which of its functions hand them on, what its import-time code makes of them."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from hunkgate.gates.tests import harmless
from hunkgate.gates.tests.reading import statements
from hunkgate.gates.tests.record import span

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_WORD = re.compile(r"\w+")
_DISPLAYS = (ast.List, ast.Set, ast.Tuple)
# Functions that look at what they are given and do not read its description.
_LOOKING = frozenset(["callable", "isinstance", "issubclass", "len", "super"])
# Expressions that put what they mention into a value and do nothing else with it.
_CARRYING = (
    ast.Attribute,
    ast.BinOp,
    ast.BoolOp,
    ast.Compare,
    ast.Dict,
    ast.FormattedValue,
    ast.IfExp,
    ast.JoinedStr,
    ast.List,
    ast.Set,
    ast.Slice,
    ast.Starred,
    ast.Subscript,
    ast.Tuple,
    ast.UnaryOp,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A function: the lines of its body, and the last names of what it lets out of its hands other than by calling it."""

    lines: int
    handed: frozenset[str]


def bodies(tree: ast.Module) -> Mapping[str, Body]:
    """Every function of a module and of its classes, by its dotted name; one name may be defined several times."""
    found: dict[str, Body] = {}
    for name, node in _functions(tree.body, ""):
        first = node.body[0]
        decorators = (one.lineno for one in getattr(first, "decorator_list", ()))
        lines = span(min([first.lineno, *decorators]), node.body[-1].end_lineno or first.lineno)
        before = found.get(name, Body(lines=0, handed=frozenset()))
        found[name] = Body(lines=before.lines | lines, handed=before.handed | _handed(node))
    return found


def _functions(
    body: Iterable[ast.stmt], prefix: str
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for statement, _ in statements.opened(body):
        if isinstance(statement, _FUNCTION):
            yield prefix + statement.name, statement
        elif isinstance(statement, ast.ClassDef):
            yield from _functions(statement.body, f"{prefix}{statement.name}.")


def _handed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """The names of what a function lets out of its hands; what it only calls, compares or gives a local name is not."""
    found: set[str] = set()
    kept: dict[str, set[str]] = {}
    todo: list[ast.AST] = [*function.body, *function.decorator_list]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
            if not isinstance(node.value, ast.Name) or node.attr.startswith("__"):
                todo.append(node.value)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                found.update(_WORD.findall(node.value))
        elif isinstance(node, ast.Call):
            if _named(node.func) is None:
                todo.append(node.func)
            elif isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Name):
                todo.append(node.func.value)
            if _named(node.func) not in _LOOKING:
                todo += (*node.args, *(one.value for one in node.keywords))
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            sides += (one for side in sides if isinstance(side, _DISPLAYS) for one in side.elts)
            todo += (
                one
                for one in sides
                if _named(one) is None and not isinstance(one, (ast.Constant, *_DISPLAYS))
            )
        elif isinstance(node, ast.Assign) and (targets := statements.assigned(node)):
            if (source := _named(node.value)) is None:
                todo.append(node.value)
            else:
                kept.setdefault(source, set()).update(targets)
        elif isinstance(node, ast.ClassDef):
            for base in node.bases:
                if (source := _named(base)) is None:
                    todo.append(base)
                else:
                    kept.setdefault(source, set()).add(node.name)
            todo += (*node.body, *node.decorator_list, *(one.value for one in node.keywords))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        elif isinstance(node, ast.AnnAssign):
            todo += (one for one in (node.value,) if one is not None)
        elif isinstance(node, _FUNCTION):
            defaults = (one for one in node.args.kw_defaults if one is not None)
            todo += (*node.body, *node.decorator_list, *node.args.defaults, *defaults)
        elif isinstance(node, ast.ExceptHandler):
            todo += node.body
        elif isinstance(node, ast.If) and _named(node.test) is not None:
            todo += (*node.body, *node.orelse)
        else:
            todo += ast.iter_child_nodes(node)
    while True:
        more = {one for one, names in kept.items() if one not in found and names & found}
        if not more:
            return frozenset(found)
        found |= more


def _named(node: ast.expr) -> str | None:
    """The last name of a name or an attribute; None for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def carried(
    tree: ast.Module, names: Collection[str], gone: Collection[str]
) -> frozenset[str] | None:
    """The globals and members, by dotted name, into whose values the import-time code puts something of these names.

    None where it does anything else with them: calls them, hands them to a call, decides by them, or asks for one that is ``gone``.
    """
    bindings: dict[str, list[str]] = {}
    for statement, _ in statements.opened(tree.body):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for name, token in statements.imported(statement):
                bindings.setdefault(name, []).append(token)
    return _carried(tree.body, "", frozenset(names), frozenset(gone), bindings)


def _carried(
    body: Iterable[ast.stmt],
    prefix: str,
    names: frozenset[str],
    gone: frozenset[str],
    bindings: harmless.Bindings,
) -> frozenset[str] | None:
    found: set[str] = set()
    for statement, _ in statements.opened(body):
        if isinstance(statement, ast.ClassDef):
            heads = (*statement.decorator_list, *(one.value for one in statement.keywords))
            if any(_mentions(one, names | gone) for one in (*heads, *statement.bases)):
                if any(_mentions(one, names | gone) for one in heads) or gone:
                    return None
                found.add(prefix + statement.name)
            inner = _carried(statement.body, f"{prefix}{statement.name}.", names, gone, bindings)
            if inner is None:
                return None
            found |= inner
        elif isinstance(statement, _FUNCTION):
            arguments = statement.args
            evaluated = (*arguments.defaults, *filter(None, arguments.kw_defaults))
            if any(_mentions(one, names | gone) for one in statement.decorator_list):
                return None
            if any(_mentions(one, names | gone) for one in evaluated):
                if not all(_carries(one, names, gone, bindings) for one in evaluated):
                    return None
                found.add(prefix + statement.name)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            if any(gone.intersection(one.name.split(".")) for one in statement.names):
                return None
        elif bound := statements.assigned(statement):
            value = getattr(statement, "value", None)
            if value is not None and _mentions(value, names | gone):
                if bound == ("__all__",) and not gone:
                    continue
                if not _carries(value, names, gone, bindings):
                    return None
                found.update(prefix + one for one in bound)
        elif not statements.is_text(statement) and any(
            _mentions(one, names | gone) for one in statements.own_expressions(statement)
        ):
            return None
    return frozenset(found)


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    return any(_is_one(one, names) for one in ast.walk(node))


def _is_one(node: ast.AST, names: frozenset[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.Attribute):
        return node.attr in names
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and not names.isdisjoint(_WORD.findall(node.value))
    )


def _carries(
    expression: ast.AST, names: frozenset[str], gone: frozenset[str], bindings: harmless.Bindings
) -> bool:
    """Whether evaluating this puts what it mentions of the names into its value, and no more."""
    if not _mentions(expression, names | gone):
        return True
    if _mentions(expression, gone) or not isinstance(expression, ast.expr):
        return False
    if harmless.value(expression, bindings):
        return True
    if isinstance(expression, (ast.ListComp, ast.SetComp, ast.DictComp)):
        return not any(isinstance(one, ast.Call) for one in ast.walk(expression))
    return isinstance(expression, _CARRYING) and all(
        _carries(one, names, gone, bindings) for one in ast.iter_child_nodes(expression)
    )

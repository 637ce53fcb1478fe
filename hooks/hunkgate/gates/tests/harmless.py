"""Which expressions only make a value: no code of the project runs, nothing is stored elsewhere, nothing is likely to raise."""

import ast
from collections.abc import Mapping, Sequence

Bindings = Mapping[str, Sequence[str]]

_SAFE_MODULES = frozenset(
    {
        "abc",
        "attr",
        "attrs",
        "collections",
        "collections.abc",
        "contextlib",
        "contextvars",
        "dataclasses",
        "decimal",
        "enum",
        "functools",
        "logging",
        "pathlib",
        "re",
        "threading",
        "types",
        "typing",
        "typing_extensions",
        "warnings",
    }
)
_CALLS = frozenset(
    {
        "ContextVar",
        "Decimal",
        "Lock",
        "MappingProxyType",
        "NewType",
        "OrderedDict",
        "ParamSpec",
        "Path",
        "RLock",
        "TypeVar",
        "TypeVarTuple",
        "bool",
        "bytes",
        "cast",
        "classmethod",
        "compile",
        "dict",
        "float",
        "frozenset",
        "getLogger",
        "hasattr",
        "int",
        "isinstance",
        "len",
        "list",
        "local",
        "namedtuple",
        "object",
        "partial",
        "property",
        "set",
        "sorted",
        "staticmethod",
        "str",
        "tuple",
    }
)
_FUNCTION_DECORATORS = frozenset(
    {
        "abstractmethod",
        "asynccontextmanager",
        "cache",
        "cached_property",
        "classmethod",
        "contextmanager",
        "deleter",
        "deprecated",
        "final",
        "getter",
        "lru_cache",
        "no_type_check",
        "overload",
        "override",
        "property",
        "setter",
        "singledispatch",
        "singledispatchmethod",
        "staticmethod",
        "wraps",
    }
)
_WRAPPERS = frozenset(
    {
        "click",
        "contextlib",
        "decorator",
        "deprecated",
        "functools",
        "hypothesis",
        "mock",
        "numba",
        "pytest",
        "rich_click",
        "six",
        "types",
        "typing",
        "typing_extensions",
        "unittest",
        "wrapt",
    }
)
_CLASS_DECORATORS = frozenset(
    {
        "attrs",
        "dataclass",
        "dataclass_transform",
        "define",
        "deprecated",
        "final",
        "frozen",
        "mutable",
        "runtime_checkable",
        "s",
        "total_ordering",
        "unique",
    }
)
_GENERIC = frozenset(
    {
        "Annotated",
        "Any",
        "AnyStr",
        "AsyncGenerator",
        "AsyncIterable",
        "AsyncIterator",
        "Awaitable",
        "Callable",
        "ClassVar",
        "Concatenate",
        "Coroutine",
        "Dict",
        "Final",
        "FrozenSet",
        "Generator",
        "Iterable",
        "Iterator",
        "List",
        "Literal",
        "Mapping",
        "MutableMapping",
        "Optional",
        "Sequence",
        "Set",
        "Tuple",
        "Type",
        "Union",
        "dict",
        "frozenset",
        "list",
        "set",
        "tuple",
        "type",
    }
)


_COMBINING = (
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.Dict,
    ast.Starred,
    ast.BinOp,
    ast.BoolOp,
    ast.Compare,
    ast.FormattedValue,
    ast.IfExp,
    ast.JoinedStr,
    ast.Slice,
    ast.Subscript,
    ast.UnaryOp,
)


def last_name(expression: ast.expr) -> str:
    """The last name of what is called or named: ``fixture`` for ``@pytest.fixture(name="x")``; '' where there is none."""
    while isinstance(expression, ast.Call):
        expression = expression.func
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def value(expression: ast.expr, bindings: Bindings) -> bool:
    """Whether evaluating this only makes a value out of constants and names."""
    kind = expression.__class__
    if kind in (ast.Constant, ast.Name, ast.Lambda):
        return True
    if isinstance(expression, (ast.Tuple, ast.List, ast.Set)):
        return all(value(one, bindings) for one in expression.elts)
    if isinstance(expression, ast.Dict):
        return all(
            (key is None or value(key, bindings)) and value(one, bindings)
            for key, one in zip(expression.keys, expression.values, strict=True)
        )
    if isinstance(expression, ast.UnaryOp):
        return isinstance(expression.operand, ast.Constant)
    if isinstance(expression, ast.IfExp):
        return all(
            value(one, bindings) for one in (expression.test, expression.body, expression.orelse)
        )
    if isinstance(expression, ast.Compare):
        return all(value(one, bindings) for one in (expression.left, *expression.comparators))
    if isinstance(expression, ast.Attribute):
        return _module_attribute(expression, bindings)
    if isinstance(expression, ast.Subscript):
        return (
            last_name(expression.value) in _GENERIC
            and value(expression.value, bindings)
            and value(expression.slice, bindings)
        )
    if isinstance(expression, ast.BinOp):
        return isinstance(expression.op, ast.BitOr) and all(
            (
                isinstance(side, (ast.Name, ast.Constant, ast.Subscript, ast.BinOp))
                # Flags of the standard library: ``re.ASCII | re.IGNORECASE``.
                or (isinstance(side, ast.Attribute) and _known(side, bindings))
            )
            and value(side, bindings)
            for side in (expression.left, expression.right)
        )
    if isinstance(expression, ast.Call):
        return (
            last_name(expression.func) in _CALLS
            and _known(expression.func, bindings)
            and all(value(one, bindings) for one in expression.args)
            and all(value(one.value, bindings) for one in expression.keywords)
        )
    return isinstance(expression, ast.Starred) and value(expression.value, bindings)


def parts(expression: ast.expr, bindings: Bindings) -> tuple[list[ast.expr], list[ast.expr]]:
    """The expression taken apart: what is only kept in the value, and what runs while the value is made."""
    if value(expression, bindings):
        return [expression], []
    if not isinstance(expression, _COMBINING):
        return [], [expression]
    # An operator runs a method with underscores, and those are taken to run wherever their class is in use.
    inner = [one for one in ast.iter_child_nodes(expression) if isinstance(one, ast.expr)]
    kept: list[ast.expr] = []
    ran: list[ast.expr] = []
    for one in inner:
        keeps, runs = parts(one, bindings)
        kept += keeps
        ran += runs
    return kept, ran


def combined(expression: ast.expr) -> list[ast.expr] | None:
    """The operands of an expression that only puts others together; None for any other one."""
    if not isinstance(expression, _COMBINING):
        return None
    return [one for one in ast.iter_child_nodes(expression) if isinstance(one, ast.expr)]


def makes_value(called: ast.expr, bindings: Bindings) -> bool:
    """Whether calling this, given values, only makes a value."""
    return last_name(called) in _CALLS and _known(called, bindings)


def dotted(expression: ast.expr) -> str | None:
    """``a.b.c`` as text; None for anything but names."""
    parts = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return None
    return ".".join((expression.id, *reversed(parts)))


def is_variant(function: ast.FunctionDef | ast.AsyncFunctionDef, bindings: Bindings) -> bool:
    """Whether a function is one of the variants that ``typing.overload`` describes: nobody can call it."""
    return any(
        last_name(one) == "overload"
        and not isinstance(one, ast.Call)
        and all(
            token.startswith(("+0:typing:", "+0:typing_extensions:"))
            for token in bindings.get(_root(one), ("",))
        )
        for one in function.decorator_list
    )


def decorator(expression: ast.expr, bindings: Bindings) -> bool:
    """Whether the decorator of a function neither stores nor calls it."""
    name = last_name(expression)
    if name in ("setter", "getter", "deleter"):
        return isinstance(expression, ast.Attribute)
    return name in _FUNCTION_DECORATORS and _known(expression, bindings)


def wraps(expression: ast.expr, bindings: Bindings) -> bool:
    """Whether the decorator is from a library that is known to put a function into a new object and nowhere else."""
    while isinstance(expression, ast.Call):
        expression = expression.func
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return isinstance(expression, ast.Name) and any(
        token.startswith("+0:") and token[3:].partition(":")[0].partition(".")[0] in _WRAPPERS
        for token in bindings.get(expression.id, ())
    )


def class_decorator(expression: ast.expr, bindings: Bindings) -> bool:
    """Whether the decorator of a class does not store it."""
    if isinstance(expression, ast.Attribute) and expression.attr == "register":
        # Of an abstract class of the standard library: ``@MutableMapping.register``.
        return expression.value.__class__ in (ast.Name, ast.Attribute) and all(
            token.startswith(("+0:collections.abc:", "+0:numbers:", "+0:collections:abc"))
            for token in bindings.get(_root(expression), ("",))
        )
    return last_name(expression) in _CLASS_DECORATORS and _known(expression, bindings)


def _root(expression: ast.expr) -> str:
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return expression.id if isinstance(expression, ast.Name) else ""


def _module_attribute(expression: ast.Attribute, bindings: Bindings) -> bool:
    root: ast.expr = expression
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and any(
        token.startswith("+0:") and token.endswith(":") for token in bindings.get(root.id, ())
    )


def _known(expression: ast.expr, bindings: Bindings) -> bool:
    """Whether the name comes from a module of the standard library that is known here, or is a builtin."""
    while isinstance(expression, ast.Call):
        expression = expression.func
    named = isinstance(expression, ast.Name)
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return False
    tokens = bindings.get(expression.id)
    if tokens is None:
        # Of an attribute one has to know whose it is.
        return named
    return all(
        token.startswith("+0:") and token[3:].partition(":")[0] in _SAFE_MODULES for token in tokens
    )

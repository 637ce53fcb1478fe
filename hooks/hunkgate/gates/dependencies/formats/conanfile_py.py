"""conanfile.py: https://docs.conan.io/2/reference/conanfile.html, read by ``ast`` and never run.

Read: the attributes and calls of ``requires``, ``tool_requires``, ``build_requires``, ``test_requires`` and the attribute ``python_requires``, as
far as they are literals. A version that is computed is ``dynamic``, and so is a name. Not read: options, settings, what else the program does.
"""

import ast
import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import python_values
from hunkgate.gates.dependencies.conan_references import reference
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading
from hunkgate.gates.dependencies.python_values import Found, Names, Values

_CALLS = {
    "requires": "runtime",
    "build_requires": "build",
    "tool_requires": "build",
    "test_requires": "dev",
}
_ATTRIBUTES = {**_CALLS, "python_requires": "build"}
# The package that a test of a package is for.
_OWN = "self.tested_reference_str"
_FILLED = re.compile(r"""f(["'])([A-Za-z0-9_][\w+.-]*)/(.+)\1\Z""", re.DOTALL)


def read(content: bytes, _path: str) -> Reading:
    """What the recipes of the file ask for. Raises UnreadableError where it is no Python of this interpreter."""
    return python_values.read(content, _reading)


def _reading(names: Names) -> Reading:
    found = list(_stated(names))
    return Reading.of(found)


def _stated(names: Names) -> Iterator[Dependency | Option]:
    values = Values(names)
    for recipe in names.classes:
        for statement in recipe.body:
            for name, value in _given(statement):
                if scope := _ATTRIBUTES.get(name):
                    yield from _references(name, values.of(value), scope)
    for call in names.calls:
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="self"), attr=name), args=[value, *_]
            ):
                if scope := _CALLS.get(name):
                    yield from _references(name, values.of(value), scope, _flags(call))
            case _:
                pass


def _given(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            yield from ((one.id, value) for one in targets if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) | ast.AugAssign(
            target=ast.Name(id=name), value=value
        ):
            yield name, value
        case _:
            pass


def _flags(call: ast.Call) -> frozenset[str]:
    """``override`` and ``force`` take the place of what other packages ask for."""
    replaces = any(
        one.arg in ("override", "force")
        and isinstance(one.value, ast.Constant)
        and one.value.value is True
        for one in call.keywords
    )
    return frozenset(("override",)) if replaces else frozenset()


def _references(
    name: str, found: Found, scope: str, flags: frozenset[str] = frozenset()
) -> Iterator[Dependency | Option]:
    for word in found.words:
        if one := reference(word.text, scope=scope, line=word.line, flags=flags):
            yield one
        elif "/" in word.text:  # not `("name/1.0", "override")`
            yield _dynamic(name, word.text, word.line)
    for text, line in found.computed:
        if filled := _FILLED.match(text):
            yield Dependency(
                ecosystem="conan",
                name=filled[2].lower(),
                raw_name=filled[2],
                requirement=filled[3],
                scope=scope,
                flags=flags | {"dynamic"},
                line=line,
            )
        elif text != _OWN:
            yield _dynamic(name, text, line)


def _dynamic(name: str, text: str, line: int) -> Option:
    return Option(ecosystem="conan", name=name, value=text, signal="dynamic", line=line)

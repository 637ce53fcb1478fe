"""setup.py: setuptools documentation, "Keywords", read by ``ast`` and never run.

Read: the lists of requirements of every call of ``setup`` as far as they are literals: lists, tuples, sets, strings, dictionaries, names that
the file gives such values, their sums, ``append``, ``extend`` and ``+=``, functions that return them. What a condition adds counts as
added (flag ``dynamic``). Whatever is computed otherwise is an Option of the signal ``dynamic`` with its source text. Command classes, and calls
that start programs, fetch or run text as code, are Options of the signal ``install-script``: setup.py is itself code that runs at
installation. Not read: ``python_requires``, and what else the program does.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace

from hunkgate.gates.dependencies import build_code, pypi, python_requirements, python_values
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    UnreadableError,
)
from hunkgate.gates.dependencies.python_values import Found, Names, Values

_LISTS = {
    "install_requires": "runtime",
    "requires": "runtime",
    "setup_requires": "build",
    "tests_require": "dev",
    "test_requires": "dev",
}
_BUILDERS = ("setuptools", "distutils")
_EXTRAS = ("extras_require", "extra_requires")
_DEPTH = 20
"""How deep a dictionary of keyword arguments may be spread from another."""


def read(content: bytes, _path: str) -> Reading:
    """What the calls of ``setup`` state. Raises UnreadableError where the file is no Python of this interpreter."""
    return python_values.read(content, _reading)


def _reading(names: Names) -> Reading:
    dependencies: list[Dependency] = []
    options: list[Option] = []
    own: set[str] = set()
    values = Values(names)
    calls = [one for one in names.calls if _sets_up(one.func)]
    for call in calls:
        for key, value in _arguments(call, names):
            if key == "name" and isinstance(value, ast.Constant) and isinstance(value.value, str):
                own.add(pypi.normalised(value.value))
            elif key in _LISTS:
                _take(values.of(value), _LISTS[key], key, dependencies, options)
            elif key in _EXTRAS:
                found = values.of(value)
                options.extend(_dynamic(key, text, line) for text, line in found.computed)
                for extra, listed in found.keyed:
                    name = extra.partition(":")[0]
                    scope = f"optional:{name}" if name else "runtime"
                    _take(listed, scope, f"{key}.{extra}", dependencies, options)
            elif key == "dependency_links":
                options.extend(
                    replace(_dynamic(key, one.text, one.line), signal="index-changed")
                    for one in values.of(value).words
                )
            else:
                options.extend(build_code.keywords(key, value))
            if key == "**":
                options.append(_dynamic("setup(**)", ast.unparse(value), value.lineno))
    if calls:
        code = tuple(build_code.calls(names))
        dependencies += [one for one in code if isinstance(one, Dependency)]
        options += [one for one in code if isinstance(one, Option)]
    if not calls and any(one.startswith(_BUILDERS) for one in names.modules):
        # Other modules are called setup.py too; one that builds a package without a call to be seen is worth one line.
        options.append(_dynamic("setup", "no call of setup", 0))
    return Reading(dependencies=tuple(dependencies), options=tuple(options), own=frozenset(own))


def _sets_up(called: ast.expr) -> bool:
    return (isinstance(called, ast.Name) and called.id == "setup") or (
        isinstance(called, ast.Attribute) and called.attr == "setup"
    )


def _take(
    found: Found,
    scope: str,
    key: str,
    dependencies: list[Dependency],
    options: list[Option],
) -> None:
    options.extend(_dynamic(key, text, line) for text, line in found.computed)
    for word in found.words:
        flags = frozenset({"dynamic"}) if word.conditional else frozenset()
        # A string may hold one requirement on each of its lines.
        for offset, text in enumerate(word.text.splitlines()):
            bare = text.partition(" #")[0].strip()
            if not bare or bare.startswith("#"):
                continue
            try:
                dependencies.append(
                    python_requirements.requirement(
                        bare, scope=scope, flags=flags, line=word.line + offset
                    )
                )
            except UnreadableError:
                options.append(_dynamic(key, bare, word.line + offset))


def _dynamic(name: str, text: str, line: int) -> Option:
    return Option(ecosystem=pypi.ECOSYSTEM, name=name, value=text, signal="dynamic", line=line)


def _arguments(call: ast.Call, names: Names) -> Iterator[tuple[str, ast.expr]]:
    """The keyword arguments, those of ``**name`` and ``**dict(...)`` spread where they can be seen."""
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg, keyword.value
        else:
            yield from _spread(keyword.value, names, _DEPTH)


def _spread(value: ast.expr, names: Names, depth: int) -> Iterator[tuple[str, ast.expr]]:
    match value:
        case ast.Dict(keys=keys, values=values):
            for key, one in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, one
                elif key is None and depth:
                    yield from _spread(one, names, depth - 1)
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            for keyword in keywords:
                if keyword.arg is not None:
                    yield keyword.arg, keyword.value
                elif depth:
                    yield from _spread(keyword.value, names, depth - 1)
        case ast.Name(id=name) if depth and (name in names.values or name in names.keyed):
            for one, _ in names.values.get(name, []):
                yield from _spread(one, names, depth - 1)
            for key, one, _ in names.keyed.get(name, []):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, one
        case _:
            yield "**", value

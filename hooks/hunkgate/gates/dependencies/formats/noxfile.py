"""noxfile.py: https://nox.thea.codes/en/stable/config.html#module-nox.sessions, read by ``ast`` and never run.

Read: what ``install``, ``conda_install``, ``run``, ``run_always`` and ``run_install`` of a session install, and variables of ``env`` that move an
index, as far as they are literals; what is computed is ``dynamic``. Not read: arguments of the command line, groups of ``pyproject.toml``, other
commands.
"""

import ast
import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import install_commands, python_values, tool_settings
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading
from hunkgate.gates.dependencies.python_values import Names, Values

_COMMANDS: dict[str, tuple[str, ...]] = {
    "install": ("pip", "install"),
    "conda_install": ("conda", "install"),
    "run": (),
    "run_always": (),
    "run_install": (),
}
# What the command line gives, what the repository itself says, and options or folders with a computed end.
_OWN = re.compile(
    r"""(?:\w+\.)?posargs\b|(?:\w+\.)*dependency_groups\(|[\[({]?f?(["'])(?:-|\.|.*\.(?:whl|txt|tar\.gz)\1)"""
)


def read(content: bytes, _path: str) -> Reading:
    """What the sessions install. Raises UnreadableError where it is no Python of this interpreter."""
    return python_values.read(content, _reading)


def _reading(names: Names) -> Reading:
    dependencies: list[Dependency] = []
    options: list[Option] = []
    sessions = {one.args.args[0].arg for one in names.definitions if one.args.args}
    for function in names.definitions:
        known = python_values.inside(function, names)
        values = Values(known)
        for call in known.calls:
            match call.func:
                case ast.Attribute(value=ast.Name(id=name), attr=method) if (
                    name in sessions and name not in ("self", "cls") and method in _COMMANDS
                ):
                    words = [*_COMMANDS[method], *_words(call, values)]
                    found = install_commands.read_words(words, line=call.lineno)
                    dependencies.extend(found[0])
                    options.extend(found[1])
                    options.extend(_environment(call, values))
                case _:
                    pass
    return Reading(dependencies=tuple(dependencies), options=tuple(options))


def _words(call: ast.Call, values: Values) -> Iterator[str]:
    """The words of the command; one that is computed as the shell would write it."""
    before = ""
    for argument in call.args:
        found = values.of(argument)
        words = [word.text for word in found.words]
        words += [f"$({text})" for text, _ in found.computed if not _OWN.match(text)]
        # A name that is given one of several values is one word: behind an option only its value.
        single = before.startswith("-") and not isinstance(argument, ast.Starred)
        yield from words[:1] if single else words
        before = words[-1] if words else ""
    for keyword in call.keywords:
        if keyword.arg == "channel":
            for word in values.of(keyword.value).words:
                yield from ("--channel", word.text)


def _environment(call: ast.Call, values: Values) -> Iterator[Option]:
    for keyword in call.keywords:
        if keyword.arg == "env":
            for name, found in values.of(keyword.value).keyed:
                for word in found.words:
                    if option := tool_settings.environment(name, word.text, line=word.line):
                        yield option

"""What the tasks of a project install: the named commands that poe, pdm, hatch, pixi, taskipy and pipenv read from TOML, and npm from package.json.

Sources: the references of these tools. A task that only runs a package which may be installed already (``npx tsc``) takes nothing that can be seen.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, install_commands
from hunkgate.gates.dependencies.dependency import Dependency, Option

_SCRIPTS = ("cmd", "command", "shell", "script", "expr", "composite", "sequence")
_DEPTH = 5
"""How deep tasks may be made of others."""


def read(tasks: Mapping[str, object], content: bytes) -> Iterator[Dependency | Option]:
    """What the commands of a table of tasks install: a text, a list of texts or words, or a table with one of those."""
    for value in tasks.values():
        for script in _texts(value, _DEPTH):
            line = documents.line_of_string(content, script) or 1
            dependencies, options = install_commands.read(script, line=line, task=True)
            yield from dependencies
            # A variable of one task moves nothing for others, but for where packages come from.
            yield from (one for one in options if one.signal != "install-script")


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth:
        texts = [one for one in value if isinstance(one, str)]
        # The words of one command, or several commands.
        if texts and len(texts) == len(value):
            yield from (" ".join(texts), *(one for one in texts if " " in one))
        for one in value if len(texts) < len(value) else ():
            yield from _texts(one, depth - 1)
    elif isinstance(value, Mapping) and depth:
        for key in _SCRIPTS:
            yield from _texts(value.get(key), depth - 1)

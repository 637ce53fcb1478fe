"""What a Gemfile or a gemspec runs beside what it states: programs, other files, text as code, variables for bundler.

Source: Ruby's Kernel (``system``, backquotes, ``eval``, ``load``), bundler's documentation of its settings in the environment.
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import install_commands, tool_settings
from hunkgate.gates.dependencies.dependency import Dependency, Option

_STARTS = re.compile(
    r"`[^`]+`|%x[({\[|!]|(?<![\w.:])(?:Kernel\.)?(?:system|exec|spawn|eval)[\s(]|IO\.popen|Open3\.\w+|URI\.open|Net::HTTP"
)
_RUNS = re.compile(
    r"(?<![\w.:])(?:instance_eval|class_eval|eval|load)[\s(](?!.*\bdo\b)(?P<rest>.*)", re.DOTALL
)
_SENT = re.compile(
    r"\b(?:public_)?send\b\s*\(?\s*:(?:gem|source|add_\w*dependency)\b|\bmethod\(:gem\)|Gem::Dependency\.new"
)
_VARIABLE = re.compile(r"""ENV\[\s*["'](\w+)["']\s*\]\s*(?:\|\|)?=\s*["']([^"'\n]*)["']""")


def found(statement: str, line: int) -> Iterator[Dependency | Option]:
    """What one statement runs or computes; nothing for what only states."""
    if _STARTS.search(statement):
        dependencies, options = install_commands.read_code(statement, line=line)
        yield from dependencies
        yield from options
    for name, value in _VARIABLE.findall(statement):
        if option := tool_settings.environment(name, value, line=line):
            yield option
    if (run := _RUNS.search(statement)) or _SENT.search(statement):
        value = " ".join((run["rest"] if run else statement).split())
        yield Option(ecosystem="gem", name="code", value=value, signal="dynamic", line=line)

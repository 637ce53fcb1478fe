"""Shell scripts and the recipes of make and just: what their commands install.

Sources: POSIX.1-2017 "Shell Command Language"; GNU make manual, "Recipe Syntax", "How to Use Variables"; just manual, "Recipe parameters".
Read: what ``install_commands`` reads, in a recipe with the variables that the file itself sets. Not read: functions are not followed, files that
a script calls are files of their own.
"""

import re
import shlex

from hunkgate.gates.dependencies import install_commands, lines
from hunkgate.gates.dependencies.dependency import Reading, UnreadableError
from hunkgate.gates.dependencies.tool_settings import environment

_SET = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)\s*(?::{0,3}=|\?=)\s*(.*?)\s*\Z")
_USED = re.compile(r"\$\((\w+)\)|\$\{(\w+)\}|\{\{\s*(\w+)\s*\}\}")
_LONGEST = 4096
_SCRIPT = re.compile(r"\.(?:sh|bash|zsh)\Z|(?:^|/)(?:gradlew|mvnw)\Z", re.IGNORECASE)
# Hooks run among what the project has installed.
_HOOK = re.compile(r"(?:^|/)\.(?:husky|githooks)/")
_SHELL = re.compile(r"\$\(shell\s+([^()]*(?:\([^()]*\)[^()]*)*)\)")


def read(content: bytes, path: str) -> Reading:
    """What the script or the recipes install. Raises UnreadableError for what is no text at all."""
    if b"\0" in content:
        raise UnreadableError("not a text")
    text = lines.text(content)
    hook = _HOOK.search(path) is not None
    if not hook and not _SCRIPT.search(path):
        text = _recipes(text)
    dependencies, options = install_commands.read(text, task=hook)
    return Reading(dependencies=dependencies, options=options)


def _recipes(text: str) -> str:
    """The recipes' lines where they stand, all other lines empty, so that line numbers stay those of the file."""
    variables: dict[str, str] = {}
    kept: list[str] = []
    joined = False
    for line in text.split("\n"):
        if line[:1] in ("\t", " ") and line.strip():
            bare = line.strip() if joined else line.strip().lstrip("@-+ ")
            # $$ is the shell's own dollar.
            kept.append(_filled(bare, variables).replace("$$", "$"))
            joined = line.rstrip().endswith("\\")
            continue
        joined = False
        # What make itself runs, and variables that it hands to every recipe.
        shell = "; ".join(match[1] for match in _SHELL.finditer(line))
        match = _SET.fullmatch(line)
        if match:
            variables[match[1]] = _filled(match[2].strip("\"'"), variables)
        exported = match is not None and environment(match[1], variables[match[1]]) is not None
        given = (
            f"export {match[1]}={shlex.quote(variables[match[1]])}" if match and exported else ""
        )
        kept.append("; ".join(filter(None, (given, _filled(shell, variables)))))
    return "\n".join(kept)


def _filled(text: str, variables: dict[str, str]) -> str:
    """The text with the variables that the file sets; another one stays as the shell would write it."""

    def one(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[3]
        return variables.get(name, f"${name}")

    filled = _USED.sub(one, text)
    return filled if len(filled) <= _LONGEST else text

"""tox.ini: https://tox.wiki/en/latest/config.html.

Read: ``deps`` of every environment (with the condition before a colon as a marker), ``requires`` of tox itself, included files, package indexes. Not read:
commands, and values taken from other sections (they are read there).
"""

import configparser
import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import documents, python_requirements
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError

_CONDITION = re.compile(r"([\w!,{}.-]+):\s+(.*)\Z")


def read(content: bytes, path: str) -> Reading:
    """What the environments install. Raises UnreadableError."""
    parser = configparser.RawConfigParser(allow_no_value=True, comment_prefixes=("#",))
    try:
        parser.read_string(documents.text(content), source=path)
    except configparser.Error as error:
        raise UnreadableError(f"not a configuration file: {error.message}") from error
    dependencies: list[Dependency] = []
    options: list[Option] = []
    includes: list[str] = []
    for section in parser.sections():
        if section != "tox" and not section.startswith("testenv"):
            continue
        for key, scope in (("deps", "dev"), ("requires", "build")):
            for one in _lines(parser.get(section, key, fallback="") or ""):
                line = documents.line_of(content, one)
                reading = python_requirements.read_lines(one, path, scope=scope, first_line=line)
                dependencies.extend(reading.dependencies)
                options.extend(reading.options)
                includes.extend(reading.includes)
        indexes = parser.get(section, "indexserver", fallback="") or ""
        if indexes.strip():
            options.append(
                Option(
                    ecosystem=python_requirements.ECOSYSTEM,
                    name=f"{section}.indexserver",
                    value=" ".join(indexes.split()),
                    signal="index-changed",
                    line=documents.line_of(content, "indexserver"),
                )
            )
    return Reading(
        dependencies=tuple(dependencies), options=tuple(options), includes=tuple(includes)
    )


def _lines(value: str) -> Iterator[str]:
    """Each requirement without the condition for which it is meant; what another section says is read there."""
    for raw in value.splitlines():
        bare = raw.strip()
        if match := _CONDITION.match(bare):
            bare = match[2].strip()
        # An unfinished continuation would swallow the next line's meaning; a substitution names another section or a folder of the project.
        if bare and not bare.startswith(("{", "#", ".")):
            yield bare.rstrip("\\").strip()

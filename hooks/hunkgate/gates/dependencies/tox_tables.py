"""tox's configuration wherever it stands: https://tox.wiki/en/latest/config.html.

Read: ``deps`` of every environment (with the condition before a colon as a marker), ``requires`` of tox itself, included files, package indexes,
what commands install, variables that move an index. Not read: values taken from other sections (they are read there).
"""

import configparser
import re
import shlex
from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, install_commands, pypi, python_requirements
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError
from hunkgate.gates.dependencies.tool_settings import environment as variable

_CONDITION = re.compile(r"([\w!,{}.-]+):\s+(.*)\Z")


def ini(text: str, path: str, content: bytes) -> Reading:
    """What the environments of the older form install; ``content`` is the file that it stands in. Raises UnreadableError."""
    parser = configparser.RawConfigParser(allow_no_value=True, comment_prefixes=("#",))
    try:
        parser.read_string(text, source=path)
    except configparser.Error as error:
        raise UnreadableError(f"not a configuration file: {error.message}") from error
    except AttributeError as error:
        # What configparser raises below Python 3.13 where a line goes on from a key without a value.
        raise UnreadableError(
            "not a configuration file: a line goes on from a key without a value"
        ) from error
    readings: list[Reading] = []
    indexes: list[Option] = []
    for section in parser.sections():
        if section != "tox" and not section.startswith("testenv"):
            continue
        for key, scope in (("deps", "dev"), ("requires", "build")):
            written = parser.get(section, key, fallback="") or ""
            readings.extend(_line(one, path, scope, content) for one in _lines(written))
        given = {key: parser.get(section, key, fallback="") or "" for key in (*_COMMANDS, *_SETS)}
        readings.extend(_running(given, content))
        servers = parser.get(section, "indexserver", fallback="") or ""
        if servers.strip():
            indexes.append(
                Option(
                    ecosystem=pypi.ECOSYSTEM,
                    name=f"{section}.indexserver",
                    value=" ".join(servers.split()),
                    signal="index-changed",
                    line=documents.line_of(content, "indexserver"),
                )
            )
    return _joined(readings, tuple(indexes))


def toml(tox: Mapping[str, object], path: str, content: bytes) -> Reading:
    """What the environments of a TOML table install, ``tool.tox`` or a whole tox.toml, the older form in it too. Raises UnreadableError."""
    readings = [
        _line(one, path, "build", content) for one in _texts(tox.get("requires")) if one.strip()
    ]
    environments = [
        documents.table_at(tox, base) for base in ("env_run_base", "env_pkg_base", "env_base")
    ]
    for home in ("env", "env_base"):
        table = documents.table_at(tox, home)
        environments.extend(one for one in table.values() if isinstance(one, Mapping))
    for environment in environments:
        for written in _texts(environment.get("deps")):
            readings.extend(_line(one, path, "dev", content) for one in _lines(written))
        given = {key: _told(environment.get(key)) for key in (*_COMMANDS, *_SETS)}
        readings.extend(_running(given, content))
    if legacy := documents.text_at(tox, "legacy_tox_ini"):
        readings.append(ini(legacy, path, content))
    return _joined(readings, ())


_COMMANDS = ("install_command", "commands_pre", "commands", "commands_post")
_SETS = ("setenv", "set_env")


def _running(given: Mapping[str, str], content: bytes) -> Iterator[Reading]:
    """What the commands of an environment install, and the variables that it sets for them."""
    for key in _COMMANDS:
        # A minus lets a command fail; {...} is filled in by tox.
        script = "\n".join(line.strip().lstrip("-!") for line in given[key].splitlines())
        if script.strip():
            first = next(line for line in script.splitlines() if line.strip())
            at = documents.line_of_string(content, first.strip()) or 1
            dependencies, options = install_commands.read(
                re.sub(r"\{[^{}\n]*\}", ".", script), line=at, task=True
            )
            yield Reading(dependencies=dependencies, options=options)
    for key in _SETS:
        for line in given[key].splitlines():
            name, equals, value = line.partition("=")
            at = documents.line_of(content, name.strip())
            if equals and (option := variable(name.strip(), value.strip(), line=at)):
                yield Reading(options=(option,))


def _texts(value: object) -> Iterator[str]:
    """The texts of a list, or a text alone; ``{ replace = ... }`` names what stands elsewhere."""
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, str):
            yield one


def _told(value: object) -> str:
    """The commands of a TOML table, lists of words, and its variables, as the older form has them."""
    if isinstance(value, Mapping):
        return "\n".join(f"{name}={one}" for name, one in value.items() if isinstance(one, str))
    if not isinstance(value, list):
        return value if isinstance(value, str) else ""
    if all(isinstance(one, str) for one in value):
        return shlex.join(value)
    return "\n".join(_told(one) for one in value)


def _line(written: str, path: str, scope: str, content: bytes) -> Reading:
    line = documents.line_of_string(content, written)
    return python_requirements.read_lines(written, path, scope=scope, first_line=line)


def _joined(readings: list[Reading], options: tuple[Option, ...]) -> Reading:
    dependencies: tuple[Dependency, ...] = tuple(
        found for one in readings for found in one.dependencies
    )
    return Reading(
        dependencies=dependencies,
        options=(*(found for one in readings for found in one.options), *options),
        includes=tuple(found for one in readings for found in one.includes),
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

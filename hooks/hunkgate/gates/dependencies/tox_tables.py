"""tox's configuration wherever it stands: https://tox.wiki/en/latest/config.html.

Read: ``deps`` of every environment (with the condition before a colon as a marker), ``requires`` of tox itself, included files, package indexes. Not read:
commands, and values taken from other sections (they are read there).
"""

import configparser
import re
from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, pypi, python_requirements
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError

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
    if legacy := documents.text_at(tox, "legacy_tox_ini"):
        readings.append(ini(legacy, path, content))
    return _joined(readings, ())


def _texts(value: object) -> Iterator[str]:
    """The texts of a list, or a text alone; ``{ replace = ... }`` names what stands elsewhere."""
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, str):
            yield one


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

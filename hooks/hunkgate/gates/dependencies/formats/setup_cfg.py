"""setup.cfg: setuptools documentation, "Configuring setuptools using setup.cfg files".

Read: ``install_requires``, ``setup_requires``, ``tests_require``, extras, ``file:`` directives, ``dependency_links`` and
``[easy_install]`` indexes, command classes and hooks. Not read: ``python_requires``.
"""

import configparser
import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import documents, pypi, python_requirements
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    UnreadableError,
)

_LISTS = {"install_requires": "runtime", "setup_requires": "build", "tests_require": "dev"}
_EXTRAS = "options.extras_require"
_CODE = {
    "global": re.compile(r"(?:command_packages|setup_hooks|commands)\Z"),
    "aliases": re.compile(
        r"(?:build|build_py|build_ext|install|develop|egg_info|sdist|bdist_wheel)\Z"
    ),
    "options.entry_points": re.compile(r"distutils\.|setuptools\.|egg_info\."),
}


def read(content: bytes, path: str) -> Reading:
    """What the file states. Raises UnreadableError."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(documents.text(content), source=path)
    except configparser.Error as error:
        raise UnreadableError(f"not a configuration file: {error.message}") from error
    # setuptools takes install-requires for install_requires
    options = {key.replace("-", "_"): value or "" for key, value in _items(parser, "options")}
    dependencies: list[Dependency] = []
    found: list[Option] = []
    lists = [(f"options.{key}", options.get(key, ""), scope) for key, scope in _LISTS.items()]
    lists += [
        (f"{_EXTRAS}.{extra}", value or "", f"optional:{extra}")
        for extra, value in _items(parser, _EXTRAS)
    ]
    for where, value, scope in lists:
        for one in _parts(value):
            line = documents.line_of(content, one)
            if one.startswith("file:"):
                found.extend(
                    _option(where, file.strip(), "include-added", content)
                    for file in one.removeprefix("file:").split(",")
                )
            else:
                dependencies.append(python_requirements.requirement(one, scope=scope, line=line))
    moves = [("options.dependency_links", options.get("dependency_links", ""))]
    moves += [
        (f"easy_install.{key}", value or "")
        for key, value in _items(parser, "easy_install")
        if key in {"index_url", "find_links", "index-url", "find-links"}
    ]
    for where, value in moves:
        found.extend(_option(where, one, "index-changed", content) for one in value.split())
    found.extend(_code(parser, options, content))
    own = parser.get("metadata", "name", fallback="") or ""
    return Reading(
        dependencies=tuple(dependencies),
        options=tuple(found),
        own=frozenset({pypi.normalised(own)}) if own else frozenset(),
    )


def _code(
    parser: configparser.RawConfigParser, options: dict[str, str], content: bytes
) -> Iterator[Option]:
    """Code that a build runs: command classes, hooks of distutils2 and pbr, entry points of distutils, and other commands under a command's name."""
    stated = [("options.cmdclass", options.get("cmdclass", ""))]
    for section, wanted in _CODE.items():
        for written, value in _items(parser, section):
            key = written.replace("-", "_")
            if wanted.match(key):
                stated.append((f"{section}.{key}", value or ""))
    for where, value in stated:
        for one in _parts(value):
            yield _option(where, one, "install-script", content)


def _items(parser: configparser.RawConfigParser, section: str) -> list[tuple[str, str | None]]:
    return list(parser.items(section)) if parser.has_section(section) else []


def _parts(value: str) -> Iterator[str]:
    # setuptools divides by lines where there are any, otherwise by semicolons; a file: directive stands alone.
    if value.strip().startswith("file:"):
        yield value.strip()
        return
    for one in value.splitlines() if "\n" in value else value.split(";"):
        bare = re.split(r"(?:^|\s)#", one, maxsplit=1)[0].strip()
        if bare:
            yield bare


def _option(name: str, value: str, signal: str, content: bytes) -> Option:
    line = documents.line_of(content, value)
    return Option(ecosystem=pypi.ECOSYSTEM, name=name, value=value, signal=signal, line=line)

"""Where imports begin and what pytest collects, found from the tree alone: layouts, project files, pytest's own settings.

A *stem* is a module's path without its ending: ``src/pkg/core`` for ``src/pkg/core.py`` and ``src/pkg`` for the package. An import
root is a folder that stands on ``sys.path`` when the tests run; '' is the repository's root. A file may have several names.
"""

import fnmatch
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hunkgate.gates.tests import outside
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import Tree

# In the order in which pytest looks for them (pytest reference, "Initialization: determining rootdir and configfile").
_PYTEST_FILES = (
    "pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
)
_PROJECT_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_SOURCE_FOLDERS = ("src", "lib", "python")
# A word of a configuration file that could be the name of a distribution.
_NAME = re.compile(r"[a-z][\w-]*")
# pytest's default python_files, and Django's name for a module of tests.
_TEST_NAMES = ("test_*.py", "*_test.py", "tests.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class PytestSettings:
    """What one folder's configuration tells pytest; paths are from the repository's root."""

    folder: str
    testpaths: tuple[str, ...] = ()
    pythonpath: tuple[str, ...] = ()
    python_files: tuple[str, ...] = _TEST_NAMES
    plugins: tuple[str, ...] = ()
    fixtures: tuple[str, ...] = ()
    doctest_modules: bool = False
    doctest_globs: tuple[str, ...] = ("test*.txt",)


# What holds where nothing is configured: asked for every file of a tree.
_UNSET = PytestSettings(folder="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the tree's configuration says.

    ``scripts`` maps the name of an installed program to ``module:attribute``; ``plugins`` names the modules that pytest loads
    for every test (pytest11 entry points, ``-p``); ``beneath`` names modules that pytest or such a plugin, where it comes
    from outside, is itself built on; ``roots`` are the import roots.
    """

    roots: frozenset[str]
    pytest: Mapping[str, PytestSettings] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    beneath: tuple[str, ...] = ()

    def governing(self, path: str) -> PytestSettings:
        """The settings of the nearest folder above this path that has some."""
        folder = path if self.pytest else ""
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self.pytest:
                return self.pytest[folder]
        return _UNSET

    def is_test(self, path: str, settings: TestSettings) -> bool:
        """Whether pytest collects this file by itself. ``settings`` may say otherwise."""
        name = path.rpartition("/")[2]
        if settings.paths and not settings.paths.covers(path):
            return False
        if settings.patterns:
            return settings.patterns.covers(path)
        rules = self.governing(path)
        if (
            rules.testpaths
            and not settings.paths
            and not any(
                path == one or path.startswith(f"{one}/") or one == "" for one in rules.testpaths
            )
        ):
            return False
        if path.endswith(".py"):
            return name != "conftest.py" and any(
                fnmatch.fnmatchcase(path if "/" in one else name, one) for one in rules.python_files
            )
        return path.endswith((".txt", ".rst", ".md")) and any(
            fnmatch.fnmatchcase(name, one) for one in rules.doctest_globs
        )


def layout(tree: Tree) -> Layout:
    """The layout of this tree. Files that cannot be read as what their name says are taken to say nothing."""
    entries = tree.entries()
    packages: set[str] = set()
    folders: set[str] = set()
    projects: set[str] = {""}
    configured: dict[str, list[str]] = {}
    conftests: set[str] = set()
    for path in entries:
        folder, _, name = path.rpartition("/")
        folders.add(folder)
        if name == "__init__.py":
            packages.add(folder)
        elif name.endswith(".py"):
            if name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py"):
                conftests.add(folder)
        elif name in _PYTEST_FILES:
            configured.setdefault(folder, []).append(name)
        if name in _PROJECT_FILES:
            projects.add(folder)
    for folder in tuple(folders):
        while folder:
            folder = folder.rpartition("/")[0]
            folders.add(folder)
    roots = set(projects)
    roots.update(
        joined
        for project in projects
        for name in _SOURCE_FOLDERS
        if (joined := _join(project, name)) in folders
    )
    # The folder above a top-level package, whatever it is called.
    roots.update(
        parent for package in packages if (parent := package.rpartition("/")[0]) not in packages
    )
    # pytest puts the first folder without an __init__.py above a test or conftest on sys.path (import mode prepend).
    for folder in conftests:
        while folder in packages:
            folder = folder.rpartition("/")[0]
        roots.add(folder)
    pytest: dict[str, PytestSettings] = {}
    scripts: dict[str, str] = {}
    plugins: list[str] = []
    named = {""}
    for folder, names in configured.items():
        for name in sorted(names, key=_PYTEST_FILES.index):
            content = tree.read(entries[_join(folder, name)].blob)
            named.update(_NAME.findall(content.decode("utf-8", "replace").lower()))
            if name.endswith(".toml"):
                document = _toml(content)
                _project(document, folder, roots, scripts, plugins)
                tool = _table(document, "tool", "pytest")
                options = _table(tool, "ini_options") or (
                    tool if name == "pyproject.toml" else _table(document, "pytest")
                )
            else:
                sections = _ini(content)
                if name == "setup.cfg":
                    _entry_points(sections.get("options.entry_points", {}), scripts, plugins)
                    _package_folders(
                        sections.get("options", {}).get("package_dir", ""), folder, roots
                    )
                options = dict(sections.get("tool:pytest" if name == "setup.cfg" else "pytest", {}))
            if options and folder not in pytest:
                pytest[folder] = _pytest(options, folder)
    for settings in pytest.values():
        roots.update(settings.pythonpath)
        plugins += settings.plugins
    return Layout(
        roots=frozenset(roots),
        pytest=pytest,
        scripts=scripts,
        plugins=tuple(dict.fromkeys(plugins)),
        beneath=tuple(
            dict.fromkeys(
                module for name, used in outside.BENEATH.items() if name in named for module in used
            )
        ),
    )


def decides(path: str) -> bool:
    """Whether the content of the file, where a tree has it, says something about its layout."""
    return path.rpartition("/")[2] in _PYTEST_FILES


def pack(found: Layout) -> tuple[object, ...]:
    """The layout as plain values that ``unpack`` takes."""
    pytest = {folder: _fields(one) for folder, one in found.pytest.items()}
    return (tuple(sorted(found.roots)), pytest, dict(found.scripts), found.plugins, found.beneath)


def unpack(packed: tuple[Any, ...]) -> Layout:
    """The layout that ``pack`` packed."""
    roots, pytest, scripts, plugins, beneath = packed
    return Layout(
        roots=frozenset(roots),
        pytest={folder: PytestSettings(**one) for folder, one in pytest.items()},
        scripts=scripts,
        plugins=plugins,
        beneath=beneath,
    )


def _fields(one: PytestSettings) -> dict[str, object]:
    return {name: getattr(one, name) for name in PytestSettings.__dataclass_fields__}


def _join(folder: str, name: str) -> str:
    parts: list[str] = []
    for part in f"{folder}/{name}".split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


# The readers of configuration are loaded where there is some to read: what it said is remembered.
def _toml(content: bytes) -> Mapping[str, object]:
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return {}


def _ini(content: bytes) -> Mapping[str, Mapping[str, str]]:
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    try:
        parser.read_string(content.decode("utf-8", "replace"))
    except configparser.Error:
        return {}
    return {
        name: {key: value or "" for key, value in parser.items(name)} for name in parser.sections()
    }


def _table(document: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    for key in keys:
        value = document.get(key)
        if not isinstance(value, dict):
            return {}
        document = value
    return document


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        import shlex

        try:
            return tuple(shlex.split(value, comments=True))
        except ValueError:
            return tuple(value.split())
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return ()


def _pytest(options: Mapping[str, object], folder: str) -> PytestSettings:
    added = _words(options.get("addopts"))
    plugins, globs = [], []
    for index, word in enumerate(added):
        following = added[index + 1] if index + 1 < len(added) else ""
        if word == "-p":
            plugins.append(following)
        elif word.startswith("-p") and not word.startswith("--"):
            plugins.append(word[2:])
        elif word == "--doctest-glob":
            globs.append(following)
        elif word.startswith("--doctest-glob="):
            globs.append(word.partition("=")[2])
    return PytestSettings(
        folder=folder,
        testpaths=tuple(
            _join(folder, one.partition("*")[0].rstrip("/") if "*" in one else one)
            for one in _words(options.get("testpaths"))
        ),
        pythonpath=tuple(_join(folder, one) for one in _words(options.get("pythonpath"))),
        python_files=_words(options.get("python_files")) or _TEST_NAMES,
        plugins=tuple(one for one in plugins if one and not one.startswith("no:")),
        fixtures=_words(options.get("usefixtures")),
        doctest_modules="--doctest-modules" in added,
        doctest_globs=tuple(globs) or ("test*.txt",),
    )


def _project(
    document: Mapping[str, object],
    folder: str,
    roots: set[str],
    scripts: dict[str, str],
    plugins: list[str],
) -> None:
    """Take what a pyproject.toml says of package folders and entry points (setuptools, hatch, poetry, pdm, flit)."""
    for table in (
        _table(document, "project", "scripts"),
        _table(document, "project", "gui-scripts"),
        _table(document, "tool", "poetry", "scripts"),
    ):
        scripts.update({name: value for name, value in table.items() if isinstance(value, str)})
    for table in (
        _table(document, "project", "entry-points", "pytest11"),
        _table(document, "tool", "poetry", "plugins", "pytest11"),
    ):
        plugins += (str(value).partition(":")[0] for value in table.values())
    tool = _table(document, "tool")
    places: list[object] = [
        *_table(tool, "setuptools", "package-dir").values(),
        *_list(_table(tool, "setuptools", "packages", "find").get("where")),
        _table(tool, "pdm", "build").get("package-dir"),
        *(
            str(one).rpartition("/")[0]
            for one in _list(_table(tool, "hatch", "build", "targets", "wheel").get("packages"))
        ),
        *_list(_table(tool, "hatch", "build", "targets", "wheel").get("sources")),
        *(
            one.get("from", "")
            for one in _list(_table(tool, "poetry").get("packages"))
            if isinstance(one, dict)
        ),
    ]
    roots.update(_join(folder, place) for place in places if isinstance(place, str))


def _list(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _entry_points(section: Mapping[str, str], scripts: dict[str, str], plugins: list[str]) -> None:
    for group, text in section.items():
        for line in text.splitlines():
            name, equals, target = (part.strip() for part in line.partition("="))
            if equals and group in ("console_scripts", "gui_scripts"):
                scripts[name] = target
            elif equals and group == "pytest11":
                plugins.append(target.partition(":")[0])


def _package_folders(text: str, folder: str, roots: set[str]) -> None:
    for line in text.splitlines():
        name, equals, place = (part.strip() for part in line.partition("="))
        if equals and not name:
            roots.add(_join(folder, place))

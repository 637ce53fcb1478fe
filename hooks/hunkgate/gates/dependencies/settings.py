"""The ``[dependencies]`` table of the policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hunkgate import globs
from hunkgate.errors import PolicyError
from hunkgate.gates.dependencies import formats, purl, rules
from hunkgate.model import Level
from hunkgate.settings import Table

OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencySettings:
    """What the policy says of dependencies.

    ``levels`` gives each rule's level, None where it is off. ``allow`` and ``deny`` are package patterns. ``files`` are pairs of
    a file pattern and the name of the format to read it by. ``licences`` is empty where any will do.
    """

    levels: Mapping[str, Level | None] = field(
        default_factory=lambda: {row.name: row.level for row in rules.ROWS}
    )
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    licences: tuple[str, ...] = ()
    ignore: globs.Globs = field(default_factory=lambda: globs.parse(()))


def parse(table: Table) -> DependencySettings:
    """The settings of ``[dependencies]``; problems are noted in the table."""
    levels = table.table("levels")
    chosen = {
        row.name: _level(
            levels.choice(
                row.name, (*(level.value for level in Level), OFF), default=row.level.value
            )
        )
        for row in rules.ROWS
    }
    levels.done()
    return DependencySettings(
        levels=chosen,
        allow=_packages(table, "allow"),
        deny=_packages(table, "deny"),
        files=_files(table.table("files")),
        licences=table.texts("licences"),
        ignore=table.patterns("ignore"),
    )


def _level(word: str) -> Level | None:
    return None if word == OFF else Level(word)


def _packages(table: Table, key: str) -> tuple[str, ...]:
    patterns = table.texts(key)
    for pattern in patterns:
        if wrong := purl.problem(pattern):
            table.problem(key, wrong)
    return patterns


def _files(table: Table) -> tuple[tuple[str, str], ...]:
    names = tuple(one.name for one in formats.FORMATS)
    pairs = []
    for pattern in table.keys:
        name = table.choice(pattern, names, default="")
        try:
            globs.parse((pattern,))
        except PolicyError as error:
            for problem in error.problems:
                table.problem(pattern, problem)
            continue
        if name:
            pairs.append((pattern, name))
    return tuple(pairs)

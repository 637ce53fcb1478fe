"""The ``[tests]`` table: which tests there are, how they are run, and how long that may take."""

import re
from dataclasses import dataclass, field

from hunkgate.globs import Globs, parse
from hunkgate.settings import Table

RUNNERS = ("pytest", "vitest", "jest", "cargo", "go")
# What a rule's command or test pattern may hold, filled from the changed path `src/net/http.py`:
# {path} src/net/http.py, {dir} src/net, {name} http.py, {stem} http.
PLACEHOLDERS = ("path", "dir", "name", "stem")


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRule:
    """One ``[[tests.rules]]``: a change at ``paths`` runs ``command`` or the test files that match ``tests``.

    Exactly one of the two is not empty. Both may hold placeholders, filled from each changed path; ``command`` is an argument
    vector, split before it is filled, so that an odd name stays one argument.
    """

    paths: Globs
    command: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSettings:
    """The settings of the tests gate.

    ``python``: the project's interpreter, a path from the repository root or a name on PATH; '' finds it.
    ``runners``: names out of RUNNERS; empty takes those that the project has.
    ``paths``, ``patterns``: where test files lie and what they are called; without patterns the project's own settings say it.
    ``rules``: in the order written; all that match apply.
    ``budget_seconds``: at a commit, what does not fit is deferred to the push; 0 is no limit.
    ``timeout_seconds``: a run that takes longer is ended and refused.
    ``workers``: processes of one run; None lets pytest-xdist decide where it is installed, 1 is one process.
    ``args``: added to the command line of pytest.
    ``record``: whether a run renews the recorded lines.
    """

    # pytest collects classes named Test*; these are none.
    __test__ = False

    python: str = ""
    runners: tuple[str, ...] = ()
    paths: Globs = field(default_factory=lambda: parse(()))
    patterns: Globs = field(default_factory=lambda: parse(()))
    rules: tuple[PathRule, ...] = ()
    budget_seconds: int = 60
    timeout_seconds: int = 1800
    workers: int | None = None
    args: tuple[str, ...] = ()
    record: bool = True


def settings(table: Table) -> TestSettings:
    """The settings that the table holds; every problem is noted in it."""
    defaults = TestSettings()
    return TestSettings(
        python=table.text("python"),
        runners=_runners(table),
        paths=table.patterns("paths"),
        patterns=table.patterns("patterns"),
        rules=tuple(rule for one in table.tables("rules") if (rule := _rule(one)) is not None),
        budget_seconds=_seconds(table, "budget", defaults.budget_seconds),
        timeout_seconds=_seconds(table, "timeout", defaults.timeout_seconds),
        workers=table.count("workers", default=None, least=1),
        args=table.texts("args"),
        record=table.flag("record", default=defaults.record),
    )


def filled(template: str, path: str, *, quote: bool = False) -> str:
    """A rule's text with its placeholders filled from a changed path; ``quote`` escapes what has a meaning in a gitignore pattern."""
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    values = {"path": path, "dir": folder or ".", "name": name, "stem": stem}
    if quote:
        # A pattern knows no `.` folder: what lies at the root is named without one.
        template = template.replace("{dir}/", "/" if not folder else "{dir}/")
        values = {key: re.sub(r"([*?\[\]\\!# ])", r"\\\1", text) for key, text in values.items()}
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), template)


def _seconds(table: Table, key: str, default: int) -> int:
    value = table.duration_seconds(key, default=default)
    return default if value is None else value


def _runners(table: Table) -> tuple[str, ...]:
    names = table.texts("runners")
    for name in names:
        if name not in RUNNERS:
            table.problem("runners", f"expected names out of {', '.join(RUNNERS)}, found {name!r}")
    return names


def _rule(table: Table) -> PathRule | None:
    import shlex  # most policies have no rules

    paths = table.patterns("paths")
    written = table.text("command")
    tests = table.texts("tests")
    table.done()
    if not paths:
        table.problem("paths", "expected a list of gitignore patterns with at least one in it")
    if bool(written) == bool(tests):
        table.problem("", "expected one of command and tests")
    try:
        command = tuple(shlex.split(written))
    except ValueError as error:
        table.problem("command", f"expected a command line, found {written!r}: {error}")
        command = ()
    for key, texts in (("command", command), ("tests", tests)):
        for text in texts:
            if problem := _placeholder_problem(text):
                table.problem(key, problem)
    if not paths or bool(command) == bool(tests):
        return None
    return PathRule(paths=paths, command=command, tests=tests)


def _placeholder_problem(text: str) -> str:
    import string

    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        return f"expected placeholders out of {known} in {text!r}: {error}"
    unknown = next((name for name in names if name not in PLACEHOLDERS), None)
    return "" if unknown is None else f"expected placeholders out of {known}, found {{{unknown}}}"

"""The policy's own rules: a changed path names a command to run, or test files by a pattern (``tests/test_{stem}.py``)."""

import shlex
from collections.abc import Iterator

from hunkgate import globs
from hunkgate.gates.tests.runners import Job, Reading, Wanted, by_status
from hunkgate.gates.tests.settings import PathRule, TestSettings, filled
from hunkgate.model import Change


def jobs(change: Change, _wanted: Wanted, settings: TestSettings) -> tuple[Job, ...]:
    """A job for each different command line that the rules make of the changed paths, deleted ones and old names included."""
    lines = dict.fromkeys(
        tuple(_argument(filled(word, path)) for word in rule.command)
        for rule, path in _matches(change, settings)
        if rule.command
    )
    return tuple(
        Job(runner="rules", program=argv[0], argv=argv[1:], units=(shlex.join(argv),))
        for argv in lines
    )


def read(job: Job, status: int, _report: bytes) -> Reading:
    """A command passes with exit status 0."""
    return by_status(job, status)


def tests(change: Change, settings: TestSettings) -> dict[str, str]:
    """The test files of the head tree that the rules name, in path order, each with the changed path that names it."""
    entries = change.head.entries()
    found: dict[str, str] = {}
    for rule, path in _matches(change, settings):
        for template in rule.tests:
            # What is filled in is a name, whatever characters it holds.
            pattern = globs.parse((filled(template, path, quote=True),))
            for one in entries:
                if one not in found and pattern.covers(one):
                    found[one] = path
    return dict(sorted(found.items()))


def _matches(change: Change, settings: TestSettings) -> Iterator[tuple[PathRule, str]]:
    for rule in settings.rules:
        for file in change.files:
            for path in file.touched:
                if rule.paths.covers(path):
                    yield rule, path


def _argument(word: str) -> str:
    # `{path}` of a file called --version is still a file.
    return f"./{word}" if word.startswith("-") and "/" in word else word

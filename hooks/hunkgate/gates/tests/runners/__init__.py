"""The runners: each turns the tests that were chosen into command lines, and what they left behind into outcomes. All pure."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, cast

from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The test files to run, in the order to run them; ``everything`` where they are all that there are, and none is left out."""

    everything: bool
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One command line, and the units that it settles: what passes, fails or is deferred as a whole.

    ``units`` are test files for pytest, packages for cargo and go, the command itself for others. ``folder`` is where it is
    started, from the root of the tree; '' is the root. ``program`` is looked up by the edge: "python" is the project's
    interpreter, any other name is looked for in node_modules/.bin from the folder upwards, then on PATH.
    """

    runner: str
    program: str
    argv: tuple[str, ...]
    units: tuple[str, ...]
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the units of a job fared. A unit of the job that is in none of them did not come to its end.

    ``empty``: those that hold no test to run. ``tests`` counts the single tests that passed, where the runner tells. ``current`` counts those that were left
    out as current. ``seconds`` maps a unit to the time it took, where all of it ran. ``failures`` names the single tests that failed. ``fault`` is what made the run say nothing.
    """

    passed: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    tests: int = 0
    current: int = 0
    failures: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    fault: str = ""


class Runner(Protocol):
    """What a module of this shelf offers."""

    def jobs(self, change: Change, wanted: Wanted, settings: TestSettings) -> tuple[Job, ...]:
        """The command lines for this change; none where the head tree has no project of the runner's kind."""

    def read(self, job: Job, status: int, report: bytes) -> Reading:
        """What an exit status (negative: the number of the signal) and the report mean.

        The report is what the runner's part inside the project wrote; empty for a runner without one.
        """


# The one list, written by hand, in the order in which they run: quick ones first. Each has a module of its own.
NAMES = ("pytest", "rules", "vitest", "jest", "go", "cargo")


def named(name: str) -> Runner:
    """The runner of this name, one of NAMES."""
    return cast("Runner", importlib.import_module(f"{__name__}.{name}"))


def by_status(job: Job, status: int) -> Reading:
    """The reading of a command that tells nothing but its exit status: 0 is passed, else all its units failed."""
    units = frozenset(job.units)
    return Reading(passed=units) if status == 0 else Reading(failed=units)

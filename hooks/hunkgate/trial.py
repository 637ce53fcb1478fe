"""The jobs of all runners, one after another: output shown as it comes, within the budget and the time limit, and what came of them."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO

from hunkgate import process, project
from hunkgate.gates.tests import runners
from hunkgate.gates.tests.runners import Job, Reading, Runner
from hunkgate.gates.tests.runners import pytest as pytest_runner
from hunkgate.process import Limits
from hunkgate.project import Interpreter
from hunkgate.snapshot import Place

_HEARTBEAT_SECONDS = 5.0
# Below this, starting workers costs more than they save: pytest-xdist needs a second or two to collect everything again.
_WORTHWHILE_SECONDS = 10.0
_WORTHWHILE_FILES = 30
_INSIDE = Path(__file__).parent / "inside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms to run: seconds from now, 0 for no limit, and where to show what.

    ``expected`` maps units to the seconds they took before. ``workers``: see TestSettings. ``current`` are the ids of single
    pytest tests that are not to run.
    """

    budget_seconds: int
    timeout_seconds: int
    expected: Mapping[str, float]
    out: BinaryIO
    err: TextIO
    workers: int | None = None
    current: frozenset[str] = frozenset()


@dataclass(slots=True)
class Tally:
    """What came of the jobs. Every unit of every job is in exactly one of passed, failed, empty and deferred."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    deferred: list[str] = field(default_factory=list)
    tests: int = 0
    current: int = 0
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    timed_out: bool = False
    seconds: dict[str, float] = field(default_factory=dict)


def run(
    jobs: Sequence[Job],
    place: Place,
    terms: Terms,
    interpreter: Callable[[str], Interpreter],
    extra: Mapping[str, str],
) -> Tally:
    """Run the jobs in their order. ``interpreter`` gives the project's Python for a folder; ``extra`` are variables for pytest.

    Raises ToolError where a program is missing.
    """
    begun = time.monotonic()
    tally = Tally()
    stop = begun + terms.budget_seconds if terms.budget_seconds else None
    kill = begun + terms.timeout_seconds if terms.timeout_seconds else None
    total = sum(len(job.units) for job in jobs)
    for job in jobs:
        now = time.monotonic()
        rest = _estimate(job.units, terms.expected)
        # pytest tells how far it came; what only passes as a whole is not begun where it cannot end.
        too_long = (
            job.runner != "pytest" and rest is not None and stop is not None and now + rest > stop
        )
        if stop is not None and (now >= stop or too_long):
            tally.deferred += job.units
            continue
        _one(job, place, terms, Limits(stop=stop, kill=kill), interpreter, extra, tally, total)
        if tally.timed_out:
            break
    return tally


def _one(
    job: Job,
    place: Place,
    terms: Terms,
    limits: Limits,
    interpreter: Callable[[str], Interpreter],
    extra: Mapping[str, str],
    tally: Tally,
    total: int,
) -> None:
    runner: Runner = runners.named(job.runner)
    folder = place.top / job.folder
    with tempfile.TemporaryDirectory(prefix="hunkgate-") as scratch:
        report = Path(scratch) / "report"
        if job.runner == "pytest":
            argv, env = _pytest(job, interpreter(job.folder), place, terms, report, extra)
        elif job.program == "python":
            python = interpreter(job.folder)
            argv, env = (str(python.path), *job.argv), python.environment(_apart(place))
        else:
            program = project.program(job.program, folder=folder, top=place.top)
            argv, env = (str(program), *job.argv), project.environment() | _apart(place)
        heartbeat = _Heartbeat(job, report, terms, total, len(tally.passed), limits)
        ended = process.follow(
            argv, cwd=folder, env=env, out=terms.out, tick=heartbeat.tick, limits=limits
        )
        content = report.read_bytes() if report.exists() else b""
    reading = runner.read(job, ended.status, content)
    _add(job, reading, ended.limit, ended.seconds, tally)


def _add(job: Job, reading: Reading, limit: str, seconds: float, tally: Tally) -> None:
    settled = reading.passed | reading.failed | reading.empty
    if limit and job.runner != "pytest":
        # Ended half way: its status says nothing about its units.
        reading, settled = Reading(), frozenset()
    tally.passed += sorted(reading.passed)
    tally.failed += sorted(reading.failed)
    tally.empty += sorted(reading.empty)
    tally.tests += reading.tests
    tally.current += reading.current
    tally.failures += reading.failures
    tally.remarks += reading.remarks
    unsettled = [unit for unit in job.units if unit not in settled]
    if limit == "kill":
        tally.timed_out = True
    elif limit == "stop":
        tally.deferred += unsettled
    elif reading.fault:
        tally.faults.append(reading.fault)
    elif unsettled and not reading.failed:
        tally.faults.append(f"{job.runner} ended without saying how {unsettled[0]} fared")
    tally.seconds |= reading.seconds or (
        {} if limit or reading.current else {unit: seconds / len(job.units) for unit in job.units}
    )


def _pytest(
    job: Job,
    python: Interpreter,
    place: Place,
    terms: Terms,
    report: Path,
    extra: Mapping[str, str],
) -> tuple[tuple[str, ...], dict[str, str]]:
    variables = {
        "HUNKGATE_REPORT": str(report),
        "HUNKGATE_TOP": str(place.top),
        "HUNKGATE_REAL": str(place.real or ""),
        **_apart(place),
        **extra,
    }
    if terms.current:
        listed = report.parent / "current"
        listed.write_text(json.dumps(sorted(terms.current)), "ascii")
        variables["HUNKGATE_CURRENT"] = str(listed)
    roots = [place.top / job.folder / one for one in ("src", "lib")]
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    folders = [
        str(_INSIDE),
        *(one for one in (extra.get("PYTHONPATH"),) if one),
        *(str(one) for one in roots if one.is_dir()),
        *([str(place.top / job.folder)] if place.real is not None else []),
        *(one for one in inherited if one),
    ]
    variables["PYTHONPATH"] = os.pathsep.join(folders)
    if terms.out is getattr(sys.stdout, "buffer", None) and sys.stdout.isatty():
        variables.setdefault("PY_COLORS", "1")
    workers = _workers(job, python, terms)
    # pytest's own cache belongs to the user's runs.
    cache = ("-o", f"cache_dir={report.parent / 'cache'}")
    argv = (*pytest_runner.parallel(job, workers).argv, *cache)
    return (str(python.path), *argv), python.environment(variables)


def _apart(place: Place) -> dict[str, str]:
    if place.real is None:
        return {}
    state = place.top.parent
    return {
        # A test that runs git must not take the snapshot for part of the user's repository, in whose directory it lies.
        "GIT_CEILING_DIRECTORIES": str(state),
        "CARGO_TARGET_DIR": str(state / "cargo-target"),
        "PWD": str(place.top),
    }


def _workers(job: Job, python: Interpreter, terms: Terms) -> str:
    if "xdist" not in python.modules:
        return ""
    if terms.workers is not None:
        return "" if terms.workers == 1 else str(terms.workers)
    seconds = _estimate(job.units, terms.expected)
    if seconds is None:
        return "auto" if len(job.units) >= _WORTHWHILE_FILES else ""
    return "auto" if seconds >= _WORTHWHILE_SECONDS and len(job.units) > 1 else ""


def _estimate(units: Iterable[str], expected: Mapping[str, float]) -> float | None:
    """The seconds that these units will take, None where any of them never ran."""
    seconds = 0.0
    for unit in units:
        if unit not in expected:
            return None
        seconds += expected[unit]
    return seconds


class _Heartbeat:
    """A line every few seconds that says how far a job is: nobody waits before a silent terminal."""

    def __init__(
        self, job: Job, report: Path, terms: Terms, total: int, before: int, limits: Limits
    ) -> None:
        self._job = job
        self._report = report
        self._terms = terms
        self._total = total
        self._before = before
        self._limits = limits
        self._begun = time.monotonic()
        self._next = self._begun + _HEARTBEAT_SECONDS

    def tick(self) -> None:
        """Write the line where it is time to."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _HEARTBEAT_SECONDS
        content = self._report.read_bytes() if self._report.exists() else b""
        reading = runners.named(self._job.runner).read(self._job, 0, content)
        done = len(reading.passed) + len(reading.failed)
        words = [f"{self._before + done} of {self._total} done"]
        if reading.tests:
            words.append(f"{reading.tests} tests passed")
        if reading.failures:
            words.append(f"{len(reading.failures)} failed")
        words.append(f"{now - self._begun:.0f} s")
        rest = _estimate(
            (unit for unit in self._job.units if unit not in reading.passed | reading.failed),
            self._terms.expected,
        )
        if rest is not None:
            words.append(f"about {rest:.0f} s to go")
        if self._limits.stop is not None:
            words.append(f"{max(self._limits.stop - now, 0):.0f} s of the budget left")
        print(f"hunkgate: {', '.join(words)}", file=self._terms.err, flush=True)

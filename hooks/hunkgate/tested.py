"""What a change's own tests say of it: run what was chosen, on exactly what is judged, and put the outcome into a verdict."""

import functools
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hunkgate import ledger, project, recording, snapshot, trial
from hunkgate.errors import ToolError
from hunkgate.gate import Gate
from hunkgate.gates.tests import check, runners, selection
from hunkgate.gates.tests.record import read
from hunkgate.gates.tests.runners import Job, Wanted, rules
from hunkgate.gates.tests.runners import pytest as pytest_runner
from hunkgate.gates.tests.selection import Kind, SelectedFile, Selection
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.git import Repository
from hunkgate.judge import judge
from hunkgate.ledger import Ledger
from hunkgate.model import Change, Fault, Finding, Origin, Verdict
from hunkgate.occasions import Occasion
from hunkgate.project import Interpreter
from hunkgate.records import RecordStore
from hunkgate.store import FileStore
from hunkgate.text import visible
from hunkgate.trial import Tally, Terms

Interpreters = Callable[[str], Interpreter]

_SHOWN_FAILURES = 8
# sys.monitoring (PEP 669): below it a recorded run takes about twice the time, which only --record may.
_CHEAP_RECORDING = (3, 12, 0)
# Each commit that is looked back to costs a diff and a selection.
_LOOKED_BACK = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One run of the chosen tests, from what can be said without running to the verdict.

    ``record``: everything is run, to remember in ``store`` what each test executes; where Python makes it cheap every run does.
    ``shard``: number and count of the slices, None for all of it. ``current``: the single tests that passed when they were recorded
    and that execute nothing which differs since, by their ids. What was run before on the same content is not run again.
    """

    repository: Repository
    asked: Occasion
    change: Change
    settings: TestSettings
    chosen: Selection
    ledger: Ledger
    shard: tuple[int, int] | None
    store: RecordStore
    current: frozenset[str] = frozenset()
    record: bool = False

    def verdict(self, wanted: Wanted) -> Verdict:
        """Run them. Output and progress go to the standard streams; the last remark says what the run came to.

        Raises ToolError where an interpreter or program is missing, GitError where the repository cannot be read.
        """
        around = snapshot.surroundings(self.repository, self.change)
        gates: tuple[Gate[Any], ...] = (check.gate(around.beside),)
        verdict = judge((self.change,), self.asked.policies, gates)
        verdict = replace(verdict, range=self.asked.range)
        if verdict.faults or verdict.blocking:
            # What imports an uncommitted file is said at once: its tests would fail without saying why.
            return verdict
        jobs = self._jobs(wanted)
        if not jobs:
            return _said(verdict, f"no tests to run: {self.chosen.reason}")
        interpreter = functools.cache(self._interpreter)
        content = ledger.content(self.change.head)
        before: frozenset[str] = frozenset()
        if not self.record:
            before = self._passed_before(jobs, content, interpreter)
            before |= self._carried(jobs, before, interpreter)
        if before:
            files = tuple(file for file in wanted.files if file not in before)
            jobs = tuple(
                job
                for job in self._jobs(Wanted(everything=False, files=files))
                if not before.issuperset(job.units)
            )
        if not jobs:
            said = f"{_counted(len(before), 'test file')} passed before on the same content"
            return _said(verdict, said)
        tally = self._tried(jobs, around.differs, interpreter)
        for job in jobs:
            passed = {*tally.passed, *tally.empty}.intersection(job.units)
            self.ledger.note(
                passed,
                content=content,
                surroundings=self._key(job, interpreter),
                seconds={unit: tally.seconds[unit] for unit in passed if unit in tally.seconds},
            )
        return self._answer(verdict, tally, len(before))

    def _jobs(self, wanted: Wanted) -> tuple[Job, ...]:
        names = self.settings.runners
        jobs = [
            job
            for name in runners.NAMES
            if not names or name in names or name == "rules"
            for job in runners.named(name).jobs(self.change, wanted, self.settings)
        ]
        if self.shard is None:
            return tuple(jobs)
        index, count = self.shard
        others = [job for job in jobs if job.runner != "pytest"]
        return tuple(
            job for job in jobs if job.runner == "pytest" or others.index(job) % count == index - 1
        )

    def _interpreter(self, folder: str) -> Interpreter:
        top = self.repository.top or self.repository.git_dir
        return project.interpreter(self.settings.python, folder=top / folder, top=top)

    def _key(self, job: Job, interpreter: "Interpreters") -> str:
        if job.runner != "pytest":
            return ledger.surroundings(job.runner)
        python = interpreter(job.folder)
        return ledger.surroundings(job.runner, python.version, python.installed, self.settings.args)

    def _passed_before(
        self,
        jobs: Iterable[Job],
        content: str,
        interpreter: "Interpreters",
    ) -> frozenset[str]:
        return frozenset(
            unit
            for job in jobs
            for unit in self.ledger.passed(content, self._key(job, interpreter)).intersection(
                job.units
            )
        )

    def _carried(
        self, jobs: Iterable[Job], before: frozenset[str], interpreter: "Interpreters"
    ) -> frozenset[str]:
        """The test files that passed on an earlier commit of the range and that nothing since then can break."""
        if self.asked.head is None:
            return frozenset()
        keys = {
            self._key(job, interpreter): set(job.units) - before
            for job in jobs
            if job.runner == "pytest"
        }
        carried: set[str] = set()
        facts = FileStore(self.repository.state, self.repository.contents)
        commits = self.repository.log(self.asked.exclude, self.asked.head)[-_LOOKED_BACK:]
        for commit in reversed(commits):
            if commit.id == self.asked.head:
                continue
            content = ledger.content(self.repository.tree(commit.id))
            passed = {
                unit
                for key, units in keys.items()
                for unit in self.ledger.passed(content, key).intersection(units - carried)
            }
            if passed:
                since = self.repository.between(commit.id, self.asked.head)
                broken = selection.select(since, self.settings, facts)
                if broken.kind is not Kind.ALL:
                    carried |= passed - {one.path for one in broken.files}
                    carried -= rules.tests(since, self.settings).keys()
        return frozenset(carried)

    def _tried(
        self,
        jobs: Sequence[Job],
        differs: str,
        interpreter: "Interpreters",
    ) -> Tally:
        kept = not any(job.runner in ("vitest", "jest") for job in jobs)
        with snapshot.place(self.repository, self.change, differs, kept=kept) as place:
            print(f"hunkgate: running tests: {visible(self.chosen.reason)}")
            if place.real is not None:
                print(f"hunkgate: on a snapshot of what is judged: {visible(place.reason)}")
            sys.stdout.flush()
            terms = Terms(
                budget_seconds=(
                    self.settings.budget_seconds if self.change.origin is Origin.STAGED else 0
                ),
                timeout_seconds=self.settings.timeout_seconds,
                workers=self.settings.workers,
                expected=self.ledger.seconds(),
                current=self._current(jobs, interpreter),
                out=sys.stdout.buffer,
                err=sys.stderr,
            )
            if not self._recorded(jobs, interpreter):
                return trial.run(jobs, place, terms, interpreter, {})
            with tempfile.TemporaryDirectory(prefix="hunkgate-") as scratch:
                into = Path(scratch)
                extra = recording.environment(
                    {}, into=into, root=place.top, object_format=self.repository.object_format
                )
                watched = [pytest_runner.extended(job, *recording.ARGUMENTS) for job in jobs]
                tally = trial.run(watched, place, terms, interpreter, extra)
                tally.remarks += self._remembered(recording.outputs(into))
            return tally

    def _current(self, jobs: Iterable[Job], interpreter: "Interpreters") -> frozenset[str]:
        """The tests to leave out: a record does not say with which interpreter and libraries it was made, the ledger does."""
        if not self.current:
            return frozenset()
        known = {
            unit
            for job in jobs
            if job.runner == "pytest"
            for unit in self.ledger.known(self._key(job, interpreter)).intersection(job.units)
        }
        return frozenset(node for node in self.current if node.partition("::")[0] in known)

    def _recorded(self, jobs: Iterable[Job], interpreter: "Interpreters") -> bool:
        """Whether to note what is executed: when asked to, and on every run where Python makes it cheap."""
        folders = [job.folder for job in jobs if job.runner == "pytest"]
        return bool(folders) and (
            self.record
            or (
                self.settings.record
                and all(interpreter(folder).version >= _CHEAP_RECORDING for folder in folders)
            )
        )

    def _remembered(self, outputs: tuple[bytes, ...]) -> list[str]:
        """Remember what a run recorded; what a user should be told of it."""
        found = read(outputs, self.change.head.entries().__contains__, time.time())
        tests = found.records.tests
        remarks = []
        try:
            self.store.add(found.records)
        except ToolError as error:
            # The tests have run: that they cannot be remembered makes none of them fail.
            remarks.append(str(error))
        remarks += self.store.remarks
        if self.record and "none" in found.engines:
            remarks.append(
                "no executed lines were seen: that needs Python 3.12 (not a free-threaded one, and with 3 or 4 of sys.monitoring's"
                " numbers left), or coverage.py in the project's environment below that"
            )
        elif self.record:
            opaque = sum(test.opaque for test in tests)
            rest = f"; {opaque} of them start programs that cannot be seen" if opaque else ""
            remarks.append(f"recorded {_counted(len(tests), 'test')}{rest}")
        return remarks

    def _answer(self, verdict: Verdict, tally: Tally, before: int) -> Verdict:
        findings = [*_failures(tally, self.chosen)]
        if tally.timed_out:
            findings.append(
                Finding(
                    rule=check.TIMEOUT.id,
                    path="",
                    what=f"{_counted(len(tally.passed), 'test file')} passed until then",
                    message=f"the tests did not end within {self.settings.timeout_seconds} seconds",
                    remedy="make them quicker, or raise timeout under [tests] in the policy",
                )
            )
        faults = [
            Fault(subject="tests", message=fault, remedy="mend what the output above names")
            for fault in tally.faults
        ]
        label = self.asked.policies[0].label
        told = replace(
            verdict,
            blocking=tuple(replace(finding, policy=label) for finding in findings),
            faults=tuple(faults),
            remarks=(*verdict.remarks, *tally.remarks),
        )
        return told if findings or faults else _said(told, _summary(tally, before))


def _failures(tally: Tally, chosen: Selection) -> Iterable[Finding]:
    reasons: Mapping[str, SelectedFile] = {one.path: one for one in chosen.files}
    for unit in tally.failed:
        nodes = [one for one in tally.failures if one.partition("::")[0].endswith(unit)]
        why = f"chosen because {reasons[unit].reason}" if unit in reasons else "chosen by a rule"
        yield Finding(
            rule=check.FAILED.id,
            path=unit,
            message=f"fails on what is judged; {why}",
            remedy="make it pass, stage that, and commit again",
            detail=tuple(nodes[:_SHOWN_FAILURES]),
        )


def _summary(tally: Tally, before: int) -> str:
    parts = [f"{len(tally.passed)} passed"]
    if tally.tests:
        parts[0] += f" ({_counted(tally.tests, 'test')})"
    if tally.current:
        parts.append(
            f"{_counted(tally.current, 'test')} left out that execute nothing which changed"
        )
    if tally.empty:
        parts.append(f"{len(tally.empty)} without a test to run")
    if before:
        parts.append(f"{before} passed before on the same content")
    if tally.deferred:
        parts.append(f"{len(tally.deferred)} deferred to push")
    return ", ".join(parts)


def _said(verdict: Verdict, remark: str) -> Verdict:
    return replace(verdict, remarks=(*verdict.remarks, remark))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

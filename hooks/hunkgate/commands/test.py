"""``hunkgate test``: run the tests that the change can break, on exactly what is judged."""

import argparse
import functools
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hunkgate import ledger, occasions, project, snapshot, trial
from hunkgate.commands import answer, occasion
from hunkgate.gate import Gate
from hunkgate.gates.tests import check, runners, selection, shards
from hunkgate.gates.tests.facts import NoStore
from hunkgate.gates.tests.runners import Job, Wanted, rules
from hunkgate.gates.tests.selection import Kind, SelectedFile, Selection
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.git import Repository, open_repository
from hunkgate.judge import judge
from hunkgate.ledger import Ledger
from hunkgate.model import Change, Fault, Finding, Origin, Verdict
from hunkgate.occasions import Occasion
from hunkgate.project import Interpreter
from hunkgate.settings import Reading, Table
from hunkgate.text import visible
from hunkgate.trial import Tally, Terms

_EVERY = "*"
_SHOWN_FAILURES = 8


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    occasion.configure(parser).add_argument(
        "--push",
        nargs="+",
        metavar="REMOTE",
        help="a push, from a pre-push hook: its arguments, and its lines on stdin",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--list",
        action="store_true",
        help="run nothing; print the chosen test files, one per line, * for all of them",
    )
    what.add_argument(
        "--explain",
        metavar="FILE",
        help="run nothing; say why a test file is or is not chosen, or which tests a changed file reaches",
    )
    parser.add_argument(
        "--budget",
        metavar="TIME",
        type=_seconds,
        help="at a commit: defer to the push what does not fit into this time (60s, 5min; 0 is no limit)",
    )
    parser.add_argument(
        "--shard",
        metavar="I/N",
        type=_slice,
        help="only the I-th of N slices of the chosen test files, balanced by the time they took before",
    )
    parser.add_argument(
        "args",
        nargs="*",
        metavar="-- PYTEST ARGS",
        help="handed to pytest; a run with them is not remembered as passed",
    )


def run(arguments: argparse.Namespace) -> int:
    """Choose the tests, run them and give the exit code; with --list or --explain only say what was chosen."""
    repository = open_repository()
    if not arguments.push:
        return _run(arguments, repository, occasion.asked(arguments, repository))
    pushed = occasions.pushed(repository, arguments.push[0], sys.stdin.buffer.read())
    if not pushed:
        print("hunkgate: no tests to run: the push brings no commits")
    return max((_run(arguments, repository, one) for one in pushed), default=0)


def _run(arguments: argparse.Namespace, repository: Repository, asked: Occasion) -> int:
    settings = _settings(asked, arguments)
    if settings is None:
        print("hunkgate: no tests to run: the policy turns the tests gate off")
        return 0
    change = asked.whole(repository)
    chosen = selection.select(change, settings, NoStore())
    if arguments.explain is not None:
        for line in chosen.explain(arguments.explain):
            print(visible(line))
        return 0
    wanted = _wanted(chosen, change, settings)
    ledger_ = Ledger(repository.state)
    if arguments.shard is not None:
        index, count = arguments.shard
        files = shards.shard(wanted.files, ledger_.seconds(), index=index, count=count)
        wanted = Wanted(everything=False, files=files)
    if arguments.list:
        sys.stdout.writelines(
            f"{file}\n" for file in ((_EVERY,) if wanted.everything else wanted.files)
        )
        return 0
    return _Run(
        repository=repository,
        asked=asked,
        change=change,
        settings=settings,
        chosen=chosen,
        ledger=ledger_,
        shard=arguments.shard,
    ).run(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of the chosen tests, from the static rules to the exit code."""

    repository: Repository
    asked: Occasion
    change: Change
    settings: TestSettings
    chosen: Selection
    ledger: Ledger
    shard: tuple[int, int] | None

    def run(self, wanted: Wanted) -> int:
        around = snapshot.surroundings(self.repository, self.change)
        gates: tuple[Gate[Any], ...] = (check.gate(around.beside),)
        verdict = judge((self.change,), self.asked.policies, gates)
        if verdict.faults or verdict.blocking:
            # What imports an uncommitted file is said at once: its tests would fail without saying why.
            return _give(verdict)
        jobs = self._jobs(wanted)
        if not jobs:
            print(f"hunkgate: no tests to run: {visible(self.chosen.reason)}")
            return 0
        interpreter = functools.cache(self._interpreter)
        content = ledger.content(self.change.head)
        before = self._passed_before(jobs, content, interpreter)
        if before:
            files = tuple(file for file in wanted.files if file not in before)
            jobs = tuple(
                job
                for job in self._jobs(Wanted(everything=False, files=files))
                if not before.issuperset(job.units)
            )
        if not jobs:
            print(
                f"hunkgate: {_counted(len(before), 'test file')} passed before on the same content"
            )
            return 0
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

    def _key(self, job: Job, interpreter: "functools._lru_cache_wrapper[Interpreter]") -> str:
        if job.runner != "pytest":
            return ledger.surroundings(job.runner)
        python = interpreter(job.folder)
        return ledger.surroundings(job.runner, python.version, python.installed, self.settings.args)

    def _passed_before(
        self,
        jobs: Iterable[Job],
        content: str,
        interpreter: "functools._lru_cache_wrapper[Interpreter]",
    ) -> frozenset[str]:
        return frozenset(
            unit
            for job in jobs
            for unit in self.ledger.passed(content, self._key(job, interpreter)).intersection(
                job.units
            )
        )

    def _tried(
        self,
        jobs: Sequence[Job],
        differs: str,
        interpreter: "functools._lru_cache_wrapper[Interpreter]",
    ) -> Tally:
        files = sum(len(job.units) for job in jobs)
        kept = not any(job.runner in ("vitest", "jest") for job in jobs)
        with snapshot.place(self.repository, self.change, differs, kept=kept) as place:
            print(f"hunkgate: running {files}: {visible(self.chosen.reason)}")
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
                out=sys.stdout.buffer,
                err=sys.stderr,
            )
            return trial.run(jobs, place, terms, interpreter, {})

    def _answer(self, verdict: Verdict, tally: Tally, before: int) -> int:
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
        if findings or faults:
            label = self.asked.policies[0].label
            return _give(
                replace(
                    verdict,
                    blocking=tuple(replace(finding, policy=label) for finding in findings),
                    faults=tuple(faults),
                )
            )
        for remark in tally.remarks:
            print(f"hunkgate: {visible(remark)}")
        print(f"hunkgate: {_summary(tally, before)}")
        return 0


def _settings(asked: Occasion, arguments: argparse.Namespace) -> TestSettings | None:
    """The settings of the first policy that has the gate on, with the rules of all of them; None where none has it on."""
    enabled = [policy for policy in asked.policies if "tests" in policy.enabled]
    found = [one for policy in enabled if isinstance(one := policy.settings["tests"], TestSettings)]
    if not found:
        return None
    budget = found[0].budget_seconds if arguments.budget is None else arguments.budget
    return replace(
        found[0],
        rules=tuple(dict.fromkeys(rule for one in found for rule in one.rules)),
        args=(*found[0].args, *arguments.args),
        budget_seconds=budget,
    )


def _wanted(chosen: Selection, change: Change, settings: TestSettings) -> Wanted:
    files = dict.fromkeys(one.path for one in chosen.files)
    files |= dict.fromkeys(rules.tests(change, settings))
    return Wanted(everything=chosen.kind is Kind.ALL, files=tuple(files))


def _failures(tally: Tally, chosen: Selection) -> Iterable[Finding]:
    reasons: Mapping[str, SelectedFile] = {one.path: one for one in chosen.files}
    for unit in tally.failed:
        nodes = [one for one in tally.failures if one.partition("::")[0].endswith(unit)]
        why = f"chosen because it {reasons[unit].reason}" if unit in reasons else "chosen by a rule"
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
    if tally.empty:
        parts.append(f"{len(tally.empty)} without a test to run")
    if before:
        parts.append(f"{before} passed before on the same content")
    if tally.deferred:
        parts.append(f"{len(tally.deferred)} deferred to push")
    return ", ".join(parts)


def _give(verdict: Verdict) -> int:
    sys.stdout.flush()
    return answer.give(verdict, argparse.Namespace(format="text"), sys.stdout, sys.stderr)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _seconds(text: str) -> int:
    reading = Reading("--budget")
    value = Table({"budget": text}, reading).duration_seconds("budget", default=0)
    if reading.problems:
        raise argparse.ArgumentTypeError('expected a time such as "60s" or "5 min"')
    return value or 0


def _slice(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text)
    if match is None or int(match[1]) > int(match[2]):
        raise argparse.ArgumentTypeError("expected I/N with I from 1 to N, such as 2/4")
    return int(match[1]), int(match[2])

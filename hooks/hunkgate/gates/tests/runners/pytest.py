"""pytest: one run per project folder, files named one by one, the outcome of each file from the report written inside."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TypedDict

from hunkgate.errors import GitError
from hunkgate.gates.tests.runners import Job, Reading, Wanted
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import Change, Tree

# What makes a folder a project of its own: pytest is started there, as its users do.
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini")
# pytest's exit codes, docs.pytest.org/en/stable/reference/exit-codes.html
_NOTHING_COLLECTED = 5
# The part that runs inside; what stands before its name on the command line is the project's addopts.
_BEGIN = ("-m", "pytest", "-p", "hunkgate_report")


class Event(TypedDict, total=False):
    """One line of the report, as ``inside/hunkgate_report.py`` describes it."""

    path: str
    node: str
    outcome: str
    seconds: float
    files: dict[str, int]
    items: int


def jobs(change: Change, wanted: Wanted, settings: TestSettings) -> tuple[Job, ...]:
    """A job for each project folder with test files among the wanted ones, in the order of their first file."""
    folders: dict[str, list[str]] = {}
    for file in wanted.files:
        folders.setdefault(_project(change.head, file), []).append(file)
    # pytest itself finds more than files called test_*.py (doctests, what plugins collect): where everything is wanted and one
    # project holds it all, it is asked to find it.
    bare = wanted.everything and len(folders) == 1
    return tuple(
        Job(
            runner="pytest",
            program="python",
            argv=(
                *_BEGIN,
                *settings.args,
                *(() if bare else (_named(file, folder) for file in files)),
            ),
            units=tuple(files),
            folder=folder,
        )
        for folder, files in folders.items()
    )


def parallel(job: Job, workers: str) -> Job:
    """The job with this many workers of pytest-xdist (a number or "auto"); '' leaves it as it is."""
    return extended(job, "-n", workers) if workers else job


def extended(job: Job, *arguments: str) -> Job:
    """The job with these arguments ahead of its own; the job of another runner as it is."""
    if job.runner != "pytest":
        return job
    start = len(_BEGIN)
    return replace(job, argv=(*job.argv[:start], *arguments, *job.argv[start:]))


def read(job: Job, status: int, report: bytes) -> Reading:
    """A file passed when all the tests collected in it ended and none failed."""
    collected: Counter[str] = Counter()
    current: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    seconds: dict[str, float] = {}
    failed: set[str] = set()
    failures: list[str] = []
    tests = deselected = 0
    finished = gathered = False
    outside: list[str] = []
    for kind, event in _events(report):
        path = event.get("path", "")
        if kind == "collected":
            gathered = True
            collected.update(event["files"])
        elif kind == "current":
            gathered = True
            current.update(event["files"])
        elif kind == "deselected":
            deselected += event["items"]
        elif kind == "test":
            ended[path] += 1
            seconds[path] = seconds.get(path, 0.0) + event["seconds"]
            tests += event["outcome"] == "passed"
            if event["outcome"] == "failed":
                failed.add(path)
                failures.append(event["node"])
        elif kind == "broken":
            failed.add(path)
            failures.append(path)
        elif kind == "outside":
            outside += list(event["files"])
        elif kind == "end":
            finished = True
    known = collected.keys() | current.keys()
    complete = {path for path in known if ended[path] >= collected[path]} - failed
    # A run that was made to end before it collected says nothing about the files.
    whole = finished and not failures and (gathered or status == _NOTHING_COLLECTED)
    empty = set(job.units) - known - failed if whole else set()
    remarks = []
    if deselected:
        remarks.append(f"{deselected} tests were left out by the project's own code")
    return Reading(
        passed=frozenset(complete),
        failed=frozenset(failed),
        empty=frozenset(empty),
        tests=tests,
        failures=tuple(dict.fromkeys(failures)),
        remarks=tuple(remarks),
        # What a file takes is known where all of it ran.
        seconds={path: taken for path, taken in seconds.items() if path not in current},
        current=current.total(),
        fault=_fault(status, finished=finished, failed=bool(failed), outside=outside),
    )


def _fault(status: int, *, finished: bool, failed: bool, outside: list[str]) -> str:
    if outside:
        names = ", ".join(outside[:3])
        return f"the tests imported files that are not part of what is judged: {names}"
    if failed or (finished and status in (0, _NOTHING_COLLECTED)):
        return ""
    if status < 0:
        return f"pytest was ended by signal {-status}"
    return f"pytest ended with status {status} and reported no failed test; its output says why"


def _events(report: bytes) -> Iterator[tuple[str, Event]]:
    for line in report.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            # The last line of a process that was killed while it wrote.
            continue
        yield event.pop("is", ""), event


def _project(tree: Tree, file: str) -> str:
    parts = file.split("/")[:-1]
    while parts:
        folder = "/".join(parts)
        if any(_is_project(tree, f"{folder}/{name}") for name in _PROJECT_FILES):
            return folder
        parts.pop()
    return ""


def _is_project(tree: Tree, path: str) -> bool:
    entry = tree.find(path)
    if entry is None:
        return False
    if not path.endswith(("tox.ini", "setup.cfg")):
        return True
    # Beside tests, these often only hold settings of one tool: pytest's own or a project's make them a root.
    try:
        content = tree.read(entry.blob)
    except GitError:
        return False
    return any(mark in content for mark in (b"[pytest]", b"[tool:pytest]", b"[metadata]", b"[tox]"))


def _named(file: str, folder: str) -> str:
    path = file.removeprefix(f"{folder}/") if folder else file
    return f"./{path}" if path.startswith(("-", "@")) else path

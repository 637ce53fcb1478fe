"""jest: `jest --findRelatedTests` for the changed files of each project that uses it (jestjs.io/docs/cli#--findrelatedtests-spaceseparatedlistofsourcefiles)."""

from hunkgate.gates.tests.runners import Job, Reading, Wanted, by_status
from hunkgate.gates.tests.runners.javascript import projects
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import Change


def jobs(change: Change, wanted: Wanted, _settings: TestSettings) -> tuple[Job, ...]:
    """A job for each project folder; the whole of it where following imports is not enough."""
    found = []
    for project in projects(change, "jest", wanted.files):
        up = "../" * (project.folder.count("/") + 1 if project.folder else 0)
        argv: tuple[str, ...] = ("--passWithNoTests", "--watchAll=false")
        if not project.everything:
            argv = (
                *argv,
                "--findRelatedTests",
                *(f"{up}{file}" if up else f"./{file}" for file in project.files),
            )
        name = " ".join(
            ("jest", project.folder or ".", *(() if project.everything else project.files))
        )
        found.append(
            Job(runner="jest", program="jest", argv=argv, units=(name,), folder=project.folder)
        )
    return tuple(found)


def read(job: Job, status: int, _report: bytes) -> Reading:
    """jest passes with exit status 0."""
    return by_status(job, status)

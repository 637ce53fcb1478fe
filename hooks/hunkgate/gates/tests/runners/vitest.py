"""vitest: `vitest related --run` for the changed files of each project that uses it (vitest.dev/guide/cli#vitest-related)."""

from hunkgate.gates.tests.runners import Job, Reading, Wanted, by_status
from hunkgate.gates.tests.runners.javascript import projects
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import Change


def jobs(change: Change, wanted: Wanted, _settings: TestSettings) -> tuple[Job, ...]:
    """A job for each project folder; the whole of it where following imports is not enough."""
    found = []
    for project in projects(change, "vitest", wanted.files):
        up = "../" * (project.folder.count("/") + 1 if project.folder else 0)
        if project.everything:
            argv: tuple[str, ...] = ("run", "--passWithNoTests")
        else:
            files = (f"./{up}{file}" if not up else f"{up}{file}" for file in project.files)
            argv = ("related", "--run", "--passWithNoTests", *files)
        name = " ".join(
            ("vitest", project.folder or ".", *(() if project.everything else project.files))
        )
        found.append(
            Job(runner="vitest", program="vitest", argv=argv, units=(name,), folder=project.folder)
        )
    return tuple(found)


def read(job: Job, status: int, _report: bytes) -> Reading:
    """vitest passes with exit status 0."""
    return by_status(job, status)

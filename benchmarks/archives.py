"""Real projects to measure on: source archives that pip downloads, unpacked into a folder, with an environment that can test them."""

import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project of the registry whose source archive holds its tests.

    ``root`` is the folder that its package is imported from, ``package`` that of its sources, ``tests`` what pytest is given, all relative to
    the archive's folder; ``needs`` are the packages that its tests import.
    """

    name: str
    root: str
    package: str
    tests: tuple[str, ...] = ("tests",)
    needs: tuple[str, ...] = ()


ITSDANGEROUS = Project(
    name="itsdangerous", root="src", package="src/itsdangerous", needs=("freezegun",)
)
JINJA = Project(name="jinja2", root="src", package="src/jinja2", needs=("markupsafe", "trio"))
SQLPARSE = Project(name="sqlparse", root=".", package="sqlparse")
STRUCTLOG = Project(
    name="structlog",
    root="src",
    package="src/structlog",
    needs=("freezegun", "pretend", "pytest-asyncio", "simplejson", "time-machine"),
)


def environment(python: str, folder: Path, *requirements: str) -> str:
    """A new virtual environment with these packages; its interpreter. Raises CalledProcessError where pip cannot."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    interpreter = str(folder / "bin" / "python")
    pip(interpreter, "install", *requirements)
    return interpreter


def pip(interpreter: str, *arguments: str) -> None:
    """Run pip, as the machine has configured it, without its remarks."""
    command = [interpreter, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def unpacked(project: Project, interpreter: str, into: Path) -> Path:
    """Download the newest source archive and unpack it; the folder that it holds."""
    there = into / f"archive-{project.name}"
    pip(
        interpreter,
        "download",
        "--no-deps",
        "--no-binary",
        project.name,
        "--dest",
        str(there),
        project.name,
    )
    (archive,) = there.glob("*.tar.gz")
    with tarfile.open(archive) as content:
        content.extractall(there, filter="data")
    (folder,) = (one for one in there.iterdir() if one.is_dir())
    return folder


def variables(project: Project, folder: Path) -> dict[str, str]:
    """The process environment in which the unpacked project is imported, and nothing else of ours is."""
    foreign = ("PYTHON", "PYTEST", "VIRTUAL_ENV", "COV", "HUNKGATE", "GIT_")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return plain | {"PYTHONPATH": str((folder / project.root).resolve())}

"""The user's project environment: which Python is the project's own, never the one that the hook runs in.

A pre-commit or prek hook of ``language: python`` sees the hook's environment as VIRTUAL_ENV and first on PATH, the user's own
VIRTUAL_ENV is lost (measured with pre-commit 4.7.0 and prek 0.5.11). So the project's interpreter has to be looked for.
"""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hunkgate import process
from hunkgate.errors import ToolError

_VENV_NAMES = (".venv", "venv")
# What names a project as this tool's, and the command that prints the project's interpreter. None of them makes an environment.
# `uv` is not here: its environment is .venv or what UV_PROJECT_ENVIRONMENT says, and its commands would create one.
_MANAGED = (
    ("poetry", ("poetry.lock",), ("poetry", "env", "info", "--executable")),
    ("pdm", ("pdm.lock", ".pdm-python"), ("pdm", "info", "--python")),
    ("pipenv", ("Pipfile",), ("pipenv", "--py")),
)
_ASK_SECONDS = 30
# Runs in the project's interpreter, any Python 3: imports nothing from the folder it is started in.
_PROBE = """\
import sys
sys.path[:1] = []
import json, os
from importlib.util import find_spec
installed = []
for folder in sys.path:
    try:
        installed += [n for n in os.listdir(folder) if n.endswith((".dist-info", ".egg-info", ".egg-link"))]
    except OSError:
        pass
print(json.dumps({
    "prefix": sys.prefix, "venv": sys.prefix != sys.base_prefix, "version": list(sys.version_info[:3]),
    "installed": sorted(installed),
    "modules": [n for n in ("pytest", "xdist", "pytest_cov", "coverage") if find_spec(n)],
}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python of the project: where it is, how it was found, and what its environment holds.

    ``modules``: those of pytest, xdist, pytest_cov and coverage that can be imported. ``installed``: the names of the installed
    distributions' folders, which hold their versions: two environments with the same list run a test alike.
    """

    path: Path
    found: str
    prefix: Path
    venv: bool
    version: tuple[int, int, int]
    modules: frozenset[str]
    installed: tuple[str, ...]

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment for programs that run in the project: git's and the hook's own variables left out."""
        variables = environment()
        if self.venv:
            variables["VIRTUAL_ENV"] = str(self.prefix)
            variables["PATH"] = f"{self.path.parent}{os.pathsep}{variables['PATH']}"
        return variables | dict(extra or {})


def environment() -> dict[str, str]:
    """The environment for the project's programs: git's and the hook runner's own variables and environment left out."""
    variables = {
        name: value
        for name, value in process.foreign_environment().items()
        if not name.startswith(("PRE_COMMIT", "PREK_", "PYTEST_XDIST_")) and name != "PYTHONHOME"
    }
    if _is_own(variables.get("VIRTUAL_ENV", "")):
        del variables["VIRTUAL_ENV"]
    return variables | {"PATH": os.pathsep.join(_path_without_own(variables))}


def program(name: str, *, folder: Path, top: Path) -> Path:
    """A program of the project: from node_modules/.bin in ``folder`` or above it up to ``top``, else from PATH.

    A name with a stroke in it is a path from ``folder``. Raises ToolError where there is none.
    """
    if os.sep in name and (folder / name).is_file():
        return folder / name
    for place in _upwards(folder, top):
        path = place / "node_modules" / ".bin" / name
        if path.exists():
            return path
    found = shutil.which(name, path=os.pathsep.join(_path_without_own(os.environ)))
    if found is None:
        raise ToolError(f"{name} was not found for {folder}", remedy=f"install {name} there")
    return Path(found)


def _upwards(folder: Path, top: Path) -> list[Path]:
    return [one for one in (folder, *folder.parents) if one == top or top in one.parents] or [top]


def interpreter(setting: str, *, folder: Path, top: Path) -> Interpreter:
    """The Python of the project in ``folder``, at or below the work tree's root ``top``, with pytest in it.

    ``setting`` is the policy's ``python``: a path from ``top``, an absolute one, or a name on PATH. Raises ToolError where there is
    none, where it does not start, or where pytest is missing in it.
    """
    without_pytest = None
    for found, path, certain in _candidates(setting, folder, top):
        one = _probed(path, found)
        if "pytest" in one.modules:
            return one
        # An environment of the project that lacks pytest is not passed over in silence; a Python that merely lies on PATH is.
        if certain:
            raise _pytest_missing(one)
        without_pytest = without_pytest or one
    if without_pytest is not None:
        raise _pytest_missing(without_pytest)
    raise ToolError(
        f"no Python of the project was found for {folder}",
        remedy='make a .venv there, or name the interpreter: [tests] python = "path/to/python"',
    )


def _candidates(setting: str, folder: Path, top: Path) -> Iterator[tuple[str, Path, bool]]:
    """How found, which interpreter, and whether it is the project's for certain; the best first."""
    if setting:
        yield "[tests] python", _named(setting, top), True
        return
    upwards = _upwards(folder, top)
    for place in upwards:
        for name in _VENV_NAMES:
            if (place / name / "pyvenv.cfg").is_file():
                yield f"{name} in {place}", _python_in(place / name), True
    if named := os.environ.get("UV_PROJECT_ENVIRONMENT"):
        environment = top / named
        if environment.is_dir():
            yield "UV_PROJECT_ENVIRONMENT", _python_in(environment), True
    yield from _managed(upwards)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        active = os.environ.get(variable, "")
        if active and not _is_own(active) and Path(active).is_dir():
            yield variable, _python_in(Path(active)), variable == "VIRTUAL_ENV"
    if _is_own(os.environ.get("VIRTUAL_ENV", "")) and "PRE_COMMIT" not in os.environ:
        # Activated by a person, not by a hook runner: hunkgate is installed in the project's own environment.
        yield "VIRTUAL_ENV", Path(sys.executable), False
    search = os.pathsep.join(_path_without_own(os.environ))
    for name in ("python3", "python"):
        if path := shutil.which(name, path=search):
            yield "PATH", Path(path), False
    # Last: hunkgate may be installed in the project's own environment, outside the tree.
    yield "hunkgate's own environment", Path(sys.executable), False


def _named(setting: str, top: Path) -> Path:
    if os.sep not in setting:
        found = shutil.which(setting, path=os.pathsep.join(_path_without_own(os.environ)))
        path = Path(found) if found else top / setting
    else:
        path = top / setting
    if not path.is_file():
        raise ToolError(
            f"the interpreter that [tests] python names does not exist: {path}",
            remedy="create that environment, or correct [tests] python in the policy",
        )
    return path


def _python_in(environment: Path) -> Path:
    for path in (environment / "bin" / "python", environment / "Scripts" / "python.exe"):
        if path.is_file():
            return path
    raise ToolError(
        f"{environment} is an environment without a Python that exists",
        remedy="make that environment anew",
    )


def _managed(places: list[Path]) -> Iterator[tuple[str, Path, bool]]:
    search = os.pathsep.join(_path_without_own(os.environ))
    for name, markers, command in _MANAGED:
        place = next(
            (one for one in places if any((one / mark).exists() for mark in markers)), None
        )
        found = shutil.which(name, path=search)
        if place is None or found is None:
            continue
        argv = (found, *command[1:])
        result = process.run(argv, cwd=place, env=environment(), timeout_seconds=_ASK_SECONDS)
        answer = Path(os.fsdecode(result.stdout.strip()))
        if result.status == 0 and answer.is_absolute() and answer.is_file():
            yield name, answer, True


def _probed(path: Path, found: str) -> Interpreter:
    remedy = "make that environment anew, or name another: [tests] python in the policy"
    result = process.run(
        (str(path), "-c", _PROBE),
        env=process.foreign_environment(),
        timeout_seconds=_ASK_SECONDS,
    )
    with contextlib.suppress(ValueError, KeyError, TypeError):
        answer = json.loads(result.stdout.splitlines()[-1] if result.stdout else b"")
        major, minor, micro = answer["version"]
        return Interpreter(
            path=path,
            found=found,
            prefix=Path(answer["prefix"]),
            venv=bool(answer["venv"]),
            version=(major, minor, micro),
            modules=frozenset(answer["modules"]),
            installed=tuple(answer["installed"]),
        )
    said = result.stderr.decode("utf-8", "replace").strip().splitlines()
    raise ToolError(
        f"{path} ({found}) does not run: {said[-1] if said else f'status {result.status}'}",
        remedy=remedy,
    )


def _pytest_missing(one: Interpreter) -> ToolError:
    return ToolError(
        f"pytest is not installed for the project's Python, {one.path} (found by {one.found})",
        remedy=f"{one.path} -m pip install pytest, or name another interpreter: [tests] python in the policy",
    )


def _is_own(environment: str) -> bool:
    """Whether this is the environment that hunkgate itself runs in."""
    return bool(environment) and Path(environment).resolve() == Path(sys.prefix).resolve()


def _path_without_own(variables: Mapping[str, str]) -> list[str]:
    folders = variables.get("PATH", os.defpath).split(os.pathsep)
    if sys.prefix == sys.base_prefix:
        return folders
    return [one for one in folders if one and not _is_own(str(Path(one).parent))]

"""Which Python is the project's: real interpreters, real and faked environments in temporary folders."""

import os
import sys
import venv
from pathlib import Path

import pytest

from hunkgate import project
from hunkgate.errors import ToolError

OWN = Path(sys.executable)


def environment(folder: Path, *, modules: tuple[str, ...] = ("pytest",)) -> Path:
    """A virtual environment without pip; ``modules`` are empty stand-ins in its site-packages. Gives its Python."""
    venv.create(folder, symlinks=True)
    site = next(folder.glob("lib/python3*/site-packages"))
    for name in modules:
        (site / f"{name}.py").write_text("")
    return folder / "bin" / "python"


def program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No environment is active, and PATH holds the hook's own Python first, as a hook sees it."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{OWN.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")


def test_a_venv_in_the_tree_is_taken(tmp_path: Path) -> None:
    python = environment(tmp_path / ".venv", modules=("pytest", "xdist"))
    found = project.interpreter("", folder=tmp_path, top=tmp_path)
    assert (found.path, found.venv, found.modules) == (
        python,
        True,
        frozenset({"pytest", "xdist"}),
    )
    assert found.version == sys.version_info[:3]


def test_a_project_in_a_folder_has_its_own_and_falls_back_on_the_roots(tmp_path: Path) -> None:
    root = environment(tmp_path / ".venv")
    inner = environment(tmp_path / "service" / "venv")
    (tmp_path / "other").mkdir()
    assert project.interpreter("", folder=tmp_path / "service", top=tmp_path).path == inner
    assert project.interpreter("", folder=tmp_path / "other", top=tmp_path).path == root


def test_no_environment_above_the_repository_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(tmp_path / ".venv")
    active = environment(tmp_path / "active")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    (tmp_path / "repository").mkdir()
    top = tmp_path / "repository"
    assert project.interpreter("", folder=top, top=top).path == active


def test_the_setting_wins_over_everything(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    other = environment(tmp_path / "envs" / "py")
    assert project.interpreter("envs/py/bin/python", folder=tmp_path, top=tmp_path).path == other


def test_the_setting_may_name_a_program_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = environment(tmp_path / "env")
    program(tmp_path / "bin", "python-of-team", f'exec {python} "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    found = project.interpreter("python-of-team", folder=tmp_path, top=tmp_path)
    assert found.prefix == tmp_path / "env"


@pytest.mark.parametrize(
    ("tool", "marker"),
    [
        pytest.param("poetry", "poetry.lock", id="poetry"),
        pytest.param("pdm", "pdm.lock", id="pdm"),
        pytest.param("pdm", ".pdm-python", id="pdm without a lock"),
        pytest.param("pipenv", "Pipfile", id="pipenv"),
    ],
)
def test_a_project_tool_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str, marker: str
) -> None:
    python = environment(tmp_path / "cache" / "env")
    program(tmp_path / "bin", tool, f'test -z "$VIRTUAL_ENV" && echo {python}')
    # The hook's environment stands in VIRTUAL_ENV: poetry would answer with it.
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / marker).write_text("")
    found = project.interpreter("", folder=tmp_path / "top", top=tmp_path / "top")
    assert (found.path, found.found) == (python, tool)


def test_uv_may_keep_the_environment_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = environment(tmp_path / "elsewhere")
    monkeypatch.setenv("UV_PROJECT_ENVIRONMENT", "elsewhere")
    assert project.interpreter("", folder=tmp_path, top=tmp_path).path == python


def test_the_hooks_own_environment_is_not_the_active_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = environment(tmp_path / "env")
    program(tmp_path / "bin", "python3", f'exec {python} "$@"')
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    monkeypatch.setenv("PRE_COMMIT", "1")
    monkeypatch.setenv("PATH", os.pathsep.join((str(OWN.parent), str(tmp_path / "bin"))))
    found = project.interpreter("", folder=tmp_path, top=tmp_path)
    assert (found.found, found.prefix) == ("PATH", tmp_path / "env")


def test_an_environment_that_a_person_activated_is_the_projects_also_where_hunkgate_lies_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "python3", f'exec {environment(tmp_path / "env")} "$@"')
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    monkeypatch.setenv("PATH", os.pathsep.join((str(OWN.parent), str(tmp_path / "bin"))))
    found = project.interpreter("", folder=tmp_path, top=tmp_path)
    assert (found.found, found.path) == ("VIRTUAL_ENV", OWN)


def test_a_python_on_path_without_pytest_is_passed_over_for_hunkgates_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare_python = environment(tmp_path / "env", modules=())
    program(tmp_path / "bin", "python3", f'exec {bare_python} "$@"')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert project.interpreter("", folder=tmp_path, top=tmp_path).path == OWN


def test_an_environment_without_pytest_is_a_fault_with_the_way_on(tmp_path: Path) -> None:
    python = environment(tmp_path / ".venv", modules=())
    with pytest.raises(ToolError, match="pytest is not installed") as raised:
        project.interpreter("", folder=tmp_path, top=tmp_path)
    assert raised.value.remedy.startswith(f"{python} -m pip install pytest")


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param("gone/bin/python", id="a path"),
        pytest.param("python-that-nobody-has", id="a name"),
    ],
)
def test_a_setting_that_names_nothing_is_a_fault_and_no_other_is_taken(
    tmp_path: Path, setting: str
) -> None:
    environment(tmp_path / ".venv")
    with pytest.raises(ToolError, match="does not exist"):
        project.interpreter(setting, folder=tmp_path, top=tmp_path)


def test_an_environment_whose_python_is_gone_is_a_fault(tmp_path: Path) -> None:
    environment(tmp_path / ".venv").unlink()
    with pytest.raises(ToolError, match="without a Python that exists"):
        project.interpreter("", folder=tmp_path, top=tmp_path)


def test_a_python_that_does_not_run_is_a_fault(tmp_path: Path) -> None:
    program(tmp_path / "bin", "python", "echo broken >&2; exit 3")
    with pytest.raises(ToolError, match="does not run: broken"):
        project.interpreter("bin/python", folder=tmp_path, top=tmp_path)


def test_the_probe_imports_nothing_from_the_folder_it_starts_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(tmp_path / ".venv")
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    assert project.interpreter("", folder=tmp_path, top=tmp_path).venv


def test_tests_see_the_projects_environment_and_nothing_of_git_or_the_hook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = environment(tmp_path / ".venv")
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "PRE_COMMIT", "PREK_HOOK_STAGE"):
        monkeypatch.setenv(name, "/leaked")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    found = project.interpreter("", folder=tmp_path, top=tmp_path)
    monkeypatch.setenv("PYTHONHOME", "/leaked")
    variables = found.environment({"EXTRA": "1"})
    assert variables["VIRTUAL_ENV"] == str(tmp_path / ".venv")
    assert variables["PATH"].split(os.pathsep)[0] == str(python.parent)
    assert str(OWN.parent) not in variables["PATH"].split(os.pathsep)
    assert variables["EXTRA"] == "1"
    assert "/leaked" not in variables.values()

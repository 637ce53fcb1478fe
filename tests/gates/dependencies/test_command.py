"""``hunkgate dependencies`` on a real repository."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main")
    subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True
    )


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hunkgate", "dependencies", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A base with one requirement and a policy, a second commit that bumps it, and a third state that is staged."""
    git(tmp_path, "init", "-q")
    requirements = tmp_path / "requirements.txt"
    (tmp_path / "hunkgate.toml").write_text('[dependencies]\nlevels.removed = "note"\n')
    for version in ("1", "2"):
        requirements.write_text(f"a=={version}\n")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", version)
    requirements.write_text("b==1\n")
    git(tmp_path, "add", "-A")
    return tmp_path


def test_it_reports_what_is_staged_and_does_not_judge(repository: Path) -> None:
    ran = command(repository, "--staged", "--format", "json")
    assert (ran.returncode, ran.stderr) == (0, "")
    found = [(one["name"], one["change"], one["level"]) for one in json.loads(ran.stdout)]
    assert found == [("a", "removed", "note"), ("b", "added", "error")]


def test_it_reports_a_range(repository: Path) -> None:
    ran = command(repository, "--range", "HEAD~1..HEAD")
    assert "~ a ==1 -> ==2" in ran.stdout
    assert ran.returncode == 0


def test_what_cannot_be_compared_is_a_fault(repository: Path) -> None:
    ran = command(repository, "--range", "missing..HEAD")
    assert ran.returncode == 2
    assert "missing is not a commit" in ran.stderr


def test_it_speaks_markdown(repository: Path) -> None:
    assert "### `requirements.txt`" in command(repository, "--format", "markdown").stdout

"""Real commits and pushes: git runs the changed tests by a hook of its own and by prek, on what is committed and pushed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from projects import Project, Ran, environment, project

pytestmark = pytest.mark.journey

BROKEN = {"src/pkg/core.py": "def one():\n    return 3\n"}
REWRITTEN = {"src/pkg/core.py": "def one():\n    return 2 - 1\n"}
HANGS = """
import os
import threading
from pkg.other import two


def test_two():
    if os.environ.get("HANG"):
        threading.Event().wait()
    assert two() == 2
"""
PREK = Path(sys.executable).with_name("prek")
CONFIG = f"""
repos:
  - repo: local
    hooks:
      - id: changed-tests
        name: changed tests
        entry: {sys.executable} -m hunkgate test
        language: system
        pass_filenames: false
        always_run: true
        verbose: true
        stages: [pre-commit, pre-push]
"""


def git(made: Project, *arguments: str, variables: dict[str, str] | None = None) -> Ran:
    done = subprocess.run(
        ["git", *arguments],
        cwd=made.top,
        env=environment(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(status=done.returncode, out=done.stdout, err=done.stderr)


def hooked(made: Project) -> None:
    hook = made.top / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {sys.executable} -m hunkgate test\n")
    hook.chmod(0o755)


def test_each_way_to_commit_judges_what_it_commits(tmp_path: Path) -> None:
    made = project(tmp_path / "r")
    hooked(made)
    made.write({"notes.txt": "untracked, so that a snapshot is used"})
    made.write(BROKEN)
    assert git(made, "commit", "--all", "--message", "x").status != 0
    made.git("add", "src")
    made.write({"src/pkg/other.py": "def two():\n    return 1 + 1\n"})
    # Only this file: the broken one that is staged stays out.
    one_file = git(made, "commit", "--message", "x", "src/pkg/other.py")
    assert one_file.status == 0, one_file.err
    # What is staged is broken, whatever is on disk.
    made.write(REWRITTEN)
    assert git(made, "commit", "--message", "x").status != 0
    done = git(made, "commit", "--all", "--message", "x")
    assert done.status == 0, done.err
    assert made.git("status", "--porcelain") == "?? notes.txt"


def test_a_commit_in_a_linked_worktree_leaves_the_repository_alone(tmp_path: Path) -> None:
    probe = "import subprocess, tempfile\nfrom pkg.core import one\n\n\ndef test_one():\n"
    probe += "    subprocess.run(['git', 'init'], cwd=tempfile.mkdtemp(), check=True)\n    assert one() == 1\n"
    made = project(tmp_path / "r", {"tests/test_core.py": probe})
    hooked(made)
    made.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked = Project(tmp_path / "linked")
    config = (made.top / ".git" / "config").read_bytes()
    linked.stage(REWRITTEN)
    done = git(linked, "commit", "--message", "x")
    assert done.status == 0, done.err
    linked.stage(BROKEN)
    assert git(linked, "commit", "--message", "x").status != 0
    assert (made.top / ".git" / "config").read_bytes() == config


@pytest.mark.skipif(shutil.which("sh") is None or not PREK.exists(), reason="prek is not installed")
def test_a_deferred_test_runs_at_the_push_and_a_pushed_branch_is_tested_as_it_is(
    tmp_path: Path,
) -> None:
    policy = f'[tests]\npython = "{sys.executable}"\nbudget = "6s"\n'
    files = {
        "tests/test_other.py": HANGS,
        "hunkgate.toml": policy,
        ".pre-commit-config.yaml": CONFIG,
    }
    made = project(tmp_path / "r", files)
    made.git("init", "--quiet", "--bare", str(tmp_path / "remote"))
    made.git("remote", "add", "origin", str(tmp_path / "remote"))
    made.git("push", "--quiet", "origin", "main")
    arguments = ["install", "--hook-type", "pre-commit", "--hook-type", "pre-push"]
    variables = {"PREK_HOME": str(tmp_path / "prek")}
    subprocess.run(
        [PREK, *arguments],
        cwd=made.top,
        env=environment(variables),
        check=True,
        capture_output=True,
    )

    made.stage({"pyproject.toml": "[project]\nname = 'pkg'\nversion = '2'\n"})
    done = git(made, "commit", "--message", "x", variables={**variables, "HANG": "1"})
    assert done.status == 0, done.err
    assert "1 passed (1 test), 1 deferred to push" in done.err + done.out
    pushed = git(made, "push", "origin", "main", variables=variables)
    assert pushed.status == 0, pushed.err
    assert "1 passed (1 test), 1 passed before on the same content" in pushed.err + pushed.out

    made.git("switch", "--quiet", "--create", "topic")
    made.commit(BROKEN)
    made.git("switch", "--quiet", "main")
    refused = git(made, "push", "origin", "topic", variables=variables)
    assert refused.status != 0
    assert "tests/test_core.py::test_one" in refused.err + refused.out

"""``hunkgate test`` judges exactly what is committed or pushed, whatever else lies in the work tree."""

import sys
import venv
from pathlib import Path

import pytest

from projects import Project, project

BROKEN = {"src/pkg/core.py": "def one():\n    return 3\n"}
REWRITTEN = {"src/pkg/core.py": "def one():\n    return 2 - 1\n"}
SNAPSHOT = "hunkgate: on a snapshot of what is judged: "


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return project(tmp_path / "r")


@pytest.mark.parametrize(
    ("staged", "on_disk", "status"),
    [
        pytest.param(BROKEN, REWRITTEN, 1, id="what is staged is broken and mended only on disk"),
        pytest.param(REWRITTEN, BROKEN, 0, id="what is staged is whole and broken only on disk"),
    ],
)
def test_a_partly_staged_file_is_judged_as_staged(
    made: Project, staged: dict[str, str], on_disk: dict[str, str], status: int
) -> None:
    made.stage(staged)
    made.write(on_disk)
    before = made.state()
    ran = made.test()
    assert ran.status == status, ran.out + ran.err
    assert SNAPSHOT in ran.out
    assert made.state() == before


def test_a_module_that_is_not_added_is_refused_before_any_test_runs(made: Project) -> None:
    made.stage({"src/pkg/core.py": "from pkg.extra import one\n"})
    made.write({"src/pkg/extra.py": "def one():\n    return 1\n"})
    ran = made.test()
    assert ran.status == 1
    assert "[tests/untracked-import]" in ran.out
    assert "git add src/pkg/extra.py" in ran.out
    assert "test session starts" not in ran.out


def test_an_untracked_file_found_by_a_computed_name_is_not_there(made: Project) -> None:
    made.stage(
        {
            "src/pkg/core.py": "import importlib\none = importlib.import_module('pkg.ex' + 'tra').one\n"
        }
    )
    made.write({"src/pkg/extra.py": "def one():\n    return 1\n"})
    ran = made.test()
    assert ran.status == 1
    assert SNAPSHOT + "src/pkg/extra.py" in ran.out
    assert "No module named 'pkg.extra'" in ran.out


def test_a_file_hidden_from_git_status_is_judged_as_staged(made: Project) -> None:
    made.stage(BROKEN)
    made.git("update-index", "--assume-unchanged", "src/pkg/core.py")
    made.write(REWRITTEN)
    assert made.test().status == 1


def test_a_pushed_branch_that_is_not_checked_out_is_what_is_tested(made: Project) -> None:
    base = made.git("rev-parse", "HEAD")
    made.git("switch", "--quiet", "--create", "topic")
    tip = made.commit(BROKEN)
    made.git("switch", "--quiet", "main")
    before = made.state()
    ran = made.test("--range", f"{base}..{tip}")
    assert ran.status == 1
    assert SNAPSHOT + "what is judged is not checked out" in ran.out
    # As pre-commit and prek hand a push to a hook.
    pushed = made.test(variables={"PRE_COMMIT_FROM_REF": base, "PRE_COMMIT_TO_REF": tip})
    assert pushed.status == 1
    assert made.state() == before


def test_the_snapshot_is_kept_and_follows_from_tree_to_tree(made: Project) -> None:
    made.write({"notes.txt": "untracked"})
    made.stage({**REWRITTEN, "tests/data/new.txt": "x"})
    assert made.test().status == 0
    made.git("reset", "--quiet", "--hard")
    made.stage(BROKEN)
    assert made.test().status == 1
    (kept,) = (made.top / ".git" / "hunkgate" / "snapshots").iterdir()
    assert not (kept / "tree" / "tests" / "data").exists()
    assert (kept / "tree" / "src/pkg/core.py").read_text() == BROKEN["src/pkg/core.py"]


def test_what_a_test_left_in_the_snapshot_is_gone_in_the_next_run(made: Project) -> None:
    spoil = "import pathlib\nfrom pkg.core import one\ndef test_one():\n    assert one() == 1\n"
    spoil += "    pathlib.Path('src/pkg/core.py').write_text('broken')\n    pathlib.Path('left.py').touch()\n"
    made.write({"notes.txt": "untracked"})
    made.stage({"tests/test_core.py": spoil})
    assert made.test().status == 0
    made.stage({"tests/test_core.py": spoil + "    assert True\n"})
    assert made.test().status == 0, "the spoilt file was written anew"
    assert (made.top / "src/pkg/core.py").read_text() != "broken"


def test_an_editable_install_does_not_bring_the_work_tree_back(made: Project) -> None:
    made.commit({".gitignore": "__pycache__/\nenv/\n"})
    venv.create(made.top / "env", symlinks=True)
    packages = next((made.top / "env").glob("lib/python3*/site-packages"))
    own = Path(pytest.__file__).parents[1]
    (packages / "editable.pth").write_text(f"{made.top / 'src'}\n{own}\n")
    made.commit({"hunkgate.toml": '[tests]\npython = "env/bin/python"\n'})
    made.stage(BROKEN)
    made.write(REWRITTEN)
    ran = made.test()
    assert ran.status == 1, ran.out + ran.err


def test_a_generated_module_that_git_ignores_comes_along(made: Project) -> None:
    made.commit({".gitignore": "__pycache__/\n_version.py\n"})
    made.write({"src/pkg/_version.py": "one = 1\n"})
    made.stage(
        {"src/pkg/core.py": "from pkg._version import one as _one\ndef one(): return _one\n"}
    )
    made.write({"notes.txt": "untracked, so that a snapshot is needed"})
    ran = made.test()
    assert (ran.status, SNAPSHOT in ran.out) == (0, True), ran.out + ran.err


def test_git_in_a_test_does_not_find_the_users_repository(made: Project) -> None:
    probe = "import os, subprocess\nfrom pkg.core import one\ndef test_one():\n"
    probe += (
        "    assert not [name for name in os.environ if name in ('GIT_DIR', 'GIT_INDEX_FILE')]\n"
    )
    probe += "    assert subprocess.run(['git', 'config', 'user.name', 'evil']).returncode != 0\n"
    made.write({"notes.txt": "untracked"})
    made.stage({"tests/test_core.py": probe})
    ran = made.test(variables={"GIT_DIR": str(made.top / ".git"), "GIT_WORK_TREE": str(made.top)})
    assert ran.status == 0, ran.out + ran.err


def test_the_first_commit_of_a_repository_is_judged(tmp_path: Path) -> None:
    made = Project(tmp_path)
    made.git("init", "--quiet")
    made.stage(
        {
            "core.py": "def one():\n    return 1\n",
            "test_core.py": "from core import one\ndef test_one():\n    assert one() == 2\n",
        }
    )
    made.write({".git/info/exclude": "__pycache__/\n"})
    ran = made.test(variables={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"})
    assert ran.status == 1, ran.out + ran.err

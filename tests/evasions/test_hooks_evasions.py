"""Ways to make a commit that the commit hook does not see: the native hooks refuse each on the spot."""

from collections.abc import Callable
from pathlib import Path

import pytest

from attempts import attempts
from enrolled import enrol, key
from gitfolder import Folder


@pytest.fixture
def hooked(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A repository with the native hooks, on the branch ``work``, with a forbidden file staged; ``side`` holds it committed."""
    attempts(folder)
    folder.git("checkout", "-q", "-b", "side")
    folder.commit({"secrets/key": "1\n"})
    folder.git("checkout", "-q", "work")
    assert folder.hunkgate("install", "--native").code == 0
    # The hooks run this Python with -E: hunkgate is installed in it, as it is for a user.
    monkeypatch.setenv("PYTHONPATH", "")
    folder.stage({"secrets/key": "1\n"})
    return folder


def commit(*options: str, **variables: str) -> Callable[[Folder], None]:
    return lambda folder: ignored(folder, "commit", "-q", "-m", "x", *options, env=variables)


def ignored(folder: Folder, *arguments: str, env: dict[str, str] | None = None) -> None:
    folder.git(*arguments, check=False, env=env)


def plumbing(folder: Folder) -> None:
    made = folder.git("commit-tree", folder.git("write-tree"), "-p", "HEAD", "-m", "x")
    ignored(folder, "update-ref", "refs/heads/work", made)


def picked(folder: Folder) -> None:
    folder.git("reset", "-q", "--hard")
    ignored(folder, "cherry-pick", "side")


def forwarded(folder: Folder) -> None:
    folder.git("reset", "-q", "--hard")
    ignored(folder, "merge", "-q", "--ff-only", "side")


def mailed(folder: Folder) -> None:
    folder.git("reset", "-q", "--hard")
    folder.git("format-patch", "-q", "-1", "-o", "../patch", "side")
    (patch,) = (folder.path.parent / "patch").iterdir()
    ignored(folder, "am", "-q", str(patch))


def imported(folder: Folder) -> None:
    stream = (
        b"commit refs/heads/work\ncommitter d <d@e> 1700000000 +0000\ndata 1\nx\n"
        b"from refs/heads/work^0\nM 644 inline secrets/key\ndata 2\n1\n\n"
    )
    folder.git("fast-import", "--quiet", stdin=stream, check=False)


def shadowed(folder: Folder) -> None:
    for name in ("git.py", "hunkgate/__init__.py", "sitecustomize.py", "tomllib.py"):
        folder.stage({name: "import os\nos._exit(0)\n"})
    ignored(folder, "commit", "-q", "-m", "x", env={"PYTHONPATH": str(folder.path)})


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(commit(), id="a plain commit"),
        pytest.param(commit("--no-verify"), id="without the commit hooks"),
        pytest.param(
            commit(SKIP="hunkgate", HUSKY="0", LEFTHOOK="0", HUNKGATE="0", CI="1"),
            id="the switches of hook runners",
        ),
        pytest.param(commit(TMPDIR="/nonexistent", HOME="/nonexistent"), id="no folders to use"),
        pytest.param(plumbing, id="plumbing"),
        pytest.param(picked, id="a cherry-pick"),
        pytest.param(forwarded, id="a fast-forward merge"),
        pytest.param(mailed, id="a patch by mail"),
        pytest.param(imported, id="fast-import"),
        pytest.param(shadowed, id="modules that shadow the judge's"),
    ],
)
def test_a_forbidden_file_is_refused_on_the_spot(
    hooked: Folder, attempt: Callable[[Folder], None]
) -> None:
    before = hooked.git("rev-parse", "work")
    attempt(hooked)
    assert hooked.git("rev-parse", "work") == before


def test_an_innocent_commit_passes_the_same_hooks(hooked: Folder) -> None:
    before = hooked.git("rev-parse", "work")
    hooked.git("reset", "-q", "--hard")
    hooked.stage({"src/more.py": "y = 1\n"})
    hooked.git("commit", "-q", "-m", "x")
    assert hooked.git("rev-parse", "work") != before


def test_every_ref_of_a_push_is_refused_that_brings_it(hooked: Folder, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    hooked.git("reset", "-q", "--hard")
    # As `git init --bare` leaves it where the default branch has another name: its HEAD leads nowhere.
    hooked.git("init", "-q", "--bare", "-b", "elsewhere", str(bare))
    hooked.git("push", "-q", "--no-verify", str(bare), "main")
    hooked.git("push", "-q", str(bare), "work:refs/heads/good", "side:refs/heads/bad", check=False)
    assert "bad" not in hooked.git("ls-remote", str(bare))


def test_the_remote_that_is_pushed_to_is_asked_and_no_other_of_its_name(
    hooked: Folder, tmp_path: Path
) -> None:
    real, fake = tmp_path / "real.git", tmp_path / "fake.git"
    hooked.git("reset", "-q", "--hard")
    for bare, branch in ((real, "main"), (fake, "side")):
        hooked.git("init", "-q", "--bare", "-b", "main", str(bare))
        hooked.git("push", "-q", "--no-verify", str(bare), f"{branch}:refs/heads/main")
    hooked.git("remote", "add", "origin", str(fake))
    hooked.git("config", "remote.origin.pushurl", str(real))
    hooked.git("push", "-q", "origin", "side:refs/heads/new", check=False)
    assert "new" not in hooked.git("ls-remote", str(real))


def test_a_line_that_was_tampered_with_is_not_mended_by_the_approval_that_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled = enrol(tmp_path / "enrolled", key(tmp_path, "human"), key(tmp_path, "agent"))
    assert enrolled.run("install", "--native").code == 0
    line = enrolled.staged().approve()
    unsigned = line.partition(".")[0] + "."
    monkeypatch.setenv("PYTHONPATH", "")
    folder = enrolled.folder
    before = folder.git("rev-parse", "HEAD")
    folder.git("commit", "-q", "-m", f"x\n\n{unsigned}", check=False)
    assert folder.git("rev-parse", "HEAD") == before
    folder.git("commit", "-q", "-m", f"x\n\n{line}")
    assert folder.git("rev-parse", "HEAD") != before

"""Native hooks: what is written, what is kept, what git then does with them, and what doctor says where they are missing."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gitfolder import Folder, Ran
from hunkgate import install
from hunkgate.errors import HunkgateError
from hunkgate.git import open_repository

POLICY = {"hunkgate.toml": 'repository = "acme/shop"\n[paths]\nforbidden = ["secrets/"]\n'}


@pytest.fixture(autouse=True)
def own_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hooks run this Python with -E: hunkgate has to be installed in it, as it is for a user."""
    monkeypatch.setenv("PYTHONPATH", "")


def hook(folder: Folder, name: str) -> Path:
    return folder.path / ".git" / "hooks" / name


def foreign(folder: Folder, name: str, body: str) -> Path:
    """A hook that somebody else put there."""
    path = hook(folder, name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        pytest.param((), install.BESIDE, id="beside a hook runner only what it cannot see"),
        pytest.param(("--native",), install.NATIVE, id="without one all of them"),
    ],
)
def test_the_hooks_are_written_and_can_run(
    folder: Folder, arguments: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    ran = folder.hunkgate("install", *arguments)
    assert ran.code == 0, ran.err
    written = [
        path.name for path in hook(folder, ".").iterdir() if install.MARK in path.read_text("utf-8")
    ]
    assert sorted(written) == sorted(wanted)
    for name in wanted:
        assert hook(folder, name).stat().st_mode & stat.S_IXUSR
        assert install.state(hook(folder, name)) == "ours"


def test_hooks_stand_in_the_common_folder_of_a_linked_worktree(
    folder: Folder, tmp_path: Path
) -> None:
    folder.commit(POLICY)
    folder.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert folder.hunkgate("install", cwd=tmp_path / "linked").code == 0
    assert install.state(hook(folder, "pre-push")) == "ours"


@pytest.mark.parametrize(
    "name", [*install.NATIVE, *install.SERVER], ids=[*install.NATIVE, *install.SERVER]
)
@pytest.mark.parametrize("tests", [False, True], ids=["gates", "and tests"])
def test_a_hook_is_a_script_that_a_plain_shell_reads(
    folder: Folder, name: str, tests: bool
) -> None:
    path = folder.path / "hook"
    path.write_text(install.script(name, "/a path/with 'quotes'/python", tests=tests))
    assert folder.program("sh", "-n", path) == Ran(code=0, out="", err="")


def test_every_command_in_a_hook_is_one_that_the_command_line_knows(folder: Folder) -> None:
    """A hook whose command does not parse refuses everything: this runs the whole of each, tests included."""
    folder.commit(POLICY)
    assert folder.hunkgate("install", "--native", "--tests").code == 0
    message = folder.path / ".git" / "COMMIT_EDITMSG"
    message.write_text("words\n")
    arguments = {
        "prepare-commit-msg": (str(message), "message"),
        "commit-msg": (str(message),),
        "pre-push": ("origin", str(folder.path)),
        "reference-transaction": ("prepared",),
    }
    for name in install.NATIVE:
        ran = folder.program(hook(folder, name), *arguments.get(name, ()))
        assert ran.code == 0, f"{name}: {ran.err}"


# -- hooks that were there ----------------------------------------------------------------------------------------------------


def test_a_hook_that_was_there_is_kept_and_runs_first_with_the_same_input(
    folder: Folder, tmp_path: Path
) -> None:
    folder.commit(POLICY)
    folder.git("init", "-q", "--bare", str(tmp_path / "origin.git"))
    foreign(folder, "pre-push", f'echo "$@" > {tmp_path}/arguments; cat > {tmp_path}/lines')
    ran = folder.hunkgate("install")
    assert "kept as pre-push.kept and runs first" in ran.out
    folder.git("branch", "other")
    folder.git("push", "-q", str(tmp_path / "origin.git"), "main", "other")
    lines = (tmp_path / "lines").read_text().splitlines()
    assert [line.split()[0] for line in lines if line] == ["refs/heads/main", "refs/heads/other"]
    assert str(tmp_path / "origin.git") in (tmp_path / "arguments").read_text()


def test_a_kept_hook_that_refuses_refuses(folder: Folder) -> None:
    folder.commit(POLICY)
    foreign(folder, "pre-commit", "echo not today >&2; exit 7")
    assert folder.hunkgate("install", "--native").code == 0
    folder.stage({"a.txt": "1\n"})
    head = folder.git("rev-parse", "HEAD")
    folder.git("commit", "-q", "-m", "words", check=False)
    assert folder.git("rev-parse", "HEAD") == head


def test_a_kept_hook_that_passes_does_not_let_through_what_hunkgate_refuses(
    folder: Folder, tmp_path: Path
) -> None:
    folder.commit(POLICY)
    foreign(folder, "pre-commit", f"touch {tmp_path}/ran")
    assert folder.hunkgate("install", "--native").code == 0
    folder.stage({"secrets/key": "1\n"})
    head = folder.git("rev-parse", "HEAD")
    folder.git("commit", "-q", "-m", "words", check=False)
    assert (folder.git("rev-parse", "HEAD"), (tmp_path / "ran").exists()) == (head, True)


def test_a_kept_transaction_hook_sees_every_state(folder: Folder, tmp_path: Path) -> None:
    folder.commit(POLICY)
    foreign(folder, "reference-transaction", f'echo "$1" >> {tmp_path}/states')
    assert folder.hunkgate("install").code == 0
    folder.git("branch", "other")
    assert {"prepared", "committed"} <= set((tmp_path / "states").read_text().split())


@pytest.mark.parametrize(
    ("lines", "judged"),
    [
        pytest.param("0 ref:refs/heads/topic HEAD", False, id="HEAD is put on a branch"),
        pytest.param("0 ref:refs/other/topic HEAD", True, id="HEAD is put on no branch"),
        pytest.param("ref:refs/heads/main 1 HEAD", True, id="HEAD leaves a branch"),
        pytest.param("0 ref:refs/heads/a HEAD\n0 1 HEAD", True, id="HEAD moves once more"),
        pytest.param("0 ref:refs/heads/a refs/heads/b", True, id="a branch becomes a name"),
        pytest.param("0 1 refs/remotes/origin/main", False, id="a fetch"),
        pytest.param("0 1 refs/heads/main", True, id="a branch moves"),
        pytest.param("0 1 refs/replace/2", True, id="an object is replaced"),
    ],
)
def test_the_shell_passes_on_only_what_can_bring_commits(
    folder: Folder, tmp_path: Path, lines: str, judged: bool
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\ncat >{tmp_path}/judged\n")
    python.chmod(0o755)
    script = tmp_path / "reference-transaction"
    script.write_text(install.script("reference-transaction", str(python)))
    ran = folder.program("sh", script, "prepared", stdin=f"{lines}\n".encode())
    assert (ran.code, (tmp_path / "judged").exists()) == (0, judged), ran.err


def test_installing_again_changes_nothing(folder: Folder) -> None:
    foreign(folder, "pre-push", "exit 0")
    assert folder.hunkgate("install", "--native").code == 0
    before = folder.snapshot()
    assert folder.hunkgate("install", "--native").code == 0
    assert folder.snapshot() == before


def test_a_second_foreign_hook_is_not_lost(folder: Folder) -> None:
    foreign(folder, "pre-push", "exit 0")
    assert folder.hunkgate("install").code == 0
    foreign(folder, "pre-push", "echo the second")
    before = folder.snapshot()
    ran = folder.hunkgate("install")
    assert ran.code == 2
    assert "both pre-push and pre-push.kept are there" in ran.err
    assert folder.snapshot() == before


def test_a_hook_that_is_a_link_is_kept_as_it_is(folder: Folder, tmp_path: Path) -> None:
    target = tmp_path / "shared-hook"
    target.write_text("#!/bin/sh\nexit 0\n")
    target.chmod(0o755)
    hook(folder, ".").mkdir(exist_ok=True)
    hook(folder, "pre-push").symlink_to(target)
    assert folder.hunkgate("install").code == 0
    assert hook(folder, "pre-push.kept").readlink() == target
    assert target.read_text() == "#!/bin/sh\nexit 0\n"


@pytest.mark.parametrize(
    "scope", [pytest.param((), id="of the repository"), pytest.param(("--global",), id="global")]
)
def test_core_hooks_path_is_never_passed_over(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    folder.git("config", *scope, "core.hooksPath", "/nowhere/at all")
    before = folder.snapshot()
    ran = folder.hunkgate("install")
    assert ran.code == 2
    assert "core.hooksPath is set to /nowhere/at all" in ran.err
    assert "git config --show-origin core.hooksPath" in ran.err
    assert folder.snapshot() == before


def test_hooks_refuse_where_their_python_is_gone(folder: Folder, tmp_path: Path) -> None:
    folder.commit(POLICY)
    python = tmp_path / "gone" / "python"
    install.install(open_repository(), install.NATIVE, python=str(python))
    folder.stage({"a.txt": "1\n"})
    for name, arguments in (("pre-commit", ()), ("pre-push", ("origin", "url"))):
        refused = folder.program(hook(folder, name), *arguments)
        assert refused.code == 2
        assert f"the Python that this hook was installed with is gone: {python}" in refused.err
    assert install.state(hook(folder, "pre-commit")) == "stale"


def test_the_judged_repository_cannot_bring_its_own_hunkgate(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.commit(POLICY)
    assert folder.hunkgate("install", "--native").code == 0
    folder.stage({"hunkgate/__main__.py": "", "hunkgate/__init__.py": "", "secrets/key": "1\n"})
    monkeypatch.setenv("PYTHONPATH", str(folder.path))
    head = folder.git("rev-parse", "HEAD")
    folder.git("commit", "-q", "-m", "words", check=False)
    assert folder.git("rev-parse", "HEAD") == head


# -- hook runners -----------------------------------------------------------------------------------------------------------

RUNNING = """\
repos:
  - repo: local
    hooks:
      - {id: said, name: said, entry: echo hello, language: system, pass_filenames: false, always_run: true, verbose: true}
"""


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
@pytest.mark.parametrize(
    "order",
    [
        pytest.param("RH", id="hunkgate after the runner"),
        pytest.param("HR", id="the runner after hunkgate"),
        pytest.param("RHR", id="the runner once more"),
        pytest.param("HRH", id="hunkgate once more"),
        pytest.param("RHRH", id="both twice"),
    ],
)
def test_a_runner_and_hunkgate_stand_beside_each_other_in_any_order(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runner: str, order: str
) -> None:
    program = Path(sys.executable).with_name(runner)
    if not program.exists():
        pytest.skip(f"{runner} is not installed beside this Python")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PREK_HOME", str(tmp_path / "home"))
    fine = folder.commit({**POLICY, ".pre-commit-config.yaml": RUNNING})
    bare = tmp_path / "origin.git"
    folder.git("init", "-q", "--bare", "-b", "main", str(bare))
    for one in order:
        ran = (
            folder.hunkgate("install")
            if one == "H"
            else folder.program(program, "install", "--hook-type", "pre-push")
        )
        assert ran.code == 0, ran.out + ran.err
    pushed = folder.program("git", "push", bare, "main")
    assert pushed.code == 0, pushed.out + pushed.err
    assert "hello" in pushed.out + pushed.err
    assert "hunkgate: PASS" in pushed.out + pushed.err
    bad = folder.commit({"secrets/key": "1\n"})
    pushed = folder.program("git", "push", bare, f"{fine}:refs/heads/fine", f"{bad}:refs/heads/bad")
    assert pushed.code != 0
    assert "[paths/forbidden]" in pushed.out + pushed.err


# -- the check on the server ------------------------------------------------------------------------------------------------


def test_in_a_bare_repository_the_server_hook_is_written(tmp_path: Path) -> None:
    bare = Folder(tmp_path / "bare.git")
    bare.path.mkdir()
    bare.git("init", "-q", "--bare")
    assert bare.hunkgate("install", "--server").code == 0
    assert install.state(bare.path / "hooks" / "pre-receive") == "ours"


@pytest.mark.parametrize(
    ("url", "files", "wanted"),
    [
        pytest.param("git@github.com:acme/shop.git", {}, [".github/workflows/hunkgate.yml"], id="by the origin"),
        pytest.param("", {".gitlab-ci.yml": ""}, [".gitlab/hunkgate.gitlab-ci.yml"], id="by a file"),
        pytest.param("", {}, [".github/workflows/hunkgate.yml", ".gitlab/hunkgate.gitlab-ci.yml"], id="nothing tells"),
    ],
)  # fmt: skip
def test_in_a_clone_the_workflow_of_its_forge_is_written_and_never_over_one(
    folder: Folder, url: str, files: dict[str, str], wanted: list[str]
) -> None:
    folder.write({**files})
    if url:
        folder.git("remote", "add", "origin", url)
    ran = folder.hunkgate("install", "--server")
    assert [line.removeprefix("wrote ") for line in ran.out.splitlines()[:-1]] == wanted
    for name in wanted:
        (folder.path / name).write_text("mine\n")
    again = folder.hunkgate("install", "--server")
    assert all(f"left as it is: {name}" in again.out for name in wanted)
    assert all((folder.path / name).read_text() == "mine\n" for name in wanted)


# -- doctor -----------------------------------------------------------------------------------------------------------------


def guarded(folder: Folder) -> None:
    """A clone without a gap: a policy in the protected branch, known here, and every hook."""
    folder.commit(POLICY)
    folder.git("init", "-q", "--bare", "-b", "main", f"{folder.path}-origin")
    folder.git("remote", "add", "origin", f"{folder.path}-origin")
    folder.git("push", "-q", "origin", "main")
    folder.git("remote", "set-head", "origin", "--auto")
    assert folder.hunkgate("install", "--native").code == 0


def switched_off(folder: Folder) -> None:
    folder.git("config", "core.hooksPath", "/dev/null")


def without_run_bit(folder: Folder) -> None:
    hook(folder, "pre-push").chmod(0o644)


def deleted(folder: Folder) -> None:
    hook(folder, "reference-transaction").unlink()


def of_another_python(folder: Folder) -> None:
    path = hook(folder, "commit-msg")
    path.write_text(path.read_text().replace(sys.executable, "/nowhere/python"))


def of_another_version(folder: Folder) -> None:
    path = hook(folder, "commit-msg")
    path.write_text(path.read_text().replace(" 0.", " 9.", 1))


def of_somebody_else(folder: Folder) -> None:
    foreign(folder, "pre-commit", "exit 0")


def a_runner_without_hunkgate(folder: Folder) -> None:
    foreign(folder, "pre-commit", "# File generated by pre-commit: https://pre-commit.com")
    folder.write({".pre-commit-config.yaml": "repos: []\n"})


def broken_policy(folder: Folder) -> None:
    folder.commit({"hunkgate.toml": "[size]\nmax-lines = -1\nmaximum = 2\n"})


def no_policy(folder: Folder) -> None:
    folder.git("remote", "remove", "origin")
    folder.commit({"hunkgate.toml": None, "a.txt": "1\n"})


def no_protected_branch(folder: Folder) -> None:
    folder.git("remote", "remove", "origin")


def signers_that_are_not_there(folder: Folder) -> None:
    folder.commit({"hunkgate.toml": f'{POLICY["hunkgate.toml"]}[approvals]\nsigners = "keys"\n'})


def cut_history(folder: Folder) -> None:
    (folder.path / ".git" / "shallow").write_text(folder.git("rev-parse", "HEAD") + "\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(switched_off, "core.hooksPath is '/dev/null'", id="core.hooksPath"),
        pytest.param(without_run_bit, "the pre-push hook may not be executed", id="no run bit"),
        pytest.param(deleted, "there is no reference-transaction hook", id="deleted"),
        pytest.param(of_another_python, "its Python is gone", id="Python gone"),
        pytest.param(of_another_version, "another hunkgate", id="another version"),
        pytest.param(of_somebody_else, "the pre-commit hook is not hunkgate's", id="foreign"),
        pytest.param(a_runner_without_hunkgate, "no hook runner's configuration", id="a runner that does not run it"),
        pytest.param(broken_policy, "size.max-lines", id="broken policy"),
        pytest.param(no_policy, "no policy is committed", id="no policy"),
        pytest.param(no_protected_branch, "the protected branch is not known", id="no protected branch"),
        pytest.param(signers_that_are_not_there, "names the signers keys", id="signers missing"),
        pytest.param(cut_history, "this clone is shallow", id="shallow"),
    ],
)  # fmt: skip
def test_doctor_names_every_gap_and_the_way_to_close_it(
    folder: Folder, damage: Callable[[Folder], None], said: str
) -> None:
    guarded(folder)
    damage(folder)
    before = folder.snapshot()
    ran = folder.hunkgate("doctor")
    assert ran.code == 1, ran.out + ran.err
    assert said in ran.out
    assert ran.out.count("gap:") == ran.out.count("next:   ")
    assert folder.snapshot() == before


def test_doctor_finds_no_gap_where_there_is_none(folder: Folder) -> None:
    guarded(folder)
    ran = folder.hunkgate("doctor")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "no gaps found")


def test_a_runner_that_runs_hunkgate_is_no_gap(folder: Folder) -> None:
    guarded(folder)
    a_runner_without_hunkgate(folder)
    folder.write({".pre-commit-config.yaml": "repos:\n  - repo: https://github.com/hunkgate/hunkgate\n"})  # fmt: skip
    ran = folder.hunkgate("doctor")
    assert "by pre-commit" in ran.out or "ours" in ran.out
    assert "no gaps found" in ran.out


def test_installing_by_name_needs_a_free_place(folder: Folder) -> None:
    foreign(folder, "pre-push", "exit 0")
    foreign(folder, "pre-push.kept", "exit 1")
    with pytest.raises(HunkgateError, match="neither is hunkgate's"):
        install.install(open_repository(), install.BESIDE)
    assert not os.path.lexists(hook(folder, "commit-msg"))

"""Real ``git commit`` and ``git push`` on a real package, through real hook runners, installed as a user installs them."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitfolder import Content, Folder, Ran
from hunkgate import __version__

pytestmark = pytest.mark.journey

PROJECT = Path(__file__).parent.parent.parent
BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "hooks")
PACKAGE = "click==8.1.8"
PYTEST = "pytest<9"  # what the package's tests were written for
STAGES = ("pre-commit", "pre-merge-commit", "pre-push")
POLICY = """\
repository = "pallets/click"
base = "main"
[paths]
forbidden = ["secrets/", ".env"]
read-only = ["docs/"]
[size]
max-lines = 60
"""
CONFIGURATION = f"""\
repos:
  - repo: {{url}}
    rev: v{__version__}
    hooks:
      - id: hunkgate
      - id: changed-tests
"""
# Passes only in the project's own environment, which is neither the hook's nor the one that runs this.
WHERE = (
    "import sys\n\nimport click\n\n\n"
    "def test_where() -> None:\n    assert sys.prefix.endswith('.venv')\n    assert 'src' in click.__file__\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """One hook runner: its program, and the package's repository in which its hooks are installed, standing at ``start``."""

    name: str
    program: Path
    folder: Folder
    start: str
    environment: dict[str, str]

    def run(self, *arguments: str, cwd: Path | None = None) -> Ran:
        return self.folder.program(self.program, *arguments, cwd=cwd, env=self.environment)

    def git(self, *arguments: str, cwd: Path | None = None) -> Ran:
        """git with the hooks in force."""
        return self.folder.program("git", *arguments, cwd=cwd, env=self.environment)

    def around(self, files: dict[str, Content]) -> str:
        """A commit that no hook saw."""
        return around(self.folder, files)

    def head(self, cwd: Path | None = None) -> str:
        return self.folder.program("git", "rev-parse", "HEAD", cwd=cwd).out.strip()


def around(folder: Folder, files: dict[str, Content]) -> str:
    """Commit files without hooks; what is ignored, such as the package's environment, stays out."""
    folder.write(files)
    folder.git("add", "--all")
    folder.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "around the hooks")
    return folder.git("rev-parse", "HEAD")


def call(*argv: str | Path, cwd: Path, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        argv, cwd=cwd, capture_output=True, env=os.environ | (env or {}), check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


@pytest.fixture(scope="session")
def pinned() -> Iterator[None]:
    """For what is made once for all tests: git without the configuration of this machine or of a hook that runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("GIT_", "PRE_COMMIT", "PREK_")) or name == "VIRTUAL_ENV":
                patch.delenv(name)
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "A U Thor")
            patch.setenv(f"GIT_{role}_EMAIL", "author@example.invalid")
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory, pinned: None) -> Path:
    """This project as others find it: a repository with a tag."""
    work = Folder(tmp_path_factory.mktemp("suite"))
    for name in BUILT_FROM:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, work.path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, work.path / name)
    work.git("init", "-q", "-b", "main")
    work.commit(message="a release")
    work.git("tag", f"v{__version__}")
    bare = work.path.with_name("hunkgate.git")
    work.git("clone", "-q", "--bare", str(work.path), str(bare))
    return bare


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory, suite: Path) -> Path:
    """A real package with its tests, its policy, and an environment of its own that has pytest."""
    shelf = tmp_path_factory.mktemp("package")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        call(sys.executable, "-m", "ensurepip", cwd=shelf)
    call(*pip, "download", "--no-binary", ":all:", "--no-deps", "-d", shelf, PACKAGE, cwd=shelf)
    with tarfile.open(next(shelf.glob("*.tar.gz"))) as archive:
        archive.extractall(shelf, filter="data")
    top = next(path for path in shelf.iterdir() if path.is_dir())
    call(sys.executable, "-m", "venv", "--without-pip", ".venv", cwd=top)
    call(*pip, "--python", top / ".venv/bin/python", "install", PYTEST, cwd=top)
    folder = Folder(top)
    folder.git("init", "-q", "-b", "main")
    folder.write(
        {
            ".gitignore": ".venv/\n__pycache__/\n.pytest_cache/\n",
            "hunkgate.toml": POLICY,
            ".pre-commit-config.yaml": CONFIGURATION.format(url=suite),
        }
    )
    folder.git("add", "--all")
    folder.git("commit", "-q", "-m", PACKAGE)
    return top


def copied(package: Path, top: Path) -> Folder:
    """A copy of the package in which its environment imports the copy."""
    shutil.copytree(package, top, symlinks=True)
    (site,) = top.glob(".venv/lib/python*/site-packages")
    (site / "package.pth").write_text(f"{top}/src\n")
    return Folder(top)


@pytest.fixture(scope="session", params=["pre-commit", "prek"])
def installed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, package: Path
) -> Runner:
    """A runner with its hooks' environment built, once for all tests."""
    name = str(request.param)
    program = Path(sys.executable).with_name(name)
    if not program.exists():
        pytest.skip(f"{name} is not installed beside this Python")
    shelf = tmp_path_factory.mktemp(name)
    environment = {
        "PRE_COMMIT_HOME": str(shelf / "home"),
        "PREK_HOME": str(shelf / "home"),
        "XDG_CACHE_HOME": str(shelf / "cache"),
    }
    folder = copied(package, shelf / "click")
    types = [word for stage in STAGES for word in ("--hook-type", stage)]
    call(program, "install", "--install-hooks", *types, cwd=folder.path, env=environment)
    start = folder.git("rev-parse", "HEAD")
    return Runner(name=name, program=program, folder=folder, start=start, environment=environment)


@pytest.fixture
def runner(installed: Runner) -> Runner:
    """The runner, with the package's repository as it was at the start."""
    quiet = ("-c", "core.hooksPath=/dev/null")
    installed.folder.git("merge", "--abort", check=False)
    installed.folder.git(*quiet, "checkout", "-q", "-f", "-B", "main", installed.start)
    installed.folder.git("clean", "-fdq")
    # What passed before is not run again.
    shutil.rmtree(installed.folder.path / ".git" / "hunkgate", ignore_errors=True)
    return installed


def passed(ran: Ran, *says: str) -> None:
    assert ran.code == 0, ran.out + ran.err
    for one in says:
        assert one in ran.out + ran.err


def refused(ran: Ran, *says: str) -> None:
    assert ran.code != 0, ran.out + ran.err
    for one in says:
        assert one in ran.out + ran.err, ran.out + ran.err


# -- each gate ----------------------------------------------------------------------------------------------------------------

BAD: dict[str, Content] = {"secrets/prod.key": "1\n"}
GOOD: dict[str, Content] = {"tests/test_where.py": WHERE}


@pytest.mark.parametrize(
    ("files", "append", "says"),
    [
        pytest.param(BAD, {}, "[paths/forbidden]", id="a forbidden path"),
        pytest.param({}, {"docs/index.rst": "more\n"}, "[paths/read-only]", id="a read-only path"),
        pytest.param({"src/click/long.py": "x = 1\n" * 61}, {}, "[size/lines]", id="too many lines"),
        pytest.param({}, {"hunkgate.toml": "max-files = 9\n"}, "[protect/", id="the policy itself"),
        pytest.param({}, {".pre-commit-config.yaml": "# off\n"}, "[protect/", id="the hook configuration"),
        pytest.param({}, {"requirements/tests.txt": "left-pad==1.3.0\n"}, "[dependencies/", id="a dependency"),
        pytest.param(
            {}, {"src/click/termui.py": "\n\ndef prompt():\n    return None\n"}, "[tests/failed]", id="a change that breaks a test"
        ),
    ],
)  # fmt: skip
def test_a_commit_is_refused(
    runner: Runner, files: dict[str, Content], append: dict[str, str], says: str
) -> None:
    old = {name: (runner.folder.path / name).read_text() for name in append}
    runner.folder.write({**files, **{name: old[name] + text for name, text in append.items()}})
    runner.folder.git("add", "--all")
    staged = runner.folder.git("ls-files", "--stage")
    refused(runner.git("commit", "-m", "a change"), says)
    assert runner.head() == runner.start
    assert runner.folder.git("ls-files", "--stage") == staged


def test_a_change_is_tested_in_the_projects_own_interpreter_and_passes(runner: Runner) -> None:
    runner.folder.write(GOOD)
    runner.folder.git("add", "--all")
    ran = runner.git("commit", "-m", "a test")
    passed(ran, "hunkgate: PASS 1 file", "tests/test_where.py", "1 passed (1 test)")
    assert runner.head() != runner.start


def test_only_the_tests_that_the_change_can_break_run(runner: Runner) -> None:
    path = runner.folder.path / "tests/test_formatting.py"
    path.write_text(path.read_text() + "\n\ndef test_added():\n    assert True\n")
    ran = runner.git("commit", "-a", "-m", "a test more")
    passed(ran, "tests: 1 of 20 test files can reach what changed", "hunkgate: 1 passed (")


def test_a_change_that_no_test_sees_runs_none(runner: Runner) -> None:
    path = runner.folder.path / "CHANGES.rst"
    path.write_text(path.read_text() + "\nwords\n")
    code = runner.folder.path / "src/click/_textwrap.py"
    code.write_text(code.read_text() + "\n# a comment\n")
    passed(runner.git("commit", "-a", "-m", "words"), "no tests to run")


# -- each way of committing -----------------------------------------------------------------------------------------------------


def test_run_by_hand_judges_what_is_staged(runner: Runner) -> None:
    passed(runner.run("run", "hunkgate"), "PASS 0 files")
    runner.folder.write(BAD)
    runner.folder.git("add", "--all")
    refused(runner.run("run"), "[paths/forbidden]")
    refused(runner.run("run", "--all-files"), "[paths/forbidden]")


def test_all_files_judges_the_change_and_not_what_was_there(runner: Runner) -> None:
    runner.around({"secrets/old.key": "1\n"})
    passed(runner.run("run", "hunkgate", "--all-files"), "PASS 0 files")


def test_run_between_two_refs_judges_that_range(runner: Runner) -> None:
    runner.around(BAD)
    runner.around({"secrets/prod.key": None})
    refused(
        runner.run("run", "hunkgate", "--from-ref", "HEAD~2", "--to-ref", "HEAD"),
        "[paths/forbidden]",
    )


def test_commit_all(runner: Runner) -> None:
    path = runner.folder.path / "docs/index.rst"
    path.write_text(path.read_text() + "more\n")
    refused(runner.git("commit", "-a", "-m", "a change"), "[paths/read-only]")


def test_commit_only_judges_the_named_files_and_no_others(runner: Runner) -> None:
    runner.folder.write({**BAD, "NOTES.rst": "words\n"})
    runner.folder.git("add", "--all")
    refused(runner.git("commit", "-m", "a change", "-o", "secrets/prod.key"), "[paths/forbidden]")
    passed(runner.git("commit", "-m", "a change", "-o", "NOTES.rst"), "PASS 1 file")


def test_a_deletion_alone_is_judged(runner: Runner) -> None:
    runner.folder.git("rm", "-q", "docs/index.rst")
    refused(runner.git("commit", "-m", "a change"), "[paths/read-only]")


def test_from_a_subdirectory(runner: Runner) -> None:
    runner.folder.write(BAD)
    runner.folder.git("add", "--all")
    below = runner.folder.path / "src" / "click"
    refused(runner.git("commit", "-m", "a change", cwd=below), "[paths/forbidden]")


def test_in_a_linked_worktree(runner: Runner, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    runner.folder.git("worktree", "add", "-q", "-b", f"linked-{runner.name}", str(linked))
    other = Folder(linked)
    other.write(BAD)
    other.git("add", "--all")
    refused(runner.git("commit", "-m", "a change", cwd=linked), "[paths/forbidden]")
    other.git("rm", "-q", "-f", "--cached", "secrets/prod.key")
    other.write({"NOTES.rst": "words\n"})
    other.git("add", "NOTES.rst")
    passed(runner.git("commit", "-m", "a change", cwd=linked), "PASS 1 file")
    assert runner.head() == runner.start
    assert runner.folder.git("status", "--porcelain") == ""


def test_a_merge_is_judged_by_its_own_part(runner: Runner) -> None:
    quiet = ("-c", "core.hooksPath=/dev/null")
    runner.folder.git(*quiet, "checkout", "-q", "-b", f"topic-{runner.name}")
    runner.around({"NOTES.rst": "words\n"})
    runner.folder.git(*quiet, "checkout", "-q", "main")
    runner.around({"OTHER.rst": "words\n"})
    refused_at = runner.head()
    runner.folder.git(*quiet, "merge", "-q", "--no-commit", "--no-ff", f"topic-{runner.name}")
    runner.folder.write(BAD)
    runner.folder.git("add", "--all")
    refused(runner.git("commit", "-m", "a merge"), "[paths/forbidden]")
    assert runner.head() == refused_at
    runner.folder.git("merge", "--abort")
    passed(runner.git("merge", "--no-ff", "-m", "a merge", f"topic-{runner.name}"), "PASS")
    assert runner.folder.git("rev-list", "--count", "--merges", "HEAD") == "1"


def test_the_first_commit_brings_the_policy(runner: Runner, tmp_path: Path, suite: Path) -> None:
    new = Folder(tmp_path / "new")
    new.path.mkdir()
    new.git("init", "-q", "-b", "main")
    new.write({"hunkgate.toml": POLICY, ".pre-commit-config.yaml": CONFIGURATION.format(url=suite)})
    new.git("add", "--all")
    runner.run("install", cwd=new.path)
    passed(
        runner.git("commit", "-m", "the first", cwd=new.path),
        "nothing is there yet that could judge",
    )
    new.write(BAD)
    new.git("add", "--all")
    refused(runner.git("commit", "-m", "the second", cwd=new.path), "[paths/forbidden]")


# -- pushes ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def remote(runner: Runner, tmp_path: Path) -> Folder:
    """An empty repository on disk, known as origin, that has main already."""
    bare = Folder(tmp_path / "origin.git")
    runner.folder.git("init", "-q", "--bare", "-b", "main", str(bare.path))
    runner.folder.git("remote", "remove", "origin", check=False)
    runner.folder.git("remote", "add", "origin", str(bare.path))
    runner.folder.git("push", "-q", "--no-verify", "origin", "main")
    return bare


def test_a_push_is_judged_commit_by_commit(runner: Runner, remote: Folder) -> None:
    runner.around(BAD)
    runner.around({"secrets/prod.key": None})
    refused(runner.git("push", "origin", "HEAD:refs/heads/topic"), "[paths/forbidden]")
    assert remote.git("for-each-ref", "refs/heads/topic") == ""


def test_a_push_that_the_policy_allows_arrives_with_its_tests_run(
    runner: Runner, remote: Folder
) -> None:
    runner.around(GOOD)
    passed(runner.git("push", "origin", "HEAD:refs/heads/topic"), "1 passed (1 test)")
    assert remote.git("rev-parse", "topic") == runner.head()


def test_of_two_refs_the_runner_shows_the_first_and_the_native_hook_both(
    runner: Runner, remote: Folder, package: Path, tmp_path: Path
) -> None:
    quiet = ("-c", "core.hooksPath=/dev/null")
    fine = runner.around({"NOTES.rst": "words\n"})
    runner.folder.git(*quiet, "checkout", "-q", "--detach", "main~1")
    bad = runner.around(BAD)
    words = ("push", "origin", f"{fine}:refs/heads/a-fine", f"{bad}:refs/heads/b-bad")

    hooks = runner.folder.path / ".git" / "hooks"
    before = {path.name: path.read_bytes() for path in hooks.iterdir()}
    try:
        assert runner.folder.hunkgate("install").code == 0
        refused(runner.git(*words), "[paths/forbidden]")
        assert remote.git("for-each-ref", "refs/heads/b-bad") == ""
        assert (hooks / "pre-push.kept").exists()
    finally:
        for path in hooks.iterdir():
            path.unlink()
        for name, content in before.items():
            (hooks / name).write_bytes(content)
            (hooks / name).chmod(0o755)
    # What is written in docs/hooks.md of the runners alone.
    passed(runner.git(*words))
    assert remote.git("rev-parse", "b-bad") == bad


# -- lefthook -------------------------------------------------------------------------------------------------------------------

LEFTHOOK = """\
pre-commit:
  commands:
    hunkgate:
      run: hunkgate check
    changed-tests:
      run: hunkgate test
pre-push:
  commands:
    hunkgate:
      run: hunkgate check --push {1} {2}
      use_stdin: true
"""


def test_the_entry_for_lefthook_in_the_documents_is_the_one_that_is_tried() -> None:
    assert LEFTHOOK in (PROJECT / "docs" / "hooks.md").read_text("utf-8")


def test_lefthook_runs_the_same_and_hands_on_every_ref(
    package: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm, which brings lefthook, is not here")
    shelf = tmp_path_factory.mktemp("lefthook")
    got = subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "lefthook@2"],
        cwd=shelf,
        env=os.environ | {"CI": "1"},
        capture_output=True,
        check=False,
    )
    program = shelf / "node_modules" / ".bin" / "lefthook"
    if got.returncode or not program.exists():
        pytest.skip("lefthook could not be installed")
    folder = copied(package, tmp_path / "click")
    around(folder, {"lefthook.yml": LEFTHOOK})
    places = f"{program.parent}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}"
    env = {"PATH": places + os.environ["PATH"]}
    assert folder.program(program, "install", env=env).code == 0

    start = folder.git("rev-parse", "HEAD")
    folder.write(BAD)
    folder.git("add", "--all")
    refused(folder.program("git", "commit", "-m", "a change", env=env), "[paths/forbidden]")
    folder.git("rm", "-q", "-f", "secrets/prod.key")
    folder.write(GOOD)
    folder.git("add", "--all")
    passed(folder.program("git", "commit", "-m", "a test", env=env), "1 passed (1 test)")

    remote = Folder(tmp_path / "origin.git")
    folder.git("init", "-q", "--bare", "-b", "main", str(remote.path))
    folder.git("push", "-q", "--no-verify", str(remote.path), f"{start}:refs/heads/main")
    fine, bad = folder.git("rev-parse", "HEAD"), around(folder, BAD)
    words = (f"{fine}:refs/heads/a-fine", f"{bad}:refs/heads/b-bad")
    refused(folder.program("git", "push", str(remote.path), *words, env=env), "[paths/forbidden]")
    assert remote.git("for-each-ref", "refs/heads/b-bad") == ""
    passed(folder.program("git", "push", str(remote.path), words[0], env=env))

"""What cannot be judged is refused with a message and a code of its own, and whatever happens the user's files, index and settings stay
as they were, and nothing is written outside hunkgate's folder in git's own directory."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitfolder import Content, Folder, Ran
from processes import children, gone

POLICY = {"hunkgate.toml": '[paths]\nforbidden = ["secrets/"]\n', "a.txt": "1\n"}
RUN = [sys.executable, "-m", "hunkgate"]


@pytest.fixture(autouse=True)
def everything_as_before(folder: Folder, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Call it once the damage is done; at the end of the test all files must be as they were then."""
    taken: list[tuple[dict[str, bytes], set[str]]] = []

    def around() -> set[str]:
        return {one.name for one in tmp_path.iterdir() if one.is_dir() and one.name != "repository"}

    yield lambda: taken.append((folder.snapshot(), around()))
    for files, beside in taken:
        assert folder.snapshot() == files
        assert around() == beside


Before = Callable[[], None]


def fault(ran: Ran, *says: str) -> None:
    """The change could not be judged: exit 2, what and what next on standard error, no traceback."""
    assert ran.code == 2, ran.out + ran.err
    assert "FAULT" in ran.err
    assert "next:   " in ran.err
    assert "Traceback" not in ran.err
    assert "PASS" not in ran.out
    for one in says:
        assert one in ran.err


# -- the policy ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "says"),
    [
        pytest.param(
            {"hunkgate.toml": '[size]\nmax-lines = "many"\nmax-lnies = 3\n[paths]\nforbidden = "x"\n[sizes]\n'},
            ("size.max-lines", "size.max-lnies", "paths.forbidden", "sizes"),
            id="several problems, each by file and key",
        ),
        pytest.param({"hunkgate.toml": "[size\n"}, ("not TOML",), id="no TOML"),
        pytest.param({"hunkgate.toml": b"# caf\xe9\n"}, ("not UTF-8 at byte 5",), id="no UTF-8"),
        pytest.param({"hunkgate.toml": b"\0" * 50}, ("not TOML",), id="zero bytes"),
        pytest.param({"hunkgate.toml": "a = " + "[" * 5000}, ("not TOML",), id="nested without end"),
        pytest.param({"pyproject.toml": "[tool]\nhunkgate = 3\n"}, ("pyproject.toml: tool.hunkgate",), id="no table"),
        pytest.param(
            {"hunkgate.toml": "", "pyproject.toml": "[tool.hunkgate]\n"},
            ("both hunkgate.toml and [tool.hunkgate] in pyproject.toml",),
            id="in both files",
        ),
        pytest.param({"hunkgate.toml": '[paths]\nforbidden = ["a\\u0000b"]\n'}, ("paths.forbidden",), id="a pattern with a zero byte"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["check", "test", "policy"])
def test_a_broken_policy_judges_nothing(
    folder: Folder,
    files: dict[str, Content],
    says: tuple[str, ...],
    command: str,
    everything_as_before: Before,
) -> None:
    folder.commit(files)
    folder.stage({"b.txt": "1\n"})
    everything_as_before()
    fault(folder.hunkgate(command), *says)


def test_a_policy_that_is_a_link_judges_nothing(
    folder: Folder, everything_as_before: Before
) -> None:
    folder.write({"real.toml": ""})
    (folder.path / "hunkgate.toml").symlink_to("real.toml")
    folder.commit()
    folder.stage({"b.txt": "1\n"})
    everything_as_before()
    fault(folder.hunkgate("check"), "expected a file, found a symbolic link")


def test_a_broken_policy_does_not_land(folder: Folder, everything_as_before: Before) -> None:
    folder.commit(POLICY)
    folder.stage({"hunkgate.toml": "[size]\nmax-lines = -3\n"})
    everything_as_before()
    ran = folder.hunkgate("check")
    assert (ran.code, "size.max-lines" in ran.err) == (2, True)


# -- manifests and names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("pyproject.toml", "[project\n", id="TOML"),
        pytest.param("package.json", '{"dependencies": ', id="JSON"),
        pytest.param("package-lock.json", '{"a": ' * 5000, id="JSON nested without end"),
        pytest.param("poetry.lock", b"\xff\xfe\x00", id="bytes"),
        pytest.param("pnpm-lock.yaml", "a: [b\n", id="YAML"),
        pytest.param("environment.yml", "a: &a [*a, *a]\nb: *c\n", id="YAML with an unknown anchor"),
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_read_is_refused(
    folder: Folder, name: str, content: Content, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    folder.stage({name: content})
    everything_as_before()
    ran = folder.hunkgate("check")
    assert ran.code in (1, 2), ran.out
    assert name in ran.out + ran.err
    assert "Traceback" not in ran.err


def test_a_file_that_is_not_utf_8_is_judged_like_any_other(
    folder: Folder, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    folder.stage({"secrets/latin.txt": b"caf\xe9\n", "b.py": b"# caf\xe9\nimport a\n"})
    everything_as_before()
    ran = folder.hunkgate("check")
    assert (ran.code, "secrets/latin.txt" in ran.out) == (1, True)
    assert folder.hunkgate("test", "--list").code == 0


@pytest.mark.parametrize(
    "output", ["text", "json", "sarif", "github", "markdown"], ids=lambda one: one
)
def test_no_control_character_of_a_name_reaches_the_reader(
    folder: Folder, output: str, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    names = ["secrets/\x1b]0;owned\x07", "secrets/\x1b[2J", "secrets/a\rb", "secrets/\u202egnp.exe"]
    names += ["secrets/\udce9", "secrets/a\n::error::b", "secrets/\x9b31m"]
    folder.stage(dict.fromkeys(names, "1\n"))
    everything_as_before()
    ran = folder.hunkgate("check", "--format", output)
    assert ran.code == 1, ran.err
    raw = {one for one in ran.out + ran.err if ord(one) < 32 or 127 <= ord(one) < 160}
    assert raw <= {"\n"}
    assert "\u202e" not in ran.out + ran.err
    assert "\n::error::b" not in ran.out


# -- the repository -----------------------------------------------------------------------------------------------------------


def test_without_a_repository_there_is_nothing_to_judge(
    folder: Folder, tmp_path: Path, everything_as_before: Before
) -> None:
    everything_as_before()
    fault(
        folder.hunkgate("check", cwd=tmp_path, env={"GIT_CEILING_DIRECTORIES": str(tmp_path)}),
        "not a git repository",
    )


def test_a_missing_base_is_never_an_empty_one(
    folder: Folder, tmp_path: Path, everything_as_before: Before
) -> None:
    base = folder.commit(POLICY)
    for number in range(3):
        folder.commit({"secrets/key": f"{number}\n"})
    shallow = Folder(tmp_path / "shallow")
    folder.git("clone", "-q", "--depth", "2", f"file://{folder.path}", str(shallow.path))
    everything_as_before()
    before = shallow.snapshot()
    fault(shallow.hunkgate("check", "--range", f"{base}..HEAD"), "--unshallow")
    fault(
        shallow.hunkgate(
            "check",
            "--push",
            "origin",
            stdin=f"HEAD {shallow.git('rev-parse', 'HEAD')} refs/heads/main {base}\n".encode(),
        ),
        "--unshallow",
    )
    assert shallow.snapshot() == before


def test_a_corrupt_index_is_a_fault(folder: Folder, everything_as_before: Before) -> None:
    folder.commit(POLICY)
    folder.stage({"secrets/key": "1\n"})
    index = folder.path / ".git" / "index"
    index.write_bytes(index.read_bytes()[:40] + b"rubbish")
    everything_as_before()
    for command in ("check", "test"):
        fault(folder.hunkgate(command), "index")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: _write(path, b""), id="empty"),
        pytest.param(lambda path: _write(path, b"rubbish"), id="rubbish"),
    ],
)
@pytest.mark.parametrize("name", ["HEAD:hunkgate.toml", "HEAD^{tree}", "HEAD"])
def test_a_broken_object_is_a_fault(
    folder: Folder, damage: Callable[[Path], None], name: str, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    folder.stage({"secrets/key": "1\n"})
    id_ = folder.git("rev-parse", name)
    damage(folder.path / ".git" / "objects" / id_[:2] / id_[2:])
    everything_as_before()
    ran = folder.hunkgate("check")
    assert ran.code == 2, ran.out + ran.err
    assert "Traceback" not in ran.err


def _write(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def test_unresolved_conflicts_are_a_fault(folder: Folder, everything_as_before: Before) -> None:
    folder.commit(POLICY)
    folder.git("checkout", "-q", "-b", "other")
    folder.commit({"a.txt": "2\n"})
    folder.git("checkout", "-q", "main")
    folder.commit({"a.txt": "3\n"})
    folder.git("merge", "other", check=False)
    everything_as_before()
    fault(folder.hunkgate("check"), "a.txt has unresolved conflicts")


@pytest.mark.parametrize("option", ["--push", "--receive", "--transaction"])
@pytest.mark.parametrize(
    "stdin",
    [
        pytest.param(b"rubbish\n", id="a word"),
        pytest.param(b"\xff\x00\x1b[2J " * 4 + b"\n", id="bytes"),
        pytest.param(b"a " * 100000, id="without end"),
    ],
)
def test_rubbish_where_git_should_speak_is_a_fault(
    folder: Folder, option: str, stdin: bytes, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    everything_as_before()
    words = ("--push", "origin") if option == "--push" else (option,)
    ran = folder.hunkgate("check", *words, stdin=stdin)
    fault(ran, "is not understood")
    assert "\x1b" not in ran.err
    assert len(ran.err) < 5000


# -- the machine --------------------------------------------------------------------------------------------------------------


def test_without_git_nothing_is_judged(
    folder: Folder, tmp_path: Path, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    empty = tmp_path / "empty"
    empty.mkdir()
    everything_as_before()
    fault(folder.hunkgate("check", env={"PATH": str(empty)}), "git is not on PATH")


def test_a_git_that_is_too_old_is_named(
    folder: Folder, tmp_path: Path, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    programs = tmp_path / "old"
    programs.mkdir()
    # As git 2.30 does it: an option that rev-parse does not know comes back as it is.
    (programs / "git").write_text(
        "#!/bin/sh\n"
        'case "$*" in *--version) echo git version 2.30.2; exit ;; esac\n'
        "printf '%s\\n' --path-format=absolute sha1 .git .git false /here\n"
    )
    (programs / "git").chmod(0o755)
    everything_as_before()
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    fault(folder.hunkgate("check", env={"PATH": path}), "git version 2.30.2", "2.34 or newer")


@pytest.mark.parametrize("name", ["a form\x0cfeed", "a\u2028b", "a\x85b"])
def test_only_a_newline_parts_what_git_says_of_folders(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.mkdir()
    inside = Folder(path)
    inside.git("init", "-q", "-b", "main")
    inside.stage({"a.txt": "1\n"})
    assert inside.hunkgate("check").code == 0


def test_a_folder_with_a_newline_in_its_name_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a\nb"
    path.mkdir()
    inside = Folder(path)
    inside.git("init", "-q", "-b", "main")
    inside.stage({"a.txt": "1\n"})
    fault(inside.hunkgate("check"), "holds a newline", "a\\nb")


def with_tests(folder: Folder, python: str) -> None:
    """A project whose policy names its interpreter, with a change staged that a test can see."""
    folder.commit(
        {
            "hunkgate.toml": f'[tests]\npython = "{python}"\n',
            "pkg.py": "def one():\n    return 1\n",
            "test_pkg.py": "import pkg\n\n\ndef test_one():\n    assert pkg.one() == 1\n",
        }
    )
    folder.stage({"pkg.py": "def one():\n    return 2 - 1\n"})


def test_a_missing_interpreter_is_a_fault(folder: Folder, everything_as_before: Before) -> None:
    with_tests(folder, ".venv/bin/python")
    everything_as_before()
    fault(folder.hunkgate("test"), "does not exist", ".venv/bin/python")


def test_an_interpreter_that_does_not_start_is_a_fault(
    folder: Folder, tmp_path: Path, everything_as_before: Before
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho broken >&2\nexit 9\n")
    broken.chmod(0o755)
    with_tests(folder, str(broken))
    everything_as_before()
    fault(folder.hunkgate("test"), "does not run: broken")


def test_missing_pytest_is_a_fault(
    folder: Folder, tmp_path: Path, everything_as_before: Before
) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    with_tests(folder, str(bare / "bin" / "python"))
    everything_as_before()
    fault(folder.hunkgate("test"), "pytest is not installed", "-m pip install pytest")


def test_a_full_disk_is_a_fault(folder: Folder, everything_as_before: Before) -> None:
    with_tests(folder, sys.executable)
    folder.write({"untracked.py": ""})  # the tests run on a snapshot, which has to be written
    everything_as_before()
    done = subprocess.run(
        [*RUN, "test"],
        cwd=folder.path,
        capture_output=True,
        text=True,
        # No file may grow: what a full disk looks like to everybody who writes.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)),
        check=False,
    )
    fault(Ran(code=done.returncode, out=done.stdout, err=done.stderr))


def test_a_folder_of_its_own_that_cannot_be_made_is_a_fault(
    folder: Folder, everything_as_before: Before
) -> None:
    with_tests(folder, sys.executable)
    # A file in the way refuses root as well, as a folder without rights would not.
    (folder.path / ".git" / "hunkgate").write_text("in the way\n")
    folder.write({"untracked.py": ""})
    everything_as_before()
    fault(folder.hunkgate("test"))
    assert (folder.path / ".git" / "hunkgate").read_text() == "in the way\n"


def test_a_policy_check_needs_no_place_to_write(
    folder: Folder, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    (folder.path / ".git" / "hunkgate").write_text("in the way\n")
    folder.stage({"b.txt": "1\n"})
    everything_as_before()
    assert folder.hunkgate("check").code == 0


# -- interrupted and killed ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def stopped_at(
    folder: Folder, argv: list[str], signs: Path, env: dict[str, str]
) -> Iterator["subprocess.Popen[str]"]:
    """A run that has come to the place where somebody writes to the pipe ``signs``."""
    # What ignores a signal hands that on: nohup, and a shell's `&`.
    three = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    ignored = [one for one in three if signal.getsignal(one) is signal.SIG_IGN]
    for one in ignored:
        signal.signal(one, signal.SIG_DFL)
    with subprocess.Popen(
        argv,
        cwd=folder.path,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for one in ignored:
            signal.signal(one, signal.SIG_IGN)
        try:
            assert signs.read_text()  # waits until the other end was opened and closed
            yield process
        finally:
            process.kill()


def waiting_git(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A git that says it was called to compare, and then waits."""
    signs = tmp_path / "signs"
    os.mkfifo(signs)
    programs = tmp_path / "programs"
    programs.mkdir()
    script = programs / "git"
    script.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *diff-index*) echo here > {signs}; exec sleep 600;; esac\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    script.chmod(0o755)
    return signs, {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGINT, id="Ctrl-C"), pytest.param(signal.SIGTERM, id="TERM")]
)
def test_a_check_that_is_interrupted_says_so(
    folder: Folder, tmp_path: Path, number: signal.Signals, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    folder.stage({"secrets/key": "1\n"})
    signs, env = waiting_git(tmp_path)
    everything_as_before()
    with stopped_at(folder, [*RUN, "check"], signs, env) as process:
        process.send_signal(number)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "interrupted; nothing was judged and your files are unchanged" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL],
    ids=lambda one: one.name,
)
def test_what_reads_objects_ends_with_the_check_however_that_ends(
    folder: Folder, tmp_path: Path, number: signal.Signals
) -> None:
    folder.commit(POLICY)
    folder.stage({"b.txt": "1\n"})
    signs, env = waiting_git(tmp_path)
    with stopped_at(folder, [*RUN, "check"], signs, env) as process:
        commands = {
            child: Path(f"/proc/{child}/cmdline").read_bytes() for child in children(process.pid)
        }
        process.send_signal(number)
        process.wait()
        for child, command in commands.items():
            # The stand-in that compares: of a killed check nobody is left to end it. It may still be the shell before it sleeps.
            if b"cat-file" not in command:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        assert [b"cat-file" in command for command in commands.values()].count(True) == 1
        assert all(gone(child) for child in commands)


def slow_tests(folder: Folder, tmp_path: Path) -> Path:
    """A project whose one test says that it runs, and then waits; run on a snapshot."""
    signs = tmp_path / "signs"
    os.mkfifo(signs)
    with_tests(folder, sys.executable)
    folder.write(
        {
            "test_pkg.py": (
                "import time, pathlib, pkg\n\n\ndef test_one():\n"
                f"    pathlib.Path({str(signs)!r}).write_text('here')\n    time.sleep(600)\n"
            )
        }
    )
    folder.git("add", "test_pkg.py")
    folder.write({"untracked.py": "", ".gitignore": ""})
    return signs


def test_tests_that_are_interrupted_end_with_all_that_they_started(
    folder: Folder, tmp_path: Path, everything_as_before: Before
) -> None:
    signs = slow_tests(folder, tmp_path)
    everything_as_before()
    with stopped_at(folder, [*RUN, "test"], signs, {}) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130, out + err
    assert "interrupted" in err
    assert "Traceback (most recent call last):\n  File" not in err


def test_a_run_that_was_killed_leaves_nothing_in_the_way_of_the_next(
    folder: Folder, tmp_path: Path, everything_as_before: Before
) -> None:
    signs = slow_tests(folder, tmp_path)
    with stopped_at(folder, [*RUN, "test"], signs, {}) as process:
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert list((folder.path / ".git").glob("*.lock")) == []
    signs.unlink()
    folder.write({"test_pkg.py": "import pkg\n\n\ndef test_one():\n    assert pkg.one() == 1\n"})
    folder.git("add", "test_pkg.py")
    everything_as_before()
    ran = folder.hunkgate("test")
    assert ran.code == 0, ran.out + ran.err
    assert "1 passed" in ran.out


def test_a_check_that_was_killed_leaves_nothing_in_the_way_of_the_next(
    folder: Folder, tmp_path: Path, everything_as_before: Before
) -> None:
    folder.commit(POLICY)
    folder.stage({"b.txt": "1\n"})
    signs, env = waiting_git(tmp_path)
    everything_as_before()
    with stopped_at(folder, [*RUN, "check"], signs, env) as process:
        process.kill()
    assert list((folder.path / ".git").rglob("*.lock")) == []
    assert folder.hunkgate("check").code == 0

"""The command line as scripts and hook runners rely on it: help, version, exit codes, colour, and the hooks file that names it."""

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gitfolder import Folder
from hunkgate import __version__, cli

HOOKS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / ".pre-commit-hooks.yaml").read_text("utf-8")
)
POLICY = {"hunkgate.toml": '[paths]\nforbidden = ["secrets/"]\n[size]\nmax-lines = 3\n'}
NAMES = [name for name, _summary in cli.COMMANDS]


# -- help and version ---------------------------------------------------------------------------------------------------------


def test_the_help_names_every_command_and_every_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    for name, summary in cli.COMMANDS:
        assert f"{name} {summary}" in shown
    assert cli.EXIT_CODES in shown


@pytest.mark.parametrize("name", NAMES, ids=NAMES)
def test_each_command_explains_every_argument(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert "exit codes: 0 pass" in " ".join(shown.split())
    # An option without words after it, and without more of its own lines below, has no help.
    bare = re.findall(r"^  (--?[a-z][\w-]*(?: [A-Z.]+)?)$(?!\n {10,}\S)", shown, re.MULTILINE)
    assert [one for one in bare if one not in {"--staged", "--range A..B"}] == []


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"hunkgate {__version__}\n")


def test_a_module_and_a_console_script_are_the_same(folder: Folder) -> None:
    script = Path(sys.executable).with_name("hunkgate")
    assert folder.program(script, "--version").out == folder.hunkgate("--version").out


# -- exit codes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "files", "code"),
    [
        pytest.param(("check",), {"a.txt": "1\n"}, 0, id="pass"),
        pytest.param(("check",), {"secrets/key": "1\n"}, 1, id="blocked"),
        pytest.param(("check", "--range", "nowhere..HEAD"), {}, 2, id="could not be judged"),
        pytest.param(("check", "--no-such-option"), {}, 2, id="an unknown option"),
        pytest.param(("check", "--gate", "nothing"), {}, 2, id="an unknown gate"),
        pytest.param(("check", "--format", "xml"), {}, 2, id="an unknown format"),
        pytest.param(("check", "--staged", "--range", "a..b"), {}, 2, id="two occasions at once"),
        pytest.param(("check", "secrets/key"), {}, 2, id="a file name, which no command takes"),
        pytest.param(("conjure",), {}, 2, id="an unknown command"),
        pytest.param((), {}, 2, id="no command"),
    ],
)
def test_the_exit_code_says_how_it_went(
    folder: Folder, arguments: tuple[str, ...], files: dict[str, bytes | str | None], code: int
) -> None:
    folder.commit(POLICY)
    folder.stage(files)
    ran = folder.hunkgate(*arguments)
    assert ran.code == code, ran.out + ran.err
    # Reports are on standard output; what could not be judged or understood is on standard error.
    assert bool(ran.err) == (code == 2)
    assert bool(ran.out) == (code != 2)


def test_a_bug_refuses_with_a_code_of_its_own(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        @staticmethod
        def configure(parser: object) -> None: ...

        @staticmethod
        def run(arguments: object) -> int:
            raise ZeroDivisionError("seven")

    monkeypatch.setitem(sys.modules, "hunkgate.commands.check", Broken)
    assert cli.main(["check"]) == 3
    said = capsys.readouterr().err
    assert "BUG, the change was not judged" in said
    assert "ZeroDivisionError: seven" in said


def test_a_report_into_a_closed_pipe_is_a_fault_without_a_traceback(folder: Folder) -> None:
    folder.commit(POLICY)
    folder.stage({"a.txt": "1\n"})
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "hunkgate", "check"],
        cwd=folder.path,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (2, b"")


# -- colour -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terminal", "variables", "coloured"),
    [
        pytest.param(True, {}, True, id="a terminal"),
        pytest.param(False, {}, False, id="a pipe"),
        pytest.param(True, {"NO_COLOR": "1"}, False, id="a terminal with NO_COLOR"),
        pytest.param(False, {"FORCE_COLOR": "1"}, True, id="a pipe with FORCE_COLOR"),
        pytest.param(True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, id="both: NO_COLOR wins"),
        pytest.param(True, {"NO_COLOR": ""}, True, id="an empty NO_COLOR says nothing"),
        pytest.param(True, {"TERM": "dumb"}, False, id="a dumb terminal"),
    ],
)
def test_colour_only_on_a_terminal_or_by_wish(
    folder: Folder, terminal: bool, variables: dict[str, str], coloured: bool
) -> None:
    folder.commit(POLICY)
    folder.stage({"secrets/key": "1\n"})
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment |= {"TERM": "xterm"} | variables
    main, other = pty.openpty() if terminal else os.pipe()
    done = subprocess.run(
        [sys.executable, "-m", "hunkgate", "check"],
        cwd=folder.path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=other,
        check=False,
    )
    shown = os.read(main, 65536)
    os.close(main)
    os.close(other)
    assert done.returncode == 1
    assert (b"\x1b[" in shown) == coloured


# -- the hooks file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_a_hook_runs_a_command_that_exists_and_takes_no_file_names(hook: dict[str, Any]) -> None:
    program, *words = shlex.split(hook["entry"])
    assert program == "hunkgate"
    assert cli.parser(words[0]).parse_args(words).command == words[0]
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    assert (hook["always_run"], hook["require_serial"]) == (True, True)
    assert hook["stages"] == ["pre-commit", "pre-merge-commit", "pre-push", "manual"]
    # A passing hook's words (what was approved, which tests ran) would otherwise be swallowed.
    assert hook["verbose"] is True
    assert not {"files", "types", "exclude", "additional_dependencies"} & hook.keys()


def test_the_hooks_are_the_five_of_the_documents() -> None:
    assert [hook["id"] for hook in HOOKS] == [
        "hunkgate",
        "forbidden-paths",
        "diff-size",
        "dependency-approval",
        "changed-tests",
    ]


def test_the_single_gates_leave_out_nothing_that_the_whole_judges() -> None:
    from hunkgate.gates import GATES

    words = [word for hook in HOOKS for word in shlex.split(hook["entry"])]
    named = {words[at + 1] for at, word in enumerate(words) if word == "--gate"}
    assert named == {gate.name for gate in GATES} - {"tests"}

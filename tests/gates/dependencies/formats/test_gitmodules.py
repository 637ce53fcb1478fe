""".gitmodules: where submodules come from."""

import subprocess
from pathlib import Path

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

ONE = '[submodule "a"]\n\tpath = libs/a\n\turl = https://f.example/a.git\n'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(ONE, ["libs/a https://f.example/a.git build git:https://f.example/a.git"], id="path and url"),
        pytest.param(ONE + "\tbranch = main\n", ["libs/a https://f.example/a.git build git:https://f.example/a.git@main/branch"], id="a branch"),
        pytest.param('[submodule "a"]\n path = a\n url = ../b.git\n', ["a ../b.git build git:../b.git"], id="beside this repository"),
        pytest.param(ONE + '[submodule "a"]\n\turl = https://e.example/a.git\n', ["libs/a https://e.example/a.git build git:https://e.example/a.git"], id="the last value counts"),
        pytest.param('# c\n[submodule "a"] # x\n\tPATH = "libs/a" ; c\n\turl = "https://f.example/#a" # c\n', ["libs/a https://f.example/#a build git:https://f.example/#a"], id="comments, quotes and capitals"),
        pytest.param("[core]\n\tx = y\n", [], id="other sections"),
        pytest.param("", [], id="empty"),
    ],
)  # fmt: skip
def test_the_submodules(content: str, expected: list[str]) -> None:
    assert dependencies("gitmodules", content) == expected


def test_an_update_command_runs_code() -> None:
    assert options("gitmodules", ONE + "\tupdate = !sh x\n") == [
        "install-script libs/a update !sh x"
    ]


@pytest.mark.parametrize(
    "content", ["path = a\n", "[submodule\n", '[submodule "a"]\n= 1\n', "\xff"]
)
def test_what_git_refuses_is_not_silence(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("gitmodules", content.encode("latin-1"))


def test_git_reads_the_same(tmp_path: Path) -> None:
    content = '[submodule "a b"]\n  path = "x y" ; c\n  url=https://f.example/\\\nz#c\n'
    file = tmp_path / "modules"
    file.write_text(content)
    told = subprocess.run(
        ["git", "config", "-f", str(file), "--get", "submodule.a b.url"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (found,) = read("gitmodules", content).dependencies
    assert (found.requirement, found.name) == (told, "x y")

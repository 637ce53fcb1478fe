"""Cartfile and Cartfile.resolved."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read

COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param('github "o/a" ~> 1.0', ["github.com/o/a ~> 1.0 runtime git:github.com/o/a"], id="a range"),
        pytest.param('github "o/a"', ["github.com/o/a - runtime git:github.com/o/a"], id="any version"),
        pytest.param('github "o/a" "main" # c', ["github.com/o/a main runtime git:github.com/o/a@main/branch"], id="a branch"),
        pytest.param('github "https://h.example/o/a" == 1.0', ["h.example/o/a == 1.0 runtime git:h.example/o/a"], id="a forge of one's own"),
        pytest.param(f'git "ssh://git@h.example/a.git" "{COMMIT}"', [f"h.example/a {COMMIT} runtime git:h.example/a@{COMMIT}/sha"], id="a commit"),
        pytest.param('binary "https://h.example/a.json" >= 1.0', ["h.example/a.json >= 1.0 runtime url:h.example/a.json"], id="a program"),
        pytest.param("  # c", [], id="a comment"),
    ],
)  # fmt: skip
def test_a_line(line: str, expected: list[str]) -> None:
    assert dependencies("cartfile", f"{line}\n") == expected


def test_what_only_the_project_itself_needs() -> None:
    assert dependencies("cartfile", 'github "o/a"\n', "Cartfile.private") == [
        "github.com/o/a - dev git:github.com/o/a"
    ]


def test_a_line_of_a_lock() -> None:
    assert dependencies("cartfile-resolved", 'github "o/a" "1.0"\n', "Cartfile.resolved") == [
        "github.com/o/a 1.0 lock git:github.com/o/a@1.0/tag"
    ]


@pytest.mark.parametrize(
    ("content", "path"),
    [
        pytest.param('svn "a"\n', "Cartfile", id="an unknown origin"),
        pytest.param("github o/a\n", "Cartfile", id="no quotes"),
        pytest.param('github "o/a" ~> 1.0\n', "Cartfile.resolved", id="a range in a lock"),
    ],
)
def test_what_cannot_be_read(content: str, path: str) -> None:
    with pytest.raises(UnreadableError):
        read("cartfile", content, path)

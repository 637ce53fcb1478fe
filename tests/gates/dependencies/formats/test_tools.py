"""Tools of whoever works on the project: .tool-versions, mise.toml and mise.lock."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("a 1.0", ["a 1.0 build"], id="a version"),
        pytest.param("a\t1.0  2.0 # c", ["a 1.0 build", "a 2.0 build"], id="several versions"),
        pytest.param("a ref:main", ["a ref:main build"], id="a branch"),
        pytest.param("a path:/opt/a", ["a - build path:/opt/a"], id="a folder"),
        pytest.param("a system", [], id="what the machine has"),
        pytest.param("# a 1.0", [], id="a comment"),
    ],
)
def test_a_line_of_tool_versions(line: str, expected: list[str]) -> None:
    assert dependencies("tool-versions", f"{line}\n") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param('a = "1"', ["a 1 build"], id="a version"),
        pytest.param('a = ["1", "2"]', ["a 1 build", "a 2 build"], id="several versions"),
        pytest.param('a = { version = "1", os = ["linux"] }', ["a 1 build"], id="a table"),
        pytest.param('a = [{ version = "1" }, "path:b"]', ["a 1 build", "a - build path:b"], id="tables and texts"),
        pytest.param('a = "system"', [], id="what the machine has"),
        pytest.param('"npm:@s/a" = "1"', ["@s/a 1 build"], id="a package of npm"),
        pytest.param('"pipx:A_b" = "1"', ["a-b 1 build"], id="a package of pip, its name normalised"),
        pytest.param('"ubi:o/a[exe=b]" = "1"', ["ubi:o/a 1 build"], id="a program of a forge with options"),
    ],
)  # fmt: skip
def test_a_tool_of_mise(line: str, expected: list[str]) -> None:
    assert dependencies("mise", f"[tools]\n{line}\n") == expected


def test_a_package_of_a_package_manager_is_one_of_its_ecosystem() -> None:
    content = '[tools]\n"cargo:a" = "1"\n"aqua:o/b" = "1"\n'
    assert [one.ecosystem for one in read("mise", content).dependencies] == ["cargo", "generic"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('[plugins]\na = "https://h.example/a"', ["install-script plugins a https://h.example/a"], id="a plugin"),
        pytest.param('[tools]\na = { version = "system", postinstall = "make" }', ["install-script a postinstall make"], id="a command after a tool's installation"),
        pytest.param('[hooks]\nenter = "make"', ["install-script hooks enter make"], id="a hook"),
        pytest.param('[alias]\na = "ubi:o/a"', ["alias alias a ubi:o/a"], id="another backend under a name"),
        pytest.param('[env]\nPIP_INDEX_URL = "https://h.example"\nA = "b"', ["index-changed PIP_INDEX_URL https://h.example"], id="an index"),
        pytest.param('[settings]\njobs = 4\n[tasks.a]\ndepends = ["b"]\ndescription = "pip install a"', [], id="settings and what tasks are about"),
    ],
)  # fmt: skip
def test_what_else_mise_is_told(content: str, expected: list[str]) -> None:
    assert options("mise", content) == expected
    assert dependencies("mise", content) == []


def test_a_task_that_installs_something() -> None:
    content = "[tasks.a]\nrun = '''\nmake\npip install a==1\n'''\n[tasks]\nb = 'npm install c@2'\n"
    found = read("mise", content.replace("[tasks]\nb", "[tasks.b]\nrun")).dependencies
    assert [(one.name, one.requirement, one.line) for one in found] == [("a", "==1", 4), ("c", "2", 7)]  # fmt: skip


def test_a_lock_of_mise() -> None:
    content = '[[tools.a]]\nversion = "1.0"\nbackend = "aqua:o/a"\n[tools.a.platforms.linux]\nchecksum = "sha256:00"\nurl = "https://h.example/a"\n[tools."npm:b"]\nversion = "2.0"\n[tools."npm:b".checksums]\n"b.tgz" = "sha256:11"\n'
    assert dependencies("mise-lock", content, "mise.lock") == [
        "a 1.0 lock registry:aqua:o/a #sha256:00",
        "b 2.0 lock #sha256:11",
    ]
    first, second = read("mise-lock", content, "mise.lock").dependencies
    assert first.source.hosts == {"h.example"}
    assert second.ecosystem == "npm"


@pytest.mark.parametrize(
    ("name", "content", "path"),
    [
        pytest.param("tool-versions", "a\n", ".tool-versions", id="a tool without a version"),
        pytest.param("mise", "tools = 1\n", "mise.toml", id="tools that are no table"),
        pytest.param("mise", "[tools\n", "mise.toml", id="no TOML"),
        pytest.param("mise-lock", '[[tools.a]]\nbackend = "b"\n', "mise.lock", id="a locked tool without a version"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(name: str, content: str, path: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content, path)

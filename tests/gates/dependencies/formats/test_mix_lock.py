import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            '"a": {:hex, :a, "1.0.0", "in", [:mix], [{:b, "~> 1", [hex: :b, repo: "hexpm", optional: false]}], "hexpm", "out"},',
            ["a 1.0.0 lock #in #out"],
            id="a package with its two hashes",
        ),
        pytest.param(
            '"a": {:hex, :a, "1.0.0", "in", [:mix], [], "hexpm:org", "out"},',
            ["a 1.0.0 lock registry:hexpm:org #in #out"],
            id="a package of an organisation",
        ),
        pytest.param(
            '"a": {:hex, :a, "1.0.0", "in", [:mix], []},', ["a 1.0.0 lock #in"], id="an old entry"
        ),
        pytest.param('"a": {:hex, :a, "1.0.0"},', ["a 1.0.0 lock"], id="an entry without a hash"),
        pytest.param('"a": {:package, "1.0.0"}', ["a 1.0.0 lock"], id="an entry of the first Hex"),
        pytest.param(
            '"a": {:hex, :real, "1.0.0", "in", [:mix], [], "hexpm", "out"},',
            ["real 1.0.0 lock +alias #in #out"],
            id="a package under another name",
        ),
        pytest.param(
            f'"a": {{:git, "https://git.example/x/a.git", "{"a" * 40}", [branch: "main"]}},',
            [f"a {'a' * 40} lock git:git.example/x/a@{'a' * 40}/sha"],
            id="a repository",
        ),
    ],
)
def test_reads(entry: str, expected: list[str]) -> None:
    assert dependencies("mix-lock", f"%{{\n  {entry}\n}}\n") == expected


def test_the_brackets_of_an_old_map_stand_beside_its_entries() -> None:
    content = (
        '%{"a": {:hex, :a, "1.0.0", "in", [:mix], [{:b, "~> 1", [hex: :b]}], "hexpm"},\n'
        f'  "b": {{:git, "https://git.example/x/b.git", "{"a" * 40}", []}},\n'
        '  "c": {:hex, :c, "2.0.0", "in", [:mix], [], "hexpm:org"}}\n'
    )
    assert dependencies("mix-lock", content) == [
        "a 1.0.0 lock #in",
        f"b {'a' * 40} lock git:git.example/x/b@{'a' * 40}/sha",
        "c 2.0.0 lock registry:hexpm:org #in",
    ]
    listed = f'[ "b": {{:git, "git://git.example/b.git", "{"a" * 40}", []}},\n  "a": {{:package, "1"}} ]\n'
    assert dependencies("mix-lock", listed) == [
        f"b {'a' * 40} lock git:git.example/b@{'a' * 40}/sha",
        "a 1 lock",
    ]
    assert dependencies("mix-lock", '%{"a": {:hex, :a, "1", "in", [:mix], []}}') == ["a 1 lock #in"]


def test_a_name_that_stands_twice_is_read_twice() -> None:
    content = '%{\n"a": {:hex, :a, "1", "x", [], [], "hexpm", "y"},\n"a": {:hex, :a, "2", "x", [], [], "hexpm", "y"},\n}\n'
    assert dependencies("mix-lock", content) == ["a 1 lock #x #y", "a 2 lock #x #y"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('%{\n  "a": {:path, "x"},\n}\n', id="an entry of no known kind"),
        pytest.param("hello\n", id="no map"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("mix-lock", content)

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "GEM\n  remote: https://registry.example/\n  specs:\n    a (1.0)\n      b (>= 1)\n    b (1.2)\n\nDEPENDENCIES\n  a\n",
            ["a 1.0 lock registry:registry.example", "b 1.2 lock registry:registry.example"],
            id="gems and not what they ask for",
        ),
        pytest.param(
            "GEM\n  specs:\n    a (1.0-x86_64-linux)\n    a (1.0-arm64-darwin)\n",
            ["a 1.0 lock"],
            id="one gem for several platforms is one",
        ),
        pytest.param(
            f"GIT\n  remote: https://git.example/x/a.git\n  revision: {'a' * 40}\n  branch: main\n  specs:\n    a (1.0)\n",
            [f"a 1.0 lock git:git.example/x/a@{'a' * 40}/sha"],
            id="a gem from a repository",
        ),
        pytest.param(
            "PATH\n  remote: engines/a\n  specs:\n    a (1.0)\n",
            ["a - lock path:engines/a"],
            id="a gem of a folder has no version, so that a release is no change",
        ),
        pytest.param(
            "GEM\n  specs:\n    a (1.0)\n\nCHECKSUMS\n  a (1.0) sha256=00\n  a (1.0-java) sha256=11\n  b (1)\n",
            ["a 1.0 lock #sha256=00 #sha256=11"],
            id="checksums belong to their gem on every platform",
        ),
        pytest.param("PLATFORMS\n  ruby\n\nDEPENDENCIES\n", [], id="no gems"),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("gemfile-lock", content) == expected


def test_the_project_itself_is_its_own() -> None:
    reading = read("gemfile-lock", "PATH\n  remote: .\n  specs:\n    me (1.0)\n")
    assert not reading.dependencies
    assert reading.own == {"me"}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<<<<<<< HEAD\nGEM\n", id="a merge conflict"),
        pytest.param("hello\n", id="no section"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("gemfile-lock", content)

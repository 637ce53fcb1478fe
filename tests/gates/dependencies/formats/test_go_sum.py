import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "a.example/b v1.0.0 h1:AA=\na.example/b v1.0.0/go.mod h1:BB=\n",
            ["a.example/b v1.0.0 lock #go.mod h1:BB= #h1:AA="],
            id="a version with the hashes of its files and of its go.mod",
        ),
        pytest.param(
            "a.example/b v1.0.0/go.mod h1:BB=\n",
            [],
            id="a version of which only the go.mod was looked at does not count",
        ),
        pytest.param(
            "a.example/b v1.0.0 h1:AA=\na.example/b v1.0.0 h1:CC=\n",
            ["a.example/b v1.0.0 lock #h1:AA= #h1:CC="],
            id="a second hash for a version is not lost",
        ),
        pytest.param(
            "a.example/b v1.0.0 h1:AA=\na.example/b v1.1.0 h1:CC=\n",
            ["a.example/b v1.0.0 lock #h1:AA=", "a.example/b v1.1.0 lock #h1:CC="],
            id="two versions of one module",
        ),
        pytest.param("", [], id="an empty file"),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("go-sum", content) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a.example/b v1.0.0\n", id="a line without a hash"),
        pytest.param("a.example/b v1.0.0 sha256:AA=\n", id="a hash that is none of Go's"),
        pytest.param("<<<<<<< HEAD\n", id="a merge conflict"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("go-sum", content)

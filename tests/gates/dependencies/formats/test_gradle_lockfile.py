import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "# comment\ng:a:1.0=compileClasspath,runtimeClasspath\nempty=annotationProcessor\n",
            ["g:a 1.0 lock"],
            id="a module, whatever configurations use it",
        ),
        pytest.param("g:a:1.0\n", ["g:a 1.0 lock"], id="a lock of before 6.8"),
        pytest.param(
            "g:a:1.0=x\ng:a:1.1=y\n",
            ["g:a 1.0 lock", "g:a 1.1 lock"],
            id="two versions of a module",
        ),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("gradle-lockfile", content) == expected


def test_a_line_that_is_no_module_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("gradle-lockfile", "g:a\n")

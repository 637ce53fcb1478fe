import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "module m\nrequire a.example/b v1.2.3\n",
            ["a.example/b v1.2.3 runtime"],
            id="a requirement on one line",
        ),
        pytest.param(
            'module m\nrequire (\n\ta.example/b v1.2.3 // indirect\n\t"a.example/c" v2.0.0+incompatible // why\n)\n',
            [
                "a.example/b v1.2.3 optional:indirect",
                "a.example/c v2.0.0+incompatible runtime",
            ],
            id="a block tells indirect requirements from direct ones",
        ),
        pytest.param(
            "module m\nrequire a.example/b v1.2.3\nreplace a.example/b => c.example/d v1.2.4\n",
            ["a.example/b v1.2.3 runtime alias:c.example/d@v1.2.4/tag +override"],
            id="a replacement is the source of what it replaces",
        ),
        pytest.param(
            "module m\nrequire a.example/b v1.2.3\nreplace a.example/b v1.2.3 => ../b\n",
            ["a.example/b v1.2.3 runtime path:../b +override"],
            id="a replacement by a folder is a path",
        ),
        pytest.param(
            "module m\nreplace (\n\ta.example/b => c.example/b v1.0.0\n)\n",
            ["a.example/b - override alias:c.example/b@v1.0.0/tag +override"],
            id="a replacement of what is not required stands alone",
        ),
        pytest.param(
            "module m\nexclude a.example/b v1.2.3\n",
            ["a.example/b !v1.2.3 exclude +override"],
            id="an excluded version is an override",
        ),
        pytest.param(
            "module m\ngo 1.24\ntoolchain go1.24.1\ngodebug x=1\nretract [v1.0.0, v1.2.0] // bad\ntool a.example/b/cmd\n",
            [],
            id="the language, the toolchain, retractions and tools are no dependencies",
        ),
        pytest.param(
            "// a.example/evil v1\nmodule m // require a v1\n",
            [],
            id="comments are none",
        ),
        pytest.param("module m\nrequire ()\n", [], id="an empty block is none"),
        pytest.param(
            "go 1.21\nuse (\n\t./a\n\t./b\n)\n", [], id="the folders of a work space are its own"
        ),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("go-mod", content) == expected


def test_the_module_itself_is_its_own() -> None:
    assert read("go-mod", "module a.example/me\n").own == {"a.example/me"}


def test_lines_point_at_the_statement() -> None:
    reading = read("go-mod", "module m\n\nrequire (\n\n\ta.example/b v1.2.3\n)\n")
    assert [one.line for one in reading.dependencies] == [5]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("module m\nrequire (\n\ta.example/b v1\n", id="an open block"),
        pytest.param("module m\nrequire a.example/b\n", id="a requirement without a version"),
        pytest.param(
            "module m\nreplace a.example/b c.example/b\n", id="a replacement without an arrow"
        ),
        pytest.param("module m\nrequires a.example/b v1\n", id="an unknown directive"),
        pytest.param("// nothing but a comment\n", id="no directive at all"),
        pytest.param("<<<<<<< HEAD\nmodule m\n", id="a merge conflict"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("go-mod", content)

"""PEP 723: the header of a script."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from hunkgate.gates.dependencies.formats import script_metadata

HEADER = '#!/usr/bin/env python\n# /// script\n# dependencies = [\n#   "a>=1",\n# ]\n# ///\n'


@pytest.mark.parametrize(
    ("content", "names"),
    [
        pytest.param(HEADER, ["a"], id="a header"),
        pytest.param(HEADER.replace("\n", "\r\n"), ["a"], id="line ends of Windows"),
        pytest.param(
            HEADER.replace("# ]", "#   'b', # ///\n# ]"),
            ["a", "b"],
            id="an end within a comment is none",
        ),
        pytest.param(
            "# /// other\n# x\n# ///\n" + HEADER, ["a"], id="behind a block of another type"
        ),
        pytest.param("x = '# /// script'\n", [], id="the words within a string"),
        pytest.param(
            "  # /// script\n  # dependencies = ['a']\n  # ///\n", [], id="a block that is indented"
        ),
        pytest.param(
            "# /// script\n# requires-python = '>=3'\n# ///\n",
            [],
            id="a header without dependencies",
        ),
    ],
)
def test_a_header(content: str, names: list[str]) -> None:
    reading = script_metadata.read(content.encode(), "run.py")
    assert [one.name for one in reading.dependencies] == names


def test_lines_are_those_of_the_script() -> None:
    (found,) = script_metadata.read(HEADER.encode(), "run.py").dependencies
    assert found.line == 4


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(HEADER + "\n" + HEADER, 9, id="two headers"),
        pytest.param(
            "x\n# /// script\n# dependencies = ['a']\n", 2, id="a header that is not closed"
        ),
        pytest.param(
            "# /// script\n# dependencies = = 1\n# ///\n", 2, id="a header that is no TOML"
        ),
    ],
)
def test_what_the_specification_refuses_is_unreadable(content: str, line: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        script_metadata.read(content.encode(), "run.py")
    assert caught.value.line == line

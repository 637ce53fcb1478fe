"""Shell scripts and the recipes of make and just: what they install."""

import pytest

from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        pytest.param("ci/run.sh", "#!/bin/sh\nset -e\npip install a==1\n", ["a ==1 build"], id="a script"),
        pytest.param("x.bash", "if true; then\n  npm i -g b@2\nfi\n", ["b 2 build"], id="a branch of a script"),
        pytest.param("Makefile", "x:\n\t@pip install a\n", ["a - build"], id="a recipe that is not echoed"),
        pytest.param("Makefile", "x:\n\t-pip install \\\n\t  a \\\n\t  b\n", ["a - build", "b - build"], id="a recipe over several lines"),
        pytest.param("Makefile", "PIP := pip\nWITH ?= a==1\nx:\n\t$(PIP) install ${WITH}\n", ["a ==1 build"], id="variables of the file"),
        pytest.param("Makefile", "pip install a\nx: pip\n", [], id="what is no recipe"),
        pytest.param("justfile", "tool := 'a==1'\nx:\n    @pip install {{ tool }}\n", ["a ==1 build"], id="a recipe of just"),
        pytest.param("Makefile", "x:\n\tpip install -r requirements.txt .\n", [], id="what lies in the repository"),
    ],
)  # fmt: skip
def test_what_is_installed(path: str, content: str, expected: list[str]) -> None:
    assert dependencies("shell-script", content, path) == expected


def test_a_line_is_the_files() -> None:
    (found,) = read("shell-script", "A = 1\n\nx:\n\ttrue\n\tpip install a\n", "m.mk").dependencies
    assert found.line == 5


def test_what_only_the_shell_knows_is_shown() -> None:
    assert options("shell-script", "x:\n\tpip install $(OTHER) $$HERE\n", "Makefile") == [
        "dynamic pip install $OTHER",
        "dynamic pip install $HERE",
    ]


def test_a_download_that_is_run_is_shown() -> None:
    content = "curl -o /tmp/i https://e.example/i\nbash /tmp/i\n"
    assert options("shell-script", content, "i.sh") == [
        "dynamic download and run https://e.example/i"
    ]

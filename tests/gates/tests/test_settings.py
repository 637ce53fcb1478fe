"""The ``[tests]`` table, from TOML text to settings or to problems with their place."""

import tomllib

import pytest

from hunkgate import globs
from hunkgate.gates.tests.settings import PathRule, TestSettings, filled, settings
from hunkgate.settings import Reading, Table


def read(text: str) -> tuple[TestSettings, list[str]]:
    reading = Reading("hunkgate.toml")
    table = Table(tomllib.loads(text), reading, "tests")
    read_settings = settings(table)
    table.done()
    return read_settings, reading.problems


def test_a_table_that_says_nothing_has_the_defaults() -> None:
    assert read("") == (TestSettings(), [])


def test_every_key_is_read() -> None:
    read_settings, problems = read("""
        python = ".venv/bin/python"
        runners = ["pytest", "cargo"]
        paths = ["tests/**"]
        patterns = ["check_*.py"]
        budget = "2 min"
        timeout = 90
        workers = 3
        args = ["-p", "no:randomly"]
        record = false

        [[rules]]
        paths = ["src/*.py"]
        tests = ["tests/test_{stem}.py"]

        [[rules]]
        paths = ["docs/**"]
        command = "make -C '{dir}' check"
        """)
    assert problems == []
    assert read_settings == TestSettings(
        python=".venv/bin/python",
        runners=("pytest", "cargo"),
        paths=globs.parse(("tests/**",)),
        patterns=globs.parse(("check_*.py",)),
        budget_seconds=120,
        timeout_seconds=90,
        workers=3,
        args=("-p", "no:randomly"),
        record=False,
        rules=(
            PathRule(paths=globs.parse(("src/*.py",)), tests=("tests/test_{stem}.py",)),
            PathRule(paths=globs.parse(("docs/**",)), command=("make", "-C", "{dir}", "check")),
        ),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            'runners = ["nose"]',
            "tests.runners: expected names out of pytest, vitest, jest, cargo, go, found 'nose'",
            id="a runner that nobody has built",
        ),
        pytest.param(
            "budget = true",
            'tests.budget: expected a time such as 60, "60s", "10 min" or "14d", found bool True',
            id="a budget that is no time",
        ),
        pytest.param(
            "workers = 0",
            "tests.workers: expected a whole number of at least 1, found int 0",
            id="no worker at all",
        ),
        pytest.param(
            '[[rules]]\npaths = ["a"]',
            "tests.rules[0]: expected one of command and tests",
            id="a rule that runs nothing",
        ),
        pytest.param(
            '[[rules]]\npaths = ["a"]\ncommand = "make"\ntests = ["t.py"]',
            "tests.rules[0]: expected one of command and tests",
            id="a rule that says both",
        ),
        pytest.param(
            '[[rules]]\ntests = ["t.py"]',
            "tests.rules[0].paths: expected a list of gitignore patterns with at least one in it",
            id="a rule for no path",
        ),
        pytest.param(
            '[[rules]]\npaths = ["a"]\ntests = ["{base}.py"]',
            "tests.rules[0].tests: expected placeholders out of {path}, {dir}, {name}, {stem}, found {base}",
            id="a placeholder that does not exist",
        ),
        pytest.param(
            '[[rules]]\npaths = ["a"]\ncommand = "make \'x"',
            'tests.rules[0].command: expected a command line, found "make \'x": No closing quotation',
            id="a quotation that does not end",
        ),
        pytest.param(
            "fast = true", "tests.fast: unknown key; expected one of: ", id="a key of no meaning"
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, problem: str) -> None:
    _, problems = read(text)
    assert [one for one in problems if one.startswith(f"hunkgate.toml: {problem}")], problems


@pytest.mark.parametrize(
    ("template", "path", "text"),
    [
        pytest.param(
            "tests/test_{stem}.py", "src/net/http.py", "tests/test_http.py", id="the classic one"
        ),
        pytest.param("{dir}/tests", "src/net/http.py", "src/net/tests", id="the folder"),
        pytest.param("{dir}", "setup.py", ".", id="the root has the folder ."),
        pytest.param("{name}|{path}", "a/b.c.py", "b.c.py|a/b.c.py", id="name and path"),
        pytest.param("{stem}", "a/.env", ".env", id="a name that is all suffix"),
        pytest.param("{stem}", "a/{path}.py", "{path}", id="a name that looks like a placeholder"),
    ],
)
def test_placeholders_are_filled_once(template: str, path: str, text: str) -> None:
    assert filled(template, path) == text

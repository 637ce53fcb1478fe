"""pytest as a runner: command lines from the chosen files, and outcomes from what its inside part reports."""

import json
from collections.abc import Mapping

import pytest

from fakes import change
from hunkgate.gates.tests.runners import Job, Reading, Wanted
from hunkgate.gates.tests.runners import pytest as runner
from hunkgate.gates.tests.settings import TestSettings

JOB = Job(runner="pytest", program="python", argv=(), units=("a.py", "b.py"))
COLLECTED = {"is": "collected", "files": {"a.py": 2, "b.py": 1}}
END = {"is": "end", "status": 0}


def ended(path: str, name: str = "t", outcome: str = "passed") -> Mapping[str, object]:
    return {
        "is": "test",
        "path": path,
        "node": f"{path}::{name}",
        "outcome": outcome,
        "seconds": 0.5,
    }


ALL_PASSED = [COLLECTED, ended("a.py", "s"), ended("a.py"), ended("b.py")]


def read(lines: list[Mapping[str, object]], status: int = 0) -> Reading:
    return runner.read(JOB, status, "\n".join(json.dumps(line) for line in lines).encode())


def test_a_file_passed_when_all_its_tests_ended_and_none_failed() -> None:
    reading = read([*ALL_PASSED, END])
    assert (sorted(reading.passed), reading.tests, reading.fault) == (["a.py", "b.py"], 3, "")
    assert reading.seconds == {"a.py": 1.0, "b.py": 0.5}


@pytest.mark.parametrize(
    ("lines", "status", "passed", "failed", "empty", "fault"),
    [
        pytest.param([COLLECTED, ended("a.py", outcome="failed"), ended("a.py", "u"), ended("b.py"), END], 1, ["b.py"], ["a.py"], [], False, id="a failed test fails its file alone"),
        pytest.param([COLLECTED, ended("a.py", outcome="skipped"), ended("a.py", "u"), ended("b.py"), END], 0, ["a.py", "b.py"], [], [], False, id="a skipped test is no failure"),
        pytest.param([{"is": "broken", "path": "b.py"}, END], 2, [], ["b.py"], [], False, id="a file that cannot be imported failed"),
        pytest.param([COLLECTED, ended("a.py"), ended("b.py")], -2, ["b.py"], [], [], True, id="a file of which a test did not end is not settled"),
        pytest.param([{"is": "collected", "files": {"a.py": 1}}, ended("a.py"), END], 0, ["a.py"], [], ["b.py"], False, id="a file in which nothing was collected is empty"),
        pytest.param([END], 5, [], [], ["a.py", "b.py"], False, id="nothing collected at all"),
        pytest.param([END], 0, [], [], [], False, id="made to end before it collected: nothing is settled"),
        pytest.param(ALL_PASSED, 0, ["a.py", "b.py"], [], [], True, id="status 0 without an end is a fault"),
        pytest.param([], 4, [], [], [], True, id="a usage error"),
        pytest.param([COLLECTED], -11, [], [], [], True, id="a crash"),
        pytest.param([*ALL_PASSED, {"is": "outside", "files": ["src/x.py"]}, END], 0, ["a.py", "b.py"], [], [], True, id="a module of the work tree was imported"),
    ],
)  # fmt: skip
def test_outcomes(
    lines: list[Mapping[str, object]],
    status: int,
    passed: list[str],
    failed: list[str],
    empty: list[str],
    fault: bool,
) -> None:
    reading = read(lines, status)
    assert sorted(reading.passed) == passed
    assert sorted(reading.failed) == failed
    assert sorted(reading.empty) == empty
    assert bool(reading.fault) == fault


def test_a_file_of_which_the_rest_is_current_passed() -> None:
    reading = read(
        [
            {"is": "current", "files": {"a.py": 1, "b.py": 2}},
            {"is": "collected", "files": {"a.py": 1}},
            ended("a.py"),
            END,
        ]
    )
    assert (sorted(reading.passed), sorted(reading.empty), reading.current) == (
        ["a.py", "b.py"],
        [],
        3,
    )
    # What the whole file takes is not known from a part of it.
    assert reading.seconds == {}


def test_a_current_rest_does_not_hide_a_failure() -> None:
    left = {"is": "current", "files": {"a.py": 1}}
    collected = {"is": "collected", "files": {"a.py": 1}}
    reading = read([left, collected, ended("a.py", outcome="failed"), END], 1)
    assert (sorted(reading.passed), sorted(reading.failed)) == ([], ["a.py"])


def test_a_report_cut_off_in_a_line_is_read_up_to_there() -> None:
    report = (json.dumps(COLLECTED) + "\n" + json.dumps(ended("b.py")) + '\n{"is": "te').encode()
    assert sorted(runner.read(JOB, -9, report).passed) == ["b.py"]


def test_what_the_projects_own_code_left_out_is_said() -> None:
    assert "4 tests" in read([*ALL_PASSED, {"is": "deselected", "items": 4}, END]).remarks[0]


def lines(tree: Mapping[str, str], wanted: Wanted, settings: TestSettings) -> list[str]:
    made = change({}, {path: text.encode() for path, text in tree.items()})
    return [
        " ".join((f"{job.folder or '.'}:", *job.argv[4:]))
        for job in runner.jobs(made, wanted, settings)
    ]


@pytest.mark.parametrize(
    ("tree", "wanted", "answer"),
    [
        pytest.param({}, Wanted(everything=False, files=("tests/b.py", "tests/a.py")), [".: tests/b.py tests/a.py"], id="files in the order given"),
        pytest.param({}, Wanted(everything=True, files=("tests/a.py",)), [".:"], id="everything of one project is pytest's to find"),
        pytest.param({"x/pyproject.toml": "", "y/setup.py": ""}, Wanted(everything=True, files=("x/t.py", "y/t.py", "t.py")), ["x: t.py", "y: t.py", ".: t.py"], id="each project of a monorepo by itself"),
        pytest.param({"tests/tox.ini": "[flake8]"}, Wanted(everything=False, files=("tests/a.py",)), [".: tests/a.py"], id="settings of another tool make no project"),
        pytest.param({}, Wanted(everything=False, files=("-k.py", "@x.py")), [".: ./-k.py ./@x.py"], id="names that look like options"),
        pytest.param({}, Wanted(everything=False, files=()), [], id="nothing wanted is nothing run"),
    ],
)  # fmt: skip
def test_command_lines(tree: dict[str, str], wanted: Wanted, answer: list[str]) -> None:
    assert lines(tree, wanted, TestSettings()) == answer


def test_the_policys_arguments_come_before_the_files() -> None:
    wanted = Wanted(everything=False, files=("a.py",))
    assert lines({}, wanted, TestSettings(args=("-q",))) == [".: -q a.py"]

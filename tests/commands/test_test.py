"""``hunkgate test`` on real projects: what is chosen, run, deferred, refused, and what must stay untouched."""

import json
from pathlib import Path

import pytest

from projects import POLICY, Project, project

BROKEN = {"src/pkg/core.py": "def one():\n    return 3\n"}
REWRITTEN = {"src/pkg/core.py": "def one():\n    return 2 - 1\n"}


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return project(tmp_path / "r")


def test_only_the_tests_that_the_change_can_break_are_run(made: Project) -> None:
    made.stage(REWRITTEN)
    assert made.test("--list").out == "tests/test_core.py\n"
    ran = made.test()
    assert (ran.status, ran.last) == (0, "hunkgate: 1 passed (1 test)")
    assert "tests/test_core.py ." in ran.out


def test_a_failing_test_is_a_refusal_that_names_it(made: Project) -> None:
    made.stage(BROKEN)
    before = made.state()
    ran = made.test()
    assert ran.status == 1
    assert "[tests/failed]" in ran.out
    assert "tests/test_core.py::test_one" in ran.out
    assert made.state() == before


def test_nothing_to_run_is_success_and_says_why(made: Project) -> None:
    made.stage({"README.md": "words\n"})
    ran = made.test()
    assert ran.status == 0
    assert ran.out.startswith("hunkgate: no tests to run: ")
    assert made.test("--list").out == ""


def test_everything_is_listed_as_a_star_and_never_as_nothing(made: Project) -> None:
    made.stage({"pyproject.toml": "[project]\nname = 'pkg'\nversion = '2'\n"})
    assert made.test("--list").out == "*\n"
    assert made.test().last == "hunkgate: 2 passed (2 tests)"


def test_why_a_file_is_or_is_not_chosen_is_explained(made: Project) -> None:
    made.stage(REWRITTEN)
    assert "src/pkg/core.py" in made.test("--explain", "tests/test_core.py").out
    assert "not selected" in made.test("--explain", "tests/test_other.py").out


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("-m nothing", id="a mark that no test has"),
        pytest.param("-k nothing", id="a name that no test has"),
        pytest.param("--deselect tests/test_core.py", id="deselected"),
        pytest.param("--ignore tests/test_core.py", id="ignored"),
        pytest.param("--ignore-glob *core*", id="ignored by a pattern"),
        pytest.param("--collect-only", id="nothing is run"),
        pytest.param("--setup-plan", id="only a plan is made"),
        pytest.param("--fixtures", id="fixtures are shown instead"),
        pytest.param("--version", id="the version is shown instead"),
        pytest.param("--lf --lfnf none", id="only what failed last"),
        pytest.param("-p no:cacheprovider", id="no cache"),
        pytest.param("-n 2", id="two workers"),
        pytest.param("tests/test_other.py", id="another file"),
        pytest.param("-x -q", id="options that narrow nothing"),
    ],
)
def test_the_projects_pytest_options_do_not_change_what_is_run(made: Project, options: str) -> None:
    settings = f'[tool.pytest.ini_options]\naddopts = "{options}"\n'
    made.commit({"pyproject.toml": settings})
    made.stage(REWRITTEN)
    ran = made.test()
    assert (ran.status, ran.last) == (0, "hunkgate: 1 passed (1 test)"), ran.out + ran.err
    made.stage(BROKEN)
    assert made.test().status == 1


def test_a_configuration_below_the_root_is_honoured(made: Project) -> None:
    made.commit({"tests/pytest.ini": "[pytest]\naddopts = -m nothing\n"})
    made.stage(BROKEN)
    assert made.test().status == 1


def test_what_is_handed_to_pytest_may_narrow_and_is_not_remembered(made: Project) -> None:
    made.stage(BROKEN)
    assert made.test("--", "-k", "nothing").status == 0
    assert made.test().status == 1


def test_a_selected_file_without_tests_is_no_error_and_is_said(made: Project) -> None:
    made.stage({"tests/test_core.py": "from pkg.core import one\n"})
    ran = made.test()
    assert (ran.status, ran.last) == (0, "hunkgate: 0 passed, 1 without a test to run")


def test_a_test_file_that_cannot_be_imported_is_a_failure(made: Project) -> None:
    made.stage({"src/pkg/core.py": "def renamed():\n    return 1\n"})
    ran = made.test()
    assert ran.status == 1
    assert "[tests/failed]" in ran.out


def test_what_passed_on_the_same_content_is_not_run_again(made: Project) -> None:
    base = made.git("rev-parse", "HEAD")
    made.stage(REWRITTEN)
    made.test()
    made.git("commit", "--quiet", "--message", "x")
    ran = made.test("--range", f"{base}..HEAD")
    assert ran.last == "hunkgate: 1 test file passed before on the same content"


def test_what_passed_at_an_earlier_commit_and_nothing_since_can_break_is_not_run_again(
    made: Project,
) -> None:
    base = made.git("rev-parse", "HEAD")
    for files in (REWRITTEN, {"src/pkg/other.py": "def two():\n    return 1 + 1\n"}):
        made.stage(files)
        assert made.test().status == 0
        made.git("commit", "--quiet", "--message", "x")
    ran = made.test("--range", f"{base}..HEAD")
    assert ran.out == "hunkgate: 2 test files passed before on the same content\n"
    made.stage({"tests/conftest.py": "import pkg.other\n"})
    made.git("commit", "--quiet", "--message", "x")
    ran = made.test("--range", f"{base}..HEAD")
    assert ran.last == "hunkgate: 2 passed (2 tests)", "a conftest reaches both"


def test_check_runs_the_tests_where_it_is_asked_to_and_reports_alone_on_standard_output(
    made: Project,
) -> None:
    made.stage(BROKEN)
    assert made.run("check").status == 0
    ran = made.run("check", "--gate", "tests", "--format", "json")
    assert ran.status == 1
    assert [one["rule"] for one in json.loads(ran.out)["findings"]] == ["tests/failed"], ran.out
    assert "test session starts" in ran.err


def test_a_server_never_runs_tests(made: Project) -> None:
    ran = made.run("check", "--receive", "--gate", "tests")
    assert ran.status == 2
    assert "runs the project's code" in ran.err


def test_a_missing_interpreter_is_a_fault(made: Project) -> None:
    made.commit({"hunkgate.toml": '[tests]\npython = "gone/python"\n'})
    made.stage(REWRITTEN)
    ran = made.test()
    assert ran.status == 2
    assert "gone/python" in ran.err


def test_a_gate_that_is_off_runs_nothing_and_says_so(made: Project) -> None:
    made.commit({"hunkgate.toml": f"{POLICY}enabled = false\n"})
    made.stage(BROKEN)
    ran = made.test()
    assert (ran.status, ran.out) == (
        0,
        "hunkgate: no tests to run: the policy turns the tests gate off\n",
    )


def test_the_policy_of_the_base_judges_not_the_staged_one(made: Project) -> None:
    made.stage({**BROKEN, "hunkgate.toml": f"{POLICY}enabled = false\n"})
    assert made.test().status == 1


def test_shards_hold_every_file_once(made: Project) -> None:
    made.stage({"pyproject.toml": "[project]\nname = 'pkg'\nversion = '2'\n"})
    slices = [made.test("--list", "--shard", f"{number}/2").out.split() for number in (1, 2)]
    assert sorted(slices[0] + slices[1]) == ["tests/test_core.py", "tests/test_other.py"]
    assert all(slices)


def test_workers_of_xdist_run_the_files_and_tell_how_each_fared(made: Project) -> None:
    made.commit({"hunkgate.toml": f"{POLICY}workers = 2\n"})
    made.stage({"pyproject.toml": "[project]\nname = 'pkg'\nversion = '2'\n"})
    ran = made.test()
    assert (ran.status, ran.last) == (0, "hunkgate: 2 passed (2 tests)"), ran.out + ran.err
    assert "2 workers" in ran.out
    made.stage(BROKEN)
    ran = made.test()
    assert ran.status == 1
    assert "tests/test_core.py::test_one" in ran.out
    assert "[tests/failed]" in ran.out


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("os._exit(0)", id="the process is left with status 0"),
        pytest.param(
            "pytest.exit('enough', returncode=0)", id="pytest is told to stop with status 0"
        ),
    ],
)
def test_a_run_that_is_cut_short_with_status_0_is_no_pass(made: Project, ending: str) -> None:
    made.stage({"tests/test_core.py": f"import os, pytest\ndef test_one():\n    {ending}\n"})
    assert made.test().status == 2
    made.stage({"tests/test_core.py": "def test_one(): pass\n"})
    made.stage({"tests/conftest.py": f"import os, pytest\n{ending}\n"})
    assert made.test().status == 2

"""``hunkgate test --record`` and what it is good for: later runs choose by the lines that each test executed."""

import sys
from pathlib import Path

import pytest

from hunkgate.records import NAME
from projects import POLICY, Project, project

if sys.version_info < (3, 12):
    pytest.importorskip("coverage")

CORE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
TESTS = "from pkg import core\n\n\ndef test_one():\n    assert core.one() == 1\n\n\ndef test_two():\n    assert core.two() == 2\n"


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return project(tmp_path / "r", {"src/pkg/core.py": CORE, "tests/test_core.py": TESTS})


def test_a_record_names_the_tests_that_a_change_can_break(made: Project) -> None:
    assert "recorded 3 tests" in made.test("--record").out
    made.stage({"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1")})
    assert made.test("--nodes").out == "tests/test_core.py::test_two\n"
    assert made.test("--list").out == "tests/test_core.py\n"
    assert "executed src/pkg/core.py::two" in made.test("--explain", "tests/test_core.py").out


def test_without_a_record_the_nodes_are_the_files(made: Project) -> None:
    made.stage({"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1")})
    assert made.test("--nodes").out == "tests/test_core.py\n"


def test_records_travel_between_clones_as_a_file(made: Project, tmp_path: Path) -> None:
    made.test("--record")
    assert made.test("--export", str(tmp_path / "records")).status == 0
    store = made.top / ".git/hunkgate" / NAME
    store.unlink()
    assert "imported the records of 3 tests" in made.test("--import", str(tmp_path / "records")).out
    made.stage({"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1")})
    assert made.test("--nodes").out == "tests/test_core.py::test_two\n"


def test_a_file_that_holds_no_records_is_a_fault(made: Project, tmp_path: Path) -> None:
    (tmp_path / "records").write_bytes(b"no records")
    ran = made.test("--import", str(tmp_path / "records"))
    assert ran.status == 2
    assert "does not hold test records" in ran.err


def test_damaged_records_are_said_and_the_graph_decides(made: Project) -> None:
    made.test("--record")
    (made.top / ".git/hunkgate" / NAME).write_bytes(b"damaged" * 1000)
    made.stage({"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1")})
    ran = made.test("--list")
    assert (ran.status, ran.out) == (0, "tests/test_core.py\n")
    assert "begun anew" in ran.err


def test_recording_changes_no_file_of_the_users(made: Project) -> None:
    before = made.state()
    made.test("--record")
    assert made.state() == before


def test_tests_that_execute_nothing_which_changed_are_left_out(made: Project) -> None:
    made.test("--record")
    made.stage({"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1")})
    ran = made.test()
    assert (ran.status, "1 passed (1 test)" in ran.out) == (0, True)
    assert "1 test left out that execute" in ran.out


def test_workers_of_xdist_leave_out_the_same_tests(made: Project) -> None:
    pytest.importorskip("xdist")
    made.commit({"hunkgate.toml": f"{POLICY}workers = 2\n"})
    made.test("--record")
    made.stage({"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1")})
    ran = made.test()
    assert (ran.status, "1 passed (1 test)" in ran.out) == (0, True), ran.out + ran.err
    assert "1 test left out that execute" in ran.out


def test_what_passed_in_part_counts_as_passed_on_the_same_content(made: Project) -> None:
    made.test("--record")
    made.stage({"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1")})
    made.test()
    assert "1 test file passed before on the same content" in made.test().out


def test_a_test_that_failed_when_it_was_recorded_is_not_left_out(made: Project) -> None:
    made.commit({"tests/test_core.py": TESTS.replace("core.one() == 1", "core.one() == 0")})
    made.test("--record")
    made.stage({"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1")})
    ran = made.test()
    assert (ran.status, "test_one" in ran.err + ran.out) == (1, True)


def test_a_test_of_which_nothing_is_known_in_this_environment_runs(
    made: Project, tmp_path: Path
) -> None:
    made.test("--record")
    made.test("--export", str(tmp_path / "records"))
    state = made.top / ".git/hunkgate"
    (state / NAME).unlink()
    (state / "ledger.sqlite3").unlink()
    made.test("--import", str(tmp_path / "records"))
    made.stage({"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1")})
    assert "1 passed (2 tests)" in made.test().out


def test_a_test_that_came_since_the_record_runs(made: Project) -> None:
    made.test("--record")
    cases = "\n\nimport pytest\n\n\n@pytest.mark.parametrize('n', core.NUMBERS)\ndef test_many(n):\n    assert core.two() == 2\n"
    made.commit(
        {
            "src/pkg/core.py": CORE + "\n\nNUMBERS = [1]\n",
            "tests/test_core.py": TESTS + cases,
        }
    )
    made.test("--record")
    made.stage(
        {"src/pkg/core.py": CORE.replace("return 2", "return 1 + 1") + "\n\nNUMBERS = [1, 2]\n"}
    )
    assert "(4 tests)" in made.test().out

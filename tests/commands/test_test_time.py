"""``hunkgate test`` and time: the budget defers, the limit refuses, an interrupt leaves nothing behind."""

import os
import select
import signal
import subprocess
from pathlib import Path

import pytest

from projects import POLICY, environment, project

CHANGED = "[project]\nname = 'pkg'\nversion = '2'\n"
# Waits until it is ended, where the environment asks for it.
HANGS = """
import os
import threading
from pkg.other import two


def test_two():
    if os.environ.get("HANG"):
        threading.Event().wait()
    assert two() == 2
"""
# Says its process id and waits until it is ended.
WAITS = """
import os
import threading


def test_waits():
    with open(os.environ["FIFO"], "w") as fifo:
        fifo.write(str(os.getpid()))
    threading.Event().wait()
"""


def test_what_does_not_fit_into_the_budget_is_deferred_and_run_at_the_push(tmp_path: Path) -> None:
    made = project(tmp_path / "r", {"tests/test_other.py": HANGS})
    base = made.git("rev-parse", "HEAD")
    made.stage({"pyproject.toml": CHANGED})
    ran = made.test("--budget", "6s", variables={"HANG": "1"})
    assert (ran.status, ran.last) == (0, "hunkgate: 1 passed (1 test), 1 deferred to push")
    assert "1 of 2 done" in ran.err, "a line says how far it is"
    made.git("commit", "--quiet", "--message", "x")
    pushed = made.test("--range", f"{base}..HEAD")
    assert pushed.last == "hunkgate: 1 passed (1 test), 1 passed before on the same content"
    assert "tests/test_core.py" not in pushed.out


def test_a_push_knows_no_budget_and_meets_the_time_limit(tmp_path: Path) -> None:
    policy = f'{POLICY}budget = "1s"\ntimeout = "6s"\n'
    made = project(tmp_path / "r", {"tests/test_other.py": HANGS, "hunkgate.toml": policy})
    base = made.git("rev-parse", "HEAD")
    made.commit({"pyproject.toml": CHANGED})
    ran = made.test("--range", f"{base}..HEAD", variables={"HANG": "1"})
    assert ran.status == 1
    assert "[tests/timeout]" in ran.out
    assert "did not end within 6 seconds" in ran.out


def test_a_failure_before_the_budget_ends_is_a_refusal(tmp_path: Path) -> None:
    made = project(
        tmp_path / "r",
        {"tests/test_other.py": HANGS, "tests/test_core.py": "def test_one():\n    assert 0\n"},
    )
    made.stage({"pyproject.toml": CHANGED})
    assert made.test("--budget", "6s", variables={"HANG": "1"}).status == 1


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, id="asked to end"),
    ],
)
def test_an_interrupt_ends_the_tests_and_is_told_by_the_exit_code(
    tmp_path: Path, number: signal.Signals
) -> None:
    made = project(tmp_path / "r")
    made.stage({"tests/test_core.py": WAITS})
    made.write({"notes.txt": "untracked, so that a snapshot is used"})
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    before = made.state()
    running = subprocess.Popen(
        made.argv("test"),
        cwd=made.top,
        env=environment({"FIFO": str(fifo)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    test = os.pidfd_open(int(fifo.read_text()))
    try:
        running.send_signal(number)
        _, err = running.communicate(timeout=60)
        assert running.returncode == 130, err
        assert b"interrupted" in err
        assert select.select([test], [], [], 10)[0], "the test's process has ended"
    finally:
        os.close(test)
    assert made.state() == before
    assert made.test("--list").out == "tests/test_core.py\n"


def test_a_snapshot_left_half_way_by_a_killed_run_is_mended(tmp_path: Path) -> None:
    made = project(tmp_path / "r")
    made.write({"notes.txt": "untracked"})
    made.stage({"src/pkg/core.py": "def one():\n    return 2 - 1\n"})
    assert made.test().status == 0
    (kept,) = (made.top / ".git" / "hunkgate" / "snapshots").iterdir()
    (kept / "index.lock").touch()
    (kept / "index").write_bytes(b"DIRC cut off")
    (kept / "tree" / "src/pkg/core.py").unlink()
    made.stage({"src/pkg/core.py": "def one():\n    return 3 - 2\n"})
    ran = made.test()
    assert ran.status == 0, ran.out + ran.err

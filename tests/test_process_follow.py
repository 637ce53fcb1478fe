"""Following a program: its output comes through, its limits hold, and nothing of it is left behind."""

import io
import os
import sys
import time
from pathlib import Path

import pytest

from hunkgate.errors import ToolError
from hunkgate.process import Followed, Limits, follow
from processes import gone

# Prints its own process id first, so that a test can look whether it is gone.
LINGERS = """
import os, sys, time, signal
{before}
child = os.fork()
if child == 0:
    time.sleep(600)
print(child, flush=True)
{after}
"""


def followed(script: str, limits: Limits | None = None) -> tuple[Followed, bytes]:
    out = io.BytesIO()
    ended = follow(
        (sys.executable, "-c", script),
        cwd=Path.cwd(),
        env=dict(os.environ),
        out=out,
        tick=lambda: None,
        limits=limits or Limits(),
    )
    return ended, out.getvalue()


def test_output_and_errors_come_through_and_the_status_is_told() -> None:
    ended, output = followed("import sys; print('a', flush=True); sys.exit('b')")
    assert (ended.status, ended.limit, output) == (1, "", b"a\nb\n")


def test_standard_input_is_empty() -> None:
    assert followed("import sys; print(repr(sys.stdin.read()))")[1] == b"''\n"


def test_a_program_that_closes_its_output_is_waited_for() -> None:
    script = "import os, time; os.close(1); os.close(2); time.sleep(0.6); os._exit(7)"
    assert followed(script)[0].status == 7


def test_what_a_program_leaves_running_is_ended_with_it() -> None:
    ended, output = followed(LINGERS.format(before="", after=""))
    assert ended.status == 0
    assert gone(int(output))


def test_the_time_limit_ends_the_whole_group_even_where_signals_are_ignored() -> None:
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    script = LINGERS.format(before=ignore, after="time.sleep(600)")
    ended, output = followed(script, Limits(kill=time.monotonic() + 0.5))
    assert (ended.limit, ended.status) == ("kill", -9)
    assert gone(int(output))


def test_at_the_stop_a_program_may_say_how_far_it_came() -> None:
    script = """
import time
try:
    time.sleep(600)
except KeyboardInterrupt:
    print("so far")
"""
    ended, output = followed(script, Limits(stop=time.monotonic() + 0.5))
    assert (ended.limit, ended.status, output) == ("stop", 0, b"so far\n")


def test_an_interrupt_while_following_ends_the_program() -> None:
    out = io.BytesIO()

    def interrupt() -> None:
        if out.getvalue():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(
            (sys.executable, "-c", LINGERS.format(before="", after="time.sleep(600)")),
            cwd=Path.cwd(),
            env=dict(os.environ),
            out=out,
            tick=interrupt,
            limits=Limits(),
        )
    assert gone(int(out.getvalue()))


def test_a_program_that_does_not_exist_is_a_fault() -> None:
    with pytest.raises(ToolError, match="could not be started"):
        follow(
            ("/nowhere/at/all",),
            cwd=Path.cwd(),
            env={},
            out=io.BytesIO(),
            tick=lambda: None,
            limits=Limits(),
        )

"""Programs: the only importer of subprocess. argv in, bytes out; a time limit and a process group for each."""

import contextlib
import os
import select
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from hunkgate.errors import ToolError

# `git rev-parse --local-env-vars` of git 2.39 to 2.51: what git sets for its own hooks. Inherited by a test that runs `git init` in
# a linked worktree's hook they made it write to the user's repository.
GIT_LOCAL_VARIABLES = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REFLOG_ACTION",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)

_TICK_SECONDS = 0.25
# What a test runner needs to tidy up and say how far it came, once it is asked to stop.
_STOP_SECONDS = 10.0
# Of what a program that broke off had said before, enough for its last messages.
_SAID_BYTES = 4096
# After a program has ended, what it started may still hold its output open.
_DRAIN_SECONDS = 0.5
_CHUNK_BYTES = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When to stop a program, in seconds of ``time.monotonic``; None is never.

    At ``stop`` it is asked to, as Ctrl-C does, so that what it finished counts; at ``kill`` it is ended.
    """

    stop: float | None = None
    kill: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How a followed program ended: its status (negative: the number of the signal), the limit it met, its time in seconds."""

    status: int
    limit: Literal["", "stop", "kill"]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a program ended and what it printed."""

    argv: tuple[str, ...]
    status: int
    stdout: bytes
    stderr: bytes


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    timeout_seconds: float | None = None,
) -> Result:
    """Run a program to its end. Standard input is empty unless given; ``env`` replaces the whole environment.

    Raises ToolError where it cannot be started or runs out of time (its process group is then ended).
    """
    with _started(
        argv, cwd=cwd, env=env, stdin=stdin is not None, stderr=subprocess.PIPE
    ) as process:
        try:
            stdout, stderr = process.communicate(stdin, timeout=timeout_seconds)
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"{argv[0]} did not end within {timeout_seconds:g} seconds") from error
        return Result(argv=tuple(argv), status=process.returncode, stdout=stdout, stderr=stderr)


def attached(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    shown: bool = False,
) -> Result:
    """Run a program that talks to the person at the terminal: it keeps the terminal, its messages are shown, it has no time limit.

    ``shown`` lets its standard output through too (a pager). Raises ToolError where it cannot be started.
    """
    try:
        ended = subprocess.run(  # noqa: S603 - argv lists only, never a shell
            list(argv),
            env=None if env is None else dict(env),
            input=b"" if stdin is None else stdin,
            stdout=None if shown else subprocess.PIPE,
            check=False,
        )
    except (OSError, ValueError) as error:
        raise _unstartable(argv[0], error) from error
    return Result(argv=tuple(argv), status=ended.returncode, stdout=ended.stdout or b"", stderr=b"")


def follow(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    out: BinaryIO,
    tick: Callable[[], None],
    limits: Limits,
) -> Followed:
    """Run a program with empty standard input and copy its output and errors to ``out`` as they come.

    ``tick`` is called a few times a second. However this ends, by Ctrl-C too, the whole process group has been ended then.
    Raises ToolError where the program cannot be started.
    """
    begun = time.monotonic()
    limit: Literal["", "stop", "kill"] = ""
    kill = limits.kill
    with _started(argv, cwd=cwd, env=env, stdin=False, stderr=subprocess.STDOUT) as process:
        try:
            for chunk in _chunks(process):
                if chunk:
                    out.write(chunk)
                    out.flush()
                tick()
                now = time.monotonic()
                if kill is not None and now >= kill:
                    limit = limit or "kill"
                    break
                if not limit and limits.stop is not None and now >= limits.stop:
                    limit = "stop"
                    kill = min(kill or now + _STOP_SECONDS, now + _STOP_SECONDS)
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(process.pid, signal.SIGINT)
        finally:
            end(process)
        return Followed(status=process.returncode, limit=limit, seconds=time.monotonic() - begun)


def _chunks(process: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    """The output in pieces, an empty one where none came for a moment, until the program has ended."""
    stream = process.stdout
    if stream is None:
        return
    ended: float | None = None
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while ended is None or time.monotonic() < ended + _DRAIN_SECONDS:
            if selector.select(_TICK_SECONDS):
                chunk = os.read(stream.fileno(), _CHUNK_BYTES)
                if not chunk:
                    break
                yield chunk
            else:
                yield b""
            if ended is None and process.poll() is not None:
                ended = time.monotonic()
    # The output is closed and the program may go on.
    while process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_TICK_SECONDS)
        yield b""


class Dialogue:
    """A program that stays and answers what is written to it, until ``end``. Ctrl-C at the terminal does not reach it.

    Its standard error is read along, so that it never waits for that, and its last part is told when it breaks off. It must be given no
    more than a pipe takes (select.PIPE_BUF bytes) before its answers are read, or both sides wait.
    """

    def __init__(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> None:
        """Raises ToolError where it cannot be started."""
        self._name = argv[0]
        process = _opened(argv, cwd=cwd, env=env, stdin=True, stderr=subprocess.PIPE)
        self._process = process
        # Popen was asked for all three.
        self._stdin, self._stdout, self._stderr = (
            stream.fileno() if stream is not None else -1
            for stream in (process.stdin, process.stdout, process.stderr)
        )
        self._poll = select.poll()
        for stream in (self._stdout, self._stderr):
            self._poll.register(stream, select.POLLIN)
        self._read = b""
        self._at = 0
        self._said = b""
        self._speaks = True

    def write(self, data: bytes) -> None:
        """Write all of it. Raises ToolError where nobody reads any more."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._stdin, rest) :]
        except OSError as error:
            raise self._broken() from error

    def line(self) -> bytes:
        """The next line, without its end. Raises ToolError where the program ends before it."""
        while (end_ := self._read.find(b"\n", self._at)) < 0:
            self._read = self._read[self._at :] + self._more()
            self._at = 0
        line = self._read[self._at : end_]
        self._at = end_ + 1
        return line

    def take(self, count: int) -> bytes:
        """So many bytes. Raises ToolError where the program ends before them."""
        part = self._read[self._at : self._at + count]
        self._at += len(part)
        if len(part) == count:
            return part
        return b"".join((part, *self._rest(count - len(part))))

    def skip(self, count: int) -> None:
        """Pass over so many bytes without holding them. Raises ToolError where the program ends before them."""
        passed = min(count, len(self._read) - self._at)
        self._at += passed
        for _part in self._rest(count - passed):
            pass

    def end(self) -> None:
        """End it: it is not asked to finish its answer."""
        if self._process.poll() is None:
            end(self._process)
        _close(self._process)

    def _rest(self, count: int) -> Iterator[bytes]:
        while count:
            part = self._more()
            if len(part) > count:
                self._read, self._at = part, count
                part = part[:count]
            count -= len(part)
            yield part

    def _more(self) -> bytes:
        """What the program writes next, at least a byte."""
        while True:
            ready = {stream for stream, _event in self._poll.poll()}
            if self._stderr in ready:
                self._listen()
            if self._stdout in ready:
                part = os.read(self._stdout, _CHUNK_BYTES)
                if not part:
                    raise self._broken()
                return part

    def _listen(self) -> None:
        """Read along what is said to standard error."""
        part = os.read(self._stderr, _CHUNK_BYTES)
        if not part:
            self._poll.unregister(self._stderr)
            self._speaks = False
        self._said = (self._said + part)[-_SAID_BYTES:]

    def _broken(self) -> ToolError:
        """What to say once it answers no more: how it ended, and its last words."""
        self._poll.unregister(self._stdout)
        while self._speaks and self._poll.poll(_DRAIN_SECONDS * 1000):
            self._listen()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_DRAIN_SECONDS)
        status = self._process.poll()
        how = "closed its output" if status is None else f"ended with status {status}"
        said = self._said.decode("utf-8", "replace").strip()
        return ToolError(f"{self._name} {how}: {said}".removesuffix(": "))


def end(process: "subprocess.Popen[bytes]", *, grace_seconds: float = 3.0) -> None:
    """End a program's whole process group: ask with SIGTERM, then SIGKILL what is left."""
    for number, wait_seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        try:
            process.wait(wait_seconds)
        except subprocess.TimeoutExpired:
            continue
        if number is signal.SIGKILL or not _group_alive(process.pid):
            return


def foreign_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for programs that are not to touch the judged repository: without git's local variables."""
    scrubbed = {
        name: value
        for name, value in os.environ.items()
        if name not in GIT_LOCAL_VARIABLES
        and not name.startswith(("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"))
    }
    return scrubbed | dict(extra or {})


def _unstartable(program: str, error: Exception) -> ToolError:
    return ToolError(
        f"{program} could not be started: {error}",
        remedy=f"install {program} or put it on PATH",
    )


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


@contextlib.contextmanager
def _started(
    argv: Sequence[str],
    *,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stdin: bool,
    stderr: int,
) -> Iterator["subprocess.Popen[bytes]"]:
    process = _opened(argv, cwd=cwd, env=env, stdin=stdin, stderr=stderr)
    finished: Callable[[], int | None] = process.poll
    try:
        yield process
    finally:
        if finished() is None:
            end(process)
        _close(process)


def _opened(
    argv: Sequence[str],
    *,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stdin: bool,
    stderr: int,
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603 - argv lists only, never a shell
            list(argv),
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise _unstartable(argv[0], error) from error


def _close(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()

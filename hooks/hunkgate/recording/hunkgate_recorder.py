"""Notes what each test executes, while pytest runs in the user's own environment. PYTEST_DONT_REWRITE

This file is loaded by pytest (``-p hunkgate_recorder``) and by every Python process that a test starts (``sitecustomize``
beside it): it imports nothing but the standard library, of Python 3.9 or newer, and nothing of hunkgate.

In, from the environment: ``HUNKGATE_RECORD_INTO`` (a folder; without it nothing happens), ``HUNKGATE_RECORD_ROOT`` (the root of
the recorded tree), ``HUNKGATE_RECORD_OBJECTS`` (git's object format, sha1 or sha256) and, set by this module for the processes
that a test starts, ``HUNKGATE_RECORD_BUCKET``.

Out: one file ``PID-TOKEN.jsonl`` per process, one JSON object per line:

- ``{"process": {"engine", "python", "bucket"}}``, first; ``engine`` is monitoring, coverage or none
- ``{"rootdir": PATH}``: pytest's rootdir relative to the recorded root, the folder that its node ids start from
- ``{"file": [NUMBER, PATH, BLOB]}``: a file below the root, with git's blob id of the content that was loaded
- ``{"bucket": NAME, "lines": {NUMBER: [LINE, ...]}, "opened": [NUMBER, ...], "listed": [FOLDER, ...], "started": COUNT}``:
  what was executed, opened, listed and started under one name; a name may come more than once
- ``{"node": ID, "outcome", "seconds", "buckets": [NAME, ...]}``: a test that ended, and the buckets that it owes its result to
- ``{"end": BUCKET}``, last: a process without it was killed, and what it did is not known

A bucket is ``node:ID`` (setup, call and teardown of a test), ``fixture:KEY`` (the setup of a fixture that several tests
share), ``import:PATH`` (one module being imported, without those that it imports) or ``import`` (the rest of collection). What
runs during an import inside a test belongs to both.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from importlib.machinery import SourceFileLoader
from types import CodeType, FrameType
from typing import (
    Any,
    NoReturn,
    TextIO,
    Union,
)

INTO = "HUNKGATE_RECORD_INTO"
ROOT = "HUNKGATE_RECORD_ROOT"
OBJECTS = "HUNKGATE_RECORD_OBJECTS"
BUCKET = "HUNKGATE_RECORD_BUCKET"
IMPORT = "import"
_MODULE = "import:"

# Folders below a repository's root that hold what others wrote.
_FOREIGN = frozenset(
    {
        "site-packages",
        "dist-packages",
        ".git",
        ".tox",
        ".nox",
        ".venv",
        "venv",
        "node_modules",
        "__pycache__",
    }
)
# Programs that platform, ctypes and the terminal libraries ask, and that start no code of the project.
_PLAIN_PROGRAMS = frozenset(
    {
        "uname",
        "ldconfig",
        "/sbin/ldconfig",
        "ld",
        "gcc",
        "cc",
        "file",
        "lsb_release",
        "stty",
        "tput",
        "locale",
        "id",
        "hostname",
    }
)
# Who reads a module's source to import it: that is no data file of the test.
_IMPORTERS = ("<frozen importlib", "<frozen zipimport", "<frozen runpy")
_REWRITER = os.path.join("_pytest", "assertion", "rewrite.py")

Lines = dict[str, set[int]]
Buckets = tuple[str, ...]


class Files:
    """The files below the root by any name they are called; ``None`` for every other one."""

    def __init__(self, root: str, objects: str) -> None:
        self.root = os.path.realpath(root)
        self._prefix = self.root.rstrip(os.sep) + os.sep
        self._objects = objects
        self._relative: dict[str, str | None] = {}
        self._numbers: dict[str, int] = {}
        self.fresh: list[tuple[int, str, str]] = []
        self.reading: int | None = None

    def relative(self, name: str) -> str | None:
        """The path relative to the root with ``/``, None for what lies elsewhere or is another's."""
        try:
            return self._relative[name]
        except KeyError:
            pass
        path: str | None = None
        # A name in <> is no file, and a relative one means what it meant when it was first seen.
        if name and not name.startswith("<"):
            real = os.path.realpath(name)
            if real.startswith(self._prefix):
                parts = real[len(self._prefix) :].split(os.sep)
                if _FOREIGN.isdisjoint(parts):
                    path = "/".join(parts)
        if os.path.isabs(name):
            self._relative[name] = path
        return path

    def number(self, path: str) -> int:
        """The number that stands for a file in the output; the first call reads it for its blob id."""
        try:
            return self._numbers[path]
        except KeyError:
            number = self._numbers[path] = len(self._numbers)
        self.fresh.append((number, path, self._blob(path)))
        return number

    def forget(self) -> None:
        """Give out the numbers anew: they hold for one output file."""
        self._numbers.clear()
        self.fresh.clear()

    def _blob(self, path: str) -> str:
        # This reading is the recorder's own, in the middle of whatever the test does.
        self.reading = threading.get_ident()
        try:
            descriptor = os.open(self._prefix + path, os.O_RDONLY)
            with os.fdopen(descriptor, "rb") as stream:
                content = stream.read()
        except OSError:
            return ""
        finally:
            self.reading = None
        digest = hashlib.new("sha256" if self._objects == "sha256" else "sha1")
        digest.update(b"blob %d\0" % len(content))
        digest.update(content)
        return digest.hexdigest()


class Monitoring:
    """Executed lines by ``sys.monitoring`` (PEP 669, Python 3.12).

    A line is told at its first execution in a bucket and switched off at its second, so that a loop costs nothing. At each change of
    buckets only code with lines that were switched off is switched on again: ``restart_events`` would do so for the whole process,
    pytest and the standard library included. Most lines run once in a test, and those never touch the bytecode.

    Lines are kept by the file name that their code carries: a key for each code object costs more than the rest of the
    callback together (its hash reads the bytecode, and ``id`` raises an audit event).
    """

    name = "monitoring"

    def __init__(self, files: Files, api: Any) -> None:
        self._files = files
        self._api = api
        self._tool = -1
        self._lines: dict[str, set[int]] = {}
        # A relative name can stand for several files, where a test changes the working directory: for all of them then.
        self._paths: dict[str, set[str]] = {}
        self._switched_off: list[CodeType] = []

    def start(self) -> bool:
        """Whether a tool number was free; from then on lines are noted."""
        api = self._api
        # 3 and 4 have no fixed meaning; 0, 1, 2 and 5 are the debugger's, coverage's, a profiler's and an optimizer's.
        for tool in (3, 4):
            try:
                api.use_tool_id(tool, "hunkgate")
            except ValueError:
                continue
            self._tool = tool
            break
        else:
            return False
        files, paths = self._files, self._paths
        disable, line_event, set_local_events = api.DISABLE, api.events.LINE, api.set_local_events

        def code_starts(code: CodeType, _offset: int) -> object:
            path = files.relative(code.co_filename)
            if path is not None:
                paths.setdefault(code.co_filename, set()).add(path)
                files.number(path)
                set_local_events(tool, code, line_event)
            return disable

        def line_runs(code: CodeType, line: int) -> object:
            # No call before the answer: CPython changes threads at calls, and another thread may be changing buckets.
            try:
                numbers = self._lines[code.co_filename]
            except KeyError:
                self._lines[code.co_filename] = {line}
                return None
            if line in numbers:
                off = self._switched_off
                if not off or off[-1] is not code:
                    off += [code]
                return disable
            numbers.add(line)
            return None

        api.register_callback(tool, api.events.PY_START, code_starts)
        api.register_callback(tool, line_event, line_runs)
        api.set_events(tool, api.events.PY_START)
        return True

    def take(self) -> Lines:
        """What ran since the last call, and from now on is to be told again."""
        lines, codes = self._lines, self._switched_off
        self._lines, self._switched_off = {}, []  # no call between these either
        line_event, set_local_events = self._api.events.LINE, self._api.set_local_events
        for code in codes:
            set_local_events(self._tool, code, 0)
        for code in codes:
            set_local_events(self._tool, code, line_event)
        taken: Lines = {}
        for name, numbers in lines.items():
            for path in self._paths[name]:
                taken[path] = taken[path] | numbers if path in taken else numbers
        return taken

    def switch(self, buckets: Buckets) -> None:
        """Nothing to do: ``take`` tells what ran under the buckets before."""

    def rest(self) -> Iterable[tuple[Buckets, Lines]]:
        """Nothing: ``take`` has told everything."""
        return ()

    def forked(self) -> bool:
        """In a forked child: what the parent noted is the parent's. True, the child goes on noting."""
        self.take()
        return True


class Coverage:
    """Executed lines by coverage.py's dynamic contexts, where Python has no ``sys.monitoring``."""

    name = "coverage"

    def __init__(self, files: Files) -> None:
        self._files = files
        self._coverage: Any = None

    def start(self) -> bool:
        """Whether coverage.py is installed and nobody else traces."""
        if sys.gettrace() is not None:
            return False
        try:
            import coverage
        except Exception:  # a broken installation of another's package is the same as none
            return False
        self._coverage = coverage.Coverage(
            data_file=None,
            config_file=False,
            include=[self._files.root + "/*"],
            omit=["*/%s/*" % folder for folder in sorted(_FOREIGN)],
            messages=False,
        )
        self._coverage.start()
        return True

    def take(self) -> Lines:
        """Nothing: contexts keep the buckets apart, ``rest`` tells all at the end."""
        return {}

    def switch(self, buckets: Buckets) -> None:
        """What runs from now on belongs to these buckets."""
        if self._coverage is not None:
            self._coverage.switch_context("\n".join(buckets))

    def rest(self) -> Iterable[tuple[Buckets, Lines]]:
        """Everything that was noted."""
        self._coverage.stop()
        data = self._coverage.get_data()
        by_buckets: dict[str, Lines] = {}
        for name in data.measured_files():
            path = self._files.relative(name)
            if path is None:
                continue
            for line, names in data.contexts_by_lineno(name).items():
                for buckets in names:
                    by_buckets.setdefault(buckets or IMPORT, {}).setdefault(path, set()).add(line)
        self._coverage = None
        return [(tuple(name.split("\n")), lines) for name, lines in by_buckets.items()]

    def forked(self) -> bool:
        """In a forked child: False, coverage.py's memory cannot be shared, what the child does stays unknown."""
        return False


class Nothing:
    """No way to see lines in this Python: opened files, processes and times are noted all the same."""

    name = "none"

    def take(self) -> Lines:
        """Nothing."""
        return {}

    def switch(self, buckets: Buckets) -> None:
        """Nothing to do."""

    def rest(self) -> Iterable[tuple[Buckets, Lines]]:
        """Nothing."""
        return ()

    def forked(self) -> bool:
        """True: there is nothing to lose."""
        return True


Engine = Union[Monitoring, Coverage, Nothing]


def _engine(files: Files) -> Engine:
    api = getattr(sys, "monitoring", None)
    if api is not None:
        # Without the lock another thread may note a line while ``take`` hands the lines over, and the line is lost.
        if not getattr(sys, "_is_gil_enabled", lambda: True)():
            return Nothing()
        monitoring = Monitoring(files, api)
        return monitoring if monitoring.start() else Nothing()
    coverage = Coverage(files)
    return coverage if coverage.start() else Nothing()


class Recorder:
    """What this process does, by bucket, written to its own file."""

    def __init__(self, into: str, root: str, objects: str, bucket: str) -> None:
        self._into = into
        self._files = Files(root, objects)
        self._stack: list[str] = [bucket]
        self._opened: set[str] = set()
        self._listed: set[str] = set()
        self._started = 0
        self._busy: int | None = None
        self._lock = threading.RLock()
        self._open()
        self._lines = _engine(self._files)
        self._lines.switch(self.buckets)
        self._say(
            {
                "process": {
                    "engine": self._lines.name,
                    "python": "%d.%d.%d" % sys.version_info[:3],
                    "bucket": bucket,
                }
            }
        )

    def _open(self) -> None:
        name = "%d-%s.jsonl" % (os.getpid(), os.urandom(6).hex())
        descriptor = os.open(
            os.path.join(self._into, name),
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND,
            0o600,
        )
        # Whole lines only reach the file at a flush, so that a killed process leaves no half one but the last.
        self._out: TextIO | None = os.fdopen(
            descriptor, "w", encoding="utf-8", errors="surrogateescape"
        )

    @property
    def engine(self) -> str:
        """What lines are seen with: monitoring, coverage or none."""
        return self._lines.name

    @property
    def buckets(self) -> Buckets:
        """The names under which what runs now is noted: an import inside a test is the test's too."""
        top = self._stack[-1]
        owner = next(one for one in reversed(self._stack) if not one.startswith(_MODULE))
        return (top,) if owner in (top, IMPORT) else (top, owner)

    def rootdir(self, folder: str) -> None:
        """Note the folder that pytest's node ids are relative to."""
        self._say(
            {
                "rootdir": os.path.relpath(os.path.realpath(folder), self._files.root).replace(
                    os.sep, "/"
                )
            }
        )

    def push(self, bucket: str) -> None:
        """What runs from now on belongs to this bucket."""
        with self._lock:
            self._drain()
            self._stack.append(bucket)
            self._switched()

    def pop(self) -> None:
        """What runs from now on belongs to the bucket before."""
        with self._lock:
            self._drain()
            if len(self._stack) > 1:
                self._stack.pop()
            self._switched()

    def _switched(self) -> None:
        self._lines.switch(self.buckets)
        bucket = self._stack[-1]
        if not bucket.startswith(_MODULE):
            try:
                os.environ[BUCKET] = bucket
            except Exception:
                pass  # a test has put something else in its place: its children are not seen

    def node(self, node: str, outcome: str, seconds: float, fixtures: Iterable[str]) -> None:
        """Note that a test ended."""
        with self._lock:
            self._drain()
            self._say(
                {
                    "node": node,
                    "outcome": outcome,
                    "seconds": round(seconds, 6),
                    "buckets": ["node:" + node, *fixtures],
                }
            )

    def importing(self, name: str | None) -> bool:
        """Begin the bucket of a module that is about to run, if it is one of the tree's."""
        path = self._files.relative(name) if name and self._out is not None else None
        if path is None:
            return False
        self.push(_MODULE + path)
        return True

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what CPython's audit events tell (sys.addaudithook): files, folders, processes."""
        if self._out is None or threading.get_ident() in (self._busy, self._files.reading):
            return
        if event in ("open", "sqlite3.connect"):
            path = self._path(arguments[0])
            if path is not None and not (path.endswith((".py", ".pyc")) and _imported()):
                self._opened.add(path)
        elif event in ("os.listdir", "os.scandir"):
            folder = arguments[0] if arguments and arguments[0] is not None else os.getcwd()
            if isinstance(folder, int):
                return
            name = os.path.realpath(os.fsdecode(folder))
            if name == self._files.root:
                self._listed.add("")
            else:
                path = self._path(name)
                if path is not None and not _imported():
                    self._listed.add(path)
        elif event == "subprocess.Popen":
            program = arguments[0] if isinstance(arguments[0], str) else ""
            argv = arguments[1]
            if (
                not program
                and isinstance(argv, (list, tuple))
                and argv
                and isinstance(argv[0], str)
            ):
                program = argv[0]
            if os.path.basename(program) not in _PLAIN_PROGRAMS:
                self._started += 1
        elif event == "os.exec":
            self._started += 1
            self.finish()  # this program's memory is about to be replaced
        elif event == "os.posix_spawn":
            # Since Python 3.14 subprocess itself starts most programs this way: its own event has counted those.
            if sys._getframe(2).f_globals.get("__name__") != "subprocess":
                self._started += 1
        elif event in ("os.system", "os.spawn", "os.fork", "os.forkpty"):
            self._started += 1

    def missed(self) -> None:
        """Something ran or was read that could not be noted: the test counts as one that started what nobody watched."""
        self._started += 1

    def _path(self, name: object) -> str | None:
        if isinstance(name, (str, bytes, os.PathLike)):
            return self._files.relative(os.path.abspath(os.fsdecode(name)))
        return None

    def _drain(self) -> None:
        if self._out is None:
            return
        lines = self._lines.take()
        if lines or self._opened or self._listed or self._started:
            opened, self._opened = self._opened, set()
            listed, self._listed = self._listed, set()
            started, self._started = self._started, 0
            self._note(self.buckets, lines, opened, listed, started)

    def _note(
        self, buckets: Buckets, lines: Lines, opened: set[str], listed: set[str], started: int
    ) -> None:
        self._busy = threading.get_ident()
        number = self._files.number
        entry: dict[str, object] = {
            "buckets": buckets,
            "lines": {number(path): list(numbers) for path, numbers in lines.items()},
        }
        if opened:
            entry["opened"] = [number(path) for path in opened]
        if listed:
            entry["listed"] = list(listed)
        if started:
            entry["started"] = started
        self._busy = None
        self._say(entry)

    def _say(self, entry: Mapping[str, object]) -> None:
        if self._out is None:
            return
        self._busy = threading.get_ident()
        fresh, self._files.fresh = self._files.fresh, []
        for file in fresh:
            self._out.write(json.dumps({"file": file}) + "\n")
        self._out.write(json.dumps(entry) + "\n")
        self._busy = None

    def finish(self) -> None:
        """Write everything and end the record of this process."""
        with self._lock:
            if self._out is None:
                return
            self._drain()
            for buckets, lines in self._lines.rest():
                self._note(buckets, lines, set(), set(), 0)
            self._say({"end": self._stack[0]})
            out, self._out = self._out, None
            out.close()

    def forking(self) -> None:
        """Before a fork: leave nothing in memory that both sides would write."""
        self._lock.acquire()
        if self._out is not None:
            self._out.flush()

    def fork_done(self) -> None:
        """After a fork, in the parent."""
        self._lock.release()

    def forked(self) -> None:
        """After a fork, in the child: go on as a process of its own."""
        self._lock = threading.RLock()
        self._busy = None
        if self._out is None:
            return
        self._out.close()
        self._out = None
        if not self._lines.forked():
            return
        self._opened, self._listed, self._started = set(), set(), 0
        self._files.forget()
        self._stack = [self._stack[-1]]
        self._open()
        self._say(
            {
                "process": {
                    "engine": self._lines.name,
                    "python": "%d.%d.%d" % sys.version_info[:3],
                    "bucket": self._stack[0],
                }
            }
        )
        leave = os._exit  # how multiprocessing's children end: nothing that atexit knows runs

        def finish_and_leave(status: int) -> NoReturn:
            self.finish()
            leave(status)

        os._exit = finish_and_leave


def _imported() -> bool:
    """Whether the audited call comes from Python's import system or pytest's, which read every module."""
    frame: FrameType | None = sys._getframe(2)
    for _ in range(4):
        if frame is None:
            return False
        name = frame.f_code.co_filename
        if name.startswith(_IMPORTERS) or name.endswith(_REWRITER):
            return True
        frame = frame.f_back
    return False


# Shown as a frame of importlib: tracebacks leave those out, and warnings' stacklevel does not count them.
_EXEC_MODULE = """
def exec_module(loader, module):
    if recorder.importing(getattr(module, "__file__", None)):
        try:
            return original(loader, module)
        finally:
            recorder.pop()
    return original(loader, module)
"""

_recorder: Recorder | None = None


def start() -> Recorder | None:
    """The recorder of this process; None where none is asked for or none can be had."""
    global _recorder
    into = os.environ.get(INTO)
    if _recorder is None and into and os.path.isdir(into):
        recorder = Recorder(
            into,
            os.environ.get(ROOT, os.getcwd()),
            os.environ.get(OBJECTS, "sha1"),
            os.environ.get(BUCKET, IMPORT),
        )
        sys.addaudithook(_quietly(recorder))
        _watch(recorder, SourceFileLoader)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=recorder.forking,
                after_in_parent=recorder.fork_done,
                after_in_child=recorder.forked,
            )
        atexit.register(recorder.finish)
        _recorder = recorder
    return _recorder


def _watch(recorder: Recorder, loader: Any) -> None:
    """Keep what runs while this class of loaders executes a module apart from what runs around it."""
    names: dict[str, Any] = {"recorder": recorder, "original": loader.exec_module}
    exec(compile(_EXEC_MODULE, "<frozen importlib._bootstrap_external>", "exec"), names)
    loader.exec_module = names["exec_module"]


_WATCHED = frozenset(
    [
        "open",
        "sqlite3.connect",
        "os.listdir",
        "os.scandir",
        "subprocess.Popen",
        "os.exec",
        "os.system",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
    ]
)


def _quietly(recorder: Recorder) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _WATCHED:
            try:
                recorder.audit(event, arguments)
            except Exception:
                recorder.missed()  # raised here it would fail the call that is only watched

    return hook


def pytest_configure(config: Any) -> None:
    """pytest's hook: note each test from now on, where a recorder is wanted."""
    started = start()
    if started is None:
        return
    recorder = started
    import pytest

    recorder.rootdir(str(config.rootpath if hasattr(config, "rootpath") else config.rootdir))
    shared: dict[int, tuple[Any, str]] = {}

    def fixtures_of(item: Any) -> set[str]:
        """The shared fixtures that a test may have used, by the names that their setups are noted under."""
        definitions = [
            one
            for many in getattr(
                getattr(item, "_fixtureinfo", None), "name2fixturedefs", {}
            ).values()
            for one in many
        ]
        definitions.extend(getattr(getattr(item, "_request", None), "_fixture_defs", {}).values())
        return {shared[id(one)][1] for one in definitions if id(one) in shared}

    class Nodes:
        """pytest's hooks around each test and each shared fixture."""

        def __init__(self) -> None:
            self.outcome = "passed"
            self.seconds = 0.0
            self.fixtures: set[str] = set()

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item: Any) -> Generator[None, None, None]:
            self.outcome, self.seconds, self.fixtures = "passed", 0.0, set()
            recorder.push("node:" + item.nodeid)
            try:
                yield
            finally:
                recorder.node(item.nodeid, self.outcome, self.seconds, self.fixtures)
                recorder.pop()

        @pytest.hookimpl(hookwrapper=True)
        def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, None, None]:
            if fixturedef.scope == "function":
                yield
                return
            key = "fixture:%s::%s" % (fixturedef.baseid, fixturedef.argname)
            shared[id(fixturedef)] = (fixturedef, key)
            recorder.push(key)
            try:
                yield
            finally:
                recorder.pop()

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_teardown(self, item: Any) -> None:
            # Afterwards pytest has forgotten which fixtures the test asked for while it ran.
            self.fixtures = fixtures_of(item)

        def pytest_runtest_logreport(self, report: Any) -> None:
            self.seconds += report.duration
            if report.failed:
                self.outcome = "failed"
            elif report.skipped and self.outcome == "passed":
                self.outcome = "skipped"

        @pytest.hookimpl(trylast=True)
        def pytest_unconfigure(self) -> None:
            recorder.finish()

    config.pluginmanager.register(Nodes(), "hunkgate-recorder-nodes")


def pytest_load_initial_conftests(early_config: Any) -> None:
    """pytest's hook, before it loads the first conftest."""
    recorder = start()
    if recorder is None:
        return
    if recorder.engine == Coverage.name:
        # coverage.py cannot measure twice at once; a recording below Python 3.12 is not a coverage run.
        early_config.known_args_namespace.no_cov = True
    from _pytest.assertion.rewrite import AssertionRewritingHook

    _watch(recorder, AssertionRewritingHook)


start()

"""Runs inside the project's pytest (`-p hunkgate_report`): says what was run, and keeps the project's options from narrowing it.

The one module of its folder and free of imports beyond the standard library, so that the folder can stand on the project's
PYTHONPATH and bring nothing else along. Any Python from 3.8 on, any pytest from 6 on, with and without pytest-xdist.

HUNKGATE_REPORT names a file; each line of it is one JSON value with a key ``is``: ``collected`` {files: {path: items}}, ``current``
{files: {path: items}}, ``deselected`` {items}, ``test`` {path, node, outcome, seconds}, ``broken`` {path}, ``outside`` {files}, ``end`` {status}. Paths are relative to
HUNKGATE_TOP, the folder that is judged. HUNKGATE_REAL is the work tree where that is another folder, a snapshot of what is
committed: what would be imported from the work tree is then imported from the snapshot, or said to be outside.
HUNKGATE_CURRENT names a file with a JSON list of node ids that need not run: nothing that they execute differs since they passed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

_REPORT = os.environ.get("HUNKGATE_REPORT", "")
_TOP = os.path.realpath(os.environ.get("HUNKGATE_TOP", "."))
_REAL = os.path.realpath(os.environ["HUNKGATE_REAL"]) if os.environ.get("HUNKGATE_REAL") else ""
# What a project's addopts (or PYTEST_ADDOPTS) may hold that narrows what was selected, runs nothing at all, or judges something
# else: by the name under which pytest and its plugins keep the value. What the policy's args say of them stays.
_NARROWING = (
    "markexpr",
    "keyword",
    "deselect",
    "ignore",
    "ignore_glob",
    "lf",
    "stepwise",
    "stepwise_skip",
    "collectonly",
    "setuponly",
    "setupplan",
    "version",
    "markers",
    "showfixtures",
    "show_fixtures_per_test",
    "cacheshow",
    "cov_source",
    "cov_fail_under",
    "testmon",
    "testmon_forceselect",
    "picked",
    "numprocesses",
    "tx",
    "distload",
)


class _Run:
    """What one pytest process has met so far. ``own`` holds the options of our own command line."""

    def __init__(self) -> None:
        self.own: argparse.Namespace | None = None
        self.positional = False
        self.root = ""
        self.tests: dict[str, tuple[str, float]] = {}
        self.collected = False
        self.leaving_out = False


_run = _Run()


def _say(kind: str, **facts: object) -> None:
    if not _REPORT:
        return
    line = json.dumps({"is": kind, **facts}) + "\n"
    # One write in append mode: xdist's workers say theirs into the same file.
    descriptor = os.open(_REPORT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.encode("ascii"))
    finally:
        os.close(descriptor)


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _foreign(path: str) -> bool:
    """Whether this is a path of the work tree that is not judged; the project's environment is no part of either."""
    if not _REAL:
        return False
    path = os.path.realpath(path)
    installed = any(part in ("site-packages", "dist-packages") for part in Path(path).parts)
    return (
        not installed
        and _below(path, _REAL)
        and not _below(path, _TOP)
        and not _below(path, os.path.realpath(sys.prefix))
    )


def _redirect() -> None:
    """Replace the work tree on the import path (an editable install puts it there) by the folder that is judged."""
    for index, folder in enumerate(sys.path):
        if folder and _foreign(folder):
            sys.path[index] = str(Path(_TOP, os.path.relpath(os.path.realpath(folder), _REAL)))


_redirect()


def _relative(path: str) -> str:
    full = os.path.realpath(Path(_run.root, path))
    return os.path.relpath(full, _TOP).replace(os.sep, "/")


def _judged(node: str) -> str:
    """A node id whose path is relative to the folder that is judged, not to pytest's root."""
    path, sign, rest = node.partition("::")
    return _relative(path) + sign + rest


def _worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _widen(options: argparse.Namespace) -> None:
    for name in _NARROWING:
        if hasattr(options, name):
            setattr(options, name, getattr(_run.own, name, None))


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, args: list[str], parser: pytest.Parser
) -> Generator[None, None, None]:
    """Tell our own command line, which begins with this module's name, from the addopts before it."""
    # An xdist worker has its options from the controller; given `-n` again it would start workers of its own, without end.
    if "hunkgate_report" in args and not os.environ.get("PYTEST_XDIST_WORKER"):
        start = len(args) - args[::-1].index("hunkgate_report")
        _run.own = parser.parse_known_args(args[start:])
        _run.positional = bool(parser.parse_known_args(args[: max(start - 2, 0)]).file_or_dir)
        # pytest-cov starts in this very hook, from these values.
        _widen(early_config.known_args_namespace)
    yield


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, None, None]:
    """Take back what addopts narrow, before any part of pytest acts on it."""
    if _run.own is not None:
        _widen(config.option)
        if _run.positional:
            config.args[:] = list(_run.own.file_or_dir) or [str(config.invocation_params.dir)]
    yield


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note what node ids are relative to."""
    _run.root = str(session.config.rootpath)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that are said to be current; one that is not known by its id runs."""
    name = os.environ.get("HUNKGATE_CURRENT")
    if not name:
        return
    current = frozenset(json.loads(Path(name).read_bytes()))
    left = [item for item in items if _judged(item.nodeid) in current]
    if not left:
        return
    gone = set(map(id, left))
    items[:] = [item for item in items if id(item) not in gone]
    # Every worker of pytest-xdist leaves out the same.
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        _say("current", files=_counted(item.nodeid for item in left))
    _run.leaving_out = True
    config.hook.pytest_deselected(items=left)
    _run.leaving_out = False


def pytest_collection_finish(session: pytest.Session) -> None:
    """Say how many tests each file holds."""
    if not _worker(session.config) and session.items:
        _collected(item.nodeid for item in session.items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(ids: Sequence[str]) -> None:
    """Say it for what the workers collected: each of them collects the same."""
    if not _run.collected:
        _collected(ids)


def _collected(nodes: Iterable[str]) -> None:
    _run.collected = True
    _say("collected", files=_counted(nodes))


def _counted(nodes: Iterable[str]) -> dict[str, int]:
    files: dict[str, int] = {}
    for node in nodes:
        path = _relative(node.split("::")[0])
        files[path] = files.get(path, 0) + 1
    return files


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Say that the project's own code left tests out."""
    if items and not _run.leaving_out and not _worker(items[0].config):
        _say("deselected", items=len(items))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Say which file cannot be collected."""
    if report.failed and not os.environ.get("PYTEST_XDIST_WORKER"):
        _say("broken", path=_relative(report.nodeid.split("::")[0]))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Say how a test ended, once its last phase is reported."""
    # In an xdist worker the same reports are sent to the controller, which says them.
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    outcome, seconds = _run.tests.pop(report.nodeid, ("skipped", 0.0))
    seconds += getattr(report, "duration", 0.0)
    if report.failed or outcome == "failed":
        outcome = "failed"
    elif report.when == "call" and report.passed:
        outcome = "passed"
    # Neither is the report of a worker that crashed: no teardown follows.
    if report.when in ("setup", "call"):
        _run.tests[report.nodeid] = (outcome, seconds)
        return
    path = _relative(report.nodeid.split("::")[0])
    _say("test", path=path, node=report.nodeid, outcome=outcome, seconds=round(seconds, 6))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Say what came from outside, and that pytest came to its end."""
    files = [vars(module).get("__file__") for module in list(sys.modules.values())]
    outside = sorted(
        os.path.relpath(os.path.realpath(file), _REAL).replace(os.sep, "/")
        for file in files
        if isinstance(file, str) and _foreign(file)
    )
    if outside:
        _say("outside", files=outside)
    if not _worker(session.config):
        _say("end", status=int(exitstatus))

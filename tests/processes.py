"""Processes as a test sees them from outside: which there are, and whether they end (Linux)."""

import os
import select
from pathlib import Path


def children(pid: int | None = None) -> set[int]:
    """The processes that one (by default this) started and that are still there, dead ones that nobody asked about included."""
    listed = Path(f"/proc/{pid or os.getpid()}/task").glob("*/children")
    return {int(child) for file in listed for child in file.read_text().split()}


def gone(pid: int) -> bool:
    """Whether a process ends: a signal that has been sent takes effect when its receiver is scheduled next."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with open(descriptor, closefd=True):
        return bool(select.select([descriptor], [], [], 10)[0])

"""A newer Python of this machine beside the one that runs the tests: what runs in the user's own environment is tried under both."""

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_MINORS = range(12, 16)
_ASK = "import json, sys; print(json.dumps([sys.implementation.name, *sys.version_info[:2], getattr(sys, '_is_gil_enabled', lambda: True)()]))"


@functools.lru_cache(maxsize=1)
def with_monitoring() -> Mapping[str, str]:
    """The newest CPython that has ``sys.monitoring`` (3.12 and newer), by what to call it: ``{"Python 3.13": path}``; nothing without one.

    Looked for on PATH and where pyenv, the runners of GitHub and uv keep theirs. Free-threaded builds are none of them. One will do: what
    is tried under each takes a minute.
    """
    for minor in reversed(_MINORS):
        path = next((one for one in _candidates(minor) if _answers(one, minor)), None)
        if path is not None:
            return {f"Python 3.{minor}": path}
    return {}


def _answers(path: str, minor: int) -> bool:
    """Whether this is a CPython of that version that can be run; a shim of pyenv for a version that is not active is none."""
    try:
        answer = subprocess.run(
            [path, "-I", "-c", _ASK], capture_output=True, timeout=60, check=True
        ).stdout
        return bool(json.loads(answer) == ["cpython", 3, minor, True])
    except (OSError, subprocess.SubprocessError, ValueError):
        return False


def _candidates(minor: int) -> Iterator[str]:
    if sys.version_info[:2] == (3, minor):
        yield sys.executable
    on_path = shutil.which(f"python3.{minor}")
    if on_path:
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    tools = Path(os.environ.get("RUNNER_TOOL_CACHE") or "/opt/hostedtoolcache") / "Python"
    yield from map(str, sorted(pyenv.glob(f"3.{minor}.*/bin/python"), reverse=True))
    yield from map(str, sorted(tools.glob(f"3.{minor}.*/*/bin/python"), reverse=True))
    uv = shutil.which("uv")
    if uv:
        asked = subprocess.run(
            [uv, "python", "find", "--no-python-downloads", "--no-project", f"3.{minor}"],
            capture_output=True,
            text=True,
        )
        if asked.returncode == 0:
            yield asked.stdout.strip()

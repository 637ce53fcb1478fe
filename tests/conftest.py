"""What every test shares: real git in temporary folders without any configuration of this machine, and hypothesis without deadlines."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from gitfolder import Folder

# No test depends on time, and the slow search for explanations is for people at a desk.
settings.register_profile(
    "hunkgate",
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    # The same examples in every CI run, so that a red one speaks of the change; new ones are looked for at every desk.
    derandomize="CI" in os.environ,
)
settings.load_profile("hunkgate")

# A shell starts what runs in its background with Ctrl-C ignored, and every program started from there would inherit it: those that the
# tests interrupt would never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def pinned_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No GIT_ variable, no agent's variable and no configuration of this machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "PRE_COMMIT", "PREK_")) or name in {
            "AI_AGENT",
            "AGENT",
            "CLAUDECODE",
            "VIRTUAL_ENV",
            "PYTHONPATH",
        }:
            monkeypatch.delenv(name)
    for name, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A U Thor",
        "GIT_AUTHOR_EMAIL": "author@example.invalid",
        "GIT_COMMITTER_NAME": "A U Thor",
        "GIT_COMMITTER_EMAIL": "author@example.invalid",
        "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
        "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
        "NO_COLOR": "1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty repository, with the test's current directory in it."""
    made = Folder(tmp_path / "repository")
    made.path.mkdir()
    made.git("init", "-q", "-b", "main")
    monkeypatch.chdir(made.path)
    return made

"""Native git hooks: what they say, where they go, and how those that were there are kept."""

import importlib.resources
import os
import shlex
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from hunkgate import __version__
from hunkgate.errors import HunkgateError
from hunkgate.git import Repository

MARK = "# hunkgate hook"
KEPT = ".kept"

# What git gives each hook is in githooks(5). Hooks of the first list see what pre-commit and prek cannot: every ref of a push, ref updates
# that run no commit hook, and the message that carries approvals.
BESIDE = ("prepare-commit-msg", "commit-msg", "pre-push", "reference-transaction")
NATIVE = ("pre-commit", "pre-merge-commit", *BESIDE)
SERVER = ("pre-receive",)

_COMMANDS = {
    "pre-commit": "check --staged",
    "pre-merge-commit": "check --staged",
    "prepare-commit-msg": 'hook prepare-commit-msg "$@"',
    "commit-msg": 'hook commit-msg "$@"',
    "pre-push": 'check --push "$@"',
    "reference-transaction": "check --transaction",
    "pre-receive": "check --receive",
}
_READ_STDIN = frozenset({"pre-push", "reference-transaction", "pre-receive"})

# Most ref updates concern nothing that is judged: the shell sees that in a few milliseconds, before Python starts.
_TRANSACTION_FILTER = """\
[ "$1" = prepared ] || exit 0
case $lines in
*' refs/heads/'* | *' refs/replace/'*) ;;
*' HEAD'*)
    # Each step of a rebase moves HEAD; the branch that it ends in is judged as a whole.
    if [ -d "$GIT_DIR/rebase-merge" ] || [ -d "$GIT_DIR/rebase-apply" ]; then exit 0; fi
    ;;
*) exit 0 ;;
esac
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One hook that was written, and the name under which one that was there before is kept ('' where there was none)."""

    name: str
    kept: str


def hooks_folder(repository: Repository) -> Path:
    """The folder that git runs this repository's hooks from.

    Raises HunkgateError where core.hooksPath leads elsewhere: hooks written to the usual folder would never run.
    """
    configured = (
        repository.run("config", "--get", "core.hooksPath", statuses=(0, 1))
        .decode("utf-8", "surrogateescape")
        .strip()
    )
    if configured:
        raise HunkgateError(
            f"core.hooksPath is set to {configured}, so git runs no hooks from {repository.common_dir / 'hooks'}",
            remedy="find out who needs it (git config --show-origin core.hooksPath), take it away, then install again",
        )
    return repository.common_dir / "hooks"


def script(name: str, python: str, *, tests: bool = False) -> str:
    """The hook as a POSIX shell script. It refuses where the hunkgate that wrote it is gone.

    ``tests``: pre-commit and pre-push also run the tests that the change can break.
    """
    # -P and -E: neither the current folder nor PYTHONPATH may bring modules of the judged repository before the judge's own.
    command = f'"$python" -P -E -m hunkgate {_COMMANDS[name]}'
    reads = name in _READ_STDIN
    lines = [
        "#!/bin/sh",
        f"{MARK} {name} {__version__}: written by hunkgate install, which also renews it",
        f"python={shlex.quote(python)}",
        f"kept=${{0%/*}}/{name}{KEPT}",
        *(
            ['[ "$1" = prepared ] || [ -x "$kept" ] || exit 0']
            if name == "reference-transaction"
            else []
        ),
        *(["lines=$(cat)"] if reads else []),
        'if [ -x "$kept" ]; then',
        (
            '    printf \'%s\\n\' "$lines" | "$kept" "$@" || exit $?'
            if reads
            else '    "$kept" "$@" || exit $?'
        ),
        "fi",
        *([_TRANSACTION_FILTER.rstrip()] if name == "reference-transaction" else []),
        'if ! [ -x "$python" ]; then',
        '    echo "hunkgate: FAULT, the Python that this hook was installed with is gone: $python" >&2',
        '    echo "next:   install hunkgate again, then run hunkgate install" >&2',
        "    exit 2",
        "fi",
    ]
    feed = "printf '%s\\n' \"$lines\" | " if reads else ""
    if tests and name == "pre-commit":
        lines += [f"{command} || exit $?", 'exec "$python" -P -E -m hunkgate test --staged']
    elif tests and name == "pre-push":
        lines += [
            f"{feed}{command} || exit $?",
            f'{feed}"$python" -P -E -m hunkgate test --push "$@"',
        ]
    else:
        lines.append(f"{feed}{command}" if reads else f"exec {command}")
    return "\n".join((*lines, ""))


def install(
    repository: Repository,
    names: tuple[str, ...],
    *,
    python: str = sys.executable,
    tests: bool = False,
) -> tuple[Written, ...]:
    """Write the hooks. A hook that is there and is not ours is kept beside as NAME.kept, and runs first.

    Raises HunkgateError where two would have to be kept under one name.
    """
    folder = hooks_folder(repository)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if _foreign(folder / name) and os.path.lexists(folder / f"{name}{KEPT}"):
            raise HunkgateError(
                f"both {name} and {name}{KEPT} are there and neither is hunkgate's",
                remedy="join the two into one, then install again",
            )
    written = []
    for name in names:
        path = folder / name
        kept = ""
        if _foreign(path):
            kept = f"{name}{KEPT}"
            path.rename(folder / kept)
        fresh = folder / f"{name}.hunkgate-new"
        fresh.write_text(
            script(name, python, tests=tests), encoding="utf-8", errors="surrogateescape"
        )
        fresh.chmod(0o755)
        # Replaced in one step: git never meets half a hook.
        fresh.replace(path)
        written.append(Written(name=name, kept=kept))
    return tuple(written)


def workflow(forge: str) -> tuple[str, str]:
    """Path and text of the check that runs on a forge's server: "github" or "gitlab"."""
    path, name = {
        "github": (".github/workflows/hunkgate.yml", "github-workflow.yml"),
        "gitlab": (".gitlab/hunkgate.gitlab-ci.yml", "gitlab-job.yml"),
    }[forge]
    text = importlib.resources.files("hunkgate").joinpath("templates", name).read_text("utf-8")
    return path, text.replace("@VERSION@", __version__)


def forges(repository: Repository) -> tuple[str, ...]:
    """The forges that a repository seems to live on, by its files and its origin; both where nothing tells."""
    top = repository.top or repository.git_dir
    url = repository.run("config", "--get", "remote.origin.url", statuses=(0, 1)).decode(
        "utf-8", "replace"
    )
    found = [
        name
        for name, marks in (("github", (".github",)), ("gitlab", (".gitlab-ci.yml", ".gitlab")))
        if name in url or any((top / mark).exists() for mark in marks)
    ]
    return tuple(found) or ("github", "gitlab")


def state(path: Path) -> str:
    """What is at a hook's place: "missing", "foreign", "not executable", "stale" (another version or a Python that is gone), or "ours"."""
    if not os.path.lexists(path):
        return "missing"
    if _foreign(path):
        return "foreign"
    if not path.stat().st_mode & stat.S_IXUSR:
        return "not executable"
    text = path.read_text("utf-8", "surrogateescape")
    words = next(line for line in text.splitlines() if line.startswith(MARK)).split()
    python = next(
        (
            shlex.split(line)[0].removeprefix("python=")
            for line in text.splitlines()
            if line.startswith("python=")
        ),
        "",
    )
    current = words[4].rstrip(":") == __version__ and os.access(python, os.X_OK)
    return "ours" if current else "stale"


def _foreign(path: Path) -> bool:
    if not os.path.lexists(path):
        return False
    try:
        return MARK not in path.read_text("utf-8", "surrogateescape")
    except OSError:
        return True

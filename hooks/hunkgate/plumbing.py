"""How git is started: with the settings and variables under which it answers from what is stored, and with its errors as ours."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from hunkgate import process
from hunkgate.errors import GitError

# Parents, trees and dates of commits as they are stored, not as a commit-graph file says: git never holds that against the objects.
_STORED = "core.commitGraph=false"
# These change what a diff shows or where it goes; GIT_INDEX_FILE, GIT_DIR and their like say what is judged and stay.
_HOSTILE = frozenset(
    {
        "GIT_EXTERNAL_DIFF",
        "GIT_DIFF_OPTS",
        "GIT_PAGER_IN_USE",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
    }
    | {
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_REPLACE_REF_BASE",
        "GIT_ATTR_SOURCE",
        "GIT_FLUSH",
    }
)


def run(
    arguments: Iterable[str],
    *,
    cwd: Path,
    stdin: bytes | None = None,
    statuses: frozenset[int],
    variables: Mapping[str, str] | None = None,
) -> process.Result:
    """One git command, run to its end. Raises GitError for any other status than the given ones.

    ``variables`` stand over those of the environment.
    """
    result = process.run(_argv(arguments), cwd=cwd, env=_environment(variables or {}), stdin=stdin)
    if result.status not in statuses:
        command = next(
            (one for one in result.argv[1:] if not one.startswith("-") and "=" not in one), ""
        )
        raise GitError(
            f"git {command} failed with status {result.status}: {said(result.stderr)}",
            remedy="run git fsck; then try again",
        )
    return result


def start(arguments: Iterable[str], *, cwd: Path) -> process.Dialogue:
    """A git command that stays and answers what it is asked. Raises ToolError where it cannot be started."""
    return process.Dialogue(_argv(arguments), cwd=cwd, env=_environment({}))


def said(stderr: bytes) -> str:
    """What git wrote to its standard error, without the word that every such message begins with."""
    text = stderr.decode("utf-8", "replace").strip()
    return text.removeprefix("fatal: ").removeprefix("error: ")


def _argv(arguments: Iterable[str]) -> list[str]:
    return ["git", "-c", _STORED, *arguments]


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in _HOSTILE}
    # Grafts, like replaced objects, show another history than the stored one: they could hide that an approval was used.
    env |= {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull}
    env |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    return env | dict(variables)

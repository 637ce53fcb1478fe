"""The occasions on which a change is judged, as arguments: what is staged, or a range of commits."""

import argparse
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hunkgate import policies
from hunkgate.errors import GitError
from hunkgate.git import Repository
from hunkgate.model import Change
from hunkgate.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The commits that ``head`` reaches and ``base`` does not. ``base`` is None only for the first push to an empty remote."""

    base: str | None
    head: str
    name: str = "base"


def configure(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """Add ``--staged`` (the default) and ``--range A..B``; gives the group so that a command can add occasions of its own."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--staged", action="store_true", help="what git commit would record now (the default)"
    )
    group.add_argument(
        "--range", metavar="A..B", help="what B brings over A: A is the target branch, B the tip"
    )
    return group


def asked(
    arguments: argparse.Namespace, repository: Repository, env: Mapping[str, str] | None = None
) -> Range | None:
    """The range that the arguments name, or that pre-commit or prek name at a push; None for what is staged.

    Raises GitError where an end is missing: no base is never an empty base.
    """
    if arguments.range:
        return ends(arguments.range, repository)
    return None if arguments.staged else _pushed(repository, os.environ if env is None else env)


def ends(text: str, repository: Repository) -> Range:
    """Both ends of ``A..B``. Raises GitError where one is missing."""
    before, dots, after = text.partition("..")
    if not dots or after.startswith("."):
        raise GitError(
            f"{text} is not a range", remedy="write --range A..B, such as --range origin/main..HEAD"
        )
    name = before or "HEAD"
    base, head = _commit(repository, name), _commit(repository, after or "HEAD")
    return Range(base=base, head=head, name="base" if base.startswith(name) else name)


def change(arguments: argparse.Namespace, repository: Repository, *, whole: bool = False) -> Change:
    """The one change that the arguments name: for a range the net change since B left A. ``whole``: see Repository.staged."""
    found = asked(arguments, repository)
    return repository.staged(whole=whole) if found is None else net(repository, found)


def net(repository: Repository, range_: Range) -> Change:
    """What a range brings in all."""
    if range_.base is None:
        return repository.between(repository.empty_tree, range_.head)
    return repository.net(range_.base, range_.head)


def changes(repository: Repository, range_: Range) -> Iterator[Change]:
    """Everything that is judged of a range: each commit by itself, so that nothing hides between two, then the net change."""
    yield from repository.commits(() if range_.base is None else (range_.base,), range_.head)
    yield net(repository, range_)


def judging(repository: Repository, range_: Range | None) -> tuple[Policy, ...]:
    """The policies that judge: see policies.staged; for a range that of its base."""
    if range_ is None:
        return policies.staged(repository)
    if range_.base is None:
        return (policies.of_tree(repository.no_tree(), "an empty remote"),)
    return (policies.of_commit(repository, range_.base, range_.name),)


def _commit(repository: Repository, name: str) -> str:
    commit = repository.resolve(name)
    if commit is None:
        raise GitError(
            f"{name} is not a commit in this repository",
            remedy="fetch it; a shallow clone needs git fetch --unshallow (in CI: fetch-depth: 0)",
        )
    return commit


def _pushed(repository: Repository, env: Mapping[str, str]) -> Range | None:
    """The range of a push as pre-commit and prek hand it to a hook; both tell of the first ref alone."""
    head = env.get("PRE_COMMIT_TO_REF") or env.get("PRE_COMMIT_SOURCE")
    base = env.get("PRE_COMMIT_FROM_REF") or env.get("PRE_COMMIT_ORIGIN")
    if head and base:
        return Range(base=_commit(repository, base), head=_commit(repository, head), name="base")
    local = head or (
        env.get("PRE_COMMIT_LOCAL_BRANCH") if env.get("PRE_COMMIT_REMOTE_URL") else None
    )
    # A root commit pushed to an empty remote: pre-commit names no refs, prek only the tip.
    return Range(base=None, head=_commit(repository, local)) if local else None

"""The occasions on which a change is judged, as arguments: what is staged, or a range of commits."""

import argparse

from hunkgate.errors import GitError
from hunkgate.git import Repository
from hunkgate.model import Change


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


def ends(text: str, repository: Repository) -> tuple[str, str]:
    """The commit ids of both ends of ``A..B``. Raises GitError where one is missing: no base is never an empty base."""
    before, dots, after = text.partition("..")
    if not dots or after.startswith("."):
        raise GitError(
            f"{text} is not a range", remedy="write --range A..B, such as --range origin/main..HEAD"
        )
    found = []
    for name in (before or "HEAD", after or "HEAD"):
        commit = repository.resolve(name)
        if commit is None:
            raise GitError(
                f"{name} is not a commit in this repository",
                remedy="fetch it; a shallow clone needs git fetch --unshallow (in CI: fetch-depth: 0)",
            )
        found.append(commit)
    return found[0], found[1]


def change(arguments: argparse.Namespace, repository: Repository, *, whole: bool = False) -> Change:
    """The one change that the arguments name: for a range the net change since B left A. ``whole``: see Repository.staged."""
    if arguments.range:
        return repository.net(*ends(arguments.range, repository))
    return repository.staged(whole=whole)

"""The occasions as arguments of a command: what is staged, or a range of commits."""

import argparse

from hunkgate import occasions
from hunkgate.git import Repository
from hunkgate.model import Change
from hunkgate.occasions import Occasion


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


def asked(arguments: argparse.Namespace, repository: Repository) -> Occasion:
    """The occasion that the arguments name, or that pre-commit or prek name at a push; else what is staged."""
    if arguments.range:
        return occasions.ranged(repository, arguments.range)
    found = None if arguments.staged else occasions.framework(repository)
    return found or occasions.staged(repository)


def change(
    arguments: argparse.Namespace, repository: Repository, *, counted: bool = True
) -> Change:
    """The one change that the occasion brings in all; without ``counted`` its lines are not counted."""
    if arguments.range:
        return occasions.ranged(repository, arguments.range).whole(repository, counted=counted)
    found = None if arguments.staged else occasions.framework(repository)
    if found is None:
        return repository.staged(whole=True, counted=counted)
    return found.whole(repository, counted=counted)

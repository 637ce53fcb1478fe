"""Approvals on an occasion: which lines are carried to it, and what the judge's ``lift`` made of them."""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hunkgate import consents, gates, policies
from hunkgate.consents import Carried
from hunkgate.errors import ApprovalError
from hunkgate.gate import Gate
from hunkgate.git import Repository
from hunkgate.lifting import Lifting
from hunkgate.occasions import Occasion

# Without the tests gate, which runs the project's code: an approval is asked for what the change itself shows.
GATES: tuple[Gate[Any], ...] = tuple(gate for gate in gates.GATES if gate.name != "tests")

# What git has written down for the message of the commit being made: of a squash, and of a merge, cherry-pick or rebase that stopped.
_PREPARED = ("SQUASH_MSG", "MERGE_MSG")


def lifting(
    repository: Repository,
    one: Occasion,
    file: str | None = None,
    messages: Mapping[str, bytes] | None = None,
) -> Lifting:
    """The ``lift`` of an occasion, by the lines that its commits, their notes, ``file`` and, for what is staged, this machine carry.

    ``messages`` are those of its commits that hold lines, where they were read already. Raises ApprovalError where the file
    cannot be read.
    """
    named = from_file(file) if file is not None else ()
    carried = itertools.chain(named, found(repository, one, messages))
    return Lifting(repository, one.policies, carried, landed=landed(repository, one))


def found(
    repository: Repository, one: Occasion, messages: Mapping[str, bytes] | None = None
) -> Iterator[Carried]:
    """The lines that the commits of an occasion carry, or that wait for the commit being made. Read only when taken."""
    if one.head is None:
        yield from waiting(repository)
    else:
        yield from consents.in_range(repository, one.exclude, one.head, messages)


def waiting(repository: Repository) -> tuple[Carried, ...]:
    """The lines that wait for the commit being made: pending ones, and those in the message that git has prepared."""
    prepared: list[Carried] = []
    for name in _PREPARED:
        file = repository.git_dir / name
        if file.is_file():
            prepared += consents.in_text(file.read_bytes(), name)
    return (*consents.pending(repository), *prepared)


def landed(repository: Repository, one: Occasion, *, amends: bool = False) -> str | None:
    """The commit in whose history approvals are used up: the base of a range or a push.

    On this machine it is the protected branch as the remote was last seen to have it. Without a remote it is what the new history
    shares with the old one, for a commit that is amended or rebased takes its own approvals along.
    """
    if one.head is not None and one.net:
        return one.base
    tip = policies.protected_tip(repository, one.policies[0].base)
    if tip is not None and tip[0].startswith("origin/"):
        return tip[1]
    if one.head is None:
        return repository.resolve("HEAD^") if amends else one.base
    return repository.merge_base(one.base, one.head) if one.base is not None else None


def from_file(name: str) -> tuple[Carried, ...]:
    """The lines in a file. Raises ApprovalError where it cannot be read."""
    try:
        return tuple(consents.in_text(Path(name).read_bytes(), name))
    except OSError as error:
        raise ApprovalError(f"the approvals in {name} cannot be read: {error}") from error

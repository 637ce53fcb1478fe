"""``hunkgate hook``: what git's message hooks run. ``prepare-commit-msg`` attaches approvals, ``commit-msg`` checks the message."""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hunkgate import approvals, consents, occasions
from hunkgate.commands import answer, consent
from hunkgate.consents import Carried
from hunkgate.errors import ApprovalError
from hunkgate.git import Repository, open_repository
from hunkgate.judge import judge
from hunkgate.lifting import Lifting
from hunkgate.model import Change, Verdict


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: githooks(5) gives the message file, and for the first what the message came from."""
    hooks = parser.add_subparsers(dest="hook", metavar="HOOK", required=True)
    prepare = hooks.add_parser(
        "prepare-commit-msg", help="attach the approvals that this commit needs"
    )
    prepare.add_argument("file", help="the file with the message")
    prepare.add_argument(
        "source", nargs="?", default="", help="message, template, merge, squash or commit"
    )
    prepare.add_argument("commit", nargs="?", default="", help="the commit being amended")
    check = hooks.add_parser(
        "commit-msg", help="refuse a message without the approvals that this commit needs"
    )
    check.add_argument("file", help="the file with the message")
    for one in (prepare, check):
        answer.configure(one)


def run(arguments: argparse.Namespace) -> int:
    """Run the hook; exit 0 lets the commit go on."""
    repository = open_repository()
    file = Path(arguments.file)
    message = file.read_bytes()
    written = tuple(consents.in_text(message, "the message"))
    if arguments.hook == "prepare-commit-msg":
        _attach(repository, file, written, arguments.source, arguments.commit)
        return 0
    if not (written or consent.waiting(repository)):
        # Nothing was lifted by an approval, so the commit hook has judged all that there is.
        return 0
    return answer.give(
        _judged(repository, written, repository.staged()), arguments, sys.stdout, sys.stderr
    )


def _attach(
    repository: Repository, file: Path, written: tuple[Carried, ...], source: str, amended: str
) -> None:
    """Add the lines that the commit needs to its message: pending ones, and where it amends one, those of that.

    A commit that is refused anyway is left to commit-msg.
    """
    staged = repository.staged()
    known = consents.pending(repository)
    head = repository.resolve("HEAD")
    changes = [staged]
    if head is not None and _amends(repository, head, source, amended, staged):
        known += tuple(consents.in_commit(repository, head))
        changes.append(_with_head(repository))
    lines = {}
    for one in known:
        try:
            lines[approvals.from_line(one.line).statement.nonce] = one.line
        except ApprovalError:
            continue
    if not lines:
        return
    used = {
        approval.nonce: None
        for change in changes
        for lifted in _judged(
            repository, (*known, *written), change, amends=change is not staged
        ).approved
        for approval in lifted.approvals
    }
    # What the message carries of an approval is left to commit-msg: a second copy would hide that the first is another's.
    present = set(_nonces(written))
    needed = [lines[nonce] for nonce in used if nonce in lines and nonce not in present]
    if needed:
        trailers = (part for line in needed for part in ("--trailer", line))
        repository.run(
            "interpret-trailers", "--in-place", "--no-divider", *trailers, str(file.absolute())
        )


def _amends(repository: Repository, head: str, source: str, amended: str, staged: Change) -> bool:
    """Whether the commit being made seems to take the place of HEAD.

    Git says so only where HEAD's own message is edited. With -m or -F the hooks can tell by the author's date, which an amended commit
    keeps; a commit made within the same second only looks so, and then its own approvals are attached all the same.
    """
    if amended:
        return repository.resolve(amended) == head
    if not staged.files:
        return True  # a commit that changes nothing does little else
    if source != "message":
        return False
    date = repository.run(
        "log", "-1", "--no-show-signature", "--format=@%ad", "--date=raw", "--end-of-options", head
    )
    return date.decode("utf-8", "replace").strip() == os.environ.get("GIT_AUTHOR_DATE")


def _nonces(carried: tuple[Carried, ...]) -> Iterator[str]:
    for one in carried:
        with contextlib.suppress(ApprovalError):
            yield approvals.from_line(one.line).statement.nonce


def _with_head(repository: Repository) -> Change:
    """What the commit will hold once it has taken the place of HEAD."""
    tree = repository.run("write-tree").decode("ascii").strip()
    parent = repository.resolve("HEAD^")
    return repository.between(parent or repository.empty_tree, tree)


def _judged(
    repository: Repository, carried: tuple[Carried, ...], change: Change, *, amends: bool = False
) -> Verdict:
    staged = occasions.staged(repository)
    landed = consent.landed(repository, staged, amends=amends)
    with contextlib.closing(
        Lifting(repository, staged.policies, carried, landed=landed)
    ) as lifting:
        verdict = judge((change,), staged.policies, consent.GATES, lift=lifting)
    return replace(verdict, remarks=lifting.remarks)

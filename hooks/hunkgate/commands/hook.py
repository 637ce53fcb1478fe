"""``hunkgate hook``: what git's message hooks run. ``prepare-commit-msg`` attaches approvals, ``commit-msg`` checks the message."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from hunkgate import approvals, consents, occasions
from hunkgate.commands import answer, consent
from hunkgate.consents import Carried, Lifting
from hunkgate.errors import ApprovalError
from hunkgate.git import Repository, open_repository
from hunkgate.judge import judge
from hunkgate.model import Verdict


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
        _attach(repository, file, written)
        return 0
    if not (written or consent.waiting(repository)):
        # Nothing was lifted by an approval, so the commit hook has judged all that there is.
        return 0
    return answer.give(_judged(repository, written), arguments, sys.stdout, sys.stderr)


def _attach(repository: Repository, file: Path, written: tuple[Carried, ...]) -> None:
    """Add the pending lines that lift something of what is staged to the message. A commit that is refused anyway is left to commit-msg."""
    pending = {}
    for one in consents.pending(repository):
        try:
            pending[approvals.from_line(one.line).statement.nonce] = one.line
        except ApprovalError:
            continue
    if not pending:
        return
    verdict = _judged(repository, (*consents.pending(repository), *written))
    used = {approval.nonce: None for lifted in verdict.approved for approval in lifted.approvals}
    present = {one.line for one in written}
    lines = [pending[nonce] for nonce in used if nonce in pending and pending[nonce] not in present]
    if lines:
        trailers = (part for line in lines for part in ("--trailer", line))
        repository.run(
            "interpret-trailers", "--in-place", "--no-divider", *trailers, str(file.absolute())
        )


def _judged(repository: Repository, carried: tuple[Carried, ...]) -> Verdict:
    staged = occasions.staged(repository)
    landed = consent.landed(repository, staged)
    lifting = Lifting(repository, staged.policies, carried, landed=landed)
    verdict = judge(staged.changes(repository), staged.policies, consent.GATES, lift=lifting)
    return replace(verdict, remarks=lifting.remarks)

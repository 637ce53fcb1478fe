"""``hunkgate approvals``: what waits for its commit; explain a line, take one from another machine, revoke one."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence

from hunkgate import approvals, consents, signing
from hunkgate.approvals import Signed
from hunkgate.commands import consent, occasion
from hunkgate.consents import Carried, Trust
from hunkgate.errors import ApprovalError
from hunkgate.git import Repository, open_repository
from hunkgate.policy import Policy
from hunkgate.text import visible

_SHORTEST_NONCE = 6


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    occasion.configure(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="every approval and whether it counts (the default)")
    explain = actions.add_parser(
        "explain", help="every item of one approval, and why it counts or not"
    )
    explain.add_argument("nonce", help="the approval by its first digits")
    add = actions.add_parser(
        "add", help="keep the approval lines of a file, made on another machine"
    )
    add.add_argument("file", help="a file with the lines, - for standard input")
    revoke = actions.add_parser("revoke", help="forget an approval that waits for its commit")
    revoke.add_argument("nonce", help="the approval by its first digits")


def run(arguments: argparse.Namespace) -> int:
    """Print or change; exit 1 where there was nothing to do it to."""
    repository = open_repository()
    if arguments.action == "add":
        return _add(repository, arguments.file)
    asked = occasion.asked(arguments, repository)
    carried = tuple(consent.found(repository, asked))
    landed = consent.landed(repository, asked)
    judging = asked.policies
    if arguments.action in ("explain", "revoke"):
        one, signed = _named(carried, arguments.nonce)
        if arguments.action == "revoke":
            return _revoke(repository, signed)
        for line in _explained(repository, one, signed, judging, landed):
            print(line)
        return 0
    for one in carried:
        try:
            print(_row(repository, one, approvals.from_line(one.line), judging, landed))
        except ApprovalError as error:
            print(f"{visible(one.source)}: {visible(error.message)}")
    if not carried:
        print(
            "no approval waits for its commit"
            if asked.head is None
            else "no approval in this range"
        )
    return 0


def _row(
    repository: Repository,
    one: Carried,
    signed: Signed,
    judging: Sequence[Policy],
    landed: str | None,
) -> str:
    said = signed.statement
    how = "signed" if signed.signature else "recorded"
    row = (
        f"{said.nonce[:8]}  {visible(said.principal)}  {how}  {len(said.items)} items  until {consents.day(said.expires)}"
        f"  {visible(one.source)}"
    )
    why = _against(repository, signed, judging, landed)
    return f"{row}  {'does not count: ' + visible(why) if why else 'counts'}"


def _explained(
    repository: Repository,
    one: Carried,
    signed: Signed,
    judging: Sequence[Policy],
    landed: str | None,
) -> Iterator[str]:
    said = signed.statement
    yield f"approval    {said.nonce}  ({visible(one.source)})"
    yield f"repository  {visible(said.repository)}"
    yield f"by          {visible(said.principal)}"
    yield f"made        {consents.day(said.made)}"
    yield f"expires     {consents.day(said.expires)}"
    yield f"reason      {visible(said.reason)}"
    why = _against(repository, signed, judging, landed)
    yield f"counts      {'no: ' + visible(why) if why else 'yes'}"
    for item in said.items:
        yield f"item        {item}  {item.rule}"


def _against(
    repository: Repository, signed: Signed, judging: Sequence[Policy], landed: str | None
) -> str:
    """Why the approval does not count, '' where it does."""
    try:
        for policy in judging:
            trust = Trust.of(policy)
            with signing.signers(trust.signers) as signers:
                consents.verified(signed, trust, signers, int(time.time()))
    except ApprovalError as error:
        return error.message
    used = consents.spent(repository, landed, (signed.statement,))
    return "it was used already in the base's history" if used else ""


def _named(carried: Sequence[Carried], prefix: str) -> tuple[Carried, Signed]:
    found: dict[Signed, Carried] = {}
    for one in carried:
        try:
            signed = approvals.from_line(one.line)
        except ApprovalError:
            continue
        if len(prefix) >= _SHORTEST_NONCE and signed.statement.nonce.startswith(prefix.lower()):
            found.setdefault(signed, one)
    if len(found) != 1:
        raise ApprovalError(
            f"{visible(prefix)} names {'several approvals' if found else 'no approval'}",
            remedy="see them with hunkgate approvals list",
        )
    return next((one, signed) for signed, one in found.items())


def _add(repository: Repository, file: str) -> int:
    text = sys.stdin.buffer.read() if file == "-" else None
    lines = (
        tuple(consents.in_text(text, "standard input"))
        if text is not None
        else consent.from_file(file)
    )
    for one in lines:
        consents.keep(repository, one.line)
        print(f"kept {approvals.from_line(one.line).statement.nonce[:8]}")
    if not lines:
        print(f"hunkgate: no approval line in {visible(file)}", file=sys.stderr)
        return 1
    return 0


def _revoke(repository: Repository, signed: Signed) -> int:
    nonce = signed.statement.nonce
    if not consents.forget(repository, nonce):
        print(
            f"hunkgate: {nonce[:8]} stands in a commit or a note already; take the commit back instead",
            file=sys.stderr,
        )
        return 1
    print(
        f"revoked {nonce[:8]}: it waits no more. A copy of its line would still count until it expires."
    )
    return 0

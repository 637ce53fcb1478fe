"""``hunkgate approve``: a human consents to findings, after seeing exactly what they are."""

import argparse
import contextlib
import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from hunkgate import agents, approvals, consents, signing
from hunkgate.approvals import Item, Statement
from hunkgate.commands import consent, occasion, shown
from hunkgate.commands.shown import Seen
from hunkgate.consents import Trust
from hunkgate.errors import ApprovalError
from hunkgate.git import Repository, open_repository
from hunkgate.judge import judge
from hunkgate.model import Origin, Verdict
from hunkgate.occasions import Occasion
from hunkgate.policy import Policy
from hunkgate.settings import Reading, Table
from hunkgate.text import spelled, visible

_DEFAULT_SECONDS = 14 * 86400
_SHORTEST_ITEM = 6
_NONCE_BYTES = 9
_LISTED = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("items", nargs="*", metavar="ITEM", help="items by their first digits")
    parser.add_argument("--all", action="store_true", help="every item of the change")
    occasion.configure(parser)
    parser.add_argument(
        "--key", metavar="FILE", help="the key to sign with (default: git's user.signingKey)"
    )
    parser.add_argument(
        "--as",
        dest="principal",
        metavar="PRINCIPAL",
        help="who approves, as the signers file says it",
    )
    parser.add_argument(
        "--expires", metavar="TIME", help="how long it holds, such as 14d (the default) or 8h"
    )
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="one line that stays with the approval"
    )
    parser.add_argument(
        "--print",
        dest="printed",
        action="store_true",
        help="print the line for the commit message and nothing else; with --key nothing is asked",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show, ask, sign and keep. Exit 0 when approved or nothing needs it, 1 when declined."""
    agent = agents.detected(os.environ)
    if agent is not None:
        print(_declined(agent, arguments.items), file=sys.stderr)
        return 1
    try:
        return _approved(arguments, open_repository())
    except ApprovalError as error:
        print(f"hunkgate: nothing was approved: {visible(error.message)}", file=sys.stderr)
        if error.remedy:
            print(f"next:   {visible(error.remedy)}", file=sys.stderr)
        return 1


def _approved(arguments: argparse.Namespace, repository: Repository) -> int:
    asked = occasion.asked(arguments, repository)
    judging = asked.policies
    verdict, seen = approvable(repository, asked)
    for fault in verdict.faults:
        print(f"hunkgate: no approval lifts this fault: {visible(fault.message)}", file=sys.stderr)
    chosen = _chosen(seen, arguments.items, every=arguments.all)
    if not chosen:
        return _nothing_chosen(seen, verdict)
    statement = _statement(arguments, repository, judging, chosen)
    key = _key(arguments.key, repository, judging)
    silent = arguments.printed and arguments.key is not None
    if not (silent or _agreed(statement, chosen, key, judging)):
        print("hunkgate: nothing was approved", file=sys.stderr)
        return 1
    content = approvals.encode(statement)
    line = approvals.to_line(content, signing.sign(content, key) if key is not None else b"")
    _held(line, judging)
    consents.keep(repository, line)
    if asked.head is not None and not arguments.printed:
        consents.add_note(repository, asked.head, line)
    if arguments.printed:
        print(line)
    else:
        print(_done(statement, asked, signed=key is not None))
    return 0


def approvable(repository: Repository, one: Occasion) -> tuple[Verdict, tuple[Seen, ...]]:
    """The verdict as ``check`` gives it, and what of its blocking findings an approval could lift, each item once."""
    changes = tuple(one.changes(repository))
    with contextlib.closing(consent.lifting(repository, one)) as lifting:
        verdict = judge(changes, one.policies, consent.GATES, lift=lifting)
    # The whole of a range has its tip for a commit, too: what is shown of the tip is what that commit itself does.
    by_commit = {change.commit: change for change in changes if change.origin is Origin.COMMIT}
    whole = changes[-1]
    found: dict[Item, Seen] = {}
    for finding in verdict.blocking:
        if isinstance(finding.item, Item):
            change = whole if finding.commit is None else by_commit.get(finding.commit, whole)
            found.setdefault(finding.item, Seen(finding=finding, item=finding.item, change=change))
    return verdict, tuple(found.values())


def _declined(agent: str, items: Sequence[str]) -> str:
    command = " ".join(("hunkgate", "approve", *(visible(one) for one in items or ("--all",))))
    return (
        f"hunkgate: an approval is a human's word, and this was run by a coding agent: {visible(agent)}. Nothing was approved.\n"
        f"next:   ask the user to run this in their own terminal, then wait:   {command}"
    )


def _chosen(seen: Sequence[Seen], prefixes: Sequence[str], *, every: bool) -> tuple[Seen, ...]:
    """What the arguments name. Raises ApprovalError for a prefix that names none, or several items."""
    if every:
        return tuple(seen)
    chosen: dict[Item, Seen] = {}
    for prefix in prefixes:
        fit = [one for one in seen if one.item.startswith(prefix.lower())]
        if len(prefix) < _SHORTEST_ITEM or len(fit) != 1:
            why = "names several items" if len(fit) > 1 else "is not an item of this change"
            if len(prefix) < _SHORTEST_ITEM:
                why = f"is too short: at least {_SHORTEST_ITEM} digits"
            raise ApprovalError(
                f"{visible(prefix)} {why}",
                remedy="run hunkgate check to see the items as they are now; a changed file makes a new item",
            )
        chosen[fit[0].item] = fit[0]
    return tuple(chosen.values())


def _nothing_chosen(seen: Sequence[Seen], verdict: Verdict) -> int:
    if not seen:
        left = [one for one in verdict.blocking if one.item is None]
        print(
            f"hunkgate: nothing here waits for an approval ({len(left)} findings that no approval lifts)",
            file=sys.stderr,
        )
        return 1 if left else 0
    print("hunkgate: name the items to approve, or --all:", file=sys.stderr)
    for one in seen[:_LISTED]:
        print(f"  {one.item[:8]}  {shown.subject(one.finding)}", file=sys.stderr)
    if len(seen) > _LISTED:
        print(f"  and {len(seen) - _LISTED} more", file=sys.stderr)
    return 1


def _statement(
    arguments: argparse.Namespace,
    repository: Repository,
    judging: Sequence[Policy],
    chosen: Sequence[Seen],
) -> Statement:
    policy = judging[-1]
    now = int(time.time())
    limits = [one.approvals.longest_seconds for one in judging]
    longest = min((one for one in limits if one is not None), default=None)
    return Statement(
        nonce=secrets.token_hex(_NONCE_BYTES),
        repository=policy.repository,
        principal=_principal(arguments, repository, judging),
        made=now,
        expires=now + _lasting_seconds(arguments.expires, longest),
        reason=arguments.reason,
        items=tuple(one.item for one in chosen),
    )


def _lasting_seconds(text: str | None, longest: int | None) -> int:
    if text is None:
        return _DEFAULT_SECONDS if longest is None else min(_DEFAULT_SECONDS, longest)
    reading = Reading("command line")
    seconds = Table({"--expires": text}, reading).duration_seconds("--expires", default=0)
    if reading.problems or not seconds:
        raise ApprovalError(
            f"{visible(text)} is not a time that an approval can hold",
            remedy="write --expires 14d, 8h or 30min",
        )
    return seconds


def _principal(
    arguments: argparse.Namespace, repository: Repository, judging: Sequence[Policy]
) -> str:
    if arguments.principal:
        return str(arguments.principal)
    key = _key(arguments.key, repository, judging)
    if key is not None:
        blob = signing.public_key(key)
        for policy in judging:
            with signing.signers(policy.signers) as signers:
                name = signers.principal(blob)
            if name is not None:
                return name
        raise ApprovalError(
            "the signers file of the base does not say under one name whose key this is",
            remedy="name yourself with --as, and sign with a key that the base lists",
        )
    email = repository.run("config", "--get", "user.email", statuses=(0, 1)).decode().strip()
    if not email:
        raise ApprovalError("nobody to approve as", remedy="name yourself with --as")
    return email


def _key(named: str | None, repository: Repository, judging: Sequence[Policy]) -> Path | None:
    """The key to sign with; None where an approval is only recorded. Raises ApprovalError where one is needed and none is known."""
    if named is not None:
        return Path(named)
    if not any(policy.approvals.signers for policy in judging):
        return None
    if _setting(repository, "gpg.format") == "ssh":
        configured = _setting(repository, "user.signingKey")
        if configured and not configured.startswith(("key::", "ssh-")):
            return Path(configured).expanduser()
    if all(policy.approvals.require == "recorded" for policy in judging):
        return None
    raise ApprovalError(
        "the policy asks for a signature and no key was named", remedy="name yours with --key FILE"
    )


def _setting(repository: Repository, name: str) -> str:
    return (
        repository.run("config", "--get", name, statuses=(0, 1)).decode("utf-8", "replace").strip()
    )


def _agreed(
    statement: Statement, chosen: Sequence[Seen], key: Path | None, judging: Sequence[Policy]
) -> bool:
    """Whether the person at the terminal says yes to what was shown."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ApprovalError(
            "there is no terminal to ask on",
            remedy="run it in a terminal; a script names a key and prints the line: --key FILE --print",
        )
    shown.page("\n".join(shown.lines(statement, chosen, judging)))
    how = f"sign with {spelled(str(key))}" if key is not None else "record, without a signature"
    print(
        f"{len(statement.items)} items, as {spelled(statement.principal)}, until {consents.day(statement.expires)}; {how}",
        file=sys.stderr,
    )
    print("Approve exactly this? Type yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def _held(line: str, judging: Sequence[Policy]) -> None:
    """Hold the new line against the policies that will judge it: one that would be refused is never handed out."""
    for policy in judging:
        trust = Trust.of(policy)
        with signing.signers(trust.signers) as signers:
            consents.verified(approvals.from_line(line), trust, signers, int(time.time()))


def _done(statement: Statement, asked: Occasion, *, signed: bool) -> str:
    how = "signed" if signed else "recorded, without a signature"
    head = f"approved: {len(statement.items)} items as {visible(statement.principal)}, {how}, until {consents.day(statement.expires)}"
    if asked.head is None:
        return f"{head}\nnext:   git commit adds the approval to its message"
    return (
        f"{head}\nnext:   it stands in the note of {asked.head[:7]}; push it beside the branch: "
        f"git push origin {approvals.NOTES}"
    )

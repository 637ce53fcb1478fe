"""``hunkgate check``: judge the staged change, a range, or a push by the policy's gates."""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hunkgate import occasions, policies
from hunkgate.approvals import LABEL
from hunkgate.commands import answer, occasion
from hunkgate.errors import PolicyError, ToolError
from hunkgate.gate import Gate
from hunkgate.gates import GATES
from hunkgate.git import Repository, open_repository
from hunkgate.judge import judge, merged
from hunkgate.model import Approved, Change, Fault, Finding, Level, Outcome, Verdict
from hunkgate.occasions import Occasion
from hunkgate.policy import POLICY_FILE, PROJECT_FILE

if TYPE_CHECKING:
    from hunkgate.lifting import Lifting


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    group = occasion.configure(parser)
    group.add_argument(
        "--push",
        nargs="+",
        metavar="REMOTE",
        help="a push, from a pre-push hook: its arguments, and its lines on stdin",
    )
    group.add_argument(
        "--receive",
        action="store_true",
        help="a push on the server, from a pre-receive hook: its lines on stdin",
    )
    group.add_argument(
        "--transaction",
        action="store_true",
        help="a local ref update, from a reference-transaction hook: its lines on stdin",
    )
    names = [gate.name for gate in GATES]
    parser.add_argument(
        "--gate",
        action="append",
        choices=names,
        metavar="NAME",
        help=f"only this gate (may be given again): {', '.join(names)}",
    )
    parser.add_argument(
        "--approvals",
        metavar="FILE",
        help="a file with approval lines besides those in the commits, such as the comments of a pull request",
    )
    answer.configure(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judge, report, and give the exit code of the verdict."""
    repository = open_repository()
    # The tests gate runs the project's code: only where it is asked for.
    named = arguments.gate or [gate.name for gate in GATES if gate.name != "tests"]
    gates = tuple(gate for gate in GATES if gate.name in named and gate.name != "tests")
    asked = _occasions(arguments, repository)
    verdicts = [judged(repository, one, gates, arguments.approvals) for one in asked]
    if "tests" in named:
        verdicts += _tested(arguments, repository, asked)
    verdict = merged(verdicts)
    if arguments.transaction and verdict.outcome is Outcome.PASS:
        return 0  # a rebase updates refs a dozen times: only a refusal is worth a line
    return answer.give(verdict, arguments, sys.stdout, sys.stderr)


def _occasions(arguments: argparse.Namespace, repository: Repository) -> tuple[Occasion, ...]:
    if arguments.push:
        return occasions.pushed(
            repository, arguments.push[0], sys.stdin.buffer.read(), address=arguments.push[-1]
        )
    if arguments.receive:
        return occasions.received(repository, sys.stdin.buffer.read())
    if arguments.transaction:
        return occasions.transaction(repository, sys.stdin.buffer.read())
    return (occasion.asked(arguments, repository),)


def _tested(
    arguments: argparse.Namespace, repository: Repository, asked: Sequence[Occasion]
) -> list[Verdict]:
    if arguments.receive or arguments.transaction:
        raise ToolError(
            "the tests gate runs the project's code, which a server or a ref update never does",
            remedy="leave out --gate tests here; hunkgate test runs it",
        )
    from hunkgate.commands import test  # runners, ledger and snapshots, which no other gate needs

    # The report alone goes to standard output: a program may read it.
    with contextlib.redirect_stdout(sys.stderr):
        return [test.judged(repository, one, arguments) for one in asked]


def judged(
    repository: Repository, one: Occasion, gates: Sequence[Gate[Any]], approvals: str | None
) -> Verdict:
    """The verdict on one occasion, with what approvals lift of it; ``approvals`` names a file with further ones."""
    last: list[Change] = []
    refused: list[str] = []

    def changes() -> Iterator[Change]:
        for change in one.changes(repository):
            last[:] = [change]
            yield change

    def lift(findings: Sequence[Finding]) -> tuple[Sequence[Finding], Sequence[Approved]]:
        lifting = begun or open_.enter_context(
            contextlib.closing(_lifting(repository, one, approvals, messages))
        )
        parted = lifting(findings)
        refused.extend(lifting.remarks)
        return parted

    # Where commits carry approvals, their signatures are verified while the gates judge.
    begun = None
    messages: Mapping[str, bytes] = {}
    if one.head is not None:
        messages = repository.messages(one.exclude, one.head, (LABEL,))
    with contextlib.ExitStack() as open_:
        if messages:
            begun = open_.enter_context(
                contextlib.closing(_lifting(repository, one, approvals, messages))
            )
            begun.begin()
        verdict = judge(
            changes(), one.policies, gates, lift=lift, remarks=policies.remarks(one.policies)
        )
    verdict = replace(verdict, remarks=(*verdict.remarks, *refused), range=one.range)
    for change in last:
        verdict = _with_candidate(verdict, change)
    return _first(verdict) if one.enrolling else verdict


def _lifting(
    repository: Repository, one: Occasion, approvals: str | None, messages: Mapping[str, bytes]
) -> "Lifting":
    # Signatures, and the modules that read them, are for a change that something blocks.
    from hunkgate.commands import consent

    return consent.lifting(repository, one, approvals, messages)


def _with_candidate(verdict: Verdict, change: Change) -> Verdict:
    """The verdict, with a fault where the change brings a policy that could not be read once it has landed."""
    names = {POLICY_FILE, PROJECT_FILE}
    if not any(path in names for file in change.files for path in file.touched):
        return verdict
    try:
        policies.of_tree(change.head, "this change")
    except PolicyError as error:
        faults = tuple(
            Fault(subject="policy", message=problem, remedy="correct the policy before it lands")
            for problem in error.problems
        )
        return replace(verdict, faults=(*verdict.faults, *faults))
    return verdict


def _first(verdict: Verdict) -> Verdict:
    """The verdict where no policy judges yet: what the defaults would refuse is only said."""
    remark = "nothing is there yet that could judge: findings are reported and do not block"
    warned = tuple(replace(finding, level=Level.WARNING, item=None) for finding in verdict.blocking)
    return replace(
        verdict, blocking=(), warned=(*warned, *verdict.warned), remarks=(*verdict.remarks, remark)
    )

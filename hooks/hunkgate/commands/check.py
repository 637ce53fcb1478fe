"""``hunkgate check``: judge the staged change or a range by the policy's gates."""

import argparse
import sys
from dataclasses import replace

from hunkgate import policies
from hunkgate.commands import answer, occasion
from hunkgate.errors import PolicyError
from hunkgate.gates import GATES
from hunkgate.git import open_repository
from hunkgate.judge import judge
from hunkgate.model import Change, Fault, Level, Verdict
from hunkgate.policy import POLICY_FILE, PROJECT_FILE


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    occasion.configure(parser)
    names = [gate.name for gate in GATES]
    parser.add_argument(
        "--gate",
        action="append",
        choices=names,
        metavar="NAME",
        help=f"only this gate (may be given again): {', '.join(names)}",
    )
    answer.configure(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judge, report, and give the exit code of the verdict."""
    repository = open_repository()
    range_ = occasion.asked(arguments, repository)
    judging = occasion.judging(repository, range_)
    gates = tuple(gate for gate in GATES if arguments.gate is None or gate.name in arguments.gate)
    remarks = policies.remarks(judging)
    if range_ is None:
        staged = repository.staged()
        verdict = judge((staged,), judging, gates, remarks=remarks)
        verdict = _with_candidate(verdict, staged)
        if not any(policy.file for policy in judging) and not staged.base.entries():
            verdict = _first(verdict)
    else:
        verdict = judge(occasion.changes(repository, range_), judging, gates, remarks=remarks)
    return answer.give(verdict, arguments, sys.stdout, sys.stderr)


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
    """The verdict on a first commit that no policy judges: what the defaults would refuse is only said."""
    remark = "first commit, and no policy before it: findings are reported and do not block"
    warned = tuple(replace(finding, level=Level.WARNING, item=None) for finding in verdict.blocking)
    return replace(
        verdict, blocking=(), warned=(*warned, *verdict.warned), remarks=(*verdict.remarks, remark)
    )

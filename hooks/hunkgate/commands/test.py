"""``hunkgate test``: run the tests that the change can break, on exactly what is judged."""

import argparse
import re
import sys
from dataclasses import replace

from hunkgate import occasions
from hunkgate.commands import answer, occasion
from hunkgate.gates.tests import selection, shards
from hunkgate.gates.tests.runners import Wanted, rules
from hunkgate.gates.tests.selection import Kind, Selection
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.git import Repository, open_repository
from hunkgate.judge import merged
from hunkgate.ledger import Ledger
from hunkgate.model import Change, Outcome, Verdict
from hunkgate.occasions import Occasion
from hunkgate.settings import Reading, Table
from hunkgate.store import FileStore
from hunkgate.tested import Tested
from hunkgate.text import visible

_EVERY = "*"
_OFF = "no tests to run: the policy turns the tests gate off"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    occasion.configure(parser).add_argument(
        "--push",
        nargs="+",
        metavar="REMOTE",
        help="a push, from a pre-push hook: its arguments, and its lines on stdin",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--list",
        action="store_true",
        help="run nothing; print the chosen test files, one per line, * for all of them",
    )
    what.add_argument(
        "--explain",
        metavar="FILE",
        help="run nothing; say why a test file is or is not chosen, or which tests a changed file reaches",
    )
    parser.add_argument(
        "--budget",
        metavar="TIME",
        type=_seconds,
        help="at a commit: defer to the push what does not fit into this time (60s, 5min; 0 is no limit)",
    )
    parser.add_argument(
        "--shard",
        metavar="I/N",
        type=_slice,
        help="only the I-th of N slices of the chosen test files, balanced by the time they took before",
    )
    parser.add_argument(
        "args",
        nargs="*",
        metavar="-- PYTEST ARGS",
        help="handed to pytest; a run with them is not remembered as passed",
    )


def run(arguments: argparse.Namespace) -> int:
    """Choose the tests, run them and give the exit code; with --list or --explain only say what was chosen."""
    repository = open_repository()
    if arguments.push:
        asked = occasions.pushed(repository, arguments.push[0], sys.stdin.buffer.read())
    else:
        asked = (occasion.asked(arguments, repository),)
    if not asked:
        print("hunkgate: no tests to run: the push brings no commits")
        return 0
    if arguments.explain is not None or arguments.list:
        for one in asked:
            _show(repository, one, arguments)
        return 0
    return _give(merged([judged(repository, one, arguments) for one in asked]))


def _show(repository: Repository, asked: Occasion, arguments: argparse.Namespace) -> None:
    settings = _settings(asked, arguments)
    if settings is None:
        return
    change = asked.whole(repository)
    chosen = selection.select(change, settings, FileStore(repository.state))
    if arguments.explain is not None:
        lines = chosen.explain(arguments.explain)
    else:
        wanted = _wanted(chosen, change, settings, Ledger(repository.state), arguments.shard)
        lines = (_EVERY,) if wanted.everything else wanted.files
    for line in lines:
        print(visible(line))


def judged(repository: Repository, asked: Occasion, arguments: argparse.Namespace) -> Verdict:
    """The verdict of the tests on an occasion, once they have run. ``arguments``: those of ``configure``, missing ones as not given."""
    settings = _settings(asked, arguments)
    if settings is None:
        return Verdict(remarks=(_OFF,))
    change = asked.whole(repository)
    chosen = selection.select(change, settings, FileStore(repository.state))
    shard: tuple[int, int] | None = getattr(arguments, "shard", None)
    ledger = Ledger(repository.state)
    return Tested(
        repository=repository,
        asked=asked,
        change=change,
        settings=settings,
        chosen=chosen,
        ledger=ledger,
        shard=shard,
    ).verdict(_wanted(chosen, change, settings, ledger, shard))


def _settings(asked: Occasion, arguments: argparse.Namespace) -> TestSettings | None:
    """The settings of the first policy that has the gate on, with the rules of all of them; None where none has it on."""
    enabled = [policy for policy in asked.policies if "tests" in policy.enabled]
    found = [one for policy in enabled if isinstance(one := policy.settings["tests"], TestSettings)]
    if not found:
        return None
    given: int | None = getattr(arguments, "budget", None)
    budget = found[0].budget_seconds if given is None else given
    return replace(
        found[0],
        rules=tuple(dict.fromkeys(rule for one in found for rule in one.rules)),
        args=(*found[0].args, *getattr(arguments, "args", ())),
        budget_seconds=budget,
    )


def _wanted(
    chosen: Selection,
    change: Change,
    settings: TestSettings,
    ledger: Ledger,
    shard: tuple[int, int] | None,
) -> Wanted:
    files = dict.fromkeys(one.path for one in chosen.files)
    files |= dict.fromkeys(rules.tests(change, settings))
    if shard is None:
        return Wanted(everything=chosen.kind is Kind.ALL, files=tuple(files))
    index, count = shard
    part = shards.shard(tuple(files), ledger.seconds(), index=index, count=count)
    return Wanted(everything=False, files=part)


def _give(verdict: Verdict) -> int:
    if verdict.outcome is not Outcome.PASS:
        sys.stdout.flush()
        return answer.give(verdict, argparse.Namespace(format="text"), sys.stdout, sys.stderr)
    for remark in verdict.remarks:
        print(f"hunkgate: {visible(remark)}")
    return 0


def _seconds(text: str) -> int:
    reading = Reading("--budget")
    value = Table({"budget": text}, reading).duration_seconds("budget", default=0)
    if reading.problems:
        raise argparse.ArgumentTypeError('expected a time such as "60s" or "5 min"')
    return value or 0


def _slice(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text)
    if match is None or int(match[1]) > int(match[2]):
        raise argparse.ArgumentTypeError("expected I/N with I from 1 to N, such as 2/4")
    return int(match[1]), int(match[2])

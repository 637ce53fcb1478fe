"""``hunkgate test``: run the tests that the change can break, on exactly what is judged."""

import argparse
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hunkgate import occasions, recording
from hunkgate.commands import occasion
from hunkgate.errors import ToolError
from hunkgate.gates.tests import ordering, selection
from hunkgate.gates.tests.choice import Choice, unrecorded
from hunkgate.gates.tests.selection import Kind
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.git import Repository, open_repository
from hunkgate.model import Change, Outcome, Verdict
from hunkgate.occasions import Occasion
from hunkgate.settings import Reading, Table
from hunkgate.store import FileStore
from hunkgate.text import visible

# What runs tests, reads records and keeps the ledger is loaded where it is used: to list tests takes none of it.
if TYPE_CHECKING:
    from hunkgate.gates.tests.record import Records

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
        "--nodes",
        action="store_true",
        help="run nothing; print the chosen tests as pytest's node ids, most likely to fail first; a file whose tests were never"
        " recorded as its path, * for everything",
    )
    what.add_argument(
        "--record",
        action="store_true",
        help="run every test and remember which lines each one executes; later runs choose by them",
    )
    what.add_argument(
        "--export",
        metavar="FILE",
        type=Path,
        help="run nothing; write what is remembered of the tests to a file that --import reads",
    )
    what.add_argument(
        "--import",
        dest="import_",
        metavar="FILE",
        type=Path,
        help="run nothing; take over what another clone, such as CI's, exported",
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
    if arguments.export is not None:
        return _export(repository.state, arguments.export)
    if arguments.import_ is not None:
        return _import(repository.state, arguments.import_)
    if arguments.push:
        asked = occasions.pushed(
            repository, arguments.push[0], sys.stdin.buffer.read(), address=arguments.push[-1]
        )
    else:
        asked = (occasion.asked(arguments, repository),)
    if not asked:
        print("hunkgate: no tests to run: the push brings no commits")
        return 0
    if arguments.explain is not None or arguments.list or arguments.nodes:
        for one in asked:
            _show(repository, one, arguments)
        return 0
    from hunkgate.judge import merged

    return _give(merged([judged(repository, one, arguments) for one in asked]))


def _show(repository: Repository, asked: Occasion, arguments: argparse.Namespace) -> None:
    settings = _settings(asked, arguments)
    if settings is None:
        return
    change = asked.whole(repository)
    choice = _choice(change, settings, repository)
    if arguments.explain is not None:
        path = arguments.explain
        lines = (*choice.explain(path), *choice.as_selection().explain(path))
    elif arguments.nodes:
        unknown = choice.kind is Kind.ALL and not choice.tests
        lines = (_EVERY,) if unknown else ordering.in_order(choice, change, time.time())
    else:
        every = arguments.shard is None and choice.kind is Kind.ALL
        lines = (
            (_EVERY,) if every else _files(choice, change, settings, repository, arguments.shard)
        )
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))


def judged(repository: Repository, asked: Occasion, arguments: argparse.Namespace) -> Verdict:
    """The verdict of the tests on an occasion, once they have run. ``arguments``: those of ``configure``, missing ones as not given."""
    from hunkgate.gates.tests.runners import Wanted
    from hunkgate.ledger import Ledger
    from hunkgate.records import RecordStore
    from hunkgate.tested import Tested

    settings = _settings(asked, arguments)
    if settings is None:
        return Verdict(remarks=(_OFF,))
    change = asked.whole(repository)
    choice = _choice(change, settings, repository)
    record: bool = getattr(arguments, "record", False)
    if record:
        choice = choice.everything("every test, to record what it executes")
    shard: tuple[int, int] | None = getattr(arguments, "shard", None)
    files = _files(choice, change, settings, repository, shard)
    return Tested(
        repository=repository,
        asked=asked,
        change=change,
        settings=settings,
        chosen=choice.as_selection(),
        ledger=Ledger(repository.state),
        shard=shard,
        store=RecordStore(repository.state),
        current=choice.current,
        record=record,
    ).verdict(Wanted(everything=shard is None and choice.kind is Kind.ALL, files=files))


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


def _choice(change: Change, settings: TestSettings, repository: Repository) -> Choice:
    facts = FileStore(repository.state, repository.contents)
    if not (repository.state / recording.DATABASE).exists():
        return unrecorded(selection.select(change, settings, facts))
    from hunkgate.gates.tests import recorded
    from hunkgate.gates.tests.record import Records
    from hunkgate.records import RecordStore

    store = RecordStore(repository.state)
    try:
        known = store.load()
    except ToolError as error:
        # The import graph alone is as safe.
        print(f"hunkgate: {visible(str(error))}", file=sys.stderr)
        known = Records()
    for remark in store.remarks:
        print(f"hunkgate: {visible(remark)}", file=sys.stderr)
    return recorded.select(change, known, lambda one: selection.select(one, settings, facts))


def _export(state: Path, file: Path) -> int:
    from hunkgate import records

    known = records.RecordStore(state).load()
    try:
        file.write_bytes(records.exported(known))
    except OSError as error:
        raise ToolError(f"{file} cannot be written: {error}") from error
    print(f"hunkgate: exported the records of {_tests(known)}")
    return 0


def _import(state: Path, file: Path) -> int:
    from hunkgate import records

    try:
        content = file.read_bytes()
    except OSError as error:
        raise ToolError(f"{file} cannot be read: {error}") from error
    known = records.imported(content)
    records.RecordStore(state).add(known)
    print(f"hunkgate: imported the records of {_tests(known)}")
    return 0


def _tests(known: "Records") -> str:
    count = len({one.node for one in known.tests})
    return f"{count} test{'' if count == 1 else 's'}"


def _files(
    choice: Choice,
    change: Change,
    settings: TestSettings,
    repository: Repository,
    shard: tuple[int, int] | None,
) -> tuple[str, ...]:
    """The test files to run, most telling first; of all files where the choice is all of them."""
    files = dict.fromkeys(ordering.files_in_order(choice, change, time.time()))
    if settings.rules:
        from hunkgate.gates.tests.runners import rules

        files |= dict.fromkeys(rules.tests(change, settings))
    if shard is None:
        return tuple(files)
    from hunkgate.gates.tests import shards
    from hunkgate.ledger import Ledger

    index, count = shard
    return shards.shard(tuple(files), Ledger(repository.state).seconds(), index=index, count=count)


def _give(verdict: Verdict) -> int:
    if verdict.outcome is not Outcome.PASS:
        from hunkgate.commands import answer  # the reports: only a refusal shows one

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

"""What an approver is shown before saying yes: all that the approval binds to, whole and escaped."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hunkgate import process
from hunkgate.approvals import Item, Statement
from hunkgate.gates.dependencies.dependency import DependencyChange
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.model import GITLINK, Change, FileChange, Finding, Origin
from hunkgate.policy import Policy
from hunkgate.reports import dependencies as report
from hunkgate.text import spelled, visible

# Their items bind every file that counted, not only the heaviest one, which they name.
_OF_MANY_FILES = ("size/lines", "size/files", "size/text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One finding that can be approved, and the change that it was found in."""

    finding: Finding
    item: Item
    change: Change


def lines(statement: Statement, chosen: Sequence[Seen], judging: Sequence[Policy]) -> Iterator[str]:
    """Everything that is approved, one escaped line each: names are spelled in ASCII, for some letters look alike.

    The dependencies that change stand first as one table, then each item with the lines of its files.
    """
    yield f"approval {statement.nonce} for {spelled(statement.repository) or 'this repository'}"
    yield from _dependencies(chosen, judging)
    above: set[tuple[int, str]] = set()
    for one in chosen:
        yield ""
        yield f"item {one.item}"
        yield f"  {subject(one.finding)}"
        yield f"  {visible(one.finding.message)}"
        yield from (f"  {visible(line)}" for line in one.finding.detail)
        yield from (f"  {line}" for line in _difference(one, above))


def subject(finding: Finding) -> str:
    """What a finding is about, on one escaped line."""
    commit = f" (commit {finding.commit[:7]})" if finding.commit else ""
    what = finding.what if finding.what and finding.what != finding.path else ""
    return f"[{finding.rule}] {spelled(finding.path)} {visible(what)}".rstrip() + commit


def page(text: str) -> None:
    """Show an escaped text on standard error, by a pager where it is longer than the screen."""
    if text.count("\n") + 4 < shutil.get_terminal_size().lines:
        print(text, file=sys.stderr)
        return
    # The text is escaped already; -S keeps long lines on one row and nothing in them can start a command of the pager. LESS could hold
    # a filter that hides lines.
    program = (shutil.which("less"), "-S") if shutil.which("less") else (shutil.which("more"),)
    argv = [part for part in program if part]
    if (
        not argv
        or process.attached(
            argv, stdin=text.encode(), env={**os.environ, "LESS": "", "LESSSECURE": "1"}, shown=True
        ).status
    ):
        print(text, file=sys.stderr)


def _dependencies(chosen: Sequence[Seen], judging: Sequence[Policy]) -> Iterator[str]:
    """The table that ``hunkgate dependencies`` prints, for each change, of what is approved of it alone; nothing is folded."""
    items = {one.item for one in chosen}
    for change in {id(one.change): one.change for one in chosen if _dependency(one)}.values():
        from hunkgate.gates.dependencies.findings import explained  # the formats' own modules

        found: dict[str, tuple[DependencyChange, ...]] = {}
        for policy in judging:
            settings = policy.settings["dependencies"]
            assert isinstance(settings, DependencySettings)
            for finding, records in explained(change, settings):
                if finding.item in items:
                    found.setdefault(finding.item, records)
        yield ""
        yield f"dependencies{_where(change)}"
        table = report.text([one for records in found.values() for one in records], most=None)
        yield from (f"  {visible(line)}" for line in table.splitlines())


def _where(change: Change) -> str:
    if change.origin is Origin.COMMIT and change.commit:
        return f" (commit {change.commit[:7]})"
    return " (the range as a whole)" if change.origin is Origin.RANGE else ""


def _dependency(one: Seen) -> bool:
    return one.finding.gate == "dependencies"


def _difference(one: Seen, above: set[tuple[int, str]]) -> Iterator[str]:
    """The changed lines of the files that the finding is about, whole: what is not shown is not consented to.

    ``above`` holds the files of changes that stand above already, and takes those that are added.
    """
    for file in one.change.files:
        if one.finding.rule in _OF_MANY_FILES or one.finding.path in file.touched:
            place = (id(one.change), file.path)
            if place in above:
                yield f"{spelled(file.path)}: its lines stand above"
                continue
            above.add(place)
            yield spelled(file.path)
            yield from _of_file(one.change, file)


def _of_file(change: Change, file: FileChange) -> Iterator[str]:
    if file.old_path not in (None, file.path):
        yield f"was {spelled(str(file.old_path))}"
    yield f"mode {file.base_mode:06o} -> {file.head_mode:06o}, {file.base_blob or 'no file'} -> {file.head_blob or 'no file'}"
    if GITLINK in (file.base_mode, file.head_mode):
        yield "a submodule: the commit that it stands on"
    if file.binary:
        yield "binary content"
        return
    for hunk in change.hunks(file):
        yield f"@@ -{hunk.base_start},{hunk.base_length} +{hunk.head_start},{hunk.head_length} @@"
        for sign, changed in (("-", hunk.removed), ("+", hunk.added)):
            for line in changed:
                yield sign + visible(line.removesuffix(b"\n").decode("utf-8", "surrogateescape"))
                if not line.endswith(b"\n"):
                    yield "\\ no line end at the end of the file"

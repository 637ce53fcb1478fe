"""The phrases that every report shares: what a finding is about, what may be done, the exact command for the human."""

import shlex
from collections.abc import Iterable, Sequence
from typing import Literal

from hunkgate.model import Approval, Finding, Level, Origin, Verdict
from hunkgate.text import visible

Decision = Literal["approve", "fix"]

_WEIGHTS = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}
_ITEM_DIGITS = 8
# More than these are approved with --all: the screen that approves shows each of them anyway.
_NAMED_ITEMS = 6


def decision(finding: Finding) -> Decision:
    """What comes next: a human's approval, or a change that the author mends (where an approval may lift it all the same)."""
    return "fix" if finding.item is None or finding.mendable else "approve"


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors before warnings before notes, and what only a human can lift before what the author can mend."""
    return tuple(sorted(findings, key=lambda one: (_WEIGHTS[one.level], decision(one) == "fix")))


def shortened(text: str, most: int) -> str:
    """The text visible on one line of at most ``most`` characters, its end replaced by an ellipsis where it is longer."""
    shown = visible(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def place(finding: Finding) -> str:
    """The path and line, '' for a finding about the whole change. Not escaped."""
    if not finding.path:
        return ""
    return finding.path if finding.line is None else f"{finding.path}:{finding.line}"


def subject(finding: Finding) -> str:
    """What the finding is about: its place, and what was done there. Not escaped."""
    where = place(finding)
    if not finding.what:
        return where or "the whole change"
    if not where or finding.what.startswith(finding.path):
        return finding.what
    return f"{where}: {finding.what}"


def policy(finding: Finding, verdict: Verdict) -> str:
    """The label of the policy that the finding goes by, '' where none is known. Not escaped."""
    return finding.policy or judged_by(verdict)


def scope(verdict: Verdict) -> str:
    """How much was judged, such as ``2 commits, 3 files, 41 lines``."""
    parts = [counted(verdict.commits, "commit")] if verdict.commits else []
    return ", ".join([*parts, counted(verdict.files, "file"), counted(verdict.lines, "line")])


def counted(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def tally(verdict: Verdict) -> str:
    """What the outcome rests on: the reasons of a fault, the findings that block, or how much passed."""
    if verdict.faults:
        return f"{counted(len(verdict.faults), 'reason')} why it could not be judged, which counts as a refusal"
    if not verdict.blocking:
        return scope(verdict)
    return refusals(verdict.blocking)


def refusals(findings: Sequence[Finding]) -> str:
    """How many findings block, and how many of them need a human."""
    human = sum(decision(one) == "approve" for one in findings)
    return f"{counted(len(findings), 'finding')}: {human} for a human (STOP), {len(findings) - human} to mend (FIX)"


def judged_by(verdict: Verdict) -> str:
    """The labels of the policies that judged, in one text. Not escaped."""
    return "; ".join(verdict.policies)


def judged(verdict: Verdict) -> str:
    """What was judged, as the subject of a sentence."""
    return "this range of commits" if verdict.origin is Origin.RANGE else "this commit"


def items(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The item digests of the findings, each once, in order."""
    return tuple(dict.fromkeys(one.item for one in findings if one.item is not None))


def short_item(item: str, verdict: Verdict) -> str:
    """The first 8 digits of an item, or as many more as tell it from every other item of the verdict."""
    others = {one.item for one in verdict.findings if one.item is not None} - {item}
    digits = _ITEM_DIGITS
    while any(other.startswith(item[:digits]) for other in others):
        digits += 1
    return item[:digits]


def approve_command(wanted: tuple[str, ...], verdict: Verdict) -> str:
    """The command with which a human approves these items: to be typed into a shell as it stands."""
    names = (
        [short_item(item, verdict) for item in wanted] if len(wanted) <= _NAMED_ITEMS else ["--all"]
    )
    return " ".join(["hunkgate approve", *names, *_range(verdict)])


def check_command(verdict: Verdict, name: str) -> str:
    """The command that gives the same verdict in the format of this name."""
    return " ".join(["hunkgate check", *(_range(verdict) or ["--staged"]), f"--format {name}"])


def consent(approval: Approval) -> str:
    """Who approved, when, until when, whether signed, and why. Not escaped."""
    made = f" on {day(approval.made)}" if approval.made else ""
    how = "signed" if approval.signed else "recorded, not signed"
    reason = f": {approval.reason}" if approval.reason else ""
    return f"{approval.principal}{made} ({how}), until {day(approval.expires)}{reason}"


def day(seconds: int) -> str:
    """The UTC day of a time in seconds since 1970."""
    import datetime as dt  # only an approval has a day

    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        # Beyond the year 9999: the number itself is the only honest answer.
        return f"second {seconds}"


def _range(verdict: Verdict) -> list[str]:
    # git allows no control character in a revision: escaping changes only what no command could use.
    return [f"--range {shlex.quote(visible(verdict.range))}"] if verdict.range else []

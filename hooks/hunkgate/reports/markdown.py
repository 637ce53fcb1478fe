"""The report for a comment on a pull request: CommonMark with tables and folded parts (GitHub, GitLab, Gitea).

No name can inject: every character of a name or message that Markdown, HTML or a code host gives a meaning is written as a
numeric character reference, which CommonMark (0.31, 2.5) takes as text only, in a table's cell too.
"""

import re
from collections.abc import Iterable, Iterator

from hunkgate.model import Approved, Fault, Finding, Outcome, Verdict
from hunkgate.reports import phrases
from hunkgate.reports.options import Options

# A comment holds at most 65,536 characters on GitHub; what does not fit is counted.
_MOST_CHARACTERS = 60_000
_CELL = 200
_DETAILS = 40
_MARKS = {Outcome.PASS: "✅", Outcome.BLOCK: "⛔", Outcome.FAULT: "⚠️"}


def render(verdict: Verdict, options: Options) -> str:
    """The comment: outcome, the table of what blocks with the worst first, folded details, warnings, what was approved."""
    del options
    kept: list[str] = []
    room = _MOST_CHARACTERS
    left_out = 0
    for part, optional in _parts(verdict):
        if optional and len(part) + 1 > room:
            left_out += 1
            continue
        room -= len(part) + 1
        kept.append(part)
    if left_out:
        kept.append(
            f"\n{left_out} more {'entry' if left_out == 1 else 'entries'} did not fit: `--format json` has them all."
        )
    return "\n".join(kept) + "\n"


def escaped(text: str, most: int = _CELL) -> str:
    """The text, visible and at most ``most`` characters long, as Markdown that shows exactly these characters."""
    return re.sub(
        r"[^\w \-/,]|_", lambda match: _reference(match[0]), phrases.shortened(text, most)
    )


def _reference(character: str) -> str:
    if not character.isascii():
        return character
    # The comment keeps @name and #1 from becoming a mention or a link, for which hosts search the finished text.
    return f"&#{ord(character)};" + ("<!-- -->" if character in "@#" else "")


def _code(text: str) -> str:
    return f"<code>{escaped(text)}</code>" if text else ""


def _parts(verdict: Verdict) -> Iterator[tuple[str, bool]]:
    """The parts in order, each with whether it may be left out where the comment would grow too long."""
    # The first line lets a job find and renew its own comment.
    yield "<!-- hunkgate -->", False
    yield f"## {_MARKS[verdict.outcome]} hunkgate: {verdict.outcome.name}\n", False
    by = f" ({escaped(phrases.judged_by(verdict))})" if verdict.policies else ""
    yield f"{escaped(phrases.tally(verdict))}{by}", False
    yield from _faults(verdict.faults)
    blocking = phrases.worst_first(verdict.blocking)
    yield from _table(
        "", ("", "rule", "what", "why", "way on"), (_refusal(one, verdict) for one in blocking)
    )
    human = phrases.items(blocking)
    if len(human) > 1:
        command = phrases.approve_command(human, verdict)
        yield f"\nA maintainer runs, for all of them: {_code(command)}", False
    yield from ((_details(one), True) for one in blocking if one.detail)
    yield from _table(
        "Warnings",
        ("rule", "what", "why", "way on"),
        (_warning(one) for one in phrases.worst_first(verdict.warned)),
    )
    yield from _table(
        "Approved",
        ("rule", "what", "item", "by"),
        (_lifted(one, verdict) for one in verdict.approved),
    )
    if verdict.remarks:
        yield "", False
        yield from ((f"- {escaped(one)}", True) for one in verdict.remarks)


def _faults(faults: tuple[Fault, ...]) -> Iterator[tuple[str, bool]]:
    if faults:
        yield "\n### Could not be judged\n", False
    for fault in faults:
        remedy = f" **Next:** {escaped(fault.remedy)}" if fault.remedy else ""
        yield f"- {_code(fault.subject)}: {escaped(fault.message, 2000)}{remedy}", True


def _table(
    title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> Iterator[tuple[str, bool]]:
    begun = False
    for row in rows:
        if not begun:
            heading = f"\n### {title}\n" if title else ""
            yield f"{heading}\n{_row(columns)}\n{_row(['---'] * len(columns))}", False
            begun = True
        yield _row(row), True


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _refusal(finding: Finding, verdict: Verdict) -> tuple[str, ...]:
    if finding.item is None:
        word, way = "FIX", escaped(finding.remedy)
    else:
        command = phrases.approve_command((finding.item,), verdict)
        word, way = "STOP", f"a maintainer runs {_code(command)}"
        if finding.remedy:
            way += f" or: {escaped(finding.remedy)}"
    subject = _code(phrases.subject(finding))
    return f"**{word}**", _code(finding.rule), subject, escaped(finding.message), way


def _details(finding: Finding) -> str:
    lines = "\n".join(f"- {escaped(one)}" for one in finding.detail[:_DETAILS])
    more = len(finding.detail) - _DETAILS
    rest = f"\n- and {phrases.counted(more, 'more line')}" if more > 0 else ""
    title = f"{_code(finding.rule)} {_code(phrases.subject(finding))}"
    return f"\n<details><summary>{title}</summary>\n\n{lines}{rest}\n\n</details>"


def _warning(finding: Finding) -> tuple[str, ...]:
    subject = _code(phrases.subject(finding))
    return _code(finding.rule), subject, escaped(finding.message), escaped(finding.remedy)


def _lifted(approved: Approved, verdict: Verdict) -> tuple[str, ...]:
    finding = approved.finding
    item = _code(phrases.short_item(finding.item, verdict)) if finding.item else ""
    consents = "; ".join(escaped(phrases.consent(one)) for one in approved.approvals)
    return _code(finding.rule), _code(phrases.subject(finding)), item, consents

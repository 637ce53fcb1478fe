"""The text that a person, or an agent, reads where the command was run.

Every name and message is escaped, nothing but the report's own line feeds and colours steers the terminal. The whole stays
within a screen: the worst findings in full, the next ones on a line each, the others counted.
"""

from collections.abc import Iterator, Sequence

from hunkgate.model import Approved, Fault, Finding, Origin, Outcome, Verdict
from hunkgate.reports import phrases
from hunkgate.reports.options import Options
from hunkgate.text import visible

# A finding takes at most this many lines, an agent's instructions included.
ITEM_LINES = 12
_AGENT_LINES = 5
_BLOCK_LINES = 5  # first line, what, why, next, or

_FULL = 3
_LISTED = 6
_NOTED = 3
_FAULTS = 20
_COLUMNS = 300
# Problems of a policy come joined in one fault: let several of them be read.
_FAULT_COLUMNS = 2000

_RED, _YELLOW, _GREEN = "1;31", "1;33", "1;32"
_INDENT = " " * 8


def render(verdict: Verdict, options: Options) -> str:
    """The report for standard output. Faults are only counted here: ``faults`` has their text for standard error."""
    lines = [
        *_head(verdict, options),
        *_refusals(verdict, options),
        *_warnings(verdict, options),
        *_approvals(verdict),
        *_remarks(verdict),
    ]
    return "".join(f"{line}\n" for line in lines)


def faults(verdict: Verdict) -> str:
    """What could not be judged, why, and what to do about it: the text for standard error, '' where there was no fault."""
    lines = [line for fault in verdict.faults[:_FAULTS] for line in _fault(fault)]
    if len(verdict.faults) > _FAULTS:
        lines.append(
            f"hunkgate: and {phrases.counted(len(verdict.faults) - _FAULTS, 'more fault')}"
        )
    return "".join(f"{line}\n" for line in lines)


def _fault(fault: Fault) -> Iterator[str]:
    yield (
        f"hunkgate: FAULT {phrases.shortened(fault.subject, _COLUMNS)}: "
        f"{phrases.shortened(fault.message, _FAULT_COLUMNS)}"
    )
    if fault.remedy:
        yield f"next:   {phrases.shortened(fault.remedy, _FAULT_COLUMNS)}"


def _head(verdict: Verdict, options: Options) -> Iterator[str]:
    if verdict.outcome is Outcome.FAULT:
        word = _coloured("FAULT", _RED, options)
        yield (
            f"hunkgate: {word} {phrases.judged(verdict)} could not be judged, which counts as a refusal "
            f"({phrases.counted(len(verdict.faults), 'reason')} in the error output)"
        )
    elif verdict.outcome is Outcome.PASS:
        policies = phrases.shortened(phrases.judged_by(verdict), _COLUMNS)
        by = f" ({policies})" if policies else ""
        yield f"hunkgate: {_coloured('PASS', _GREEN, options)} {phrases.scope(verdict)}{by}"


def _refusals(verdict: Verdict, options: Options) -> Iterator[str]:
    findings = phrases.worst_first(verdict.blocking)
    if not findings:
        return
    human = tuple(one for one in findings if phrases.decision(one) == "approve")
    room = ITEM_LINES - _BLOCK_LINES - (_AGENT_LINES if options.agent else 0)
    details = room if len(findings) == 1 else 2
    for index, finding in enumerate(findings[:_FULL]):
        if index:
            yield ""
        yield from _block(finding, verdict, options, details)
    folded = findings[_FULL:]
    if folded:
        yield ""
        yield from (_line(one, verdict, options) for one in folded[:_LISTED])
        if len(folded) > _LISTED:
            yield (
                f"and {phrases.counted(len(folded) - _LISTED, 'more finding')}: "
                f"{phrases.check_command(verdict, 'json')}"
            )
    if len(findings) > 1:
        yield ""
        yield from _closing(findings, human, verdict)
    if human and options.agent:
        yield from _agent(human, mend=len(human) < len(findings), verdict=verdict)


def _block(finding: Finding, verdict: Verdict, options: Options, details: int) -> Iterator[str]:
    yield f"hunkgate: {_word(finding, options)} [{visible(finding.rule)}] {_sentence(finding, verdict)}"
    yield f"what:   {phrases.shortened(phrases.subject(finding), _COLUMNS)}{_item(finding, verdict)}"
    yield from _detail(finding.detail, details)
    policy = phrases.policy(finding, verdict)
    because = f" ({phrases.shortened(policy, _COLUMNS)})" if policy else ""
    yield f"why:    {phrases.shortened(finding.message, _COLUMNS)}{because}"
    remedy = phrases.shortened(finding.remedy, _COLUMNS)
    if finding.item is None:
        yield f"next:   {remedy}"
        return
    approve = f"a maintainer runs   {phrases.approve_command((finding.item,), verdict)}"
    first, second = (remedy, approve) if phrases.decision(finding) == "fix" else (approve, remedy)
    yield f"next:   {first}"
    if second:
        yield f"or:     {second}"


def _sentence(finding: Finding, verdict: Verdict) -> str:
    subject = phrases.judged(verdict)
    if verdict.origin is Origin.RANGE and finding.commit:
        subject = f"commit {visible(finding.commit)[:8]}"
    ask = "cannot pass as it is" if phrases.decision(finding) == "fix" else "needs a human"
    kept = "Nothing was committed; your" if verdict.origin is Origin.STAGED else "Your"
    return f"{subject} {ask}. {kept} files are unchanged."


def _detail(detail: Sequence[str], most: int) -> Iterator[str]:
    shown = detail if len(detail) <= most else detail[: most - 1]
    yield from (f"{_INDENT}{phrases.shortened(one, _COLUMNS)}" for one in shown)
    if len(shown) < len(detail):
        yield f"{_INDENT}and {phrases.counted(len(detail) - len(shown), 'more line')} (--format json)"


def _line(finding: Finding, verdict: Verdict, options: Options) -> str:
    return (
        f"hunkgate: {_word(finding, options)} [{visible(finding.rule)}] "
        f"{phrases.shortened(phrases.subject(finding), _COLUMNS)}{_item(finding, verdict)}"
    )


def _closing(
    findings: Sequence[Finding], human: Sequence[Finding], verdict: Verdict
) -> Iterator[str]:
    yield f"hunkgate: {phrases.refusals(findings)}"
    if human and len(human) < len(findings):
        yield "next:   first mend what says FIX: an approval holds for exactly the content that it was given for"
    if len(human) > 1:
        command = phrases.approve_command(phrases.items(human), verdict)
        yield f"next:   a maintainer runs, for all of them   {command}"


def _agent(human: Sequence[Finding], *, mend: bool, verdict: Verdict) -> Iterator[str]:
    """The instructions for an agent: scoped to what is blocked, terse, with the one way on. Five lines."""
    one = len(human) == 1
    names = _quotable(phrases.subject(human[0])) if one else f"{len(human)} changes"
    command = phrases.approve_command(phrases.items(human), verdict)
    first = "Mend what says FIX. " if mend else ""
    # Mending, and the other way on, may mean to split: forbid it only for what waits for the human.
    blocked = "what says STOP" if mend else "this change" if one else "these changes"
    yield (
        f"you:    do not retry, split, reword or move {blocked} other than or: says, and leave the hooks as "
        "they are: the same check runs on push and in CI."
    )
    yield f"{_INDENT}{first}Only {'this item is' if one else 'these items are'} blocked; other work may go on."
    yield f"{_INDENT}Say to the user, word for word:"
    yield f'{_INDENT}  "hunkgate needs your approval for {names}. In your own terminal run:  {command}"'
    yield f"{_INDENT}then stop and wait."


def _quotable(text: str) -> str:
    # The name of a file is the one part of the sentence that an attacker writes: keep it short and inside its quotes.
    return phrases.shortened(text, 100).replace('"', "'")


def _warnings(verdict: Verdict, options: Options) -> Iterator[str]:
    word = _coloured("WARN", _YELLOW, options)
    findings = phrases.worst_first(verdict.warned)
    for one in findings[:_NOTED]:
        said = f"{phrases.subject(one)}: {one.message}"
        yield f"hunkgate: {word} [{visible(one.rule)}] {phrases.shortened(said, _COLUMNS)}"
    if len(findings) > _NOTED:
        yield f"and {phrases.counted(len(findings) - _NOTED, 'more warning')} (--format json)"


def _approvals(verdict: Verdict) -> Iterator[str]:
    yield from (_approved(one, verdict) for one in verdict.approved[:_NOTED])
    if len(verdict.approved) > _NOTED:
        yield f"and {len(verdict.approved) - _NOTED} more approved (--format json)"


def _approved(approved: Approved, verdict: Verdict) -> str:
    finding = approved.finding
    consents = "; ".join(phrases.consent(one) for one in approved.approvals)
    return (
        f"hunkgate: APPROVED [{visible(finding.rule)}] "
        f"{phrases.shortened(phrases.subject(finding), _COLUMNS)}{_item(finding, verdict)} "
        f"by {phrases.shortened(consents, _COLUMNS)}"
    )


def _remarks(verdict: Verdict) -> Iterator[str]:
    yield from (
        f"hunkgate: NOTE {phrases.shortened(one, _COLUMNS)}" for one in verdict.remarks[:_NOTED]
    )
    if len(verdict.remarks) > _NOTED:
        yield f"and {phrases.counted(len(verdict.remarks) - _NOTED, 'more note')} (--format json)"


def _item(finding: Finding, verdict: Verdict) -> str:
    return f"   (item {phrases.short_item(finding.item, verdict)})" if finding.item else ""


def _word(finding: Finding, options: Options) -> str:
    if phrases.decision(finding) == "fix":
        return _coloured("FIX", _YELLOW, options)
    return _coloured("STOP", _RED, options)


def _coloured(word: str, code: str, options: Options) -> str:
    return f"\x1b[{code}m{word}\x1b[0m" if options.colour else word

"""Annotations for GitHub Actions: one workflow command a line on standard output, and a text for the job's summary.

Source: GitHub's documentation, "Workflow commands for GitHub Actions"; the escapes are those of its own toolkit (data: ``%``,
CR and LF; properties: ``:`` and ``,`` too). GitHub shows ten errors and ten warnings of a step: the worst come first.
"""

from collections.abc import Iterator, Mapping

from hunkgate.model import Finding, Level, Outcome, Verdict
from hunkgate.reports import markdown, phrases
from hunkgate.reports.options import Options
from hunkgate.text import visible

_COMMANDS: Mapping[Level, str] = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTE: "notice",
}


def render(verdict: Verdict, options: Options) -> str:
    """The workflow commands: faults, blocking findings, warnings, approved findings, remarks, and the outcome last."""
    del options
    return "".join(f"{line}\n" for line in _commands(verdict))


def summary(verdict: Verdict) -> str:
    """The Markdown for the file that ``GITHUB_STEP_SUMMARY`` names: appended there, it shows on the job's page."""
    return markdown.render(verdict, Options())


def _commands(verdict: Verdict) -> Iterator[str]:
    for fault in verdict.faults:
        yield _command(
            "error", "hunkgate FAULT", (f"{fault.subject}: {fault.message}", fault.remedy)
        )
    for finding in phrases.worst_first(verdict.blocking):
        word = "FIX" if phrases.decision(finding) == "fix" else "STOP"
        yield _annotation("error", word, finding, _blocked(finding, verdict))
    for finding in phrases.worst_first(verdict.warned):
        yield _annotation(
            _COMMANDS[finding.level], "WARN", finding, (_said(finding), finding.remedy)
        )
    for approved in verdict.approved:
        consents = tuple(f"by {phrases.consent(one)}" for one in approved.approvals)
        yield _annotation(
            "notice", "APPROVED", approved.finding, (_said(approved.finding), *consents)
        )
    for remark in verdict.remarks:
        yield _command("notice", "hunkgate NOTE", (remark,))
    command = "notice" if verdict.outcome is Outcome.PASS else "error"
    yield _command(command, f"hunkgate {verdict.outcome.name}", (phrases.tally(verdict),))


def _blocked(finding: Finding, verdict: Verdict) -> tuple[str, ...]:
    policy = phrases.policy(finding, verdict)
    because = f" ({policy})" if policy else ""
    said = (f"{_said(finding)}{because}", *finding.detail)
    if finding.item is None:
        return (*said, f"next: {finding.remedy}")
    command = phrases.approve_command((finding.item,), verdict)
    return (
        *said,
        f"next: a maintainer runs: {command}",
        finding.remedy and f"or: {finding.remedy}",
    )


def _said(finding: Finding) -> str:
    return f"{phrases.subject(finding)}: {finding.message}"


def _annotation(command: str, word: str, finding: Finding, lines: tuple[str, ...]) -> str:
    place = {"file": finding.path} if finding.path else {}
    if finding.path and finding.line is not None:
        place["line"] = str(finding.line)
    return _command(command, f"hunkgate {word} {finding.rule}", lines, place)


def _command(
    name: str, title: str, lines: tuple[str, ...], place: Mapping[str, str] | None = None
) -> str:
    properties = {**(place or {}), "title": title}
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    # Escaped as for a terminal first: the log shows the same text, and only the line feeds put here are line feeds there.
    text = "\n".join(visible(line) for line in lines if line)
    return f"::{name} {written}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")

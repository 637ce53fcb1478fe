"""The report for scripts: one JSON document, version 1, described by ``report.schema.json`` beside this module.

The document is ASCII: what is not is written as an escape, and a byte of a name that is not UTF-8 as the lone surrogate that
Python's surrogateescape reads back (PEP 383), so that every path arrives exactly as it is.
"""

import json
from collections.abc import Mapping, Set
from typing import Literal

from hunkgate import __version__
from hunkgate.model import Approval, Finding, Verdict
from hunkgate.reports import phrases
from hunkgate.reports.options import Options

VERSION = 1

State = Literal["blocking", "warned", "approved"]


def render(verdict: Verdict, options: Options) -> str:
    """The document, indented by two. Raises TypeError where a gate puts into ``Finding.data`` what JSON has no word for."""
    del options
    return json.dumps(document(verdict), indent=2, allow_nan=False) + "\n"


def document(verdict: Verdict) -> dict[str, object]:
    """The verdict as JSON values; keys and their meaning are those of the schema."""
    items = phrases.items(verdict.blocking)
    return {
        "version": VERSION,
        "tool": {"name": "hunkgate", "version": __version__},
        "outcome": verdict.outcome.name.lower(),
        "exit_code": verdict.outcome.value,
        "origin": verdict.origin.value,
        "range": verdict.range or None,
        "commits": verdict.commits,
        "files": verdict.files,
        "lines": verdict.lines,
        "gates": list(verdict.gates),
        "policies": list(verdict.policies),
        "findings": [
            *(
                _finding(one, "blocking", (), verdict)
                for one in phrases.worst_first(verdict.blocking)
            ),
            *(_finding(one, "warned", (), verdict) for one in phrases.worst_first(verdict.warned)),
            *(
                _finding(one.finding, "approved", one.approvals, verdict)
                for one in verdict.approved
            ),
        ],
        "faults": [
            {"subject": one.subject, "message": one.message, "remedy": one.remedy}
            for one in verdict.faults
        ],
        "remarks": list(verdict.remarks),
        "items": list(items),
        "human_command": phrases.approve_command(items, verdict) if items else None,
        # The same change gets the same answer: a loop that runs the command again learns nothing.
        "retry": False,
    }


def _finding(
    finding: Finding, state: State, approvals: tuple[Approval, ...], verdict: Verdict
) -> dict[str, object]:
    blocking = state == "blocking"
    command = (
        phrases.approve_command((finding.item,), verdict) if blocking and finding.item else None
    )
    return {
        "rule": finding.rule,
        "gate": finding.gate,
        "state": state,
        "level": finding.level.value,
        "decision": phrases.decision(finding) if blocking else None,
        "path": finding.path,
        "line": finding.line,
        "what": finding.what,
        "message": finding.message,
        "remedy": finding.remedy,
        "detail": list(finding.detail),
        "data": _value(finding.data),
        "item": finding.item,
        "commit": finding.commit,
        "policy": finding.policy,
        "human_command": command,
        "approvals": [_approval(one) for one in approvals],
    }


def _approval(approval: Approval) -> dict[str, object]:
    return {
        "principal": approval.principal,
        "signed": approval.signed,
        "made": approval.made or None,
        "expires": approval.expires,
        "nonce": approval.nonce,
        "key": approval.key,
        "reason": approval.reason,
        "items": sorted(approval.items),
    }


def _value(value: object) -> object:
    """The value with the house's immutable collections as JSON's; anything else is left for ``json`` to accept or refuse."""
    if isinstance(value, Mapping):
        return {str(key): _value(one) for key, one in value.items()}
    if isinstance(value, Set):
        return sorted((_value(one) for one in value), key=str)
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    return value

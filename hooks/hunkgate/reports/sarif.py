"""The report for code scanning: SARIF 2.1.0 (OASIS Standard, 27 March 2020), one run.

Every result has exactly one location with a line, because code hosts refuse a whole upload over one result without: a finding
about the whole change points at the policy file, where the limit is written.
"""

import hashlib
import json
import urllib.parse
from collections import Counter
from collections.abc import Iterable, Iterator

from hunkgate import __version__
from hunkgate.gate import Rule
from hunkgate.model import Approval, Finding, Outcome, Verdict
from hunkgate.policy import POLICY_FILE
from hunkgate.reports import phrases
from hunkgate.reports.options import Options
from hunkgate.text import visible

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0-rtm.5.json"
_HOME = "https://github.com/hunkgate/hunkgate"
_ROOT = "%SRCROOT%"


def render(verdict: Verdict, options: Options) -> str:
    """The log, indented by two, in ASCII. Rules that ``options`` does not describe are listed by their id alone."""
    return json.dumps(log(verdict, options.rules), indent=2) + "\n"


def log(verdict: Verdict, rules: Iterable[Rule]) -> dict[str, object]:
    """The verdict as a SARIF log: faults and remarks are notifications of the invocation, findings are results."""
    summaries = {rule.id: rule.summary for rule in rules}
    for finding in verdict.findings:
        summaries.setdefault(finding.rule, "")
    places = {rule: index for index, rule in enumerate(summaries)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "hunkgate",
                        "semanticVersion": __version__,
                        "informationUri": _HOME,
                        "rules": [_rule(*one) for one in summaries.items()],
                    }
                },
                "invocations": [_invocation(verdict)],
                "originalUriBaseIds": {
                    _ROOT: {"description": {"text": "The root of the repository."}}
                },
                "columnKind": "unicodeCodePoints",
                "results": list(_results(verdict, places)),
            }
        ],
    }


def _rule(rule: str, summary: str) -> dict[str, object]:
    described = {"shortDescription": {"text": summary}} if summary else {}
    page = rule.partition("/")[0]
    return {"id": rule, **described, "helpUri": f"{_HOME}/blob/main/docs/{page}.md"}


def _invocation(verdict: Verdict) -> dict[str, object]:
    notes: list[dict[str, object]] = []
    for fault in verdict.faults:
        remedy = f". {fault.remedy}" if fault.remedy else ""
        text = visible(f"{fault.subject}: {fault.message}{remedy}")
        notes.append({"level": "error", "message": {"text": text}})
    notes.extend({"level": "note", "message": {"text": visible(one)}} for one in verdict.remarks)
    return {
        "executionSuccessful": verdict.outcome is not Outcome.FAULT,
        "exitCode": verdict.outcome.value,
        "toolExecutionNotifications": notes,
    }


def _results(verdict: Verdict, places: dict[str, int]) -> Iterator[dict[str, object]]:
    lifted: list[tuple[Finding, tuple[Approval, ...]]] = [
        *((one, ()) for one in phrases.worst_first(verdict.blocking)),
        *((one, ()) for one in phrases.worst_first(verdict.warned)),
        *((one.finding, one.approvals) for one in verdict.approved),
    ]
    seen: Counter[str] = Counter()
    for finding, approvals in lifted:
        print_ = _fingerprint(finding)
        seen[print_] += 1
        yield {
            "ruleId": finding.rule,
            "ruleIndex": places[finding.rule],
            "level": finding.level.value,
            "message": {"text": _text(finding, verdict)},
            "locations": [_location(finding)],
            # Code hosts follow an alert through later runs by this key alone; the number tells twins apart.
            "partialFingerprints": {"primaryLocationLineHash": f"{print_}:{seen[print_]}"},
            # All results or none must have this key (SARIF 2.1.0, 3.27.23): an empty list is "not suppressed".
            "suppressions": _suppressions(approvals),
            "properties": _properties(finding),
        }


def _fingerprint(finding: Finding) -> str:
    """Told by rule, path and name of what was done, not by line or content: it stays the same while the finding does."""
    fields = (finding.rule, finding.path, finding.what)
    told = "\0".join(fields).encode("utf-8", "surrogatepass")
    return hashlib.sha256(told).hexdigest()[:16]


def _text(finding: Finding, verdict: Verdict) -> str:
    lines = [f"{visible(phrases.subject(finding))}: {visible(finding.message)}"]
    lines += [visible(one) for one in finding.detail]
    if finding.remedy:
        lines.append(visible(finding.remedy))
    if finding.item is not None and finding in verdict.blocking:
        lines.append(f"A maintainer runs: {phrases.approve_command((finding.item,), verdict)}")
    return "\n".join(lines)


def _location(finding: Finding) -> dict[str, object]:
    path = (finding.path or POLICY_FILE).encode("utf-8", "surrogateescape")
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": urllib.parse.quote(path, safe="/"), "uriBaseId": _ROOT},
            "region": {"startLine": finding.line or 1},
        }
    }


def _suppressions(approvals: Iterable[Approval]) -> list[dict[str, object]]:
    # The schema wants them unique: two approvals that read alike are one.
    reasons = dict.fromkeys(f"approved by {visible(phrases.consent(one))}" for one in approvals)
    return [{"kind": "external", "justification": reason} for reason in reasons]


def _properties(finding: Finding) -> dict[str, object]:
    facts = {
        "decision": phrases.decision(finding),
        "item": finding.item,
        "commit": finding.commit,
        "policy": visible(finding.policy),
    }
    return {key: value for key, value in facts.items() if value}

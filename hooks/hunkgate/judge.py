"""The judge: changes, policies, gates and approvals in, one Verdict out."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace

from hunkgate.errors import HunkgateError
from hunkgate.gate import Gate
from hunkgate.model import Approved, Change, Fault, Finding, Level, Origin, Status, Verdict
from hunkgate.policy import Policy

Lift = Callable[[Sequence[Finding]], tuple[Sequence[Finding], Sequence[Approved]]]


def judge(
    changes: Iterable[Change],
    policies: Sequence[Policy],
    gates: Sequence[Gate[object]],
    *,
    lift: Lift | None = None,
    remarks: Sequence[str] = (),
) -> Verdict:
    """The verdict on all changes of one occasion under every policy: where two disagree the stricter answer wins.

    ``lift`` parts the blocking findings into those that still block and those that approvals lift. What a gate cannot judge becomes a
    fault; faults never lift.
    """
    found: dict[tuple[str, str, str, int | None, str | None], Finding] = {}
    faults: dict[tuple[str, str], Fault] = {}
    ran: dict[str, None] = {}
    files = lines = commits = 0
    origin = Origin.STAGED
    try:
        for change in changes:
            origin = Origin.STAGED if change.origin is Origin.STAGED else Origin.RANGE
            commits += change.origin is Origin.COMMIT
            if change.origin is not Origin.COMMIT:
                files += len(change.files)
                lines += sum(file.lines for file in change.files)
            conflict = next((one for one in change.files if one.status is Status.UNMERGED), None)
            if conflict is not None:
                fault = Fault(
                    subject="index",
                    message=f"{conflict.path} has unresolved conflicts",
                    remedy="resolve them, then git add the file",
                )
                faults.setdefault(("index", conflict.path), fault)
            for policy in policies:
                for gate in gates:
                    if gate.name in policy.enabled:
                        ran.setdefault(gate.name)
                        if conflict is None:
                            _judged(change, policy, gate, found, faults)
    except HunkgateError as error:
        faults.setdefault(
            ("repository", error.message),
            Fault(subject="repository", message=error.message, remedy=error.remedy),
        )
    findings = sorted(found.values(), key=_weight)
    blocking: Sequence[Finding] = [finding for finding in findings if finding.level is Level.ERROR]
    approved: Sequence[Approved] = ()
    if lift is not None and blocking:
        blocking, approved = lift(blocking)
    return Verdict(
        blocking=tuple(blocking),
        warned=tuple(finding for finding in findings if finding.level is not Level.ERROR),
        approved=tuple(approved),
        faults=tuple(faults.values()),
        remarks=tuple(dict.fromkeys(remarks)),
        policies=tuple(dict.fromkeys(policy.label for policy in policies)),
        gates=tuple(ran),
        origin=origin,
        files=files,
        lines=lines,
        commits=commits,
    )


def _judged(
    change: Change,
    policy: Policy,
    gate: Gate[object],
    found: dict[tuple[str, str, str, int | None, str | None], Finding],
    faults: dict[tuple[str, str], Fault],
) -> None:
    try:
        for finding in gate.findings(change, policy):
            key = (finding.rule, finding.path, finding.message, finding.line, finding.item)
            labelled = replace(
                finding,
                commit=change.commit if change.origin is Origin.COMMIT else None,
                policy=policy.label,
            )
            known = found.get(key)
            if known is None or (known.level is not Level.ERROR and finding.level is Level.ERROR):
                found[key] = labelled
    except HunkgateError as error:
        fault = Fault(subject=gate.name, message=error.message, remedy=error.remedy)
        faults.setdefault((gate.name, error.message), fault)


def _weight(finding: Finding) -> tuple[int, str, str, int]:
    """Worst first, then by rule and place."""
    order = (Level.ERROR, Level.WARNING, Level.NOTE)
    return (
        order.index(finding.level),
        finding.rule,
        finding.path,
        finding.line or 0,
    )


def merged(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict out of those on the several refs of a push; an empty one where nothing was to judge."""
    if len(verdicts) == 1:
        return verdicts[0]
    return Verdict(
        blocking=tuple(
            sorted((one for verdict in verdicts for one in verdict.blocking), key=_weight)
        ),
        warned=tuple(sorted((one for verdict in verdicts for one in verdict.warned), key=_weight)),
        approved=tuple(one for verdict in verdicts for one in verdict.approved),
        faults=tuple(dict.fromkeys(one for verdict in verdicts for one in verdict.faults)),
        remarks=tuple(dict.fromkeys(one for verdict in verdicts for one in verdict.remarks)),
        policies=tuple(dict.fromkeys(one for verdict in verdicts for one in verdict.policies)),
        gates=tuple(dict.fromkeys(one for verdict in verdicts for one in verdict.gates)),
        origin=(
            Origin.RANGE
            if not verdicts or any(one.origin is Origin.RANGE for one in verdicts)
            else Origin.STAGED
        ),
        files=sum(verdict.files for verdict in verdicts),
        lines=sum(verdict.lines for verdict in verdicts),
        commits=sum(verdict.commits for verdict in verdicts),
        range=_common({verdict.range for verdict in verdicts}),
    )


def _common(ranges: Set[str]) -> str:
    """The one range of all, '' where the refs of a push bring several."""
    return next(iter(ranges)) if len(ranges) == 1 else ""

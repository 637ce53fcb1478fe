"""Which findings verified approvals lift: the right transition, by enough of the right people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hunkgate import globs
from hunkgate.approvals.items import Item
from hunkgate.approvals.settings import ApprovalSettings, ApproverRule
from hunkgate.model import Approval, Approved, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What lifts one finding: so many people, each one of ``principals`` (None: any signer)."""

    count: int
    principals: frozenset[str] | None = None

    def met(self, given: Iterable[Approval]) -> bool:
        """Whether these approvals come from enough of the right people."""
        fit = [one for one in given if self.principals is None or one.principal in self.principals]
        return people(fit) >= self.count

    def __str__(self) -> str:
        who = "any signer" if self.principals is None else " or ".join(sorted(self.principals))
        return f"{self.count} approval{'s' if self.count > 1 else ''} by {who}"


def needs(finding: Finding, settings: ApprovalSettings) -> tuple[Need, ...]:
    """Everything that has to be met before the finding is lifted: the table's own count and every rule that it falls under."""
    return (
        Need(count=settings.count),
        *(
            Need(count=rule.count, principals=frozenset(rule.principals) or None)
            for rule in settings.rules
            if _falls_under(finding, rule)
        ),
    )


def lift(
    findings: Iterable[Finding],
    approvals: Iterable[Approval],
    settings: ApprovalSettings,
    settled: frozenset[str] = frozenset(),
) -> tuple[tuple[Finding, ...], tuple[Approved, ...]]:
    """The findings that stay, and those that the approvals lift, each in the order given.

    An approval counts for a finding when it names its item, or when several name transitions that lead from the finding's base
    state to its head state under rules of its gate, its own rule among them: "added" and then "upgraded" is "added" on the
    whole. ``settled`` holds the items that were lifted commit by commit in the range whose whole is now judged; those stand for
    any rule of their gate.
    """
    counted = [one for one in approvals if one.signed or settings.require == "recorded"]
    by_item: dict[str, list[Approval]] = {}
    transitions: dict[str, dict[str, set[Item]]] = {}
    for approval in counted:
        for item in approval.items:
            by_item.setdefault(item, []).append(approval)
            if isinstance(item, Item):
                transitions.setdefault(item.before, {}).setdefault(item.after, set()).add(item)
    left, lifted = [], []
    for finding in findings:
        used = _lifting(finding, by_item, transitions, settings, settled) if counted else ()
        if used:
            lifted.append(Approved(finding=finding, approvals=used))
        else:
            left.append(finding)
    return tuple(left), tuple(lifted)


def people(approvals: Iterable[Approval]) -> int:
    """How many different people gave them: two names with one key, or two keys of one name, are one person."""
    groups: list[set[tuple[str, str]]] = []
    for approval in approvals:
        marks = {("principal", approval.principal)}
        if approval.key:
            marks.add(("key", approval.key))
        joined = [group for group in groups if group & marks]
        groups = [group for group in groups if not group & marks]
        groups.append(marks.union(*joined))
    return len(groups)


def _lifting(
    finding: Finding,
    by_item: Mapping[str, list[Approval]],
    transitions: Mapping[str, Mapping[str, set[Item]]],
    settings: ApprovalSettings,
    settled: frozenset[str],
) -> tuple[Approval, ...]:
    """The approvals that lift the finding, empty where they do not."""
    if finding.item is None:
        return ()
    asked = needs(finding, settings)
    direct = by_item.get(finding.item, [])
    if direct and all(need.met(direct) for need in asked):
        return tuple(direct)
    if not isinstance(finding.item, Item):
        return ()
    # A place on the way: the state reached, and whether the finding's own rule was among the links that led there.
    start = (finding.item.before, False)
    reached: dict[tuple[str, bool], tuple[Approval, ...]] = {start: ()}
    waiting = [start]
    while waiting:
        place = waiting.pop(0)
        state, own = place
        for after, items in transitions.get(state, {}).items():
            links = sorted(item for item in items if item.gate == finding.gate)
            given = [approval for item in links for approval in by_item[item]]
            if not given or not all(need.met(given) for need in asked):
                continue
            named = any(item.rule == finding.rule or item in settled for item in links)
            next_place = (after, own or named)
            if next_place in reached:
                continue
            reached[next_place] = tuple(dict.fromkeys((*reached[place], *given)))
            if next_place == (finding.item.after, True):
                return reached[next_place]
            waiting.append(next_place)
    return ()


def _falls_under(finding: Finding, rule: ApproverRule) -> bool:
    if rule.gates and finding.gate not in rule.gates:
        return False
    if rule.ecosystems:
        # A finding that does not say its ecosystem could be of any: the rule is asked for rather than missed.
        said = finding.data.get("ecosystem")
        if finding.gate != "dependencies" or (said is not None and said not in rule.ecosystems):
            return False
    if rule.paths:
        old = finding.data.get("old_path")
        paths = (finding.path, old) if isinstance(old, str) else (finding.path,)
        return any(rule.paths.covers(form) for path in paths for form in (path, globs.fold(path)))
    return True

"""A change of a dependency as others take it: one line for a reader, JSON values for a program."""

from hunkgate.gates.dependencies.dependency import Dependency, DependencyChange, Kind
from hunkgate.gates.dependencies.purl import purl
from hunkgate.text import spelled, visible


def line(change: DependencyChange) -> str:
    """The change on one line, escaped: ``+ name 1.0``, ``- name 1.0``, ``~ name 1.0 -> 1.1``."""
    name = spelled(change.name)
    if change.kind is Kind.UNREADABLE:
        return f"? {visible(change.name)} could not be read"
    old, new = _short(change.base_value), _short(change.head_value)
    if change.kind is Kind.ADDED or (change.before is None and not old):
        return f"+ {name} {new}".rstrip()
    if change.kind is Kind.REMOVED or (change.after is None and not new):
        return f"- {name} {old}".rstrip()
    if old == new:
        return f"~ {name} {new}".rstrip()
    return f"~ {name} {old or '(any)'} -> {new or '(any)'}"


def facts(change: DependencyChange) -> dict[str, object]:
    """The change as JSON values: what it is, from what to what, why it matters, where."""
    return {
        "ecosystem": change.ecosystem,
        "name": change.name,
        "change": _word(change),
        "from": change.base_value if _has_base(change) else None,
        "to": change.head_value if _has_head(change) else None,
        "kind": change.kind.value,
        "signals": [one.name for one in change.signals],
        "level": change.signals[0].level.value if change.signals else None,
        "why": [one.message for one in change.signals],
        "file": change.file,
        "line": change.line or None,
        "explained_by": change.explained_by or None,
        "before": _side(change.before),
        "after": _side(change.after),
        "data": dict(change.data),
    }


def _word(change: DependencyChange) -> str:
    if change.kind is Kind.UNREADABLE:
        return "changed"
    if not _has_base(change):
        return "added"
    return "changed" if _has_head(change) else "removed"


def _has_base(change: DependencyChange) -> bool:
    return change.before is not None or ("option" in change.data and bool(change.base_value))


def _has_head(change: DependencyChange) -> bool:
    return change.after is not None or ("option" in change.data and bool(change.head_value))


def _side(one: Dependency | None) -> dict[str, object] | None:
    if one is None:
        return None
    return {
        "purl": purl(one),
        "raw_name": one.raw_name or one.name,
        "requirement": one.requirement,
        "version": one.version,
        "scope": one.scope,
        "source": {
            "kind": one.source.kind.value,
            "locator": one.source.locator,
            "ref": one.source.ref,
            "ref_kind": one.source.ref_kind.value,
        },
        "hashes": sorted(one.hashes),
        "flags": sorted(one.flags),
        "licence": one.licence,
    }


def _short(value: str) -> str:
    shown = spelled(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."

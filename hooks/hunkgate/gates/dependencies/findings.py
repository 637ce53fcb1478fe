"""From every change of a dependency to what a human approves: one finding each, with the reasons why it matters."""

import hashlib
from collections.abc import Iterator
from itertools import groupby

from hunkgate import approvals
from hunkgate.gates.dependencies import rules
from hunkgate.gates.dependencies.dependency import DependencyChange, Kind
from hunkgate.gates.dependencies.facts import facts, line
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey
from hunkgate.model import Change, Finding
from hunkgate.text import spelled, visible

_Record = tuple[bytes, ...]


def findings(change: Change, settings: DependencySettings) -> Iterator[Finding]:
    """One finding for each dependency or option that changed and has a signal; one for a whole lock that was deleted."""
    for finding, _changes in explained(change, settings):
        yield finding


def explained(
    change: Change, settings: DependencySettings
) -> Iterator[tuple[Finding, tuple[DependencyChange, ...]]]:
    """The same findings, each with the changes that it stands for."""
    changes = [one for one in survey(change, settings) if one.signals]
    modes = {file.path: (file.base_mode, file.head_mode) for file in change.files}
    for (file, deleted), group in groupby(changes, key=lambda one: (one.file, _lock_deleted(one))):
        several = list(group)
        if deleted and len(several) > 1:
            yield _deleted(file, several), tuple(several)
        else:
            for one in several:
                yield _finding(one, modes.get(one.file, (0, 0))), (one,)


def _finding(change: DependencyChange, modes: tuple[int, int]) -> Finding:
    worst = change.signals[0]
    rule = f"dependencies/{worst.name}"
    liftable = all(rules.BY_NAME[one.name].liftable for one in change.signals)
    before, after = (
        # A manifest that became a program or a link is not the one that was approved.
        None if record is None else (*record, b"mode", b"%o" % mode)
        for record, mode in zip(_records(change), modes, strict=True)
    )
    item = approvals.dependency_item(
        rule, change.file, change.ecosystem, change.name, before, after
    )
    return Finding(
        rule=rule,
        path=change.file,
        message=f"{spelled(change.name)}: {worst.message}",
        remedy=_remedy(change, liftable=liftable),
        level=worst.level,
        line=change.line or None,
        item=item if liftable else None,
        what=f"{visible(change.file)}: {line(change)}",
        detail=tuple(f"{one.name}: {one.message}" for one in change.signals[1:]),
        data=facts(change),
    )


def _deleted(file: str, changes: list[DependencyChange]) -> Finding:
    """One finding for all that a deleted lock held: an approval of it names every record."""
    worst = changes[0].signals[0]
    rule = f"dependencies/{worst.name}"
    records = [field for one in changes for field in _records(one)[0] or ()]
    return Finding(
        rule=rule,
        path=file,
        message=f"{visible(file)}: {worst.message}",
        remedy="restore the lock, or have a maintainer approve that it goes",
        level=worst.level,
        item=approvals.dependency_item(rule, file, changes[0].ecosystem, "*", tuple(records), None),
        what=f"{visible(file)}: - {len(changes)} locked versions",
        data={"changes": [facts(one) for one in changes]},
    )


def _lock_deleted(change: DependencyChange) -> bool:
    return any(one.name == "lock-deleted" for one in change.signals)


def _records(change: DependencyChange) -> tuple[_Record | None, _Record | None]:
    """What an approval binds to on both sides. Texts that may hold any character (a script) are bound by their digest."""
    if change.kind is Kind.UNREADABLE:
        return _digest_record(b"file", change.data["base"]), _digest_record(
            b"file", change.data["head"]
        )
    if "option" in change.data:
        # What is told once for many packages is bound by a digest of all their records.
        return (
            _option_record(change.base_value, change.data.get("base", "")),
            _option_record(change.head_value, change.data.get("head", "")),
        )
    after = change.after.record() if change.after else None
    if after is not None and (backend := change.data.get("build-backend")):
        after = (*after, b"build-backend", _sha256(backend))
    return change.before.record() if change.before else None, after


def _option_record(value: str, digest: str) -> _Record | None:
    if not value:
        return None
    return (b"option", _sha256(value), *((digest.encode("ascii"),) if digest else ()))


def _digest_record(kind: bytes, digest: str) -> _Record | None:
    return (kind, digest.encode("ascii")) if digest else None


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest().encode("ascii")


def _remedy(change: DependencyChange, *, liftable: bool) -> str:
    if not liftable:
        return "take the package out; the policy denies it and no approval lifts that"
    if change.kind is Kind.UNREADABLE:
        return "mend the file so that its own tool reads it"
    return "take this part of the change back"

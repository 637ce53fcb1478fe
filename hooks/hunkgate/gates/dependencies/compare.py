"""What a change did to the dependencies of one file: two readings in, one record for each dependency or option that differs out.

The key is (ecosystem, real name). Several versions of one name are a set, so that a lock with three copies of a package is compared as
such; one that left and one that came are one change, not a removal and an addition.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from hunkgate.gates.dependencies import sources, versions
from hunkgate.gates.dependencies.contents import hash_change
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    DependencyChange,
    Kind,
    Option,
    Reading,
    Source,
    SourceKind,
)

_Key = tuple[str, str]


class _Facts(NamedTuple):
    """What makes two statements of one dependency the same, but for the scopes that it is stated in."""

    value: str
    source: Source
    hashes: frozenset[str]
    flags: frozenset[str]
    alias: str


def compare(before: Reading, after: Reading, *, file: str) -> tuple[DependencyChange, ...]:
    """The changes between two readings of one file, in the order of ecosystem and name, options last; signals are not given yet.

    ``file`` is the path that the changes are reported under. Two readings that state the same give nothing, however differently
    they are written.
    """
    old, new = _by_name(before), _by_name(after)
    changes: list[DependencyChange] = []
    for key in sorted(old.keys() | new.keys()):
        left, right = old.get(key, []), new.get(key, [])
        if len(left) == 1 and len(right) == 1 and _alike(left[0], right[0]):
            continue
        for one, other in _apart(left, right):
            changes.extend(_changes(key, one, other, file))
    if any(one.before is None for one in changes):
        registries = _Registries(before)
        changes = [_marked(one, registries) for one in changes]
    changes.extend(_options(before.options, after.options, file))
    return tuple(changes)


# Backends whose module is not called as the package that brings it.
_BRINGS = {"meson-python": "mesonpy", "sip": "sipbuild"}


def fold_backend(changes: tuple[DependencyChange, ...]) -> tuple[DependencyChange, ...]:
    """The changes with that of a build backend told by the build requirement that brings it, or that leaves with it, where one does.

    A backend is a module path and its requirement a package (``flit_core.buildapi``, flit-core): two lines of a manifest, one fact. A
    backend that no changed requirement brings (one that lies in the repository itself) stays a change of its own.
    """
    for backend in [one for one in changes if one.data.get("option") == "build-backend-changed"]:
        module = backend.head_value or backend.base_value
        brought = next((one for one in changes if _brings(one, backend, module)), None)
        if brought is not None:
            told = {"build-backend": backend.head_value} if backend.head_value else {}
            changes = tuple(
                replace(one, data={**one.data, **told}) if one is brought else one
                for one in changes
                if one is not backend
            )
    return changes


def _brings(change: DependencyChange, backend: DependencyChange, module: str) -> bool:
    """Whether the change is that of the build requirement with this module: one that is there, or for a backend that left one that left."""
    stated = change.after if backend.head_value else change.after is None and change.before
    if not stated or change.ecosystem != backend.ecosystem:
        return False
    name = _BRINGS.get(change.name, change.name)
    called = re.sub(r"[._:]+", "-", module).lower() + "-"
    return "build" in stated.scope.split(", ") and called.startswith(f"{name}-")


def shown(dependency: Dependency | None) -> str:
    """What a reader compares: the version or requirement, or for one without either the source and its ref."""
    if dependency is None:
        return ""
    source = dependency.source
    if dependency.value or source.kind is SourceKind.REGISTRY:
        return dependency.value
    return f"{source.locator}@{source.ref}" if source.ref else source.locator


def _by_name(reading: Reading) -> dict[_Key, list[Dependency]]:
    found: dict[_Key, list[Dependency]] = defaultdict(list)
    for one in reading.dependencies:
        if one.name in reading.own and _is_own(one):
            continue
        found[one.ecosystem, one.name].append(one)
    return found


def _apart(
    left: list[Dependency], right: list[Dependency]
) -> Iterable[tuple[list[Dependency], list[Dependency]]]:
    """Both sides without overrides, and the overrides: to override what others ask for is not to ask for it."""
    if not any(one.scope == "override" for one in (*left, *right)):
        return ((left, right),)
    return [
        (
            [one for one in left if (one.scope == "override") is override],
            [one for one in right if (one.scope == "override") is override],
        )
        for override in (False, True)
    ]


class _Registries:
    """The registries that a file names, looked for no further than is asked: nearly every record of a lock names the same."""

    def __init__(self, reading: Reading) -> None:
        self._unread = (
            (one.ecosystem, one.source.locator)
            for one in reading.every()
            if one.source.kind is SourceKind.REGISTRY
            and not (one.name in reading.own and _is_own(one))
        )
        self._read: dict[str, set[str]] = defaultdict(set)

    def lacks(self, ecosystem: str, locator: str) -> bool:
        """Whether the file names registries of this ecosystem, and not this one."""
        known = self._read[ecosystem]
        while locator not in known:
            following = next(self._unread, None)
            if following is None:
                return bool(known) and locator not in {
                    sources.secured(one, (locator,)) for one in known
                }
            self._read[following[0]].add(following[1])
        return False


def _marked(change: DependencyChange, registries: _Registries) -> DependencyChange:
    """The change, marked where it brings a registry that the file did not name before."""
    new = change.after
    if (
        change.before is None
        and new is not None
        and new.source.kind is SourceKind.REGISTRY
        and registries.lacks(new.ecosystem, new.source.locator)
    ):
        return replace(change, data={**change.data, "registry": "unseen"})
    return change


def _is_own(one: Dependency) -> bool:
    # npm installs a package of the project's own name from the registry; pip and cargo take the project itself for it.
    return one.source.kind in (SourceKind.PATH, SourceKind.WORKSPACE) or (
        one.ecosystem in ("pypi", "cargo") and one.source == Source()
    )


def _alike(old: Dependency, new: Dependency) -> bool:
    # The common case of a long lock: no tuple is built and nothing hashed for what stayed as it was.
    return (
        old.version == new.version
        and old.requirement == new.requirement
        and old.resolved == new.resolved
        and old.hashes == new.hashes
        and old.source == new.source
        and (old.flags == new.flags or _kept(old) == _kept(new))
        and old.scope == new.scope
        and (old.raw_name == new.raw_name or "alias" not in old.flags)
    )


def _kept(one: Dependency) -> frozenset[str]:
    """The flags without what a comment says: an edit of a comment changes no dependency."""
    return frozenset(flag for flag in one.flags if not flag.startswith("comment:"))


def _facts(one: Dependency) -> _Facts:
    return _Facts(
        one.value if one.resolved else versions.plain(one.requirement),
        one.source,
        one.hashes,
        _kept(one),
        one.raw_name if "alias" in one.flags else "",
    )


def _secured(left: list[Dependency], right: list[Dependency]) -> list[Dependency]:
    """The records before, as if their connections had been protected where those after are: to protect one moves nothing."""
    same = {one.source for one in right}
    if all(one.source in same for one in left):
        return left
    places = {one.source.locator for one in right}
    refs = {one.source.ref for one in right}
    hosts = frozenset[str]().union(*(one.source.hosts for one in right))
    return [
        replace(
            one,
            source=replace(
                one.source,
                locator=sources.secured(one.source.locator, places),
                ref=sources.secured(one.source.ref, refs),
                hosts=frozenset(sources.secured(host, hosts) for host in one.source.hosts),
            ),
        )
        for one in left
    ]


def _distinct(dependencies: list[Dependency]) -> dict[_Facts, Dependency]:
    """One dependency for each set of facts, the scopes that state it joined."""
    first: dict[_Facts, Dependency] = {}
    scopes: dict[_Facts, set[str]] = defaultdict(set)
    for one in dependencies:
        facts = _facts(one)
        first.setdefault(facts, one)
        scopes[facts].add(one.scope)
    return {
        facts: (
            one if len(scopes[facts]) == 1 else replace(one, scope=", ".join(sorted(scopes[facts])))
        )
        for facts, one in first.items()
    }


def _changes(
    key: _Key, left: list[Dependency], right: list[Dependency], file: str
) -> Iterable[DependencyChange]:
    left = _secured(left, right)
    if len(left) == len(right) == 1:
        yield from _only(key, left[0], right[0], file)
        return
    steps = [
        (_joined(before, left, right), _joined(after, right, left))
        for before, after in _steps(left, right)
    ]
    for before, after in steps:
        yield _moved(key, before, after, file)
    if steps:
        left = _without(left, [before for before, _ in steps])
        right = _without(right, [after for _, after in steps])
    old, new = _distinct(left), _distinct(right)
    for facts in old:
        if facts in new and old[facts].scope != new[facts].scope:
            yield _change(Kind.SCOPE, key, old[facts], new[facts], file)
    gone = [facts for facts in old if facts not in new]
    come = [facts for facts in new if facts not in old]
    # A value is in both as soon as any copy has it: then what differs is where it comes from, its content or its flags.
    old_values, new_values = {one.value for one in old}, {one.value for one in new}
    # What lies in another package's archive has neither address nor hash of its own: beside a copy that has, only its version counts.
    came_same = [one for one in come if one.value in old_values and "bundled" not in one.flags]
    gone_same = [one for one in gone if one.value in new_values and "bundled" not in one.flags]
    for facts in came_same:
        mates = [one for one in gone_same if one.value == facts.value]
        mate = _nearest(facts, mates or [one for one in old if one.value == facts.value])
        yield _same_value(key, old[mate], new[facts], file)
    answered = {facts.value for facts in came_same}
    for facts in gone_same:
        if facts.value not in answered:
            mate = _nearest(facts, [one for one in new if one.value == facts.value])
            if "bundled" not in mate.flags or mate not in old:
                yield _same_value(key, old[facts], new[mate], file)
    left_out = [one for one in gone if one.value not in new_values]
    came_new = [one for one in come if one.value not in old_values]
    if len({one.value for one in left_out}) == 1 and len({one.value for one in came_new}) == 1:
        for index, facts in enumerate(came_new):
            mate = left_out[min(index, len(left_out) - 1)]
            yield _moved(key, old[mate], new[facts], file)
        return
    stays = ", ".join(sorted({one.value for one in (old if came_new else new)}))
    told = {(_facts(before).value, before.source) for before, _ in steps}
    for facts in left_out:
        if (facts.value, facts.source) in told:
            continue  # nothing is gone that a step does not lead away from
        yield _change(Kind.REMOVED, key, old[facts], None, file, beside=stays if new else "")
    for facts in came_new:
        yield _change(Kind.ADDED, key, None, new[facts], file, beside=stays if old else "")


def _joined(one: Dependency, several: list[Dependency], others: list[Dependency]) -> Dependency:
    """One side of a step with every scope that states the same on that side alone: what goes along with it is told by it."""
    there = {(_facts(other), other.scope) for other in others}
    along = {
        other.scope
        for other in several
        if _stated(_facts(other)) == _stated(_facts(one))
        and (_facts(other), other.scope) not in there
    }
    return replace(one, scope=", ".join(sorted(along | set(one.scope.split(", ")))))


def _stated(facts: _Facts) -> _Facts:
    """The facts without whether a condition stands before them."""
    return facts._replace(flags=facts.flags - {"dynamic"})


def _only(key: _Key, old: Dependency, new: Dependency, file: str) -> Iterable[DependencyChange]:
    """The change between the only statements of a name: most names of most files have one."""
    before, after = _facts(old), _facts(new)
    if before == after:
        if old.scope != new.scope:
            yield _change(Kind.SCOPE, key, old, new, file)
    elif before.value == after.value:
        yield _same_value(key, old, new, file)
    else:
        yield _moved(key, old, new, file)


def _steps(left: list[Dependency], right: list[Dependency]) -> list[tuple[Dependency, Dependency]]:
    """What a manifest asks for in one scope before, and with another requirement after, each with all scopes of which that is so.

    The package itself, its tests and its users may each want a name in their own way: a step of one of them is no removal and an
    addition beside what the others want. A lock says nothing of the kind.
    """
    if any(one.resolved for one in (*left, *right)):
        return []
    scopes: dict[tuple[_Facts, _Facts], list[str]] = defaultdict(list)
    for scope in sorted({one.scope for one in left} & {one.scope for one in right}):
        old = dict.fromkeys(_facts(one) for one in left if one.scope == scope)
        new = dict.fromkeys(_facts(one) for one in right if one.scope == scope)
        gone = [one for one in old if one not in new]
        come = [one for one in new if one not in old]
        for before in gone:
            # Of several only those that belong together by their extras and markers.
            mates = [one for one in come if len(gone) == len(come) == 1 or _beside(one, before)]
            others = [one for one in gone if _beside(one, before)]
            if len(mates) == len(others) == 1 and mates[0].value != before.value:
                scopes[before, mates[0]].append(scope)
    first = {(_facts(one), one.scope): one for one in reversed((*left, *right))}
    return [
        (
            replace(first[before, named[0]], scope=", ".join(named)),
            replace(first[after, named[0]], scope=", ".join(named)),
        )
        for (before, after), named in scopes.items()
    ]


def _beside(one: _Facts, other: _Facts) -> bool:
    return (one.flags, one.alias) == (other.flags, other.alias)


def _without(several: list[Dependency], told: list[Dependency]) -> list[Dependency]:
    """The dependencies but for those told, whose scopes are joined."""
    stated = {(_stated(_facts(one)), scope) for one in told for scope in one.scope.split(", ")}
    return [one for one in several if (_stated(_facts(one)), one.scope) not in stated]


def _nearest(facts: _Facts, others: list[_Facts]) -> _Facts:
    """The one of the others that shares most with these facts."""
    return max(
        others,
        key=lambda one: (
            one.source == facts.source,
            one.hashes == facts.hashes,
            len(one.hashes & facts.hashes),
            one.flags == facts.flags,
        ),
    )


def _same_value(key: _Key, old: Dependency, new: Dependency, file: str) -> DependencyChange:
    if old.source != new.source:
        kind = Kind.SOURCE
    elif old.hashes != new.hashes:
        kind = Kind.HASH
    elif _kept(old) != _kept(new) or old.raw_name != new.raw_name:
        kind = Kind.OPTION
    else:
        kind = Kind.SCOPE
    return _change(kind, key, old, new, file)


def _moved(key: _Key, old: Dependency, new: Dependency, file: str) -> DependencyChange:
    if (old.source.kind, old.source.locator) != (new.source.kind, new.source.locator):
        return _change(Kind.SOURCE, key, old, new, file)
    kind = Kind.REQUIREMENT
    exact = old.resolved and new.resolved
    if exact or (versions.fixed(key[0], old.value) and versions.fixed(key[0], new.value)):
        newer = versions.newer(key[0], old.value, new.value)
        if newer is not None:
            kind = Kind.UPGRADED if newer else Kind.DOWNGRADED
    return _change(kind, key, old, new, file)


def _change(
    kind: Kind,
    key: _Key,
    old: Dependency | None,
    new: Dependency | None,
    file: str,
    *,
    beside: str = "",
) -> DependencyChange:
    data = {}
    if beside:
        data["beside"] = beside
    if kind is Kind.HASH and old and new:
        data["hash"] = hash_change(old.hashes, new.hashes, ecosystem=key[0])
    seen = new or old
    return DependencyChange(
        kind=kind,
        ecosystem=key[0],
        name=key[1],
        file=file,
        line=seen.line if seen else 0,
        before=old.placed(file) if old else None,
        after=new.placed(file) if new else None,
        base_value=shown(old),
        head_value=shown(new),
        data=data,
    )


def _options(
    before: tuple[Option, ...], after: tuple[Option, ...], file: str
) -> Iterable[DependencyChange]:
    old, new = _settings(before), _settings(after)
    for key in sorted(old.keys() | new.keys()):
        left, right = old.get(key, {}), new.get(key, {})
        # The first index and the first channel win: their order is part of what they say.
        if left.keys() == right.keys() and (list(left) == list(right) or not _ordered(right)):
            continue
        if not left and all(one.restricts for one in right.values()):
            continue
        seen = next((one for value, one in right.items() if value not in left), None)
        seen = seen or next(iter((right or left).values()))
        yield DependencyChange(
            kind=Kind.OPTION,
            ecosystem=key[0],
            name=key[1],
            file=file,
            line=seen.line,
            base_value="\n".join(one.value for one in left.values()),
            head_value="\n".join(one.value for one in right.values()),
            data={"option": seen.signal},
        )


def _ordered(options: dict[str, Option]) -> bool:
    return any(one.signal in ("index-changed", "channel-changed") for one in options.values())


def _settings(options: tuple[Option, ...]) -> dict[_Key, dict[str, Option]]:
    found: dict[_Key, dict[str, Option]] = defaultdict(dict)
    for one in options:
        # A stroke at the end of an address makes no other one.
        found[one.ecosystem, one.name].setdefault(one.value.rstrip("/"), one)
    return found

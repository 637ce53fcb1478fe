"""Why a change to a dependency matters: from one change and what surrounds it to its signals, worst first."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from hunkgate.gates.dependencies import purl, rules, sources, versions
from hunkgate.gates.dependencies.contents import hash_change
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    DependencyChange,
    Kind,
    RefKind,
    Signal,
    SourceKind,
)
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.model import Level
from hunkgate.text import spelled

_DIRECT = {
    SourceKind.GIT: "git-source",
    SourceKind.URL: "url-source",
    SourceKind.PATH: "path-source",
}
_HASHES = {
    "replaced": "hash-replaced",
    "dropped": "hash-dropped",
    "superset": "hash-added",
    "appeared": "hash-added",
    "subset": "hash-removed",
    "weakened": "hash-dropped",
    "doubled": "hash-replaced",
}
_HOW = {
    "weakened": "what is left of its hashes is easier to forge, or leaves a file unchecked",
    "doubled": "a second content is accepted under the same version",
}
_FLAGS = ("install-script", "alias", "override", "dynamic")
# Sources whose place is what they are: an action or an image is never "taken from git, not from a registry".
_OWN_PLACE = frozenset(
    {"githubactions", "pre-commit", "docker", "gitlab", "git-submodule", "swift", "nix", "carthage"}
)
# Packages of an operating system have its signatures and no lock of the project's: they are noted.
_SYSTEM = frozenset({"deb", "apk"})
# What the policy's allow list, or an approved change of the manifest, answers for. Everything else still asks.
_ALLOWED = frozenset({"added", "changed", "removed"})
_WEIGHT = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


class Surroundings(NamedTuple):
    """What a change's signals depend on beside itself.

    ``neighbour`` gives, for an ecosystem and a name, the name in use that it can be mistaken for ('' for none). ``also`` names rules
    that hold for every change of the file (``lock-deleted``, ``lock-without-manifest``, ``manifest-without-lock``). ``manifest`` holds,
    for a lock, the (ecosystem, name) pairs that the same change alters in its manifest.
    """

    neighbour: Callable[[str, str], str]
    also: tuple[str, ...] = ()
    manifest: frozenset[tuple[str, str]] = frozenset()


def signalled(
    change: DependencyChange, settings: DependencySettings, surroundings: Surroundings
) -> DependencyChange:
    """The change with its signals, worst first; those that the policy turns off are left out."""
    found: dict[str, str] = {}
    for name, message in _signals(change, settings, surroundings):
        found.setdefault(name, message)
    if not found and change.before is not None and change.after is not None:
        found["changed"] = ""
    if _allowed(change, settings) and not found.keys() & {"denied"}:
        found = {name: message for name, message in found.items() if name not in _ALLOWED}
    explained = _explained(change, surroundings.manifest)
    if explained and found.keys() & _ALLOWED:
        found = {name: message for name, message in found.items() if name not in _ALLOWED}
        found["explained"] = f"it follows from the change of {explained}"
    signals = []
    for name, message in found.items():
        level = settings.levels.get(name)
        if level is not None:
            signals.append(
                Signal(name=name, level=level, message=message or rules.BY_NAME[name].message)
            )
    signals.sort(key=lambda one: (_WEIGHT[one.level], rules.RANK[one.name]))
    return replace(change, signals=tuple(signals), explained_by=explained)


def _signals(
    change: DependencyChange, settings: DependencySettings, surroundings: Surroundings
) -> Iterator[tuple[str, str]]:
    if change.kind is Kind.UNREADABLE:
        yield change.data.get("rule", "unreadable"), change.data.get("reason", "")
        return
    if "option" in change.data:
        yield _option(change), change.data.get("reason", "")
        return
    old, new = change.before, change.after
    if change.ecosystem in _SYSTEM:
        yield "system-package", ""
    elif new is None:
        yield ("changed" if change.data.get("beside") else "removed"), ""
    elif old is None:
        yield from _new(change, new, settings, surroundings)
    else:
        yield from _pair(change, old, new, settings)
    if folded := change.data.get("build-backend"):
        yield "build-backend-changed", f"the project is built by {folded}"
    for name in surroundings.also:
        yield name, ""


def _option(change: DependencyChange) -> str:
    rule = change.data["option"]
    gone = not change.head_value
    # What no longer runs and is no longer read is a setting less, not a danger of that kind.
    if rule not in rules.BY_NAME or (
        gone and rule in ("install-script", "include-added", "dynamic")
    ):
        return "option-changed"
    return rule


def _new(
    change: DependencyChange,
    new: Dependency,
    settings: DependencySettings,
    surroundings: Surroundings,
) -> Iterator[tuple[str, str]]:
    if change.data.get("beside"):
        yield "changed", f"another version beside {spelled(change.data['beside'])}"
    else:
        yield "added", ""
        if near := surroundings.neighbour(new.ecosystem, new.name):
            yield "look-alike", f"its name can be mistaken for {spelled(near)}, which this repository uses"
    if not new.name.isascii():
        yield "non-ascii", ""
    yield from _standing(new, settings)
    if change.data.get("registry"):
        yield "registry-changed", f"from {_place(new)}, which this file did not use before"
    if (
        not new.resolved
        and new.source.kind is SourceKind.REGISTRY
        and versions.open_ended(new.requirement)
    ):
        yield "unpinned", ""
    if _looseness(new):
        yield "mutable-ref", ""
    for flag in _FLAGS:
        if flag in new.flags:
            yield flag, ""
    if direct := _direct(new):
        yield direct, ""


def _direct(new: Dependency) -> str:
    """The rule for a source that is no registry; '' where it is one, and where a repository is what the ecosystem has for one."""
    if new.source.kind is SourceKind.GIT and new.ecosystem in _OWN_PLACE:
        return ""
    return _DIRECT.get(new.source.kind, "")


def _standing(new: Dependency, settings: DependencySettings) -> Iterator[tuple[str, str]]:
    """What the policy says of the package itself."""
    if pattern := purl.covers(settings.deny, new):
        yield "denied", f"the policy denies {pattern}"
    if settings.licences and new.licence and new.licence not in settings.licences:
        yield "licence", f"its licence {spelled(new.licence)} is not on the policy's list"


def _pair(
    change: DependencyChange, old: Dependency, new: Dependency, settings: DependencySettings
) -> Iterator[tuple[str, str]]:
    if change.kind is Kind.DOWNGRADED:
        yield "downgraded", ""
    elif change.base_value != change.head_value and old.value != new.value:
        yield "changed", ""
    if old.value != new.value or old.licence != new.licence:
        yield from _standing(new, settings)
    yield from _sources(old, new)
    yield from _contents(old, new)
    if not old.resolved and not new.resolved:
        yield from _requirements(old, new)
    if _looseness(new) > _looseness(old):
        if not _looseness(old):
            yield "unpinned", "it took a fixed content and now takes what a branch or a tag points to"
        yield "mutable-ref", ""
    gained = new.flags - old.flags
    for flag in _FLAGS:
        if flag in gained:
            yield flag, ""
    if _spoken(old) != _spoken(new):
        yield "changed", "its extras or the conditions under which it is installed change"
    if old.raw_name != new.raw_name and "alias" in new.flags:
        yield "alias", ""
    if "comment" in _claims(new) and _claims(old) == _claims(new) and old.value != new.value:
        yield "ref-comment", ""
    if old.scope != new.scope:
        yield "scope-changed", f"used in {spelled(old.scope)}, now in {spelled(new.scope)}"


def _sources(old: Dependency, new: Dependency) -> Iterator[tuple[str, str]]:
    before, after = old.source, new.source
    if (before.kind, before.locator) != (after.kind, after.locator):
        both = {before.kind, after.kind}
        rule = "registry-changed" if both == {SourceKind.REGISTRY} else "source-changed"
        yield rule, f"from {_place(old)} to {_place(new)}"
        if before.kind is not after.kind and (direct := _direct(new)):
            yield direct, ""
    elif before.hosts and (strange := after.hosts - before.hosts):
        # The registry's line stayed, the files come from elsewhere: with a bump too, since nobody reads the URLs of a lock.
        yield "source-changed", f"its files now come from {spelled(', '.join(sorted(strange)))}"
    elif old.value == new.value and replace(before, hosts=after.hosts) != after:
        if old.resolved:
            yield "source-changed", f"{_place(new)} at another ref under the same version"
        else:
            yield "changed", "another ref of the same source"


def _contents(old: Dependency, new: Dependency) -> Iterator[tuple[str, str]]:
    if old.value == new.value:
        how = hash_change(old.hashes, new.hashes, ecosystem=new.ecosystem)
        if rule := _HASHES.get(how):
            yield rule, _HOW.get(how, "")
    elif old.hashes and not new.hashes:
        yield "hash-dropped", ""


def _requirements(old: Dependency, new: Dependency) -> Iterator[tuple[str, str]]:
    if old.source.kind is not SourceKind.REGISTRY or new.source.kind is not SourceKind.REGISTRY:
        return
    before, after = old.requirement, new.requirement
    if before == after:
        return
    if versions.open_ended(after) and not versions.open_ended(before):
        yield "unpinned", ""
    elif versions.fixed(old.ecosystem, before) and not versions.fixed(new.ecosystem, after):
        yield "unpinned", "it was fixed to one version and is no longer"
    elif versions.widened(new.ecosystem, before, after):
        yield "widened", ""
    if versions.lowered(new.ecosystem, before, after):
        yield "downgraded", ""


_LOOSENESS = {RefKind.SHA: 0, RefKind.TAG: 1, RefKind.BRANCH: 2, RefKind.NONE: 2}


def _looseness(one: Dependency) -> int:
    """How easily the content behind a manifest's ref can be exchanged: 0 for a commit or digest, 1 for a tag, 2 for a branch."""
    if one.resolved or one.source.kind not in (SourceKind.GIT, SourceKind.IMAGE):
        return 0
    return _LOOSENESS[one.source.ref_kind]


def _claims(one: Dependency) -> dict[str, str]:
    """The flags that carry a text, by their name: extras, marker, comment."""
    return {
        name: text for name, colon, text in (flag.partition(":") for flag in one.flags) if colon
    }


def _spoken(one: Dependency) -> tuple[str, str]:
    claims = _claims(one)
    return claims.get("extras", ""), claims.get("marker", "")


def _explained(change: DependencyChange, manifest: frozenset[tuple[str, str]]) -> str:
    """The manifest's dependencies whose change explains this one of the lock, '' where none does.

    A lock states no reasons, so any change of the manifest may move and drop what is already there; but a name that the lock did not
    hold before is explained by itself only: every new name asks.
    """
    key = (change.ecosystem, change.name)
    if key in manifest:
        return spelled(change.name)
    if not manifest or change.before is None or "option" in change.data:
        return ""
    names = sorted(spelled(name) for _, name in manifest)
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def _place(one: Dependency) -> str:
    default = f"the default {one.source.kind.value}"
    if one.source.locator == sources.PLAIN:
        return f"{default} over an unprotected connection"
    return spelled(one.source.locator) or default


def _allowed(change: DependencyChange, settings: DependencySettings) -> bool:
    sides = [one for one in (change.before, change.after) if one is not None]
    return bool(settings.allow and sides) and all(
        one.source.kind is SourceKind.REGISTRY and purl.covers(settings.allow, one) for one in sides
    )

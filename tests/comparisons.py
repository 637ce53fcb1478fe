"""Short ways to write a dependency, a reading and a comparison down in a table."""

from hunkgate.gates.dependencies.compare import compare
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    DependencyChange,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
)

REGISTRY = Source(locator="https://registry.example/")
OTHER = Source(locator="https://mirror.example/")
GIT = Source(
    kind=SourceKind.GIT, locator="https://forge.example/a/b", ref="main", ref_kind=RefKind.BRANCH
)


def wanted(
    name: str,
    requirement: str = "",
    *,
    ecosystem: str = "pypi",
    scope: str = "runtime",
    source: Source | None = None,
    flags: frozenset[str] = frozenset(),
    raw_name: str = "",
    line: int = 1,
) -> Dependency:
    """A dependency as a manifest states it."""
    return Dependency(
        ecosystem=ecosystem,
        name=name,
        raw_name=raw_name or name,
        requirement=requirement,
        scope=scope,
        source=source or Source(),
        flags=flags,
        line=line,
    )


def locked(
    name: str,
    version: str,
    *hashes: str,
    ecosystem: str = "pypi",
    source: Source = REGISTRY,
    flags: frozenset[str] = frozenset(),
    licence: str = "",
    line: int = 1,
) -> Dependency:
    """A dependency as a lock states it."""
    return Dependency(
        ecosystem=ecosystem,
        name=name,
        raw_name=name,
        version=version,
        resolved=True,
        scope="lock",
        source=source,
        hashes=frozenset(hashes),
        flags=flags,
        licence=licence,
        line=line,
    )


def option(name: str, value: str, signal: str, *, ecosystem: str = "pypi") -> Option:
    """A fact about a whole file."""
    return Option(ecosystem=ecosystem, name=name, value=value, signal=signal)


def between(
    before: tuple[Dependency | Option, ...],
    after: tuple[Dependency | Option, ...],
    *,
    own: frozenset[str] = frozenset(),
) -> tuple[DependencyChange, ...]:
    """What compare finds between two lists of facts of one file."""
    return compare(_reading(before, own), _reading(after, own), file="the-file")


def told(change: DependencyChange) -> tuple[str, str, str, str]:
    """The change as a row of a table: kind, name, from, to."""
    return change.kind.value, change.name, change.base_value, change.head_value


def _reading(facts: tuple[Dependency | Option, ...], own: frozenset[str]) -> Reading:
    return Reading(
        dependencies=tuple(one for one in facts if isinstance(one, Dependency)),
        options=tuple(one for one in facts if isinstance(one, Option)),
        own=own,
    )

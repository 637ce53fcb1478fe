"""What a gate is: a name, its rules, how its settings are read, and a pure function from a change to findings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from hunkgate.model import Change, Finding
from hunkgate.policy import Policy
from hunkgate.settings import Table

Settings = TypeVar("Settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a gate looks for: its id ``gate/rule`` (never renamed) and one sentence on what it stops."""

    id: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Generic[Settings]):
    """One judge. ``check`` does no IO but through the change's trees and raises HunkgateError where it cannot judge."""

    name: str
    summary: str
    rules: tuple[Rule, ...]
    parse: Callable[[Table], Settings]
    check: Callable[[Change, Settings, Policy], Iterable[Finding]]

    def findings(self, change: Change, policy: Policy) -> Iterable[Finding]:
        """What this gate finds in the change under the policy."""
        return self.check(change, cast("Settings", policy.settings[self.name]), policy)

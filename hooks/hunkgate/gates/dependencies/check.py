"""The dependencies gate: every change of a dependency waits for a human's approval, with the reasons why it matters."""

from collections.abc import Iterator
from dataclasses import replace

from hunkgate.gate import Gate
from hunkgate.gates.dependencies import formats, rules
from hunkgate.gates.dependencies.screen import concerns
from hunkgate.gates.dependencies.settings import DependencySettings, parse
from hunkgate.model import Change, Finding, Level
from hunkgate.policy import Policy

_HOOKS = "pre-commit-config"


def check(change: Change, settings: DependencySettings, policy: Policy) -> Iterator[Finding]:
    """One finding for each dependency or option that changed and has a signal; one for a whole lock that was deleted.

    Before a policy is there the commit that adds the hooks enrols the repository: what it says of hooks is reported and does not block.
    """
    if concerns(change, settings):
        from hunkgate.gates.dependencies.findings import findings

        for finding in findings(change, settings):
            if not policy.file and any(one.name == _HOOKS for one in formats.of(finding.path)):
                finding = replace(finding, level=_lightened(finding.level), item=None)
            yield finding


def _lightened(level: Level) -> Level:
    return Level.WARNING if level is Level.ERROR else level


GATE = Gate(
    name="dependencies",
    summary="every change to what the project takes from others needs a human's approval",
    rules=rules.RULES,
    parse=parse,
    check=check,
)

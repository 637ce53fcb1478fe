"""The dependencies gate: every change of a dependency waits for a human's approval, with the reasons why it matters."""

from collections.abc import Iterator

from hunkgate.gate import Gate
from hunkgate.gates.dependencies import rules
from hunkgate.gates.dependencies.screen import concerns
from hunkgate.gates.dependencies.settings import DependencySettings, parse
from hunkgate.model import Change, Finding
from hunkgate.policy import Policy


def check(change: Change, settings: DependencySettings, policy: Policy) -> Iterator[Finding]:
    """One finding for each dependency or option that changed and has a signal; one for a whole lock that was deleted."""
    del policy
    if concerns(change, settings):
        from hunkgate.gates.dependencies.findings import findings

        yield from findings(change, settings)


GATE = Gate(
    name="dependencies",
    summary="every change to what the project takes from others needs a human's approval",
    rules=rules.RULES,
    parse=parse,
    check=check,
)

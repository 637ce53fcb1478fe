"""The gates: one hand-written tuple, cheap first, tests last. Nothing in the judged environment can add or replace a judge.

Each is loaded when it is needed: choosing tests must not pay for the formats of dependencies.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from hunkgate.gate import Gate
    from hunkgate.settings import Table

    GATES: tuple[Gate[Any], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A gate's table in the policy, by its name, the module of its gate, and that of its settings where they have their own."""

    name: str
    module: str
    settings: str = ""

    @property
    def gate(self) -> "Gate[Any]":
        """The gate."""
        return cast("Gate[Any]", importlib.import_module(self.module).GATE)

    def parse(self, table: "Table", /) -> object:
        """The gate's settings out of its table."""
        if self.settings:
            return importlib.import_module(self.settings).settings(table)
        return self.gate.parse(table)


SECTIONS = (
    Section("paths", "hunkgate.gates.paths"),
    Section("protect", "hunkgate.gates.protect"),
    Section("size", "hunkgate.gates.size"),
    Section("dependencies", "hunkgate.gates.dependencies.check"),
    Section("tests", "hunkgate.gates.tests.check", "hunkgate.gates.tests.settings"),
)


def __getattr__(name: str) -> object:
    """All gates, loaded (PEP 562)."""
    if name == "GATES":
        return tuple(section.gate for section in SECTIONS)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

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
    """A gate's table in the policy, by its name, and the module of its gate, which reading the table loads."""

    name: str
    module: str

    @property
    def gate(self) -> "Gate[Any]":
        """The gate."""
        return cast("Gate[Any]", importlib.import_module(self.module).GATE)

    def parse(self, table: "Table", /) -> object:
        """The gate's settings out of its table."""
        return self.gate.parse(table)


SECTIONS = (
    Section("paths", "hunkgate.gates.paths"),
    Section("protect", "hunkgate.gates.protect"),
    Section("size", "hunkgate.gates.size"),
    Section("dependencies", "hunkgate.gates.dependencies.check"),
    Section("tests", "hunkgate.gates.tests.check"),
)


def __getattr__(name: str) -> object:
    """All gates, loaded (PEP 562)."""
    if name == "GATES":
        return tuple(section.gate for section in SECTIONS)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The gates: one hand-written tuple, cheap first, tests last. Nothing in the judged environment can add or replace a judge."""

from typing import Any

from hunkgate.gate import Gate
from hunkgate.gates import paths, protect, size
from hunkgate.gates.dependencies import check as dependencies
from hunkgate.gates.tests import check as tests

GATES: tuple[Gate[Any], ...] = (paths.GATE, protect.GATE, size.GATE, dependencies.GATE, tests.GATE)

"""Approvals, the part without IO: item digests, signed statements, and which findings an approval lifts.

The modules are loaded when one of their names is used: a change that needs no approval pays for none of them.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hunkgate.approvals.coverage import Need, lift, needs
    from hunkgate.approvals.items import Item, dependency_item, files_item, path_item
    from hunkgate.approvals.settings import ApprovalSettings, ApproverRule, parse
    from hunkgate.approvals.statement import (
        Signed,
        Statement,
        decode,
        encode,
        from_line,
        lines,
        to_line,
    )

LABEL = "Hunkgate-Approval:"
"""What the line begins with that carries an approval in a message."""

NOTES = "refs/notes/hunkgate"
"""The notes that carry such lines beside the commits."""

_HOMES = {
    "coverage": ("Need", "lift", "needs"),
    "items": ("Item", "dependency_item", "files_item", "path_item"),
    "settings": ("ApprovalSettings", "ApproverRule", "parse"),
    "statement": ("Signed", "Statement", "decode", "encode", "from_line", "lines", "to_line"),
}

__all__ = [
    "LABEL",
    "NOTES",
    "ApprovalSettings",
    "ApproverRule",
    "Item",
    "Need",
    "Signed",
    "Statement",
    "decode",
    "dependency_item",
    "encode",
    "files_item",
    "from_line",
    "lift",
    "lines",
    "needs",
    "parse",
    "path_item",
    "to_line",
]


def __getattr__(name: str) -> object:
    """A name of one of the modules (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Approvals, the part without IO: item digests, signed statements, and which findings an approval lifts."""

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

__all__ = [
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

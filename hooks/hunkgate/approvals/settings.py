"""Approvals: what an item digest is, and which findings an approval covers."""

from dataclasses import dataclass
from typing import Literal

from hunkgate.settings import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSettings:
    """The ``[approvals]`` table: where the signers are listed and what an approval must be."""

    signers: str = ""
    require: Literal["signed", "recorded"] = "recorded"


def parse(table: Table) -> ApprovalSettings:
    """The settings of ``[approvals]``; problems are noted in the table."""
    signers = table.text("signers", default="")
    require = table.choice(
        "require", ("signed", "recorded"), default="signed" if signers else "recorded"
    )
    table.done()
    return ApprovalSettings(
        signers=signers, require="signed" if require == "signed" else "recorded"
    )

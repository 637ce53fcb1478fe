"""The ``[approvals]`` table: who may approve what, how many of them, and how it has to be signed."""

from dataclasses import dataclass, field
from typing import Literal

from hunkgate import globs
from hunkgate.settings import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproverRule:
    """One of ``[[approvals.rules]]``: which findings it speaks of, who may approve them, and how many people it takes.

    A finding falls under the rule when it fits every list that is not empty. Empty ``principals`` means any signer.
    """

    paths: globs.Globs = field(default_factory=lambda: globs.parse(()))
    ecosystems: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSettings:
    """The ``[approvals]`` table. ``signers`` is the path of the allowed signers file, '' where nothing can be signed.

    ``longest_seconds`` is how far ahead an approval may expire, None for no limit.
    """

    signers: str = ""
    require: Literal["signed", "recorded"] = "recorded"
    count: int = 1
    longest_seconds: int | None = None
    security_key: bool = False
    user_verification: bool = False
    rules: tuple[ApproverRule, ...] = ()


def parse(table: Table) -> ApprovalSettings:
    """The settings of ``[approvals]``; problems are noted in the table."""
    signers = table.text("signers")
    require = table.choice(
        "require", ("signed", "recorded"), default="signed" if signers else "recorded"
    )
    if require == "signed" and not signers:
        table.problem("require", 'expected signers beside "signed": nobody could approve anything')
    settings = ApprovalSettings(
        signers=signers,
        require="signed" if require == "signed" else "recorded",
        count=table.count("count", default=1, least=1) or 1,
        longest_seconds=table.duration_seconds("longest", default=None),
        security_key=table.flag("security-key", default=False),
        user_verification=table.flag("user-verification", default=False),
        rules=tuple(_rule(one) for one in table.tables("rules")),
    )
    table.done()
    return settings


def _rule(table: Table) -> ApproverRule:
    rule = ApproverRule(
        paths=table.patterns("paths"),
        ecosystems=table.texts("ecosystems"),
        gates=table.texts("gates"),
        principals=table.texts("principals"),
        count=table.count("count", default=1, least=1) or 1,
    )
    if not (rule.paths or rule.ecosystems or rule.gates):
        table.problem("", "expected paths, ecosystems or gates: which findings is the rule about?")
    table.done()
    return rule

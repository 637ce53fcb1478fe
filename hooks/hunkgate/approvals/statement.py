"""What an approver signs, byte for byte, and the one line that carries it in a commit message.

::

    hunkgate-approval-v1
    nonce 0123456789abcdef01
    repository example/app
    principal alice@example.com
    made 1790000000
    expires 1791209600
    reason the upgrade that closes the advisory
    item dependencies/upgraded <state before> <state after>

The signed bytes themselves travel (``Hunkgate-Approval: <base64>.<base64 of the SSHSIG blob>``), so nothing is rebuilt from
parts, and each has exactly one spelling: what does not encode back to the same bytes is refused.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hunkgate.approvals import LABEL
from hunkgate.approvals.items import Item
from hunkgate.errors import ApprovalError

HEADER = "hunkgate-approval-v1"
NONCE_DIGITS = 18
# Header and nonce come first and fill whole groups of three bytes: every line with this nonce begins with the same text.
_MARK = 4 * (len(f"{HEADER}\nnonce ") + NONCE_DIGITS) // 3

_NONCE = re.compile(rf"[0-9a-f]{{{NONCE_DIGITS}}}")
_RULE = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
_STATE = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"0|[1-9][0-9]{0,11}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One consent: to which items, in which repository, by whom, from and until when (seconds since 1970 UTC), and why."""

    nonce: str
    repository: str
    principal: str
    made: int
    expires: int
    reason: str
    items: tuple[Item, ...]

    def __post_init__(self) -> None:
        for name, text in (("repository", self.repository), ("reason", self.reason)):
            if not text.isprintable():
                raise ApprovalError(f"the {name} of an approval holds a control character")
        if not self.principal.isprintable() or not self.principal or " " in self.principal:
            raise ApprovalError(
                f"{self.principal!r} cannot be the principal of an approval: one printable word is",
                remedy="name the approver as in the allowed signers file, such as alice@example.com",
            )
        if not _NONCE.fullmatch(self.nonce):
            raise ApprovalError(f"a nonce is {NONCE_DIGITS} hexadecimal digits")
        if not (_TIME.fullmatch(str(self.made)) and _TIME.fullmatch(str(self.expires))):
            raise ApprovalError("times are whole seconds since 1970")
        if not self.items:
            raise ApprovalError("an approval names at least one item")
        for item in self.items:
            states = _STATE.fullmatch(item.before) and _STATE.fullmatch(item.after)
            if not _RULE.fullmatch(item.rule) or not states:
                raise ApprovalError(f"the item of rule {item.rule!r} is malformed")

    @property
    def mark(self) -> str:
        """The text with which the base64 of every statement with this nonce begins."""
        return base64.b64encode(encode(self)).decode("ascii")[:_MARK]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A statement as carried: the very bytes, and the SSHSIG blob over them (empty: recorded, not signed)."""

    statement: Statement
    content: bytes
    signature: bytes


def encode(statement: Statement) -> bytes:
    """The bytes that are signed."""
    lines = [
        HEADER,
        f"nonce {statement.nonce}",
        f"repository {statement.repository}",
        f"principal {statement.principal}",
        f"made {statement.made}",
        f"expires {statement.expires}",
        f"reason {statement.reason}",
        *sorted({f"item {one.rule} {one.before} {one.after}" for one in statement.items}),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def decode(content: bytes) -> Statement:
    """The statement that these bytes are; raises ApprovalError where they are not exactly what ``encode`` writes."""
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError as error:
        raise _malformed("is not UTF-8") from error
    if lines[0] != HEADER:
        raise _malformed(f"does not begin with {HEADER}")
    nonce, repository, principal, made, expires, reason = (
        _field(lines, index, name)
        for index, name in enumerate(
            ("nonce", "repository", "principal", "made", "expires", "reason"), start=1
        )
    )
    if not (_TIME.fullmatch(made) and _TIME.fullmatch(expires)):
        raise _malformed("holds a time that is not whole seconds since 1970")
    items = []
    for line in lines[7:-1]:
        parts = line.split(" ")
        if len(parts) != 4 or parts[0] != "item":
            raise _malformed("holds a line that is not an item")
        items.append(Item(parts[1], parts[2], parts[3]))
    statement = Statement(
        nonce=nonce,
        repository=repository,
        principal=principal,
        made=int(made),
        expires=int(expires),
        reason=reason,
        items=tuple(items),
    )
    if encode(statement) != content:
        raise _malformed("is not in its one spelling")
    return statement


def to_line(content: bytes, signature: bytes = b"") -> str:
    """The line that carries a statement; without a signature it is one that was only recorded."""
    return f"{LABEL} {_base64(content)}.{_base64(signature)}"


def lines(message: str) -> Iterator[str]:
    """Every approval line of a message, wherever it stands: squash merges move it out of the trailer block and indent it."""
    for line in message.split("\n"):
        written = line.strip()
        if written[: len(LABEL)].lower() == LABEL.lower():
            yield f"{LABEL} {written[len(LABEL):].strip()}"


def from_line(line: str) -> Signed:
    """What a line carries; raises ApprovalError where it is not exactly what ``to_line`` writes."""
    statement, dot, signature = line.removeprefix(f"{LABEL} ").partition(".")
    if not dot:
        raise ApprovalError("the approval line is cut off: it holds <base64>.<base64>")
    content = _bytes(statement)
    return Signed(statement=decode(content), content=content, signature=_bytes(signature))


def distinct(carried: Iterable[Signed]) -> tuple[Signed, ...]:
    """The same without those that say the same bytes with the same signature again, as squashed messages do."""
    return tuple(dict.fromkeys(carried))


def _field(lines: list[str], index: int, name: str) -> str:
    if len(lines) <= index or not lines[index].startswith(f"{name} "):
        raise _malformed(f"has no {name} where it belongs")
    return lines[index][len(name) + 1 :]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApprovalError("the approval line is not base64") from error
    # Padding bits that no decoder reads would be a second spelling of the same bytes.
    if _base64(content) != text:
        raise ApprovalError("the approval line is not in base64's one spelling")
    return content


def _malformed(how: str) -> ApprovalError:
    return ApprovalError(f"the approval's statement {how}")

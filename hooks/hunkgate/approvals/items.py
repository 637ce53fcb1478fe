"""What an approval names: the digest of a transition, from one state to another, under one rule.

A state is what one side of a change holds: a file (path, mode, content), the lack of one, one dependency's record in one
manifest, or a set of files. States and items are sha256 over length-prefixed fields (netstrings, D. J. Bernstein 1997), each
list led by a word for its kind, so no two different facts share an encoding. A state holds its path or its dependency's name, so
transitions link up (A to B, B to C) only on one subject.
"""

import hashlib
from collections.abc import Iterable

from hunkgate.model import GITLINK, Change, FileChange, Status

_SCHEME = b"hunkgate-item-v1"


class Item(str):
    """An item's digest (64 hexadecimal digits, and a plain ``str`` to every reader), which knows the transition it stands for.

    Only what knows both states can be signed, and composed: A to B and B to C make A to C.
    """

    __slots__ = ("after", "before", "rule")

    rule: str
    before: str
    after: str

    def __new__(cls, rule: str, before: str, after: str) -> "Item":
        """The item of the transition between two states (64 hexadecimal digits each) under a rule."""
        made = super().__new__(cls, _state(_SCHEME, _octets(rule), before.encode(), after.encode()))
        made.rule, made.before, made.after = rule, before, after
        return made

    @property
    def gate(self) -> str:
        """The gate whose rule it falls under."""
        return self.rule.partition("/")[0]


def path_item(rule: str, change: Change, file: FileChange) -> Item | None:
    """The item of a finding about one file: rule, and path, mode and sha256 of the content on both sides.

    None where no approval can lift the finding: the entry is unmerged, or a path holds a control character. Reads the content
    on both sides; raises GitError where it is missing.
    """
    if file.status is Status.UNMERGED or _controls((rule, *file.touched)):
        return None
    return Item(rule, _before(change, file), _after(change, file))


def files_item(rule: str, change: Change, files: Iterable[FileChange]) -> Item | None:
    """The item of a finding about several files together, such as a size: rule, and every file on both sides.

    None as for ``path_item``. The order of the files does not count.
    """
    counted = tuple(files)
    if any(file.status is Status.UNMERGED or _controls((rule, *file.touched)) for file in counted):
        return None
    pairs = sorted((_before(change, file), _after(change, file)) for file in counted)
    return Item(
        rule,
        _state(b"files", *(before.encode() for before, _ in pairs)),
        _state(b"files", *(after.encode() for _, after in pairs)),
    )


def dependency_item(
    rule: str,
    file: str,
    ecosystem: str,
    name: str,
    before: tuple[bytes, ...] | None,
    after: tuple[bytes, ...] | None,
) -> Item | None:
    """The item of a finding about one dependency in one file; a record holds its fields, None where there is none.

    None where no approval can lift the finding because a field holds a control character.
    """
    if _controls((rule, file, ecosystem, name, *(before or ()), *(after or ()))):
        return None
    subject = tuple(_octets(one) for one in (file, ecosystem, name))
    return Item(rule, _record(subject, before), _record(subject, after))


def _record(subject: tuple[bytes, ...], record: tuple[bytes, ...] | None) -> str:
    if record is None:
        return _state(b"no dependency", *subject)
    return _state(b"dependency", *subject, *record)


def _before(change: Change, file: FileChange) -> str:
    if file.base_blob is None:
        return _state(b"no file", _octets(file.path))
    return _file(file.base_path or file.path, file.base_mode, file.base_blob, change.before(file))


def _after(change: Change, file: FileChange) -> str:
    if file.head_blob is None:
        return _state(b"no file", _octets(file.path))
    return _file(file.path, file.head_mode, file.head_blob, change.after(file))


def _file(path: str, mode: int, blob: str, content: bytes) -> str:
    # A submodule has no content here: its commit id is what is approved.
    held = blob if mode == GITLINK else hashlib.sha256(content).hexdigest()
    return _state(b"file", _octets(path), b"%o" % mode, held.encode())


def _state(kind: bytes, *fields: bytes) -> str:
    return hashlib.sha256(netstrings((kind, *fields))).hexdigest()


def netstrings(fields: Iterable[bytes]) -> bytes:
    """The fields, each as ``LENGTH:BYTES,``: reading it back is unambiguous whatever the bytes are."""
    return b"".join(b"%d:%b," % (len(one), one) for one in fields)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _controls(fields: Iterable[str | bytes]) -> bool:
    return any(
        octet < 0x20 or octet == 0x7F
        for field in fields
        for octet in (_octets(field) if isinstance(field, str) else field)
    )

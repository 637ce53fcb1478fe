"""The values that every gate reads and writes: what changed, what was found, what could not be judged.

Paths are ``str`` relative to the repository root with ``/`` between the parts; bytes that are not UTF-8 are
surrogate-escaped. Blob and tree ids are lower-case hexadecimal of the repository's object format (40 or 64 digits).
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

SYMLINK = 0o120000
GITLINK = 0o160000
EXECUTABLE = 0o100755
REGULAR = 0o100644


class Status(enum.Enum):
    """What became of a file: git's raw diff letters (git-diff-index(1), "RAW OUTPUT FORMAT")."""

    ADDED = "A"
    MODIFIED = "M"
    DELETED = "D"
    RENAMED = "R"
    TYPE_CHANGED = "T"
    UNMERGED = "U"


class Level(enum.Enum):
    """How much a finding weighs: SARIF's words. An ERROR blocks until it is approved or mended."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Origin(enum.Enum):
    """Where a change was read from."""

    STAGED = "staged"
    COMMIT = "commit"
    RANGE = "range"


class Outcome(enum.Enum):
    """What the verdict comes to, and the exit code it becomes."""

    PASS = 0
    BLOCK = 1
    FAULT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One run of changed lines; starts are 1-based lines, lines carry no line end marker of the diff, but keep their own."""

    base_start: int
    base_length: int
    head_start: int
    head_length: int
    removed: tuple[bytes, ...]
    added: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a tree: its mode as git writes it and its blob (for a submodule: commit) id."""

    path: str
    mode: int
    blob: str


class Tree(Protocol):
    """The files of one side of a change. Reading may raise GitError; nothing is read before it is asked for."""

    def find(self, path: str) -> Entry | None:
        """The entry at exactly this path, None where the tree has no file there."""

    def entries(self) -> Mapping[str, Entry]:
        """Every file of the tree by path, in path order, folders left out."""

    def read(self, blob: str) -> bytes:
        """The content of a blob; raises GitError where it is missing."""

    def size(self, blob: str) -> int:
        """The size of a blob in bytes."""

    def hunks(self, before: str | None, after: str | None) -> tuple[Hunk, ...]:
        """The changed lines between two blobs without context; None stands for an empty file."""

    def attribute(self, name: str, paths: Iterable[str]) -> Mapping[str, str]:
        """The value of a gitattribute for the paths that have it set, read from this tree's .gitattributes files."""

    @property
    def stored(self) -> str:
        """The id of a stored tree: this one, or the one that a change was laid over."""

    def since(self, tree: str) -> Mapping[str, tuple[Entry | None, Entry | None]] | None:
        """The files that differ from a stored tree: by path, what it holds there and what this one does.

        None where the repository has no such tree. A path may be listed though both hold the same.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What happened to one file. A side that does not exist has mode 0 and blob None.

    ``added`` and ``deleted`` count lines; both are None where git's own rule (a NUL byte in the first 8000) makes the
    content binary, where the entry is unmerged, and in a change whose lines nobody asked to be counted.
    """

    status: Status
    path: str
    old_path: str | None = None
    base_mode: int = 0
    head_mode: int = 0
    base_blob: str | None = None
    head_blob: str | None = None
    added: int | None = 0
    deleted: int | None = 0

    @property
    def base_path(self) -> str | None:
        """The path on the base side, None for a new file."""
        if self.status is Status.ADDED:
            return None
        return self.old_path or self.path

    @property
    def head_path(self) -> str | None:
        """The path on the head side, None for a deleted file."""
        return None if self.status is Status.DELETED else self.path

    @property
    def touched(self) -> tuple[str, ...]:
        """Every path that this change gives, takes or alters."""
        return (
            (self.path,) if self.old_path in (None, self.path) else (str(self.old_path), self.path)
        )

    @property
    def binary(self) -> bool:
        """Whether the lines could not be counted because the content is binary."""
        return self.added is None and self.status is not Status.UNMERGED

    @property
    def lines(self) -> int:
        """Lines added plus lines deleted; 0 for binary content."""
        return (self.added or 0) + (self.deleted or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What lies between a base tree and a head tree: the files in path order, and where they were read from.

    ``commit`` is the commit judged (Origin.COMMIT) or the tip of the range (Origin.RANGE), None for what is staged. Of a merge the files
    are those that differ from every parent, with the lines that differ from the nearest, and ``others`` holds the same files
    against each parent but the first: what one of the parents brings is not the merge's own.
    """

    origin: Origin
    base: Tree
    head: Tree
    files: tuple[FileChange, ...]
    commit: str | None = None
    others: tuple["Change", ...] = ()

    def before(self, file: FileChange) -> bytes:
        """The content on the base side; empty where there is none or it is a submodule."""
        if file.base_blob is None or file.base_mode == GITLINK:
            return b""
        return self.base.read(file.base_blob)

    def after(self, file: FileChange) -> bytes:
        """The content on the head side; empty where there is none or it is a submodule."""
        if file.head_blob is None or file.head_mode == GITLINK:
            return b""
        return self.head.read(file.head_blob)

    def hunks(self, file: FileChange) -> tuple[Hunk, ...]:
        """The changed lines of one file, in order; empty for a submodule and for what did not change."""
        if GITLINK in (file.base_mode, file.head_mode) or file.base_blob == file.head_blob:
            return ()
        return self.head.hunks(file.base_blob, file.head_blob)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One way in which the change is not what the policy allows.

    ``line`` is 1-based on the head side, None where no line says it. ``item`` is the digest that an approval names
    (64 hexadecimal digits), None where no approval can lift the finding; ``mendable`` says that the author can also mend it
    without a human. ``detail`` holds further lines for a human;
    ``data`` holds facts for machines (JSON values).
    """

    rule: str
    path: str
    message: str
    remedy: str
    level: Level = Level.ERROR
    line: int | None = None
    item: str | None = None
    mendable: bool = False
    what: str = ""
    detail: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    commit: str | None = None
    policy: str = ""

    @property
    def gate(self) -> str:
        """The gate's name: what stands before the stroke in the rule id."""
        return self.rule.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A human's consent to certain items, built only from what was verified.

    ``expires`` is in seconds since 1970 UTC; ``signed`` is False for one that was only recorded on this machine.
    """

    principal: str
    items: frozenset[str]
    expires: int
    nonce: str
    reason: str = ""
    signed: bool = True
    key: str = ""
    made: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that could not be judged, and why: treated as a refusal, never as a pass."""

    subject: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A finding that approvals lifted."""

    finding: Finding
    approvals: tuple[Approval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer: what blocks, what only warns, what was approved, what could not be judged, and remarks on the judging.

    ``policies`` holds the labels of the policies that judged. ``range`` is the range as it was asked for (``A..B``), '' for what
    is staged; a report needs it to name the command that approves in the same range.
    """

    blocking: tuple[Finding, ...] = ()
    warned: tuple[Finding, ...] = ()
    approved: tuple[Approved, ...] = ()
    faults: tuple[Fault, ...] = ()
    remarks: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    origin: Origin = Origin.STAGED
    files: int = 0
    lines: int = 0
    commits: int = 0
    range: str = ""

    @property
    def outcome(self) -> Outcome:
        """FAULT before BLOCK before PASS: what could not be judged is never a pass."""
        if self.faults:
            return Outcome.FAULT
        return Outcome.BLOCK if self.blocking else Outcome.PASS

    @property
    def findings(self) -> Iterator[Finding]:
        """Every finding, blocking ones first."""
        yield from self.blocking
        yield from self.warned
        for approved in self.approved:
            yield approved.finding

"""From a change between two trees to every change of a dependency in it: which files are read, in which format, and what surrounds them."""

import functools
import posixpath
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hunkgate import globs
from hunkgate.gates.dependencies import formats
from hunkgate.gates.dependencies.checksums import fold_checksums
from hunkgate.gates.dependencies.compare import compare, fold_backend
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    DependencyChange,
    Kind,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.formats import Format, Role
from hunkgate.gates.dependencies.lookalike import Names
from hunkgate.gates.dependencies.screen import NEVER_INCLUDED
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.signals import Surroundings, signalled
from hunkgate.model import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Change, FileChange, Status, Tree

LARGEST = 64 * 1024 * 1024
"""How many bytes of a manifest or lock are read; the largest lock found in public repositories has 9 MB."""

SILENT = 2000
"""A lock of more bytes than this in which no record is found was not understood."""

MANIFESTS = 100
"""How many manifests of the base are asked for the names in use: those nearest to the changed file come first."""

_REQUIREMENTS = "requirements"
# What states something wherever it lies and whatever it is called: a second name of it states nothing more.
_PROGRAMS = frozenset({"script-metadata", "shell-script"})


class _Side(NamedTuple):
    """One file on one side: what was read, or why it could not be. ``there`` is False where this side has no such file."""

    reading: Reading = Reading()
    problem: UnreadableError | None = None
    content: bytes = b""
    there: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of the content in hex, '' where there is none. Only an approval of an unreadable file asks for it."""
        import hashlib  # OpenSSL, which a lock that was read does not need

        return hashlib.sha256(self.content).hexdigest() if self.there else ""


class _Read(NamedTuple):
    """One file of a known format, read on both sides, and what differs. ``path`` is the one it is reported under."""

    path: str
    format: Format
    base: _Side
    head: _Side
    changes: tuple[DependencyChange, ...]

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)


_Chosen = Callable[[str], tuple[Format, ...]]


def survey(change: Change, settings: DependencySettings) -> tuple[DependencyChange, ...]:
    """Every change of a dependency between the two trees with its signals, in path order; nothing where no known file changed.

    A file that cannot be read is a change of kind UNREADABLE, never silence. Raises GitError where a blob is missing.
    """
    chosen = functools.partial(_formats, settings=settings)
    known = tuple(_known(change, chosen))
    reads = (*known, *_included(change, known, chosen), *_submodules(change, settings))
    neighbours = _Neighbours(change, reads, chosen)
    found: list[DependencyChange] = []
    for read in reads:
        if read.changes:
            surroundings = _surroundings(change, read, reads, neighbours.of)
            found.extend(signalled(one, settings, surroundings) for one in read.changes)
    found.sort(key=lambda one: (one.file, one.ecosystem, one.name))
    for other in change.others:
        found = _differing_too(found, survey(other, settings))
    return tuple(found)


def _differing_too(
    found: list[DependencyChange], other: tuple[DependencyChange, ...]
) -> list[DependencyChange]:
    """Of a merge's changes those that are changes against another parent as well: what that one holds was judged there.

    All of a file stay where either side of it could not be read.
    """
    outcomes = {_outcome(one) for one in other}
    unread = {one.file for one in (*found, *other) if one.kind is Kind.UNREADABLE}
    return [one for one in found if one.file in unread or _outcome(one) in outcomes]


def _outcome(change: DependencyChange) -> tuple[object, ...]:
    """What a change leads to, whatever it comes from."""
    after = change.after.record() if change.after else None
    return change.file, change.ecosystem, change.name, after, change.head_value


def _formats(path: str, *, settings: DependencySettings) -> tuple[Format, ...]:
    if settings.ignore and settings.ignore.covers(path):
        return ()
    for pattern, name in settings.files:
        if globs.parse((pattern,)).covers(path):
            named = formats.named(name)
            return (named,) if named else ()
    return formats.of(path)


def _known(change: Change, chosen: _Chosen) -> Iterator[_Read]:
    """Every changed file that has a known name on either side."""
    for file in change.files:
        old = chosen(file.base_path) if file.base_path is not None else ()
        new = chosen(file.head_path) if file.head_path is not None else ()
        if not old and not new:
            continue
        same = (file.base_mode >> 12, file.base_blob) == (file.head_mode >> 12, file.head_blob)
        for one in (*new, *(format_ for format_ in old if format_ not in new)):
            # Under a name that its tool does not read, a file states nothing: a move to or from such a name adds or removes it all.
            if same and one in old and one in new and file.status is not Status.UNMERGED:
                continue
            base, head = _paired(change, file, one) or (
                _side(change.base, file.base_path or "", file.base_mode, file.base_blob, one),
                _side(change.head, file.path, file.head_mode, file.head_blob, one),
            )
            path = file.path if one in new else file.base_path or file.path
            if file.status is Status.UNMERGED:
                head = _Side(problem=UnreadableError("its merge is not resolved"), there=True)
            read = _read(
                path, one, base if one in old else _Side(), head if one in new else _Side()
            )
            if read is not None:
                yield read


def _paired(change: Change, file: FileChange, format_: Format) -> tuple[_Side, _Side] | None:
    """Both sides of a file that was only edited, read together; None where each is read by itself, and says what is wrong with it."""
    if (
        file.base_path != file.head_path
        or file.base_blob is None
        or file.head_blob is None
        or not {file.base_mode, file.head_mode} <= {REGULAR, EXECUTABLE}
        or format_.opened() is None
    ):
        return None
    before, after = change.base.read(file.base_blob), change.head.read(file.head_blob)
    if max(len(before), len(after)) > LARGEST:
        return None
    try:
        readings = format_.pair(before, after)
    except (UnreadableError, RecursionError):  # entries too deep to be compared
        return None
    contents = before, after
    if any(map(_silent, (format_, format_), contents, readings)):
        return None
    base, head = (
        _Side(reading=reading, content=content, there=True)
        for reading, content in zip(readings, contents, strict=True)
    )
    return base, head


def _silent(format_: Format, content: bytes, reading: Reading) -> bool:
    return (
        format_.role is Role.LOCK
        and len(content) > SILENT
        and not (reading.own or any(True for _ in reading.every()))
    )


def _side(tree: Tree, path: str, mode: int, blob: str | None, format_: Format) -> _Side:
    if blob is None or not mode:
        return _Side()
    if mode == GITLINK:
        # The submodule's own commit is reported by _submodules; what lies in it is another repository's.
        return _Side()
    content = tree.read(blob)
    if mode == SYMLINK:
        if _leads_to_program(tree, path, content, format_):
            return _Side()
    elif format_.marker and format_.marker not in content:
        return _Side()
    try:
        if mode == SYMLINK:
            raise UnreadableError(
                "it is a symbolic link: what it leads to is not part of the change"
            )
        if len(content) > LARGEST:
            raise UnreadableError(f"it has {len(content)} bytes; at most {LARGEST} are read")
        if _merging(content):
            raise UnreadableError("the marks of a merge that is not resolved stand in it")
        reading = format_.read(content, path)
        if _silent(format_, content, reading):
            raise UnreadableError("no record was found in it")
    except UnreadableError as problem:
        return _Side(
            reading=problem.reading or Reading(), problem=problem, content=content, there=True
        )
    return _Side(reading=reading, content=content, there=True)


def _leads_to_program(tree: Tree, path: str, target: bytes, format_: Format) -> bool:
    """Whether a link is a second name of a program of the same tree, which is read under its first one whenever that changes."""
    if format_.name not in _PROGRAMS:
        return False
    told = target.decode("utf-8", "surrogateescape")
    # Behind a name, `..` is not above it where that name is a link to elsewhere.
    up = re.match(r"(?:\.{1,2}/+)*", told)
    if up is None or not {"", ".", ".."}.isdisjoint(told[up.end() :].split("/")):
        return False
    where = posixpath.normpath(posixpath.join(posixpath.dirname(path), told))
    entry = tree.entries().get(where)
    if entry is None or entry.mode not in (REGULAR, EXECUTABLE):
        return False
    return format_ in formats.of(where)


def _merging(content: bytes) -> bool:
    """Whether git's marks of a conflict stand at the beginning of lines: a program is read by pieces that would pass over them."""
    start = 0 if content.startswith(b"<<<<<<< ") else content.find(b"\n<<<<<<< ")
    return start >= 0 and content.find(b"\n>>>>>>> ", start) >= 0


def _read(path: str, format_: Format, base: _Side, head: _Side) -> _Read | None:
    if not base.there and not head.there:
        return None
    changes: tuple[DependencyChange, ...] = ()
    problem = head.problem or (base.problem if not head.there else None)
    # What a tool that passes over the problem would install is shown beside the problem.
    if problem is None or (head.problem is not None and head.problem.reading is not None):
        changes = fold_backend(compare(base.reading, head.reading, file=path))
        changes = fold_checksums(changes)
    if not _told(base, head) and (problem is not None or base.problem is not None):
        reason = problem or base.problem
        changes += (
            _unreadable(
                path, format_, base, head, reason, "unreadable" if problem else "base-unreadable"
            ),
        )
    return _Read(path=path, format=format_, base=base, head=head, changes=changes)


def _told(base: _Side, head: _Side) -> bool:
    """Whether all that a problem could hide is told beside it: what tools leave out was left out before too, or only before."""
    if base.problem is None or base.problem.reading is None or not head.there:
        return False
    if head.problem is None:
        return True
    return head.problem.reading is not None and head.problem.discarded == base.problem.discarded


def _unreadable(
    path: str, format_: Format, base: _Side, head: _Side, problem: UnreadableError | None, rule: str
) -> DependencyChange:
    assert problem is not None
    return DependencyChange(
        kind=Kind.UNREADABLE,
        ecosystem=format_.ecosystem,
        name=path,
        file=path,
        line=problem.line,
        data={"rule": rule, "reason": problem.reason, "base": base.digest, "head": head.digest},
    )


def _included(change: Change, known: tuple[_Read, ...], chosen: _Chosen) -> Iterator[_Read]:
    """Files without a known name that requirements files include, on either side (pip: ``-r`` and ``-c`` take any name)."""
    requirements = formats.named(_REQUIREMENTS)
    assert requirements is not None
    old = _reach(
        change.base,
        _starts(
            change,
            change.base,
            [one.base for one in known if one.format is requirements],
            requirements,
            chosen,
        ),
        requirements,
        chosen,
    )
    new = _reach(
        change.head,
        _starts(
            change,
            change.head,
            [one.head for one in known if one.format is requirements],
            requirements,
            chosen,
        ),
        requirements,
        chosen,
    )
    for path in sorted(old.keys() | new.keys()):
        base, head = old.get(path), new.get(path)
        if base is not None and head is not None and base.content == head.content:
            continue
        read = _read(path, requirements, base or _Side(), head or _Side())
        if read is not None:
            yield read


def _starts(
    change: Change, tree: Tree, sides: list[_Side], requirements: Format, chosen: _Chosen
) -> list[str]:
    """The paths that requirements files of a tree include: of all of them where a changed file could be one, else of the changed ones."""
    if any(_may_be_included(file, chosen) for file in change.files):
        sides = [
            _side(tree, path, entry.mode, entry.blob, requirements)
            for path, entry in tree.entries().items()
            if requirements in chosen(path)
        ]
    return [path for side in sides for path in side.reading.includes]


def _may_be_included(file: FileChange, chosen: _Chosen) -> bool:
    return any(
        not path.lower().endswith(NEVER_INCLUDED) and not chosen(path)
        for path in file.touched
        if GITLINK not in (file.base_mode, file.head_mode)
    )


def _reach(
    tree: Tree, starts: list[str], requirements: Format, chosen: _Chosen
) -> dict[str, _Side]:
    """Every file without a known name that the starts lead to, read."""
    found: dict[str, _Side] = {}
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path in found or chosen(path):
            continue
        entry = tree.find(path)
        if entry is None:
            continue
        found[path] = _side(tree, path, entry.mode, entry.blob, requirements)
        waiting.extend(found[path].reading.includes)
    return found


def _submodules(change: Change, settings: DependencySettings) -> Iterator[_Read]:
    """The commits that submodules are fixed to: the tree states them, not a file."""
    submodules = formats.named("gitmodules")
    assert submodules is not None
    for file in change.files:
        if GITLINK not in (file.base_mode, file.head_mode) or settings.ignore.covers(file.path):
            continue
        base = _commit(file.base_path, file.base_mode, file.base_blob)
        head = _commit(file.head_path, file.head_mode, file.head_blob)
        read = _read(file.path, submodules, base, head)
        if read is not None:
            yield read


def _commit(path: str | None, mode: int, commit: str | None) -> _Side:
    if path is None or mode != GITLINK or commit is None:
        return _Side()
    one = Dependency(
        ecosystem="git-submodule",
        name=path,
        raw_name=path,
        version=commit,
        resolved=True,
        scope="lock",
        source=Source(kind=SourceKind.GIT, ref=commit, ref_kind=RefKind.SHA),
    )
    return _Side(reading=Reading(dependencies=(one,)), there=True)


def _surroundings(
    change: Change,
    read: _Read,
    reads: tuple[_Read, ...],
    neighbour: Callable[[str, str], str],
) -> Surroundings:
    also: list[str] = []
    manifest: frozenset[tuple[str, str]] = frozenset()
    if read.format.role is Role.LOCK:
        manifest = frozenset(
            (one.ecosystem, one.name)
            for other in reads
            if read.format.name in other.format.locks and _together(read.folder, other.folder)
            for one in other.changes
            if one.kind is not Kind.UNREADABLE and (one.before or one.after)
        )
        if not read.head.there:
            also.append("lock-deleted")
        elif read.base.there and not manifest and _has_manifest(read.format):
            also.append("lock-without-manifest")
    elif read.format.locks and read.base.there and read.head.there:
        locks = tuple(_locks(change.head, read))
        changed = {one.path for one in reads if one.changes}
        if locks and not changed.intersection(locks):
            also.append("manifest-without-lock")
    return Surroundings(neighbour=neighbour, also=tuple(also), manifest=manifest)


def _has_manifest(lock: Format) -> bool:
    """Whether the lock's manifest is read at all: one that is not (Package.swift) always seems to stand still."""
    return any(lock.name in one.locks for one in formats.FORMATS)


def _together(lock: str, manifest: str) -> bool:
    """Whether a manifest's folder is the lock's or lies below it (a workspace has one lock at its top)."""
    return lock in ("", manifest) or manifest.startswith(lock + "/")


def _locks(tree: Tree, read: _Read) -> Iterator[str]:
    """The locks that stand beside a manifest or above it."""
    folder = read.folder
    while True:
        for name in read.format.locks:
            lock = formats.named(name)
            for pattern in lock.patterns if lock else ():
                path = posixpath.join(folder, pattern)
                if "*" not in pattern and tree.find(path) is not None:
                    yield path
        if not folder:
            return
        folder = posixpath.dirname(folder)


class _Neighbours:
    """The names in use before the change, gathered when the first new name asks."""

    def __init__(self, change: Change, reads: tuple[_Read, ...], chosen: _Chosen) -> None:
        self._change = change
        self._reads = reads
        self._chosen = chosen
        self._names: dict[str, Names] = {}

    def of(self, ecosystem: str, name: str) -> str:
        """The name in use that this one can be mistaken for, '' where there is none."""
        if ecosystem not in self._names:
            self._names[ecosystem] = Names(self._used(ecosystem))
        return self._names[ecosystem].neighbour(name)

    def _used(self, ecosystem: str) -> list[str]:
        found: list[str] = []
        for read in self._reads:
            found += read.base.reading.names(ecosystem)
        seen = {read.path for read in self._reads}
        folders = {read.folder for read in self._reads}
        manifests = [
            (path, entry.mode, entry.blob, one)
            for path, entry in self._change.base.entries().items()
            if path not in seen
            for one in self._chosen(path)
            if one.role is Role.MANIFEST and one.ecosystem == ecosystem and not one.marker
        ]
        manifests.sort(
            key=lambda one: (posixpath.dirname(one[0]) not in folders, one[0].count("/"), one[0])
        )
        for path, mode, blob, one in manifests[:MANIFESTS]:
            found += _side(self._change.base, path, mode, blob, one).reading.names(ecosystem)
        return found

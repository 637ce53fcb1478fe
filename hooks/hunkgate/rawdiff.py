"""What git's diff commands answer with --raw --numstat -z, as file changes. Names are bytes until here: nothing quotes or cuts them."""

import os
from collections.abc import Callable, Iterator

from hunkgate import globs
from hunkgate.errors import GitError
from hunkgate.model import FileChange, Status


def parse(output: bytes, *, counted: bool = True) -> tuple[FileChange, ...]:
    """One section of ``--raw --numstat -z``: first every raw record, then every count; without ``counted`` of ``--raw -z``."""
    fields = output.split(b"\0")
    if fields[-1] != b"":
        raise GitError("git diff gave an incomplete answer")
    return _files(iter(fields[:-1]), lambda _field: False, (0, 0) if counted else (None, None))[0]


def sections(output: bytes) -> Iterator[tuple[str, tuple[FileChange, ...]]]:
    """The answers of ``diff-tree --stdin``: a commit id before each section."""
    fields = iter(output.split(b"\0")[:-1])
    head: bytes | None = next(fields, None)
    while head is not None:
        id_ = head.decode("ascii")
        files, head = _files(fields, _is_id)
        yield id_, files


def _is_id(field: bytes) -> bool:
    return len(field) in (40, 64) and field.isalnum()


def _check(path: str) -> None:
    """Raises GitError for a path that would lead into git's own folder: git never makes one."""
    if globs.leads_into_git(path):
        raise GitError(
            f"a commit holds {path!r}, which leads into git's own folder",
            remedy="leave that commit out; git fsck names it",
        )


def _files(
    fields: Iterator[bytes],
    ends: Callable[[bytes], bool],
    uncounted: tuple[int | None, int | None] = (0, 0),
) -> tuple[tuple[FileChange, ...], bytes | None]:
    raw: dict[str, tuple[bytes, str | None]] = {}
    counts: dict[str, tuple[int | None, int | None]] = {}
    after: bytes | None = None
    for field in fields:
        if field.startswith(b":"):
            first = os.fsdecode(next(fields))
            if field.split(b" ")[4][:1] in b"RC":
                raw[os.fsdecode(next(fields))] = (field, first)
            else:
                raw.setdefault(first, (field, None))
            continue
        if ends(field):
            after = field
            break
        added, deleted, name = field.split(b"\t", 2)
        path = os.fsdecode(name)
        if not name:
            next(fields)
            path = os.fsdecode(next(fields))
        counts.setdefault(path, (None, None) if added == b"-" else (int(added), int(deleted)))
    files = []
    for path, (header, old_path) in raw.items():
        base_mode, head_mode, base_blob, head_blob, status = header[1:].decode("ascii").split(" ")
        kind = Status.UNMERGED if status == "U" else Status(status[0])
        if kind is not Status.DELETED:
            _check(path)
        added_lines, deleted_lines = (
            (None, None) if kind is Status.UNMERGED else counts.get(path, uncounted)
        )
        files.append(
            FileChange(
                status=kind,
                path=path,
                old_path=old_path,
                base_mode=int(base_mode, 8),
                head_mode=int(head_mode, 8),
                base_blob=base_blob if base_blob.strip("0") else None,
                head_blob=head_blob if head_blob.strip("0") else None,
                added=added_lines,
                deleted=deleted_lines,
            )
        )
    files.sort(key=lambda file: os.fsencode(file.path))
    return tuple(files), after

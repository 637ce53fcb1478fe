"""The size gate: how much one commit, and one push, may change. It stops diffs that nobody can review, in lines, files, bytes and width.

It counts what git counts: lines added plus lines deleted, an exact move as nothing. It does not judge whether lines are worth it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hunkgate import approvals
from hunkgate.gate import Gate, Rule
from hunkgate.globs import Globs
from hunkgate.model import GITLINK, Change, FileChange, Finding, Origin
from hunkgate.policy import Policy
from hunkgate.settings import Table

DEFAULT_LINES = 500  # the upper end of the 300 to 500 lines a step that teams report as reviewable
DEFAULT_BYTES = 1024 * 1024
DEFAULT_LINE_LENGTH = 5000
DEFAULT_BYTES_PER_LINE = 512  # a dozen times what a line of source holds
_CHARACTER_BYTES = 4  # of UTF-8, at most
_HEAVIEST = 5
_PRINTABLE = bytes((*range(0x20, 0x7F), *b"\t\n\r\f"))
_ODD_TENTHS = 3  # Perl's -T calls a file text up to this share (perlfunc(1), -X)

RULES = (
    Rule(id="size/lines", summary="more changed lines than the limit"),
    Rule(id="size/files", summary="more changed files than the limit"),
    Rule(id="size/bytes", summary="a new or grown binary file above the limit"),
    Rule(
        id="size/text",
        summary="text that grows by more bytes than the lines it may change by should hold",
    ),
    Rule(id="size/line-length", summary="an added line longer than the limit"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How much the files of one group may change together; None is no limit. ``paths`` is empty for all other files."""

    paths: Globs
    lines: int | None
    files: int | None
    range_lines: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeSettings:
    """``[size]``: the groups with limits of their own in the order written, last the one for all other files."""

    limits: tuple[Limit, ...]
    binary_bytes: int | None
    line_length: int | None
    bytes_per_line: int | None
    exclude: Globs
    exclude_generated: bool
    exclude_vendored: bool


def parse(table: Table) -> SizeSettings:
    """The settings that the table holds; problems are noted in it."""
    lines = table.count("max-lines", default=DEFAULT_LINES, least=1)
    files = table.count("max-files", default=None, least=1)
    range_lines = table.count("max-range-lines", default=None, least=1)
    groups = []
    for group in table.tables("limits"):
        paths = group.patterns("paths")
        if not paths:
            group.problem("paths", "expected a list of gitignore patterns with at least one in it")
        own_lines = group.count("max-lines", default=None, least=1)
        groups.append(
            Limit(
                paths=paths,
                lines=own_lines,
                files=group.count("max-files", default=None, least=1),
                range_lines=group.count("max-range-lines", default=None, least=1) or own_lines,
            )
        )
        group.done()
    rest = Limit(paths=Globs(()), lines=lines, files=files, range_lines=range_lines or lines)
    return SizeSettings(
        limits=(*groups, rest),
        binary_bytes=table.size_bytes("max-bytes", default=DEFAULT_BYTES),
        line_length=table.count("max-line-length", default=DEFAULT_LINE_LENGTH, least=1),
        bytes_per_line=table.count("bytes-per-line", default=DEFAULT_BYTES_PER_LINE, least=1),
        exclude=table.patterns("exclude"),
        exclude_generated=table.flag("exclude-generated", default=False),
        exclude_vendored=table.flag("exclude-vendored", default=False),
    )


def check(change: Change, settings: SizeSettings, policy: Policy) -> Iterator[Finding]:
    """Findings on the whole change, one for each group over a limit, and on single files that are too big or too wide."""
    del policy
    counted = tuple(_told(change, file, settings) for file in _counted(change, settings))
    if change.origin is not Origin.RANGE:
        # Each commit of a range is judged by itself for what a single file holds: the net change would only say it twice.
        for file in counted:
            yield from _file(change, file, settings)
    remaining = list(counted)
    for limit in settings.limits:
        group = [file for file in remaining if not limit.paths or limit.paths.covers(file.path)]
        remaining = [
            file for file in remaining if limit.paths and not limit.paths.covers(file.path)
        ]
        yield from _group(change, tuple(group), limit)
        yield from _growth(change, tuple(group), limit, settings)


def _counted(change: Change, settings: SizeSettings) -> tuple[FileChange, ...]:
    files = tuple(file for file in change.files if not settings.exclude.covers(file.path))
    for wanted, attribute in (
        (settings.exclude_generated, "linguist-generated"),
        (settings.exclude_vendored, "linguist-vendored"),
    ):
        # By the base's attributes: a change must not declare its own files generated.
        marked = (
            change.base.attribute(attribute, [file.path for file in files])
            if wanted and files
            else {}
        )
        files = tuple(file for file in files if file.path not in marked)
    return files


def _told(change: Change, file: FileChange, settings: SizeSettings) -> FileChange:
    """The file; a text that one NUL, or UTF-16, made binary for git with its lines counted all the same."""
    modes = (file.base_mode, file.head_mode)
    if not file.binary or file.head_blob in (None, file.base_blob) or GITLINK in modes:
        return file
    if (
        settings.binary_bytes is not None
        and change.head.size(str(file.head_blob)) > settings.binary_bytes
    ):
        return file  # refused by its bytes
    if not _is_text(change.after(file)):
        return file
    hunks = change.head.hunks(file.base_blob, file.head_blob)
    return replace(
        file,
        added=sum(len(hunk.added) for hunk in hunks),
        deleted=sum(len(hunk.removed) for hunk in hunks),
    )


def _is_text(content: bytes) -> bool:
    """Whether people would read this once its NULs are gone: little else in it is not printable. Compressed data is over half odd."""
    rest = content.replace(b"\0", b"")
    return rest != b"" and len(rest.translate(None, _PRINTABLE)) * 10 <= len(rest) * _ODD_TENTHS


def _group(change: Change, files: tuple[FileChange, ...], limit: Limit) -> Iterator[Finding]:
    total = sum(file.lines for file in files)
    most = limit.range_lines if change.origin is Origin.RANGE else limit.lines
    where = f" in {', '.join(limit.paths.patterns)}" if limit.paths else ""
    subject = "this range" if change.origin is Origin.RANGE else "one commit"
    if most is not None and total > most:
        heaviest = sorted(
            (file for file in files if file.lines), key=lambda file: (-file.lines, file.path)
        )
        shown = ", ".join(f"{file.path} {file.lines}" for file in heaviest[:_HEAVIEST])
        rest = f" and {len(heaviest) - _HEAVIEST} more" if len(heaviest) > _HEAVIEST else ""
        from hunkgate.gates import split  # only a refusal needs it

        yield Finding(
            rule="size/lines",
            path=heaviest[0].path,
            what=f"{total} changed lines{where} in {len(heaviest)} file{'s' if len(heaviest) > 1 else ''}",
            message=f"{subject} may change at most {most} lines{where}; heaviest: {shown}{rest}",
            remedy=(
                "push it in parts that can be reviewed one by one"
                if change.origin is Origin.RANGE
                else "split it into smaller commits"
            ),
            detail=() if change.origin is Origin.RANGE else split.proposal(change, files, most),
            mendable=True,
            item=approvals.files_item("size/lines", change, files),
            data={
                "lines": total,
                "limit": most,
                "files": {file.path: file.lines for file in heaviest[:50]},
            },
        )
    if limit.files is not None and len(files) > limit.files and change.origin is not Origin.RANGE:
        yield Finding(
            rule="size/files",
            path=files[0].path,
            what=f"{len(files)} changed files{where}",
            message=f"{subject} may change at most {limit.files} files{where}",
            remedy="split it into smaller commits",
            mendable=True,
            item=approvals.files_item("size/files", change, files),
            data={"files": len(files), "limit": limit.files},
        )


def _growth(
    change: Change, files: tuple[FileChange, ...], limit: Limit, settings: SizeSettings
) -> Iterator[Finding]:
    """Lines just below the width would bring a megabyte in two hundred: what text grows by is held against the lines it may have."""
    lines = limit.range_lines if change.origin is Origin.RANGE else limit.lines
    if lines is None or settings.bytes_per_line is None:
        return
    most = lines * settings.bytes_per_line
    texts = tuple(
        file
        for file in files
        if file.added and file.head_blob and GITLINK not in (file.base_mode, file.head_mode)
    )
    if settings.line_length is not None:
        added = sum(file.added or 0 for file in texts)
        if added * settings.line_length * _CHARACTER_BYTES <= most:
            return  # as most changes are: without asking for a size
    grown = sum(_grown(change, file) for file in texts)
    if grown > most:
        where = f" in {', '.join(limit.paths.patterns)}" if limit.paths else ""
        subject = "this range" if change.origin is Origin.RANGE else "one commit"
        widest = max(texts, key=lambda file: (_grown(change, file), file.path))
        yield Finding(
            rule="size/text",
            path=widest.path,
            what=f"{grown:,} bytes of text more{where}",
            message=(
                f"{subject} may let text grow by at most {most:,} bytes{where}: {settings.bytes_per_line} for each of {lines} lines"
            ),
            remedy="generate the content where it is needed, or keep it outside the repository",
            mendable=True,
            item=approvals.files_item("size/text", change, files),
            data={"text": grown, "limit": most},
        )


def _grown(change: Change, file: FileChange) -> int:
    before = change.base.size(file.base_blob) if file.base_blob else 0
    return max(0, change.head.size(str(file.head_blob)) - before)


def _file(change: Change, file: FileChange, settings: SizeSettings) -> Iterator[Finding]:
    if file.head_blob is None or file.head_mode == GITLINK or file.head_blob == file.base_blob:
        return
    if file.binary and settings.binary_bytes is not None:
        size = change.head.size(file.head_blob)
        before = (
            change.base.size(file.base_blob) if file.base_blob and file.base_mode != GITLINK else 0
        )
        if size > settings.binary_bytes and size > before:
            yield Finding(
                rule="size/bytes",
                path=file.path,
                what=f"{file.path}: {size:,} bytes",
                message=f"a binary file may hold at most {settings.binary_bytes:,} bytes (it held {before:,})",
                remedy="make it smaller, or keep it outside the repository",
                mendable=True,
                item=approvals.path_item("size/bytes", change, file),
                data={"bytes": size, "limit": settings.binary_bytes},
            )
    if file.added and settings.line_length is not None:
        wide = _widest(change, file, settings.line_length)
        if wide is not None:
            line, length = wide
            yield Finding(
                rule="size/line-length",
                path=file.path,
                line=line,
                what=f"{file.path}:{line}: {length:,} characters in one line",
                message=f"an added line may hold at most {settings.line_length:,} characters",
                remedy="break the line, or generate the file where it is needed",
                mendable=True,
                item=approvals.path_item("size/line-length", change, file),
                data={"length": length, "limit": settings.line_length},
            )


def _widest(change: Change, file: FileChange, limit: int) -> tuple[int, int] | None:
    """The longest added line above the limit: its 1-based number and its length in characters."""
    after = change.after(file)
    found = tuple(_wide(after, limit))
    if not found:
        return None
    content = change.before(file)
    before = {content[start:end] for start, end in _wide(content, limit)}
    widest: tuple[int, int] | None = None
    for start, end in found:
        line = after[start:end]
        length = len(line.decode("utf-8", "replace"))
        if length > limit and line not in before and (widest is None or length > widest[1]):
            widest = (after.count(b"\n", 0, start) + 1, length)
    return widest


def _wide(content: bytes, limit: int) -> Iterator[tuple[int, int]]:
    """Where the lines of more than ``limit`` bytes begin and end: a character takes at least one, so no wider line is missed.

    Only as many bytes back from each limit are looked at as its line has: a hundred times as quick as a search for a long line.
    """
    at = 0
    while len(content) - at > limit:
        last = content.rfind(b"\n", at, at + limit + 1)
        if last < 0:
            end = content.find(b"\n", at + limit + 1)
            last = len(content) if end < 0 else end
            yield at, last
        at = last + 1


GATE: Gate[SizeSettings] = Gate(
    name="size",
    summary="lines, files, binary bytes and line length that one commit and one push may bring",
    rules=RULES,
    parse=parse,
    check=check,
)

"""The paths gate: which files a change may touch. It stops edits to forbidden, read-only and foreign paths, under every name they take.

It looks at paths, modes and link targets, never at content: what stands in an allowed file is for other gates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hunkgate import approvals, globs
from hunkgate.gate import Gate, Rule
from hunkgate.globs import Globs
from hunkgate.model import GITLINK, SYMLINK, Change, FileChange, Finding, Status, Tree
from hunkgate.policy import Policy
from hunkgate.settings import Table

_MOST_LINKS = (
    40  # Linux's own limit on symbolic links met while one path is resolved (path_resolution(7))
)

_DRIVE = re.compile(r"[A-Za-z]:")  # an absolute path on Windows

RULES = (
    Rule(
        id="paths/forbidden",
        summary="a forbidden path was added, changed, deleted, or moved from or to",
    ),
    Rule(
        id="paths/read-only",
        summary="a file that exists under a read-only path was changed, deleted or moved",
    ),
    Rule(id="paths/not-allowed", summary="a path outside the allowed ones was touched"),
    Rule(id="paths/review", summary="a path that a human must approve was touched"),
    Rule(
        id="paths/symlink",
        summary="a symbolic link leaves the repository or leads into a forbidden path or git's own folder",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsSettings:
    """``[paths]``: ``allowed`` is None where the policy does not restrict to certain paths."""

    forbidden: Globs
    read_only: Globs
    allowed: Globs | None
    review: Globs


def parse(table: Table) -> PathsSettings:
    """The settings that the table holds; problems are noted in it."""
    restricted = "allowed" in table
    allowed = table.patterns("allowed")
    return PathsSettings(
        forbidden=table.patterns("forbidden"),
        read_only=table.patterns("read-only"),
        allowed=allowed if restricted else None,
        review=table.patterns("review"),
    )


def check(change: Change, settings: PathsSettings, policy: Policy) -> Iterator[Finding]:
    """At most one finding per file: the gravest rule that its old or new name, its mode or its target breaks."""
    del policy
    for file in change.files:
        finding = _file(change, file, settings)
        if finding is not None:
            yield finding


def matched(patterns: Globs, path: str, *, folder: bool = False) -> str | None:
    """The pattern that covers the path as written or as a file system without case or normal forms would see it.

    ``folder``: the path is a link or submodule and stands for all that lies below it, too.
    """
    if not patterns:
        return None
    for name in (path, f"{path}/any") if folder else (path,):
        direct = patterns.match(name)
        if direct is not None:
            return direct
        # On Windows a backslash parts folders, too.
        loose = patterns.folded.match(globs.fold(name.replace("\\", "/")))
        if loose is not None:
            return patterns.patterns[patterns.folded.patterns.index(loose)]
    return None


def _file(change: Change, file: FileChange, settings: PathsSettings) -> Finding | None:
    folder = bool({file.base_mode, file.head_mode} & {GITLINK, SYMLINK})
    for path in file.touched:
        pattern = matched(settings.forbidden, path, folder=folder)
        if pattern is not None:
            return _finding(
                change, file, path, "forbidden", f"{_verb(file, path)} is forbidden by {pattern!r}"
            )
    if file.base_path is not None and file.status is not Status.ADDED:
        pattern = matched(settings.read_only, file.base_path, folder=folder)
        if pattern is not None:
            message = f"{_verb(file, file.base_path)}: what exists under {pattern!r} is read-only"
            return _finding(change, file, file.base_path, "read-only", message)
    target = _link(change, file, settings)
    if target is not None:
        return _finding(change, file, file.path, "symlink", target)
    if settings.allowed is not None:
        for path in file.touched:
            if not settings.allowed.covers(path):
                return _finding(
                    change,
                    file,
                    path,
                    "not-allowed",
                    f"{_verb(file, path)}: the policy allows only {_list(settings.allowed)}",
                )
    for path in file.touched:
        pattern = matched(settings.review, path, folder=folder)
        if pattern is not None:
            return _finding(
                change,
                file,
                path,
                "review",
                f"{_verb(file, path)}: {pattern!r} needs a human's approval",
            )
    return None


def _link(change: Change, file: FileChange, settings: PathsSettings) -> str | None:
    if file.head_mode != SYMLINK:
        return None
    text = change.after(file).decode("utf-8", "surrogateescape")
    # On Windows a backslash parts folders, too.
    for form in dict.fromkeys((text, text.replace("\\", "/"))):
        target = None if _DRIVE.match(form) else _resolved(change.head, file.path, form)
        if target is None:
            return f"it is a symbolic link that leaves the repository: {text!r}"
        if globs.leads_into_git(target):
            return f"it is a symbolic link into git's own folder: {text!r}"
        pattern = matched(settings.forbidden, target, folder=True)
        if pattern is not None:
            return f"it is a symbolic link into the forbidden {target!r} (pattern {pattern!r})"
    return None


def _resolved(head: Tree, path: str, target: str) -> str | None:
    """Where a link at ``path`` leads, from the root; None where it leaves the repository or never ends."""
    done = path.split("/")[:-1]
    waiting = target.split("/")
    if target.startswith("/") or "\0" in target:
        return None
    links = 0
    while waiting:
        part = waiting.pop(0)
        if part in ("", "."):
            continue
        if part == "..":
            if not done:
                return None
            done.pop()
            continue
        done.append(part)
        entry = head.find("/".join(done))
        if entry is not None and entry.mode == SYMLINK:
            links += 1
            inner = head.read(entry.blob).decode("utf-8", "surrogateescape")
            if links > _MOST_LINKS or inner.startswith("/"):
                return None
            done.pop()
            waiting = inner.split("/") + waiting
    return "/".join(done)


def _verb(file: FileChange, path: str) -> str:
    if file.status is Status.RENAMED:
        return "moving a file away from here" if path == file.old_path else "moving a file here"
    if file.status is Status.ADDED:
        return "adding this file"
    if file.status is Status.DELETED:
        return "deleting this file"
    return (
        "changing the mode of this file"
        if file.base_blob == file.head_blob
        else "changing this file"
    )


def _list(patterns: Globs) -> str:
    shown = ", ".join(patterns.patterns[:4])
    return (
        shown if len(patterns.patterns) <= 4 else f"{shown} and {len(patterns.patterns) - 4} more"
    )


def _finding(change: Change, file: FileChange, path: str, rule: str, message: str) -> Finding:
    id_ = f"paths/{rule}"
    return Finding(
        rule=id_,
        path=path,
        what=file.path if file.old_path is None else f"{file.old_path} -> {file.path}",
        message=message,
        remedy="leave this file out of the change",
        item=approvals.path_item(id_, change, file) if rule == "review" else None,
        data={"status": file.status.value, "old_path": file.old_path, "path": file.path},
    )


GATE: Gate[PathsSettings] = Gate(
    name="paths",
    summary="forbidden, read-only, allowed and reviewed paths",
    rules=RULES,
    parse=parse,
    check=check,
)

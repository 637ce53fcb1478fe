"""Approvals as they are carried, kept and verified: from lines of text to what the judge may believe.

A line counts only after everything it says was held against the base: its repository, its time, its signature by someone whom the
base's signers file lists, and that it was not used up. What it covers is never taken from the line but recomputed by the gates.
"""

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hunkgate.approvals import LABEL, NOTES, ApprovalSettings, Signed, Statement, statement
from hunkgate.errors import ApprovalError, GitError
from hunkgate.git import Repository
from hunkgate.model import Approval
from hunkgate.policy import Policy
from hunkgate.signing import Signers
from hunkgate.text import visible

# `git commit -v` shows the diff below this line (wt-status.c, cut_line): what stands there is not of the message.
_SCISSORS = "------------------------ >8 ------------------------"
_SKEW_SECONDS = 600  # how far the clock of the approver's machine may be ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One approval line and where it was found, such as ``commit ab12cd3``."""

    line: str
    source: str


# -- where lines are found ----------------------------------------------------------------------------------------------------


def in_text(text: bytes, source: str) -> Iterator[Carried]:
    """The lines in a message, a comment or a file, wherever they stand."""
    message = text.decode("utf-8", "surrogateescape").partition(_SCISSORS)[0]
    for line in statement.lines(message):
        yield Carried(line=line, source=source)


def in_commit(repository: Repository, commit: str) -> Iterator[Carried]:
    """The lines in the message of a commit, and in its note under ``refs/notes/hunkgate``. Raises GitError."""
    yield from _in_message(commit, repository.message(commit))
    noted = _notes(repository)
    if commit in noted:
        yield from _in_note(repository, commit, noted[commit])


def in_range(
    repository: Repository,
    exclude: Iterable[str],
    head: str,
    messages: Mapping[str, bytes] | None = None,
) -> Iterator[Carried]:
    """The lines of the commits that ``head`` reaches and none of ``exclude`` does, in their messages and then in their notes.

    ``messages`` holds those with lines where they were read already, by commit, newest first. Raises GitError.
    """
    excluded = tuple(exclude)
    if messages is None:
        messages = repository.messages(excluded, head, (LABEL,))
    for commit in reversed(tuple(messages)):
        yield from _in_message(commit, messages[commit])
    noted = _notes(repository)
    if noted:
        for one in repository.log(excluded, head):
            if one.id in noted:
                yield from _in_note(repository, one.id, noted[one.id])


def _in_message(commit: str, message: bytes) -> Iterator[Carried]:
    return in_text(message, f"commit {commit[:7]}")


def _in_note(repository: Repository, commit: str, note: str) -> Iterator[Carried]:
    return in_text(repository.read(note), f"note on {commit[:7]}")


def add_note(repository: Repository, commit: str, line: str) -> None:
    """Carry a line in the note of a commit. Raises GitError."""
    repository.run("notes", f"--ref={NOTES}", "append", "-m", line, commit)


def _notes(repository: Repository) -> dict[str, str]:
    pairs = (
        line.split() for line in repository.run("notes", f"--ref={NOTES}", "list").splitlines()
    )
    return {commit.decode("ascii"): note.decode("ascii") for note, commit in pairs}


# -- what waits for its commit ------------------------------------------------------------------------------------------------


def keep(repository: Repository, line: str) -> None:
    """Remember an approval until it is committed, under git's own folder, readable by this user alone."""
    folder = repository.state / "approvals"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / statement.from_line(line).statement.nonce
    unfinished = file.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(f"{line}\n", "ascii")
    unfinished.replace(file)


def pending(repository: Repository) -> tuple[Carried, ...]:
    """The approvals that wait for their commit, oldest file first."""
    folder = repository.state / "approvals"
    if not folder.is_dir():
        return ()
    files = sorted(
        (file for file in folder.iterdir() if file.is_file() and not file.suffix),
        key=lambda file: (file.stat().st_mtime_ns, file.name),
    )
    return tuple(
        carried
        for file in files
        for carried in in_text(file.read_bytes(), f"pending {file.name[:8]}")
    )


def forget(repository: Repository, nonce: str) -> bool:
    """Forget a pending approval; False where there is none of this nonce."""
    try:
        (repository.state / "approvals" / nonce).unlink()
    except (FileNotFoundError, IsADirectoryError):
        return False
    return True


# -- what may be believed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a policy says of approvals: the repository they bind to, how they are made, and the signers that its tree lists."""

    repository: str
    settings: ApprovalSettings
    signers: bytes
    source: str = field(compare=False)

    @classmethod
    def of(cls, policy: Policy) -> "Trust":
        """That part of a policy."""
        return cls(
            repository=policy.repository,
            settings=policy.approvals,
            signers=policy.signers,
            source=policy.source,
        )


def verified(one: Signed, trust: Trust, signers: Signers, now: int) -> Approval:
    """The approval that a line makes under a policy at a time (seconds since 1970 UTC).

    Raises ApprovalError with the reason where it makes none.
    """
    said, settings = one.statement, trust.settings
    if said.repository != trust.repository:
        raise ApprovalError(
            f"it is for the repository {visible(said.repository)!r}, not for {visible(trust.repository)!r}"
        )
    if said.expires < now:
        raise ApprovalError(f"it expired on {day(said.expires)}")
    if said.made > now + _SKEW_SECONDS:
        raise ApprovalError(f"it says that it was made in the future, on {day(said.made)}")
    if settings.longest_seconds is not None and said.expires - now > settings.longest_seconds:
        raise ApprovalError(
            f"it would last until {day(said.expires)}, longer than the policy allows"
        )
    key = ""
    if one.signature:
        if not trust.repository:
            raise ApprovalError("the policy names no repository that a signature could bind to")
        if not trust.signers:
            raise ApprovalError(f"{trust.source} lists no signers")
        stated = signers.verify(one.content, one.signature, said.principal)
        if (settings.security_key or settings.user_verification) and not stated.security_key:
            raise ApprovalError(f"the policy asks for a security key; {stated.fingerprint} is none")
        if settings.user_verification and not stated.verified:
            raise ApprovalError("the security key was touched, but asked for no PIN or finger")
        key = stated.fingerprint
    elif settings.require == "signed":
        raise ApprovalError("it was only recorded, and the policy asks for a signature")
    return Approval(
        principal=said.principal,
        items=frozenset(said.items),
        expires=said.expires,
        nonce=said.nonce,
        reason=said.reason,
        signed=bool(one.signature),
        key=key,
        made=said.made,
    )


def spent(
    repository: Repository, landed: str | None, statements: Iterable[Statement]
) -> frozenset[str]:
    """The nonces of those statements that already landed in the history of a commit, in its messages or notes. Raises GitError.

    The whole history is searched: dates of commits are whatever their maker wrote.
    """
    marks = {one.mark: one.nonce for one in statements}
    if landed is None or not marks:
        return frozenset()
    if repository.run("rev-parse", "--is-shallow-repository").strip() == b"true":
        raise GitError(
            "the history of the base is cut (shallow clone), so nobody can tell which approvals were used already",
            remedy="fetch the whole of it: git fetch --unshallow (in CI: fetch-depth: 0)",
        )
    texts = list(repository.messages((), landed, marks).values())
    for commit, note in _notes(repository).items():
        text = repository.read(note)
        if any(mark.encode("ascii") in text for mark in marks):
            with contextlib.suppress(GitError):  # a note may be left of a commit that is gone
                if repository.succeeds("merge-base", "--is-ancestor", commit, landed):
                    texts.append(text)
    return frozenset(
        nonce
        for mark, nonce in marks.items()
        if any(mark.encode("ascii") in text for text in texts)
    )


def day(seconds: int) -> str:
    """A time as reports write it: ``2026-11-22 09:30 UTC``."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))

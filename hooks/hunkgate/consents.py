"""Approvals as they are carried, kept and verified: from lines of text to what the judge may believe.

A line counts only after everything it says was held against the base: its repository, its time, its signature by someone whom the
base's signers file lists, and that it was not used up. What it covers is never taken from the line but recomputed by the gates.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hunkgate import signing
from hunkgate.approvals import ApprovalSettings, Item, Signed, Statement, coverage, statement
from hunkgate.errors import ApprovalError, GitError
from hunkgate.git import Repository
from hunkgate.model import Approval, Approved, Finding
from hunkgate.policy import Policy
from hunkgate.signing import Signers
from hunkgate.text import visible

if TYPE_CHECKING:
    from concurrent.futures import Future

NOTES = "refs/notes/hunkgate"
# `git commit -v` shows the diff below this line (wt-status.c, cut_line): what stands there is not of the message.
_SCISSORS = "------------------------ >8 ------------------------"
_MARKS_AT_ONCE = 500
_BEGUN = 200  # lines that are verified before it is known whether they matter
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


def in_commits(repository: Repository, commits: Iterable[str]) -> Iterator[Carried]:
    """The lines in the messages of commits, and in their notes under ``refs/notes/hunkgate``. Raises GitError."""
    noted = _notes(repository)
    for commit in commits:
        yield from in_text(repository.message(commit), f"commit {commit[:7]}")
        if commit in noted:
            yield from in_text(repository.read(noted[commit]), f"note on {commit[:7]}")


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


class Lifting:
    """The judge's ``lift``: parts blocking findings into those that stay and those that verified approvals lift.

    A finding is lifted only when it is under every one of the policies. Only lines that could matter for a finding are verified, so
    a change that needs nothing pays nothing. ``remarks`` then holds why lines that could have mattered did not count.

    ``landed`` is the commit in whose history approvals are used up: the base, None where there is no history yet.
    """

    def __init__(
        self,
        repository: Repository,
        policies: Sequence[Policy],
        carried: Iterable[Carried],
        *,
        landed: str | None,
        now: int | None = None,
    ) -> None:
        self._repository = repository
        self._policies = tuple(dict.fromkeys(Trust.of(policy) for policy in policies))
        self._carried = carried
        self._landed = landed
        self._now = int(time.time()) if now is None else now
        self._remarks: dict[str, None] = {}
        self._begun: dict[tuple[Trust, Signed], Future[Approval | ApprovalError]] = {}
        self._open = contextlib.ExitStack()

    def begin(self) -> None:
        """Start to verify what is carried, while the gates still judge: the time goes to ssh-keygen, one process for each line.

        Only the first lines are begun, so that a message full of forged ones costs no more than a message full of real ones.
        """
        self._carried = tuple(self._carried)
        lines = []
        for carried in self._carried[:_BEGUN]:
            with contextlib.suppress(ApprovalError):
                lines.append(statement.from_line(carried.line))
        if not lines:
            return
        from concurrent.futures import (
            ThreadPoolExecutor,
        )  # 10 ms that a change without lines need not pay

        pool = self._open.enter_context(ThreadPoolExecutor(os.cpu_count()))
        for trust in self._policies:
            signers = self._open.enter_context(signing.signers(trust.signers))
            for one in dict.fromkeys(lines):
                self._begun[trust, one] = pool.submit(_held, one, trust, signers, self._now)

    def close(self) -> None:
        """Wait for what was begun and take its files away."""
        for future in self._begun.values():
            future.cancel()
        self._open.close()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Why lines did not count, in the order met."""
        return tuple(self._remarks)

    def __call__(
        self, findings: Sequence[Finding]
    ) -> tuple[tuple[Finding, ...], tuple[Approved, ...]]:
        """The findings that stay and those that are lifted. Raises GitError and ToolError."""
        if not any(finding.item for finding in findings):
            return tuple(findings), ()
        wanted = tuple(self._wanted(findings))
        if not wanted:
            return tuple(findings), ()
        spent = self._spent(one for one, _source in wanted)
        fresh = []
        for one, source in wanted:
            if one.statement.nonce in spent:
                self._refuse(one.statement, source, "it was used already in the base's history")
            else:
                fresh.append((one, source))
        lifted: dict[int, dict[Approval, None]] = {}
        for trust in self._policies:
            under = self._under(trust, findings, fresh)
            if trust is not self._policies[0]:
                lifted = {index: lifted[index] for index in lifted if index in under}
            for index, approvals in under.items():
                if trust is self._policies[0] or index in lifted:
                    lifted.setdefault(index, {}).update(dict.fromkeys(approvals))
        return (
            tuple(one for index, one in enumerate(findings) if index not in lifted),
            tuple(
                Approved(finding=findings[index], approvals=tuple(lifted[index]))
                for index in sorted(lifted)
            ),
        )

    def _under(
        self, trust: Trust, findings: Sequence[Finding], lines: Sequence[tuple[Signed, str]]
    ) -> dict[int, tuple[Approval, ...]]:
        """Under one policy: by the index of a finding the approvals that lift it."""
        approvals = self._verified(trust, lines)
        indices = {id(finding): index for index, finding in enumerate(findings)}
        single = [one for one in findings if one.commit is not None]
        whole = [one for one in findings if one.commit is None]
        rest, first = coverage.lift(single, approvals, trust.settings)
        settled = frozenset(one.finding.item for one in first if one.finding.item is not None)
        left, second = coverage.lift(whole, approvals, trust.settings, settled)
        self._explain(trust, (*rest, *left), approvals)
        return {indices[id(one.finding)]: one.approvals for one in (*first, *second)}

    def _wanted(self, findings: Sequence[Finding]) -> Iterator[tuple[Signed, str]]:
        """The carried lines that name an item of a finding, or a transition on the way from its base state to its head state."""
        lines: dict[Signed, str] = {}
        for carried in self._carried:
            try:
                lines.setdefault(statement.from_line(carried.line), carried.source)
            except ApprovalError as error:
                self._remarks.setdefault(f"an approval in {carried.source} does not count: {error}")
        states = {
            state
            for finding in findings
            if isinstance(finding.item, Item)
            for state in (finding.item.before, finding.item.after)
        }
        while True:
            reached = {
                state
                for one in lines
                for item in one.statement.items
                if item.before in states or item.after in states
                for state in (item.before, item.after)
            }
            if reached <= states:
                break
            states |= reached
        for one, source in lines.items():
            if any(item.before in states for item in one.statement.items):
                yield one, source

    def _verified(self, trust: Trust, lines: Sequence[tuple[Signed, str]]) -> tuple[Approval, ...]:
        begun = [self._begun.get((trust, one)) for one, _source in lines]
        waiting = [
            one for (one, _source), future in zip(lines, begun, strict=True) if future is None
        ]
        with signing.signers(trust.signers) as signers:
            if len(waiting) < 2:
                fresh = iter([_held(one, trust, signers, self._now) for one in waiting])
            else:
                from concurrent.futures import (
                    ThreadPoolExecutor,
                )  # 10 ms that one line need not pay

                # The time goes to ssh-keygen, one process each: the threads only wait for them.
                with ThreadPoolExecutor(os.cpu_count()) as pool:
                    fresh = iter(
                        list(pool.map(lambda one: _held(one, trust, signers, self._now), waiting))
                    )
        answers = [next(fresh) if future is None else future.result() for future in begun]
        approvals = []
        for answer, (one, source) in zip(answers, lines, strict=True):
            if isinstance(answer, ApprovalError):
                self._refuse(one.statement, source, answer.message)
            else:
                approvals.append(answer)
        return tuple(approvals)

    def _spent(self, lines: Iterable[Signed]) -> frozenset[str]:
        """The nonces that already landed in the history of the base."""
        return spent(self._repository, self._landed, (one.statement for one in lines))

    def _explain(
        self, trust: Trust, left: Iterable[Finding], approvals: Sequence[Approval]
    ) -> None:
        for finding in left:
            given = [one for one in approvals if finding.item in one.items]
            missing = [
                str(need) for need in coverage.needs(finding, trust.settings) if not need.met(given)
            ]
            if given and missing:
                by = ", ".join(sorted({one.principal for one in given}))
                self._remarks.setdefault(
                    f"item {str(finding.item)[:8]} is approved by {visible(by)} but needs {' and '.join(missing)}"
                )

    def _refuse(self, refused: Statement, source: str, why: str) -> None:
        self._remarks.setdefault(
            f"the approval of {visible(refused.principal)} in {source} does not count: {why}"
        )


def _held(one: Signed, trust: Trust, signers: Signers, now: int) -> Approval | ApprovalError:
    try:
        return verified(one, trust, signers, now)
    except ApprovalError as error:
        return error


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
    texts = []
    listed = list(marks)
    for start in range(0, len(listed), _MARKS_AT_ONCE):
        asked = (f"--grep={mark}" for mark in listed[start : start + _MARKS_AT_ONCE])
        # A commit may name an encoding: reading it by that would hide what the message's own bytes say.
        commits = repository.run(
            "rev-list", "--encoding=none", "--fixed-strings", *asked, "--end-of-options", landed
        )
        texts += [repository.message(commit) for commit in commits.decode("ascii").split()]
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

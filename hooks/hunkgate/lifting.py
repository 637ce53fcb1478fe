"""The judge's ``lift``: which blocking findings the approvals that are carried to an occasion lift, under every policy that judges."""

import collections
import contextlib
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from hunkgate import consents, signing
from hunkgate.approvals import Item, Signed, Statement, coverage, statement
from hunkgate.consents import Carried, Trust
from hunkgate.errors import ApprovalError
from hunkgate.git import Repository
from hunkgate.model import Approval, Approved, Finding
from hunkgate.policy import Policy
from hunkgate.signing import Signers
from hunkgate.text import visible

_BEGUN = 200  # lines that are verified before it is known whether they matter
_REMARKS_MOST = 20
# Twice as many ssh-keygen processes as there are processors: the next one is started while this one's thread waits for its turn.
_AT_ONCE = 2 * (os.cpu_count() or 1)


class Lifting:
    """Parts blocking findings into those that stay and those that verified approvals lift.

    A finding is lifted only when it is under every one of the policies. Only lines that could matter for a finding are verified, so
    a change that needs nothing pays nothing. ``remarks`` then holds why lines that could have mattered did not count. Close it
    in the end.

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
        self._carried = iter(carried)
        self._landed = landed
        self._verifying = _Verifying(int(time.time()) if now is None else now)
        self._remarks: dict[str, None] = {}
        self._unasked: dict[Trust, str] = {}
        self._lines: dict[Signed, str] = {}

    def begin(self) -> None:
        """Start to verify what is carried, while the gates still judge.

        Only the first lines are begun, so that a message full of forged ones costs no more than a message full of real ones.
        """
        begun = tuple(islice(self._read(), _BEGUN))
        for trust in self._policies:
            self._verifying.start(trust, begun)

    def close(self) -> None:
        """Leave what was begun and is not needed, and take its files away."""
        self._verifying.close()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Why lines did not count, in the order met; of very many the first."""
        shown = [*self._unasked.values(), *self._remarks]
        more = len(shown) - _REMARKS_MOST
        if more > 0:
            shown[_REMARKS_MOST:] = [f"for the like reasons {more} more approvals do not count"]
        return tuple(shown)

    def __call__(
        self, findings: Sequence[Finding]
    ) -> tuple[tuple[Finding, ...], tuple[Approved, ...]]:
        """The findings that stay and those that are lifted. Raises GitError and ToolError."""
        if not any(finding.item for finding in findings):
            return tuple(findings), ()
        wanted = tuple(self._wanted(findings))
        if not wanted:
            return tuple(findings), ()
        spent = consents.spent(
            self._repository, self._landed, (one.statement for one, _source in wanted)
        )
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

    def _read(self) -> Iterator[Signed]:
        """The carried lines that can be read and were not met before, each once."""
        for carried in self._carried:
            try:
                one = statement.from_line(carried.line)
            except ApprovalError as error:
                self._remarks.setdefault(f"an approval in {carried.source} does not count: {error}")
                continue
            if one not in self._lines:
                self._lines[one] = carried.source
                yield one

    def _wanted(self, findings: Sequence[Finding]) -> Iterator[tuple[Signed, str]]:
        """The carried lines that name an item of a finding, or a transition on the way from its base state to its head state."""
        collections.deque(self._read(), maxlen=0)
        joined: dict[str, list[str]] = {}
        for one in self._lines:
            for item in one.statement.items:
                joined.setdefault(item.before, []).append(item.after)
                joined.setdefault(item.after, []).append(item.before)
        waiting = [
            state
            for finding in findings
            if isinstance(finding.item, Item)
            for state in (finding.item.before, finding.item.after)
        ]
        reached = set(waiting)
        while waiting:
            for state in joined.pop(waiting.pop(), ()):
                if state not in reached:
                    reached.add(state)
                    waiting.append(state)
        for one, source in self._lines.items():
            if any(item.before in reached for item in one.statement.items):
                yield one, source

    def _verified(self, trust: Trust, lines: Sequence[tuple[Signed, str]]) -> tuple[Approval, ...]:
        self._verifying.start(trust, (one for one, _source in lines))
        approvals, unasked = [], 0
        for one, source in lines:
            answer = self._verifying.answer(trust, one)
            if isinstance(answer, signing.UnaskedError):
                unasked += 1
                self._unasked[trust] = f"{unasked} approvals were {answer.message}: {answer.remedy}"
            elif isinstance(answer, ApprovalError):
                self._refuse(one.statement, source, answer.message)
            else:
                approvals.append(answer)
        return tuple(approvals)

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


class _Verifying:
    """Verifications at a time (seconds since 1970 UTC) that go on beside other work: most of it is ssh-keygen's, in processes.

    Plain threads: they mostly wait for those processes, and concurrent.futures alone takes as long to import as one of them.
    """

    def __init__(self, now: int) -> None:
        self._now = now
        self._jobs: collections.deque[tuple[Trust, Signed, Signers]] = collections.deque()
        self._answers: dict[tuple[Trust, Signed], Approval | Exception] = {}
        self._started: set[tuple[Trust, Signed]] = set()
        self._threads: list[threading.Thread] = []
        self._signers: dict[bytes, Signers] = {}
        self._open = contextlib.ExitStack()

    def start(self, trust: Trust, lines: Iterable[Signed]) -> None:
        """Verify these lines under a policy; those that are known to it are not verified again."""
        new = [one for one in dict.fromkeys(lines) if (trust, one) not in self._started]
        if not new:
            return
        # One for all that judge by the same file: it remembers what ssh-keygen said.
        signers = self._signers.get(trust.signers)
        if signers is None:
            signers = self._open.enter_context(signing.signers(trust.signers))
            self._signers[trust.signers] = signers
        for one in new:
            self._started.add((trust, one))
            self._jobs.append((trust, one, signers))
        for _ in range(min(len(new), _AT_ONCE)):
            self._threads.append(threading.Thread(target=self._work))
            self._threads[-1].start()

    def answer(self, trust: Trust, one: Signed) -> Approval | ApprovalError:
        """What a line makes under a policy, once all that was started is done. Raises ToolError where none can be verified."""
        self._done()
        found = self._answers[trust, one]
        if isinstance(found, Approval | ApprovalError):
            return found
        raise found

    def close(self) -> None:
        """Leave what is still waiting."""
        self._jobs.clear()
        self._done()
        self._open.close()

    def _work(self) -> None:
        while True:
            try:
                trust, one, signers = self._jobs.popleft()
            except IndexError:
                return
            try:
                self._answers[trust, one] = consents.verified(one, trust, signers, self._now)
            except Exception as error:  # noqa: BLE001 - raised again in the thread that asks
                self._answers[trust, one] = error

    def _done(self) -> None:
        while self._threads:
            self._threads.pop().join()

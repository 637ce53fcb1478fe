"""What approvals cost: one verification beside its ssh-keygen process, and a range of commits with approvals beside one without.

    python benchmarks/approvals.py [COMMITS [ROUNDS]]

Bars (issue 4): a first verification adds at most its ssh-keygen process; a range of 100 commits takes at most twice the same
range without approvals. Ranges: the least of the rounds; the others: medians by the clock.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "hooks"), str(ROOT / "tests")]

from enrolled import ALICE, Enrolled, enrol, key, listed  # noqa: E402 - after the path
from hunkgate import approvals, consents, occasions, policies, signing  # noqa: E402
from hunkgate.approvals import sshsig  # noqa: E402
from hunkgate.git import open_repository  # noqa: E402


def medians_ms(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The median time of one call of each, in milliseconds; they are called in turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append((time.perf_counter() - start) * 1000)
    return [statistics.median(taken) for taken in times]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What programs took, in milliseconds: by the clock, and of all processors (user and system)."""

    clock: float
    processor: float

    def __str__(self) -> str:
        return f"{self.clock:8.0f} ms   processors {self.processor:8.0f} ms"


def cost(work: Callable[[], object]) -> Cost:
    """The cost of the programs that one call starts and waits for."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(clock=clock * 1000, processor=used * 1000)


def least(costs: Iterable[Cost]) -> Cost:
    """The least of several, each figure by itself: what other programs on the machine add is not ours."""
    listed = tuple(costs)
    return Cost(
        clock=min(one.clock for one in listed), processor=min(one.processor for one in listed)
    )


class Bare:
    """The ssh-keygen command that a verification runs, without us."""

    def __init__(self, folder: Path, one: Enrolled) -> None:
        self.line = approvals.from_line(one.staged().forged())
        allowed, signature = folder / "allowed", folder / "signature"
        self._content = folder / "content"
        allowed.write_text(listed(one.human))
        signature.write_bytes(sshsig.armoured(self.line.signature))
        self._content.write_bytes(self.line.content)
        self._argv = (
            *("ssh-keygen", "-Y", "verify", "-n", "hunkgate", "-I", ALICE),
            *("-f", str(allowed), "-s", str(signature)),
        )

    def once(self) -> None:
        """One verification."""
        subprocess.run(self._argv, input=self.line.content, capture_output=True, check=True)

    def many(self, count: int) -> None:
        """So many verifications, two at a time."""
        live: list[subprocess.Popen[bytes]] = []
        for _ in range(count):
            if len(live) == 2:
                assert live.pop(0).wait() == 0
            with self._content.open("rb") as content:
                live.append(subprocess.Popen(self._argv, stdin=content, stdout=subprocess.DEVNULL))
        for one in live:
            assert one.wait() == 0


def one_verification(bare: Bare, one: Enrolled) -> None:
    """Our verification beside the same ssh-keygen command run bare."""
    trust = consents.Trust.of(policies.staged(open_repository(one.folder.path))[0])

    def first() -> None:
        with signing.signers(trust.signers) as signers:
            consents.verified(bare.line, trust, signers, int(time.time()))

    ours, alone = medians_ms(40, first, bare.once)
    print(
        f"one verification      {ours:8.1f} ms   ssh-keygen alone {alone:8.1f} ms   beyond it {ours - alone:6.1f} ms"
    )


def whole_range(bare: Bare, one: Enrolled, count: int, rounds: int) -> None:
    """A range where every commit needs an approval: with its line in each message, and without; beside as many bare ssh-keygen."""
    folder = one.folder
    for branch in ("with", "without"):
        folder.git("checkout", "-q", "-f", "-B", branch, "main")
        for number in range(count):
            folder.stage({"infra/prod.yaml": f"replicas: {number + 2}\n"})
            line = one.forged(nonce=f"{number:018x}") if branch == "with" else ""
            folder.git("commit", "-q", "--no-verify", "-m", f"step {number}\n\n{line}")

    def judged(branch: str, code: int) -> Cost:
        def work() -> None:
            assert one.judged(f"main..{branch}").code == code

        return cost(work)

    # In turn, so that what else goes on meets all three alike.
    all_three = [
        (judged("with", 0), judged("without", 1), cost(lambda: bare.many(count)))
        for _ in range(rounds)
    ]
    ours, without, floor = (least(column) for column in zip(*all_three, strict=True))
    print(f"range of {count:4d} commits {ours}   ratio {ours.clock / without.clock:.2f} (bar 2.00)")
    print(f"without lines         {without}")
    print(f"{count:4d} ssh-keygen alone {floor}   two at a time")
    beyond = Cost(
        clock=ours.clock - without.clock - floor.clock,
        processor=ours.processor - without.processor - floor.processor,
    )
    print(f"beyond both of these  {beyond}   (less than nothing by the clock: they overlap)")


def spent_search(one: Enrolled, history: int) -> None:
    """The search for used approvals in a base with a long history."""
    folder = one.folder
    folder.git("checkout", "-q", "-f", "main")
    stream = [f"reset refs/heads/long\nfrom {folder.git('rev-parse', 'main')}\n\n"]
    for number in range(history):
        message = f"commit {number} with some words on what it does and why\n"
        stream.append(
            f"commit refs/heads/long\ncommitter a <a@b> {1_700_000_000 + number} +0000\ndata {len(message)}\n{message}\n"
        )
    folder.git("fast-import", "--quiet", stdin="".join(stream).encode())
    repository = open_repository(folder.path)
    tip = occasions.commit(repository, "long")
    said = [approvals.from_line(one.staged().forged()).statement]
    (took,) = medians_ms(5, lambda: consents.spent(repository, tip, said))
    print(f"search for use        {took:8.1f} ms   in a base of {history} commits")


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        human, agent = key(folder, "human"), key(folder, "agent")
        one = enrol(folder / "repository", human, agent)
        bare = Bare(folder, one)
        one_verification(bare, one)
        one.folder.git("reset", "-q", "--hard")
        whole_range(bare, one, count, rounds)
        spent_search(one, 20_000)


if __name__ == "__main__":
    main()

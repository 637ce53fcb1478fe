"""What approvals cost: one verification beside its ssh-keygen process, and a range of commits with approvals beside one without.

    python benchmarks/approvals.py [COMMITS]

Bars (issue 4): verification adds at most the ssh-keygen process for each approval; a range of 100 commits takes at most twice the same
range without approvals. Times are medians of wall clock, in milliseconds.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "hooks"), str(ROOT / "tests")]

from enrolled import ALICE, Enrolled, enrol, key, listed  # noqa: E402 - after the path
from hunkgate import approvals, consents, occasions, policies, signing  # noqa: E402
from hunkgate.approvals import sshsig  # noqa: E402
from hunkgate.git import open_repository  # noqa: E402


def median_ms(work: Callable[[], object], rounds: int) -> float:
    """The median time of one call, in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def one_verification(folder: Path, one: Enrolled) -> None:
    """Our verification beside the same ssh-keygen command run bare."""
    line = approvals.from_line(one.staged().forged())
    repository = open_repository(one.folder.path)
    trust = consents.Trust.of(policies.staged(repository)[0])
    allowed, signature = folder / "allowed", folder / "signature"
    allowed.write_text(listed(one.human))
    signature.write_bytes(sshsig.armoured(line.signature))
    argv = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-n",
        "hunkgate",
        "-I",
        ALICE,
        "-f",
        str(allowed),
        "-s",
        str(signature),
    ]

    def bare() -> None:
        subprocess.run(argv, input=line.content, capture_output=True, check=True)

    with signing.signers(trust.signers) as signers:
        ours = median_ms(lambda: consents.verified(line, trust, signers, int(time.time())), 40)
    alone = median_ms(bare, 40)
    print(
        f"one verification      {ours:8.1f} ms   ssh-keygen alone {alone:8.1f} ms   beyond it {ours - alone:6.1f} ms"
    )


def whole_range(one: Enrolled, count: int) -> None:
    """A range where every commit needs an approval: with its line in each message, and without."""
    folder = one.folder
    for branch in ("with", "without"):
        folder.git("checkout", "-q", "-f", "-B", branch, "main")
        for number in range(count):
            folder.stage({"infra/prod.yaml": f"replicas: {number + 2}\n"})
            line = one.forged(nonce=f"{number:018x}") if branch == "with" else ""
            folder.git("commit", "-q", "--no-verify", "-m", f"step {number}\n\n{line}")

    def judged(branch: str, code: int) -> None:
        assert one.judged(f"main..{branch}").code == code

    with_lines = median_ms(lambda: judged("with", 0), 5)
    without = median_ms(lambda: judged("without", 1), 5)
    print(
        f"range of {count:4d} commits {with_lines:8.0f} ms   without lines    {without:8.0f} ms   "
        f"ratio {with_lines / without:.2f} (bar 2.00)"
    )


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
    took = median_ms(lambda: consents.spent(repository, tip, said), 5)
    print(f"search for use        {took:8.1f} ms   in a base of {history} commits")


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        human, agent = key(folder, "human"), key(folder, "agent")
        one = enrol(folder / "repository", human, agent)
        one_verification(folder, one)
        one.folder.git("reset", "-q", "--hard")
        whole_range(one, count)
        spent_search(one, 20_000)


if __name__ == "__main__":
    main()

"""How long ``hunkgate check`` takes, each time beside its floor in the same run: python benchmarks/check.py [--quick]

Floors: `python -c "import git, unidiff"` plus the git commands that the check itself runs, one after another; for lines and ranges git's own
diff or log plus that start-up. Machines are noisy: compare the ratios, never the times, and those of the processors where others work.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HUNKGATE = [sys.executable, "-P", "-m", "hunkgate"]
START = [sys.executable, "-c", "import git, unidiff"]
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("GIT_") and name != "PYTHONDONTWRITEBYTECODE"
} | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "bench",
    "GIT_AUTHOR_EMAIL": "bench@example.invalid",
    "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@example.invalid",
}
POLICY = '[size]\nmax-lines = 100000000\n[paths]\nforbidden = ["secrets/", "*.pem"]\nreview = ["infra/"]\n'


def run(argv: list[str], folder: Path, stdin: bytes = b"") -> bytes:
    return subprocess.run(
        argv, cwd=folder, env=ENVIRONMENT, input=stdin, stdout=subprocess.PIPE, check=True
    ).stdout


@dataclass(frozen=True, slots=True)
class Seconds:
    """What something took: by the clock, and of all processors together."""

    wall: float
    cpu: float


def beside(ours: Callable[[], object], floor: Callable[[], object], times: int) -> list[Seconds]:
    """Both in turn, so that other work on the machine meets both: the median by the clock, the least of the processors."""
    taken: tuple[list[Seconds], list[Seconds]] = ([], [])
    for _ in range(times):
        for call, into in zip((ours, floor), taken, strict=True):
            start, before = time.perf_counter(), cpu()
            call()
            into.append(Seconds(time.perf_counter() - start, cpu() - before))
    return [
        Seconds(statistics.median(one.wall for one in runs), min(one.cpu for one in runs))
        for runs in taken
    ]


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def repository(folder: Path, files: int, lines: int = 20) -> Path:
    folder.mkdir(parents=True)
    run(["git", "init", "-q", "-b", "main"], folder)
    stream = [b"commit refs/heads/main\ncommitter b <b@b> 1700000000 +0000\ndata 4\nbase\n"]
    body = b"".join(b"line %d\n" % number for number in range(lines))
    content = POLICY.encode()
    stream.append(b"M 100644 inline hunkgate.toml\ndata %d\n%s\n" % (len(content), content))
    for number in range(files):
        content = body + b"%d\n" % number
        name = f"package{number % 97}/part{number % 13}/file{number}.py"
        stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(content), content))
    run(["git", "fast-import", "--quiet"], folder, b"".join(stream))
    run(["git", "reset", "-q", "--hard"], folder)
    return folder


def git_commands(folder: Path, argv: list[str]) -> list[list[str]]:
    """The git commands that a program runs, by a git on PATH that notes and then runs them."""
    with tempfile.TemporaryDirectory() as place:
        log = Path(place) / "log"
        real = subprocess.run(
            ["sh", "-c", "command -v git"], capture_output=True, text=True, check=True
        ).stdout.strip()
        shim = Path(place) / "git"
        note = f'for one in "$@"; do printf "%s\\037" "$one"; done >> {log}; echo >> {log}'
        shim.write_text(f'#!/bin/sh\n{note}\nexec {real} "$@"\n')
        shim.chmod(0o755)
        env = ENVIRONMENT | {"PATH": f"{place}:{ENVIRONMENT['PATH']}"}
        subprocess.run(
            argv,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return [line.split("\x1f")[:-1] for line in log.read_text().splitlines()]


def row(title: str, taken: list[Seconds], bar: str, more: str = "") -> None:
    ours, floor = taken
    wall, processor = (
        f"{one * 1000:.0f} / {other * 1000:.0f} ms | {one / other:.2f}"
        for one, other in ((ours.wall, floor.wall), (ours.cpu, floor.cpu))
    )
    print(f"| {title} | {wall} | {processor} | {bar} | {more} |", flush=True)


def one_file(work: Path, files: int, times: int) -> None:
    folder = repository(work / f"files{files}", files)
    (folder / "package1/part1/file1.py").write_text("changed\n")
    run(["git", "add", "-A"], folder)
    check = [*HUNKGATE, "check", "--staged"]
    commands = git_commands(folder, check)
    head = run(["git", "rev-parse", "HEAD^{tree}"], folder)

    def floor() -> None:
        run(START, folder)
        for command in commands:
            run(["git", *command], folder, head if "cat-file" in command else b"")

    row(
        f"one staged file of {files:,}",
        beside(lambda: run(check, folder), floor, times),
        "1.5",
        f"{len(commands)} git processes",
    )


def many_lines(work: Path, lines: int, times: int) -> None:
    files = 100
    folder = repository(work / f"lines{lines}", files, lines=10)
    for number in range(files):
        path = folder / f"package{number % 97}/part{number % 13}/file{number}.py"
        path.write_text("".join(f"line {one} of {number}\n" for one in range(lines // files)))
    run(["git", "add", "-A"], folder)
    diff = ["git", "diff-index", "--cached", "--raw", "--numstat", "-z", "HEAD"]
    check = [*HUNKGATE, "check", "--staged"]

    def floor() -> None:
        run(START, folder)
        run(diff, folder)

    taken = beside(lambda: run(check, folder), floor, times)
    child = subprocess.Popen(check, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    usage = os.wait4(child.pid, 0)[2]
    row(f"{lines:,} changed lines", taken, "3", f"{usage.ru_maxrss / 1024:.0f} MiB at most")


def many_commits(work: Path, commits: int, times: int) -> None:
    """Every second commit changes one of 200 files, the others add one."""
    folder = repository(work / "commits", 200)
    stream = []
    for number in range(commits):
        content = b"changed %d\n" % number
        stream.append(
            b"commit refs/heads/main\ncommitter b <b@b> %d +0000\ndata 2\nc\n"
            % (1700000001 + number)
        )
        stream.append(b"from refs/heads/main^0\n" if number == 0 else b"")
        file = number % 200
        name = b"package%d/part%d/%s%d.py" % (
            (file % 97, file % 13, b"file", file)
            if number % 2
            else (number % 97, number % 13, b"new", number)
        )
        stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(content), content))
    run(["git", "fast-import", "--quiet"], folder, b"".join(stream))
    range_ = f"main~{commits}..main"
    log = ["git", "log", "--raw", "--numstat", "-z", range_]

    def floor() -> None:
        run(START, folder)
        run(log, folder)

    check = [*HUNKGATE, "check", "--range", range_]
    taken = beside(lambda: run(check, folder), floor, times)
    row(f"a range of {commits:,} commits", taken, "3")


def transaction(work: Path, times: int) -> None:
    folder, hooked = (repository(work / name, 50) for name in ("plain", "hooked"))
    run([*HUNKGATE, "install"], hooked)
    update = ["git", "update-ref", "refs/tags/t", "HEAD"]
    taken = beside(lambda: run(update, hooked), lambda: run(update, folder), times)
    added = (taken[0].wall - taken[1].wall) * 1000
    row("a tag, with the reference-transaction hook", taken, "+15 ms", f"+{added:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--quick", action="store_true", help="smaller repositories, fewer repetitions"
    )
    quick = parser.parse_args().quick
    times = 3 if quick else 7
    print(
        "| what | by the clock: check / floor | ratio | processors: check / floor | ratio | bar | |"
    )
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        one_file(Path(work), 5_000, times)
        if not quick:
            one_file(Path(work), 50_000, times)
        many_lines(Path(work), 100_000, times)
        if not quick:
            many_lines(Path(work), 1_000_000, 3)
        many_commits(Path(work), 1_000, times)
        transaction(Path(work), 5 * times)


if __name__ == "__main__":
    main()

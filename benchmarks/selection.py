"""How long a selection takes on a large tree, beside what no selection can do without: one run, three minutes at most.

python benchmarks/selection.py                     Django's and sympy's source archives, downloaded with pip
python benchmarks/selection.py --sdist FILE ...    these archives (.tar.gz)
Prints wall and processor seconds. Nothing outside a temporary folder is written.
"""

import argparse
import ast
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NAMES = ("Django", "sympy")
WARM_RUNS = 5


@dataclass(frozen=True, slots=True)
class Seconds:
    """What something took: on the clock, and of all processors together."""

    wall: float
    cpu: float


def measured(call: Callable[[], object]) -> Seconds:
    """The seconds of a call and of the processes that it waits for."""
    start, before = time.perf_counter(), _cpu()
    call()
    return Seconds(time.perf_counter() - start, _cpu() - before)


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def quickest(call: Callable[[], object], runs: int) -> Seconds:
    """The least of several runs, wall and processor by themselves: what the machine's other work adds is not ours."""
    found = [measured(call) for _ in range(runs)]
    return Seconds(min(one.wall for one in found), min(one.cpu for one in found))


def started(folder: Path, scratch: Path, *command: str) -> None:
    """Run a command in the folder, with bytecode kept in ``scratch`` as an installed program has it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}
    subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)


def walk(files: list[Path]) -> None:
    """Parse every file and visit every node, in this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in files:
            try:
                for _ in ast.walk(ast.parse(file.read_bytes())):
                    pass
            except (SyntaxError, ValueError):
                continue


def downloaded(name: str, scratch: Path) -> Path:
    """The source archive of a project; pip's wish to build it as well does not matter here."""
    command = ("download", "--quiet", "--no-deps", "--no-build-isolation", "--no-binary", ":all:")
    subprocess.run(
        [sys.executable, "-m", "pip", *command, "--dest", str(scratch), name], capture_output=True
    )
    found = next(scratch.glob(f"{name.lower()}-*.tar.gz"), None)
    if found is None:
        raise SystemExit(f"no source archive of {name}: give one with --sdist")
    return found


def committed(archive: Path, into: Path) -> Path:
    """The archive as a repository with one commit."""
    with tarfile.open(archive) as content:
        content.extractall(into, filter="data")
    folder = next(one for one in into.iterdir() if one.is_dir())
    for arguments in (("init", "-q"), ("add", "-A")):
        subprocess.run(("git", *arguments), cwd=folder, check=True)
    commit(folder, "all")
    return folder


def commit(folder: Path, message: str) -> None:
    """Commit what is staged, as nobody and without hooks."""
    nobody = ("-c", "user.name=b", "-c", "user.email=b@example.invalid")
    plain = ("git", *nobody, "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", message)
    subprocess.run(plain, cwd=folder, check=True)


def compared(archive: Path, scratch: Path) -> None:
    """Print the table of one archive."""
    folder = committed(archive, scratch / archive.stem)
    files = sorted(folder.rglob("*.py"))
    sources = [one for one in files if "test" not in str(one.relative_to(folder))]
    sources.sort(key=lambda one: one.stat().st_size)
    typical, largest = sources[len(sources) // 2], sources[-1]
    selecting = (sys.executable, "-P", "-m", "hunkgate", "test", "--staged", "--list")

    def select() -> None:
        started(folder, scratch, *selecting)

    def floor() -> None:
        started(folder, scratch, "git", "ls-tree", "-r", "-z", "HEAD")
        started(folder, scratch, sys.executable, "-c", "pass")

    def edit(file: Path) -> None:
        file.write_bytes(file.read_bytes() + b"\n\ndef added_here():\n    return 1\n")
        started(folder, scratch, "git", "add", "-A")

    def after(change: Callable[[], None]) -> Seconds:
        """The least of several selections, each of something that was never selected before."""
        found = []
        for _ in range(WARM_RUNS):
            change()
            found.append(measured(select))
        return Seconds(min(one.wall for one in found), min(one.cpu for one in found))

    def next_commit() -> None:
        commit(folder, "next")
        edit(typical)

    def add_file() -> None:
        fresh = typical.with_name(f"{typical.stem}_{time.monotonic_ns()}.py")
        fresh.write_bytes(typical.read_bytes())
        started(folder, scratch, "git", "add", "-A")

    started(folder, scratch, *selecting[:-2], "--help")
    edit(typical)
    rows = [("plain walk of the syntax", walked := measured(lambda: walk(files)))]
    rows.append(("selection, nothing kept", measured(select)))
    rows.append(("selection, all kept", warm := quickest(select, WARM_RUNS)))
    rows.append(("after another edit", after(lambda: edit(typical))))
    rows.append(("after a commit and another edit", after(next_commit)))
    edit(largest)
    rows.append(("the largest source file too, new", measured(select)))
    rows.append(("the largest source file too, kept", quickest(select, WARM_RUNS)))
    rows.append(("after a file was added", after(add_file)))
    rows.append(("git ls-tree and a bare Python", least := quickest(floor, WARM_RUNS)))
    loading = (sys.executable, "-c", "import git")
    rows.append(
        ("Python with GitPython", quickest(lambda: started(folder, scratch, *loading), WARM_RUNS))
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    cold = rows[1][1]
    print(f"{archive.name}: {len(files)} Python files, {cores} processors")
    for label, one in rows:
        print(f"  {label:34} {one.wall:7.3f} s wall {one.cpu:7.3f} s processor")
    print(
        f"  cold: {cold.cpu / walked.cpu:.2f} of the walk's processor time,"
        f" {cold.wall / (walked.wall / cores):.2f} of its wall time over {cores} processors"
    )
    print(f"  warm: {warm.cpu / least.cpu:.1f} times the floor's processor time")
    shutil.rmtree(folder)


def main() -> None:
    """Print a table for each archive."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sdist", nargs="+", type=Path, metavar="FILE")
    given = parser.parse_args().sdist
    with tempfile.TemporaryDirectory(prefix="selection-") as temporary:
        scratch = Path(temporary)
        for archive in given or [downloaded(name, scratch) for name in NAMES]:
            compared(archive.absolute(), scratch)


if __name__ == "__main__":
    main()

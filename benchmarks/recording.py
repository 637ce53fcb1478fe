"""What recording costs: the plain run of several suites beside the recorded one, alternately, in processor seconds.

python benchmarks/recording.py PYTHON [ROUNDS]

PYTHON is an interpreter of 3.12 or newer. The suites come with pip from the registry (archives.py) into a temporary folder; one of thousands
of tiny tests and one of nothing but loops are made here. Each figure is the least of ROUNDS (3). The bar is 1.3. "kept" adds reading and storing the record, which hunkgate does
afterwards in a process of its own. Takes about five minutes. Ends with 1 where a suite misses the bar.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "hooks"))

import archives

from hunkgate import recording
from hunkgate.gates.tests import record
from hunkgate.records import RecordStore

BAR = 1.3
TINY_TESTS = archives.Project(
    name="3,000 tiny tests", root=".", package=".", tests=("test_tiny.py",)
)
LOOPS = archives.Project(name="loops alone", root=".", package=".", tests=("test_loops.py",))
PROJECTS = (archives.ITSDANGEROUS, archives.JINJA, archives.SQLPARSE, archives.STRUCTLOG)
TINY = """\
import pytest
import tiny


@pytest.mark.parametrize("number", range(3000))
def test_tiny(number):
    assert tiny.digits(number) == str(number)
"""
TINY_SOURCE = """\
def digits(number):
    found = []
    while True:
        number, digit = divmod(number, 10)
        found.append("0123456789"[digit])
        if not number:
            return "".join(reversed(found))
"""

LOOPS_TESTS = """\
import pytest
import loops


@pytest.mark.parametrize("number", range(20))
def test_primes(number):
    assert loops.primes(3000 + number)[:3] == [2, 3, 5]
"""
LOOPS_SOURCE = """\
def primes(limit):
    found = []
    for number in range(2, limit):
        for prime in found:
            if prime * prime > number:
                found.append(number)
                break
            if number % prime == 0:
                break
        else:
            found.append(number)
    return found
"""


def processor_seconds(argv: list[str], folder: Path, variables: dict[str, str]) -> float:
    """The processor time of a pytest run with its children. Raises SystemExit where it could not run its tests."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(argv, cwd=folder, env=variables, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode not in (0, 1):  # 1: tests failed, as some of a source archive may
        raise SystemExit(f"{' '.join(argv)} ended with {ended.returncode}:\n{ended.stdout[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def kept(into: Path, folder: Path, store: Path) -> float:
    """The processor seconds of reading what the processes wrote and storing it."""
    tracked = {one.relative_to(folder).as_posix() for one in folder.rglob("*")}
    begun = time.process_time()
    read = record.read(recording.outputs(into), tracked.__contains__, time.time())
    RecordStore(store).add(read.records)
    return time.process_time() - begun


def compared(project: archives.Project, folder: Path, python: str, rounds: int) -> bool:
    """Print the row of one suite; whether it keeps to the bar."""
    argv = [python, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"]
    if "pytest-asyncio" not in project.needs:  # all share one environment
        argv += ["-p", "no:asyncio"]
    variables = archives.variables(project, folder)
    plain, recorded, keeping, size = [], [], [], 0
    for _ in range(rounds):
        plain.append(processor_seconds([*argv, *project.tests], folder, variables))
        with tempfile.TemporaryDirectory() as temporary:
            into = Path(temporary) / "into"
            into.mkdir()
            watched = recording.environment(variables, into=into, root=folder)
            recorded.append(
                processor_seconds([*argv, *recording.ARGUMENTS, *project.tests], folder, watched)
            )
            size = sum(map(len, recording.outputs(into)))
            keeping.append(kept(into, folder, Path(temporary)))
    least, most = min(plain), min(recorded)
    print(
        f"{project.name:18} plain {least:6.2f} s  recorded {most:6.2f} s  ratio {most / least:5.2f}"
        f"  kept {(most + min(keeping)) / least:5.2f}  {size / 1e6:5.1f} MB",
        flush=True,
    )
    return most / least <= BAR


def main(python: str, rounds: int) -> int:
    """Print the table; 1 where the bar is missed."""
    with tempfile.TemporaryDirectory(prefix="recording-") as temporary:
        scratch = Path(temporary).resolve()
        version = subprocess.check_output([python, "--version"], text=True).strip()
        print(f"{version}, the least of {rounds} rounds, bar {BAR}", flush=True)
        needs = sorted({need for project in PROJECTS for need in project.needs})
        interpreter = archives.environment(python, scratch / "env", "pytest", *needs)
        good = []
        for project in PROJECTS:
            folder = archives.unpacked(project, interpreter, scratch)
            good.append(compared(project, folder, interpreter, rounds))
        made = scratch / "made"
        made.mkdir()
        (made / "test_tiny.py").write_text(TINY)
        (made / "tiny.py").write_text(TINY_SOURCE)
        (made / "test_loops.py").write_text(LOOPS_TESTS)
        (made / "loops.py").write_text(LOOPS_SOURCE)
        good += [compared(one, made, interpreter, rounds) for one in (TINY_TESTS, LOOPS)]
    return int(not all(good))


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3))

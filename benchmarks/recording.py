"""What recording costs: a suite's plain run against its recorded one, in CPU seconds, best of several, alternating.

python benchmarks/recording.py PYTHON [-- PYTEST ARGS], in the project's folder; PYTHON is the project's own interpreter.
The bar is 1.3 on Python 3.12 and newer; below, coverage.py takes about twice the time, which is why only --record does it there.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from hunkgate import recording

ROUNDS = 3
BAR = 1.3


def cpu_seconds(argv: list[str], environment: dict[str, str]) -> float:
    """The CPU time of a program and its children: the wall clock of a shared machine says little."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(python: str, arguments: list[str]) -> int:
    """Print the table; 1 where the bar is missed."""
    argv = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    plain, recorded = [], []
    for _ in range(ROUNDS):
        plain.append(cpu_seconds([*argv, *arguments], dict(os.environ)))
        with tempfile.TemporaryDirectory() as into:
            environment = recording.environment(os.environ, into=Path(into), root=Path.cwd())
            recorded.append(cpu_seconds([*argv, *recording.ARGUMENTS, *arguments], environment))
    ratio = min(recorded) / min(plain)
    print(
        f"plain {min(plain):.2f} s, recorded {min(recorded):.2f} s, ratio {ratio:.2f} (bar {BAR})"
    )
    return int(ratio > BAR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], [one for one in sys.argv[2:] if one != "--"]))

"""The command line: argv, streams and environment to one command, and from its answer to the exit code."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. ``argv`` is without the program's name."""
    del argv
    return 3


def run() -> None:
    """The console script."""
    sys.exit(main())

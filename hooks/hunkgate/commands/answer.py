"""How a command gives its verdict: the report on standard output, faults on standard error, the outcome as the exit code."""

import argparse
import os
from pathlib import Path
from typing import TextIO

from hunkgate import agents, reports
from hunkgate.gates import GATES
from hunkgate.model import Verdict
from hunkgate.reports import terminal
from hunkgate.reports.options import Options


def configure(parser: argparse.ArgumentParser) -> None:
    """Add ``--format``."""
    parser.add_argument(
        "--format",
        choices=tuple(reports.FORMATS),
        default="text",
        help="text for people, json and sarif for programs, github for workflow annotations, markdown for a comment",
    )


def give(verdict: Verdict, arguments: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Print the verdict and give its exit code."""
    options = Options(
        colour=colour(stdout),
        agent=agents.detected(os.environ) is not None,
        rules=tuple(rule for gate in GATES for rule in gate.rules),
    )
    stdout.write(reports.render(arguments.format, verdict, options))
    stderr.write(terminal.faults(verdict))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if arguments.format == "github" and summary:
        from hunkgate.reports import github

        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(github.summary(verdict))
    return verdict.outcome.value


def colour(stream: TextIO) -> bool:
    """Whether to colour: NO_COLOR says no, FORCE_COLOR says yes (no-color.org, force-color.org), else only on a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"

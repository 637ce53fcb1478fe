"""The command line: argv, streams and environment to one command, and from its answer to the exit code."""

import argparse
import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from hunkgate import __version__
from hunkgate.errors import HunkgateError, PolicyError
from hunkgate.text import visible

# One line each, in the order of a day's work. A command's module is imported when it is called, and only then.
COMMANDS = (
    ("check", "judge the staged change or a range of commits by the policy's gates"),
    ("test", "run the tests that the change can break, on exactly what is committed"),
    ("diff", "show the change that would be judged"),
    ("dependencies", "show what the change does to the dependencies"),
    ("approve", "consent to findings that only a human can lift, and sign that"),
    ("approvals", "list, explain, add and revoke the approvals that wait for their commit"),
    ("hook", "what git's message hooks run: attach approvals to a message and check them"),
    ("policy", "show the policy in force, where each value came from and which tree judges"),
    ("install", "write native git hooks that see every ref of a push and every ref update"),
    ("doctor", "find switched-off hooks and other gaps, and say what each layer would catch"),
    ("init", "write a commented policy and the pre-commit entry for this repository"),
)

EXIT_CODES = "exit codes: 0 pass, 1 blocked, 2 could not judge (treated as a refusal), 3 a bug in hunkgate, 130 interrupted"
_FAULT, _BUG, _INTERRUPTED = 2, 3, 130


def parser(command: str | None = None, *, alone: bool = False) -> argparse.ArgumentParser:
    """The argument parser; only the named command's own arguments are loaded. ``alone`` leaves out all other commands."""
    top = argparse.ArgumentParser(
        prog="hunkgate",
        description="Judge what a git change really does: by its diff, under the policy of its base, failing closed.",
        epilog=f"{EXIT_CODES}. Each command has its own --help.",
    )
    top.add_argument("--version", action="version", version=f"hunkgate {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS:
        if alone and name != command:
            continue
        sub = commands.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.", epilog=EXIT_CODES
        )
        if name == command:
            importlib.import_module(f"hunkgate.commands.{name}").configure(sub)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code. ``argv`` is without the program's name."""
    words = list(sys.argv[1:] if argv is None else argv)
    named = next((word for word in words if not word.startswith("-")), None)
    try:
        # Each command's parser takes a millisecond to make. Only where all of them are listed do they differ from one.
        alone = words[:1] == [named] and named in dict(COMMANDS)
        arguments = parser(named, alone=alone).parse_args(words)
        module = importlib.import_module(f"hunkgate.commands.{arguments.command}")
        status = int(module.run(arguments))
        sys.stdout.flush()
    except HunkgateError as error:
        return _fault(error)
    except KeyboardInterrupt:
        print(
            "hunkgate: interrupted; nothing was judged and your files are unchanged",
            file=sys.stderr,
        )
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of the report went away (`| head`): say nothing more, and never let that look like a pass.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAULT
    except OSError as error:
        return _fault(
            HunkgateError(
                str(error),
                remedy="mend what the message names (a full disk? missing rights?), then try again",
            )
        )
    except Exception:  # noqa: BLE001 - a bug refuses with a code of its own
        print(
            "hunkgate: BUG, the change was not judged. Please report this with the lines below:",
            file=sys.stderr,
        )
        print(f"hunkgate {__version__}, Python {sys.version.split()[0]}", file=sys.stderr)
        import traceback  # nothing else needs it

        traceback.print_exc()
        return _BUG
    return status


def run() -> NoReturn:
    """The console script: main, with standard streams that can show any file name and signals that end it cleanly."""
    # What PYTHONPATH names may be the judged repository's own: it must not stand before the judge's libraries.
    foreign = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [path for path in sys.path if path and path not in foreign]
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    signal.signal(signal.SIGTERM, _interrupt)
    # A short process that reads large documents: at its default the collector looks through all of them again and again, which took a
    # quarter of the time of a lock of 10,000 packages.
    gc.set_threshold(100_000)
    sys.exit(main())


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _fault(error: HunkgateError) -> int:
    problems = error.problems if isinstance(error, PolicyError) else (error.message,)
    print(
        "hunkgate: FAULT, the change could not be judged and is refused. Your files are unchanged.",
        file=sys.stderr,
    )
    for problem in problems:
        for line in problem.splitlines():
            print(f"what:   {visible(line)}", file=sys.stderr)
    if error.remedy:
        print(f"next:   {visible(error.remedy)}", file=sys.stderr)
    return _FAULT

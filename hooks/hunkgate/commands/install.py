"""``hunkgate install``: native git hooks beside or instead of a hook runner's, and the check on the server."""

import argparse

from hunkgate import install
from hunkgate.git import open_repository
from hunkgate.text import visible


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--native",
        action="store_true",
        help="judge commits by native hooks, too; without it only what a hook runner cannot see gets one",
    )
    parser.add_argument(
        "--tests",
        action="store_true",
        help="with --native: also run the tests that the change can break",
    )
    parser.add_argument(
        "--server", action="store_true", help="in a bare repository: the pre-receive hook"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the hooks and say what each is for."""
    repository = open_repository()
    names = (
        install.SERVER
        if arguments.server
        else install.NATIVE if arguments.native else install.BESIDE
    )
    for one in install.install(repository, names, tests=arguments.tests):
        kept = f" (the one that was there is kept as {one.kept} and runs first)" if one.kept else ""
        print(f"wrote {visible(str(install.hooks_folder(repository) / one.name))}{kept}")
    if not arguments.server:
        print(
            "these hooks guard this clone; a check that nobody here can switch off belongs on the server: docs/server.md"
        )
    return 0

"""``hunkgate install``: native git hooks beside or instead of a hook runner's, and the check on the server."""

import argparse
from pathlib import Path

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
        "--server",
        action="store_true",
        help="the check on the server: in a bare repository the pre-receive hook, in a clone the workflow files for its forge",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the hooks or workflow files and say what each is for."""
    repository = open_repository()
    if arguments.server and repository.top is not None:
        for forge in install.forges(repository):
            _workflow(repository.top, *install.workflow(forge))
        print(
            "next: read them, commit them to the protected branch, and make the check a required one: docs/server.md"
        )
        return 0
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


def _workflow(top: Path, name: str, text: str) -> None:
    path = top / name
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        print(f"left as it is: {name}")
    else:
        print(f"wrote {name}")

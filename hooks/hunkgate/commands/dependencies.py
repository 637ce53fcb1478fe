"""``hunkgate dependencies``: what the change does to the dependencies, as a report of its own."""

import argparse

from hunkgate import policies
from hunkgate.commands import occasion
from hunkgate.gates.dependencies.dependency import DependencyChange
from hunkgate.gates.dependencies.screen import concerns
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.git import open_repository
from hunkgate.reports import dependencies as report


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    occasion.configure(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json", "markdown"),
        default="text",
        help="text for people, json for programs, markdown for a pull request",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print every change of a dependency with what it means under the base's policy. It reports and does not judge: exit 0."""
    repository = open_repository()
    change = occasion.change(arguments, repository, counted=False)
    judging = policies.of_tree(change.base, "base").settings["dependencies"]
    assert isinstance(judging, DependencySettings)
    found: tuple[DependencyChange, ...] = ()
    if concerns(change, judging):
        from hunkgate.gates.dependencies.survey import survey

        found = survey(change, judging)
    if arguments.format == "json":
        print(report.json_list(found), end="")
    elif arguments.format == "markdown":
        print(report.markdown(found), end="")
    else:
        print(report.text(found), end="")
    return 0

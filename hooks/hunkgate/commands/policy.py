"""``hunkgate policy``: the policy in force, where each value came from and which tree judges."""

import argparse
import json

from hunkgate.commands import occasion
from hunkgate.git import open_repository
from hunkgate.globs import Globs
from hunkgate.policy import Policy
from hunkgate.text import visible


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    occasion.configure(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text is for reading, json for programs",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print every policy that would judge the occasion; where there are two the stricter answer wins."""
    repository = open_repository()
    judging = occasion.asked(arguments, repository).policies
    if arguments.format == "json":
        print(json.dumps({"version": 1, "policies": [_record(one) for one in judging]}, indent=1))
        return 0
    for one in judging:
        where = (
            f"{one.file} of {one.source}"
            if one.file
            else f"no policy in {one.source}: these are the defaults"
        )
        print(visible(where))
        width = max(len(value.path) for value in one.values)
        for value in one.values:
            origin = one.file if value.written else "default"
            print(f"  {value.path:<{width}}  {visible(_shown(value.value)):<28}  {origin}")
    if len(judging) > 1:
        print("the stricter answer of the two wins")
    return 0


def _record(policy: Policy) -> dict[str, object]:
    return {
        "file": policy.file or None,
        "source": policy.source,
        "values": {
            value.path: {
                "value": _plain(value.value),
                "from": policy.file if value.written else "default",
            }
            for value in policy.values
        },
    }


def _plain(value: object) -> object:
    if isinstance(value, Globs):
        return list(value.patterns)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _shown(value: object) -> str:
    return "none" if value is None else json.dumps(_plain(value), ensure_ascii=False)

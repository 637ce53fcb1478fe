"""``hunkgate diff``: the change that would be judged, as facts."""

import argparse
import json

from hunkgate.commands import occasion
from hunkgate.git import open_repository
from hunkgate.model import FileChange
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
    """Print every file of the change: status, names, modes, lines added and deleted."""
    files = occasion.change(arguments, open_repository()).files
    if arguments.format == "json":
        # Names that are not UTF-8 are surrogate-escaped: \\udcNN, as Python's os.fsencode takes them back.
        print(json.dumps({"version": 1, "changes": [_record(file) for file in files]}, indent=1))
        return 0
    for file in files:
        name = (
            visible(file.path)
            if file.old_path is None
            else f"{visible(file.old_path)} -> {visible(file.path)}"
        )
        lines = "binary" if file.added is None else f"+{file.added} -{file.deleted}"
        print(f"{file.status.value}  {lines:>12}  {name}")
    print(f"{len(files)} files, {sum(file.lines for file in files)} lines")
    return 0


def _record(file: FileChange) -> dict[str, object]:
    return {
        "status": file.status.value,
        "old": file.base_path,
        "new": file.head_path,
        "old_mode": f"{file.base_mode:06o}",
        "new_mode": f"{file.head_mode:06o}",
        "old_blob": file.base_blob,
        "new_blob": file.head_blob,
        "added": file.added,
        "deleted": file.deleted,
    }

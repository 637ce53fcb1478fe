"""How a run of the user's own Python is recorded: what goes into its environment, and what it leaves behind.

The two other modules of this folder run there. The folder itself stands on that Python's path, so they must import nothing of hunkgate.
"""

import os
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
# Where the suite's own folder keeps what tests executed (``hunkgate.records``); without the file nothing was recorded.
DATABASE = "records.sqlite"
# For pytest's command line. Not PYTEST_PLUGINS: a pytest that a test starts is recorded as a process, not as tests of its own.
ARGUMENTS = ("-p", "hunkgate_recorder")


def environment(
    variables: Mapping[str, str], *, into: Path, root: Path, object_format: str = "sha1"
) -> dict[str, str]:
    """These variables with those added that make a run record itself.

    ``into`` is an existing, empty folder; ``root`` the folder that the tree is checked out in; ``object_format`` git's.
    """
    path = variables.get("PYTHONPATH", "")
    return {
        **variables,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(FOLDER), path))),
        "HUNKGATE_RECORD_INTO": str(into),
        "HUNKGATE_RECORD_ROOT": str(root),
        "HUNKGATE_RECORD_OBJECTS": object_format,
    }


def outputs(into: Path) -> tuple[bytes, ...]:
    """What the processes of a recorded run wrote, one content each, for ``hunkgate.gates.tests.record.read``."""
    return tuple(one.read_bytes() for one in sorted(into.glob("*.jsonl")))

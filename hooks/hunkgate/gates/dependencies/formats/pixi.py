"""pixi.toml: pixi documentation, "Pixi manifest". Read: conda and pypi dependencies of every feature and target, channels, indexes, what tasks install."""

from hunkgate.gates.dependencies import conda_specs, documents, tasks
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading


def read(content: bytes, _path: str) -> Reading:
    """What the manifest states. Raises UnreadableError."""
    document = documents.toml(content)
    found = tuple(tasks.read(documents.table_at(document, "tasks"), content))
    return Reading(
        dependencies=(
            *conda_specs.pixi_requirements(document, content),
            *(one for one in found if isinstance(one, Dependency)),
        ),
        options=(
            *conda_specs.pixi_options(document, content, prefix=""),
            *(one for one in found if isinstance(one, Option)),
        ),
    )

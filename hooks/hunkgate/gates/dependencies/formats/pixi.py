"""pixi.toml: pixi documentation, "Pixi manifest". Read: conda and pypi dependencies of every feature and target, channels, indexes."""

from hunkgate.gates.dependencies import conda_specs, documents
from hunkgate.gates.dependencies.dependency import Reading


def read(content: bytes, _path: str) -> Reading:
    """What the manifest states. Raises UnreadableError."""
    document = documents.toml(content)
    return Reading(
        dependencies=tuple(conda_specs.pixi_requirements(document, content)),
        options=tuple(conda_specs.pixi_options(document, content, prefix="")),
    )

"""uv.toml: uv documentation, "Configuration files". Read: indexes, index settings and uv's own requirement lists."""

from hunkgate.gates.dependencies import documents, uv_tables
from hunkgate.gates.dependencies.dependency import Reading


def read(content: bytes, _path: str) -> Reading:
    """What the settings state. Raises UnreadableError."""
    document = documents.toml(content)
    return Reading(
        dependencies=uv_tables.placed(uv_tables.requirements(document, content), document),
        options=tuple(uv_tables.options(document, content, prefix="")),
    )

"""tox.ini and tox.toml: https://tox.wiki/en/latest/config.html. Read and not read is what ``tox_tables`` says."""

from hunkgate.gates.dependencies import documents, tox_tables
from hunkgate.gates.dependencies.dependency import Reading


def read(content: bytes, path: str) -> Reading:
    """What the environments install. Raises UnreadableError."""
    if path.lower().endswith(".toml"):
        return tox_tables.toml(documents.toml(content), path, content)
    return tox_tables.ini(documents.text(content), path, content)

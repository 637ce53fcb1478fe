"""bun.lockb, bun's lock of before 1.2: a memory image that bun alone reads (https://bun.sh/docs/install/lockfile). It is never read: a human must look."""

from typing import NoReturn

from hunkgate.gates.dependencies.dependency import UnreadableError


def read(_content: bytes, _path: str) -> NoReturn:
    """Raises UnreadableError, always."""
    raise UnreadableError(
        "a lock that only bun itself reads; bun install --save-text-lockfile writes bun.lock"
    )

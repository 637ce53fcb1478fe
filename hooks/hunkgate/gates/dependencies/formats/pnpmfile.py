""".pnpmfile.cjs: https://pnpm.io/pnpmfile. A program that pnpm runs at every installation and that may exchange any package for another. It is never run: what it
does is ``dynamic``, whatever changes in it.
"""

import hashlib

from hunkgate.gates.dependencies.dependency import Option, Reading


def read(content: bytes, _path: str) -> Reading:
    """That the program is there, by the digest of its text."""
    if not content.strip():
        return Reading()
    # A checkout may have other line ends: that is the same program.
    digest = hashlib.sha256(content.replace(b"\r\n", b"\n").strip()).hexdigest()
    value = f"sha256:{digest}"
    return Reading(
        options=(Option(ecosystem="npm", name="pnpmfile", value=value, signal="dynamic", line=1),)
    )

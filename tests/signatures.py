"""Keys, lines of an allowed signers file and signatures, made by ssh-keygen."""

import subprocess
from pathlib import Path

from hunkgate.approvals import sshsig

ALICE = "alice@example.com"
STATEMENT = b"what is approved\n"


def keygen(folder: Path, name: str, kind: str = "ed25519") -> Path:
    key = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", str(key)], check=True
    )
    return key


def listed(key: Path, principal: str = ALICE, options: str = 'namespaces="hunkgate"') -> bytes:
    public = Path(f"{key}.pub").read_text().split()
    return f"{principal} {options} {public[0]} {public[1]}\n".encode()


def signed(key: Path, content: bytes = STATEMENT, *options: str) -> bytes:
    made = subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "hunkgate", *options, "-f", str(key)],
        input=content,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return sshsig.dearmoured(made.stdout)

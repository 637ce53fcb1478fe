"""Signatures by OpenSSH's ssh-keygen: making one, and verifying one against an allowed signers file (ssh-keygen(1), ALLOWED SIGNERS).

Who may sign is ssh-keygen's word alone. What it decides is made of two questions that do not meet (sshsig.c of OpenSSH 8.1 to 9.9,
``sshsig_verify_fd`` and ``sshsig_check_allowed_keys``): does the signature hold over these bytes; and may this key sign for this
principal in this namespace now. The second sees neither the signature nor the bytes, so its answer for one signature is its answer for
every other of the same key and principal that is judged in the same run. Once ssh-keygen has said yes to some, the first question alone
is left for further ones, and that is arithmetic, which a library does as well without a process (``approvals/ed25519.py``). It is left to
the library where it is the same arithmetic and nothing else: plain ``ssh-ed25519`` keys, byte for byte the one that ssh-keygen took, in a
blob that was read strictly, under the same hash. Both then compute ``S*B - h*A`` without the cofactor and compare it with R as it is
encoded (RFC 8032, 5.1.7); the library also wants S below the order of the group, which not every ssh-keygen does. So what the library
accepts ssh-keygen would accept, and what it does not accept ssh-keygen is asked about. Certificates and security keys, of which more is
asked, always go to ssh-keygen, and so do RSA and ECDSA keys, for which an installation may restrict sizes, curves and hashes.
"""

import base64
import binascii
import contextlib
import itertools
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hunkgate import process
from hunkgate.approvals import ed25519, sshsig
from hunkgate.approvals.sshsig import NAMESPACE, SshSignature
from hunkgate.errors import ApprovalError
from hunkgate.text import visible

_PROGRAM = "ssh-keygen"
_VERIFY_SECONDS = 20.0
# So many signatures of one key go to ssh-keygen before the library is worth loading.
_FIRST = 4
# So many runs of ssh-keygen may end in a refusal. Who forges lines, or keeps old ones, must not keep a server busy.
_REFUSED_MOST = 64


class UnaskedError(ApprovalError):
    """A signature that was not verified: too many before it were refused."""


class Signers:
    """An allowed signers file, written where only this user can read it. Make one with ``signers``."""

    def __init__(self, content: bytes, folder: Path) -> None:
        self._content = content
        self._file = folder / "allowed_signers"
        self._file.write_bytes(content)
        self._numbers = itertools.count()
        # Found and made once: for a hundred signatures this is as much as all else that is done for them here.
        self._program = shutil.which(_PROGRAM) or _PROGRAM
        self._environment = process.foreign_environment({"LC_ALL": "C"})
        # What ssh-keygen said of a key, a hash and a principal: "" for yes, else why not. Only once it cannot have been about the signature.
        self._said: dict[tuple[bytes, str, str], str] = {}
        self._met: Counter[tuple[bytes, str, str]] = Counter()
        self._refused: Counter[bool] = Counter()

    def lists(self, key: bytes) -> bool:
        """Whether a line of the file holds this public key."""
        return any(True for _ in self._lines(key))

    def principal(self, key: bytes) -> str | None:
        """The one name that the file gives this public key; None where it is not listed, or under several or a pattern."""
        names = {
            name
            for line in self._lines(key)
            for name in line.split()[0].decode("utf-8", "replace").strip('"').split(",")
        }
        name = names.pop() if len(names) == 1 else ""
        return name if name and not set(name) & set("*?!") else None

    def verify(self, content: bytes, signature: bytes, principal: str) -> SshSignature:
        """What the signature states, once it is known for this principal's over exactly these bytes: by ssh-keygen, which is asked until
        the rest is arithmetic (see above).

        Raises ApprovalError where it is not, and where a security key was not touched; UnaskedError where too many were refused already;
        ToolError without ssh-keygen.
        """
        stated = sshsig.read(signature)
        if not stated.certificate and not self.lists(stated.key):
            raise ApprovalError(
                f"the key {stated.fingerprint} is not among the allowed signers of the base",
                remedy="sign with a key that the base lists; one added in the same change does not count",
            )
        case = (stated.key, stated.hashed, principal)
        spent = self._refused[False] >= _REFUSED_MOST
        holds = (spent or self._met[case] >= _FIRST) and ed25519.holds(stated, content)
        self._met[case] += 1
        reason = self._said.get(case) if holds else None
        if reason is None:
            reason = self._asked(content, signature, principal, holds=holds)
            if holds or not reason:
                self._said[case] = reason
        if reason:
            raise ApprovalError(
                f"the signature of {principal} with {stated.fingerprint} does not hold: {reason}"
            )
        if stated.security_key and not stated.present:
            raise ApprovalError(
                f"the security key {stated.fingerprint} signed without being touched",
                remedy="sign with a key that was not made with the option no-touch-required",
            )
        return stated

    def _asked(self, content: bytes, signature: bytes, principal: str, *, holds: bool) -> str:
        """Why ssh-keygen refuses a signature, '' where it does not. ``holds``: whether the key is known to have made it."""
        # Those that hold are counted apart: they take a listed key, and what others forge must not shut them out.
        if self._refused[holds] >= _REFUSED_MOST:
            raise UnaskedError(
                f"not verified, for {_REFUSED_MOST} signatures before did not hold",
                remedy="take the approval lines that do not count out of the messages, the notes or the comments",
            )
        # A file of its own for each: several are verified at once.
        file = self._file.with_name(f"signature{next(self._numbers)}")
        file.write_bytes(sshsig.armoured(signature))
        result = process.run(
            (
                *(self._program, "-Y", "verify", "-n", NAMESPACE, "-I", principal),
                *("-f", str(self._file), "-s", str(file)),
            ),
            stdin=content,
            env=self._environment,
            timeout_seconds=_VERIFY_SECONDS,
        )
        if result.status == 0:
            return ""
        self._refused[holds] += 1
        return _reason(result)

    def _lines(self, key: bytes) -> Iterator[bytes]:
        wanted = base64.b64encode(key)
        for line in self._content.splitlines():
            if wanted in line.split() and not line.lstrip().startswith(b"#"):
                yield line


@contextlib.contextmanager
def signers(content: bytes) -> Iterator[Signers]:
    """The signers that these bytes list, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="hunkgate-") as folder:
        yield Signers(content, Path(folder))


def sign(content: bytes, key: Path) -> bytes:
    """The SSHSIG blob of a private key (or of a public key whose other half an agent or a security key holds) over the bytes.

    ssh-keygen may ask for a passphrase, a PIN or a touch on the terminal. Raises ApprovalError where it does not sign.
    """
    result = process.attached(
        (_PROGRAM, "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(key)),
        stdin=content,
        env=process.foreign_environment(),
    )
    if result.status != 0:
        raise ApprovalError(
            f"ssh-keygen did not sign with {visible(str(key))} (status {result.status}); nothing was approved",
            remedy="name a private key file with --key, and answer what ssh-keygen asks",
        )
    return sshsig.dearmoured(result.stdout)


def public_key(key: Path) -> bytes:
    """The public key blob of a key pair: from the ``.pub`` file beside it, else from the key itself. Raises ApprovalError."""
    for file in (Path(f"{key}.pub"), key):
        with contextlib.suppress(OSError, ValueError):
            return key_blob(file.read_text("utf-8"))
    result = process.attached(
        (_PROGRAM, "-y", "-f", str(key)), stdin=None, env=process.foreign_environment()
    )
    with contextlib.suppress(ValueError):
        if result.status == 0:
            return key_blob(result.stdout.decode("utf-8", "replace"))
    raise ApprovalError(
        f"no key can be read from {visible(str(key))}",
        remedy="name a private key file with --key",
    )


def key_blob(text: str) -> bytes:
    """The blob in a public key line such as ``ssh-ed25519 AAAA... comment``; raises ValueError where there is none."""
    kind, encoded = text.split()[:2]
    blob = base64.b64decode(encoded, validate=True)
    if blob[4 : 4 + len(kind)] != kind.encode():
        raise binascii.Error("the key is not of the kind it says")
    return blob


def _reason(result: process.Result) -> str:
    said = (result.stderr + result.stdout).decode("utf-8", "replace").strip().splitlines()
    return visible("; ".join(said)) if said else f"ssh-keygen ended with status {result.status}"

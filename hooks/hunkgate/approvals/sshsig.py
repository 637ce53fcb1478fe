"""The SSHSIG blob (OpenSSH, PROTOCOL.sshsig), read strictly, and what a security key says in it (PROTOCOL.u2f).

Needed because ``ssh-keygen -Y verify`` accepts a security key's signature made without a touch (measured with OpenSSH 9.2: it only
prints the flags at debug level) and ignores the reserved field and the version's lower values, none of which is signed.
"""

import base64
import hashlib
from dataclasses import dataclass

from hunkgate.errors import ApprovalError

NAMESPACE = "hunkgate"
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"

_MAGIC = b"SSHSIG"
_VERSION = 1
_HASHES = (b"sha256", b"sha512")
_PRESENT, _VERIFIED = (
    0x01,
    0x04,
)  # authenticator data flags UP and UV, Web Authentication level 2, 6.1
_ARMOUR_COLUMNS = 70
# How many strings a public key holds after its type: RSA e, n (RFC 4253); ECDSA curve, point (RFC 5656); Ed25519 one (RFC 8709);
# a security key's also the application (PROTOCOL.u2f).
_KEY_FIELDS = (
    ("ssh-rsa", 2),
    ("ecdsa-sha2-", 2),
    ("ssh-ed25519", 1),
    ("sk-ssh-ed25519", 2),
    ("sk-ecdsa-sha2-", 3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SshSignature:
    """What a blob states about itself; whether it is true only ssh-keygen can tell.

    ``present`` and ``verified`` are a security key's word that it was touched, and that it asked for its PIN or finger;
    both are False for a key in a file. ``key`` is the public key blob. ``hashed`` names the hash that was signed, sha256 or sha512, and
    ``made`` is the signature itself, as the key made it: its kind and then its own fields.
    """

    key: bytes
    key_type: str
    hashed: str
    made: bytes
    security_key: bool
    present: bool
    verified: bool

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint as ``ssh-keygen -l`` prints it; of a certificate that of the key it certifies: it is one, however often certified."""
        return fingerprint(_certified(self.key) if self.certificate else self.key)

    @property
    def certificate(self) -> bool:
        """Whether the key is a certificate, which the signers file lists by its authority."""
        return "-cert-" in self.key_type

    def message(self, content: bytes) -> bytes:
        """What the key itself signs where this signature is one over the content (PROTOCOL.sshsig, section 3)."""
        digest = hashlib.new(self.hashed, content).digest()
        fields = (NAMESPACE.encode(), b"", self.hashed.encode(), digest)
        return _MAGIC + b"".join(map(string, fields))


def string(content: bytes) -> bytes:
    """A string as RFC 4251, section 5, writes it: its length and then its bytes."""
    return len(content).to_bytes(4) + content


def fingerprint(key: bytes) -> str:
    """The fingerprint of a public key blob, ``SHA256:...``."""
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode("ascii")
    return f"SHA256:{digest.rstrip('=')}"


def _certified(certificate: bytes) -> bytes:
    """The public key blob in a certificate: its type without the suffix, and its own fields (PROTOCOL.certkeys)."""
    rest = _Wire(certificate)
    kind = rest.string().decode("ascii", "replace").partition("-cert-")[0]
    rest.string()  # the nonce
    kind += "@openssh.com" if kind.startswith("sk-") else ""
    count = next((count for start, count in _KEY_FIELDS if kind.startswith(start)), 0)
    if not count:
        raise _malformed(f"certificates of {kind!r} are not known")
    fields = (kind.encode(), *(rest.string() for _ in range(count)))
    return b"".join(map(string, fields))


def read(blob: bytes) -> SshSignature:
    """The parts of an SSHSIG blob made for hunkgate. Raises ApprovalError for any other."""
    rest = _Wire(blob)
    if rest.take(len(_MAGIC)) != _MAGIC or rest.number() != _VERSION:
        raise _malformed("it is not version 1 of SSHSIG")
    key, namespace, reserved, hashed = rest.string(), rest.string(), rest.string(), rest.string()
    signature = rest.string()
    rest.end()
    if namespace != NAMESPACE.encode():
        raise ApprovalError(
            f"the signature was made for {namespace.decode('utf-8', 'replace')!r}, not for {NAMESPACE!r}",
            remedy="an approval is signed by hunkgate approve; another signature of the same key is not one",
        )
    if reserved or hashed not in _HASHES:
        raise _malformed("its reserved field or its hash is not what OpenSSH writes")
    key_type = _Wire(key).string().decode("ascii", "replace")
    security_key, flags = _flags(signature)
    if security_key != key_type.startswith("sk-"):
        raise _malformed("its key and its signature are of two kinds")
    return SshSignature(
        key=key,
        key_type=key_type,
        hashed=hashed.decode("ascii"),
        made=signature,
        security_key=security_key,
        present=bool(flags & _PRESENT),
        verified=bool(flags & _VERIFIED),
    )


def armoured(blob: bytes) -> bytes:
    """The blob as the text file that ssh-keygen reads."""
    text = base64.b64encode(blob).decode("ascii")
    rows = [text[start : start + _ARMOUR_COLUMNS] for start in range(0, len(text), _ARMOUR_COLUMNS)]
    return "\n".join((BEGIN, *rows, END, "")).encode("ascii")


def dearmoured(text: bytes) -> bytes:
    """The blob in the text that ssh-keygen writes; raises ApprovalError where it holds none."""
    _, begin, rest = text.partition(BEGIN.encode())
    body, end, _ = rest.partition(END.encode())
    if not (begin and end):
        raise _malformed("ssh-keygen wrote none")
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except ValueError as error:
        raise _malformed("ssh-keygen wrote no base64") from error


def _flags(signature: bytes) -> tuple[bool, int]:
    """Whether a security key made the signature, and the flags it set (0 for any other key)."""
    rest = _Wire(signature)
    kind = rest.string()
    web = kind.startswith(b"webauthn-sk-")
    security_key = web or kind.startswith(b"sk-")
    rest.string()
    flags = 0
    if security_key:
        flags = rest.take(1)[0]
        rest.number()  # the counter: authenticators may leave it at 0
    if web:
        for _part in ("origin", "client data", "extensions"):
            rest.string()
    rest.end()
    return security_key, flags


class _Wire:
    """Bytes in the encoding of RFC 4251, section 5, taken from the front."""

    def __init__(self, content: bytes) -> None:
        self._left = content

    def take(self, count: int) -> bytes:
        if len(self._left) < count:
            raise _malformed("it is cut off")
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4))

    def string(self) -> bytes:
        return self.take(self.number())

    def end(self) -> None:
        if self._left:
            raise _malformed("something follows after its end")


def _malformed(why: str) -> ApprovalError:
    return ApprovalError(f"the signature cannot be read: {why}")

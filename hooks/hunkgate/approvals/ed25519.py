"""Ed25519 signatures (RFC 8032) held against what was signed, by PyCA's cryptography: no process for each, as with ssh-keygen."""

from hunkgate.approvals.sshsig import SshSignature, string

_KIND = b"ssh-ed25519"
_KEY_BYTES, _SIGNATURE_BYTES = 32, 64
# Both fields as RFC 8709 writes them, of which only the last bytes vary.
_KEY_STARTS = string(_KIND) + _KEY_BYTES.to_bytes(4)
_SIGNATURE_STARTS = string(_KIND) + _SIGNATURE_BYTES.to_bytes(4)


def holds(stated: SshSignature, content: bytes) -> bool:
    """Whether the signature is one of its plain Ed25519 key over exactly these bytes.

    False also for every other kind of key, and where the library is missing or fails: False is no answer, True is one. Who the key
    belongs to, and whether it may sign, is not asked here.
    """
    key, made = _last(stated.key, _KEY_STARTS), _last(stated.made, _SIGNATURE_STARTS)
    if len(key) != _KEY_BYTES or len(made) != _SIGNATURE_BYTES:
        return False
    try:
        # Takes as long to load as three runs of ssh-keygen.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        Ed25519PublicKey.from_public_bytes(key).verify(made, stated.message(content))
    # A refusal, a library without Ed25519, one that cannot be loaded: in each case ssh-keygen is asked instead.
    except Exception:  # noqa: BLE001 - whatever the library raises
        return False
    return True


def _last(field: bytes, starts: bytes) -> bytes:
    return field[len(starts) :] if field.startswith(starts) else b""

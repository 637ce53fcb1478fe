"""Signatures: what ssh-keygen is trusted with, and what it would let through."""

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest

from hunkgate import signing
from hunkgate.approvals import sshsig
from hunkgate.errors import ApprovalError
from signatures import ALICE, STATEMENT, keygen, listed, signed


def verified(
    allowed: bytes, signature: bytes, content: bytes = STATEMENT, principal: str = ALICE
) -> sshsig.SshSignature:
    with signing.signers(allowed) as signers:
        return signers.verify(content, signature, principal)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("human", "agent"):
        keygen(folder, name)
    return folder


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_signature_by_a_listed_key_holds(tmp_path: Path, kind: str) -> None:
    key = keygen(tmp_path, "key", kind)
    stated = verified(listed(key), signing.sign(STATEMENT, key))
    assert stated.fingerprint == sshsig.fingerprint(signing.public_key(key))
    assert not stated.security_key


def test_the_fingerprint_is_the_one_that_ssh_keygen_prints(keys: Path) -> None:
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(keys / "human")], capture_output=True, text=True, check=True
    ).stdout
    assert sshsig.fingerprint(signing.public_key(keys / "human")) in shown.split()


def test_a_key_without_its_public_file_is_read_itself(tmp_path: Path) -> None:
    key = keygen(tmp_path, "key")
    blob = signing.public_key(key)
    Path(f"{key}.pub").unlink()
    assert signing.public_key(key) == blob


@pytest.mark.parametrize(
    ("options", "principal", "content", "says"),
    [
        pytest.param('namespaces="git"', ALICE, STATEMENT, "namespace", id="listed for git alone"),
        pytest.param(
            'valid-before="20200101"', ALICE, STATEMENT, "expired", id="the key has expired"
        ),
        pytest.param(
            'valid-after="20990101"',
            ALICE,
            STATEMENT,
            "not yet valid",
            id="the key is not yet valid",
        ),
        pytest.param("", "bob@example.com", STATEMENT, "does not hold", id="another principal"),
        pytest.param("", ALICE, STATEMENT + b"x", "does not hold", id="other bytes"),
        pytest.param("", ALICE, b"", "does not hold", id="no bytes"),
    ],
)
def test_ssh_keygen_refuses(
    keys: Path, options: str, principal: str, content: bytes, says: str
) -> None:
    signature = signed(keys / "human")
    with pytest.raises(ApprovalError, match=says):
        verified(listed(keys / "human", options=options), signature, content, principal)


def test_a_key_that_is_not_listed_is_refused(keys: Path) -> None:
    with pytest.raises(ApprovalError, match="not among the allowed signers"):
        verified(listed(keys / "human"), signed(keys / "agent"))


def test_a_key_in_a_comment_is_not_listed(keys: Path) -> None:
    allowed = b"# " + listed(keys / "agent") + listed(keys / "human")
    with pytest.raises(ApprovalError, match="not among the allowed signers"):
        verified(allowed, signed(keys / "agent"))


def test_no_signers_at_all_let_nobody_through(keys: Path) -> None:
    with pytest.raises(ApprovalError):
        verified(b"", signed(keys / "human"))


def test_a_signature_made_for_git_is_not_an_approval(keys: Path) -> None:
    with pytest.raises(ApprovalError, match="made for 'git'"):
        verified(listed(keys / "human", options=""), signed(keys / "human", STATEMENT, "-n", "git"))


@pytest.mark.parametrize("principals", ["alice@example.com,al@example.com", "*@example.com"])
def test_a_principal_is_only_guessed_where_there_is_one(keys: Path, principals: str) -> None:
    blob = signing.public_key(keys / "human")
    with signing.signers(listed(keys / "human", principals)) as signers:
        assert signers.principal(blob) is None
    with signing.signers(listed(keys / "human")) as signers:
        assert signers.principal(blob) == ALICE
        assert signers.principal(signing.public_key(keys / "agent")) is None


def test_a_certificate_of_a_listed_authority_holds(tmp_path: Path) -> None:
    authority, key = keygen(tmp_path, "authority"), keygen(tmp_path, "key")
    subprocess.run(
        ["ssh-keygen", "-q", "-s", str(authority), "-I", "id", "-n", ALICE, f"{key}.pub"],
        check=True,
    )
    certificate = tmp_path / "key-cert.pub"
    signature = signed(certificate)
    allowed = listed(authority, options='cert-authority,namespaces="hunkgate"')
    assert verified(allowed, signature).certificate
    with pytest.raises(ApprovalError):
        verified(listed(keygen(tmp_path, "other"), options="cert-authority"), signature)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_two_certificates_of_one_key_are_one_key(tmp_path: Path, kind: str) -> None:
    authority, key = keygen(tmp_path, "authority"), keygen(tmp_path, "key", kind)
    prints = {sshsig.fingerprint(signing.public_key(key))}
    for number, name in enumerate((ALICE, "al@example.com")):
        certify = ("ssh-keygen", "-q", "-s", str(authority), "-I", str(number), "-n", name)
        subprocess.run((*certify, f"{key}.pub"), check=True)
        allowed = listed(authority, "*@example.com", "cert-authority")
        stated = verified(allowed, signed(tmp_path / "key-cert.pub"), principal=name)
        assert stated.certificate
        prints.add(stated.fingerprint)
    assert len(prints) == 1


def test_a_folder_of_signers_is_private_and_gone_afterwards() -> None:
    with signing.signers(b"x") as signers:
        folder = signers._file.parent
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_signing_with_what_is_not_a_key_says_so(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no key\n")
    with pytest.raises(ApprovalError, match="no key can be read"):
        signing.public_key(tmp_path / "key")
    with pytest.raises(ApprovalError, match="did not sign"):
        signing.sign(STATEMENT, tmp_path / "key")


# A security key in software: ed25519 by ssh-keygen's own arithmetic is not to be had for the sk- message, so RFC 8032 is written out.
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P


def _point_add(
    one: tuple[int, int, int, int], other: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int) -> bytes:
    y = 4 * pow(5, -1, _P) % _P
    x2 = (y * y - 1) * pow(_D * y * y + 1, -1, _P)
    x = pow(x2, (_P + 3) // 8, _P)
    if (x * x - x2) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if x % 2:
        x = _P - x
    point, total = (x, y, 1, x * y % _P), (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _point_add(total, point)
        point = _point_add(point, point)
        scalar >>= 1
    inverse = pow(total[2], -1, _P)
    return (total[1] * inverse % _P | (total[0] * inverse % _P & 1) << 255).to_bytes(32, "little")


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def _string(content: bytes) -> bytes:
    return len(content).to_bytes(4) + content


SECRET = hashlib.sha512(b"a security key in software").digest()
SCALAR = int.from_bytes(SECRET[:32], "little") & ~7 & (1 << 254) - 1 | 1 << 254
PUBLIC = _times(SCALAR)
KIND, APPLICATION = b"sk-ssh-ed25519@openssh.com", b"ssh:"
SK_KEY = _string(KIND) + _string(PUBLIC) + _string(APPLICATION)
SK_LISTED = f"{ALICE} {KIND.decode()} {base64.b64encode(SK_KEY).decode()}\n".encode()


def sk_signed(flags: int, content: bytes = STATEMENT) -> bytes:
    """What a security key gives back with these flags (PROTOCOL.sshsig, PROTOCOL.u2f, RFC 8032 5.1.6)."""
    wrapped = b"SSHSIG" + b"".join(
        _string(one) for one in (b"hunkgate", b"", b"sha512", hashlib.sha512(content).digest())
    )
    trailer = bytes([flags]) + (7).to_bytes(4)
    message = hashlib.sha256(APPLICATION).digest() + trailer + hashlib.sha256(wrapped).digest()
    nonce = _hash(SECRET[32:], message) % _L
    commitment = _times(nonce)
    answer = (nonce + _hash(commitment, PUBLIC, message) % _L * SCALAR) % _L
    raw = commitment + answer.to_bytes(32, "little")
    signature = _string(KIND) + _string(raw) + trailer
    parts = (SK_KEY, b"hunkgate", b"", b"sha512", signature)
    return b"SSHSIG" + (1).to_bytes(4) + b"".join(_string(one) for one in parts)


def test_a_security_key_that_was_touched_is_believed() -> None:
    stated = verified(SK_LISTED, sk_signed(0x01))
    assert (stated.security_key, stated.present, stated.verified) == (True, True, False)
    assert verified(SK_LISTED, sk_signed(0x05)).verified


@pytest.mark.parametrize("flags", [0x00, 0x04])
def test_a_security_key_that_was_not_touched_is_refused_though_ssh_keygen_is_content(
    flags: int,
) -> None:
    with pytest.raises(ApprovalError, match="without being touched"):
        verified(SK_LISTED, sk_signed(flags))


def test_a_touch_that_was_only_written_in_afterwards_is_refused() -> None:
    untouched, place = sk_signed(0x00), -5
    assert untouched[place] == 0
    forged = untouched[:place] + b"\x01" + untouched[place + 1 :]
    with pytest.raises(ApprovalError, match="does not hold"):
        verified(SK_LISTED, forged)


def test_a_plain_signature_cannot_pass_for_a_security_keys(keys: Path) -> None:
    plain = signed(keys / "human")
    mixed = plain.replace(_string(signing.public_key(keys / "human")), _string(SK_KEY), 1)
    assert mixed != plain
    with pytest.raises(ApprovalError, match="of two kinds"):
        sshsig.read(mixed)


@pytest.mark.parametrize(
    "blob",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(sk_signed(1)[:-1], id="the last byte is missing"),
        pytest.param(sk_signed(1) + b"\0", id="a byte too many"),
        pytest.param(b"SSHSIG" + (0).to_bytes(4) + sk_signed(1)[10:], id="version 0"),
        pytest.param(
            sk_signed(1).replace(
                _string(b"hunkgate") + _string(b""), _string(b"hunkgate") + _string(b"x")
            ),
            id="something in the reserved field",
        ),
        pytest.param(sk_signed(1).replace(_string(b"sha512"), _string(b"sha1")), id="a weak hash"),
        pytest.param(
            b"SSHSIG" + (1).to_bytes(4) + b"\xff\xff\xff\xff", id="a length that is a lie"
        ),
    ],
)
def test_a_blob_that_openssh_would_not_write_is_refused(blob: bytes) -> None:
    with pytest.raises(ApprovalError, match="cannot be read"):
        sshsig.read(blob)

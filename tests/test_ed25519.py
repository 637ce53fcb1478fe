"""Signatures that are held by arithmetic instead of by a process each: it says what ssh-keygen says, and who may sign is ssh-keygen's word."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hunkgate import process, signing
from hunkgate.approvals import ed25519, sshsig
from hunkgate.errors import ApprovalError
from hunkgate.signing import Signers
from signatures import ALICE, STATEMENT, keygen, listed, signed

BOB = "bob@example.com"
ORDER = 2**252 + 27742317777372353535851937790883648493
FIRST = 4  # signatures of one key that go to ssh-keygen


def by_ssh_keygen(allowed: bytes, signature: bytes, content: bytes = STATEMENT) -> bool:
    """What ssh-keygen says of one signature alone."""
    with signing.signers(allowed) as signers:
        return held(signers, signature, content)


def by_arithmetic(signature: bytes, content: bytes = STATEMENT) -> bool:
    """What the library says of it, where it can be read at all."""
    try:
        return ed25519.holds(sshsig.read(signature), content)
    except ApprovalError:
        return False


def held(
    signers: Signers, signature: bytes, content: bytes = STATEMENT, principal: str = ALICE
) -> bool:
    try:
        signers.verify(content, signature, principal)
    except ApprovalError:
        return False
    return True


def flipped(content: bytes, place: int, bit: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


@pytest.fixture(scope="module")
def human(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keygen(tmp_path_factory.mktemp("keys"), "human")


@pytest.fixture(scope="module")
def many(human: Path) -> tuple[tuple[bytes, bytes], ...]:
    """Contents and their signatures by one key."""
    return tuple((one, signed(human, one)) for one in (b"%d\n" % number for number in range(12)))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The name of each program that is started."""
    names: list[str] = []
    run = process.run

    def counted(argv: tuple[str, ...], **rest: object) -> process.Result:
        names.append(Path(argv[0]).name)
        return run(argv, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(process, "run", counted)
    yield names
    assert set(names) <= {"ssh-keygen"}


# -- the same answer ----------------------------------------------------------------------------------------------------------


def test_both_hold_what_the_key_signed(human: Path, many: tuple[tuple[bytes, bytes], ...]) -> None:
    for content, signature in many:
        assert by_arithmetic(signature, content)
        assert by_ssh_keygen(listed(human), signature, content)


@pytest.mark.parametrize("hashed", ["sha256", "sha512"])
def test_both_refuse_a_bit_flipped_in_any_byte_of_the_blob(human: Path, hashed: str) -> None:
    signature = signed(human, STATEMENT, "-O", f"hashalg={hashed}")
    assert by_arithmetic(signature)
    for place in range(len(signature)):
        other = flipped(signature, place, place % 8)
        assert not by_arithmetic(other), place
        assert not by_ssh_keygen(listed(human), other), place


def test_both_refuse_a_bit_flipped_in_any_byte_of_the_content(human: Path) -> None:
    signature = signed(human)
    for place in range(len(STATEMENT)):
        other = flipped(STATEMENT, place, place % 8)
        assert not by_arithmetic(signature, other)
        assert not by_ssh_keygen(listed(human), signature, other)


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_the_arithmetic_accepts_ssh_keygen_accepts(
    human: Path, many: tuple[tuple[bytes, bytes], ...], data: st.DataObject
) -> None:
    """Parts of good signatures put together anew, cut, lengthened and flipped."""
    content, signature = data.draw(st.sampled_from(many))
    _, other = data.draw(st.sampled_from(many))
    cut = data.draw(st.integers(0, len(signature)))
    made = data.draw(
        st.sampled_from(
            (
                signature,
                signature[:cut] + other[cut:],
                signature[:cut],
                signature + other[cut:],
                flipped(signature, cut % len(signature), cut % 8),
            )
        )
    )
    assert by_arithmetic(made, content) == by_ssh_keygen(listed(human), made, content)


def test_a_signature_in_a_second_form_is_left_to_ssh_keygen(human: Path) -> None:
    """S and S + L satisfy the same equation; RFC 8032 allows only the first, and OpenSSH 9.2 takes both."""
    signature = signed(human)
    other = signature[:-32] + (int.from_bytes(signature[-32:], "little") + ORDER).to_bytes(
        32, "little"
    )
    assert not by_arithmetic(other)
    alone = by_ssh_keygen(listed(human), other)
    with signing.signers(listed(human)) as signers:
        assert all(held(signers, signature) for _ in range(FIRST + 1))
        assert held(signers, other) == alone


def test_a_signature_that_is_too_short_borrows_nothing_from_the_message(human: Path) -> None:
    signature = signed(human)
    short = signature[:-64]
    fields = short[: -len(sshsig.string(b"ssh-ed25519")) - 8]
    kind = sshsig.string(b"ssh-ed25519")
    for length in (0, 32, 63):
        made = fields + sshsig.string(kind + sshsig.string(signature[-64:][:length]))
        assert not by_arithmetic(made)
        assert not by_ssh_keygen(listed(human), made)


# -- who is asked -------------------------------------------------------------------------------------------------------------


def test_further_signatures_of_a_key_start_no_process(
    human: Path, many: tuple[tuple[bytes, bytes], ...], started: list[str]
) -> None:
    with signing.signers(listed(human)) as signers:
        assert all(held(signers, signature, content) for content, signature in many)
    assert len(started) == FIRST


def test_each_name_each_key_and_each_hash_is_asked_about_by_itself(
    human: Path, tmp_path: Path, started: list[str]
) -> None:
    other = keygen(tmp_path, "other")
    allowed = listed(human, f"{ALICE},{BOB}") + listed(other)
    with signing.signers(allowed) as signers:
        for number in range(FIRST + 2):
            content = b"%d" % number
            assert held(signers, signed(human, content), content)
            assert held(signers, signed(human, content), content, BOB)
            assert held(signers, signed(human, content, "-O", "hashalg=sha256"), content)
            assert held(signers, signed(other, content), content)
    assert len(started) == 4 * FIRST


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_other_kinds_of_keys_go_to_ssh_keygen_each_time(
    tmp_path: Path, kind: str, started: list[str]
) -> None:
    key = keygen(tmp_path, "key", kind)
    with signing.signers(listed(key)) as signers:
        for number in range(FIRST + 3):
            assert held(signers, signed(key, b"%d" % number), b"%d" % number)
    assert len(started) == FIRST + 3


def test_certificates_go_to_ssh_keygen_each_time(tmp_path: Path, started: list[str]) -> None:
    authority, key = keygen(tmp_path, "authority"), keygen(tmp_path, "key")
    certify = ("ssh-keygen", "-q", "-s", str(authority), "-I", "id", "-n", ALICE, f"{key}.pub")
    subprocess.run(certify, check=True)
    with signing.signers(listed(authority, options="cert-authority")) as signers:
        for number in range(FIRST + 3):
            content = b"%d" % number
            assert held(signers, signed(tmp_path / "key-cert.pub", content), content)
        # Not listed itself, however often its certificate was.
        assert not held(signers, signed(key))
    assert len(started) == FIRST + 3


def test_without_the_library_ssh_keygen_is_asked_each_time(
    human: Path,
    many: tuple[tuple[bytes, bytes], ...],
    started: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(
        sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None
    )  # import then fails
    with signing.signers(listed(human)) as signers:
        assert all(held(signers, signature, content) for content, signature in many)
        assert not held(signers, many[0][1], b"other bytes")
    assert len(started) == len(many) + 1


# -- evasions -----------------------------------------------------------------------------------------------------------------


def test_a_forged_signature_after_good_ones_of_the_same_key_is_refused(
    human: Path, many: tuple[tuple[bytes, bytes], ...]
) -> None:
    with signing.signers(listed(human)) as signers:
        assert all(held(signers, signature, content) for content, signature in many)
        content, signature = many[0]
        with pytest.raises(ApprovalError, match="does not hold: Signature verification failed"):
            signers.verify(b"what nobody signed", signature, ALICE)
        assert not held(signers, signature[:-64] + bytes(64), content)
        assert held(signers, signature, content)


def test_a_signature_by_a_key_that_only_claims_to_be_another_is_refused(
    human: Path, tmp_path: Path, many: tuple[tuple[bytes, bytes], ...]
) -> None:
    agent = keygen(tmp_path, "agent")
    claimed, own = signing.public_key(human), signing.public_key(agent)
    with signing.signers(listed(human)) as signers:
        assert all(held(signers, signature, content) for content, signature in many)
        forged = signed(agent).replace(own, claimed)
        assert sshsig.read(forged).key == claimed
        assert not held(signers, forged)


@pytest.mark.parametrize(
    ("allowed", "principal"),
    [
        pytest.param(("", ALICE), BOB, id="the key is listed, under another name"),
        pytest.param(('namespaces="git"', ALICE), ALICE, id="the key is listed for git alone"),
        pytest.param(('valid-before="20200101"', ALICE), ALICE, id="the key was listed until 2020"),
        pytest.param(('valid-after="20990101"', ALICE), ALICE, id="the key is listed from 2099"),
        pytest.param(("cert-authority", ALICE), ALICE, id="the key is listed as an authority"),
        pytest.param(("", f"*@example.com,!{ALICE}"), ALICE, id="the name is taken out again"),
    ],
)
def test_no_number_of_good_signatures_lets_a_key_sign_that_may_not(
    human: Path,
    many: tuple[tuple[bytes, bytes], ...],
    allowed: tuple[str, str],
    principal: str,
    started: list[str],
) -> None:
    options, names = allowed
    with signing.signers(listed(human, names, options)) as signers:
        for content, signature in many:
            assert not held(signers, signature, content, principal)
    # Four before the arithmetic, one whose answer goes for all the rest.
    assert len(started) == FIRST + 1


def test_what_a_key_may_under_one_name_it_may_not_under_another(
    human: Path, many: tuple[tuple[bytes, bytes], ...]
) -> None:
    with signing.signers(listed(human)) as signers:
        for content, signature in many:
            assert held(signers, signature, content)
            assert not held(signers, signature, content, BOB)


def test_a_key_that_the_base_took_off_the_list_signs_nothing_any_more(
    human: Path, tmp_path: Path, many: tuple[tuple[bytes, bytes], ...], started: list[str]
) -> None:
    other = keygen(tmp_path, "other")
    for allowed, right in ((listed(human), True), (listed(other), False)):
        with signing.signers(allowed) as signers:
            assert all(held(signers, signature, content) is right for content, signature in many)
    assert len(started) == FIRST


def test_any_number_of_forged_signatures_starts_a_bounded_number_of_processes(
    human: Path, many: tuple[tuple[bytes, bytes], ...], started: list[str]
) -> None:
    """And they shut no good signature out, whether it comes before or after them."""
    content, good = many[0]
    with signing.signers(listed(human)) as signers:
        for number in range(300):
            forged = good[:-64] + number.to_bytes(64)
            assert not held(signers, forged, content)
        with pytest.raises(
            ApprovalError, match="not verified, for 64 signatures before did not hold"
        ):
            signers.verify(content, good[:-64] + bytes(64), ALICE)
        assert all(held(signers, signature, content) for content, signature in many)
    assert len(started) == 64 + 1


def test_names_that_a_listed_key_takes_start_a_bounded_number_of_processes(
    human: Path, many: tuple[tuple[bytes, bytes], ...], started: list[str]
) -> None:
    content, good = many[0]
    with signing.signers(listed(human)) as signers:
        for number in range(300):
            assert not held(signers, good, content, f"{number}@example.com")
    assert len(started) == 2 * 64

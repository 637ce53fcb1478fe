"""Yarn's cache key and the checksums that it explains."""

import pytest

import fakes
from hunkgate.gates.dependencies.dependency import DependencyChange, Kind
from hunkgate.gates.dependencies.findings import findings
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey
from hunkgate.model import Level

Entry = tuple[str, str, str]


def lock(key: str, *entries: Entry) -> bytes:
    """A lock of this cache key; an entry is a name, a version and a checksum."""
    return (
        f"__metadata:\n  version: 8\n  cacheKey: {key}\n"
        + "".join(
            f'\n"{name}@npm:^1":\n  version: {version}\n  resolution: "{name}@npm:{version}"\n'
            f"  checksum: {checksum}\n  languageName: node\n  linkType: hard\n"
            for name, version, checksum in entries
        )
    ).encode()


def between(before: bytes, after: bytes) -> tuple[DependencyChange, ...]:
    change = fakes.change({"yarn.lock": before}, {"yarn.lock": after})
    return survey(change, DependencySettings())


OLD = lock("8", ("a", "1.0.0", "8/aa"), ("b", "1.0.0", "8/bb"))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(OLD, lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.0.0", "10c0/dd")), ["cacheKey hash-replaced"], id="a new key for all"),
        pytest.param(lock("8", ("a", "1.0.0", "aa"), ("b", "1.0.0", "bb")), lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.0.0", "10c0/dd")), ["cacheKey hash-replaced"], id="a key that was written once for all"),
        pytest.param(OLD, lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.0.0", "8/dd")), ["b hash-replaced", "cacheKey hash-replaced"], id="another checksum under the old key is not explained"),
        pytest.param(OLD, lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.0.0", "9/dd")), ["b hash-replaced", "cacheKey hash-replaced"], id="nor is one under a third key"),
        pytest.param(OLD, lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.0.0", "dd")), ["b hash-replaced", "cacheKey hash-replaced"], id="nor is one without a key"),
        pytest.param(OLD, lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.1.0", "10c0/dd")), ["b changed", "cacheKey hash-replaced"], id="another version is told by itself"),
        pytest.param(OLD, lock("8", ("a", "1.0.0", "8/cc"), ("b", "1.0.0", "8/dd")), ["a hash-replaced", "b hash-replaced"], id="the key stays"),
        pytest.param(OLD, lock("10c0", ("a", "1.0.0", "8/aa"), ("b", "1.0.0", "8/bb")), [], id="a new key alone changes no package"),
        pytest.param(OLD, lock("10c0", ("a", "1.0.0", "8/cc"), ("b", "1.0.0", "8/dd")), ["a hash-replaced", "b hash-replaced"], id="a new key that no checksum names"),
    ],
)  # fmt: skip
def test_what_is_told(before: bytes, after: bytes, expected: list[str]) -> None:
    found = between(before, after)
    assert [f"{one.name} {one.signals[0].name}" for one in found] == expected
    assert all(one.signals[0].level is Level.ERROR for one in found)


def test_the_reason_and_the_number_are_told() -> None:
    (one,) = between(OLD, lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.0.0", "10c0/dd")))
    assert one.kind is Kind.OPTION
    assert (one.base_value, one.head_value, one.line) == ("8", "10c0", 1)
    assert one.data["packages"] == "2"
    assert "2 packages" in one.signals[0].message
    assert "cache key" in one.signals[0].message


def test_an_approval_binds_to_every_checksum() -> None:
    items = set()
    for before, after in (
        (OLD, lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.0.0", "10c0/dd"))),
        (OLD, lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.0.0", "10c0/ee"))),
        (
            lock("8", ("a", "1.0.0", "8/aa"), ("b", "1.0.0", "8/ff")),
            lock("10c0", ("a", "1.0.0", "10c0/cc"), ("b", "1.0.0", "10c0/dd")),
        ),
    ):
        change = fakes.change({"yarn.lock": before}, {"yarn.lock": after})
        (finding,) = findings(change, DependencySettings())
        assert finding.item is not None
        items.add(finding.item)
    assert len(items) == 3

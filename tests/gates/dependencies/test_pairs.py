"""Two versions of a lock read together: what differs comes out as from two readings, and so do the names and registries beside it."""

import json
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hunkgate.gates.dependencies import formats
from hunkgate.gates.dependencies.compare import compare
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    DependencyChange,
    Reading,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.formats import Format

EXAMPLES = Path(__file__).parent / "examples"
PAIRED = tuple(one for one in formats.FORMATS if one.opened() is not None)
EVERY = pytest.mark.parametrize("one", PAIRED, ids=lambda one: one.name)

Seen = tuple[tuple[DependencyChange, ...], list[frozenset[tuple[str, str]]], list[object]]


def seen(readings: tuple[Reading, Reading]) -> Seen:
    """All that the survey takes from two readings: the changes, the names and registries of each side, the project's own names."""
    before, after = readings
    used = [
        *(frozenset((one.ecosystem, one.name) for one in side.every()) for side in readings),
        *(
            frozenset(
                (one.ecosystem, one.source.locator)
                for one in side.every()
                if one.source.kind is SourceKind.REGISTRY
            )
            for side in readings
        ),
    ]
    whole: list[object] = [(side.own, side.options, side.includes) for side in readings]
    return compare(before, after, file="lock"), used, whole


def apart(one: Format, before: bytes, after: bytes) -> Seen | None:
    try:
        return seen((one.read(before, "lock"), one.read(after, "lock")))
    except UnreadableError:
        return None


def together(one: Format, before: bytes, after: bytes) -> Seen | None:
    try:
        return seen(one.pair(before, after))
    except UnreadableError:
        return None


def sides(one: Format) -> tuple[bytes, bytes]:
    folder = EXAMPLES / one.name
    return (folder / "before").read_bytes(), (folder / "after").read_bytes()


def settled(found: Seen | None) -> object:
    """The same without lines: a line is searched for, and in a damaged file what looks like an entry can stand before it."""
    return found and (
        tuple(
            replace(one, line=0, before=bare(one.before), after=bare(one.after)) for one in found[0]
        ),
        *found[1:],
    )


def bare(one: Dependency | None) -> Dependency | None:
    return one and replace(one, line=0)


@EVERY
def test_the_example_read_together(one: Format) -> None:
    before, after = sides(one)
    found = apart(one, before, after)
    assert found is not None
    assert found[0]
    assert together(one, before, after) == found
    assert together(one, after, before) == apart(one, after, before)


@EVERY
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_example_read_together(one: Format, data: st.DataObject) -> None:
    before = data.draw(st.sampled_from(sides(one)))
    damaged = bytearray(data.draw(st.sampled_from(sides(one))))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 2))] = data.draw(
            st.sampled_from([b"0", b"a", b"true", b"1", b'"', b"null", b"{}", b""])
        )
    after = bytes(damaged)
    assert settled(together(one, before, after)) == settled(apart(one, before, after))
    assert settled(together(one, after, before)) == settled(apart(one, after, before))


@EVERY
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_part_of_the_edit_read_together(one: Format, data: st.DataObject) -> None:
    """Some of the places in which the two sides of the example differ as before, the others as after."""
    before, after = (side.splitlines(keepends=True) for side in sides(one))
    edits = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    mixed = b"".join(
        line
        for _, start, end, other_start, other_end in edits
        for line in (
            before[start:end] if data.draw(st.booleans()) else after[other_start:other_end]
        )
    )
    for side in sides(one):
        assert settled(together(one, side, mixed)) == settled(apart(one, side, mixed))


NPM_PLACES = ("", "packages/w", "node_modules/a", "node_modules/b", "node_modules/b/node_modules/a", "node_modules/w", "node_modules/c", 'node_modules/ä"b')  # fmt: skip
NPM_ENTRY = st.fixed_dictionaries(
    {"version": st.sampled_from(["1.0.0", "2.0.0"])},
    optional={
        "name": st.sampled_from(["a", "c", "w", 1]),
        "resolved": st.sampled_from(
            ["https://registry.example/a/-/a-1.0.0.tgz", "https://other.example/b/-/b.tgz", "git+ssh://git@f.example/a/b.git#x", "file:../a", False]
        ),
        "integrity": st.sampled_from(["sha512-a", "sha512-b sha1-c", 1]),
        "hasInstallScript": st.sampled_from([True, 1, False]),
        "link": st.sampled_from([True, 1]),
        "license": st.sampled_from(["MIT", "GPL-3.0"]),
    },
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    before=st.dictionaries(st.sampled_from(NPM_PLACES), NPM_ENTRY),
    edits=st.dictionaries(st.sampled_from(NPM_PLACES), st.none() | NPM_ENTRY, max_size=3),
    old=st.dictionaries(st.sampled_from("abcw"), NPM_ENTRY, max_size=1),
)
def test_npm_locks_read_together(
    before: dict[str, object], edits: dict[str, object], old: dict[str, object]
) -> None:
    """Copies in several folders, aliases, links, workspaces, a true that becomes a 1 and the other way round."""
    lock = next(one for one in PAIRED if one.name == "package-lock")
    after = {place: entry for place, entry in (before | edits).items() if entry is not None}
    one, two = (
        json.dumps(
            {"name": "x", "lockfileVersion": 2, "packages": packages, "dependencies": old}, indent=2
        ).encode()
        for packages in (before, after)
    )
    found = apart(lock, one, two)
    assert found is not None
    assert settled(together(lock, one, two)) == settled(found)


def npm(packages: dict[str, object]) -> bytes:
    return json.dumps({"lockfileVersion": 3, "packages": packages}, indent=2).encode()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"node_modules/a": {"hasInstallScript": 1}}, {"node_modules/a": {"hasInstallScript": True}}, ["a"], id="1 that becomes true, which is equal in Python"),
        pytest.param({"node_modules/a": {"link": 1}}, {"node_modules/a": {"link": True}}, ["a"], id="a package that becomes a link"),
        pytest.param({"w": {"name": "a"}, "node_modules/a": {"resolved": "file:w"}}, {"w": {"name": "b"}, "node_modules/a": {"resolved": "file:w"}}, ["a"], id="a name that is no longer the project's own"),
        pytest.param({"node_modules/a": {}, "node_modules/b": {"version": "1"}}, {"node_modules/a": {}, "node_modules/b": {"version": "2"}}, ["b"], id="one of two packages"),
        pytest.param({"node_modules/a": {}}, {"node_modules/a": {"engines": {}}}, [], id="a field that says nothing of dependencies"),
    ],
)  # fmt: skip
def test_what_changes_however_little(
    before: dict[str, object], after: dict[str, object], expected: list[str]
) -> None:
    lock = next(one for one in PAIRED if one.name == "package-lock")
    found = together(lock, npm(before), npm(after))
    assert found is not None
    assert found == apart(lock, npm(before), npm(after))
    assert [one.name for one in found[0]] == expected


def test_what_is_alike_is_not_built() -> None:
    lock = next(one for one in PAIRED if one.name == "package-lock")
    before, after = (
        json.dumps(
            {
                "lockfileVersion": 3,
                "packages": {f"node_modules/{name}": {"version": version} for name in "ab"}
                | {"node_modules/c": {"version": "1"}},
            }
        ).encode()
        for version in ("1", "2")
    )
    readings = lock.pair(before, after)
    assert [[one.name for one in side.dependencies] for side in readings] == [["a", "b"]] * 2
    assert [[one.name for one in side.rest()] for side in readings] == [["c"]] * 2

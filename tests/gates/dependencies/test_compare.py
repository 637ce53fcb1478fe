"""What compare makes of two readings of one file."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparisons import GIT, OTHER, between, locked, option, told, wanted
from hunkgate.gates.dependencies.compare import compare, fold_backend
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, Source, SourceKind

Facts = tuple[Dependency | Option, ...]
BUNDLED = replace(locked("a", "1"), flags=frozenset({"bundled"}))
OLD, NEW = (frozenset({f"marker:python_version {one} '3.9'"}) for one in ("<", ">="))
PATH = Source(kind=SourceKind.PATH, locator=".")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param((), (wanted("a", ">=1"),), [("added", "a", "", ">=1")], id="a new name is added"),
        pytest.param((wanted("a"),), (), [("removed", "a", "", "")], id="a name that goes is removed"),
        pytest.param(
            (locked("a", "1.9"),), (locked("a", "1.10"),), [("upgraded", "a", "1.9", "1.10")], id="a bump is one change"
        ),
        pytest.param(
            (locked("a", "1.10"),), (locked("a", "1.9"),), [("downgraded", "a", "1.10", "1.9")], id="numbers, not letters, tell which is older"
        ),
        pytest.param(
            (locked("a", "1.0"),), (locked("a", "1.0rc1"),), [("downgraded", "a", "1.0", "1.0rc1")], id="a candidate is older than its release"
        ),
        pytest.param(
            (wanted("a", "==1"),), (wanted("a", "==2"),), [("upgraded", "a", "==1", "==2")], id="exact requirements are ordered as versions"
        ),
        pytest.param(
            (wanted("a", ">=1"),), (wanted("a", ">=2"),), [("requirement", "a", ">=1", ">=2")], id="a range is a requirement"
        ),
        pytest.param((wanted("a", ">=1, <2"),), (wanted("a", "<2,>=1", line=9),), [], id="the order of comma parts is formatting"),
        pytest.param((wanted("a", "(>= 1)"),), (wanted("a", ">=1"),), [], id="parentheses and blanks are formatting"),
        pytest.param((wanted("a", raw_name="A"),), (wanted("a"),), [], id="another spelling of the same name is formatting"),
        pytest.param(
            (wanted("a", flags=frozenset({"comment:v1"})),), (wanted("a", flags=frozenset({"comment:v2"})),), [], id="an edit of a comment is nothing"
        ),
        pytest.param((wanted("a"), wanted("a")), (wanted("a"),), [], id="saying it once less is nothing"),
        pytest.param(
            (locked("a", "1", "h1"),), (locked("a", "1", "h2"),), [("hash", "a", "1", "1")], id="another hash at the same version"
        ),
        pytest.param(
            (locked("a", "1"),), (locked("a", "1", source=OTHER),), [("source", "a", "1", "1")], id="another registry at the same version"
        ),
        pytest.param(
            (wanted("a", "1", source=Source()),), (wanted("a", source=GIT),), [("source", "a", "1", "https://forge.example/a/b@main")], id="from the registry to git"
        ),
        pytest.param(
            (wanted("a", "1", scope="dev"),), (wanted("a", "1"),), [("scope", "a", "1", "1")], id="only the scope changed"
        ),
        pytest.param(
            (wanted("a", "1"),), (wanted("a", "1"), wanted("a", "1", scope="dev")), [("scope", "a", "1", "1")], id="one more scope of the same requirement"
        ),
        pytest.param(
            (wanted("a", "1"),), (wanted("a", "1", flags=frozenset({"extras:x"})),), [("option", "a", "1", "1")], id="another extra of the same requirement"
        ),
        pytest.param(
            (wanted("a", "1", scope="dev"), wanted("a", "1", scope="peer")),
            (wanted("a", "2", scope="dev"), wanted("a", "1", scope="peer")),
            [("upgraded", "a", "1", "2")],
            id="one of two scopes asks for another version",
        ),
        pytest.param(
            (wanted("a", "1"), wanted("a", "1", flags=frozenset({"extras:x"}))),
            (wanted("a", "2", flags=frozenset({"extras:x"})),),
            [("upgraded", "a", "1", "2")],
            id="of two requests for one version one goes with the step",
        ),
        pytest.param(
            (wanted("a", "1", scope="dev", flags=frozenset({"dynamic"})),),
            (wanted("a", "2", scope="dev", flags=frozenset({"dynamic"})), wanted("a", "2", scope="docs")),
            [("upgraded", "a", "1", "2")],
            id="a step that one more scope goes along with",
        ),
        pytest.param(
            (wanted("a", "1", scope="dev"),),
            (wanted("a", "2", scope="dev"), wanted("a", "2", scope="docs", flags=frozenset({"extras:x"}))),
            [("upgraded", "a", "1", "2"), ("added", "a", "", "2")],
            id="an extra beside a step",
        ),
        pytest.param(
            (wanted("a", "1", scope="dev"), wanted("a", "5", scope="peer")),
            (wanted("a", "2", scope="dev"), wanted("a", "6", scope="peer")),
            [("upgraded", "a", "1", "2"), ("upgraded", "a", "5", "6")],
            id="each of two scopes asks for another version",
        ),
        pytest.param(
            (wanted("a", "1", scope="dev"), wanted("a", "1", scope="peer")),
            (wanted("a", "2", scope="dev"), wanted("a", "2", scope="peer")),
            [("upgraded", "a", "1", "2")],
            id="both scopes ask for the same other version",
        ),
        pytest.param(
            (wanted("a", "1"), wanted("a", source=GIT, scope="override")),
            (wanted("a", "2"),),
            [("upgraded", "a", "1", "2"), ("removed", "a", "https://forge.example/a/b@main", "")],
            id="an override that goes is not what the package asked for",
        ),
        pytest.param(
            (wanted("a", "1", scope="override"),),
            (wanted("a", "1"),),
            [("added", "a", "", "1"), ("removed", "a", "1", "")],
            id="what was an override and is asked for now is both",
        ),
        pytest.param(
            (wanted("a", "1", flags=OLD), wanted("a", "2", flags=NEW)),
            (wanted("a", "3", flags=OLD), wanted("a", "4", flags=NEW)),
            [("upgraded", "a", "1", "3"), ("upgraded", "a", "2", "4")],
            id="each of two markers asks for another version",
        ),
        pytest.param(
            (wanted("a", "1", scope="dev"),),
            (wanted("a", "2"),),
            [("upgraded", "a", "1", "2")],
            id="another version in another scope is one change",
        ),
        pytest.param(
            (locked("a", "1"), locked("a", "2")),
            (locked("a", "1"), locked("a", "3")),
            [("upgraded", "a", "2", "3")],
            id="of several versions only the one that moved",
        ),
        pytest.param(
            (locked("a", "1"), locked("a", "2")),
            (locked("a", "3"),),
            [("removed", "a", "1", ""), ("removed", "a", "2", ""), ("added", "a", "", "3")],
            id="two that left and one that came are not paired",
        ),
        pytest.param(
            (locked("a", "1", "h1"), locked("a", "1", "h1")),
            (locked("a", "1", "h1"), locked("a", "1", "h2")),
            [("hash", "a", "1", "1")],
            id="one of two copies of a version got another hash",
        ),
        pytest.param(
            (locked("a", "1", "h1"), locked("a", "1"), locked("a", "2", "h2")),
            (locked("a", "1", "h1"), locked("a", "2", "h2"), locked("a", "2")),
            [("hash", "a", "2", "2"), ("hash", "a", "1", "1")],
            id="a copy without a hash came under another version: no version moved",
        ),
        pytest.param(
            (locked("a", "1", "h1"), BUNDLED),
            (locked("a", "1"), locked("a", "2", "h2")),
            [("hash", "a", "1", "1"), ("added", "a", "", "2")],
            id="a copy that is fetched without a hash is no bundled one",
        ),
        pytest.param(
            (locked("a", "1", "h1"), BUNDLED),
            (BUNDLED, locked("a", "2", "h2")),
            [("added", "a", "", "2")],
            id="the bundled copy of a version stays and the fetched one moves",
        ),
        pytest.param(
            (locked("a", "1", "h1"),), (locked("a", "1", "h1"), BUNDLED), [], id="a bundled copy of a version that is there says nothing"
        ),
        pytest.param(
            (locked("a", "1", "h1"), BUNDLED), (locked("a", "1", "h1"),), [], id="nor does one that goes"
        ),
        pytest.param(
            (locked("a", "1", "h1"),), (BUNDLED,), [("hash", "a", "1", "1")], id="a version of which only a bundled copy is left lost its hash"
        ),
        pytest.param(
            (locked("a", "2", "h2"),), (locked("a", "2", "h2"), BUNDLED), [("added", "a", "", "1")], id="a bundled copy of another version is one more"
        ),
        pytest.param(
            (option("index-url", "x", "index-changed"),),
            (option("index-url", "y", "index-changed"),),
            [("option", "index-url", "x", "y")],
            id="an option that changed",
        ),
        pytest.param(
            (option("i", "x", "index-changed"), option("i", "y", "index-changed")),
            (option("i", "y", "index-changed"), option("i", "x", "index-changed")),
            [("option", "i", "x\ny", "y\nx")],
            id="the order of indexes counts",
        ),
        pytest.param(
            (option("s", "x", "install-script"), option("s", "y", "install-script")),
            (option("s", "y", "install-script"), option("s", "x", "install-script")),
            [],
            id="the order of other options does not",
        ),
    ],
)  # fmt: skip
def test_what_differs(
    before: Facts, after: Facts, expected: list[tuple[str, str, str, str]]
) -> None:
    assert [told(one) for one in between(before, after)] == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("h1",), ("h2",), "replaced"),
        (("h1",), ("h1", "h2"), "superset"),
        (("h1", "h2"), ("h1",), "subset"),
        ((), ("h1",), "appeared"),
        (("h1",), (), "dropped"),
        (("h1", "h2"), ("h1", "h3"), "replaced"),
    ],
)
def test_a_change_says_how_its_hashes_differ(
    before: tuple[str, ...], after: tuple[str, ...], expected: str
) -> None:
    (change,) = between((locked("a", "1", *before),), (locked("a", "1", *after),))
    assert change.data["hash"] == expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        pytest.param(locked("me", "1", source=PATH), [], id="by its path"),
        pytest.param(locked("me", "1", source=Source(), ecosystem="cargo"), [], id="a member of a Cargo workspace"),
        pytest.param(
            locked("me", "1", ecosystem="npm"), [("added", "me", "", "1")], id="but not a package of its name from a registry"
        ),
    ],
)  # fmt: skip
def test_the_project_itself_is_no_dependency(own: Dependency, expected: list[object]) -> None:
    assert [told(one) for one in between((), (own,), own=frozenset({"me"}))] == expected


def test_the_record_says_in_which_file() -> None:
    (change,) = between((), (wanted("a", line=7),))
    assert change.after is not None
    assert (change.file, change.line, change.after.file) == ("the-file", 7, "the-file")


def test_a_new_name_from_a_registry_that_the_lock_did_not_use_is_marked() -> None:
    changes = between(
        (locked("a", "1"),), (locked("a", "1"), locked("b", "1", source=OTHER), locked("c", "1"))
    )
    assert [(one.name, one.data) for one in changes] == [("b", {"registry": "unseen"}), ("c", {})]


def test_a_build_backend_is_told_by_the_requirement_that_brings_it() -> None:
    before = (option("build-backend", "setuptools.build_meta", "build-backend-changed"),)
    after = (
        option("build-backend", "flit_core.buildapi", "build-backend-changed"),
        wanted("flit-core", "<4", scope="build"),
    )
    (change,) = fold_backend(between(before, after))
    assert (change.name, change.data) == ("flit-core", {"build-backend": "flit_core.buildapi"})


@pytest.mark.parametrize(
    ("backend", "requirement"),
    [
        pytest.param("hatchling.build", wanted("hatchling", scope="build"), id="the package's own"),
        pytest.param("mesonpy", wanted("meson-python", scope="build"), id="one of another name"),
        pytest.param("a:b", wanted("a", scope="build, dev"), id="of a package asked for twice"),
    ],
)
def test_a_build_backend_comes_and_leaves_with_its_requirement(
    backend: str, requirement: Dependency
) -> None:
    other = replace(requirement, ecosystem="conda")
    with_it = (option("build-backend", backend, "build-backend-changed"), other, requirement)
    come = fold_backend(between((), with_it))
    assert [(one.ecosystem, one.data.get("build-backend")) for one in come] == [
        ("conda", None),
        ("pypi", backend),
    ]
    gone = fold_backend(between(with_it, ()))
    assert [(one.ecosystem, one.kind.value, one.data) for one in gone] == [
        ("conda", "removed", {}),
        ("pypi", "removed", {}),
    ]


def test_a_build_backend_that_leaves_alone_stays_a_change() -> None:
    kept = wanted("hatchling", scope="build")
    before = (option("build-backend", "hatchling.build", "build-backend-changed"), kept)
    assert [one.name for one in fold_backend(between(before, (kept,)))] == ["build-backend"]


def test_a_build_backend_that_no_requirement_brings_stays_a_change() -> None:
    before = (option("build-backend", "setuptools.build_meta", "build-backend-changed"),)
    after = (
        option("build-backend", "_backend", "build-backend-changed"),
        wanted("flit-core", "<4", scope="build"),
    )
    assert [one.name for one in fold_backend(between(before, after))] == [
        "flit-core",
        "build-backend",
    ]


NAMES = st.sampled_from(["a", "b", "c"])
LOCKED = st.builds(
    locked,
    NAMES,
    st.sampled_from(["1", "2", "3.0"]),
    st.sampled_from(["h1", "h2"]),
    source=st.sampled_from([OTHER, GIT]),
    line=st.integers(1, 9),
)


@given(st.lists(LOCKED), st.lists(LOCKED))
def test_a_reading_is_equal_to_itself_and_what_differs_is_seen_from_both_ends(
    before: list[Dependency], after: list[Dependency]
) -> None:
    old, new = Reading(dependencies=tuple(before)), Reading(dependencies=tuple(after))
    assert compare(old, old, file="f") == ()
    assert compare(old, Reading(dependencies=tuple(reversed(before))), file="f") == ()
    assert bool(compare(old, new, file="f")) == bool(compare(new, old, file="f"))


FIELDS = st.text(st.characters(codec="utf-8"), max_size=3)
DEPENDENCIES = st.builds(
    Dependency,
    ecosystem=FIELDS,
    name=FIELDS,
    version=FIELDS,
    requirement=FIELDS,
    hashes=st.frozensets(FIELDS, max_size=3),
    flags=st.frozensets(FIELDS, max_size=3),
)


@given(DEPENDENCIES, DEPENDENCIES)
def test_two_dependencies_have_the_same_record_only_when_they_are_equal(
    one: Dependency, other: Dependency
) -> None:
    assert (one.record() == other.record()) == (one == other)


def setting(value: str, *, restricts: bool = False) -> Reading:
    stated = Option(
        ecosystem="npm", name="o", value=value, signal="option-changed", restricts=restricts
    )
    return Reading(options=(stated,))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(Reading(), setting("true", restricts=True), False, id="comes"),
        pytest.param(setting("true", restricts=True), Reading(), True, id="goes"),
        pytest.param(setting("true", restricts=True), setting("false"), True, id="is turned off"),
        pytest.param(
            setting("3", restricts=True), setting("1", restricts=True), True, id="changes"
        ),
        pytest.param(Reading(), setting("false"), True, id="comes and restricts nothing"),
        pytest.param(
            setting("https://a"), setting("https://a/"), False, id="gets a closing stroke"
        ),
    ],
)
def test_a_setting_that_restricts_is_told_unless_it_comes(
    before: Reading, after: Reading, told: bool
) -> None:
    assert bool(compare(before, after, file="f")) is told


def test_a_scope_that_goes_along_with_a_step_is_told_by_it() -> None:
    before = (wanted("a", "1", scope="dev"), wanted("a", "1", scope="test"))
    after = (wanted("a", "2", scope="dev"), wanted("a", "2", scope="runtime"))
    (change,) = compare(Reading(dependencies=before), Reading(dependencies=after), file="f")
    assert change.before is not None
    assert change.after is not None
    assert (change.before.scope, change.after.scope) == ("dev, test", "dev, runtime")

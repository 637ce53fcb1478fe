"""Which reasons a change carries, and how the policy weighs them."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.version import Version

from comparisons import GIT, OTHER, REGISTRY, between, locked, option, wanted
from hunkgate.gates.dependencies import rules, versions
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    DependencyChange,
    Option,
    RefKind,
    Source,
    SourceKind,
)
from hunkgate.gates.dependencies.lookalike import Names, one_edit
from hunkgate.gates.dependencies.settings import DependencySettings, parse
from hunkgate.gates.dependencies.signals import Surroundings, signalled
from hunkgate.model import Level
from hunkgate.settings import Reading, Table

Facts = tuple[Dependency | Option, ...]
USED = Names(
    {"requests", "numpy", "@actions/core", "actions/setup-python", "github.com/spf13/pflag"}
)
ALONE = Surroundings(neighbour=lambda _ecosystem, name: USED.neighbour(name))
URL = Source(kind=SourceKind.URL, locator="https://files.example/a.whl")
FILES = Source(hosts=frozenset({"files.example"}))
STRANGE = Source(hosts=frozenset({"files.example", "elsewhere.example"}))
PATH = Source(kind=SourceKind.PATH, locator="./a")


def action(ref: str, kind: RefKind, comment: str = "") -> Dependency:
    source = Source(kind=SourceKind.GIT, locator="actions/checkout", ref=ref, ref_kind=kind)
    flags = frozenset({f"comment:{comment}"}) if comment else frozenset[str]()
    return wanted("actions/checkout", ref, ecosystem="githubactions", source=source, flags=flags)


def names(
    before: Facts,
    after: Facts,
    settings: DependencySettings | None = None,
    surroundings: Surroundings = ALONE,
) -> list[list[str]]:
    """The names of the signals of each change."""
    return [
        [
            signal.name
            for signal in signalled(one, settings or DependencySettings(), surroundings).signals
        ]
        for one in between(before, after)
    ]


SHA, SHA_2 = "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param((), (wanted("a", "==1"),), ["added"], id="a new name"),
        pytest.param((), (wanted("a"),), ["unpinned", "added"], id="a new name without a version"),
        pytest.param((wanted("a"),), (), ["removed"], id="a name that goes"),
        pytest.param((wanted("a", "==1"),), (wanted("a", "==2"),), ["changed"], id="a bump"),
        pytest.param((locked("a", "2"),), (locked("a", "1"),), ["downgraded"], id="a downgrade in a lock"),
        pytest.param((wanted("a", "^2", ecosystem="npm"),), (wanted("a", "^1", ecosystem="npm"),), ["downgraded", "changed"], id="a downgrade in a range"),
        pytest.param((wanted("a", "==1"),), (wanted("a", ">=1"),), ["unpinned", "changed"], id="a pin that is lost"),
        pytest.param((wanted("a", ">=1,<2"),), (wanted("a", ">=1"),), ["unpinned", "changed"], id="an upper bound that is lost"),
        pytest.param((wanted("a", "~1.2", ecosystem="npm"),), (wanted("a", "^1.2", ecosystem="npm"),), ["changed", "widened"], id="a tilde that becomes a caret"),
        pytest.param((wanted("a", ">=2"),), (wanted("a", ">=1"),), ["downgraded", "changed", "widened"], id="a lower bound that sinks"),
        pytest.param((), (wanted("a", "==1", source=URL),), ["url-source", "added"], id="from an address"),
        pytest.param((), (wanted("a", "==1", source=PATH),), ["path-source", "added"], id="from a path"),
        pytest.param((), (wanted("a", source=GIT),), ["git-source", "added", "mutable-ref"], id="from a branch of a git repository"),
        pytest.param((wanted("a", "==1"),), (wanted("a", source=GIT),), ["source-changed", "git-source", "unpinned", "changed", "mutable-ref"], id="from the registry to git"),
        pytest.param((locked("a", "1"),), (locked("a", "1", source=OTHER),), ["registry-changed"], id="another registry"),
        pytest.param((locked("a", "1", source=FILES),), (locked("a", "1", source=STRANGE),), ["source-changed"], id="the files from another host"),
        pytest.param((locked("a", "1", source=FILES),), (locked("a", "2", source=STRANGE),), ["source-changed", "changed"], id="the files from another host together with a bump"),
        pytest.param((locked("a", "1", source=Source()),), (locked("a", "1", source=FILES),), ["changed"], id="the host of the files where the lock did not say it before"),
        pytest.param((locked("a", "1"),), (locked("a", "2", source=OTHER),), ["registry-changed", "changed"], id="another registry together with a bump"),
        pytest.param((locked("b", "1"),), (locked("b", "1"), locked("a", "2", source=OTHER)), ["registry-changed", "added"], id="a new name from a registry that was not used"),
        pytest.param((locked("a", "1", "x"),), (locked("a", "1", "y"),), ["hash-replaced"], id="another content"),
        pytest.param((locked("a", "1", "x"),), (locked("a", "1"),), ["hash-dropped"], id="no hash any more"),
        pytest.param((locked("a", "1", "x"),), (locked("a", "2"),), ["hash-dropped", "changed"], id="no hash any more with a bump"),
        pytest.param((locked("a", "1", "x"),), (locked("a", "1", "x", "y"),), ["hash-added"], id="further wheels"),
        pytest.param((locked("a", "1", "x", "y"),), (locked("a", "1", "x"),), ["hash-removed"], id="fewer wheels"),
        pytest.param((), (wanted("request", "==1"),), ["look-alike", "added"], id="one letter less than a name in use"),
        pytest.param((), (wanted("rеquests", "==1"),), ["look-alike", "non-ascii", "added"], id="a Cyrillic letter"),
        pytest.param((), (wanted("ñandu", "==1"),), ["non-ascii", "added"], id="a name outside ASCII"),
        pytest.param((wanted("a", "==1"),), (wanted("a", "==1"), wanted("a", "==2")), ["changed"], id="a second version is no new name"),
        pytest.param((action(SHA, RefKind.SHA),), (action("v4", RefKind.TAG),), ["unpinned", "changed", "mutable-ref"], id="a commit that becomes a tag"),
        pytest.param((action("v3", RefKind.TAG),), (action("v4", RefKind.TAG),), ["changed"], id="a tag that becomes another"),
        pytest.param((action("v3", RefKind.TAG),), (action("main", RefKind.BRANCH),), ["changed", "mutable-ref"], id="a tag that becomes a branch"),
        pytest.param((action("v3", RefKind.TAG),), (action(SHA, RefKind.SHA),), ["changed"], id="a tag that becomes a commit"),
        pytest.param((action(SHA, RefKind.SHA, "v4"),), (action(SHA_2, RefKind.SHA, "v4"),), ["ref-comment", "changed"], id="another commit under the same comment"),
        pytest.param((action(SHA, RefKind.SHA, "v4"),), (action(SHA_2, RefKind.SHA, "v5"),), ["changed"], id="another commit and another comment"),
        pytest.param((locked("a", "1"),), (locked("a", "2", flags=frozenset({"install-script"})),), ["install-script", "changed"], id="an install script appears"),
        pytest.param((locked("a", "1"),), (locked("a", "1", flags=frozenset({"install-script"})),), ["install-script"], id="an install script appears at the same version"),
        pytest.param((), (wanted("a", "1", flags=frozenset({"alias"}), raw_name="b"),), ["alias", "added"], id="an alias"),
        pytest.param((), (wanted("a", "1", flags=frozenset({"override"})),), ["override", "added"], id="an override"),
        pytest.param((wanted("a", "1"),), (wanted("a", "1", scope="dev"),), ["scope-changed"], id="another scope"),
        pytest.param((wanted("a", "1"),), (wanted("a", "1", flags=frozenset({"marker:x"})),), ["changed"], id="another marker"),
        pytest.param((), (option("index-url", "x", "index-changed"),), ["index-changed"], id="an index"),
        pytest.param((), (option("-r", "x", "include-added"),), ["include-added"], id="an include"),
        pytest.param((option("-r", "x", "include-added"),), (), ["option-changed"], id="an include that goes"),
        pytest.param((), (option("some", "x", "not-a-rule"),), ["option-changed"], id="an option of no rule still asks"),
    ],
)  # fmt: skip
def test_the_reasons(before: Facts, after: Facts, expected: list[str]) -> None:
    assert names(before, after) == [expected]


@pytest.mark.parametrize(
    ("document", "before", "after", "expected"),
    [
        pytest.param({"levels": {"added": "off"}}, (), (wanted("a", "==1"),), [[]], id="a rule that is off says nothing"),
        pytest.param({"levels": {"hash-added": "error"}}, (locked("a", "1", "x"),), (locked("a", "1", "x", "y"),), [["hash-added"]], id="a rule may weigh more"),
        pytest.param({"allow": ["pkg:pypi/a"]}, (), (wanted("a", "==1"),), [[]], id="an allowed name asks nothing"),
        pytest.param({"allow": ["pkg:npm/@types/*"]}, (), (wanted("@types/node", "1", ecosystem="npm"),), [[]], id="an allowed scope"),
        pytest.param({"allow": ["pkg:npm/a"]}, (), (wanted("a", "==1"),), [["added"]], id="only of its own ecosystem"),
        pytest.param({"allow": ["pkg:pypi/a"]}, (), (wanted("a", source=GIT),), [["git-source", "added", "mutable-ref"]], id="an allowed name from elsewhere asks"),
        pytest.param({"allow": ["pkg:pypi/a"]}, (locked("a", "1", "x"),), (locked("a", "1", "y"),), [["hash-replaced"]], id="an allowed name with another content asks"),
        pytest.param({"allow": ["pkg:pypi/b"]}, (wanted("a", "==1"),), (wanted("b", "==1"),), [["removed"], []], id="what goes is asked for by its own name"),
        pytest.param({"deny": ["pkg:pypi/a*"]}, (), (wanted("abc", "==1"),), [["denied", "added"]], id="a denied name"),
        pytest.param({"deny": ["pkg:pypi/a@1.*"]}, (locked("a", "2.0"),), (locked("a", "1.0"),), [["denied", "downgraded"]], id="a denied version"),
        pytest.param({"deny": ["pkg:pypi/a"], "allow": ["pkg:pypi/*"]}, (), (wanted("a", "==1"),), [["denied", "added"]], id="denied wins over allowed"),
        pytest.param({"licences": ["MIT"]}, (), (locked("a", "1", licence="GPL-3.0"),), [["licence", "added"]], id="a licence that is not on the list"),
        pytest.param({"licences": ["MIT"]}, (), (locked("a", "1", licence="MIT"),), [["added"]], id="a licence that is"),
    ],
)  # fmt: skip
def test_the_policy_weighs(
    document: Mapping[str, object], before: Facts, after: Facts, expected: list[list[str]]
) -> None:
    assert names(before, after, settings(document)) == expected


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"levels": {"aded": "off"}}, "dependencies.levels.aded: unknown key"),
        ({"levels": {"added": "fatal"}}, "dependencies.levels.added: expected one of error, warning, note, off"),
        ({"allow": ["requests"]}, "dependencies.allow: 'requests' is not a package pattern"),
        ({"deny": ["pkg:npm"]}, "dependencies.deny: 'pkg:npm' is not a package pattern"),
        ({"files": {"deps/*.in": "requirement"}}, 'dependencies.files."deps/*.in": expected one of pyproject, requirements'),
        ({"files": {"./a": "requirements"}}, 'dependencies.files."./a": \'./a\' can match nothing'),
    ],
)  # fmt: skip
def test_a_wrong_setting_names_its_place(document: Mapping[str, object], problem: str) -> None:
    reading = Reading("hunkgate.toml")
    parse(Table(document, reading, "dependencies"))
    assert [one for one in reading.problems if problem in one] == reading.problems != []


def settings(document: Mapping[str, object]) -> DependencySettings:
    reading = Reading("hunkgate.toml")
    found = parse(Table(document, reading, "dependencies"))
    assert reading.problems == []
    return found


@pytest.mark.parametrize(
    ("before", "after", "manifest", "expected"),
    [
        pytest.param((locked("a", "1"),), (locked("a", "2"),), {("pypi", "a")}, [["explained"]], id="the manifest moves the same name"),
        pytest.param((locked("a", "1"),), (locked("a", "2"),), {("pypi", "b")}, [["explained"]], id="the manifest moves another that may need it"),
        pytest.param((), (locked("a", "1"),), {("pypi", "a")}, [["explained"]], id="the manifest adds the same name"),
        pytest.param((), (locked("a", "1"),), {("pypi", "b")}, [["added"]], id="a name that is new to the lock asks for itself"),
        pytest.param((locked("a", "1", "x"),), (locked("a", "1", "y"),), {("pypi", "a")}, [["hash-replaced"]], id="another content is never explained"),
        pytest.param((locked("a", "2"),), (locked("a", "1"),), {("pypi", "b")}, [["downgraded"]], id="a downgrade is not explained"),
        pytest.param((locked("a", "1"),), (locked("a", "2", source=OTHER),), {("pypi", "a")}, [["registry-changed", "explained"]], id="another registry is not explained"),
    ],
)  # fmt: skip
def test_what_a_manifest_explains_in_its_lock(
    before: Facts, after: Facts, manifest: set[tuple[str, str]], expected: list[list[str]]
) -> None:
    surroundings = Surroundings(neighbour=ALONE.neighbour, manifest=frozenset(manifest))
    assert names(before, after, surroundings=surroundings) == expected


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("requests", ""),
        ("reqeusts", "requests"),
        ("requestss", "requests"),
        ("rquests", "requests"),
        ("requezts", "requests"),
        ("reque5ts", "requests"),
        ("re-quests", "requests"),
        ("nurnpy", "numpy"),
        ("@action/core", "@actions/core"),
        ("@actions-team/core", "@actions/core"),
        ("actions-core", "@actions/core"),
        ("action/setup-python", "actions/setup-python"),
        ("github.com/spf13-go/pflag", "github.com/spf13/pflag"),
        ("flask", ""),
        ("request-session", ""),
        ("@octo/core", ""),
        ("actions/cache", ""),
    ],
)
def test_names_that_can_be_mistaken(name: str, near: str) -> None:
    assert USED.neighbour(name) == near


@pytest.mark.parametrize("used", [(), ("",), ("a\0b",), ("\0", "reqüests", "数据")])
def test_nothing_is_mistaken_where_no_name_is_near(used: tuple[str, ...]) -> None:
    assert Names(used).neighbour("requests-cache") == ""


def edited(name: str, place: int, kind: str, letter: str) -> str:
    place %= len(name)
    return {
        "out": name[:place] + name[place + 1 :],
        "in": name[:place] + letter + name[place:],
        "other": name[:place] + letter + name[place + 1 :],
        "swap": name[:place] + name[place : place + 2][::-1] + name[place + 2 :],
    }[kind]


@given(
    name=st.sampled_from(["numpy", "requests", "left-pad", "@babel/core", "github.com/spf13/pflag", "org.example:thing"]),
    place=st.integers(0, 40),
    kind=st.sampled_from(["out", "in", "other", "swap"]),
    letter=st.sampled_from("abcxyz"),
)  # fmt: skip
def test_no_single_edit_of_a_name_is_missed_among_many(
    name: str, place: int, kind: str, letter: str
) -> None:
    """Wherever the edit stands, but for the mark between two parts: a name without it names nothing."""
    mistaken = edited(name, place, kind, letter)
    others = {f"{name[:-1]}{number}-other" for number in range(50)}
    assume(len(mistaken) >= 5 and [one for one in mistaken if one in "/:"] == [one for one in name if one in "/:"])  # fmt: skip
    assume(all(len(part) > 2 for part in re.split(r"[/:]", mistaken)))
    assume(mistaken != name)
    assert Names({name, *others}).neighbour(mistaken) == name


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("abcd", "abcd", False),
        ("abcd", "abdc", True),
        ("abcd", "acd", True),
        ("abcd", "abcde", True),
        ("abcd", "abxd", True),
        ("abcd", "badc", False),
        ("abcd", "ab", False),
        ("", "a", True),
    ],
)
def test_one_edit(first: str, second: str, expected: bool) -> None:
    assert one_edit(first, second) is one_edit(second, first) is expected


@pytest.mark.parametrize(
    ("ecosystem", "older", "newer"),
    [
        ("pypi", "1.0.dev1", "1.0a1"),
        ("pypi", "1.0", "1.0.post1"),
        ("pypi", "2023.1", "1!1.0"),
        ("npm", "1.0.0-alpha.1", "1.0.0-alpha.beta"),
        ("npm", "1.0.0-alpha.9", "1.0.0-alpha.10"),
        ("npm", "1.0.0-rc.1", "1.0.0"),
        ("golang", "v1.9.0", "v1.10.0"),
        ("golang", "v0.0.0-20240202153536-bfa15e446f06", "v0.0.0-20240208195325-681f6715b0e3"),
        ("githubactions", "v3", "v4.1"),
    ],
)
def test_which_version_is_newer(ecosystem: str, older: str, newer: str) -> None:
    assert versions.newer(ecosystem, older, newer) is True
    assert versions.newer(ecosystem, newer, older) is False
    assert versions.newer(ecosystem, older, older) is None


@pytest.mark.parametrize("text", ["", "main", "1" * 5000, "latest", "v"])
def test_what_is_no_version_is_not_ordered(text: str) -> None:
    assert versions.newer("npm", text, "1.0") is None


_RELEASES = st.lists(st.integers(0, 20).map(str), min_size=1, max_size=5).map(".".join)


@given(_RELEASES, _RELEASES)
def test_plain_releases_are_ordered_as_packaging_orders_them(one: str, other: str) -> None:
    expected = None if Version(one) == Version(other) else Version(one) < Version(other)
    assert versions.newer("pypi", one, other) is expected


def test_a_legacy_version_is_no_bug() -> None:
    assert versions.newer("pypi", "23.1.0", "23.1.0legacy") is False
    assert versions.newer("pypi", "1.0", "not a version") is None


def test_every_rule_is_named_once_and_its_weight_is_its_own() -> None:
    assert len(rules.BY_NAME) == len(rules.ROWS) == len(rules.RULES)
    assert DependencySettings().levels["hash-replaced"] is Level.ERROR
    assert DependencySettings().levels["hash-added"] is Level.NOTE


def test_an_unmarked_change_of_any_pair_still_asks() -> None:
    before, after = locked("a", "1"), locked(
        "a", "1", flags=frozenset({"optional"}), source=REGISTRY
    )
    changes: tuple[DependencyChange, ...] = between((before,), (after,))
    assert [
        [one.name for one in signalled(change, DependencySettings(), ALONE).signals]
        for change in changes
    ] == [["changed"]]

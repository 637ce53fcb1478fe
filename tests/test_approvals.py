"""Items, statements and coverage: what an approval names, how it is written down, and what it lifts."""

import itertools
import tomllib
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import change
from hunkgate import approvals
from hunkgate.approvals import ApprovalSettings, Item
from hunkgate.approvals.items import netstrings
from hunkgate.errors import ApprovalError
from hunkgate.model import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Approval, Change, Finding
from hunkgate.settings import Reading, Table


def path_item(one: Change, rule: str = "paths/review") -> str:
    item = approvals.path_item(rule, one, one.files[0])
    assert item is not None
    return item


def test_a_path_item_is_the_same_for_the_same_change() -> None:
    first = change({"a": b"1"}, {"a": b"2"})
    again = change({"a": b"1", "other": b"x"}, {"a": b"2", "other": b"x"})
    assert path_item(first) == path_item(again)
    assert len(path_item(first)) == 64


def test_every_fact_about_a_file_is_in_its_item() -> None:
    told_apart = [
        path_item(change({"a": b"1"}, {"a": b"2"})),
        path_item(change({"a": b"1"}, {"a": b"2"}), rule="paths/read-only"),
        path_item(change({"b": b"1"}, {"b": b"2"})),
        path_item(change({"a": b"0"}, {"a": b"2"})),
        path_item(change({"a": b"1"}, {"a": b"3"})),
        path_item(change({"a": b"2"}, {"a": b"1"})),
        path_item(change({}, {"a": b"2"})),
        path_item(change({}, {"a": b""})),
        path_item(change({"a": b"1"}, {})),
        path_item(change({"a": b"1"}, {"a": b""})),
        path_item(change({"a": b"1"}, {"a": (EXECUTABLE, b"2")})),
        path_item(change({"a": b"1"}, {"a": (SYMLINK, b"2")})),
        path_item(change({"a": (EXECUTABLE, b"1")}, {"a": b"2"})),
        path_item(change({"a": b"1"}, {"a": (GITLINK, b"2")})),
        path_item(change({"a": b"1"}, {"a": (GITLINK, b"3")})),
        path_item(change({"z": b"1"}, {"a": b"2"}, renames={"a": "z"})),
        path_item(change({"y": b"1"}, {"a": b"2"}, renames={"a": "y"})),
    ]
    assert len(set(told_apart)) == len(told_apart)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("a\nb", id="a newline in a path"),
        pytest.param("a\x1b[2Jb", id="an escape in a path"),
        pytest.param("a\x7fb", id="a delete in a path"),
    ],
)
def test_no_approval_can_name_a_path_with_a_control_character(path: str) -> None:
    one = change({}, {path: b"1"})
    assert approvals.path_item("paths/review", one, one.files[0]) is None
    assert approvals.files_item("size/lines", one, one.files) is None


def test_a_path_that_is_not_utf_8_has_an_item_of_its_own() -> None:
    assert path_item(change({}, {"a\udcff": b"1"})) != path_item(change({}, {"a\udcfe": b"1"}))


def test_a_size_item_holds_every_counted_file_and_no_order() -> None:
    one = change({"a": b"1"}, {"a": b"2", "b": b"3"})
    both = approvals.files_item("size/lines", one, one.files)
    assert both == approvals.files_item("size/lines", one, reversed(one.files))
    assert both != approvals.files_item("size/lines", one, one.files[:1])
    assert both != approvals.files_item("size/files", one, one.files)


RECORD = (b"2.31", b"registry")


def test_every_fact_about_a_dependency_is_in_its_item() -> None:
    told_apart = [
        approvals.dependency_item(*fields)
        for fields in (
            ("dependencies/added", "a.txt", "pypi", "x", None, RECORD),
            ("dependencies/removed", "a.txt", "pypi", "x", None, RECORD),
            ("dependencies/added", "b.txt", "pypi", "x", None, RECORD),
            ("dependencies/added", "a.txt", "npm", "x", None, RECORD),
            ("dependencies/added", "a.txt", "pypi", "y", None, RECORD),
            ("dependencies/added", "a.txt", "pypi", "x", (), RECORD),
            ("dependencies/added", "a.txt", "pypi", "x", RECORD, None),
            ("dependencies/added", "a.txt", "pypi", "x", None, (b"2.31registry",)),
            ("dependencies/added", "a.txt", "pypi", "x", None, (b"2.31", b"", b"registry")),
        )
    ]
    assert None not in told_apart
    assert len(set(told_apart)) == len(told_apart)


def test_no_approval_can_name_a_record_with_a_control_character() -> None:
    assert (
        approvals.dependency_item("dependencies/added", "a", "pypi", "x", None, (b"1\n2",)) is None
    )
    assert (
        approvals.dependency_item("dependencies/added", "a", "pypi", "x\x00", None, (b"1",)) is None
    )


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_two_different_lists_of_fields_never_share_an_encoding(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (netstrings(one) == netstrings(other)) == (one == other)


_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=4)
_record = st.none() | st.lists(_text.map(str.encode), max_size=3).map(tuple)
_facts = st.tuples(_text, _text, _text, _text, _record, _record)


@given(_facts, _facts)
def test_two_different_dependency_facts_never_share_an_item(
    one: tuple[str, str, str, str, tuple[bytes, ...] | None, tuple[bytes, ...] | None],
    other: tuple[str, str, str, str, tuple[bytes, ...] | None, tuple[bytes, ...] | None],
) -> None:
    assert (approvals.dependency_item(*one) == approvals.dependency_item(*other)) == (one == other)


def test_a_mode_alone_makes_another_item() -> None:
    modes = (REGULAR, EXECUTABLE, SYMLINK)
    items = {
        path_item(change({"a": (before, b"1")}, {"a": (after, b"1")}))
        for before, after in itertools.permutations(modes, 2)
    }
    assert len(items) == 6


STATES = tuple(letter * 64 for letter in "abcd")
A, B, C, D = STATES


def statement(*items: Item, **changed: object) -> approvals.Statement:
    fields: dict[str, object] = {
        "nonce": "0123456789abcdef01",
        "repository": "example/app",
        "principal": "alice@example.com",
        "made": 1_790_000_000,
        "expires": 1_791_209_600,
        "reason": "closes an advisory",
        "items": items or (Item("dependencies/upgraded", A, B),),
    }
    return approvals.Statement(**{**fields, **changed})  # type: ignore[arg-type]


def test_a_statement_reads_like_this() -> None:
    assert approvals.encode(statement()).decode() == (
        "hunkgate-approval-v1\n"
        "nonce 0123456789abcdef01\n"
        "repository example/app\n"
        "principal alice@example.com\n"
        "made 1790000000\n"
        "expires 1791209600\n"
        "reason closes an advisory\n"
        f"item dependencies/upgraded {A} {B}\n"
    )


_line = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=8)
_items = st.lists(
    st.builds(
        Item,
        st.sampled_from(("paths/review", "dependencies/added")),
        st.sampled_from(STATES),
        st.sampled_from(STATES),
    ),
    min_size=1,
    max_size=4,
    unique=True,
)
_statements = st.builds(
    approvals.Statement,
    nonce=st.text("0123456789abcdef", min_size=18, max_size=18),
    repository=_line.filter(str.isprintable),
    principal=_line.filter(lambda text: bool(text) and text.isprintable()),
    made=st.integers(0, 10**12 - 1),
    expires=st.integers(0, 10**12 - 1),
    reason=st.lists(_line.filter(str.isprintable), max_size=3).map(" ".join),
    items=_items.map(lambda items: tuple(sorted(items, key=lambda one: (one.rule, one.before)))),
)


@given(_statements, st.binary(max_size=40))
def test_a_statement_survives_the_way_through_a_line(
    one: approvals.Statement, signature: bytes
) -> None:
    carried = approvals.from_line(approvals.to_line(approvals.encode(one), signature))
    assert set(carried.statement.items) == set(one.items)
    assert approvals.encode(carried.statement) == approvals.encode(one) == carried.content
    assert carried.signature == signature


@given(_statements, _statements)
def test_two_statements_with_one_nonce_carry_one_mark(
    one: approvals.Statement, other: approvals.Statement
) -> None:
    line = approvals.to_line(approvals.encode(one))
    assert line.startswith(f"Hunkgate-Approval: {one.mark}")
    assert (one.mark == other.mark) == (one.nonce == other.nonce)


@given(_statements, st.data())
def test_a_bit_flipped_anywhere_in_a_line_never_reads_as_the_same_approval(
    one: approvals.Statement, data: st.DataObject
) -> None:
    line = approvals.to_line(approvals.encode(one), b"signature")
    octets = bytearray(line.encode())
    place = data.draw(st.integers(len("Hunkgate-Approval: "), len(octets) - 1))
    octets[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = approvals.from_line(octets.decode("utf-8", "surrogateescape"))
    except ApprovalError:
        return
    assert (read.content, read.signature) != (approvals.encode(one), b"signature")


GOOD = approvals.encode(statement())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(GOOD[:-1], id="the last newline is missing"),
        pytest.param(GOOD + b"\n", id="a line too many"),
        pytest.param(GOOD.replace(b"v1", b"v2"), id="another version"),
        pytest.param(GOOD.replace(b"\nreason", b"\r\nreason"), id="a carriage return"),
        pytest.param(GOOD.replace(b"made 1", b"made 01"), id="a zero before a number"),
        pytest.param(GOOD.replace(b"made 1", b"made +1"), id="a sign before a number"),
        pytest.param(GOOD.replace(b"made 179", "made ١٧٩".encode()), id="digits of another script"),
        pytest.param(GOOD.replace(b"nonce 0", b"nonce g"), id="a nonce that is not hexadecimal"),
        pytest.param(GOOD.replace(b"nonce 0", b"nonce 00"), id="a nonce that is too long"),
        pytest.param(GOOD.replace(A.encode(), A.upper().encode()), id="upper case in a state"),
        pytest.param(GOOD.replace(b"dependencies/", b"dependencies"), id="a rule without a gate"),
        pytest.param(GOOD + GOOD.splitlines(keepends=True)[-1], id="the same item twice"),
        pytest.param(
            GOOD + f"item dependencies/added {A} {B}\n".encode(), id="items that are not sorted"
        ),
        pytest.param(GOOD.replace(b"closes", b"closes\nexpires 9"), id="a newline smuggled in"),
        pytest.param(GOOD.replace(b"closes", b"clo\x1bses"), id="an escape in the reason"),
        pytest.param(
            GOOD.replace(b"closes", "clo\u202eses".encode()), id="a reordering mark in the reason"
        ),
        pytest.param(GOOD.replace(b"closes", b"clo\xffses"), id="bytes that are not UTF-8"),
        pytest.param(GOOD.replace(b"alice@", b"alice @"), id="a blank in the principal"),
        pytest.param(GOOD.replace(b"alice@example.com", b""), id="no principal"),
        pytest.param(GOOD[: GOOD.index(b"item")], id="no item"),
    ],
)
def test_a_statement_in_any_other_spelling_is_refused(content: bytes) -> None:
    assert content != GOOD
    with pytest.raises(ApprovalError):
        approvals.decode(content)


LINE = approvals.to_line(GOOD, b"s")


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(f"bump\n\n{LINE}\n", id="as a trailer"),
        pytest.param(f"bump\n\n{LINE}\r\n", id="with the line end of another system"),
        pytest.param(
            f"Squash (#3)\n\n* bump\n\n{LINE}\n\n* tests\n\nmore words\n\nCo-authored-by: x\n",
            id="in the middle of a squashed message",
        ),
        pytest.param(
            f"Squashed commit\n\n    bump\n\n    {LINE}\n", id="indented, as git squashes"
        ),
        pytest.param(LINE.lower()[:18] + LINE[18:], id="with another case in the label"),
    ],
)
def test_an_approval_line_is_found_wherever_it_stands_in_a_message(message: str) -> None:
    assert list(approvals.lines(message)) == [LINE]


def test_words_about_an_approval_line_are_not_one() -> None:
    assert list(approvals.lines(f"quoting `{LINE}` in a sentence\n# {LINE}\n")) == []


def finding(item: str | None, rule: str = "dependencies/upgraded", path: str = "a.txt") -> Finding:
    return Finding(rule=rule, path=path, message="m", remedy="r", item=item)


def approval(*items: str, principal: str = "alice", key: str = "", signed: bool = True) -> Approval:
    return Approval(
        principal=principal,
        items=frozenset(items),
        expires=0,
        nonce=principal + "".join(items)[:4],
        signed=signed,
        key=key or f"key of {principal}",
    )


UP, NEW = "dependencies/upgraded", "dependencies/added"
SIGNED = ApprovalSettings(signers="s", require="signed")


@pytest.mark.parametrize(
    ("wanted", "given", "settled", "lifted"),
    [
        pytest.param(Item(UP, A, B), [Item(UP, A, B)], (), True, id="the very item"),
        pytest.param(Item(UP, A, B), [Item(UP, B, A)], (), False, id="the way back"),
        pytest.param(Item(UP, A, B), [Item(NEW, A, B)], (), False, id="under another rule"),
        pytest.param(Item(UP, A, B), [Item(UP, A, C)], (), False, id="to another state"),
        pytest.param(Item(UP, A, B), [Item(UP, C, B)], (), False, id="from another state"),
        pytest.param(Item(UP, A, C), [Item(UP, A, B), Item(UP, B, C)], (), True, id="two links"),
        pytest.param(
            Item(UP, A, D),
            [Item(UP, C, D), Item(UP, A, B), Item(UP, B, C)],
            (),
            True,
            id="three links in any order",
        ),
        pytest.param(
            Item(UP, A, D), [Item(UP, A, B), Item(UP, C, D)], (), False, id="a link is missing"
        ),
        pytest.param(
            Item(UP, A, D),
            [Item(UP, A, B), Item(UP, B, A), Item(UP, B, C)],
            (),
            False,
            id="links that lead round and elsewhere",
        ),
        pytest.param(
            Item(NEW, A, C),
            [Item(NEW, A, B), Item(UP, B, C)],
            (),
            True,
            id="added and then upgraded is added",
        ),
        pytest.param(
            Item("dependencies/source", A, C),
            [Item(NEW, A, B), Item(UP, B, C)],
            (),
            False,
            id="links under other rules alone",
        ),
        pytest.param(
            Item("dependencies/source", A, C),
            [Item(NEW, A, B), Item(UP, B, C)],
            (Item(NEW, A, B), Item(UP, B, C)),
            True,
            id="links under other rules alone, lifted commit by commit",
        ),
        pytest.param(
            Item(UP, A, C),
            [Item(UP, A, B), Item("paths/review", B, C)],
            (Item(UP, A, B), Item("paths/review", B, C)),
            False,
            id="a link under another gate",
        ),
        pytest.param(
            Item("protect/policy", A, B),
            [Item("paths/review", A, B)],
            (Item("paths/review", A, B),),
            False,
            id="lifted commit by commit, but under another gate",
        ),
    ],
)
def test_which_transitions_lift_a_finding(
    wanted: Item, given: list[Item], settled: tuple[Item, ...], lifted: bool
) -> None:
    one = finding(wanted, wanted.rule)
    left, approved = approvals.lift([one], [approval(*given)], SIGNED, frozenset(settled))
    assert (left, [a.finding for a in approved]) == (((), [one]) if lifted else ((one,), []))


def test_a_finding_without_an_item_stays() -> None:
    one = finding(None)
    assert approvals.lift([one], [approval(Item(UP, A, B))], SIGNED) == ((one,), ())


def test_one_approved_finding_does_not_take_another_with_it() -> None:
    good, evil = finding(Item(UP, A, B)), finding(Item(UP, A, C))
    left, approved = approvals.lift([good, evil], [approval(Item(UP, A, B))], SIGNED)
    assert left == (evil,)
    assert [one.finding for one in approved] == [good]


@pytest.mark.parametrize(
    ("require", "signed", "lifted"),
    [
        ("signed", True, True),
        ("signed", False, False),
        ("recorded", True, True),
        ("recorded", False, True),
    ],
)
def test_a_recorded_approval_counts_only_where_the_policy_is_content_with_it(
    require: Literal["signed", "recorded"], signed: bool, lifted: bool
) -> None:
    settings = ApprovalSettings(signers="s", require=require)
    item = Item(UP, A, B)
    _, approved = approvals.lift([finding(item)], [approval(item, signed=signed)], settings)
    assert bool(approved) is lifted


ITEM = Item(UP, A, B)


@pytest.mark.parametrize(
    ("given", "lifted"),
    [
        pytest.param([approval(ITEM)], False, id="one person"),
        pytest.param([approval(ITEM), approval(ITEM, principal="bob")], True, id="two people"),
        pytest.param(
            [approval(ITEM, key="k"), approval(ITEM, principal="bob", key="k")],
            False,
            id="one key under two names",
        ),
        pytest.param(
            [approval(ITEM, key="k1"), approval(ITEM, key="k2")], False, id="two keys of one name"
        ),
        pytest.param(
            [
                approval(ITEM, principal="alice", key="k1"),
                approval(ITEM, principal="bob", key="k2"),
                approval(ITEM, principal="alice", key="k2"),
            ],
            False,
            id="names and keys that are all linked",
        ),
        pytest.param(
            [approval(ITEM), approval(Item(UP, A, C), principal="bob")],
            False,
            id="the second person approved something else",
        ),
    ],
)
def test_a_threshold_counts_people(given: list[Approval], lifted: bool) -> None:
    settings = ApprovalSettings(signers="s", require="signed", count=2)
    _, approved = approvals.lift([finding(ITEM)], given, settings)
    assert bool(approved) is lifted


def test_every_link_of_a_chain_needs_the_threshold() -> None:
    settings = ApprovalSettings(signers="s", require="signed", count=2)
    first, second = Item(UP, A, B), Item(UP, B, C)
    one = finding(Item(UP, A, C))
    both = [approval(first, second), approval(first, principal="bob")]
    assert approvals.lift([one], both, settings)[0] == (one,)
    both = [approval(first, second), approval(first, second, principal="bob")]
    assert approvals.lift([one], both, settings)[0] == ()


RULES = """
signers = "keys"
[[rules]]
paths = [".hunkgate/**"]
count = 2
[[rules]]
ecosystems = ["npm"]
principals = ["nora"]
[[rules]]
gates = ["size"]
principals = ["sam", "sue"]
"""


def settings_of(text: str) -> tuple[ApprovalSettings, list[str]]:
    reading = Reading("hunkgate.toml")
    return approvals.parse(Table(tomllib.loads(text), reading, "approvals")), reading.problems


@pytest.mark.parametrize(
    ("one", "by", "lifted"),
    [
        pytest.param(finding(ITEM), ["anyone"], True, id="a finding that no rule speaks of"),
        pytest.param(
            finding(ITEM, path=".hunkgate/keys"), ["anyone"], False, id="a path that needs two"
        ),
        pytest.param(
            finding(ITEM, path=".hunkgate/keys"), ["a", "b"], True, id="a path that has its two"
        ),
        pytest.param(
            finding(ITEM, path=".HunkGate/keys"), ["a"], False, id="the path in another case"
        ),
        pytest.param(
            replace(finding(ITEM), data={"ecosystem": "npm"}),
            ["anyone"],
            False,
            id="an ecosystem with its own approver",
        ),
        pytest.param(
            replace(finding(ITEM), data={"ecosystem": "npm"}),
            ["nora"],
            True,
            id="an ecosystem approved by its approver",
        ),
        pytest.param(
            replace(finding(ITEM), data={"ecosystem": "pypi"}),
            ["anyone"],
            True,
            id="another ecosystem",
        ),
        pytest.param(finding(ITEM, rule="size/lines"), ["nora"], False, id="a gate, wrong person"),
        pytest.param(finding(ITEM, rule="size/lines"), ["sue"], True, id="a gate, right person"),
        pytest.param(
            replace(finding(ITEM, path=".hunkgate/pnpm-lock.yaml"), data={"ecosystem": "npm"}),
            ["a", "b"],
            False,
            id="two rules at once, one of them not met",
        ),
    ],
)
def test_rules_say_who_approves_what(one: Finding, by: list[str], lifted: bool) -> None:
    settings, problems = settings_of(RULES)
    assert problems == []
    if one.gate == "dependencies" and "ecosystem" not in one.data:
        one = replace(one, data={"ecosystem": "pypi"})
    given = [approval(ITEM, principal=name) for name in by]
    assert bool(approvals.lift([one], given, settings)[1]) is lifted


def test_a_dependency_that_does_not_say_its_ecosystem_falls_under_the_rules_of_every_one() -> None:
    settings, _ = settings_of(RULES)
    assert approvals.lift([finding(ITEM)], [approval(ITEM)], settings)[1] == ()
    assert approvals.lift([finding(ITEM)], [approval(ITEM, principal="nora")], settings)[1]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('require = "signed"', "approvals.require: expected signers"),
        ("[[rules]]\ncount = 2", "approvals.rules[0]: expected paths, ecosystems or gates"),
        ('[[rules]]\npaths = ["x"]\ncount = 0', "approvals.rules[0].count"),
        ('longest = "soon"', "approvals.longest"),
        ("colour = 1", "approvals.colour: unknown key"),
    ],
)
def test_a_wrong_approvals_table_says_where_and_what(text: str, problem: str) -> None:
    assert problem in settings_of(text)[1][0]


def test_signers_make_signatures_the_rule() -> None:
    assert settings_of("")[0].require == "recorded"
    assert settings_of('signers = "keys"')[0].require == "signed"
    assert settings_of('signers = "keys"\nrequire = "recorded"')[0].require == "recorded"

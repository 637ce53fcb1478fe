"""Two versions of a JSON document read together are what each is by itself, and an entry that both hold is read once."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hunkgate.gates.dependencies import documents, json_pair
from hunkgate.gates.dependencies.dependency import UnreadableError

MANY = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
KEYS = st.sampled_from(["a", "b", "c", "a/b", "ä", "", 'x":', "\\", "\u2028"])
SCALARS = st.sampled_from([1, 12, 1.0, 1.5, -1, True, False, None, "", "1", "true", 'x": {', "},", "\\", "é", "a\nb"])  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=4,
)
CONTAINERS = st.dictionaries(KEYS, VALUES, max_size=5) | st.lists(VALUES, max_size=5)
DOCUMENTS = st.dictionaries(KEYS, CONTAINERS | SCALARS, max_size=3)


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, str]:
    """A document and an edit of it: members and entries that come, go, move and change, and each version written in its own way."""
    before = draw(DOCUMENTS)
    after = {key: value for key, value in before.items() if draw(st.integers(0, 9))}
    for key, value in after.items():
        if isinstance(value, dict):
            kept = {one: below for one, below in value.items() if draw(st.integers(0, 4))}
            after[key] = {**kept, **draw(st.dictionaries(KEYS, VALUES, max_size=1)), **kept}
        elif isinstance(value, list):
            place = draw(st.integers(0, len(value)))
            after[key] = value[:place] + draw(st.lists(VALUES, max_size=1)) + value[place:]
    after |= draw(st.dictionaries(KEYS, CONTAINERS, max_size=1))
    ways = draw(st.lists(st.sampled_from([(None, ", ", ": "), (2, ",", ": "), (None, ",", ":"), (1, " ,", "\t:\r\n")]), min_size=1, max_size=2))  # fmt: skip
    first, second = ways[0], ways[-1]
    escaped = draw(st.booleans())
    return written(before, first, escaped), written(after, second, escaped)


def written(document: object, way: tuple[int | None, str, str], escaped: bool) -> str:
    indent, comma, colon = way
    return json.dumps(document, indent=indent, separators=(comma, colon), ensure_ascii=escaped)


def alone(text: str) -> object:
    """What the whole reader makes of a text; None where it refuses it."""
    try:
        return documents.json(text.encode("utf-8", "surrogatepass"))
    except UnreadableError:
        return None


def exact(document: object) -> str:
    """For Python 1, 1.0 and true are equal; as texts they are not."""
    return repr(document)


@MANY
@given(both=versions())
def test_read_together_as_each_by_itself(both: tuple[str, str]) -> None:
    for before, after in (both, both[::-1]):
        found = json_pair.pair(before, after)
        if found is not None:
            assert exact(found) == exact((alone(before), alone(after)))


@MANY
@given(data=st.data(), both=versions())
def test_a_damaged_text_is_refused_or_read_as_the_whole_reader_does(
    data: st.DataObject, both: tuple[str, str]
) -> None:
    before, after = both
    place = data.draw(st.integers(0, len(after)))
    piece = data.draw(st.sampled_from(["", '"', ",", "}", "]", "{", "[", ":", "0", "e5", "\\", "\x00", "\ufeff", " ", '"a": 1,', '"a": {},', "NaN"]))  # fmt: skip
    damaged = after[:place] + piece + after[place + data.draw(st.integers(0, 2)) :]
    for one, two in ((before, damaged), (damaged, before), (after, damaged), (damaged, after)):
        found = json_pair.pair(one, two)
        if found is not None:
            assert exact(found) == exact((alone(one), alone(two)))


LOCK = {
    "version": 3,
    "table": {f"p{number}": {"version": f"1.{number}", "hash": "x"} for number in range(6)},
    "list": [{"name": f"q{number}", "version": "1", "hash": "x" * 100} for number in range(6)],
}


def edited(edit: Callable[[dict[str, dict[str, object]], list[object]], object]) -> str:
    after = json.loads(json.dumps(LOCK))
    edit(after["table"], after["list"])
    return json.dumps(after, indent=2)


@pytest.mark.parametrize(
    ("edit", "read"),
    [
        pytest.param(lambda table, items: None, 0, id="nothing"),
        pytest.param(lambda table, items: table["p2"].update(version="2"), 1, id="a member that changes"),
        pytest.param(lambda table, items: table.pop("p0"), 0, id="the first member that goes"),
        pytest.param(lambda table, items: table.pop("p5"), 0, id="the last member that goes"),
        pytest.param(lambda table, items: table.update(q={}, p0=table.pop("p0")), 1, id="a new member and one that moves to the end"),
        pytest.param(lambda table, items: items.insert(0, {"name": "new"}), 1, id="an item before the first"),
        pytest.param(lambda table, items: items.insert(3, {"name": "new"}), 1, id="an item between others"),
        pytest.param(lambda table, items: items.pop(3), 0, id="an item that goes"),
        pytest.param(lambda table, items: items.__setitem__(3, {"name": "q3", "version": "2"}), 1, id="an item that changes"),
        pytest.param(lambda table, items: items.reverse(), 0, id="items in another order"),
    ],
)  # fmt: skip
def test_what_both_hold_is_one_object(
    edit: Callable[[dict[str, dict[str, object]], list[object]], object], read: int
) -> None:
    found = json_pair.pair(json.dumps(LOCK, indent=2), edited(edit))
    assert found is not None
    before, after = (
        [*one["table"].values(), *one["list"]] for one in found  # type: ignore[attr-defined, misc]
    )
    shared = {id(one) for one in before}
    assert sum(id(one) not in shared for one in after) == read


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('{"a": [1, 2]}', '{"a": [12, 2]}', id="a number that goes on"),
        pytest.param('{"a": [1]}', '{"a": [1.5]}', id="a number that goes on behind a point"),
        pytest.param('{"a": [{}, 1]}', '{"a": [{}, true]}', id="a 1 that becomes true"),
        pytest.param('{"a": {"b": "x"}}', '{"a": {"b": "x", "c": "y"}}', id="a member behind the last"),
        pytest.param('{"a": {}}', '{"a": []}', id="an object that becomes a list"),
        pytest.param('{"a": {"b": {}}}', '{"c": {"b": {}}}', id="the same entry in another member"),
        pytest.param('{"a": {"x": [], "y": []}}', '{"a": {"n": 1, "x": [], "y": []}}', id="a member before the first"),
    ],
)  # fmt: skip
def test_read_apart(before: str, after: str) -> None:
    assert exact(json_pair.pair(before, after)) == exact((json.loads(before), json.loads(after)))


GOOD = '{"a": {"b": {"c": 1}}}'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"a": {"b": {"c": 1, "c": 1}}}', id="a key twice in an entry"),
        pytest.param('{"a": {"b": {"c": 1}, "b": {"c": 1}}}', id="an entry twice"),
        pytest.param('{"a": {"b": {"c": 1}}, "a": {"b": {"c": 1}}}', id="a member twice"),
        pytest.param('{"a": {"b": {"c": 1}, "\\u0062": {}}}', id="an entry twice, once escaped"),
        pytest.param('{"a": {"b": {"c": 1}}} x', id="something behind it"),
        pytest.param('{"a": {"b": {"c": 1},}}', id="a comma at the end of an object"),
        pytest.param('{"a": [{"c": 1},]}', id="a comma at the end of a list"),
        pytest.param('{"a": {"b": {"c": 1}]}', id="the wrong bracket"),
        pytest.param('{"a": {"b": {"c": 1}}', id="no end"),
        pytest.param('{"a": NaN}', id="a word that is no number"),
        pytest.param('{"a": {"b": ' + "[" * 100_000 + "]" * 100_000 + "}}", id="too deep"),
        pytest.param("[]", id="a list"),
        pytest.param("", id="nothing at all"),
    ],
)
def test_what_the_whole_reader_has_to_tell_of_is_left_to_it(text: str) -> None:
    assert json_pair.pair(GOOD, text) is None
    assert json_pair.pair(text, GOOD) is None


TWICE = '{"a": {"b": {"c": 1, "c": 2}, "d": 1}%s}'


def test_a_key_twice_in_an_entry_that_both_hold_counts_with_its_last_value() -> None:
    found = json_pair.pair(TWICE % "", TWICE % ', "e": 1')
    assert found is not None
    before, after = found
    assert before == {"a": {"b": {"c": 2}, "d": 1}}
    assert after == before | {"e": 1}


@pytest.mark.parametrize(
    "after",
    [
        pytest.param('{"a": {"d": 1}}', id="an entry that goes"),
        pytest.param('{"a": {"b": {"c": 2}, "d": 1}}', id="an entry that changes"),
        pytest.param('{"a": [{"c": 1, "c": 2}]}', id="an object that becomes a list"),
        pytest.param('{"e": {"b": {"c": 1, "c": 2}}}', id="an entry of a member that goes"),
    ],
)
def test_a_key_twice_in_an_entry_that_only_the_version_before_holds_is_left_to_the_whole_reader(
    after: str,
) -> None:
    assert json_pair.pair(TWICE % "", after) is None

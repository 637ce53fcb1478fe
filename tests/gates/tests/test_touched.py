"""Which old lines call a test that executed them in question: function by function, before and after."""

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fakes
from hunkgate.gates.tests import touched
from hunkgate.gates.tests.touched import EVERY_LINE, Touched

BEFORE = """\
import os


def pick(x, y=1):
    if x:
        return one(
            x,
        )
    elif y:
        two()
    for item in y:
        three(item)
    return x


class Box:
    def get(self):
        return 1
"""


def between(before: str, after: str) -> Touched:
    change = fakes.change({"a.py": before.encode()}, {"a.py": after.encode()})
    (file,) = change.files
    return touched.between(change.before(file), change.after(file), change.hunks(file))


def lines(bits: int) -> list[int]:
    return [number for number in range(bits.bit_length()) if bits >> number & 1]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("two()", "two(1)", [10], id="a changed line is its own"),
        pytest.param(
            "            x,\n",
            "            y,\n",
            [6, 7, 8],
            id="a part of a statement is the statement",
        ),
        pytest.param(
            "    if x:", "    if not x:", [5], id="a condition is its own line, not what it guards"
        ),
        pytest.param("    return x\n", "", [13], id="a deleted line is its own"),
        pytest.param(
            "        two()\n",
            "        two()\n    else:\n        four()\n",
            [5, 6, 7, 8, 9, 10, 11, 12],
            id="a new branch concerns whoever met the condition, not only whoever took the branch before it",
        ),
        pytest.param(
            "    return x\n",
            "    five()\n    return x\n",
            [11, 12, 13],
            id="a new line concerns the statements beside it",
        ),
        pytest.param(
            "    return x\n",
            "    return x\n    six()\n",
            [13],
            id="a new last line concerns the last statement",
        ),
        pytest.param(
            "def pick(x, y=1)",
            "def pick(x, y=2)",
            [*range(5, 14)],
            id="a default concerns the whole function",
        ),
        pytest.param(
            "    if x:\n",
            "    '''Text.'''\n    if x:\n",
            [*range(5, 14)],
            id="a docstring concerns the whole function",
        ),
        pytest.param(
            "        two()\n",
            "        item = 2\n",
            [9, 10, 11, 12],
            id="another kind of statement concerns those beside it",
        ),
        pytest.param(
            "        two()\n",
            "        three = 2\n",
            [*range(5, 14)],
            id="a name that becomes local concerns every line",
        ),
        pytest.param(
            "        two()\n",
            "        yield\n",
            [*range(5, 14)],
            id="what becomes a generator concerns every line",
        ),
    ],
)
def test_a_changed_function_body_calls_in_question(old: str, new: str, expected: list[int]) -> None:
    assert old in BEFORE
    found = between(BEFORE, BEFORE.replace(old, new, 1))
    assert {name: lines(mask) for name, mask in found.functions.items()} == {"pick": expected}
    assert found.loose == frozenset()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("    return x\n", "    return x  # the rest\n", id="a comment"),
        pytest.param("def pick", "\n\n\ndef pick", id="blank lines"),
        pytest.param(
            "        return one(\n            x,\n        )\n",
            "        return one(x)\n",
            id="another layout",
        ),
    ],
)
def test_what_changes_no_meaning_calls_nothing_in_question(old: str, new: str) -> None:
    assert between(BEFORE, BEFORE.replace(old, new, 1)) == Touched()


@pytest.mark.parametrize(
    ("old", "new", "loose"),
    [
        pytest.param("import os\n", "import sys\n", {"os", "sys"}, id="another import"),
        pytest.param("class Box:", "LIMIT = 1\n\n\nclass Box:", {"LIMIT"}, id="a new variable"),
        pytest.param(
            "class Box:", "def new():\n    pass\n\n\nclass Box:", {"new"}, id="a new function"
        ),
        pytest.param(
            "    def get(self):",
            "    def got(self):",
            {"Box.get", "Box.got"},
            id="a renamed method",
        ),
    ],
)
def test_what_stands_outside_of_function_bodies_is_not_decided_by_lines(
    old: str, new: str, loose: set[str]
) -> None:
    assert between(BEFORE, BEFORE.replace(old, new, 1)).loose == loose


def test_deleted_lines_with_blanks_and_comments_concern_their_code_alone() -> None:
    before = BEFORE.replace("    return x\n", "    # More.\n    four()\n\n    return x\n")
    found = between(before, BEFORE)
    assert lines(found.functions["pick"]) == [14]


def test_a_deleted_function_calls_all_its_lines_in_question() -> None:
    found = between(BEFORE, BEFORE.replace("def get(self):\n        return 1", "size = 1"))
    assert lines(found.functions["Box.get"]) == [18]


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param("@functools.lru_cache\ndef f():\n    return {}\n", id="a cached function"),
        pytest.param("@cached_property\ndef f():\n    return {}\n", id="a cached property"),
        pytest.param(
            "def f():\n    global done\n    done = {}\n",
            id="a function that keeps what it did in a global",
        ),
    ],
)
def test_a_function_whose_result_is_kept_is_not_decided_by_lines(definition: str) -> None:
    assert "f" in between(definition.replace("{}", "1"), definition.replace("{}", "2")).loose


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("def f():\n    return 1\n", "def f(:\n", id="what no longer parses"),
        pytest.param("def f(:\n", "def f():\n    return 1\n", id="what did not parse"),
    ],
)
def test_unreadable_content_calls_everything_in_question(before: str, after: str) -> None:
    assert between(before, after).lines == EVERY_LINE


STATEMENTS = (
    "pass",
    "a = 1",
    "if a:",
    "for b in a:",
    "while a:",
    "try:",
    "return a",
    "a = (1,\n 2)",
    "with a:",
    "# note",
)


@st.composite
def bodies(draw: st.DrawFn, depth: int = 0) -> str:
    parts = []
    for statement in draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4)):
        if not statement.endswith(":"):
            parts.append(statement)
            continue
        inner = draw(bodies(depth + 1)) if depth < 2 else "pass"
        parts.append(f"{statement}\n{textwrap.indent(inner, '    ')}\n    pass")
        if statement == "try:":
            parts.append("finally:\n    pass")
        elif draw(st.booleans()):
            parts.append(f"else:\n{textwrap.indent(inner, '    ')}\n    pass")
    return "\n".join(parts)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(before=bodies(), after=bodies())
def test_every_change_of_a_body_calls_some_line_in_question(before: str, after: str) -> None:
    one, other = (
        f"def f(a):\n{textwrap.indent(body, '    ')}\n    pass\n" for body in (before, after)
    )
    if _parses(one) and _parses(other) and ast.dump(ast.parse(one)) != ast.dump(ast.parse(other)):
        assert between(one, other).functions["f"]

"""Which old lines call a test that executed them in question: function by function, before and after."""

import pytest

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
    return touched.between(before.encode(), after.encode())


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
            [9],
            id="a new branch concerns whoever met the condition, not only whoever took the branch before it",
        ),
        pytest.param(
            "    return x\n",
            "    five()\n    return x\n",
            [13],
            id="a new line concerns the statement that it stands before",
        ),
        pytest.param(
            "    return x\n",
            "    return x\n    six()\n",
            [],
            id="a line that nobody gets to concerns nobody",
        ),
        pytest.param(
            "        three(item)\n",
            "        three(item)\n        six()\n",
            [12],
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
            [],
            id="a docstring concerns no line",
        ),
        pytest.param(
            "        two()\n",
            "        item = 2\n",
            [10],
            id="another kind of statement is its own line",
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


@pytest.mark.parametrize(
    ("before", "after", "described", "loose"),
    [
        pytest.param("def f():\n    '''A.'''\n", "def f():\n    '''B.'''\n", {"f"}, set(), id="a docstring"),
        pytest.param("def f(x): return x\n", "def f(x: int): return x\n", {"f"}, set(), id="an annotation"),
        pytest.param("class C:\n    '''A.'''\n", "class C:\n    '''B.'''\n", {"C", "C.__doc__"}, set(), id="a class's docstring"),
        pytest.param(
            "class C:\n    '''A.'''\n    a = 1\n",
            "class C:\n    '''B.'''\n    a = 2\n",
            {"C.__doc__"},
            {"C", "C.a"},
            id="a class of which more than the docstring differs",
        ),
        pytest.param(
            "@app.command\ndef f():\n    '''A.'''\n",
            "@app.command\ndef f():\n    '''B.'''\n",
            {"f"},
            {"f"},
            id="the docstring of a function that a decorator was shown",
        ),
        pytest.param(
            "@app.command\ndef f(x=1): return x\n",
            "@app.command\ndef f(x=2): return x\n",
            set(),
            {"f"},
            id="the signature of a function that a decorator was shown",
        ),
    ],
)  # fmt: skip
def test_what_only_describes_is_told_apart(
    before: str, after: str, described: set[str], loose: set[str]
) -> None:
    found = between(before, after)
    assert (set(found.described), set(found.loose)) == (described, loose)


VARIANT = "from typing import overload\n\n\n@overload\ndef f(x: int) -> int: ...\ndef f(x):\n    return x\n"


@pytest.mark.parametrize(
    ("before", "after", "described", "loose"),
    [
        pytest.param(
            "def f(o):\n    o.x: int = 1\n",
            "def f(o):\n    o.x: list[str] = 1\n",
            set(),
            set(),
            id="the annotation of a variable in a function, which nobody evaluates",
        ),
        pytest.param(
            VARIANT,
            VARIANT.replace("int", "str"),
            {"f"},
            set(),
            id="a variant for type checkers, which nobody calls",
        ),
        pytest.param(
            "__all__ = ['f']\ndef f(): pass\n",
            "__all__ = []\ndef f(): pass\n",
            {"f"},
            {"f", "__all__"},
            id="a function that is exported no more",
        ),
    ],
)
def test_no_line_of_a_function_is_in_question(
    before: str, after: str, described: set[str], loose: set[str]
) -> None:
    found = between(before, after)
    assert (set(found.described), set(found.loose)) == (described, loose)
    assert not found.lines


def test_an_annotation_in_a_class_within_a_function_is_evaluated() -> None:
    before = "def f():\n    class C:\n        x: int\n    return C\n"
    assert lines(between(before, before.replace("int", "str")).lines) == [2, 3]

"""Two versions of a file that are parsed together are what each of them is by itself."""

import ast
import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hunkgate.gates.tests import syntax

# Whole statements, and pieces that begin or end something: next to each other they mean other things than alone.
PIECES = (
    b"x = 1\n",
    b"x = 1; y = 2\n",
    b"def f():\n    return 1\n",
    b"@deco\ndef g(): pass\n",
    b"@\\\ndeco\ndef h(): pass\n",
    b"class C:\n    a = 1\n\n    def m(self):\n        return 2\n",
    b"if x:\n    y = 1\n",
    b"else:\n    y = 2\n",
    b"    z = 3\n",
    b"try:\n    pass\n",
    b"finally:\n    pass\n",
    b'"""\n',
    b'text = """\n',
    b"(\n",
    b")\n",
    b"@deco\n",
    b"x = \\\n",
    b"\\\n",
    b"# comment\n",
    b"\n",
    b"\r",
    b"\x0c",
    b"\tx = 1\n",
    b"# coding: latin-1\n",
    b"name = '\xe9'\n",
    b"match x:\n    case 1: pass\n",
)

texts = st.lists(st.sampled_from(PIECES), max_size=7)


@st.composite
def edits(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two contents with the same beginning and the same end."""
    begin, end = draw(texts), draw(texts)
    one, other = draw(texts), draw(texts)
    joined = [b"".join((*begin, *middle, *end)) for middle in (one, other)]
    cut = draw(st.sampled_from((b"", b"\n")))
    return joined[0].removesuffix(cut), joined[1].removesuffix(cut)


def _alone(content: bytes) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except syntax.UNREADABLE:
        return None


@settings(max_examples=500)
@given(contents=edits())
@example(contents=(b"(\nx = 1\n", b"x = 1\n"))
@example(contents=(b'"""\nx = 1\n"""\ny = 1\n', b'x = 1\n"""\ny = 1\n"""\n'))
@example(contents=(b"y = 1\n@\\\ndeco\ndef f(): pass\n", b"y = 1\n@\\\ndeco\ndef g(): pass\n"))
def test_both_versions_are_read_as_each_is_alone(contents: tuple[bytes, bytes]) -> None:
    expected = [_alone(one) for one in contents]
    try:
        old, new = syntax.both(*contents)
    except syntax.UNREADABLE:
        assert None in expected
    else:
        assert None not in expected
        found = [ast.dump(one) for one in (old, new)]
        assert found == [ast.dump(one) for one in expected if one is not None]


FUNCTIONS = b"".join(b"def f%d():\n    return %d\n\n" % (n, n) for n in range(50))


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(FUNCTIONS + b"def added():\n    return 1\n", id="a function at the end"),
        pytest.param(b"import os\n" + FUNCTIONS, id="an import at the beginning"),
        pytest.param(FUNCTIONS.replace(b"return 20\n", b"x = 1\n    return x\n"), id="a body"),
        pytest.param(FUNCTIONS.replace(b"def f20():\n    return 20\n", b""), id="one gone"),
    ],
)
def test_what_an_edit_leaves_alone_is_the_same_object(after: bytes) -> None:
    old, new = syntax.both(FUNCTIONS, after)
    kept = {id(one) for one in old.body} & {id(one) for one in new.body}
    assert len(kept) >= 48


def test_what_differs_in_the_first_version_has_its_own_line_numbers() -> None:
    after = FUNCTIONS.replace(b"return 20\n", b"x = 1\n    return x\n")
    old, _ = syntax.both(FUNCTIONS, after)
    alone = ast.parse(FUNCTIONS)
    assert ast.dump(old.body[20], include_attributes=True) == ast.dump(
        alone.body[20], include_attributes=True
    )

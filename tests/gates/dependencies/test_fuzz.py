"""Any content in any format: a reading or UnreadableError, never another exception, never more work or memory than the size allows."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fakes
from hunkgate.gates.dependencies import formats
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError
from hunkgate.gates.dependencies.formats import Format
from hunkgate.gates.dependencies.rules import BY_NAME
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey

EXAMPLES = Path(__file__).parent / "examples"
EVERY = pytest.mark.parametrize("one", formats.FORMATS, ids=lambda one: one.name)
LONG = 5_000


def seeds(one: Format) -> list[bytes]:
    """The example's two sides."""
    folder = EXAMPLES / one.name
    return [side.read_bytes() for side in (folder / "before", folder / "after") if side.exists()]


def path_of(one: Format) -> str:
    return one.patterns[0].replace("**/", "").replace("*", "x")


def judged(one: Format, content: bytes) -> Reading | None:
    """The reading, checked for what every reading must be; None where the content is unreadable."""
    refused: UnreadableError | None = None
    reading = Reading()
    try:
        reading = one.read(content, path_of(one))
    except UnreadableError as problem:
        refused = problem
    if refused is not None:
        assert refused.reason
        assert 0 <= refused.line <= content.count(b"\n") + content.count(b"\r") + 1
        return None
    for found in reading.dependencies:
        assert isinstance(found, Dependency)
        assert found.name
        assert found.scope
        assert not (found.resolved and found.requirement and not found.version)
        assert isinstance(hash(found.record()), int)
    for option in reading.options:
        assert isinstance(option, Option)
        assert option.signal in BY_NAME
    return reading


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """The content after a few edits: bytes changed, cut out, doubled, put in, or the end cut off."""
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 40))
        edit = draw(st.sampled_from(["flip", "cut", "double", "insert", "end"]))
        if edit == "flip" and data:
            data[place] = draw(st.integers(0, 255))
        elif edit == "cut":
            del data[place : place + length]
        elif edit == "double":
            data[place:place] = data[place : place + length]
        elif edit == "insert":
            words = [b"\0", b"\xff", b'"', b"'", b"{", b"[", b"\n", b"\r", b"<", b"&", b"${", b"- ", b": ", b"@", b"null", b"1e999", b"\xe2\x80\xa8"]  # fmt: skip
            data[place:place] = draw(st.sampled_from(words))
        elif edit == "end":
            del data[place:]
    return bytes(data)


@EVERY
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_example_is_read_or_unreadable(one: Format, data: st.DataObject) -> None:
    content = data.draw(mutated(data.draw(st.sampled_from(seeds(one)))))
    judged(one, content)


@EVERY
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_example_is_never_silence(one: Format, data: st.DataObject) -> None:
    """What the survey makes of it: a change of the reading, an unreadable file, or the same reading as before."""
    content = data.draw(st.sampled_from(seeds(one)))
    other = data.draw(mutated(content))
    path = path_of(one)
    found = survey(fakes.change({path: content}, {path: other}), DependencySettings())
    if not found and (not one.marker or one.marker in other):
        before, after = judged(one, content), judged(one, other)
        assert before is not None
        assert after is not None
        assert {(one.name, one.value) for one in before.dependencies} == {
            (one.name, one.value) for one in after.dependencies
        }


@EVERY
@settings(max_examples=20, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_unreadable(one: Format, content: bytes) -> None:
    judged(one, content)


HOSTILE = {
    "brackets": b"[" * LONG,
    "braces": b'{"a":' * LONG,
    "quotes": b'"' * LONG,
    "apostrophes": b"'" * LONG,
    "blanks": b" " * LONG + b"x",
    "strokes": b"\\" * LONG,
    "line ends": b"\n" * LONG + b"x",
    "one long word": b"a" * LONG,
    "dashes": b"-" * LONG,
    "dots": b"a." * LONG,
    "digits": b"1" * LONG,
    "equals": b"a = " * LONG,
    "hashes": b"#" * LONG,
    "dollars": b"${" * LONG,
    "ats": b"a@" * LONG,
    "continued": b"a \\\n" * LONG,
    "a yaml that unfolds": b"a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 12)),
    "an xml that unfolds": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "xxxxxxxxxx">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(10))
    + b"]><project><a>&a9;</a></project>",
    "an xml that reads a file": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><project>&x;</project>',
    "nested xml": b"<project>" + b"<a>" * LONG,
    "a number of many digits": b'{"a": ' + b"9" * LONG + b"}",
    "keys of toml": b"a" + b".a" * LONG + b" = 1\n",
    "tables of toml": b"[a" + b".a" * 2000 + b"]\n",
}  # fmt: skip


@EVERY
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_content_takes_no_more_than_its_size_allows(one: Format, content: bytes) -> None:
    tracemalloc.start()
    try:
        judged(one, content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # libyaml and tomllib need some hundred bytes for each token; what unfolds would need a million times the size.
    assert peak < 8_000_000 + 1000 * len(content)

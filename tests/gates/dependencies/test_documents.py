"""Documents are read strictly: what two readers could see differently is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkgate.gates.dependencies import documents, yaml_documents
from hunkgate.gates.dependencies.dependency import UnreadableError


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        pytest.param(b"a = 1\na = 2\n", 2, "Cannot overwrite", id="a key that stands twice"),
        pytest.param(b"a = 1\nb = \n", 2, "Invalid value", id="a value that is missing"),
        pytest.param(
            b"a = 1\nb = '\xff'", 2, "not UTF-8 at byte 11", id="a byte that is not UTF-8"
        ),
        pytest.param(
            b"a = {\nb = 1,\n}\n\na = 2\n",
            5,
            "Cannot overwrite",
            id="a key that stands twice behind a table of TOML 1.1",
        ),
        pytest.param(
            b"a = {\nb = 1,\nb = 2,\n}\n",
            1,
            "not TOML",
            id="a key that stands twice in a table of TOML 1.1",
        ),
        pytest.param(
            b"a = {\nb = 1\nc = 2\n}\n",
            1,
            "not TOML",
            id="a comma that is missing in a table of TOML 1.1",
        ),
        pytest.param(b"a = {,}\n", 1, "not TOML", id="a table of a comma alone"),
        pytest.param(b"a = {b = 1,,}\n", 1, "not TOML", id="a table with two commas at its end"),
        pytest.param(b"a = {\n", 1, "not TOML", id="a table of TOML 1.1 without an end"),
        pytest.param(b"a = " + b"9" * 5000, 0, "not TOML", id="a number of 5000 digits"),
        pytest.param(b"a = " + b"[" * 5000, 0, "not TOML", id="arrays 5000 deep"),
    ],
)
def test_toml_refuses(content: bytes, line: int, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason) as caught:
        documents.toml(content)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("content", "value"),
    [
        pytest.param("a = {\n  b = 1,\n  c = [\n2,\n], # why\n}", {"b": 1, "c": [2]}, id="a table over several lines"),
        pytest.param("a = {\r\n  b = 1, # x, }\r\n  # y\r\n}", {"b": 1}, id="line ends of Windows and comments"),
        pytest.param("a = [{ b = { c = 1, }, }, {\n}]", [{"b": {"c": 1}}, {}], id="tables in tables and arrays"),
        pytest.param('a = "\\e\\x41\\\\x41"', "\x1bA\\x41", id="escapes"),
        pytest.param("a = {\nb = '''#\n,}''', c = \"{,}\", d = '['}", {"b": "#\n,}", "c": "{,}", "d": "["}, id="texts that look like the rest"),
    ],
)  # fmt: skip
def test_what_toml_1_1_allows_is_read(content: str, value: object) -> None:
    assert documents.toml(f"{content}\n[t]\nx = 1\n".encode()) == {"a": value, "t": {"x": 1}}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a = {" + "#,\n" * 50_000, id="comments"),
        pytest.param('a = "' + '\\"' * 50_000, id="escaped quotes"),
        pytest.param('a = """' + '\\"' * 50_000, id="quotes in a long text"),
        pytest.param("a = {" + ",\n \n" * 50_000, id="commas"),
        pytest.param("a = [{" * 20_000, id="brackets"),
        pytest.param("a = {\n" + "a.\n" * 50_000 + "a = 1 }", id="a key of many parts, one a line"),
    ],
)
def test_no_toml_takes_long_to_refuse(content: str) -> None:
    with pytest.raises(UnreadableError):
        documents.toml(content.encode())


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        pytest.param(b'{"a": 1, "a": 2}', 0, "'a' stands twice", id="a key that stands twice"),
        pytest.param(
            b'[{"b": {"a": 1, "a": 1}}]', 0, "'a' stands twice", id="a repeated key deep inside"
        ),
        pytest.param(b'{\n"a": }', 2, "not JSON", id="a value that is missing"),
        pytest.param(b"", 1, "not JSON", id="nothing at all"),
        pytest.param(b"[NaN]", 0, "NaN", id="a constant that JSON does not have"),
        pytest.param(b"[" * 100_000, 0, "not JSON", id="arrays 100000 deep"),
        pytest.param(b"9" * 5000, 0, "not JSON", id="a number of 5000 digits"),
        pytest.param(b'"\xff"', 1, "not UTF-8", id="a byte that is not UTF-8"),
    ],
)
def test_json_refuses(content: bytes, line: int, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason) as caught:
        documents.json(content)
    assert caught.value.line == line


LAUGHS = b"a0: &a0 [x, x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)
)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        pytest.param(b"a: 1\nb: 2\na: 3\n", 3, "'a' stands twice", id="a key that stands twice"),
        pytest.param(b"on: 1\n'on': 2\n", 2, "'on' stands twice", id="a key repeated in quotes"),
        pytest.param(b"a: [1\n", 2, "not YAML", id="a sequence that is not closed"),
        pytest.param(b"a: *gone\n", 1, "no anchor before it", id="an alias without an anchor"),
        pytest.param(b"a: &a [*a]\n", 1, "no anchor before it", id="an alias of itself"),
        pytest.param(LAUGHS, 7, "more than 1000000 values", id="aliases that unfold without end"),
        pytest.param(
            b"[" * 100_000 + b"]" * 100_000, 1, "nested deeper than 200", id="sequences 100000 deep"
        ),
        pytest.param(
            b"- " * 100_000, 1, "nested deeper than 200", id="block sequences 100000 deep"
        ),
        pytest.param(b"{a: " * 100_000, 1, "nested deeper than 200", id="mappings 100000 deep"),
        pytest.param(b"? [a]\n: b\n", 1, "a key that is not plain text", id="a sequence as a key"),
        pytest.param(b"a: 1\n<<: 5\n", 2, "merge key", id="a merge key without a mapping"),
        pytest.param(b"a: \xff\n", 1, "not UTF-8", id="a byte that is not UTF-8"),
        pytest.param(b"a: \x01\n", 0, "not YAML", id="a control character"),
    ],
)
def test_yaml_refuses(content: bytes, line: int, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason) as caught:
        yaml_documents.read(content)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("content", "documents_read"),
    [
        pytest.param(b"", (), id="an empty stream holds no document"),
        pytest.param(b"a: 1\n---\nb: 2\n", ({"a": "1"}, {"b": "2"}), id="two documents"),
        pytest.param(b"v: 1.10\n", ({"v": "1.10"},), id="a version keeps its last nought"),
        pytest.param(b"v: 2024-01-02\n", ({"v": "2024-01-02"},), id="a date stays text"),
        pytest.param(
            b"on: yes\n",
            ({"on": "yes"},),
            id="words that only YAML 1.1 takes for booleans stay text",
        ),
        pytest.param(
            b"a: true\nb: 'true'\n", ({"a": True, "b": "true"},), id="a quoted word stays text"
        ),
        pytest.param(
            b"a:\nb: ~\nc: ''\n",
            ({"a": None, "b": None, "c": ""},),
            id="nothing is None, quotes are text",
        ),
        pytest.param(b"true: 1\n", ({"true": "1"},), id="a key is always text"),
        pytest.param(b"a: !reference [x, y]\n", ({"a": ["x", "y"]},), id="a tag is passed over"),
        pytest.param(
            b"a: !!python/object/apply:os.system ['id']\n",
            ({"a": ["id"]},),
            id="nothing is constructed",
        ),
        pytest.param(
            b"x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n",
            ({"x": {"a": "1", "b": "2"}, "y": {"a": "1", "b": "3"}},),
            id="a merge key gives way to what is said",
        ),
        pytest.param(
            b"x: &x {a: 1}\nz: &z {a: 2, c: 3}\ny: {<<: [*x, *z]}\n",
            ({"x": {"a": "1"}, "z": {"a": "2", "c": "3"}, "y": {"a": "1", "c": "3"}},),
            id="the first of several merged mappings wins",
        ),
        pytest.param(b"\xef\xbb\xbfa: 1\n", ({"a": "1"},), id="a byte order mark is passed over"),
    ],
)
def test_yaml_reads(content: bytes, documents_read: tuple[object, ...]) -> None:
    assert yaml_documents.read(content) == documents_read


def test_yaml_knows_the_lines_of_keys_and_items() -> None:
    (read,) = yaml_documents.read(b"a: 1\nb:\n  - x\n  - k: 1\n    l: 2\n  # note\n  - y\n")
    assert isinstance(read, yaml_documents.Table)
    assert read.lines == {"a": 1, "b": 2}
    items = read["b"]
    assert isinstance(items, yaml_documents.Series)
    assert items.lines == [3, 4, 7]
    assert isinstance(items[1], yaml_documents.Table)
    assert items[1].lines == {"k": 4, "l": 5}


@pytest.mark.parametrize(
    ("needle", "start", "line"),
    [
        pytest.param("requests", 1, 2, id="a name that is not part of a longer one"),
        pytest.param("requests-mock", 1, 1, id="the longer name"),
        pytest.param("requests", 3, 4, id="from a line on"),
        pytest.param('"requests', 1, 4, id="a needle that begins with a quote"),
        pytest.param("gone", 1, 0, id="a name that is not there"),
        pytest.param("requests", 9, 0, id="from behind the last line on"),
        pytest.param("", 1, 0, id="an empty needle"),
    ],
)
def test_the_line_of_a_name(needle: str, start: int, line: int) -> None:
    content = b'requests-mock\nrequests>=2\nx\n"requests"\n'
    assert documents.line_of(content, needle, start=start) == line


def test_the_lines_of_the_records_of_a_lock() -> None:
    content = b'version = 1\n[[package]]\nname = "a"\n  [[package]]\r\n[[package.x]]\n'
    assert documents.lines_with(content, b"[[package]]") == (2, 4)


@given(
    st.binary(max_size=200)
    | st.text(alphabet="{}[]:,-?&*!<> \n\"'ab1#|", max_size=80).map(str.encode)
)
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    for read in (documents.toml, documents.json, yaml_documents.read):
        with contextlib.suppress(UnreadableError):
            read(content)


def test_a_key_of_too_many_parts_is_refused_before_it_takes_memory() -> None:
    with pytest.raises(UnreadableError, match="a key of more than"):
        documents.toml(b"x = 1\n" + b"a." * 5000 + b"a = 1\n")
    assert documents.toml(b'a.b."c.d" = "' + b"w." * 150 + b'"\n')["a"]

"""Bytes of a manifest or a lock as a document: TOML, JSON, YAML. Whatever is wrong with them is an UnreadableError.

These readers are stricter than the tools that write the files, because two readings of one file are a way round the gate: a
key given twice is refused in all of them, and so is what a reader could drown in (depth, numbers of thousands of digits, aliases that unfold).
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hunkgate.gates.dependencies.dependency import UnreadableError

if TYPE_CHECKING:
    from json import JSONDecoder

DEPTH = 200
"""How deep a YAML document may nest. libyaml's own composer ends the whole process (a segmentation fault) from about 50,000 on."""

UNFOLDED = 1_000_000
"""How many values a YAML document may hold once its aliases are followed."""


KEY_PARTS = 200
"""How many parts a dotted TOML key may have. tomllib keeps every beginning of a key: one of 20,000 parts (40 kB) took 1.6 GB."""

_LONG_KEY = rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{KEY_PARTS}}}"""


class Table(dict[str, object]):
    """A mapping of a YAML document; ``lines`` holds the 1-based line of each key."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


class Series(list[object]):
    """A sequence of a YAML document; ``lines`` holds the 1-based line of each item."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


def text(content: bytes) -> str:
    """The content as text, without a byte order mark. Raises UnreadableError where it is not UTF-8."""
    try:
        return content.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"not UTF-8 at byte {error.start}", line=line) from error


def toml(content: bytes) -> Mapping[str, object]:
    """A TOML document, of version 1.0 or 1.1. Raises UnreadableError."""
    import tomllib

    decoded = text(content)
    try:
        return _toml(decoded)
    except tomllib.TOMLDecodeError as error:
        from hunkgate.gates.dependencies import toml_tables

        first, older = error, toml_tables.older(decoded)
    try:
        return _toml(older)
    except tomllib.TOMLDecodeError as error:
        # Both point at the same lines; the one that comes further tells of what is wrong in either version.
        line = max(_line(first), _line(error))
        error = error if _line(error) == line else first
        raise UnreadableError(f"not TOML: {error}", line=line) from error


def _toml(decoded: str) -> Mapping[str, object]:
    """Raises TOMLDecodeError; UnreadableError for what tomllib would drown in."""
    import tomllib

    # A key ends with its line, so that only a line of as many dots is looked at closely: the look takes a quarter of tomllib's time.
    long = any(line.count(".") >= KEY_PARTS for line in decoded.split("\n"))
    if long and (found := re.search(_LONG_KEY, decoded)):
        line = decoded.count("\n", 0, found.start()) + 1
        raise UnreadableError(f"not read: a key of more than {KEY_PARTS} parts", line=line)
    try:
        return tomllib.loads(decoded)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, deep arrays
        raise UnreadableError(f"not TOML: {error}") from error


def _line(error: Exception) -> int:
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else 0


def json(content: bytes) -> object:
    """A JSON document (RFC 8259), numbers outside the RFC refused. Raises UnreadableError; for a repeated key with the document ``settled``
    as JavaScript, PHP and Swift take it, which is by the last of the values.
    """
    import json as reader

    try:
        return json_decoder().decode(text(content))
    except reader.JSONDecodeError as error:
        raise UnreadableError(f"not JSON: {error}", line=error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {error}") from error
    except RepeatedKeyError as error:
        discarded: list[str] = []
        last = functools.partial(_last, discarded=discarded)
        try:
            settled = reader.dumps(reader.loads(text(content), object_pairs_hook=last)).encode()
        except (ValueError, RecursionError):
            settled = b""  # what follows the repeated key is no JSON at all
        raise UnreadableError(str(error), settled=settled, discarded=tuple(discarded)) from error


def json_decoder(*, strict: bool = True) -> "JSONDecoder":
    """What reads JSON as ``json`` does. It raises ValueError, RecursionError, UnreadableError and, where it is strict, RepeatedKeyError."""
    from json import JSONDecoder

    return JSONDecoder(
        object_pairs_hook=_once if strict else None, parse_constant=_refused_constant
    )


def json_object(content: bytes) -> dict[str, object]:
    """A JSON document that is an object. Raises UnreadableError."""
    return _object(json(content))


def jsonc(content: bytes) -> object:
    """A JSON document with ``//`` and ``/* */`` comments and commas before a closing bracket, as bun, deno and others accept it.

    Raises UnreadableError, with the lines of the file as it stands.
    """
    # As tools write it, without a comment.
    try:
        return json(without_last_commas(content))
    except UnreadableError:
        pass
    bare = re.sub(_COMMENT, _blanked, text(content), flags=re.DOTALL)
    return json(re.sub(_LAST_COMMA, _blanked, bare, flags=re.DOTALL).encode())


def without_last_commas(content: bytes) -> bytes:
    """The content with a blank for each comma at the end of a line before a closing bracket.

    No JSON string holds a line end, so that what is JSON without those commas is what it says.
    """
    found = bytearray(content)
    for closing in re.finditer(rb"\n\s*+[\]}]", content):
        last = closing.start() - 1
        while last >= 0 and content[last] in b" \t\r":
            last -= 1
        if content[last : last + 1] == b",":
            found[last] = ord(" ")
    return bytes(found)


def jsonc_object(content: bytes) -> dict[str, object]:
    """A JSON document with comments that is an object. Raises UnreadableError."""
    return _object(jsonc(content))


class Element:
    """An element of an XML document: its name without a namespace, its attributes, its text, its children, its 1-based line."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.text = ""
        self.children: list[Element] = []

    def all(self, name: str) -> "Iterator[Element]":
        """The children of this name."""
        return (child for child in self.children if child.name == name)

    def child(self, name: str) -> "Element | None":
        """The one child of this name. Raises UnreadableError where there are several: readers differ in which of them they take."""
        found = list(self.all(name))
        if len(found) > 1:
            raise UnreadableError(f"<{name}> stands twice in <{self.name}>", line=found[1].line)
        return found[0] if found else None

    def value(self, name: str) -> str:
        """The text of the one child of this name, '' where there is none. Raises UnreadableError where there are several."""
        child = self.child(name)
        return child.text.strip() if child else ""


def xml(content: bytes) -> Element:
    """The root of an XML document. Raises UnreadableError, for a document type too: the entities that one declares unfold without
    end or read other files, and no build file needs any.
    """
    from xml.parsers import expat

    open_elements = [Element("", {}, 0)]
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def refused(*_: object) -> None:
        raise UnreadableError("a document type is not read", line=parser.CurrentLineNumber)

    def started(name: str, attributes: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        if len(open_elements) > DEPTH:
            raise UnreadableError(f"not read: nested deeper than {DEPTH}", line=line)
        element = Element(name.rpartition("}")[2], attributes, line)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def ended(_: str) -> None:
        open_elements.pop()

    def told(text: str) -> None:
        open_elements[-1].text += text

    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = told
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableError(f"not XML: {error}", line=error.lineno) from error
    except (ValueError, LookupError) as error:  # an encoding that Python does not know
        raise UnreadableError(f"not XML: {error}") from error
    return open_elements[0].children[0]


def yaml(content: bytes) -> tuple[object, ...]:
    """Every document of a YAML stream, in order.

    Mappings are ``Table``, sequences ``Series`` (with their lines). A scalar is the text **as it is written** (``1.10`` stays
    ``"1.10"``, a date stays a date's text), but for the plain words of YAML 1.2's core schema: ``null``, ``~`` and nothing are None,
    ``true`` and ``false`` are bool. Keys are always text, so ``on:`` is ``"on"``. Tags are passed over, so nothing is ever
    constructed. Merge keys (``<<``) are followed. Raises UnreadableError, for an alias that unfolds without end and nesting beyond
    ``DEPTH`` too, and for a repeated key with the documents ``settled`` as most readers take them, which is by the last of the values.
    """
    import yaml as reader

    repeated: list[_Repeated] = []
    try:
        found = tuple(_documents(text(content), repeated))
    except reader.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # libyaml puts the end of an unfinished last line on the next.
        line = min(mark.line, content.count(b"\n")) + 1 if mark else 0
        raise UnreadableError(f"not YAML: {error.problem or error.context}", line=line) from error
    except reader.YAMLError as error:
        raise UnreadableError(f"not YAML: {error}") from error
    if repeated:
        raise UnreadableError(
            f"duplicate key: {repeated[0].key!r} stands twice in one mapping",
            line=repeated[0].line,
            settled="\n".join(map(_flow, found)).encode("utf-8", "surrogateescape"),
            discarded=tuple(_discarded(one.key, one.value) for one in repeated),
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repeated:
    """A key that came again in its mapping, the line on which it did, and the value that it had before."""

    key: str
    line: int
    value: object


# What JSON leaves as it is in a text and YAML would break or refuse.
_BREAKS = "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"


def _flow(document: object) -> str:
    """A document in YAML's flow style, which is JSON's."""
    import json as writer

    plain = writer.dumps(document, ensure_ascii=False)
    return "--- " + re.sub(_BREAKS, lambda found: f"\\u{ord(found[0]):04x}", plain)


def table_at(document: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    """The mapping below these keys, an empty one where a key is missing. Raises UnreadableError where something else stands there."""
    found = document
    for depth, key in enumerate(keys, 1):
        below = found.get(key)
        if below is None:
            return {}
        if not isinstance(below, Mapping):
            raise UnreadableError(f"{'.'.join(keys[:depth])}: expected a table")
        found = below
    return found


def tables_at(document: Mapping[str, object], *keys: str) -> tuple[Mapping[str, object], ...]:
    """The list of mappings below these keys, empty where a key is missing. Raises UnreadableError."""
    found = _list_at(document, keys)
    tables = tuple(one for one in found if isinstance(one, Mapping))
    if len(tables) != len(found):
        raise UnreadableError(f"{'.'.join(keys)}: expected a list of tables")
    return tables


def texts_at(document: Mapping[str, object], *keys: str) -> tuple[str, ...]:
    """The list of texts below these keys, empty where a key is missing. Raises UnreadableError."""
    found = _list_at(document, keys)
    texts = tuple(one for one in found if isinstance(one, str))
    if len(texts) != len(found):
        raise UnreadableError(f"{'.'.join(keys)}: expected a list of texts")
    return texts


def text_at(document: Mapping[str, object], *keys: str) -> str:
    """The text below these keys, '' where a key is missing. Raises UnreadableError."""
    found = (table_at(document, *keys[:-1]) if len(keys) > 1 else document).get(keys[-1], "")
    if not isinstance(found, str):
        raise UnreadableError(f"{'.'.join(keys)}: expected text")
    return found


def text_if(table: Mapping[str, object], key: str) -> str:
    """The text under this key, '' where there is none or something else: ``resolved`` may be ``false`` in an old lock."""
    found = table.get(key)
    return found if isinstance(found, str) else ""


def table_if(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The mapping under this key, an empty one where there is none or something else."""
    found = table.get(key)
    return found if isinstance(found, dict) else {}


def line_of(content: bytes, needle: str, *, start: int = 1) -> int:
    """The 1-based line, from ``start`` on, at which the needle stands and is not part of a longer name; 0 where it does not."""
    sought = needle.encode("utf-8", "surrogateescape")
    offset = _offset(content, start)
    while sought and (found := content.find(sought, offset)) >= 0:
        end = found + len(sought)
        around = content[max(found - 1, 0) : found], content[end : end + 1]
        if not any(_joins(one) for one in _ends(sought, around)):
            return content.count(b"\n", 0, found) + 1
        offset = found + 1
    return 0


def line_of_string(content: bytes, value: str) -> int:
    """The 1-based line at which a TOML or JSON string of this value stands, plain or with its quotes escaped; 0 where it does not."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return line_of(content, value) or (line_of(content, escaped) if escaped != value else 0)


def lines_with(content: bytes, header: bytes) -> tuple[int, ...]:
    """The 1-based lines that hold nothing but the header, such as ``[[package]]``: one for each record of a TOML lock, in order."""
    return tuple(
        number for number, line in enumerate(content.split(b"\n"), 1) if line.strip() == header
    )


def _list_at(document: Mapping[str, object], keys: tuple[str, ...]) -> list[object]:
    found = (table_at(document, *keys[:-1]) if len(keys) > 1 else document).get(keys[-1], [])
    if not isinstance(found, list):
        raise UnreadableError(f"{'.'.join(keys)}: expected a list")
    return found


def _object(document: object) -> dict[str, object]:
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    return document


class RepeatedKeyError(Exception):
    """An object holds a key twice."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise RepeatedKeyError(f"duplicate key: {key!r} stands twice in one object")
            seen.add(key)
    return found


def _last(pairs: list[tuple[str, object]], discarded: list[str]) -> dict[str, object]:
    """The object with the last value of each key; the values before it are added to what is discarded."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            discarded.append(_discarded(key, found[key]))
        found[key] = value
    return found


def _discarded(key: str, value: object) -> str:
    import json as writer

    return writer.dumps([key, value])


# A string or a comment that never ends runs to the end of the text, so that no place is looked at twice.
_STRING = r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)'
_COMMENT = rf"({_STRING})|//[^\n]*|/\*(?:.*?\*/|.*\Z)"
_LAST_COMMA = rf"({_STRING})|,(?=\s*[\]}}])"


def _blanked(match: re.Match[str]) -> str:
    """A string as it is; a comment or a comma as blanks, its line ends kept."""
    return match[1] or re.sub(r"[^\n]", " ", match[0])


def _refused_constant(word: str) -> object:
    raise UnreadableError(f"not JSON: {word} is no JSON number")


_WORDS: Mapping[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


class _Frame:
    """A container that is still open: its value, its size unfolded, and for a mapping the key that waits for a value."""

    __slots__ = ("anchor", "key", "key_line", "line", "merged", "repeated", "size", "value")

    def __init__(
        self, value: Table | Series, anchor: str | None, line: int, repeated: list[_Repeated]
    ) -> None:
        self.value = value
        self.repeated = repeated
        self.anchor = anchor
        self.line = line
        self.key_line = line
        self.size = 1
        self.key: str | None = None
        self.merged: list[object] = []

    @property
    def awaits_key(self) -> bool:
        return self.key is None and isinstance(self.value, Table)

    def take(self, value: object, size: int, line: int) -> None:
        """Put the next value in its place. Raises UnreadableError for a key that is no text and too large a size."""
        self.size += size
        if self.size > UNFOLDED:
            raise UnreadableError(
                f"not read: more than {UNFOLDED} values once its aliases are followed", line=line
            )
        if isinstance(self.value, Series):
            self.value.append(value)
            self.value.lines.append(line)
        elif self.key is None:
            if not isinstance(value, str):
                raise UnreadableError("a key that is not plain text", line=line)
            self.key = value
            self.key_line = line
        else:
            if self.key == "<<":
                self.merged.extend(value if isinstance(value, list) else [value])
            else:
                if self.key in self.value:
                    self.repeated.append(
                        _Repeated(key=self.key, line=self.key_line, value=self.value[self.key])
                    )
                self.value[self.key] = value
                self.value.lines[self.key] = self.key_line
            self.key = None

    def closed(self) -> Table | Series:
        """The value, with what its merge keys bring where it does not say so itself."""
        if isinstance(self.value, Table):
            for other in self.merged:
                if not isinstance(other, Table):
                    raise UnreadableError("a merge key (<<) without a mapping", line=self.key_line)
                for key, value in other.items():
                    if key not in self.value:
                        self.value[key] = value
                        self.value.lines[key] = other.lines[key]
        return self.value


def _documents(content: str, repeated: list[_Repeated]) -> Iterator[object]:
    # One pass over libyaml's events with a stack of our own: faster than composing and constructing, and no recursion.
    import yaml as reader

    frames: list[_Frame] = []
    anchors: dict[str, tuple[object, int]] = {}
    for event in reader.parse(content, Loader=reader.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, reader.ScalarEvent):
            value: object = event.value
            # implicit[0]: written plain and without a tag. A key stays the text it is.
            if event.implicit[0] and not (frames and frames[-1].awaits_key):
                value = _WORDS.get(event.value, event.value)
            size, anchor = 1, event.anchor
        elif isinstance(event, (reader.MappingStartEvent, reader.SequenceStartEvent)):
            if len(frames) >= DEPTH:
                raise UnreadableError(f"not read: nested deeper than {DEPTH}", line=line)
            opened = Table() if isinstance(event, reader.MappingStartEvent) else Series()
            frames.append(_Frame(opened, event.anchor, line, repeated))
            continue
        elif isinstance(event, (reader.MappingEndEvent, reader.SequenceEndEvent)):
            frame = frames.pop()
            value, size, anchor, line = frame.closed(), frame.size, frame.anchor, frame.line
        elif isinstance(event, reader.AliasEvent):
            if event.anchor not in anchors:
                raise UnreadableError(
                    f"the alias *{event.anchor} has no anchor before it", line=line
                )
            (value, size), anchor = anchors[event.anchor], None
        else:
            if isinstance(event, reader.DocumentStartEvent):
                anchors = {}
            continue
        if anchor is not None:
            anchors[anchor] = (value, size)
        if frames:
            frames[-1].take(value, size, line)
        else:
            yield value


_NAME = re.compile(rb"[\w.-]|[^\x00-\x7f]")


def _joins(character: bytes) -> bool:
    return bool(_NAME.match(character))


def _ends(sought: bytes, around: tuple[bytes, bytes]) -> Iterator[bytes]:
    """The neighbours that would make a longer name of the needle: only at an end that is itself part of a name."""
    before, after = around
    if _joins(sought[:1]):
        yield before
    if _joins(sought[-1:]):
        yield after


def _offset(content: bytes, line: int) -> int:
    offset = 0
    for _ in range(line - 1):
        offset = content.find(b"\n", offset) + 1
        if not offset:
            return len(content)
    return offset

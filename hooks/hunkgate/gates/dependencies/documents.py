"""Bytes of a manifest or a lock as a document: TOML, JSON; YAML and XML have readers of their own. Whatever is wrong is an UnreadableError.

These readers are stricter than the tools that write the files, because two readings of one file are a way round the gate: a
key given twice is refused in all of them, and so is what a reader could drown in (depth, numbers of thousands of digits, aliases that unfold).
"""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hunkgate.gates.dependencies.dependency import UnreadableError

if TYPE_CHECKING:
    from json import JSONDecoder

DEPTH = 200
"""How deep a document may nest. libyaml's own composer ends the whole process (a segmentation fault) from about 50,000 on."""

KEY_PARTS = 200
"""How many parts a dotted TOML key may have. tomllib keeps every beginning of a key: one of 20,000 parts (40 kB) took 1.6 GB."""

_LONG_KEY = rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{KEY_PARTS}}}"""


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
            discarded.append(left_out(key, found[key]))
        found[key] = value
    return found


def left_out(key: str, value: object) -> str:
    """A value that a reader does not take, with its key: what is left out on both sides hides nothing that is new."""
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

"""YAML as its documents: libyaml's events, put together without constructing anything. Whatever is wrong is an UnreadableError.

Stricter than the tools that read the files, as the reader of JSON is: a repeated key, depth and aliases that unfold are refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hunkgate.gates.dependencies.dependency import UnreadableError
from hunkgate.gates.dependencies.documents import DEPTH, left_out, text

UNFOLDED = 1_000_000
"""How many values a YAML document may hold once its aliases are followed."""


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


def read(content: bytes) -> tuple[object, ...]:
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
            discarded=tuple(left_out(one.key, one.value) for one in repeated),
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

"""A table of the policy document read key by key: every wrong type, bad pattern, bad unit and unknown key is noted, none raised alone."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from hunkgate import globs
from hunkgate.errors import PolicyError

T = TypeVar("T")

_BYTES = {
    "": 1,
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_SECONDS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value in force: where in the document, what it is, and whether the document or the default says so."""

    path: str
    value: object
    written: bool


@dataclass(slots=True)
class Reading:
    """What reading a document gathered: the values in force and the problems, in the order met."""

    file: str
    values: list[Value] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def problem(self, path: str, text: str) -> None:
        """Note that the value at this key path is wrong."""
        self.problems.append(f"{self.file}: {path}: {text}" if path else f"{self.file}: {text}")


class Table:
    """One table. Each reader method takes a key and a default, notes a problem and gives the default where the value is wrong."""

    def __init__(self, document: Mapping[str, object], reading: Reading, path: str = "") -> None:
        self._document = document
        self._reading = reading
        self._path = path
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._document

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the document writes in this table."""
        return tuple(self._document)

    def place(self, key: str) -> str:
        """The key's path in the document."""
        quoted = (
            key
            if re.fullmatch(r"[A-Za-z0-9_-]+", key)
            else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
        )
        return f"{self._path}.{quoted}" if self._path else quoted

    def problem(self, key: str, text: str) -> None:
        """Note that the value of this key is wrong."""
        self._reading.problem(self.place(key) if key else self._path, text)

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean."""
        return self._read(key, default, _flag)

    def count(self, key: str, *, default: int | None, least: int = 0) -> int | None:
        """A whole number of at least ``least``; None where the default is no limit."""
        return self._read(key, default, lambda value: _count(value, least))

    def size_bytes(self, key: str, *, default: int | None) -> int | None:
        """A number of bytes: a whole number, or text with a unit such as "500 kB" or "1 MiB"."""
        return self._read(
            key,
            default,
            lambda value: _quantity(value, _BYTES, 'a number of bytes such as 500000 or "1 MiB"'),
        )

    def duration_seconds(self, key: str, *, default: int | None) -> int | None:
        """A time in seconds: a whole number, or text with a unit such as "60s", "10 min" or "14d"."""
        return self._read(
            key,
            default,
            lambda value: _quantity(value, _SECONDS, 'a time such as 60, "60s", "10 min" or "14d"'),
        )

    def text(self, key: str, *, default: str = "") -> str:
        """One line of text."""
        return self._read(key, default, _text)

    def choice(self, key: str, options: Iterable[str], *, default: str) -> str:
        """One of several words."""
        words = tuple(options)
        return self._read(key, default, lambda value: _choice(value, words))

    def texts(self, key: str, *, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts."""
        return self._read(key, default, _texts)

    def patterns(self, key: str, *, default: tuple[str, ...] = ()) -> globs.Globs:
        """A list of gitignore patterns."""
        return globs.parse(self._read(key, default, _patterns))

    def table(self, key: str, reading: Reading | None = None) -> "Table":
        """The table below this key; an empty one where the document has none. ``reading`` gathers what is read from it."""
        self._known.append(key)
        value = self._document.get(key, {})
        if not isinstance(value, dict):
            self.problem(key, f"expected a table, found {_kind(value)}")
            value = {}
        return Table(value, reading or self._reading, self.place(key))

    def tables(self, key: str) -> tuple["Table", ...]:
        """The tables of an array of tables, such as ``[[tests.rules]]``."""
        self._known.append(key)
        value = self._document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.problem(key, f"expected an array of tables, found {_kind(value)}")
            return ()
        return tuple(
            Table(one, self._reading, f"{self.place(key)}[{index}]")
            for index, one in enumerate(value)
        )

    def done(self) -> None:
        """Note every key that no reader asked for."""
        for key in self._document:
            if key not in self._known:
                known = ", ".join(sorted(self._known))
                near = next(
                    (
                        one
                        for one in self._known
                        if one.replace("_", "-") == key.replace("_", "-").lower()
                    ),
                    "",
                )
                self.problem(
                    key,
                    f"unknown key; {f'did you mean {near}?' if near else f'expected one of: {known}'}",
                )

    def _read(self, key: str, default: T, parse: Callable[[object], T]) -> T:
        self._known.append(key)
        written = key in self._document
        value = default
        if written:
            try:
                value = parse(self._document[key])
            except PolicyError as error:
                for problem in error.problems:
                    self.problem(key, problem)
        self._reading.values.append(Value(path=self.place(key), value=value, written=written))
        return value


def _wrong(expected: str, value: object) -> PolicyError:
    return PolicyError((f"expected {expected}, found {_kind(value)}",))


def _kind(value: object) -> str:
    shown = repr(value)
    return f"{type(value).__name__} {shown if len(shown) <= 60 else shown[:57] + '...'}"


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong("true or false", value)
    return value


def _count(value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise _wrong(f"a whole number of at least {least}", value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise _wrong("one line of text", value)
    return value


def _choice(value: object, options: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in options:
        raise _wrong(f"one of {', '.join(options)}", value)
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(
        isinstance(one, str) and one.isprintable() for one in value
    ):
        raise _wrong("a list of texts", value)
    return tuple(value)


def _patterns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong("a list of gitignore patterns", value)
    return globs.parse(tuple(value)).patterns


def _quantity(value: object, units: Mapping[str, int], expected: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+)\s*([A-Za-z]*)\s*", value)
        if match and match[2].lower() in units:
            return int(match[1]) * units[match[2].lower()]
    raise _wrong(expected, value)

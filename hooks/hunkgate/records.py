"""The record store: what tests executed, in an embedded database in the suite's own folder below git's.

Nothing in it is irreplaceable: a database that cannot be read is removed and begun anew, and the remark says so. Several
processes may write at once (SQLite's own locking). To share records, ``exported`` and ``imported`` use checked JSON: a database
made by somebody else is never opened.
"""

import contextlib
import gzip
import hashlib
import json
import re
import sqlite3
import time
import zlib
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path

from hunkgate import recording
from hunkgate.errors import ToolError
from hunkgate.gates.tests.record import Footprint, Import, Opened, Records, Run, TestRecord

NAME = recording.DATABASE
_VERSION = 1
_KEPT_PER_TEST = 3  # as many contents of the same test are remembered, so that switching between branches forgets nothing
_BUSY_SECONDS = 30.0
_MOST_IMPORTED_BYTES = 1 << 30
_OUTCOMES = ("passed", "failed", "skipped")
_SCHEMA = """
CREATE TABLE file (id INTEGER PRIMARY KEY, path BLOB NOT NULL, blob TEXT NOT NULL, UNIQUE (path, blob));
CREATE TABLE footprint (id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES file, lines BLOB NOT NULL, UNIQUE (file, lines));
CREATE TABLE run (id INTEGER PRIMARY KEY, time REAL NOT NULL);
CREATE TABLE import (run INTEGER NOT NULL REFERENCES run, module BLOB NOT NULL, footprints BLOB NOT NULL);
CREATE TABLE test (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, node BLOB NOT NULL, digest BLOB NOT NULL, time REAL NOT NULL, outcome TEXT NOT NULL,
    seconds REAL NOT NULL, failed REAL NOT NULL, opaque INTEGER NOT NULL,
    footprints BLOB NOT NULL, opened BLOB NOT NULL, listed BLOB NOT NULL, UNIQUE (node, digest)
);
"""
_FIND_FILE = "SELECT id FROM file WHERE path = ? AND blob = ?"
_ADD_FILE = "INSERT INTO file (path, blob) VALUES (?, ?) RETURNING id"
_FIND_FOOTPRINT = "SELECT id FROM footprint WHERE file = ? AND lines = ?"
_ADD_FOOTPRINT = "INSERT INTO footprint (file, lines) VALUES (?, ?) RETURNING id"


class RecordStore:
    """The records of one repository. ``remarks`` gathers what a user should be told, such as that it was begun anew."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is the suite's own folder; it is made where it does not exist."""
        self._path = folder / NAME
        self.remarks: list[str] = []

    def load(self) -> Records:
        """Everything recorded, the newest record of a test first; nothing where there is no database."""
        if not self._path.exists():
            return Records()
        with self._transaction("DEFERRED") as database:
            return _load(database)

    def add(self, records: Records, *, now: float | None = None) -> None:
        """Remember these records; ``now`` is the time in seconds since 1970 at which they were made."""
        made = time.time() if now is None else now
        with self._transaction("IMMEDIATE") as database:
            _add(database, records, made)

    def clear(self) -> None:
        """Forget everything."""
        for suffix in ("", "-journal", "-wal", "-shm"):
            self._path.with_name(NAME + suffix).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
        database = self._opened()
        try:
            with contextlib.closing(database):
                database.execute(f"BEGIN {kind}")
                yield database
                database.commit()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._connected()
        except sqlite3.OperationalError as error:
            raise self._unusable(error) from error
        except sqlite3.DatabaseError as error:
            self.remarks.append(
                f"the test records were damaged ({error}) and have been begun anew: the static graph decides until tests are recorded"
            )
            self.clear()
        try:
            return self._connected()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _connected(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                _begin(database)
            for (answer,) in database.execute("PRAGMA quick_check(1)"):
                if answer != "ok":
                    raise sqlite3.DatabaseError(answer)
        except BaseException:
            database.close()
            raise
        return database

    def _unusable(self, error: sqlite3.Error) -> ToolError:
        return ToolError(
            f"the test records in {self._path} cannot be used: {error}",
            remedy=f"remove {self._path}; a recorded run makes it anew",
        )


def exported(records: Records) -> bytes:
    """The records as compressed JSON, for another clone's ``imported``."""
    files: dict[tuple[str, str], int] = {}
    footprints: dict[tuple[int, int], int] = {}

    def file(path: str, blob: str) -> int:
        return files.setdefault((path, blob), len(files))

    def footprint(one: Footprint) -> int:
        return footprints.setdefault((file(one.path, one.blob), one.lines), len(footprints))

    numbers: dict[Run, int] = {}
    runs: list[list[object]] = []
    for test in records.tests:
        if test.run not in numbers:
            numbers[test.run] = len(runs)
            runs.append(
                [
                    [one.module, [footprint(step) for step in one.footprints]]
                    for one in test.run.imports
                ]
            )
    tests = [
        {
            "node": test.node,
            "run": numbers[test.run],
            "outcome": test.outcome,
            "seconds": test.seconds,
            "failed": test.failed,
            "opaque": test.opaque,
            "footprints": [footprint(one) for one in test.footprints],
            "opened": [file(one.path, one.blob) for one in test.opened],
            "listed": list(test.listed),
        }
        for test in records.tests
    ]
    document = {
        "format": "hunkgate test records",
        "version": _VERSION,
        "tests": tests,
        "runs": runs,
        "files": [list(one) for one in files],
        "footprints": [[number, f"{lines:x}"] for number, lines in footprints],
    }
    return gzip.compress(json.dumps(document, separators=(",", ":")).encode("ascii"), mtime=0)


def imported(content: bytes) -> Records:
    """The records that ``exported`` wrote. Raises ToolError with the first thing that is not as it must be."""
    try:
        return _read_document(_unpacked(content))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise ToolError(
            f"the file does not hold test records: {error}",
            remedy="export it anew: hunkgate test --export FILE",
        ) from error


def _unpacked(content: bytes) -> Mapping[str, object]:
    decompressor = zlib.decompressobj(wbits=31)
    try:
        text = decompressor.decompress(content, _MOST_IMPORTED_BYTES)
    except zlib.error as error:
        raise ValueError(f"not compressed as it must be: {error}") from error
    if not decompressor.eof:
        raise ValueError("it is cut short or too large")
    document = json.loads(text)
    if (
        not isinstance(document, dict)
        or document.get("format") != "hunkgate test records"
        or document.get("version") != _VERSION
    ):
        raise ValueError(f"not records of version {_VERSION}")
    return document


def _read_document(document: Mapping[str, object]) -> Records:
    files = [_file(one) for one in _items(document, "files")]
    footprints = []
    for one in _items(document, "footprints"):
        number, lines = _pair(one)
        path, blob = files[_index(number)]
        footprints.append(Footprint(path=path, blob=blob, lines=_lines(lines)))
    runs = []
    for one in _items(document, "runs"):
        if not isinstance(one, list):
            raise ValueError(f"a run is {one!r:.60}")
        runs.append(Run(imports=tuple(_import(part, footprints) for part in one)))
    tests = []
    for one in _items(document, "tests"):
        if not isinstance(one, dict):
            raise ValueError(f"a test is {one!r:.60}")
        opened = [files[_index(number)] for number in _items(one, "opened")]
        outcome, opaque = one["outcome"], one["opaque"]
        if outcome not in _OUTCOMES or not isinstance(opaque, bool):
            raise ValueError(f"a test ended as {outcome!r:.60}")
        tests.append(
            TestRecord(
                node=_text(one["node"]),
                run=runs[_index(one["run"])],
                outcome=outcome,
                seconds=_seconds(one["seconds"]),
                failed=_seconds(one["failed"]),
                opaque=opaque,
                footprints=tuple(
                    footprints[_index(number)] for number in _items(one, "footprints")
                ),
                opened=tuple(Opened(path=path, blob=blob) for path, blob in opened),
                listed=tuple(_path(folder) for folder in _items(one, "listed")),
            )
        )
    return Records(tests=tuple(tests))


def _import(value: object, footprints: list[Footprint]) -> Import:
    module, steps = _pair(value)
    if not isinstance(steps, list):
        raise ValueError(f"expected footprints, found {steps!r:.60}")
    return Import(module=_path(module), footprints=tuple(footprints[_index(one)] for one in steps))


def _items(table: Mapping[str, object], key: str) -> list[object]:
    value = table[key]
    if not isinstance(value, list):
        raise ValueError(f"{key} is no list")
    return value


def _pair(value: object) -> tuple[object, object]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"expected a pair, found {value!r:.60}")
    return value[0], value[1]


def _index(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"expected a number, found {value!r:.60}")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise ValueError(f"expected seconds, found {value!r:.60}")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"expected text, found {value!r:.60}")
    return value


def _path(value: object) -> str:
    if not isinstance(value, str) or "\0" in value or value.startswith("/"):
        raise ValueError(f"expected a path in the repository, found {value!r:.60}")
    if any(part in (".", "..") for part in value.split("/")):
        raise ValueError(f"expected a path in the repository, found {value!r:.60}")
    return value


def _file(value: object) -> tuple[str, str]:
    path, blob = _pair(value)
    if not isinstance(blob, str) or not re.fullmatch(r"([0-9a-f]{40}|[0-9a-f]{64})?", blob):
        raise ValueError(f"expected a blob id, found {blob!r:.60}")
    return _path(path), blob


def _lines(value: object) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]+", value):
        raise ValueError(f"expected lines, found {value!r:.60}")
    return int(value, 16)


def _begin(database: sqlite3.Connection) -> None:
    # Another process may begin it at the same time: only one finds it empty.
    database.execute("BEGIN IMMEDIATE")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version != _VERSION:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall():
            database.execute(f'DROP TABLE "{name}"')
        for statement in filter(str.strip, _SCHEMA.split(";")):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {_VERSION}")
    database.execute("COMMIT")


def _load(database: sqlite3.Connection) -> Records:
    files = {
        number: (_name(path), blob)
        for number, path, blob in database.execute("SELECT id, path, blob FROM file")
    }
    footprints = {}
    for number, file, lines in database.execute("SELECT id, file, lines FROM footprint"):
        path, blob = files[file]
        footprints[number] = Footprint(path=path, blob=blob, lines=int.from_bytes(lines, "little"))
    opened_files = {number: Opened(path=path, blob=blob) for number, (path, blob) in files.items()}
    imports: dict[int, list[Import]] = {}
    for run, module, steps in database.execute(
        "SELECT run, module, footprints FROM import ORDER BY rowid"
    ):
        imports.setdefault(run, []).append(
            Import(
                module=_name(module),
                footprints=tuple(map(footprints.__getitem__, array("I", steps))),
            )
        )
    runs = {
        number: Run(imports=tuple(imports.get(number, ())))
        for (number,) in database.execute("SELECT id FROM run")
    }
    tests = tuple(
        TestRecord(
            node=_name(node),
            run=runs[run],
            outcome=outcome,
            seconds=seconds,
            failed=failed,
            opaque=bool(opaque),
            footprints=tuple(map(footprints.__getitem__, array("I", steps))),
            opened=tuple(map(opened_files.__getitem__, array("I", opened))),
            listed=tuple(_name(listed).split("\0")) if listed else (),
        )
        for node, run, outcome, seconds, failed, opaque, steps, opened, listed in database.execute(
            "SELECT node, run, outcome, seconds, failed, opaque, footprints, opened, listed FROM test ORDER BY time DESC, id"
        )
    )
    return Records(tests=tests)


def _add(database: sqlite3.Connection, records: Records, now: float) -> None:
    files: dict[tuple[str, str], int] = {}
    footprints: dict[Footprint, int] = {}

    def file(path: str, blob: str) -> int:
        key = (path, blob)
        if key not in files:
            files[key] = _id(database, _FIND_FILE, _ADD_FILE, (_bytes(path), blob))
        return files[key]

    def footprint(one: Footprint) -> int:
        if one not in footprints:
            values = (file(one.path, one.blob), _packed(one.lines))
            footprints[one] = _id(database, _FIND_FOOTPRINT, _ADD_FOOTPRINT, values)
        return footprints[one]

    runs: dict[Run, int] = {}
    for run in dict.fromkeys(test.run for test in records.tests):
        (runs[run],) = database.execute(
            "INSERT INTO run (time) VALUES (?) RETURNING id", (now,)
        ).fetchone()
        for one in run.imports:
            steps = array("I", map(footprint, one.footprints)).tobytes()
            database.execute(
                "INSERT INTO import (run, module, footprints) VALUES (?, ?, ?)",
                (runs[run], _bytes(one.module), steps),
            )
    for test in records.tests:
        node = _bytes(test.node)
        steps = array("I", map(footprint, test.footprints)).tobytes()
        opened = array("I", (file(one.path, one.blob) for one in test.opened)).tobytes()
        contents = array("I", sorted(files[one.path, one.blob] for one in test.footprints))
        digest = hashlib.sha256(contents.tobytes() + b"\0" + opened).digest()
        (failed,) = database.execute(
            "SELECT coalesce(max(failed), 0) FROM test WHERE node = ?", (node,)
        ).fetchone()
        database.execute(
            "INSERT OR REPLACE INTO test (run, node, digest, time, outcome, seconds, failed, opaque, footprints, opened, listed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                runs[test.run],
                node,
                digest,
                now,
                test.outcome,
                test.seconds,
                max(failed, test.failed),
                int(test.opaque),
                steps,
                opened,
                _bytes("\0".join(test.listed)),
            ),
        )
        database.execute(
            "DELETE FROM test WHERE node = ? AND id NOT IN"
            " (SELECT id FROM test WHERE node = ? ORDER BY time DESC, id DESC LIMIT ?)",
            (node, node, _KEPT_PER_TEST),
        )
    _sweep(database)


def _sweep(database: sqlite3.Connection) -> None:
    """Forget the runs, footprints and files that no test needs any more."""
    database.execute("DELETE FROM run WHERE id NOT IN (SELECT run FROM test)")
    database.execute("DELETE FROM import WHERE run NOT IN (SELECT id FROM run)")
    steps: set[int] = set()
    files: set[int] = set()
    for (packed,) in database.execute(
        "SELECT footprints FROM test UNION ALL SELECT footprints FROM import"
    ):
        steps.update(array("I", packed))
    _keep(database, "footprint", steps)
    for (packed,) in database.execute("SELECT opened FROM test"):
        files.update(array("I", packed))
    files.update(number for (number,) in database.execute("SELECT DISTINCT file FROM footprint"))
    _keep(database, "file", files)


def _keep(database: sqlite3.Connection, table: str, needed: set[int]) -> None:
    known = database.execute(f"SELECT id FROM {table}").fetchall()  # noqa: S608 - our own names
    loose = [row for row in known if row[0] not in needed]
    database.executemany(f"DELETE FROM {table} WHERE id = ?", loose)  # noqa: S608 - our own names


def _id(database: sqlite3.Connection, find: str, insert: str, values: tuple[object, object]) -> int:
    row = database.execute(find, values).fetchone()
    if row is None:
        row = database.execute(insert, values).fetchone()
    return int(row[0])


def _packed(lines: int) -> bytes:
    return lines.to_bytes((lines.bit_length() + 7) // 8, "little")


# A name that is not UTF-8 (surrogateescape) is no text to SQLite.
def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _name(packed: bytes) -> str:
    return packed.decode("utf-8", "surrogatepass")

"""The ledger: which test unit passed on which content, and how long it took. Kept in git's own directory.

It only ever saves time: where it is missing, damaged or cannot be written, nothing counts as passed and everything runs again.
"""

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hunkgate.model import Tree

_SCHEMA = """
CREATE TABLE IF NOT EXISTS passes (
    unit TEXT, content TEXT, surroundings TEXT, at INTEGER, PRIMARY KEY (content, surroundings, unit)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS times (unit TEXT PRIMARY KEY, seconds REAL) WITHOUT ROWID;
"""
_KEPT_SECONDS = 60 * 86400
_WAIT_SECONDS = 5.0


def content(tree: Tree) -> str:
    """A digest of a whole tree: equal for trees with the same files, modes and blobs, wherever they were read from."""
    digest = hashlib.sha256()
    for path, entry in tree.entries().items():
        name = path.encode("utf-8", "surrogateescape")
        digest.update(b"%o %s %d:%s\n" % (entry.mode, entry.blob.encode("ascii"), len(name), name))
    return digest.hexdigest()


def surroundings(*facts: object) -> str:
    """A digest of what else decides how a test fares: the interpreter, what is installed, the arguments."""
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()


class Ledger:
    """The ledger in the folder ``state``, which is made when there is something to write."""

    def __init__(self, state: Path) -> None:
        self._file = state / "ledger.sqlite3"

    def passed(self, content: str, surroundings: str) -> frozenset[str]:
        """The units that passed on this content in these surroundings."""
        query = "SELECT unit, at FROM passes WHERE content = ? AND surroundings = ?"
        return frozenset(unit for unit, _ in self._rows(query, (content, surroundings)))

    def known(self, surroundings: str) -> frozenset[str]:
        """The units that passed in these surroundings on any content."""
        query = "SELECT DISTINCT unit, '' FROM passes WHERE surroundings = ?"
        return frozenset(unit for unit, _ in self._rows(query, (surroundings,)))

    def seconds(self) -> Mapping[str, float]:
        """How long each unit took when it ran last, in seconds."""
        return {
            unit: float(taken) for unit, taken in self._rows("SELECT unit, seconds FROM times", ())
        }

    def note(
        self,
        units: Iterable[str],
        *,
        content: str,
        surroundings: str,
        seconds: Mapping[str, float],
    ) -> None:
        """Note the units that passed, and the times of those that ran."""
        now = int(time.time())
        passes = [(unit, content, surroundings, now) for unit in units]
        with contextlib.suppress(sqlite3.Error, OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
        for attempt in (1, 2):
            try:
                with self._open() as database:
                    database.execute("DELETE FROM passes WHERE at < ?", (now - _KEPT_SECONDS,))
                    database.executemany(
                        "INSERT OR REPLACE INTO passes VALUES (?, ?, ?, ?)", passes
                    )
                    database.executemany(
                        "INSERT OR REPLACE INTO times VALUES (?, ?)", seconds.items()
                    )
            except sqlite3.OperationalError:
                return
            except sqlite3.DatabaseError:
                # No database any more (a disk that was full, a copy cut off): begin anew, once.
                if attempt == 1:
                    self._file.unlink(missing_ok=True)
                continue
            return

    def _rows(self, query: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
        if not self._file.exists():
            return []
        try:
            with self._open() as database:
                return database.execute(query, values).fetchall()
        except sqlite3.Error:
            return []

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with (
            contextlib.closing(sqlite3.connect(self._file, timeout=_WAIT_SECONDS)) as database,
            database,
        ):
            database.executescript(_SCHEMA)
            yield database

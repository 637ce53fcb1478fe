"""Facts kept between runs, in git's own directory, by blob id: a commit parses only what it stages.

Each file is a header line, a checksum and a dictionary by blob id in marshal's format; facts are packed one by one inside it, so
that only those asked for are unpacked. Any doubt about the file (another version, a cut end, a flipped bit) makes it an empty store;
it can be removed at any time. Writing replaces the file as a whole.
"""

import contextlib
import marshal
import os
import sys
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hunkgate.gates.tests import facts as facts_
from hunkgate.gates.tests.facts import Facts, Outline

# About 12 kB a file: 256 MiB hold some 20,000 versions of files. What is over goes, the longest unasked first.
_LIMIT_BYTES = 256 * 2**20


def _header() -> bytes:
    # What ast gives, and so the facts, depends on the Python that reads.
    python = f"{sys.implementation.cache_tag}-{sys.hexversion:x}"
    return f"hunkgate facts {facts_.VERSION} {python}\n".encode()


# Read from git's own directory only: who can write there can write hooks.
def _loads(data: bytes | memoryview) -> Any:
    return marshal.loads(data)  # noqa: S302 - see above


def _dumps(value: Any) -> bytes:
    return marshal.dumps(value)


class FileStore:
    """A FactStore in two files below ``folder``: facts, and their outlines in a file of their own because large trees need no more.

    It never raises: what cannot be read is missing, what cannot be kept is lost.
    """

    def __init__(self, folder: Path, *, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._facts: dict[str, bytes] | None = None
        self._outlines: dict[str, Outline] | None = None
        self._asked: dict[str, None] = {}

    def get(self, blobs: Iterable[str]) -> Mapping[str, Facts]:
        """The facts that are kept for these blobs."""
        kept = self._load_facts()
        found = {}
        for blob in blobs:
            if blob in kept:
                self._asked[blob] = None
                with contextlib.suppress(EOFError, ValueError, TypeError):
                    found[blob] = facts_.unpack(_loads(kept[blob]))
        return found

    def outlines(self, blobs: Iterable[str]) -> Mapping[str, Outline]:
        """The outlines that are kept for these blobs."""
        kept = self._load_outlines()
        return {blob: kept[blob] for blob in blobs if blob in kept}

    def put(self, facts: Mapping[str, Facts]) -> None:
        """Keep these facts beside those that are there."""
        before = self._load_facts()
        kept = {blob: _dumps(facts_.pack(one)) for blob, one in facts.items()}
        total = sum(map(len, kept.values()))
        for blob in (*self._asked, *before):
            if blob not in kept:
                total += len(before[blob])
                if total > self._limit_bytes:
                    break
                kept[blob] = before[blob]
        outlines = {blob: one for blob, one in self._load_outlines().items() if blob in kept}
        outlines |= {
            blob: tuple(map(sys.intern, facts_.outline(one))) for blob, one in facts.items()
        }
        self._facts, self._outlines = kept, outlines
        self._write("facts", kept)
        self._write("outlines", outlines)

    def _load_facts(self) -> dict[str, bytes]:
        if self._facts is None:
            self._facts = self._read("facts")
        return self._facts

    def _load_outlines(self) -> dict[str, Outline]:
        if self._outlines is None:
            self._outlines = self._read("outlines")
        return self._outlines

    def _read(self, name: str) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            content = memoryview((self._folder / name).read_bytes())
            header = _header()
            start = len(header) + 4
            check = int.from_bytes(content[len(header) : start], "big")
            if content[: len(header)] == header and zlib.crc32(content[start:]) == check:
                kept = _loads(content[start:])
                if isinstance(kept, dict):
                    return kept
        return {}

    def _write(self, name: str, kept: Mapping[str, object]) -> None:
        body = _dumps(dict(kept))
        content = b"".join((_header(), zlib.crc32(body).to_bytes(4, "big"), body))
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, written = tempfile.mkstemp(dir=self._folder, prefix=f"{name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(written).replace(self._folder / name)
            except BaseException:
                Path(written).unlink(missing_ok=True)
                raise

"""Facts kept between runs, in git's own directory, by blob id: a commit parses only what it stages.

Two files grow at their end, facts and outlines: a header line, then pieces, each a length, a checksum and a dictionary by blob id in
marshal's format. What follows from a whole tree is one checked piece a file, written anew. Any doubt (another version, a cut end, a
flipped bit) makes the rest of a file count as missing; each can be removed at any time.
"""

import contextlib
import marshal
import os
import sys
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hunkgate.gates.tests import facts as facts_
from hunkgate.gates.tests.facts import Facts, Outline

# About 3 kB a file: 256 MiB hold some 80,000 versions of files. What is over goes, the longest unasked first.
_LIMIT_BYTES = 256 * 2**20
# Fewer files are read sooner than processes to share them are started.
_SHARED_FILES = 64
# How many contents are held in memory at once, and how many of them one process takes at a time.
_HELD_FILES, _TAKEN_FILES = 4096, 16

Contents = Callable[[Sequence[str]], Mapping[str, bytes]]


def _header() -> bytes:
    # What ast gives, and so the facts, depends on the Python that reads.
    python = f"{sys.implementation.cache_tag}-{sys.hexversion:x}-{sys.byteorder}"
    return f"hunkgate facts {facts_.VERSION} {python}\n".encode()


# Read from git's own directory only: who can write there can write hooks.
def _loads(data: bytes | memoryview) -> Any:
    return marshal.loads(data)  # noqa: S302 - see above


def _dumps(value: Any) -> bytes:
    return marshal.dumps(value)


def _piece(value: object) -> bytes:
    body = _dumps(value)
    return b"".join((len(body).to_bytes(4, "big"), zlib.crc32(body).to_bytes(4, "big"), body))


def _pieces(file: Path) -> tuple[list[Any], bool]:
    """The pieces of a file up to the first that is not whole, and whether all of it was."""
    found: list[Any] = []
    with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
        content = memoryview(file.read_bytes())
        header = _header()
        at = len(header)
        if content[:at] != header:
            return found, False
        while at < len(content):
            start = at + 8
            end = start + int.from_bytes(content[at : at + 4], "big")
            body = content[start:end]
            if end > len(content) or zlib.crc32(body) != int.from_bytes(
                content[at + 4 : start], "big"
            ):
                return found, False
            found.append(_loads(body))
            at = end
        return found, True
    return found, False


def _replace(file: Path, pieces: Iterable[bytes]) -> None:
    import tempfile  # nothing is written where nothing is new

    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(b"".join((_header(), *pieces)))
            Path(written).replace(file)
        except BaseException:
            Path(written).unlink(missing_ok=True)
            raise


class _Log:
    """A dictionary by blob id in a file that grows at its end. It never raises for what the disk does."""

    def __init__(self, file: Path, limit_bytes: int) -> None:
        self._file = file
        self._limit_bytes = limit_bytes
        self._kept: dict[str, Any] | None = None
        self._whole = False
        self.asked: dict[str, None] = {}

    def kept(self) -> dict[str, Any]:
        """What the file holds."""
        if self._kept is None:
            self._kept = {}
            pieces, self._whole = _pieces(self._file)
            for piece in pieces:
                if isinstance(piece, dict):
                    self._kept.update(piece)
        return self._kept

    def add(self, fresh: Mapping[str, Any]) -> None:
        """Keep these as well."""
        kept = self.kept()
        piece = _piece(dict(fresh))
        if self._whole and self._fits(len(piece)):
            kept.update(fresh)
            # One write at the end: another run that appends at the same time does not mix with it.
            with contextlib.suppress(OSError):
                handle = os.open(self._file, os.O_WRONLY | os.O_APPEND)
                try:
                    os.write(handle, piece)
                finally:
                    os.close(handle)
            return
        left = {**fresh}
        total = len(piece)
        for blob in (*self.asked, *reversed(kept)):
            if blob in kept and blob not in left:
                total += len(_dumps(kept[blob]))
                if total > self._limit_bytes:
                    break
                left[blob] = kept[blob]
        # The oldest first, so that what is asked for stays longest.
        self._kept = dict(reversed(left.items()))
        self._whole = True
        _replace(self._file, [_piece(self._kept)])

    def _fits(self, more: int) -> bool:
        try:
            return self._file.stat().st_size + more <= self._limit_bytes
        except OSError:
            return False


class FileStore:
    """A FactStore in files below ``folder``: facts, and outlines in a file of their own because large trees need no more.

    ``contents`` gives the contents of many blobs at once; with it many files are read by all processors. Nothing raises for what
    cannot be kept: what cannot be read is missing, what cannot be written is lost.
    """

    def __init__(
        self, folder: Path, contents: Contents | None = None, *, limit_bytes: int = _LIMIT_BYTES
    ) -> None:
        self._folder = folder
        self._contents = contents
        self._facts = _Log(folder / "facts", limit_bytes)
        self._outlines = _Log(folder / "outlines", limit_bytes)
        self._recalled: dict[str, object] = {}

    def get(self, blobs: Iterable[str]) -> Mapping[str, Facts]:
        """The facts that are kept for these blobs."""
        kept = self._facts.kept()
        found = {}
        for blob in blobs:
            if blob in kept:
                self._facts.asked[blob] = None
                with contextlib.suppress(EOFError, ValueError, TypeError):
                    found[blob] = facts_.unpack(_loads(kept[blob]))
        return found

    def put(self, facts: Mapping[str, Facts]) -> None:
        """Keep these facts beside those that are there."""
        # Packed one by one, so that only those asked for are unpacked.
        self._facts.add({blob: _dumps(facts_.pack(one)) for blob, one in facts.items()})

    def outlines(
        self, blobs: Iterable[str], read: Callable[[str], Outline]
    ) -> Mapping[str, Outline]:
        """The outlines of these blobs; those that are not kept are read, and kept from now on."""
        kept = self._outlines.kept()
        found: dict[str, Outline] = {}
        missing = []
        for blob in dict.fromkeys(blobs):
            if blob in kept:
                self._outlines.asked[blob] = None
                with contextlib.suppress(EOFError, ValueError, TypeError):
                    found[blob] = _loads(kept[blob])
            if blob not in found:
                missing.append(blob)
        if missing:
            fresh = self._read(missing, read)
            # Packed one by one: a commit asks for few of thousands.
            self._outlines.add({blob: _dumps(one) for blob, one in fresh.items()})
            found |= fresh
        return found

    def recall(self, name: str) -> object:
        """What was last remembered under this name, None where nothing is."""
        if name not in self._recalled:
            pieces, whole = _pieces(self._folder / name)
            self._recalled[name] = pieces[0] if whole and len(pieces) == 1 else None
        return self._recalled[name]

    def remember(self, name: str, value: object) -> None:
        """Remember plain tuples, dictionaries, texts and numbers under a name, in place of what was there."""
        self._recalled[name] = value
        _replace(self._folder / name, [_piece(value)])

    def _read(self, blobs: Sequence[str], read: Callable[[str], Outline]) -> dict[str, Outline]:
        if self._contents is None or len(blobs) < _SHARED_FILES:
            return {blob: read(blob) for blob in blobs}
        parts = (
            self._contents(blobs[at : at + _TAKEN_FILES])
            for at in range(0, len(blobs), _TAKEN_FILES)
        )
        return dict(_shared(parts))


def _shared(parts: Iterable[Mapping[str, bytes]]) -> Iterator[tuple[str, Outline]]:
    """The outlines of these contents, by as many processes as there are processors, while more contents are still being read."""
    # Only this command's machinery needs them: 20 ms that a warm run does not pay.
    import concurrent.futures
    import multiprocessing

    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if not count or count < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for part in parts:
            yield from zip(part, _skimmed(list(part.values())), strict=True)
        return
    waiting: deque[tuple[Mapping[str, bytes], concurrent.futures.Future[list[Outline]]]] = deque()

    def next_done() -> Iterator[tuple[str, Outline]]:
        part, outlines = waiting.popleft()
        return zip(part, outlines.result(), strict=True)

    with concurrent.futures.ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("fork")
    ) as pool:
        for part in parts:
            waiting.append((part, pool.submit(_skimmed, list(part.values()))))
            if len(waiting) >= _HELD_FILES // _TAKEN_FILES:
                yield from next_done()
        while waiting:
            yield from next_done()


def _skimmed(contents: Sequence[bytes]) -> list[Outline]:
    from hunkgate.gates.tests.reading import outlines  # nothing is read where nothing is new

    return list(map(outlines.read, contents))

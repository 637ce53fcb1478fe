"""Contents of blobs: those read last are remembered, and those that will be read next are taken along."""

from collections.abc import Hashable, Iterable
from itertools import islice

from hunkgate.errors import GitError
from hunkgate.objects import Objects, missing

_KEPT_BYTES = 16 * 1024 * 1024  # of contents, all together, are remembered
_AHEAD_BYTES = _KEPT_BYTES // 2  # of contents are taken along with one that is asked for
_ENTRY_BYTES = 200  # what remembering costs beside a content
_FEWEST, _MOST = 8, 256  # blobs are taken along: twice as many each time that all of them fitted


class Blobs:
    """The contents of the blobs among these objects."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        # Several gates read the same files, and what one commit left is what the next one began with.
        self._kept: dict[str, bytes] = {}
        self._kept_bytes = 0
        self._likes: dict[str, Hashable] = {}
        self._waiting: dict[Hashable, dict[str, None]] = {}
        self._ahead = _FEWEST

    def read(self, blob: str) -> bytes:
        """The content of a blob. Raises GitError where it is missing."""
        kept = self._kept.get(blob)
        if kept is not None:
            return kept
        asked = (blob, *self._next(blob))
        try:
            answers = self._objects.ask(asked, most_bytes=_AHEAD_BYTES)
        except GitError:
            if len(asked) == 1:
                raise
            # What nobody asked for must not be the reason (a broken object, one that a partial clone cannot fetch).
            answers = self._objects.ask((blob,))
        self._ahead = min(2 * self._ahead, _MOST) if len(answers) == len(asked) else _FEWEST
        for id_, answer in answers.items():
            if answer is not None:
                self._keep(id_, answer[2])
        found = answers[blob]
        if found is None:
            raise missing(blob)
        return found[2]

    def size(self, blob: str) -> int:
        """The size of a blob in bytes, without reading it. Raises GitError where it is missing."""
        kept = self._kept.get(blob)
        size = len(kept) if kept is not None else self._objects.size(blob)
        if size is None:
            raise missing(blob)
        return size

    def expect(self, blobs: Iterable[tuple[str, Hashable]]) -> None:
        """Say which blobs may be read soon, in that order, each with what it has in common with its like; said anew each time.

        Nothing is read yet. The first that is asked for brings along the next ones of its like: gates choose by a file's name what they
        look into, and what they leave alone is never read.
        """
        self._likes = {}
        self._waiting = {}
        for blob, like in blobs:
            if blob not in self._kept and blob not in self._likes:
                self._likes[blob] = like
                self._waiting.setdefault(like, {})[blob] = None

    def _next(self, blob: str) -> tuple[str, ...]:
        waiting = self._waiting.get(self._likes.get(blob), {})
        waiting.pop(blob, None)
        taken = tuple(islice(waiting, self._ahead))
        for one in taken:
            del waiting[one]
        return taken

    def _keep(self, blob: str, content: bytes) -> None:
        if len(content) > _AHEAD_BYTES or blob in self._kept:
            return
        self._kept[blob] = content
        self._kept_bytes += len(content) + _ENTRY_BYTES
        while self._kept_bytes > _KEPT_BYTES:
            self._kept_bytes -= len(self._kept.pop(next(iter(self._kept)))) + _ENTRY_BYTES

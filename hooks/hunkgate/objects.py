"""Objects of the database: one lasting ``git cat-file`` answers for all of them (git-cat-file(1), "BATCH OUTPUT").

GitPython has such a reader, too. This one is here because that one takes only names of 40 digits in the header of an answer, so that
a sha256 repository paid a process an object; because it waits for each answer before it asks for the next object; and because its
import takes as long as a whole small check.
"""

import contextlib
import os
import re
import select
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from hunkgate import plumbing
from hunkgate.errors import GitError, ToolError
from hunkgate.process import Dialogue

# So many bytes of questions a pipe takes before anybody reads at its other end (POSIX: at least 512): git may write an answer of any
# length before it reads on, and never do both sides wait for each other.
_ASKED_BYTES = select.PIPE_BUF
_KINDS = frozenset({"blob", "tree", "commit", "tag"})
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHOWN_BYTES = 200  # of an answer that is not understood

Stored = tuple[str, str, bytes]
"""Id, type ("blob", "tree", "commit" or "tag") and content of an object."""


class Objects:
    """The objects of one repository; ``cwd`` is a folder in which git finds it.

    What answers is started by the first question and ended by ``close``. An answer that breaks off is an error, never "there is none".
    """

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._owner = os.getpid()
        self._dialogues: dict[str, Dialogue] = {}

    def find(self, name: str) -> Stored | None:
        """The object that a name (as rev-parse reads it) stands for, None where there is none. Raises GitError."""
        # No object has such a name, and one line is one question.
        return None if "\n" in name or "\0" in name else self.ask((name,))[name]

    def ask(
        self, names: Sequence[str], *, most_bytes: int | None = None
    ) -> Mapping[str, Stored | None]:
        """What many names, of one line each, stand for. Raises GitError.

        ``most_bytes`` of content are taken all together: but for the first name, what goes beyond them is left out of the answer.
        """
        found: dict[str, Stored | None] = {}
        if not names:
            return found
        left = most_bytes
        with self._dialogue("--batch") as dialogue:
            for asked in _portions(names):
                dialogue.write(b"".join(asked.values()))
                for name in asked:
                    facts = _facts(name, dialogue.line())
                    if facts is None:
                        found[name] = None
                        continue
                    id_, kind, size = facts
                    if found and left is not None and size > left:
                        dialogue.skip(size + 1)
                        continue
                    found[name] = (id_, kind, dialogue.take(size))
                    dialogue.skip(1)
                    left = None if left is None else max(left - size, 0)
        return found

    def contents(self, ids: Iterable[str], kind: str) -> Mapping[str, bytes]:
        """The contents of many objects of one kind. Raises GitError where one is missing."""
        found = {}
        for id_, answer in self.ask(tuple(dict.fromkeys(ids))).items():
            if answer is None or answer[1] != kind:
                raise missing(id_)
            found[id_] = answer[2]
        return found

    def size(self, name: str) -> int | None:
        """The size in bytes of the object that a name stands for, None where there is none. Raises GitError."""
        with self._dialogue("--batch-check") as dialogue:
            dialogue.write(_line(name))
            facts = _facts(name, dialogue.line())
        return None if facts is None else facts[2]

    def close(self) -> None:
        """End what was started. A later question starts it anew."""
        dialogues, self._dialogues = tuple(self._dialogues.values()), {}
        # A forked process leaves alone what its parent talks to.
        if self._owner == os.getpid():
            for dialogue in dialogues:
                dialogue.end()

    @contextlib.contextmanager
    def _dialogue(self, option: str) -> Iterator[Dialogue]:
        if self._owner != os.getpid():
            self._owner, self._dialogues = os.getpid(), {}
        try:
            if option not in self._dialogues:
                self._dialogues[option] = plumbing.start(("cat-file", option), cwd=self._cwd)
            yield self._dialogues[option]
        except ToolError as error:
            self.close()
            raise GitError(
                f"an object cannot be read: {error}", remedy="run git fsck; then try again"
            ) from error
        except BaseException:
            # Half an answer may wait there, and the next question must not get it.
            self.close()
            raise


def missing(id_: str) -> GitError:
    """What to say of an object that has to be there."""
    return GitError(
        f"object {id_} is missing",
        remedy="fetch the history it belongs to (git fetch --unshallow) or run git fsck",
    )


def _portions(names: Sequence[str]) -> Iterator[dict[str, bytes]]:
    """The questions for these names, by as many as may wait for their answers together."""
    portion: dict[str, bytes] = {}
    size = 0
    for name in names:
        line = _line(name)
        if portion and size + len(line) > _ASKED_BYTES:
            yield portion
            portion, size = {}, 0
        portion[name] = line
        size += len(line)
    if portion:
        yield portion


def _line(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape") + b"\n"


def _facts(name: str, header: bytes) -> tuple[str, str, int] | None:
    """Id, type and size by the first line of an answer; None where it says that there is no such object."""
    if header == name.encode("utf-8", "surrogateescape") + b" missing":
        return None
    facts = header.decode("utf-8", "surrogateescape").split(" ")
    if (
        len(facts) != 3
        or facts[1] not in _KINDS
        or not facts[2].isdecimal()
        # To an id the same id answers: a sign that question and answer belong together.
        or (_ID.fullmatch(name) and facts[0] != name)
    ):
        said = facts[-1] if facts[-1] == "ambiguous" else repr(header[:_SHOWN_BYTES])
        raise GitError(f"git cat-file says of {name}: {said}", remedy="give a full id or name")
    return facts[0], facts[1], int(facts[2])

"""Two versions of a lock that is a JSON document, without what both hold: an entry that is written alike in both is read once."""

from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from hunkgate.gates.dependencies import documents, locks
from hunkgate.gates.dependencies.dependency import Reading
from hunkgate.gates.dependencies.locks import Places

P = TypeVar("P")


class Entries(NamedTuple, Generic[P]):
    """How the entries of a lock are read.

    ``taken`` takes an object apart, given the content that it was read from, too, and leaves the entries in it as they are; what stands in
    the version before, where there is one, it knows. ``plain`` gives the JSON that a content is, where it is not written so itself.
    """

    taken: Callable[[Mapping[str, object], bytes, Places[P] | None], Places[P]]
    plain: Callable[[bytes], bytes] = bytes

    def pair(self, before: bytes, after: bytes) -> tuple[Reading, Reading] | None:
        """Both versions with the records of the names of which they do not state the same, all others as the rest.

        None where each is to be read by itself. Raises UnreadableError.
        """
        from hunkgate.gates.dependencies import (
            json_pair,
        )  # a lock that is read by its blocks has no need of it

        both = json_pair.pair(*(documents.text(self.plain(one)) for one in (before, after)))
        if both is None:
            return None
        old = self.taken(both[0], before, None)
        return locks.pair_beside(old, self.taken(both[1], after, old))

"""Names that can be mistaken for a name that the repository already uses: one edit away, look-alike letters, a squatted scope.

Only names that are in use are compared with, so no list of popular packages is needed and none can be stale. The distance is
Damerau's with one edit ("optimal string alignment"); the letters are the part of Unicode's confusables (UTS #39) that resembles ASCII.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

# UTS #39 confusables.txt, the single letters of Cyrillic, Greek, Armenian and Latin extensions whose prototype is an ASCII letter.
_LETTERS = str.maketrans(
    # Cyrillic, Greek, the rest
    "аеорсухіјѕһԁԛԝкмтнгԍ" "αοεικνρτυχγως" "ɡıɩլոսցǀℓ",
    "aeopcyxijshdqwkmthrg" "aoeikvptuxywc" "giilnugll",
)
_DIGITS = bytes.maketrans(b"0134578", b"oleastb")
_LAST = bytes.maketrans(b"i", b"l")
_SEPARATORS = b"-_.@/: \t\n\r\f\v\x1c\x1d\x1e\x1f"
_SHORTEST = 5


class Names:
    """The names that one ecosystem of a repository uses, ready to be asked for neighbours."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._sizes: dict[int, list[str]] = defaultdict(list)
        self._lasts: dict[str, list[str]] = {}
        self._skeletons: dict[str, str] = {}
        ordered = sorted(self._names)
        for name, bare in zip(ordered, _skeletons(ordered), strict=True):
            self._skeletons.setdefault(bare, name)
            self._sizes[len(name)].append(name)

    def neighbour(self, name: str) -> str:
        """The name in use that this one can be mistaken for, '' where there is none or it is in use itself."""
        if name in self._names:
            return ""
        same = self._skeletons.get(skeleton(name))
        if same is not None and same != name:
            return same
        return next((one for one in self._near(name) if _mistakable(name, one)), "")

    def _near(self, name: str) -> Iterator[str]:
        """The names that one edit may lead to: with the edit before the last part that part is the same (as where a scope is squatted), with
        the edit in it its first or its second half. Thousands may begin alike (one group, one forge); few share that.
        """
        head, last = _parts(name)
        if head:
            yield from self._of_last().get(last, ())
        for size in (len(name), len(name) - 1, len(name) + 1):
            half = max((size - len(head) - 1) // 2, 0)
            first, second = head + last[:half], last[len(last) - half :]
            for one in self._sizes.get(size, ()):
                if one.startswith(first) or (one.endswith(second) and one.startswith(head)):
                    yield one

    def _of_last(self) -> dict[str, list[str]]:
        """The names of several parts by their last, gathered when the first such name asks."""
        if not self._lasts:
            for several in self._sizes.values():
                for one in several:
                    self._lasts.setdefault(_parts(one)[1], []).append(one)
        return self._lasts


def skeleton(name: str) -> str:
    """The name with look-alike letters and digits made one, and without what separates words."""
    (found,) = _skeletons([name])
    return found


def _skeletons(names: list[str]) -> list[str]:
    """The skeletons of names, which are tables of bytes laid over all of them at once: a lock has ten thousand."""
    if not names:
        return []
    folded = [name if name.isascii() else _latin(name) for name in names]
    # NUL stands between two names and in none.
    text = "\0".join(one.replace("\0", " ") for one in folded).casefold()
    plain = text.encode("utf-8", "surrogatepass").translate(_DIGITS)
    plain = plain.replace(b"rn", b"m").replace(b"vv", b"w").translate(_LAST, _SEPARATORS)
    return plain.decode("utf-8", "surrogatepass").split("\0")


def _latin(name: str) -> str:
    """The name with the letters that resemble ASCII made it."""
    text = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    return "".join(one for one in text if not unicodedata.combining(one))


def one_edit(first: str, second: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours makes one text the other."""
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    start = 0
    shorter = min(len(first), len(second))
    while start < shorter and first[start] == second[start]:
        start += 1
    if len(first) == len(second):
        swapped = first[start : start + 2] == second[start : start + 2][::-1]
        return first[start + 1 :] == second[start + 1 :] or (
            swapped and first[start + 2 :] == second[start + 2 :]
        )
    if len(first) > len(second):
        return first[start + 1 :] == second[start:]
    return first[start:] == second[start + 1 :]


def _parts(name: str) -> tuple[str, str]:
    """What stands before the last part of a name (a scope, an owner, a group, with its mark) and that part."""
    cut = max(name.rfind("/"), name.rfind(":")) + 1
    return name[:cut], name[cut:]


def _mistakable(name: str, other: str) -> bool:
    parts, others = name.split("/"), other.split("/")
    if len(parts) != len(others):
        return False
    different = [(one, two) for one, two in zip(parts, others, strict=True) if one != two]
    if len(different) != 1:
        return False
    one, two = different[0]
    if len(parts) == 1:
        return len(other) >= _SHORTEST and len(name) >= _SHORTEST and one_edit(one, two)
    if re.fullmatch(r"v\d+", one) and re.fullmatch(r"v\d+", two):
        return False  # a Go module's major version is a part of its path
    if one_edit(one, two):
        return min(len(one), len(two)) > 2
    # An owner that carries the real one's name, such as spf13-go for spf13: only where the last part is the real one's.
    scope = parts[-1] == others[-1]
    return scope and len(two.strip("@")) > 2 and two.strip("@") in re.split(r"[-_.@]", one)

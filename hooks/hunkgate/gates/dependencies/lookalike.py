"""Names that can be mistaken for a name that the repository already uses: one edit away, look-alike letters, a squatted scope.

Only names that are in use are compared with, so no list of popular packages is needed and none can be stale. The distance is
Damerau's with one edit ("optimal string alignment"); the letters are the part of Unicode's confusables (UTS #39) that resembles ASCII.
"""

import re
import unicodedata
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
    """The names that one ecosystem of a repository uses, ready to be asked for neighbours.

    They are kept as one text and searched as one: a lock has ten thousand of them, most changes bring a few new ones.
    """

    def __init__(self, names: Iterable[str]) -> None:
        # In their order: locks are sorted, and what is sorted already is sorted at once.
        self._names = dict.fromkeys(names)
        # NUL stands between two names; one that holds it is no name of a package anywhere.
        self._ordered = sorted(self._names)
        self._text = _joined(self._ordered)
        if self._text.count("\0") > len(self._ordered) + 1:
            self._ordered = [name for name in self._ordered if "\0" not in name]
            self._text = _joined(self._ordered)
        self._skeletons = ""

    def neighbour(self, name: str) -> str:
        """The name in use that this one can be mistaken for, '' where there is none or it is in use itself."""
        if name in self._names:
            return ""
        return self._look_alike(name) or next(
            (one for one in self._near(name) if _mistakable(name, one)), ""
        )

    def _look_alike(self, name: str) -> str:
        """The first name in use with the same skeleton, '' where there is none."""
        self._skeletons = self._skeletons or _skeleton(self._text)
        found = self._skeletons.find(_joined([skeleton(name)]))
        return "" if found < 0 else self._ordered[self._skeletons.count("\0", 0, found)]

    def _near(self, name: str) -> Iterator[str]:
        """The names that one edit may lead to: with the edit before the last part that part is the same (as where a scope is squatted), with
        the edit in it its first or its second half. Thousands may begin alike (one group, one forge); few share that.
        """
        head, last = _parts(name)
        if head:
            yield from self._holding(f"{head[-1]}{last}\0")
        elif len(name) < _SHORTEST:
            return
        half = max(len(last) - 2, 0) // 2
        yield from self._holding(f"\0{head}{last[:half]}", len(name))
        if half:
            yield from self._holding(f"{last[-half:]}\0", len(name))

    def _holding(self, part: str, size: int | None = None) -> Iterator[str]:
        """The names in use that begin or end with a part, by a NUL before or behind it; of this size, or one more or less, where it is given."""
        found = self._text.find(part)
        while found >= 0:
            start = self._text.rfind("\0", 0, found + 1) + 1
            end = self._text.find("\0", start)
            if size is None or -1 <= end - start - size <= 1:
                yield self._text[start:end]
            found = self._text.find(part, end)


def skeleton(name: str) -> str:
    """The name with look-alike letters and digits made one, and without what separates words."""
    return _skeleton(name.replace("\0", " "))


def _joined(names: Iterable[str]) -> str:
    """Names as one text, each with a NUL before and behind it."""
    return "\0".join(("", *names, ""))


def _skeleton(text: str) -> str:
    """The skeleton of a name, or of joined names: tables of bytes are laid over all of them at once."""
    if not text.isascii():
        text = "\0".join(one if one.isascii() else _latin(one) for one in text.split("\0"))
    plain = text.casefold().encode("utf-8", "surrogatepass").translate(_DIGITS)
    plain = plain.replace(b"rn", b"m").replace(b"vv", b"w").translate(_LAST, _SEPARATORS)
    return plain.decode("utf-8", "surrogatepass")


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

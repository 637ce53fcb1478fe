"""Which test first: what is most likely to fail, so that a refusal comes early.

Tests of the change itself come first, then those that failed of late, then by how much of what they execute is the changed code,
how few others execute it, how near they stand in the import graph, and whether they are called like it or like what it says. Variants
of one parametrized test that execute the same tell the same: each promises less than the one before. Short tests go before
long ones that promise the same.
"""

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from hunkgate.gates.tests.choice import Choice, SelectedTest
from hunkgate.model import Change

# After this many tests that executed the same, another promises half as much.
_VARIANTS = 4
_RECENT_SECONDS = 14 * 86400
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Words that say nothing about what a test is about.
_COMMON = frozenset(
    {"test", "tests", "testing", "init", "py", "the", "and", "with", "from", "main", "for", "self"}
)


# The place of one test, what is smaller runs earlier: its tier, how little it promises, its seconds, its node id.
_Rank = tuple[int, float, float, str]


def in_order(choice: Choice, change: Change, now: float) -> tuple[str, ...]:
    """The node ids of the choice, most telling first; a file whose tests were never recorded stands as its path.

    ``now`` is the time in seconds since 1970, by which a failure is recent or not.
    """
    diff = {path for file in change.files for path in file.touched}
    words = _words_of(change, choice)
    shared = _shared(choice.tests)
    distances = {one.path: one.distance for one in choice.files}
    ranked: list[_Rank] = []
    promises = {
        test.record.node: _promise(test, shared, words, distances.get(test.record.file, 0))
        for test in choice.tests
    }
    turns: Counter[object] = Counter()
    for test in sorted(
        choice.tests, key=lambda one: (-promises[one.record.node], one.record.seconds)
    ):
        record = test.record
        kind = (record.file, record.node.partition("[")[0], record.footprints)
        ranked.append(
            (
                _tier(test, diff, now),
                -promises[record.node] / (1 + turns[kind] / _VARIANTS),
                record.seconds,
                record.node,
            )
        )
        turns[kind] += 1
    # A file without records: nothing is known of its tests but how near it stands.
    ranked += (
        (
            0 if path in diff else 1,
            -(_kinship(path, words) + 1 / (1 + distances.get(path, 0))),
            0.0,
            path,
        )
        for path in choice.unknown
    )
    return tuple(node for *_, node in sorted(ranked))


def files_in_order(choice: Choice, change: Change, now: float) -> tuple[str, ...]:
    """The test files of the choice, the one with the most telling test first."""
    first = dict.fromkeys(node.partition("::")[0] for node in in_order(choice, change, now))
    return (*first, *(one.path for one in choice.files if one.path not in first))


def _tier(test: SelectedTest, diff: set[str], now: float) -> int:
    if test.record.file in diff or now - test.record.failed < _RECENT_SECONDS:
        return 0
    return 1 if test.hits else 2


def _shared(tests: Iterable[SelectedTest]) -> Mapping[tuple[str, str, int], int]:
    """How many of the tests execute each line in question."""
    counts: Counter[tuple[str, str, int]] = Counter()
    for test in tests:
        for one in test.lines:
            counts.update((one.path, one.blob, line) for line in _lines(one.lines))
    return counts


def _lines(bits: int) -> Iterable[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _promise(
    test: SelectedTest,
    shared: Mapping[tuple[str, str, int], int],
    words: Mapping[str, float],
    distance: int,
) -> float:
    in_question = [(one.path, one.blob, line) for one in test.lines for line in _lines(one.lines)]
    executed = sum(one.lines.bit_count() for one in test.record.footprints) or 1
    focus = len(in_question) / executed
    rarity = max((1 / shared[line] for line in in_question), default=0.0)
    return _kinship(test.record.node, words) + 4 * focus + rarity + 0.5 / (1 + distance)


def _words_of(change: Change, choice: Choice) -> Mapping[str, float]:
    """The words in the names of what changed, each with its weight: definitions count more than files, rare words more than common."""
    found: dict[str, float] = defaultdict(float)
    for file in change.files:
        for path in file.touched:
            for word in _words(path.rpartition("/")[2]):
                found[word] = max(found[word], 2)
    names = {hit.partition("::")[2] for test in choice.tests for hit in test.hits}
    names |= {name for one in choice.files for _, name in one.changed}
    for name in names:
        for word in _words(name):
            found[word] = max(found[word], 3)
    said = _said(change)
    for word in said:
        found[word] += 2 / (1 + len(said) / 8)
    nodes = [set(_words(test.record.node)) for test in choice.tests]
    used = Counter(word for one in nodes for word in one)
    total = len(nodes) or 1
    return {word: weight * (1 - used[word] / total) for word, weight in found.items()}


def _said(change: Change) -> frozenset[str]:
    """The words of the lines that came and went."""
    found: set[str] = set()
    for file in change.files:
        for hunk in change.hunks(file):
            for line in (*hunk.removed, *hunk.added):
                text = line.decode("utf-8", "replace").partition("#")[0]
                for name in re.findall(r"\w+", text):
                    found.update(_words(name))
    return frozenset(found)


def _kinship(node: str, words: Mapping[str, float]) -> float:
    """How much a test's name shares with what changed."""
    if not words:
        return 0.0
    # Thousands of names share their folders.
    found = {word for part in node.partition("[")[0].split("/") for word in _words(part)}
    return sum(words[word] for word in found if word in words)


@functools.lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    parts = (part.lower() for part in _WORD.findall(name))
    # Plurals and the like: `options` is about `option`.
    return tuple(word.removesuffix("s") for word in parts if len(word) > 2 and word not in _COMMON)

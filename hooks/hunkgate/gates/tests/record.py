"""What a recorded run saw: for each test the lines it executed, the files it opened, the folders it listed.

Lines are kept as an integer in which bit ``n`` stands for line ``n`` (1-based), paths relative to the repository's root. Everything
is tied to the blob that was executed, not to a commit: it holds wherever that content turns up again.
"""

import json
import posixpath
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

ABSENT = ""  # the blob of a file that a test tried to open and that was not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """The lines of one file's content that were executed."""

    path: str
    blob: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file that a test opened, with the content it had; ABSENT for one that was not there."""

    path: str
    blob: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What was executed while one module was imported, without the modules that it imports; '' is the rest of collection."""

    module: str
    footprints: tuple[Footprint, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """One recorded run of many tests, known by its identity. What ran at its imports is no test's own, and every test's."""

    imports: tuple[Import, ...] = ()


NO_RUN = Run()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRecord:
    """One test as it ran. ``node`` is pytest's id with the path relative to the repository's root.

    ``outcome`` is passed, failed or skipped; ``seconds`` is setup, call and teardown together; ``failed`` is the time in seconds
    since 1970 at which it last failed, 0 for never. ``opaque``: something it started could not be seen, so that the lines say too little.
    """

    # pytest collects classes named Test*; these are none.
    __test__ = False

    node: str
    run: Run = NO_RUN
    outcome: str = "passed"
    seconds: float = 0.0
    failed: float = 0.0
    opaque: bool = False
    footprints: tuple[Footprint, ...] = ()
    opened: tuple[Opened, ...] = ()
    listed: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The test file's path."""
        return self.node.partition("::")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Everything recorded. A test may come more than once, newest first, with different contents."""

    tests: tuple[TestRecord, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What one recorded run brought. ``engines``: how lines were seen, out of monitoring, coverage and none."""

    records: Records
    engines: frozenset[str]


@dataclass(slots=True)
class _Bucket:
    lines: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    opened: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)


def read(outputs: Iterable[bytes], tracked: Callable[[str], bool], now: float) -> Recording:
    """The records that the processes of one run wrote (the format is described in recording/hunkgate_recorder.py).

    ``tracked`` tells which paths belong to the recorded tree: what else was executed or opened is left out. ``now`` is the time in
    seconds since 1970. A line cut short by a killed process ends that process's file; its tests are then opaque.
    """
    buckets: dict[str, _Bucket] = defaultdict(_Bucket)
    started: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    blobs: dict[str, str] = {}
    nodes: list[tuple[str, Mapping[str, object], bool]] = []
    engines = set()
    for output in outputs:
        rootdir, engine, owner, names = ".", "none", "", {}
        for line in output.split(b"\n"):
            try:
                entry = json.loads(line)
            except ValueError:
                break
            if "file" in entry:
                number, path, blob = entry["file"]
                names[str(number)] = path
                # Forked and started processes tell the same file again: a content that changed meanwhile is no content.
                blobs[path] = blob if blobs.get(path, blob) == blob else ABSENT
            elif "buckets" in entry and "lines" in entry:
                for name in entry["buckets"]:
                    bucket = buckets[name]
                    for key, numbers in entry["lines"].items():
                        bucket.lines[names[key]].update(numbers)
                    bucket.opened.update(names[str(one)] for one in entry.get("opened", ()))
                    bucket.listed.update(entry.get("listed", ()))
                started[entry["buckets"][-1]] += entry.get("started", 0)
            elif "node" in entry:
                nodes.append((rootdir, entry, engine == "none"))
            elif "process" in entry:
                engine, owner = entry["process"]["engine"], entry["process"]["bucket"]
            elif "rootdir" in entry:
                rootdir = entry["rootdir"]
                engines.add(engine)
            elif "end" in entry and engine != "none":
                ended[owner] += 1
    hidden = {name for name, count in started.items() if count > ended[name]}
    footprints = {
        name: tuple(
            Footprint(path=path, blob=blobs[path], lines=bits(numbers))
            for path, numbers in sorted(bucket.lines.items())
            if tracked(path)
        )
        for name, bucket in buckets.items()
    }
    run = Run(
        imports=tuple(
            Import(module=name.partition(":")[2], footprints=steps)
            for name, steps in sorted(footprints.items())
            if name.partition(":")[0] == "import" and steps
        )
    )
    tests = {}
    for rootdir, entry, blind in nodes:
        owed = [str(name) for name in _list(entry["buckets"])]
        path, sign, rest = str(entry["node"]).partition("::")
        node = posixpath.normpath(posixpath.join(rootdir, path)) + sign + rest
        opened = {one for name in owed for one in buckets[name].opened}
        outcome = str(entry["outcome"])
        tests[node] = TestRecord(
            node=node,
            run=run,
            outcome=outcome,
            seconds=float(str(entry["seconds"])),
            failed=now if outcome == "failed" else 0.0,
            opaque=blind or not hidden.isdisjoint(owed),
            footprints=_joined(one for name in owed for one in footprints.get(name, ())),
            opened=tuple(
                Opened(path=one, blob=blobs[one])
                for one in sorted(opened)
                if tracked(one) or blobs[one] == ABSENT
            ),
            listed=tuple(sorted({one for name in owed for one in buckets[name].listed})),
        )
    return Recording(records=Records(tests=tuple(tests.values())), engines=frozenset(engines))


def bits(numbers: Iterable[int]) -> int:
    """The integer in which these bits are set."""
    places = tuple(numbers)
    # As the digits that it is written with: a hundred thousand single shifts are what reading a record would wait for.
    digits = bytearray(b"0") * (max(places, default=0) + 1)
    for place in places:
        digits[~place] = 49  # the digit 1, counted from the end
    return int(digits, 2)


def span(first: int, last: int) -> int:
    """The integer in which the bits ``first`` to ``last``, both included, are set; 0 where there are none."""
    return ((1 << (last - first + 1)) - 1) << first if last >= first else 0


def _joined(footprints: Iterable[Footprint]) -> tuple[Footprint, ...]:
    by_file: dict[tuple[str, str], int] = {}
    for one in footprints:
        by_file[one.path, one.blob] = by_file.get((one.path, one.blob), 0) | one.lines
    return tuple(
        Footprint(path=path, blob=blob, lines=lines)
        for (path, blob), lines in sorted(by_file.items())
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []

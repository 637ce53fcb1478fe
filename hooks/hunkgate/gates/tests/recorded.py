"""Which tests a change can make fail, by what they executed when they were recorded, and by the import graph for the rest.

A test's record holds while no line that it executed has changed: the recorded contents are compared with the judged ones, so
that a record made on another branch or before a rebase is as good as a fresh one. Lines decide about function bodies. All
else goes by the graph: import-time code and what it called, classes and variables, new and deleted definitions, tests without
a record or with one that no longer holds at the base.
"""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from hunkgate.errors import GitError
from hunkgate.gates.tests import passing, syntax, touched
from hunkgate.gates.tests.choice import Choice, SelectedTest
from hunkgate.gates.tests.facts import MAIN, MODULE
from hunkgate.gates.tests.graph import Graph
from hunkgate.gates.tests.nodes import Key
from hunkgate.gates.tests.observers import Mentions, Observers
from hunkgate.gates.tests.passing import Body
from hunkgate.gates.tests.record import Footprint, Records, TestRecord
from hunkgate.gates.tests.selection import Kind, Seed, SelectedFile, Selection
from hunkgate.gates.tests.touched import EVERYTHING, Touched
from hunkgate.model import GITLINK, SYMLINK, Change, Entry, FileChange, Status, Tree

Static = Callable[[Change], Selection]
# What functions are called, or begin with, that decide what later tests of the process begin with.
_CLEANING_NAMES = frozenset(
    ["aclose", "close", "pop", "release", "reset", "restore", "shutdown", "stop", "undo"]
)
_CLEANING = ("__exit__", "__aexit__", "__del__", "teardown", "tearDown", "cleanup", "clean_up")


def select(change: Change, records: Records, static: Static) -> Choice:
    """The tests that the change can make fail. ``static`` answers by the import graph alone. Raises GitError for a missing blob."""
    by_graph = static(change)
    if by_graph.kind is Kind.ALL or not records:
        return _as_graph(by_graph, records)
    known = _Known(change, records, static)
    undecided, importers = known.undecided(by_graph)
    observed = undecided.observed
    # Where changed code ran while a module was imported, whoever imports that module may see another module.
    by_import = static(replace(change, files=importers)) if importers else None
    if by_import is not None and by_import.kind is Kind.ALL:
        return _as_graph(by_import, records)
    reached = {one.path: one for one in by_graph.files}
    diff = {path for file in change.files for path in file.touched}
    # The whole file: a test file of the change itself, and one that is reached through what lines do not decide.
    whole = {
        path: one.reason
        for path, one in reached.items()
        if path in diff or path not in known.files or path in undecided.files
    }
    partly = {
        path: f"{one.reason}; it holds tests that were never recorded"
        for path, one in reached.items()
        if path not in whole and not known.covers(path, by_graph)
    }
    if by_import is not None:
        for one in by_import.files:
            reached.setdefault(one.path, one)
            whole.setdefault(one.path, f"{one.reason}, which ran what changed when it was imported")
    tests: list[SelectedTest] = []
    current: set[str] = set()
    existing = frozenset(by_graph.tests)
    for node, test in known.tests.items():
        if test.file not in existing:
            continue
        # What a record says that does not hold at the base is history.
        hits, lines = known.hits(test, observed) if known.current(test) else ((), ())
        if test.file in whole:
            reason = whole[test.file]
            tests.append(SelectedTest(record=test, reason=reason, hits=hits, lines=lines))
        elif hits:
            reason = f"executed {hits[0]}"
            tests.append(SelectedTest(record=test, reason=reason, hits=hits, lines=lines))
        elif test.file in reached and (test.opaque or not known.current(test)):
            reason = f"{reached[test.file].reason}; it has no record that holds"
            tests.append(SelectedTest(record=test, reason=reason))
        elif test.outcome != "failed":
            current.add(node)
    return _choice(by_graph, reached, whole, partly, tests, current)


def _as_graph(by_graph: Selection, records: Records) -> Choice:
    files = {one.path: one for one in by_graph.files}
    newest = {test.node: test for test in reversed(records.tests)}
    return Choice(
        kind=by_graph.kind,
        reason=by_graph.reason,
        files=by_graph.files,
        tests=tuple(
            SelectedTest(record=test, reason=files[test.file].reason)
            for test in newest.values()
            if test.file in files
        ),
        whole=frozenset(files),
        selection=by_graph,
    )


def _choice(
    by_graph: Selection,
    reached: Mapping[str, SelectedFile],
    whole: Mapping[str, str],
    partly: Mapping[str, str],
    tests: list[SelectedTest],
    current: set[str],
) -> Choice:
    reasons = dict(whole)
    for test in tests:
        reasons.setdefault(test.record.file, test.reason)
    for path, why in partly.items():
        reasons.setdefault(path, why)
    files = tuple(
        (
            replace(reached[path], reason=reasons[path])
            if path in reached
            else SelectedFile(path=path, reason=reasons[path])
        )
        for path in sorted(reasons)
    )
    if not files:
        reason = "no test executed a line that changed" if reached else by_graph.reason
        return Choice(kind=Kind.NONE, reason=reason, current=frozenset(current), selection=by_graph)
    return Choice(
        kind=Kind.SOME,
        reason=f"{len(tests)} of {len(tests) + len(current)} recorded tests in {len(files)} of {len(by_graph.tests)} test files",
        files=files,
        tests=tuple(tests),
        current=frozenset(current),
        whole=frozenset(whole),
        partly=frozenset(partly),
        selection=by_graph,
    )


# By path and blob.
_Lines = Mapping[tuple[str, str], int]
_NO_LINES: _Lines = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Observed:
    """A changed definition that is observed by functions: their lines by content, and the test files that the graph lets it reach.

    ``reading``: of one that is only described otherwise, the lines of who reads descriptions; None for every other one. Files
    in ``handed`` know the one, and those in ``read`` the other, from the time of their import.
    """

    label: str
    files: frozenset[str]
    lines: _Lines
    handed: frozenset[str] = frozenset()
    reading: _Lines | None = None
    read: frozenset[str] = frozenset()

    def met(self, test: TestRecord) -> tuple[Footprint, ...] | None:
        """The lines by which a test observes it; None where it does not."""
        if test.file not in self.files:
            return None
        lines = _met(test, self.lines)
        if self.reading is None:
            return lines or None
        if (lines or test.file in self.handed) and (
            test.file in self.read or _met(test, self.reading)
        ):
            return lines
        return None


def _met(test: TestRecord, lines: _Lines) -> tuple[Footprint, ...]:
    return tuple(
        Footprint(path=one.path, blob=one.blob, lines=mask)
        for one in test.footprints
        if (mask := lines.get((one.path, one.blob), 0) & one.lines)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Undecided:
    """What the executed lines of what changed do not decide: the test files that have to run as a whole, and who observes the rest."""

    files: frozenset[str]
    observed: tuple[_Observed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loose:
    """Of one changed file: the names that lines do not decide, those of them that are no more or that are classes, those that are only described otherwise,
    those that ran during collection, and the modules whose import ran something of what changed.
    """

    names: frozenset[str]
    described: frozenset[str]
    gone: frozenset[str]
    classes: frozenset[str]
    whole: frozenset[str]
    modules: frozenset[str]


class _Known:
    """What the records say about one change: which of them hold at its base, and what its head does to those."""

    def __init__(self, change: Change, records: Records, static: Static) -> None:
        self._change = change
        self._head = change.head.entries()
        self._base = change.base.entries()
        self._touched: dict[tuple[str, str, str | None], Touched] = {}
        self._contents = {(one.path, one.blob) for test in records.tests for one in test.footprints}
        self._paths = {path for path, _ in self._contents}
        self._functions: dict[str, Mapping[str, Body] | None] = {}
        self._imported: dict[tuple[str, str], dict[str, int]] = {}
        for run in {test.run for test in records.tests}:
            for part in run.imports:
                for one in part.footprints:
                    by_module = self._imported.setdefault((one.path, one.blob), {})
                    by_module[part.module] = by_module.get(part.module, 0) | one.lines
        self._folders = _folders(change.files)
        self._test_files = frozenset(test.file for test in records.tests)
        stale = self._stale(records, static)
        self.tests: dict[str, TestRecord] = {}
        self._holding: set[str] = set()
        for test in records.tests:
            if test.node not in self._holding and id(test) not in stale:
                self.tests[test.node] = test
                self._holding.add(test.node)
            self.tests.setdefault(test.node, test)
        self.files = {test.file for test in self.tests.values()}
        self._functions_recorded = {
            (test.file, test.node.partition("[")[0].partition("::")[2].replace("::", "."))
            for test in self.tests.values()
        }

    def current(self, test: TestRecord) -> bool:
        """Whether nothing that this test executed differs at the base from what was recorded."""
        return test.node in self._holding

    def covers(self, path: str, by_graph: Selection) -> bool:
        """Whether every test function that is seen in a test file was recorded: a run may have ended before it came to the rest."""
        if by_graph.trace is None:
            return True
        return self._functions_recorded.issuperset(
            (path, name) for name in by_graph.trace.graph.test_functions(path)
        )

    def undecided(self, by_graph: Selection) -> tuple[_Undecided, tuple[FileChange, ...]]:
        """What executed lines do not decide of the change, and the modules whose import ran what changed.

        The latter as stand-in changes of those modules, by which the graph tells who imports them.
        """
        loose = {file.path: self._loose(file) for file in self._change.files if self._lined(file)}
        importing = {module for one in loose.values() for module in one.modules}
        entries = {path: self._head.get(path) for path in sorted(importing)}
        drifts = tuple(
            _drift(path, entry.blob, None) for path, entry in entries.items() if entry is not None
        )
        if by_graph.trace is None:
            files = frozenset(
                one.path
                for one in by_graph.files
                if any(path not in loose or loose[path].names for path, _ in one.changed)
            )
            return _Undecided(files=files), drifts
        graph = by_graph.trace.graph
        mentions = Mentions(graph, self._syntax)
        bits = 0
        observed = []
        for seed in by_graph.trace.seeds:
            one = loose.get(seed.path)
            if one is None or seed.name in one.whole:
                bits |= seed.bits
            elif seed.name in one.classes and not graph.is_built(seed.node):
                # Its members are listed by themselves, and nothing but Python made the class out of them.
                continue
            elif seed.name in one.names or (seed.name == MODULE and one.names):
                # Where a script is named by its path the records tell who opened it or executed its lines.
                by_name = graph.keys[seed.node][0] != ""
                found = None
                if seed.seen and seed.name not in (MODULE, MAIN):
                    found = mentions.observers(seed.path, seed.name, gone=seed.name in one.gone)
                if found is None:
                    bits |= seed.bits if by_name else 0
                    continue
                whole, lines = self._lines(graph, found, found.functions)
                bits |= seed.bits & whole
                files = frozenset(graph.files_of(seed.bits))
                observed.append(_Observed(label=seed.label, files=files, lines=lines))
            if one is not None and seed.name in one.described:
                observed.append(self._described(graph, mentions, seed))
        return _Undecided(files=frozenset(graph.files_of(bits)), observed=tuple(observed)), drifts

    def _described(self, graph: Graph, mentions: Mentions, seed: Seed) -> _Observed:
        """Who observes that a definition is only described otherwise: who hands it on and reads the description of something."""
        files = frozenset(graph.files_of(seed.bits))
        found = mentions.observers(seed.path, seed.name.removesuffix(".__doc__"), gone=False)
        readers = mentions.readers()
        read, reading = self._lines(graph, readers, readers.functions)
        handed, lines = -1, _NO_LINES
        if found is not None:
            handing = {
                (path, function)
                for path, function in found.functions
                if self._lets_out(path, function, found.names)
            }
            handed, lines = self._lines(graph, found, handing)
        return _Observed(
            label=seed.label,
            files=files,
            lines=lines,
            handed=frozenset(graph.files_of(handed & seed.bits)),
            reading=reading,
            read=frozenset(graph.files_of(read & seed.bits)),
        )

    def _lined(self, file: FileChange) -> bool:
        """Whether executed lines can tell what the change of a file does."""
        return file.status is Status.MODIFIED and (
            file.path.endswith(".py") or file.path in self._paths
        )

    def _loose(self, file: FileChange) -> "_Loose":
        base = self._change.base
        assert file.base_blob is not None
        between = self._between(base, file.path, file.base_blob, file.head_blob)
        modules: set[str] = set()
        # What is not cleaned up, and what was made once and kept, shows in tests that run later and execute none of it.
        whole = {
            name
            for name, mask in between.functions.items()
            if mask and (_cleans_up(name.rpartition(".")[2]) or name in between.beneath)
        }
        for (path, blob), by_module in self._imported.items():
            if path != file.path:
                continue
            for name, mask in self._between(base, path, blob, file.head_blob).functions.items():
                importing = {module for module, lines in by_module.items() if lines & mask}
                if "" in importing:
                    # Collection itself, a hook or a parameter made for all: no module stands for it.
                    whole.add(name)
                modules |= importing - {""}
        return _Loose(
            names=between.loose,
            described=between.described,
            gone=between.gone,
            classes=between.classes,
            whole=frozenset(whole),
            modules=frozenset(modules),
        )

    def _lines(
        self, graph: Graph, found: Observers, functions: Iterable[Key]
    ) -> tuple[int, _Lines]:
        """The test files that know these observers from the time of their import, as bits, and the lines of the functions by content."""
        bits = 0
        for node in found.modules:
            bits |= graph.reached(node)
        by_path: dict[str, set[str]] = {}
        for path, function in functions:
            by_path.setdefault(path, set()).add(function)
        lines = {}
        for path, blob in self._contents | self._imported.keys():
            if path not in by_path:
                continue
            bodies = self._bodies(self._change.base, blob)
            if bodies is None:
                return -1, _NO_LINES
            mask = 0
            for function in by_path[path]:
                if function in bodies:
                    mask |= bodies[function].lines
            lines[path, blob] = mask
            for module, executed in self._imported.get((path, blob), {}).items():
                if executed & mask:
                    importer = graph.find(module, MODULE)
                    bits |= -1 if importer is None else graph.reached(importer)
        return bits, lines

    def _bodies(self, tree: Tree, blob: str) -> Mapping[str, Body] | None:
        if blob not in self._functions:
            parsed = _parsed(tree, blob)
            self._functions[blob] = None if parsed is None else passing.bodies(parsed)
        return self._functions[blob]

    def _syntax(self, path: str) -> ast.Module | None:
        blob = _blob(self._head, path)
        return None if blob is None else _parsed(self._change.head, blob)

    def _lets_out(self, path: str, function: str, names: frozenset[str]) -> bool:
        """Whether a function of the head may let something of one of these names out of its hands."""
        blob = _blob(self._head, path)
        bodies = None if blob is None else self._bodies(self._change.head, blob)
        if bodies is None or function not in bodies:
            return True
        return not names.isdisjoint(bodies[function].handed)

    def hits(
        self, test: TestRecord, observed: Iterable[_Observed]
    ) -> tuple[tuple[str, ...], tuple[Footprint, ...]]:
        """The changed places that a test executed, observed, opened or listed, and the executed lines, as seen from its record."""
        found: list[str] = []
        lines: list[Footprint] = []
        for definition in observed:
            seen = definition.met(test)
            if seen is not None:
                found.append(definition.label)
                lines += seen
        for one in test.footprints:
            if _blob(self._head, one.path) == one.blob:
                continue
            met = self._met(one.path, one.blob, one.lines, self._head)
            if met:
                found += met
                mask = self._between(
                    self._change.base, one.path, one.blob, _blob(self._head, one.path)
                ).lines
                lines.append(Footprint(path=one.path, blob=one.blob, lines=one.lines & mask))
        found += (
            one.path for one in test.opened if (_blob(self._head, one.path) or "") != one.blob
        )
        found += (f"{folder}/" for folder in test.listed if folder in self._folders)
        return tuple(dict.fromkeys(found)), tuple(lines)

    def _met(
        self, path: str, blob: str, lines: int, entries: Mapping[str, Entry]
    ) -> tuple[str, ...]:
        between = self._between(self._change.base, path, blob, _blob(entries, path))
        return tuple(
            f"{path}::{name}" if name else path
            for name, mask in between.functions.items()
            if lines & mask
        )

    def _between(self, tree: Tree, path: str, before: str, after: str | None) -> Touched:
        key = (path, before, after)
        if key not in self._touched:
            self._touched[key] = EVERYTHING if after is None else _read(tree, before, after)
        return self._touched[key]

    def _stale(self, records: Records, static: Static) -> set[int]:
        """The records, by identity, that do not hold at the base: what they executed or relied on has changed since."""
        stale = {
            id(test)
            for test in records.tests
            if any((_blob(self._base, one.path) or "") != one.blob for one in test.opened)
        }
        drifted = {
            (path, blob)
            for path, blob in self._contents | self._imported.keys()
            if _blob(self._base, path) != blob
        }
        if not drifted:
            # Recorded where the change begins, as after every run: there is nothing to compare test by test.
            return stale
        imported = {
            test.run: tuple(one for part in test.run.imports for one in part.footprints)
            for test in records.tests
        }
        reached = self._reached_since(drifted, static)
        return stale | {
            id(test)
            for test in records.tests
            if any(
                (one.path, one.blob) in drifted
                and self._met(one.path, one.blob, one.lines, self._base)
                for one in test.footprints
            )
            or any(
                test.file in reached.get((one.path, one.blob), ())
                for one in (*test.footprints, *imported[test.run])
            )
        }

    def _reached_since(
        self, drifted: set[tuple[str, str]], static: Static
    ) -> dict[tuple[str, str], frozenset[str]]:
        """By recorded content that the base no longer has: the test files that the graph says its import-time changes reach."""
        left: dict[str, list[str]] = {}
        found: dict[tuple[str, str], frozenset[str]] = {}
        for path, blob in sorted(drifted):
            if self._between(self._change.base, path, blob, _blob(self._base, path)) is EVERYTHING:
                # The graph may not be able to read it either. Every test that ran with it has to go by the graph of today.
                found[path, blob] = self._test_files
            else:
                left.setdefault(path, []).append(blob)
        while left:
            # One content of each file at a time: a change has one old side.
            now = {path: blobs.pop() for path, blobs in left.items()}
            left = {path: blobs for path, blobs in left.items() if blobs}
            files = tuple(
                _drift(path, blob, self._base.get(path)) for path, blob in sorted(now.items())
            )
            answer = static(
                replace(self._change, base=self._change.base, head=self._change.base, files=files)
            )
            for path, blob in now.items():
                names = self._between(self._change.base, path, blob, _blob(self._base, path)).loose
                found[path, blob] = frozenset(
                    one.path
                    for one in answer.files
                    if answer.kind is Kind.ALL
                    or any(where == path and (name in names) for where, name in one.changed)
                )
        return found


def _cleans_up(name: str) -> bool:
    return name in _CLEANING_NAMES or name.startswith(_CLEANING)


def _parsed(tree: Tree, blob: str) -> ast.Module | None:
    try:
        return syntax.parse(tree.read(blob))
    except (GitError, *syntax.UNREADABLE):
        return None


def _read(tree: Tree, before: str, after: str) -> Touched:
    try:
        return touched.between(tree.read(before), tree.read(after))
    except GitError:
        # Recorded on a work tree that was never committed, or collected since: nothing can be said for it.
        return EVERYTHING


def _drift(path: str, blob: str, entry: Entry | None) -> FileChange:
    if entry is None:
        return FileChange(status=Status.DELETED, path=path, base_mode=0o100644, base_blob=blob)
    return FileChange(
        status=Status.MODIFIED,
        path=path,
        base_mode=entry.mode,
        head_mode=entry.mode,
        base_blob=blob,
        head_blob=entry.blob,
    )


def _blob(entries: Mapping[str, Entry], path: str) -> str | None:
    entry = entries.get(path)
    return None if entry is None or entry.mode in (SYMLINK, GITLINK) else entry.blob


def _folders(files: Iterable[FileChange]) -> frozenset[str]:
    """The folders in which a file came to be or ceased to be."""
    moved = (
        path
        for file in files
        if file.status in (Status.ADDED, Status.DELETED, Status.RENAMED)
        for path in file.touched
    )
    return frozenset(path.rpartition("/")[0] for path in moved)

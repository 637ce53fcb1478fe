"""Which tests a change can make fail, by what they executed when they were recorded, and by the import graph for the rest.

A test's record holds while no line that it executed has changed: the recorded contents are compared with the judged ones, so
that a record made on another branch or before a rebase is as good as a fresh one. Lines decide about function bodies. All
else goes by the graph: import-time code and what it called, classes and variables, new and deleted definitions, tests without
a record or with one that no longer holds at the base.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from hunkgate.errors import GitError
from hunkgate.gates.tests import touched
from hunkgate.gates.tests.choice import Choice, SelectedTest
from hunkgate.gates.tests.facts import MODULE
from hunkgate.gates.tests.record import Footprint, Records, TestRecord
from hunkgate.gates.tests.selection import Kind, SelectedFile, Selection
from hunkgate.gates.tests.touched import EVERYTHING, Touched
from hunkgate.model import GITLINK, SYMLINK, Change, Entry, FileChange, Status, Tree

Static = Callable[[Change], Selection]


def select(change: Change, records: Records, static: Static) -> Choice:
    """The tests that the change can make fail. ``static`` answers by the import graph alone. Raises GitError for a missing blob."""
    by_graph = static(change)
    if by_graph.kind is Kind.ALL or not records:
        return _as_graph(by_graph, records)
    known = _Known(change, records, static)
    undecided, importers = known.undecided(by_graph)
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
        if path in diff
        or path not in known.files
        or any(_loose(key, undecided) for key in one.changed)
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
        hits, lines = known.hits(test) if known.current(test) else ((), ())
        if test.file in whole:
            reason = whole[test.file]
            tests.append(SelectedTest(record=test, reason=reason, hits=hits, lines=lines))
        elif hits:
            reason = f"executed {hits[0]}"
            tests.append(SelectedTest(record=test, reason=reason, hits=hits, lines=lines))
        elif test.file in reached and (test.opaque or not known.current(test)):
            reason = f"{reached[test.file].reason}; it has no record that holds"
            tests.append(SelectedTest(record=test, reason=reason))
        else:
            current.add(node)
    return _choice(by_graph, reached, whole, tests, current)


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
    tests: list[SelectedTest],
    current: set[str],
) -> Choice:
    reasons = dict(whole)
    for test in tests:
        reasons.setdefault(test.record.file, test.reason)
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
        selection=by_graph,
    )


Undecided = Mapping[str, frozenset[str] | None]


def _loose(key: tuple[str, str], undecided: Undecided) -> bool:
    """Whether lines cannot say who is hit by this changed definition; None stands for every one of a file."""
    path, name = key
    names = undecided.get(path)
    return names is None or name in names


class _Known:
    """What the records say about one change: which of them hold at its base, and what its head does to those."""

    def __init__(self, change: Change, records: Records, static: Static) -> None:
        self._change = change
        self._head = change.head.entries()
        self._base = change.base.entries()
        self._touched: dict[tuple[str, str, str | None], Touched] = {}
        self._paths = {one.path for test in records.tests for one in test.footprints}
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

    def current(self, test: TestRecord) -> bool:
        """Whether nothing that this test executed differs at the base from what was recorded."""
        return test.node in self._holding

    def undecided(self, by_graph: Selection) -> tuple[Undecided, tuple[FileChange, ...]]:
        """What executed lines do not decide of the change, and the modules whose import ran what changed.

        The first maps a path to the names of its changed definitions, or to None for every one; the second are stand-in changes
        of those modules, by which the graph tells who imports them.
        """
        found: dict[str, frozenset[str] | None] = {}
        modules: set[str] = set()
        reaching = {key for one in by_graph.files for key in one.changed}
        for file in self._change.files:
            found.update(dict.fromkeys(file.touched))
            if file.status is Status.MODIFIED and file.path in self._paths:
                names, importing = self._loose(file)
                modules |= importing
                seen = any((file.path, name) in reaching for name in names)
                # Where the graph found nobody who mentions them it answers for the file as a whole.
                if seen or not names or (file.path, MODULE) not in reaching:
                    found[file.path] = names
        entries = {path: self._head.get(path) for path in sorted(modules)}
        return found, tuple(
            _drift(path, entry.blob, None) for path, entry in entries.items() if entry is not None
        )

    def _loose(self, file: FileChange) -> tuple[frozenset[str], set[str]]:
        base = self._change.base
        assert file.base_blob is not None
        names = set(self._between(base, file.path, file.base_blob, file.head_blob).loose)
        modules = set()
        for (path, blob), by_module in self._imported.items():
            if path != file.path:
                continue
            for name, mask in self._between(base, path, blob, file.head_blob).functions.items():
                importing = {module for module, lines in by_module.items() if lines & mask}
                if "" in importing:
                    # Collection itself, a hook or a parameter made for all: no module stands for it.
                    names.add(name)
                modules |= importing - {""}
        return frozenset(names), modules

    def hits(self, test: TestRecord) -> tuple[tuple[str, ...], tuple[Footprint, ...]]:
        """The changed places that a test executed, opened or listed, and the executed lines, as seen from its record."""
        found: list[str] = []
        lines = []
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
        imported = {
            test.run: tuple(one for part in test.run.imports for one in part.footprints)
            for test in records.tests
        }
        drifted = {
            (one.path, one.blob)
            for test in records.tests
            for one in (*test.footprints, *imported[test.run])
            if _blob(self._base, one.path) != one.blob
        }
        reached = self._reached_since(drifted, static)
        return {
            id(test)
            for test in records.tests
            if any(
                (one.path, one.blob) in drifted
                and self._met(one.path, one.blob, one.lines, self._base)
                for one in test.footprints
            )
            or any((_blob(self._base, one.path) or "") != one.blob for one in test.opened)
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


def _read(tree: Tree, before: str, after: str) -> Touched:
    try:
        return touched.between(tree.read(before), tree.read(after), tree.hunks(before, after))
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

"""The answer by test: which of the recorded tests to run, and which files in which nothing is known of single tests."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hunkgate.gates.tests.selection import Kind, SelectedFile, Selection

if TYPE_CHECKING:
    # Most repositories hold no records: what reads them is loaded with the first.
    from hunkgate.gates.tests.record import Footprint, TestRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedTest:
    """One recorded test to run.

    ``hits`` are the changed places that it executed or opened, as ``path`` or ``path::function``; ``lines`` the executed lines of
    the recorded contents that the change calls in question.
    """

    record: "TestRecord"
    reason: str
    hits: tuple[str, ...] = ()
    lines: "tuple[Footprint, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The answer by test.

    ``files`` are the test files to run, in path order: all in them but ``current``, the ids of the tests that did not fail when they were
    recorded and whose records still hold.
    ``tests`` are the recorded tests to run; a file may hold others that were never recorded. ``whole`` are those of the files in
    which every test has to run, ``partly`` those with tests that were never recorded. ``selection`` is what the import graph alone says.
    """

    kind: Kind
    reason: str
    files: tuple[SelectedFile, ...] = ()
    tests: tuple[SelectedTest, ...] = ()
    current: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    selection: Selection = field(repr=False)

    def as_selection(self) -> Selection:
        """The answer by file, as the import graph gives it."""
        return replace(self.selection, kind=self.kind, reason=self.reason, files=self.files)

    def everything(self, reason: str) -> "Choice":
        """Every test file of the head tree instead, for this reason."""
        files = tuple(SelectedFile(path=path, reason=reason) for path in self.selection.tests)
        return Choice(
            kind=Kind.ALL if files else Kind.NONE,
            reason=reason if files else self.reason,
            files=files,
            whole=frozenset(self.selection.tests),
            selection=self.selection,
        )

    def explain(self, path: str) -> tuple[str, ...]:
        """Where lines decide about a test file other than the graph: what the records say, one line each."""
        graph = {one.path for one in self.selection.files}
        chosen = [test for test in self.tests if test.record.file == path]
        if path in graph and path not in {one.path for one in self.files}:
            return (
                f"{path}: the graph reaches it, but none of its recorded tests executed a line that changed",
            )
        return tuple(f"{test.record.node}: {test.reason}" for test in chosen if test.hits)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The files among them with tests that were never recorded."""
        recorded = {test.record.file for test in self.tests} - self.partly
        return tuple(one.path for one in self.files if one.path not in recorded)


def unrecorded(selection: Selection) -> Choice:
    """The answer where no test was ever recorded: that of the import graph."""
    return Choice(
        kind=selection.kind,
        reason=selection.reason,
        files=selection.files,
        whole=frozenset(one.path for one in selection.files),
        selection=selection,
    )

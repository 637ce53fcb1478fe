"""Which test files a change can make fail: none (and why), these (and why each), or all (and why)."""

import enum
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hunkgate.gates.tests import coarse, delta, names, roots
from hunkgate.gates.tests.facts import ASKED, MODULE, Facts, FactStore, Outline, Trait
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import GITLINK, SYMLINK, Change, FileChange, Tree

if TYPE_CHECKING:
    # A large tree is answered without it.
    from hunkgate.gates.tests.graph import Graph
    from hunkgate.gates.tests.nodes import Key

# Names are followed through trees of at most this many Python files. Above it the answer is by imports alone: following every
# name of Django's 2,800 files takes longer than a commit may.
MOST_FILES = 700

# What decides how everything runs: pytest's and the project's configuration, what is installed, what Python itself loads.
_EVERYTHING = (
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    "pytest.ini",
    ".pytest.ini",
    "pytest.toml",
    "*.lock",
    "pylock*.toml",
    "*requirements*.txt",
    "*requirements*.in",
    "*constraints*.txt",
    "Pipfile",
    "Pipfile.lock",
    "environment*.y*ml",
    ".python-version",
    "sitecustomize.py",
    "usercustomize.py",
    "*.pth",
    ".coveragerc",
    ".env",
    "*.c",
    "*.h",
    "*.cpp",
    "*.pyx",
    "*.pxd",
    "*.rs",
)
# Written for readers: they change a test only where something in the tree names them.
_PROSE = (
    "*.md",
    "*.rst",
    "LICENSE*",
    "COPYING*",
    "NOTICE*",
    "AUTHORS*",
    "CHANGES*",
    "CHANGELOG*",
    "*.png",
    "*.svg",
    "*.gif",
    "*.jpg",
    ".gitignore",
    ".gitattributes",
    ".editorconfig",
    ".mailmap",
    ".git-blame-ignore-revs",
    "CODEOWNERS",
    ".pre-commit-config.yaml",
    ".readthedocs.y*ml",
    "py.typed",
    "*.pyi",
)
_PROSE_FOLDERS = (".github/", "docs/", "doc/", ".circleci/", ".gitlab/", "requirements-docs/")


_WORD = re.compile(r"\w+")


class Kind(enum.Enum):
    """How many test files the answer names. NONE and ALL are never the same value as an empty or a full list."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedFile:
    """One test file to run.

    ``reason`` is one sentence. ``distance`` counts the steps to the nearest changed definition (0: the file itself changed).
    ``changed`` are the changed definitions that reach it, as (path, dotted name); the name is '' for import-time code or data.
    """

    path: str
    reason: str
    distance: int = 0
    changed: "tuple[Key, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The answer. ``files`` are the test files to run in path order, for ALL every one; ``tests`` are all of the head tree."""

    kind: Kind
    reason: str
    files: tuple[SelectedFile, ...] = ()
    tests: tuple[str, ...] = ()
    trace: "Trace | None" = field(default=None, repr=False, compare=False)

    def explain(self, path: str) -> tuple[str, ...]:
        """Why this test file or changed file is, or is not, in the answer: one line per step, the file itself first."""
        return _explain(self, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One changed definition: the node that stands for it, what to call it, and the test files that count because of it.

    ``bits`` is a bit set in the order of the graph's tests; ``seen`` is False where nothing is seen to mention the definition.
    """

    path: str
    name: str
    node: int
    bits: int
    seen: bool = True

    @property
    def label(self) -> str:
        """How a reader finds it."""
        return f"{self.path}::{self.name}" if self.name else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How the answer was found: the graph and what in it changed."""

    graph: "Graph"
    seeds: tuple[Seed, ...]


def select(change: Change, settings: TestSettings, store: FactStore) -> Selection:
    """The test files of the head tree that the change can make fail. Raises GitError where a blob cannot be read."""
    around = _surroundings(change.head, settings, store)
    tests = around.tests
    if not tests:
        return Selection(kind=Kind.NONE, reason="the tree holds no test files")
    changed = tuple(one for one in change.files if one.base_blob != one.head_blob or one.old_path)
    for one in changed:
        for path in one.touched:
            if pattern := _matches(path, _EVERYTHING):
                return _everything(tests, f"{path} decides how every test runs ({pattern})")
        if GITLINK in (one.base_mode, one.head_mode):
            return _everything(tests, f"the submodule {one.path} changed")
    if not changed:
        return Selection(kind=Kind.NONE, reason="no content changed", tests=tests)
    return _by_graph(change, changed, around, store)


def _surroundings(tree: Tree, settings: TestSettings, store: FactStore) -> coarse.Surroundings:
    """The tree's layout and its test files, remembered for as long as no path, no configuration and no setting differs."""
    asked = repr((settings.paths, settings.patterns))
    recalled = coarse.recalled(tree, asked, store)
    if recalled is not None:
        return recalled
    import hashlib  # OpenSSL, which what is recalled does without

    entries = tree.entries()
    ruling = (f"{path} {entries[path].blob}" for path in entries if roots.decides(path))
    text = "\0".join((*entries, "", *ruling, "", asked))
    key = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
    known = store.recall("layout")
    if isinstance(known, tuple) and len(known) == 3 and known[0] == key:
        return coarse.Surroundings(
            layout=roots.unpack(known[1]), tests=known[2], asked=asked, key=key
        )
    layout = roots.layout(tree)
    tests = tuple(path for path in entries if layout.is_test(path, settings))
    collected = frozenset(tests)
    doctests = tuple(
        path
        for path in entries
        if path.endswith(".py") and path not in collected and layout.governing(path).doctest_modules
    )
    if doctests:
        # Which of them hold examples is for their contents to say.
        tests += _with_doctests(tree, doctests)
        return coarse.Surroundings(layout=layout, tests=tests, asked=asked, key=b"")
    store.remember("layout", (key, roots.pack(layout), tests))
    return coarse.Surroundings(layout=layout, tests=tests, asked=asked, key=key)


def _everything(tests: tuple[str, ...], reason: str) -> Selection:
    return Selection(
        kind=Kind.ALL,
        reason=reason,
        files=tuple(SelectedFile(path=path, reason=reason) for path in tests),
        tests=tests,
    )


def _matches(path: str, patterns: Iterable[str]) -> str:
    name = path.rpartition("/")[2]
    return next((one for one in patterns if names.matches(name, one)), "")


def _with_doctests(tree: Tree, paths: Iterable[str]) -> tuple[str, ...]:
    entries = tree.entries()
    return tuple(
        path
        for path in paths
        if entries[path].mode not in (SYMLINK, GITLINK) and b">>>" in tree.read(entries[path].blob)
    )


def gather(trees: Mapping[str, tuple[Tree, str]], store: FactStore) -> dict[str, Facts]:
    """The facts of Python files, by path; ``trees`` says from which tree each is read and its blob id."""
    from hunkgate.gates.tests.reading import definitions  # a large tree is answered without it

    kept = dict(store.get({blob for _, blob in trees.values()}))
    fresh: dict[str, Facts] = {}
    found = {}
    for path, (tree, blob) in trees.items():
        facts = kept.get(blob) or fresh.get(blob)
        if facts is None:
            facts = fresh[blob] = definitions.read(tree.read(blob))
        found[path] = facts
    if fresh:
        store.put(fresh)
    return found


def _python(tree: Tree) -> dict[str, str]:
    """The blob ids of the tree's Python files, by path."""
    return {
        path: entry.blob
        for path, entry in tree.entries().items()
        if _is_python(path) and entry.mode not in (SYMLINK, GITLINK)
    }


def _is_python(path: str) -> bool:
    return path.endswith(".py")


def _by_graph(
    change: Change,
    changed: tuple[FileChange, ...],
    around: coarse.Surroundings,
    store: FactStore,
) -> Selection:
    layout, tests = around.layout, around.tests
    blobs = _python(change.head) if around.blobs is None else around.blobs
    sources = {path: (change.head, blob) for path, blob in blobs.items()}
    parts: dict[str, delta.Delta] = {}
    before_: dict[str, bytes] = {}
    data: list[str] = []
    for one in changed:
        before, after = one.base_path, one.head_path
        if before is not None and after is not None and before != after:
            pairs: tuple[tuple[str, bool, bool], ...] = (
                (before, True, False),
                (after, False, True),
            )
        else:
            pairs = ((one.path, before is not None, after is not None),)
        for path, was, is_now in pairs:
            if not _is_python(path) or SYMLINK in (one.base_mode, one.head_mode):
                data.append(path)
            elif was and is_now:
                before_[path] = change.before(one)
                parts[path] = delta.between(before_[path], change.after(one))
                # A script that is run or read by its path is data as well.
                if parts[path].changed:
                    data.append(path)
            else:
                parts[path] = delta.EVERYTHING
                data.append(path)
                if was and one.base_blob is not None:
                    sources[path] = (change.base, one.base_blob)
    if len(sources) > MOST_FILES:
        # What is recalled by a tree holds its files and no others, and needs no learning anew.
        learning = len(sources) == len(blobs) and around.blobs is None
        origin = coarse.origin(change.head, around) if learning else ()
        return _by_files(sources, parts, data, layout, tests, store, origin)
    from hunkgate.gates.tests.graph import Graph

    files = gather(sources, store)
    gone = {(path, name) for path, part in parts.items() for name in part.gone}
    altered = {(path, name) for path, part in parts.items() for name in part.changed if name}
    graph = Graph(files, layout, tests, altered=altered, gone=gone, data=data)
    graph.spread()
    unused = _no_longer_used(parts, files, before_)
    remade = _remade(graph, parts, files, before_)
    inert = _inert(change, changed)
    return _answer(graph, parts, data, tests, unused, remade, inert)


def _inert(change: Change, changed: Iterable[FileChange]) -> frozenset[str]:
    """The removed modules of which the import only made values: who imports them no more lacks nothing but those."""
    removed = {
        one.base_path: delta.left_out(change.before(one))
        for one in changed
        if one.base_path is not None and one.head_path is None and _is_python(one.base_path)
    }
    return frozenset(
        path
        for path, part in removed.items()
        if MODULE not in part.changed and all(_is_standard(token) for token in part.removed_imports)
        # What their classes were derived from would have to be known.
        and not part.bases
    )


def _no_longer_used(
    parts: Mapping[str, delta.Delta], files: Mapping[str, Facts], before: Mapping[str, bytes]
) -> "frozenset[Key]":
    """The removed definitions that the changed files themselves mentioned: who did so is changed as well, and counts instead."""
    removed = {
        (path, name)
        for path in before
        for name in parts[path].changed
        if name and all(one.name != name for one in files[path].definitions)
    }
    if not removed:
        return frozenset()
    from hunkgate.gates.tests.reading import definitions  # a large tree is answered without it

    mentioned = {
        word
        for path in before
        for one in definitions.read(before[path]).definitions
        for token in one.tokens
        for word in _WORD.findall(token)
    }
    return frozenset((path, name) for path, name in removed if name.rpartition(".")[2] in mentioned)


def _remade(
    graph: "Graph",
    parts: Mapping[str, delta.Delta],
    files: Mapping[str, Facts],
    before: Mapping[str, bytes],
) -> "frozenset[Key]":
    """The classes of which objects cannot be made any more, or only now: an abstract method, or what stands in for one, came or went."""
    found = set()
    for path, content in before.items():
        now = {one.name for one in files[path].definitions}
        members = [name for name in parts[path].changed if "." in name]
        if all(name in now and not graph.is_abstract(path, name) for name in members):
            continue
        from hunkgate.gates.tests.reading import definitions  # a large tree is answered without it

        was = {one.name: one.trait for one in definitions.read(content).definitions}
        found |= {
            (path, name.rpartition(".")[0])
            for name in members
            if (name in was) != (name in now)
            and (graph.is_abstract(path, name) or was.get(name, 0) & Trait.ABSTRACT)
        }
    return frozenset(found)


def _by_files(
    sources: Mapping[str, tuple[Tree, str]],
    parts: Mapping[str, delta.Delta],
    data: Iterable[str],
    layout: roots.Layout,
    tests: tuple[str, ...],
    store: FactStore,
    origin: tuple[object, ...],
) -> Selection:
    """The answer by imports alone."""
    for path in parts:
        if any(
            path == f"{base}.py" or path.startswith(f"{base}/")
            for root in layout.roots
            for name in layout.beneath
            for module in (name.replace(".", "/"),)
            for base in (f"{root}/{module}" if root else module,)
        ):
            return _everything(tests, f"pytest, or a plugin the project names, is built on {path}")
    changed = {path for path, part in parts.items() if part != delta.Delta()}
    others = [path for path in data if path not in parts and not _is_prose(path)]
    blobs = {path: blob for path, (_, blob) in sources.items()}
    trees = {blob: tree for tree, blob in sources.values()}

    def read(blob: str) -> Outline:
        from hunkgate.gates.tests.reading import outlines  # nothing is read where nothing is new

        return outlines.read(trees[blob].read(blob))

    def outlines(wanted: Iterable[str]) -> Mapping[str, Outline]:
        return store.outlines(wanted, read)

    if others:
        users = _naming(others, sources, outlines, store)
        if not users:
            return _everything(tests, f"{others[0]} changed, and nothing tells which test uses it")
        changed |= users
    linked = coarse.links(blobs, layout, outlines, store, origin)
    ways = coarse.importers(linked, layout, tests, changed)
    files = tuple(
        SelectedFile(
            path=path,
            reason=(
                "the test file itself changed"
                if len(ways[path]) == 1
                else f"it imports {' -> '.join(ways[path][1:])}"
            ),
            distance=len(ways[path]) - 1,
            changed=((ways[path][-1], MODULE),),
        )
        for path in tests
        if path in ways
    )
    if files:
        reason = f"{len(files)} of {len(tests)} test files import what changed"
        return Selection(kind=Kind.SOME, reason=reason, files=files, tests=tests)
    if changed:
        return _everything(tests, f"no test file is seen to import {min(changed)}")
    return Selection(kind=Kind.NONE, reason="only comments or prose changed", tests=tests)


def _naming(
    data: Iterable[str],
    sources: Mapping[str, tuple[Tree, str]],
    outlines: coarse.Outlines,
    store: FactStore,
) -> set[str]:
    """The Python files with a string that ends in the name of one of these data files."""
    names = {path.rpartition("/")[2] for path in data}
    if all("." in name for name in names):
        blobs = {path: blob for path, (_, blob) in sources.items()}
        kept = outlines(blobs.values())
        tokens = {path: kept[blob] for path, blob in blobs.items()}
    else:
        # Outlines hold no strings without a dot.
        tokens = {
            path: tuple(token for one in facts.definitions for token in one.tokens)
            for path, facts in gather(sources, store).items()
        }
    return {
        path
        for path, own in tokens.items()
        for token in own
        if token[0] == "'" and token.rpartition("/")[2].removeprefix("'") in names
    }


def _answer(
    graph: "Graph",
    parts: Mapping[str, delta.Delta],
    data: Iterable[str],
    tests: tuple[str, ...],
    unused: "frozenset[Key]",
    remade: "frozenset[Key]",
    inert: frozenset[str],
) -> Selection:
    """``unused`` are changed definitions that need not be reached by anything; ``remade`` classes that count as changed as well;
    ``inert`` removed modules that only held values.
    """
    seeds: list[Seed] = []
    silent: list[str] = []
    for path, part in parts.items():
        if not part.changed:
            continue
        module = graph.node(path, MODULE)
        altered = {*part.changed, *(name for where, name in remade if where == path)}
        if _imports_matter(graph, path, part, inert) or graph.is_built_upon(path, part.bases):
            altered.add(MODULE)
        own = [_seed(graph, path, name, unused) for name in sorted(altered)]
        if path in tests:
            bit = 1 << tests.index(path)
            own.append(Seed(path=path, name=MODULE, node=module, bits=bit | graph.reached(module)))
        if not any(seed.bits for seed in own):
            # Nobody mentions any of it, nor what else would call it: whoever loads the file counts.
            own = [Seed(path=path, name=MODULE, node=module, bits=graph.reached(module))]
        if not any(seed.bits for seed in own) and not (
            path in inert and _was_imported(graph, parts, path)
        ):
            silent.append(path)
        seeds += own
    for path in data:
        node = graph.data_node(path)
        reach = graph.reached(node)
        if path in tests:
            reach |= 1 << tests.index(path)
        if reach:
            seeds.append(Seed(path=path, name=MODULE, node=node, bits=reach))
        elif path not in parts and not _is_prose(path):
            silent.append(path)
    bits = 0
    for path in silent:
        near = graph.near(path)
        if near is None:
            continue
        if not near:
            return _everything(tests, f"{path} changed, and nothing tells which test uses it")
        bits |= near
        seeds.append(Seed(path=path, name=MODULE, node=graph.node(path, MODULE), bits=0))
    for seed in seeds:
        bits |= seed.bits
    files = _selected(graph, seeds, bits)
    if not files:
        names = ", ".join(sorted({*parts, *data})[:3]) or "the change"
        reason = f"only comments, annotations for type checkers or files that no test reaches changed ({names})"
        return Selection(
            kind=Kind.NONE, reason=reason, tests=tests, trace=Trace(graph=graph, seeds=tuple(seeds))
        )
    return Selection(
        kind=Kind.SOME,
        reason=f"{len(files)} of {len(tests)} test files can reach what changed",
        files=files,
        tests=tests,
        trace=Trace(graph=graph, seeds=tuple(seeds)),
    )


def _seed(graph: "Graph", path: str, name: str, unused: "frozenset[Key]") -> Seed:
    node = graph.node(path, name)
    bits = graph.reached(node)
    # What stands for the definition where Python runs a part of it only.
    for other in (ASKED if name == "__getattr__" else "", f"{name}()"):
        part = graph.find(path, other) if other else None
        if part is not None:
            bits |= graph.reached(part)
    # Python itself asks for ``__doc__``, ``__main__`` and their like; an import that nothing uses is judged with the others.
    special = name.startswith("__") and name.endswith("__")
    if bits or special or (path, name) in unused or graph.is_import(path, name):
        return Seed(path=path, name=name, node=node, bits=bits)
    return Seed(path=path, name=name, node=node, bits=graph.unseen(node), seen=False)


def _imports_matter(graph: "Graph", path: str, part: delta.Delta, inert: frozenset[str]) -> bool:
    """Whether the changed imports of a file can make more differ than the names that they bind.

    They do where a module of the project is now loaded, or is loaded no more, for a test that loads the file; where a name may
    not be found; and where a library is imported that nothing else in the tree imports so.
    """
    altered = part.added_imports | part.removed_imports
    for token in part.added_imports:
        if graph.is_internal(path, token):
            if not graph.is_bound(path, token) or not graph.loads_anyway(path, token, altered):
                return True
        elif not (_is_standard(token) or graph.knows(path, token)):
            return True
    return any(
        graph.is_internal(path, token)
        and not graph.loads_anyway(path, token, altered)
        and not graph.names_only(path, token, inert)
        for token in part.removed_imports
    )


def _was_imported(graph: "Graph", parts: Mapping[str, delta.Delta], removed: str) -> bool:
    """Whether a removed file was one that others imported: those are changed as well, and count for it."""
    return any(
        graph.names_only(path, token, frozenset([removed]))
        for path, part in parts.items()
        for token in part.removed_imports
    )


def _is_standard(token: str) -> bool:
    """Whether an import token names a module of the standard library."""
    return (
        token.startswith("+0:")
        and token[3:].partition(":")[0].partition(".")[0] in sys.stdlib_module_names
    )


def _is_prose(path: str) -> bool:
    return bool(_matches(path, _PROSE)) or path.startswith(_PROSE_FOLDERS)


def _selected(graph: "Graph", seeds: list[Seed], bits: int) -> tuple[SelectedFile, ...]:
    distances = graph.distances([seed.node for seed in seeds])
    found = []
    for index, path in enumerate(graph.tests):
        if not bits >> index & 1:
            continue
        reaching = [seed for seed in seeds if seed.bits >> index & 1]
        start = graph.node(path, MODULE)
        own = any(seed.path == path for seed in seeds)
        shown = [seed for seed in reaching if seed.seen] or reaching
        labels = ", ".join(dict.fromkeys(seed.label for seed in shown[:3])) + (
            f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        )
        if shown and not shown[0].seen:
            labels += ", which nothing that tests reach is seen to call"
        found.append(
            SelectedFile(
                path=path,
                reason=(
                    "the test file itself changed"
                    if own
                    else (
                        f"it {'reaches' if shown[0].seen else 'loads'} {labels}"
                        if labels
                        else "it stands nearest to what changed"
                    )
                ),
                distance=0 if own else distances.get(start, len(graph.keys)),
                changed=tuple((seed.path, seed.name) for seed in reaching),
            )
        )
    return tuple(found)


def _explain(selection: Selection, path: str) -> tuple[str, ...]:
    chosen = {one.path: one for one in selection.files}
    trace = selection.trace
    if path in chosen and selection.kind is Kind.ALL:
        return (path, f"selected: {selection.reason}")
    if path not in selection.tests:
        return _explain_source(selection, path)
    if trace is None:
        return (path, f"not selected: {selection.reason}")
    graph = trace.graph
    if path in chosen:
        lines = [path, f"selected: {chosen[path].reason}"]
        start = graph.node(path, MODULE)
        index = graph.tests.index(path)
        for seed in trace.seeds:
            if seed.bits >> index & 1:
                lines += graph.way(start, seed.node, index)
                break
        return tuple(lines)
    lines = [path, "not selected"]
    index = graph.tests.index(path)
    for seed in trace.seeds:
        lines.append(f"  {seed.label}: {graph.why_not(seed.node, index)}")
    return tuple(lines) if trace.seeds else (path, f"not selected: {selection.reason}")


def _explain_source(selection: Selection, path: str) -> tuple[str, ...]:
    reached = [
        f"  {one.path}: {', '.join(name or 'as a whole' for where, name in one.changed if where == path)}"
        for one in selection.files
        if any(where == path for where, _ in one.changed)
    ]
    if reached:
        return (path, f"reached by {len(reached)} of {len(selection.tests)} test files", *reached)
    if selection.kind is Kind.ALL:
        return (path, f"all tests are selected: {selection.reason}")
    return (path, "nothing in the change reaches a test through this file")

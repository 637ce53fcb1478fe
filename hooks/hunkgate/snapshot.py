"""Where the tests run: in the work tree when it is exactly what is judged, else in a snapshot of the judged tree.

The snapshot lies in git's own directory and is kept, so that the next one only writes the files that differ. git writes it, with an
index of its own: attributes, filters and line ends are those of a checkout, and the user's files and index are never touched.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hunkgate.errors import GitError
from hunkgate.git import Repository
from hunkgate.model import GITLINK, Change, Origin

# What programs write beside the files they run: neither judged nor imported.
_LITTER = ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")
# Ignored files next to tracked ones that running needs and building made: generated and compiled modules.
_BUILT = (".py", ".so", ".pyd", ".pyi", ".json", ".egg-link")
_BUILT_FOLDERS = (".egg-info", ".dist-info")
_NODE = "node_modules"
# Environments: what is installed, not what is judged, whether git ignores it or not.
_INSTALLED = (_NODE, ".venv", "venv")
# A checkout with nothing of the user's configuration that would run programs of his or leave files out.
_QUIET = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.sparseCheckout=false",
    "-c", "core.untrackedCache=false", "-c", "core.splitIndex=false", "-c", "advice.detachedHead=false",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The work tree beside what is judged.

    ``beside``: files in the work tree that are neither in the judged tree nor ignored. ``differs`` says in words why the tests
    cannot run in the work tree, '' where they can.
    """

    beside: frozenset[str]
    differs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to run: ``top`` is the root of the judged files; ``real`` the work tree where that is another folder, else None.

    ``reason`` says why it is a snapshot, and what of the judged tree is not in it.
    """

    top: Path
    real: Path | None
    reason: str = ""


def surroundings(repository: Repository, change: Change) -> Surroundings:
    """How the work tree and the head of the change differ. Without a work tree nothing lies beside. Raises GitError."""
    if repository.top is None:
        return Surroundings(beside=frozenset(), differs="there is no work tree")
    if change.origin is not Origin.STAGED and not _checked_out(repository, change):
        # Nothing in the work tree has to do with what is judged.
        return Surroundings(beside=frozenset(), differs="what is judged is not checked out")
    present, flagged = _present(repository)
    judged = change.head.entries()
    beside = frozenset(
        path
        for path in present - judged.keys()
        if not any(part in _LITTER or part in _INSTALLED for part in path.split("/"))
    )
    hidden = sorted(flagged & judged.keys())
    if hidden:
        # Such a file differs without any git command saying so.
        differs = f"{hidden[0]} is marked assume-unchanged or skip-worktree"
    elif beside:
        differs = f"{min(beside)} is in the work tree and not part of what is judged"
    elif not _unchanged(repository):
        differs = "files in the work tree differ from what is judged"
    else:
        differs = ""
    return Surroundings(beside=beside, differs=differs)


@contextlib.contextmanager
def place(
    repository: Repository, change: Change, differs: str, *, kept: bool = True
) -> Iterator[Place]:
    """The folder to run in: the work tree where ``differs`` is '', else the snapshot, locked while it is used.

    ``kept`` false puts it outside git's directory for this run alone: jest's file map leaves out every path with ``/.git/`` in it
    (jest-haste-map) and would find no test to run. Raises GitError.
    """
    if not differs and repository.top is not None:
        yield Place(top=repository.top, real=None)
        return
    with _folder(repository) if kept else _passing_folder() as folder:
        _write(repository, _tree_id(repository, change, folder), folder)
        top = folder / "tree"
        if repository.top is not None:
            _carry(repository, change, top)
        entries = change.head.entries().items()
        submodule = next((path for path, one in entries if one.mode == GITLINK), None)
        if submodule is not None:
            differs += f"; without the files of the submodule {submodule}"
        yield Place(top=top, real=repository.top, reason=differs)


def _checked_out(repository: Repository, change: Change) -> bool:
    """Whether HEAD and the index both are the head of a range."""
    commit = f"{change.commit}^{{tree}}"
    return repository.succeeds(
        "diff-index", "--cached", "--quiet", "--ignore-submodules=none", commit, "--"
    ) and repository.succeeds("diff-tree", "--quiet", "HEAD^{tree}", commit, "--")


def _present(repository: Repository) -> tuple[set[str], set[str]]:
    """The files of the work tree that are tracked or untracked, without the ignored; and those that git was told not to look at."""
    output = repository.run(
        "ls-files", "-z", "-v", "--cached", "--others", "--exclude-standard", "--deduplicate"
    )
    present: set[str] = set()
    flagged: set[str] = set()
    for record in output.split(b"\0"):
        tag, _, name = os.fsdecode(record).partition(" ")
        if name:
            present.add(name)
            if tag == "S" or tag.islower():
                flagged.add(name)
    return present, flagged


def _unchanged(repository: Repository) -> bool:
    # `git diff` compares contents where the index only knows other times; it writes no index under GIT_OPTIONAL_LOCKS=0.
    return repository.succeeds(
        "-c", "core.fsmonitor=false", "diff", "--quiet", "--no-ext-diff", "--no-textconv",
        "--ignore-submodules=dirty",
    )  # fmt: skip


@contextlib.contextmanager
def _folder(repository: Repository) -> Iterator[Path]:
    """A folder for this work tree's snapshot, locked; another one for this run alone where it is in use."""
    shelf = repository.state / "snapshots"
    name = hashlib.sha256(os.fsencode(repository.top or repository.git_dir)).hexdigest()[:12]
    kept = shelf / name
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            own = shelf / f"{name}-{os.getpid()}"
            own.mkdir()
            try:
                yield own
            finally:
                shutil.rmtree(own, ignore_errors=True)
            return
        yield kept


@contextlib.contextmanager
def _passing_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hunkgate-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def _tree_id(repository: Repository, change: Change, folder: Path) -> str:
    """The id of the tree to write. For what is staged git writes the tree, from a copy of the index."""
    if change.origin is not Origin.STAGED:
        found = repository.object(f"{change.commit}^{{tree}}")
        if found is None:
            raise GitError(f"{change.commit} is missing", remedy="run git fetch")
        return found[0]
    # git answers with GIT_INDEX_FILE where that is set.
    index = os.fsdecode(repository.run("rev-parse", "--git-path", "index").rstrip(b"\n"))
    source = (repository.top or repository.git_dir) / index
    if not source.exists():
        return repository.empty_tree
    copy = folder / "staged.index"
    # git itself may have it locked (`git commit -a`), and writing a tree would write into it.
    shutil.copyfile(source, copy)
    output = repository.run("write-tree", variables={"GIT_INDEX_FILE": str(copy)})
    return output.decode("ascii").strip()


def _write(repository: Repository, tree: str, folder: Path) -> None:
    top = folder / "tree"
    index = folder / "index"
    top.mkdir(exist_ok=True)
    # Left by a run that was killed; nobody else can hold it while the folder is locked.
    (folder / "index.lock").unlink(missing_ok=True)
    variables = {
        "GIT_INDEX_FILE": str(index),
        "GIT_DIR": str(repository.git_dir.absolute()),
        "GIT_WORK_TREE": str(top),
    }
    git = (*_QUIET, "-C", str(top))
    try:
        repository.run(*git, "read-tree", "--reset", "-u", tree, variables=variables)
    except GitError:
        # An index that is broken, or files in the way: from nothing.
        index.unlink(missing_ok=True)
        shutil.rmtree(top, ignore_errors=True)
        top.mkdir(exist_ok=True)
        repository.run(*git, "read-tree", "--reset", "-u", tree, variables=variables)
    excluded = [word for name in _LITTER for word in ("-e", name)]
    repository.run(*git, "clean", "-ffdxq", *excluded, variables=variables)


def _carry(repository: Repository, change: Change, top: Path) -> None:
    """Bring what the judged files need and git does not keep: built modules beside tracked files, and installed packages."""
    real = repository.top
    if real is None:
        return
    output = repository.run(
        "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"
    )
    names = {os.fsdecode(record).rstrip("/") for record in output.split(b"\0")}
    for path in change.head.entries():
        folder, _, name = path.rpartition("/")
        if name == "package.json":
            names.add(f"{folder}/{_NODE}".lstrip("/"))
    for name in sorted(names):
        last = name.rpartition("/")[2]
        source, target = real / name, top / name
        # Only where the judged tree has the folder too.
        if not name or not target.parent.is_dir() or os.path.lexists(target):
            continue
        if last == _NODE and source.is_dir():
            _link_packages(source, target, real, top)
        elif source.is_dir() and last.endswith(_BUILT_FOLDERS):
            shutil.copytree(source, target, symlinks=True)
        elif source.is_file() and not source.is_symlink() and last.endswith(_BUILT):
            shutil.copy2(source, target)


def _link_packages(source: Path, target: Path, real: Path, top: Path) -> None:
    """A node_modules whose packages are the installed ones, and the workspace's own packages those of the snapshot."""
    target.mkdir()
    for entry in source.iterdir():
        if entry.name.startswith("@") and entry.is_dir() and not entry.is_symlink():
            _link_packages(entry, target / entry.name, real, top)
            continue
        goal = entry
        if entry.is_symlink():
            resolved = entry.resolve()
            inside = real.resolve() in resolved.parents
            if inside and _NODE not in resolved.relative_to(real.resolve()).parts:
                goal = top / resolved.relative_to(real.resolve())
        (target / entry.name).symlink_to(goal)

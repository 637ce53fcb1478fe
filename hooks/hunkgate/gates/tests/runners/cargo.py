"""cargo: `cargo test` for the changed packages and their dependents, by the path dependencies that the manifests name.

Manifests: doc.rust-lang.org/cargo/reference/manifest.html, workspaces.html, specifying-dependencies.html#path-dependencies.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hunkgate.gates.tests.runners import Job, Reading, Wanted, by_status
from hunkgate.gates.tests.runners.packages import Package, dependents, is_prose, join, owner
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import GITLINK, SYMLINK, Change, Tree

_MANIFEST = "Cargo.toml"
_SECTIONS = ("dependencies", "dev-dependencies", "build-dependencies")
# What decides how everything below its folder is built.
_EVERYTHING = (
    "Cargo.lock",
    "rust-toolchain",
    "rust-toolchain.toml",
    ".cargo/config.toml",
    ".cargo/config",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workspace:
    """A folder with one lock file: the packages in it by folder; one package alone is a workspace too."""

    root: str
    packages: Mapping[str, Package]


def jobs(change: Change, _wanted: Wanted, _settings: TestSettings) -> tuple[Job, ...]:
    """A job for each workspace with a package that the change can break; all its packages where that cannot be told."""
    paths = sorted({path for file in change.files for path in file.touched})
    found = []
    for workspace in _workspaces(change.head):
        names = _names(workspace, paths)
        if names is None:
            argv: tuple[str, ...] = ("test", "--workspace")
            units = [one.name for one in workspace.packages.values()]
        else:
            argv = ("test", *(word for name in names for word in ("--package", name)))
            units = list(names)
        if units:
            found.append(
                Job(
                    runner="cargo",
                    program="cargo",
                    argv=argv,
                    units=tuple(f"cargo:{workspace.root}:{unit}" for unit in sorted(units)),
                    folder=workspace.root,
                )
            )
    return tuple(found)


def read(job: Job, status: int, _report: bytes) -> Reading:
    """cargo stops at the first package that fails: none of the others is known to have passed."""
    return by_status(job, status)


def _names(workspace: _Workspace, paths: list[str]) -> tuple[str, ...] | None:
    """The names of the packages to test, in order; None for all of them."""
    changed = set()
    for path in paths:
        if owner(path, (workspace.root,)) is None:
            continue
        inside = path.removeprefix(f"{workspace.root}/") if workspace.root else path
        if inside == _MANIFEST or inside in _EVERYTHING:
            return None
        folder = owner(path, workspace.packages)
        if folder is not None:
            # A README can be a doctest (#![doc = include_str!]), so inside a package everything counts.
            changed.add(folder)
        elif not is_prose(path):
            # `include_str!("../../data")`, a build script: a file beside the packages may be part of any.
            return None
    names = tuple(one.name for one in dependents(changed, workspace.packages))
    return None if "" in names else names


def _workspaces(tree: Tree) -> Iterator[_Workspace]:
    manifests = {
        path.rpartition("/")[0]: _document(tree.read(entry.blob))
        for path, entry in tree.entries().items()
        if path.rpartition("/")[2] == _MANIFEST and entry.mode not in (SYMLINK, GITLINK)
    }
    roots = {folder for folder, document in manifests.items() if "workspace" in document}
    members: dict[str, list[str]] = {}
    for folder, document in manifests.items():
        if isinstance(document.get("package"), dict):
            # The nearest workspace at or above it; one that excludes it only makes it part of a run too many.
            root = folder if folder in roots else owner(folder, roots)
            members.setdefault(folder if root is None else root, []).append(folder)
    for root, folders in sorted(members.items()):
        shared = _table(_table(manifests[root], "workspace"), "dependencies")
        yield _Workspace(
            root=root,
            packages={
                folder: Package(
                    name=str(_table(manifests[folder], "package").get("name", "")),
                    folder=folder,
                    needs=frozenset(_needs(manifests[folder], folder, shared, root)),
                )
                for folder in sorted(folders)
            },
        )


def _needs(
    document: Mapping[str, object], folder: str, shared: Mapping[str, object], root: str
) -> Iterator[str]:
    targets = _table(document, "target")
    for table in (document, *(_table(targets, name) for name in targets)):
        for section in _SECTIONS:
            entries = _table(table, section)
            for name in entries:
                entry, base = _table(entries, name), folder
                if entry.get("workspace") is True:
                    entry, base = _table(shared, name), root
                path = entry.get("path")
                if isinstance(path, str) and (found := join(base, path)) is not None:
                    yield found


def _document(content: bytes) -> Mapping[str, object]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        # cargo itself refuses such a manifest, and says why better: a package without a name selects its workspace.
        return {"package": {}}


def _table(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}

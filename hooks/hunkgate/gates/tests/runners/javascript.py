"""What vitest and jest have in common: which folders use one of them, and which files to ask it about.

Both follow imports from changed files to tests (`related`), both find nothing for a deleted file (jest #7436, #15309) and nothing
for a changed configuration (vitest #10421): those run everything here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from hunkgate.gates.tests.runners.packages import Package, dependents, is_prose, owner
from hunkgate.model import GITLINK, SYMLINK, Change, Tree

_MANIFEST = "package.json"
_SECTIONS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
# What an import can name, so that the runner's own graph knows it.
_IMPORTED = (
    ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro", ".json", ".css", ".scss", ".less",
    ".svg", ".png", ".html",
)  # fmt: skip
_CONFIGURATION = (
    "package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "pnpm-workspace.yaml", "bun.lock",
    ".npmrc", ".babelrc", ".swcrc", ".env",
)  # fmt: skip
_CONFIGURATION_PARTS = (
    ".config.",
    "tsconfig",
    "jsconfig",
    "vitest.",
    "jest.",
    "babel.config",
    ".setup.",
    "setupTests",
)
# Other languages' sources and settings: no JavaScript runner reads them.
_OTHERS = (".py", ".rs", ".go", ".toml", ".pyi", ".rb", ".java", ".cfg", ".ini")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder with a package.json that uses the runner. ``files``: the changed files to ask about, from the root of the tree.

    ``everything`` where asking is not enough.
    """

    folder: str
    files: tuple[str, ...]
    everything: bool


def projects(change: Change, runner: str, wanted: tuple[str, ...]) -> tuple[Project, ...]:
    """The projects whose tests the change can break. ``wanted`` are test files that a rule of the policy names."""
    packages, users = _packages(change.head, runner)
    if not users:
        return ()
    entries = change.head.entries()
    paths = {path for file in change.files for path in file.touched}
    whole: set[str] = set()
    ask: set[str] = set()
    changed: set[str] = set()
    for path in sorted(paths):
        folder = owner(path, packages)
        if folder is None:
            continue
        kind = _kind(path, present=path in entries)
        if kind == "nothing":
            continue
        changed.add(folder)
        if kind == "everything":
            # Above a workspace, configuration counts for all that lies below.
            whole |= {
                one
                for one in packages
                if not folder or one == folder or one.startswith(f"{folder}/")
            }
        else:
            ask.add(path)
    ask |= {path for path in wanted if path.endswith(_IMPORTED)}
    changed |= {found for path in ask if (found := owner(path, packages)) is not None}
    affected_whole = {one.folder for one in dependents(whole, packages)}
    affected = {one.folder for one in dependents(changed | whole, packages)}
    # A root that runs the tests of its workspace's packages depends on them without naming them.
    affected |= {
        user for user in users for one in affected if not user or one.startswith(f"{user}/")
    }
    return tuple(
        Project(
            folder=folder,
            files=tuple(sorted(ask)),
            everything=bool(
                {one for one in affected_whole if not folder or f"{one}/".startswith(f"{folder}/")}
            ),
        )
        for folder in sorted(users & affected)
    )


def _kind(path: str, *, present: bool) -> str:
    name = path.rpartition("/")[2]
    if name in _CONFIGURATION or any(part in name for part in _CONFIGURATION_PARTS):
        return "everything"
    if path.endswith(_OTHERS) or is_prose(path):
        return "nothing"
    # What is gone is imported by nobody who can be asked; what no import names may be read from the disk.
    return "ask" if present and path.endswith(_IMPORTED) else "everything"


def _packages(tree: Tree, runner: str) -> tuple[Mapping[str, Package], set[str]]:
    """The packages by folder, each with the folders it needs, and the folders of those that use the runner."""
    entries = tree.entries()
    documents = {
        path.rpartition("/")[0]: _document(tree.read(entry.blob))
        for path, entry in entries.items()
        if path.rpartition("/")[2] == _MANIFEST
        and entry.mode not in (SYMLINK, GITLINK)
        and "node_modules/" not in path
    }
    folders = {
        str(document.get("name")): folder
        for folder, document in documents.items()
        if document.get("name")
    }
    packages = {}
    users = set()
    for folder, document in documents.items():
        names = {name for section in _SECTIONS for name in _table(document, section)}
        packages[folder] = Package(
            name=str(document.get("name", folder)),
            folder=folder,
            needs=frozenset(folders[name] for name in names if name in folders),
        )
        prefix = f"{folder}/" if folder else ""
        configured = any(
            path.startswith((f"{prefix}{runner}.config.", f"{prefix}{runner}.workspace."))
            for path in entries
        )
        started = any(runner in str(line).split() for line in _table(document, "scripts").values())
        if runner in names or configured or started or (runner == "jest" and "jest" in document):
            users.add(folder)
    # A workspace root that only provides the runner for its packages runs nothing by itself.
    provided = {
        user
        for user in users
        if not any(
            runner in str(line).split() for line in _table(documents[user], "scripts").values()
        )
        and any(other != user and (not user or other.startswith(f"{user}/")) for other in users)
    }
    return packages, users - provided


def _document(content: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}

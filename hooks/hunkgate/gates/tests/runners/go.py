"""go: `go test` for the changed packages and all that import them, by the import declarations in the tree.

Packages, modules, `testdata` and embedded files: go.dev/ref/spec#Import_declarations, go.dev/ref/mod, `go help test`, package embed.
"""

import re
from collections.abc import Mapping

from hunkgate.gates.tests.runners import Job, Reading, Wanted, by_status
from hunkgate.gates.tests.runners.packages import Package, dependents, is_prose, owner
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import GITLINK, SYMLINK, Change, Tree

_MODULE = re.compile(rb'^\s*module\s+"?([^\s"]+)', re.MULTILINE)
# Import declarations stand before all others; a word in quotation marks that is no import only adds a dependency too many.
_BLOCK = re.compile(rb"^import\s*\((.*?)^\s*\)", re.MULTILINE | re.DOTALL)
_SINGLE = re.compile(rb"^import\s+(?:[\w.]+\s+)?[\"`]([^\"`]+)[\"`]", re.MULTILINE)
_QUOTED = re.compile(rb"[\"`]([^\"`\n]+)[\"`]")


def jobs(change: Change, _wanted: Wanted, _settings: TestSettings) -> tuple[Job, ...]:
    """A job for each module with a package that the change can break; the whole module where that cannot be told."""
    modules = _modules(change.head)
    if not modules:
        return ()
    packages = _packages(change.head, modules)
    paths = sorted({path for file in change.files for path in file.touched})
    changed: set[str] = set()
    whole: set[str] = set()
    for path in paths:
        name = path.rpartition("/")[2]
        if name in ("go.work", "go.work.sum"):
            whole |= set(modules)
        module = owner(path, modules)
        if module is None:
            continue
        if name in ("go.mod", "go.sum") or path.rpartition("/")[0].endswith("vendor"):
            whole.add(module)
        folder = owner(path, packages)
        if folder is not None and owner(f"{folder}/x" if folder else "x", modules) == module:
            changed.add(folder)
        elif not is_prose(path):
            whole.add(module)
    # Modules of one repository import each other by their paths (go.work, or a replacement by a folder).
    changed |= {folder for folder in packages if _module_of(folder, modules) in whole}
    affected: dict[str, list[str]] = {}
    for package in dependents(changed, packages):
        affected.setdefault(_module_of(package.folder, modules), []).append(package.folder)
    found = []
    for module, folders in sorted(affected.items()):
        names = ["./..."] if module in whole else [_relative(one, module) for one in folders]
        units = (
            folders
            if module not in whole
            else [one for one in packages if _module_of(one, modules) == module]
        )
        found.append(
            Job(
                runner="go",
                program="go",
                argv=("test", *names),
                units=tuple(f"go:{unit or '.'}" for unit in sorted(units)),
                folder=module,
            )
        )
    return tuple(found)


def read(job: Job, status: int, _report: bytes) -> Reading:
    """go test passes with exit status 0."""
    return by_status(job, status)


def _modules(tree: Tree) -> Mapping[str, str]:
    """Module path by folder."""
    found = {}
    for path, entry in tree.entries().items():
        if path.rpartition("/")[2] == "go.mod" and entry.mode not in (SYMLINK, GITLINK):
            match = _MODULE.search(tree.read(entry.blob))
            found[path.rpartition("/")[0]] = match[1].decode("utf-8", "replace") if match else ""
    return found


def _module_of(folder: str, modules: Mapping[str, str]) -> str:
    return owner(f"{folder}/x" if folder else "x", modules) or ""


def _packages(tree: Tree, modules: Mapping[str, str]) -> Mapping[str, Package]:
    """The packages of all modules by folder; files of one folder are one package, its tests included."""
    imports: dict[str, set[str]] = {}
    for path, entry in tree.entries().items():
        folder = path.rpartition("/")[0]
        skipped = any(
            part == "testdata" or part[:1] in ("_", ".") for part in folder.split("/") if part
        )
        if not path.endswith(".go") or skipped or entry.mode in (SYMLINK, GITLINK):
            continue
        if owner(path, modules) is not None:
            imports.setdefault(folder, set()).update(_imports(tree.read(entry.blob)))
    folders = {_import_path(folder, modules): folder for folder in imports}
    return {
        folder: Package(
            name=folder,
            folder=folder,
            needs=frozenset(folders[one] for one in names if one in folders),
        )
        for folder, names in imports.items()
    }


def _import_path(folder: str, modules: Mapping[str, str]) -> str:
    module = _module_of(folder, modules)
    inside = folder.removeprefix(module).strip("/")
    return f"{modules[module]}/{inside}".rstrip("/")


def _imports(content: bytes) -> set[str]:
    found = set(_SINGLE.findall(content))
    for block in _BLOCK.findall(content):
        found |= set(_QUOTED.findall(block))
    return {one.decode("utf-8", "replace") for one in found}


def _relative(folder: str, module: str) -> str:
    inside = folder.removeprefix(module).strip("/") if module else folder
    return f"./{inside}" if inside else "."

"""The tests gate as a judge: what a change says about its own tests before any of them runs.

Only the edge knows which files lie in the work tree without being part of what is judged. It hands their names to ``gate``, and
all that follows is pure.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hunkgate.gate import Gate, Rule
from hunkgate.gates.tests.settings import TestSettings, settings
from hunkgate.model import GITLINK, SYMLINK, Change, Entry, Finding
from hunkgate.policy import Policy

UNTRACKED_IMPORT = Rule(
    id="tests/untracked-import",
    summary="a module imports a file that lies in the work tree but is not part of the change",
)
FAILED = Rule(
    id="tests/failed", summary="a test that the change can affect fails on what is judged"
)
TIMEOUT = Rule(id="tests/timeout", summary="the tests did not end within the policy's time limit")

# Where Python looks for a project's modules without being told, beside the folder of the importing file.
_ROOTS = ("", "src", "lib")
_MODULE_ENDINGS = (".py", ".so", ".pyd")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Import:
    """One import: its line, the level of a relative one, and the dotted names that it may ask for."""

    line: int
    level: int
    names: tuple[str, ...]


def gate(beside: Iterable[str] = ()) -> Gate[TestSettings]:
    """The gate. ``beside``: paths of files that lie in the work tree and are in neither the judged tree nor ignored.

    Without a work tree, on a server or for a commit that is not checked out, there are none.
    """
    paths = frozenset(beside)

    def check(change: Change, _settings: TestSettings, _policy: Policy) -> Iterator[Finding]:
        return untracked_imports(change, paths)

    return Gate(
        name="tests",
        summary="runs the tests that the change can affect, on exactly what is committed",
        rules=(FAILED, TIMEOUT, UNTRACKED_IMPORT),
        parse=settings,
        check=check,
    )


GATE = gate()


def untracked_imports(change: Change, beside: frozenset[str]) -> Iterator[Finding]:
    """A finding for each import, in a Python file of the change, of a module that is only ``beside``.

    An import within ``try ... except ImportError`` does without its module and is left alone.
    """
    missing = {_stem(path): path for path in beside if path.endswith(_MODULE_ENDINGS)}
    if not missing:
        return
    entries = change.head.entries()
    for file in change.files:
        path = file.head_path
        if path is None or not path.endswith(".py") or file.head_mode in (SYMLINK, GITLINK):
            continue
        for one in _imports(change.after(file)):
            found = _found(one, path, missing, entries)
            if found is not None:
                yield Finding(
                    rule=UNTRACKED_IMPORT.id,
                    path=path,
                    line=one.line,
                    message=f"imports {found}, a file of the work tree that is not part of this change",
                    remedy=f"git add {found}, or remove the import",
                )


def _found(
    one: _Import, path: str, missing: Mapping[str, str], entries: Mapping[str, Entry]
) -> str | None:
    folder = path.rpartition("/")[0]
    if one.level:
        parts = folder.split("/") if folder else []
        roots = ["/".join(parts[: len(parts) - one.level + 1])]
    else:
        # The folder of a script, and of a test file that is in no package, stands on the path itself.
        roots = [*_ROOTS, folder]
    for name in one.names:
        words = name.split(".") if name else []
        for count in range(1, len(words) + 1):
            stems = ["/".join((*((root,) if root else ()), *words[:count])) for root in roots]
            if any(f"{stem}{end}" in entries for stem in stems for end in (".py", "/__init__.py")):
                continue
            for stem in stems:
                if stem in missing:
                    return missing[stem]
    return None


def _stem(path: str) -> str:
    folder, _, name = path.rpartition("/")
    # A compiled module's name goes on after its first dot: _speed.cpython-311-x86_64-linux-gnu.so
    stem = name.partition(".")[0]
    if stem == "__init__":
        return folder
    return f"{folder}/{stem}" if folder else stem


def _imports(content: bytes) -> Iterator[_Import]:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # A file that Python cannot read fails its tests by itself.
        return
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _Import(line=node.lineno, level=0, names=(alias.name,))
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = [f"{module}.{alias.name}".lstrip(".") for alias in node.names]
            yield _Import(line=node.lineno, level=node.level, names=tuple(names))
        elif isinstance(node, ast.Try) and any(_absorbs(one) for one in node.handlers):
            todo += [*node.handlers, *node.orelse, *node.finalbody]
        else:
            todo += ast.iter_child_nodes(node)


def _absorbs(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(names & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})

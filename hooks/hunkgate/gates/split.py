"""How a change that is too large could be cut into commits: along folders, imported files before those that import them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hunkgate.model import Change, FileChange

_PYTHON = re.compile(
    rb"^\s*(?:from\s+([.\w]+)\s+import\s+\(?([\w, \t]*)|import\s+([.\w]+))", re.MULTILINE
)
_OTHERS = re.compile(
    rb"^\s*(?:(?:import|export)\b[^'\"\n]*['\"]([^'\"\n]+)['\"]|use\s+([\w:]+))", re.MULTILINE
)
_MOST_COMMITS = 5
_MOST_READ_BYTES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One commit of the proposal."""

    files: tuple[FileChange, ...]

    @property
    def lines(self) -> int:
        """Lines added plus deleted."""
        return sum(file.lines for file in self.files)


def parts(change: Change, files: tuple[FileChange, ...], limit: int) -> tuple[Part, ...]:
    """The files in commits of at most ``limit`` lines each, in an order in which no file comes before one that it imports.

    A file that is larger than the limit by itself stands alone; files that import each other in a circle keep their path order.
    """
    ordered = _ordered(files, _imports(change, files))
    found: list[list[FileChange]] = []
    folder = ""
    for file in ordered:
        own = _folder(file)
        room = found and sum(one.lines for one in found[-1]) + file.lines <= limit
        # A new folder opens a new commit once the last one is well filled: commits then follow the project's own parts.
        full = found and own != folder and sum(one.lines for one in found[-1]) * 2 > limit
        if room and not full:
            found[-1].append(file)
        else:
            found.append([file])
        folder = own
    return tuple(Part(files=tuple(group)) for group in found)


def proposal(change: Change, files: tuple[FileChange, ...], limit: int) -> tuple[str, ...]:
    """The split as lines for a reader: what to stage for each commit, and which files must be cut by hand."""
    found = parts(change, files, limit)
    if len(found) < 2 and all(part.lines <= limit for part in found):
        return ()
    lines = []
    for number, part in enumerate(found[:_MOST_COMMITS], 1):
        names = ", ".join(file.path for file in part.files[:3])
        rest = f" and {len(part.files) - 3} more" if len(part.files) > 3 else ""
        alone = (
            " (larger than the limit by itself: cut it with git add -p)"
            if part.lines > limit
            else ""
        )
        lines.append(
            f"commit {number}: {names}{rest}, {part.lines} line{'s' if part.lines != 1 else ''}{alone}"
        )
    if len(found) > _MOST_COMMITS:
        left = found[_MOST_COMMITS:]
        lines.append(f"then {len(left)} more commits with {sum(part.lines for part in left)} lines")
    return tuple(lines)


def _folder(file: FileChange) -> str:
    return file.path.rpartition("/")[0]


def _imports(change: Change, files: tuple[FileChange, ...]) -> Mapping[str, frozenset[str]]:
    """For each changed file the changed files that it imports, by the longest name that fits: enough for an order, not a graph."""
    by_name: dict[str, str] = {}
    for file in files:
        stem = re.sub(r"(/__init__|/index|/mod)?\.\w+$", "", file.path)
        names = stem.split("/")
        for start in range(len(names)):
            by_name.setdefault(".".join(names[start:]), file.path)
    found = {}
    for file in files:
        content = change.after(file) if file.head_blob and not file.binary else b""
        wanted = set()
        for name in _imported(content[:_MOST_READ_BYTES]):
            dotted = re.sub(
                r"[/:]+", ".", re.sub(r"\.(?:js|ts|tsx|jsx|mjs|py|rs)$", "", name)
            ).strip(".")
            while dotted and dotted not in by_name:
                dotted = dotted.rpartition(".")[0]
            if dotted and by_name[dotted] != file.path:
                wanted.add(by_name[dotted])
        found[file.path] = frozenset(wanted)
    return found


def _imported(content: bytes) -> Iterator[str]:
    for match in _PYTHON.finditer(content):
        module = (match[1] or match[3]).decode("utf-8", "replace")
        yield module
        for name in (match[2] or b"").decode("utf-8", "replace").split(","):
            yield f"{module}.{name.split()[0]}" if name.split() else module
    for match in _OTHERS.finditer(content):
        yield (match[1] or match[2]).decode("utf-8", "replace")


def _ordered(
    files: tuple[FileChange, ...], imports: Mapping[str, frozenset[str]]
) -> tuple[FileChange, ...]:
    by_path = {file.path: file for file in files}
    done: dict[str, None] = {}
    for start in by_path:
        # Depth first without recursion: a chain of imports may be as long as the change is wide.
        stack = [(start, iter(sorted(imports[start])))]
        open_ = {start}
        while stack:
            path, rest = stack[-1]
            following = next((one for one in rest if one not in done and one not in open_), None)
            if following is None:
                stack.pop()
                done.setdefault(path)
            else:
                open_.add(following)
                stack.append((following, iter(sorted(imports[following]))))
    return tuple(by_path[path] for path in done)

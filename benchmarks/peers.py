"""hunkgate beside pytest-testmon, pytest-impacted and snob: the same one-line changes of real projects, in one run.

python benchmarks/peers.py [--python PYTHON] [--mutants N] [--minutes M] [--projects NAME ...]

The projects are source archives that pip downloads, the peers come from the same registry, all into a temporary folder. A case is a line of a
project's package with one operator, condition, constant or result changed, drawn with a fixed seed; the truth is a run of the whole suite before
and after. Cases that no test notices are dropped. For each selector: in how many cases every test file that newly fails was chosen (safe), the share of
the test files and of the tests that it chose on average, the processor seconds of choosing (median), and what its preparation costs beside the plain run.
PYTHON is the projects' interpreter: records want 3.12 or newer. No case of a project is begun after M minutes (2).
"""

import argparse
import ast
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import archives

HOOKS = Path(__file__).resolve().parent.parent / "hooks"
PROJECTS = (archives.ITSDANGEROUS, archives.SQLPARSE, archives.JINJA, archives.STRUCTLOG)
TIMEOUT = 120  # seconds of one run of a suite; a change after which it takes longer is no case
EVERYTHING = "*"
# What pytest ran, however it names it on the terminal.
PLUGIN = """\
import json, os
failed, items = set(), []
def pytest_collectreport(report):
    if report.failed: failed.add(report.nodeid)
def pytest_runtest_logreport(report):
    if report.failed: failed.add(report.nodeid)
def pytest_collection_finish(session):
    items.extend(one.nodeid for one in session.items)
def pytest_sessionfinish():
    with open(os.environ["OUTCOMES"], "w") as out:
        json.dump({"failed": sorted(failed), "items": items}, out)
"""
SNOB = "import sys, snob_lib\nfor path in snob_lib.get_tests(sys.argv[1:]): print(path)"
OPPOSITES: Mapping[type[ast.AST], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: ">=",
    ast.GtE: "<",
    ast.Gt: "<=",
    ast.LtE: ">",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Add: "-",
    ast.Sub: "+",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One place of one line: the bytes from ``start`` to ``end`` of the 1-based ``line`` become ``text``."""

    path: Path
    line: int
    start: int
    end: int
    text: str

    def applied(self) -> bytes:
        """The file's content with the change."""
        lines = self.path.read_bytes().splitlines(keepends=True)
        old = lines[self.line - 1]
        lines[self.line - 1] = old[: self.start] + self.text.encode() + old[self.end :]
        return b"".join(lines)


@dataclass(slots=True)
class Score:
    """What a selector did over all cases."""

    safe: list[bool] = field(default_factory=list)
    files: list[float] = field(default_factory=list)
    nodes: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    preparing: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A run of pytest: what failed, what was collected (node ids), processor seconds; ``whole`` is False for one that broke off."""

    failed: frozenset[str] = frozenset()
    items: tuple[str, ...] = ()
    seconds: float = 0.0
    whole: bool = True


def mutants(path: Path) -> Iterator[Mutant]:
    """Every change of the file that this benchmark knows to make."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPPOSITES:
            yield from _between(path, node.left, node.comparators[0], node.ops[0])
        elif isinstance(node, ast.BinOp) and type(node.op) in OPPOSITES:
            yield from _between(path, node.left, node.right, node.op)
        elif isinstance(node, ast.Return) and node.value is not None:
            yield from _instead(path, node.value, "None")
        elif isinstance(node, ast.If):
            text = ast.get_source_segment(path.read_text("utf-8"), node.test)
            yield from _instead(path, node.test, f"not ({text})")
        elif isinstance(node, ast.Constant) and type(node.value) in (bool, int):
            yield from _instead(path, node, repr(not node.value if node.value in (0, 1) else 1))


def _between(path: Path, left: ast.expr, right: ast.expr, operator: ast.AST) -> Iterator[Mutant]:
    start, end = left.end_col_offset, right.col_offset
    if left.end_lineno == right.lineno and start is not None:
        text = f" {OPPOSITES[type(operator)]} "
        yield Mutant(path=path, line=right.lineno, start=start, end=end, text=text)


def _instead(path: Path, node: ast.expr, text: str) -> Iterator[Mutant]:
    start, end = node.col_offset, node.end_col_offset
    if node.lineno == node.end_lineno and end is not None:
        yield Mutant(path=path, line=node.lineno, start=start, end=end, text=text)


class Work:
    """One project as a repository with one commit, its environment, and what its suite does there unchanged."""

    def __init__(self, project: archives.Project, python: str, tools: str, scratch: Path) -> None:
        self.project = project
        self._tools = tools
        self._scratch = scratch
        self.folder = scratch / project.name
        env = self.folder / ".venv"
        self.folder.mkdir()
        self._python = archives.environment(python, env, "pytest", "pytest-testmon", *project.needs)
        archive = archives.unpacked(project, self._python, scratch)
        shutil.copytree(archive, self.folder, dirs_exist_ok=True)
        # As an editable installation has it.
        (packages,) = env.glob("lib/python*/site-packages")
        (packages / "project.pth").write_text(f"{(self.folder / project.root).resolve()}\n")
        (scratch / "outcomes.py").write_text(PLUGIN)
        self.git("init", "-q")
        (self.folder / ".git/info/exclude").write_text(".venv\n.testmondata*\n__pycache__\n")
        self.git("add", "-A", "--force", "--", ".", ":!.venv")
        nobody = ("-c", "user.name=b", "-c", "user.email=b@example.invalid")
        self.git(*nobody, "commit", "-q", "--no-verify", "-m", "all")
        self.plain = self.pytest("--continue-on-collection-errors")

    def git(self, *arguments: str) -> None:
        """Run git in the repository, without anybody's hooks."""
        subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", *arguments], cwd=self.folder, check=True
        )

    def run(self, *command: str, **extra: str) -> tuple[str, float]:
        """What a command prints, and its processor seconds. Raises TimeoutExpired."""
        variables = archives.variables(self.project, self.folder)
        del variables["PYTHONPATH"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env=variables | extra,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return ended.stdout, seconds

    def pytest(self, *arguments: str, tests: tuple[str, ...] = ()) -> Outcome:
        """Run the suite, or only these files and node ids."""
        out = self._scratch / "outcomes.json"
        out.unlink(missing_ok=True)
        plain = ("-q", "--tb=no", "-p", "no:cacheprovider", "-p", "outcomes")
        command = (self._python, "-m", "pytest", *plain, *arguments, *(tests or self.project.tests))
        _, seconds = self.run(*command, OUTCOMES=str(out), PYTHONPATH=str(self._scratch))
        if not out.exists():
            return Outcome(whole=False, seconds=seconds)
        found = json.loads(out.read_text())
        failed, items = frozenset(found["failed"]), tuple(found["items"])
        return Outcome(failed=failed, items=items, seconds=seconds)

    def hunkgate(self, *arguments: str) -> tuple[list[str], float]:
        """Run ``hunkgate test`` of this tree in the repository."""
        command = (sys.executable, "-m", "hunkgate", "test", *arguments)
        out, seconds = self.run(*command, PYTHONPATH=str(HOOKS))
        return out.splitlines(), seconds

    def prepared(self, scores: Mapping[str, Score]) -> None:
        """Make what testmon and hunkgate remember of the unchanged project."""
        _, seconds = self.run(
            self._python, "-m", "pytest", "-q", "--tb=no", "--testmon", *self.project.tests
        )
        scores["pytest-testmon"].preparing.append(seconds / self.plain.seconds)
        _, seconds = self.hunkgate("--record")
        scores["hunkgate with a record"].preparing.append(seconds / self.plain.seconds)
        (self.folder / ".git/hunkgate/records.sqlite").rename(self._scratch / "records.sqlite")
        (self.folder / ".testmondata").rename(self._scratch / "testmondata")

    def chosen(self, path: str) -> Iterator[tuple[str, list[str], float]]:
        """Each selector's name, what it chose of the staged change at ``path``, and its processor seconds."""
        for each in self.folder.glob(".testmondata*"):
            each.unlink()
        shutil.copy(self._scratch / "testmondata", self.folder / ".testmondata")
        selecting = ("--testmon", "--testmon-forceselect", "--collect-only")
        outcome = self.pytest(*selecting)
        broken = {one.partition("::")[0] for one in outcome.failed}
        listed = [*outcome.items, *broken] if outcome.whole else [EVERYTHING]
        yield "pytest-testmon", listed, outcome.seconds
        bin_folder = Path(self._tools).parent
        package = ("--module", self.project.package, "--tests-dir", self.project.tests[0])
        impacted = (str(bin_folder / "impacted-tests"), "--git-mode", "unstaged", *package)
        root = str((self.folder / self.project.root).resolve())
        out, seconds = self.run(*impacted)
        yield "pytest-impacted", out.split(), seconds
        out, seconds = self.run(self._tools, "-c", SNOB, path, PYTHONPATH=root, RUST_LOG="off")
        yield "snob", out.split(), seconds
        yield "hunkgate", *self.hunkgate("--staged", "--list")
        kept = self.folder / ".git/hunkgate/records.sqlite"
        shutil.copy(self._scratch / "records.sqlite", kept)
        yield "hunkgate with a record", *self.hunkgate("--staged", "--nodes")
        kept.unlink()

    def judged(self, mutant: Mutant, scores: Mapping[str, Score]) -> bool:
        """Measure all selectors on one change; False where no test notices it."""
        before = mutant.path.read_bytes()
        try:
            content = mutant.applied()
            compile(content, str(mutant.path), "exec")
            mutant.path.write_bytes(content)
            self.git("add", "-u")
            after = self.pytest("--continue-on-collection-errors")
            nodes = frozenset(self.plain.items)
            truth = after.failed - self.plain.failed if after.whole else nodes
            if truth and after.whole:
                # Some tests watch the clock: what does not fail twice did not notice the change.
                truth &= self.pytest("--continue-on-collection-errors", tests=tuple(truth)).failed
            if not truth:
                return False
            truth_files = {one.partition("::")[0] for one in truth}
            for name, chosen, seconds in self.chosen(str(mutant.path.relative_to(self.folder))):
                self._score(scores[name], chosen, truth_files, seconds)
            return True
        except (SyntaxError, subprocess.TimeoutExpired):
            return False
        finally:
            mutant.path.write_bytes(before)
            self.git("add", "-u")

    def _score(self, score: Score, chosen: list[str], truth: set[str], seconds: float) -> None:
        nodes = self.plain.items
        every = {one.partition("::")[0] for one in nodes}
        listed = {os.path.relpath(self.folder / one, self.folder) for one in chosen}
        if EVERYTHING in chosen:
            listed = set(every)
        files = {one.partition("::")[0] for one in listed} & every
        score.safe.append((truth & every or every) <= files)
        score.files.append(len(files) / len(every))
        running = [one for one in nodes if one in listed or one.partition("::")[0] in listed]
        score.nodes.append(len(running) / len(nodes))
        score.seconds.append(seconds)


def table(scores: Mapping[str, Score]) -> None:
    """Print what was found so far."""
    print(
        f"{'':24}{'cases':>6}{'safe':>8}{'files':>8}{'tests':>8}{'choosing':>10}{'preparing':>11}"
    )
    for name, one in scores.items():
        if one.safe:
            preparing = f"{statistics.mean(one.preparing):.2f}" if one.preparing else "-"
            print(
                f"{name:24}{len(one.safe):6}{statistics.mean(one.safe):8.1%}{statistics.mean(one.files):8.1%}"
                f"{statistics.mean(one.nodes):8.1%}{statistics.median(one.seconds):8.2f} s{preparing:>11}",
                flush=True,
            )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--mutants", type=int, default=6, help="cases of each project")
    parser.add_argument("--minutes", type=float, default=2.0, help="for the cases of each project")
    every = [one.name for one in PROJECTS]
    parser.add_argument("--projects", nargs="+", choices=every, default=every, metavar="NAME")
    given = parser.parse_args()
    names = ("pytest-testmon", "pytest-impacted", "snob", "hunkgate", "hunkgate with a record")
    scores = {name: Score() for name in names}
    with tempfile.TemporaryDirectory(prefix="peers-") as temporary:
        scratch = Path(temporary).resolve()
        tools = archives.environment(
            sys.executable, scratch / "tools", "pytest-impacted", "snob-lib"
        )
        for project in (one for one in PROJECTS if one.name in given.projects):
            work = Work(project, given.python, tools, scratch)
            work.prepared(scores)
            sources = sorted((work.folder / project.package).rglob("*.py"))
            made = [one for path in sources for one in mutants(path)]
            random.Random(project.name).shuffle(made)
            kept = tried = 0
            end = time.monotonic() + given.minutes * 60
            while made and kept < given.mutants and time.monotonic() < end:
                tried += 1
                kept += work.judged(made.pop(), scores)
            print(
                f"{project.name}: {kept} of {tried} changes are noticed by its {len(work.plain.items)} tests"
            )
            table(scores)


if __name__ == "__main__":
    main()

"""A small real project under git, and hunkgate run in it as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# The judged project's Python is named by its policy: the one that runs these tests has pytest.
POLICY = f'[tests]\npython = "{sys.executable}"\n'
FILES = {
    "hunkgate.toml": POLICY,
    "pyproject.toml": "[project]\nname = 'pkg'\nversion = '1'\n",
    ".gitignore": "__pycache__/\n",
    "src/pkg/__init__.py": "",
    "src/pkg/core.py": "def one():\n    return 1\n",
    "src/pkg/other.py": "def two():\n    return 2\n",
    "tests/test_core.py": "from pkg.core import one\n\n\ndef test_one():\n    assert one() == 1\n",
    "tests/test_other.py": "from pkg.other import two\n\n\ndef test_two():\n    assert two() == 2\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run of hunkgate ended."""

    status: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line of standard output: what the run came to."""
        return self.out.rstrip("\n").rpartition("\n")[2]


@dataclass(frozen=True, slots=True)
class Project:
    """A repository with a work tree."""

    top: Path

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.top,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def stage(self, files: Mapping[str, str]) -> None:
        self.write(files)
        self.git("add", "--all", "--", *files)

    def commit(self, files: Mapping[str, str], message: str = "change") -> str:
        self.stage(files)
        self.git("commit", "--quiet", "--no-verify", "--message", message)
        return self.git("rev-parse", "HEAD")

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "hunkgate", *arguments]

    def test(self, *arguments: str, variables: Mapping[str, str] | None = None) -> Ran:
        return self.run("test", *arguments, variables=variables)

    def run(self, *arguments: str, variables: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            self.argv(*arguments),
            stdin=subprocess.DEVNULL,
            cwd=self.top,
            env=environment(variables),
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(status=done.returncode, out=done.stdout, err=done.stderr)

    def state(self) -> dict[str, bytes]:
        """Every file of the work tree with its content, and the index and configuration: what must stay as it is."""
        files = {
            str(path.relative_to(self.top)): path.read_bytes()
            for path in self.top.rglob("*")
            if path.is_file()
            and not {".git", "__pycache__", ".pytest_cache"}.intersection(path.parts)
        }
        for name in ("index", "config", "HEAD"):
            path = self.top / ".git" / name
            files[f".git/{name}"] = path.read_bytes() if path.exists() else b""
        return files


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without what git, a hook runner or the user's own configuration put there."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PRE_COMMIT", "PREK_", "PYTEST_"))
    }
    names = {
        f"GIT_{role}_{part}": "t@example.org"
        for role in ("AUTHOR", "COMMITTER")
        for part in ("NAME", "EMAIL")
    }
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return kept | names | quiet | dict(variables or {})


def project(folder: Path, files: Mapping[str, str] | None = None) -> Project:
    """A repository in the folder with FILES, and these over them, in its first commit on the branch main."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Project(folder)
    made.git("init", "--quiet", "--initial-branch=main")
    made.commit({**FILES, **(files or {})}, "first")
    return made

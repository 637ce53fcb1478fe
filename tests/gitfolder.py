"""A repository on disk that a test writes to and calls git and hunkgate in."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Content = bytes | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a program ended: exit code, and what it printed as text."""

    code: int
    out: str
    err: str


class Folder:
    """A git work tree. ``write`` takes None for a deletion."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(
        self,
        *arguments: str | bytes,
        stdin: bytes | None = None,
        check: bool = True,
        env: dict[str, str] | None = None,
    ) -> str:
        """The output of a git command, without its last line end; fails the test where git fails."""
        argv = [b"git", *(os.fsencode(one) for one in arguments)]
        done = subprocess.run(
            argv, cwd=self.path, input=stdin, capture_output=True, env=os.environ | (env or {})
        )
        assert not check or done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return os.fsdecode(done.stdout).rstrip("\n")

    def program(
        self,
        *argv: str | Path,
        stdin: bytes = b"",
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Ran:
        """Run any program in the folder, whatever its exit code."""
        done = subprocess.run(
            argv,
            cwd=cwd or self.path,
            input=stdin,
            capture_output=True,
            env=os.environ | (env or {}),
        )
        return Ran(
            code=done.returncode,
            out=done.stdout.decode("utf-8", "surrogateescape"),
            err=done.stderr.decode("utf-8", "surrogateescape"),
        )

    def write(self, files: Mapping[str, Content]) -> None:
        """Write, or for None delete, files below the folder."""
        for name, content in files.items():
            path = os.path.join(os.fsencode(self.path), os.fsencode(name))
            if content is None:
                os.remove(path)
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)

    def stage(self, files: Mapping[str, Content] | None = None) -> None:
        """Write files, and stage everything."""
        self.write(files or {})
        self.git("add", "--all", "--force")

    def commit(self, files: Mapping[str, Content] | None = None, message: str = "a commit") -> str:
        """Write files, commit everything without hooks, and give the commit's id."""
        self.stage(files)
        self.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def hunkgate(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Ran:
        """Run hunkgate as a program of its own."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "hunkgate", *arguments],
            cwd=cwd or self.path,
            input=stdin if stdin is not None else b"",
            capture_output=True,
            env=os.environ
            | {"PYTHONPATH": str(Path(__file__).parent.parent / "hooks")}
            | (env or {}),
        )
        return Ran(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    def changes(
        self, *arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> list[tuple[Any, ...]]:
        """``hunkgate diff`` as (status, old, new, added, deleted) rows."""
        ran = self.hunkgate(
            "diff", *(arguments or ("--staged",)), "--format", "json", env=env, cwd=cwd
        )
        assert ran.code == 0, ran.err
        return [
            tuple(row[key] for key in ("status", "old", "new", "added", "deleted"))
            for row in json.loads(ran.out)["changes"]
        ]

    def snapshot(self) -> dict[str, bytes]:
        """Every file of the work tree and of git's directory but the objects, hunkgate's own folder and logs."""
        found = {}
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            if path.is_file() and not name.startswith(
                (".git/objects/", ".git/hunkgate/", ".git/logs/")
            ):
                found[name] = path.read_bytes()
        return found

"""How long a selection takes on a source archive: a plain walk over its syntax, cold and warm, in one run.

python benchmarks/selection.py ARCHIVE.tar.gz     an sdist; `pip download --no-deps --no-binary NAME NAME` fetches one
Prints seconds and the ratio of the cold selection to the plain walk. Nothing outside a temporary folder is written.
"""

import ast
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
from pathlib import Path


def git(folder: Path, *arguments: str) -> None:
    """Run git in the folder as nobody in particular."""
    identity = [
        "-c",
        "user.name=b",
        "-c",
        "user.email=b@example.invalid",
        "-c",
        "core.hooksPath=/dev/null",
    ]
    subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )


def walk_seconds(files: list[Path]) -> float:
    """Seconds to parse every file and visit every node, in this process."""
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in files:
            try:
                for _ in ast.walk(ast.parse(file.read_bytes())):
                    pass
            except (SyntaxError, ValueError):
                continue
    return time.perf_counter() - start


def selection_seconds(folder: Path) -> float:
    """Seconds of `hunkgate test --staged --list`, the whole process."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "hunkgate", "test", "--staged", "--list"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(archive: str) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary:
        with tarfile.open(archive) as content:
            content.extractall(temporary, filter="data")
        folder = next(one for one in Path(temporary).iterdir() if one.is_dir())
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "all")
        files = sorted(folder.rglob("*.py"))
        changed = max(
            (one for one in files if "test" not in str(one.relative_to(folder))),
            key=lambda one: one.stat().st_size,
        )
        changed.write_bytes(changed.read_bytes() + b"\n\ndef added_here():\n    return 1\n")
        git(folder, "add", "-A")
        walk = walk_seconds(files)
        cold = selection_seconds(folder)
        warm = min(selection_seconds(folder) for _ in range(3))
        print(f"{len(files)} Python files, one of them changed")
        print(f"plain walk of the syntax  {walk:7.2f} s")
        print(f"selection, nothing kept   {cold:7.2f} s   {cold / walk:.2f} times the walk")
        print(f"selection, all kept       {warm:7.2f} s   {warm / walk:.2f} times the walk")


if __name__ == "__main__":
    main(sys.argv[1])

"""What the dependencies gate costs beside the parsers that it uses: ``python benchmarks/dependencies.py``.

A lock of 10,000 packages of which 100 change, staged in a temporary repository. Compared in one run: ``hunkgate dependencies --staged``
against its own start-up (the same command where nothing is staged) plus the bare parser reading both sides. Bar: 1.5 times.
"""

import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PACKAGES, CHANGED, ROUNDS, BAR = 10_000, 100, 3, 1.5
COMMAND = [sys.executable, "-m", "hunkgate", "dependencies", "--staged", "--format", "json"]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def versions(moved: bool) -> list[tuple[str, str]]:
    return [
        (f"package-{n:05}", f"1.{n % 7}.{1 if moved and n % (PACKAGES // CHANGED) == 0 else 0}")
        for n in range(PACKAGES)
    ]


def package_lock(moved: bool) -> str:
    packages: dict[str, object] = {"": {"name": "x", "version": "1.0.0"}}
    for name, version in versions(moved):
        packages[f"node_modules/{name}"] = {
            "version": version,
            "resolved": f"https://registry.example/{name}/-/{name}-{version}.tgz",
            "integrity": f"sha512-{digest(name + version)}",
            "license": "MIT",
            "dependencies": {"package-00001": "^1.0.0"},
        }
    return json.dumps({"name": "x", "lockfileVersion": 3, "packages": packages}, indent=2)


def cargo_lock(moved: bool) -> str:
    return "version = 4\n\n" + "\n".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "registry+https://registry.example/index"\n'
        f'checksum = "{digest(name + version)}"\ndependencies = [\n "package-00001",\n]\n'
        for name, version in versions(moved)
    )


def uv_lock(moved: bool) -> str:
    return 'version = 1\nrequires-python = ">=3.11"\n\n' + "\n".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://registry.example/simple" }}\n'
        f'sdist = {{ url = "https://files.example/{name}-{version}.tar.gz", hash = "sha256:{digest(name + version)}", size = 1 }}\n'
        f'wheels = [\n    {{ url = "https://files.example/{name}-{version}-py3-none-any.whl", hash = "sha256:{digest(version + name)}", size = 1 }},\n]\n'
        for name, version in versions(moved)
    )


def pnpm_lock(moved: bool) -> str:
    return (
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies: {}\n\npackages:\n\n"
        + "\n".join(
            f"  {name}@{version}:\n    resolution: {{integrity: sha512-{digest(name + version)}}}\n    engines: {{node: '>=18'}}\n"
            for name, version in versions(moved)
        )
    )


def go_sum(moved: bool) -> str:
    return "".join(
        f"host.example/{name} v{version} h1:{digest(name + version)}\nhost.example/{name} v{version}/go.mod h1:{digest(version)}\n"
        for name, version in versions(moved)
    )


def parse_json(text: str) -> object:
    return json.loads(text)


def parse_toml(text: str) -> object:
    import tomllib

    return tomllib.loads(text)


def parse_yaml(text: str) -> object:
    import yaml

    return yaml.load(text, Loader=yaml.CSafeLoader)


def parse_lines(text: str) -> object:
    return [line.split() for line in text.splitlines()]


LOCKS: dict[str, tuple[Callable[[bool], str], Callable[[str], object]]] = {
    "package-lock.json": (package_lock, parse_json),
    "Cargo.lock": (cargo_lock, parse_toml),
    "uv.lock": (uv_lock, parse_toml),
    "pnpm-lock.yaml": (pnpm_lock, parse_yaml),
    "go.sum": (go_sum, parse_lines),
}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=b", "-c", "user.email=b@b", *arguments],
        check=True,
        capture_output=True,
    )


def staged(folder: Path, name: str, before: str, after: str | None) -> None:
    """A repository in which the file is committed as before and staged as after."""
    git(folder, "init", "-q")
    (folder / name).write_text(before)
    (folder / "other.c").write_text("int a;\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "before")
    (folder / name).write_text(before if after is None else after)
    (folder / "other.c").write_text("int b;\n")
    git(folder, "add", "-A")


def used() -> float:
    """The user CPU seconds of this process and of those that it waited for: what else the machine does takes no part."""
    return sum(
        resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


def seconds(work: Callable[[], object]) -> float:
    """The best of several rounds."""
    found = []
    for _ in range(ROUNDS):
        start = used()
        work()
        found.append(used() - start)
    return min(found)


def command(folder: Path) -> list[object]:
    ran = subprocess.run(COMMAND, cwd=folder, check=True, capture_output=True)
    return list(json.loads(ran.stdout))


def main() -> int:
    worst = 0.0
    print(
        f"{'lock':18} {'start-up':>9} {'parser':>8} {'gate':>8} {'ratio':>6}   (user CPU seconds, best of {ROUNDS})"
    )
    for name, (write, parse) in LOCKS.items():
        before, after = write(False), write(True)
        untouched, changed = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
        try:
            staged(untouched, name, before, None)
            staged(changed, name, before, after)
            assert len(command(changed)) == CHANGED
            assert command(untouched) == []
            start_up = seconds(lambda folder=untouched: command(folder))  # type: ignore[misc]
            parser = seconds(lambda one=parse, a=before, b=after: (one(a), one(b)))  # type: ignore[misc]
            gate = seconds(lambda folder=changed: command(folder))  # type: ignore[misc]
        finally:
            shutil.rmtree(untouched)
            shutil.rmtree(changed)
        ratio = gate / (start_up + parser)
        worst = max(worst, ratio)
        print(f"{name:18} {start_up:9.3f} {parser:8.3f} {gate:8.3f} {ratio:6.2f}")
    bare = seconds(lambda: subprocess.run([sys.executable, "-c", "import git"], check=True))
    print(
        f"start-up where no format is touched, against python -c 'import git': {start_up / bare:.2f}"
    )
    print(f"worst ratio {worst:.2f}, bar {BAR}: {'held' if worst <= BAR else 'MISSED'}")
    return 0 if worst <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())

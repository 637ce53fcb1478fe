"""``hunkgate init``: a commented policy fitted to the repository it finds, and the pre-commit entry. It never overwrites a file."""

import argparse
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from hunkgate import __version__, policies
from hunkgate.errors import GitError, HunkgateError
from hunkgate.git import Repository, open_repository
from hunkgate.policy import POLICY_FILE, PROJECT_FILE
from hunkgate.text import visible

HOOKS_FILE = ".pre-commit-config.yaml"

# What is proposed only where the repository has it: a pattern and the files that it stands for.
_SECRETS = (
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.keystore",
    "id_rsa",
    "id_ed25519",
    "secrets/",
    ".secrets/",
)
_MIGRATIONS = ("migrations", "alembic/versions", "db/migrate", "prisma/migrations")
_LOCKS = (
    "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml",
    "bun.lock", "deno.lock", "Cargo.lock", "go.sum", "Gemfile.lock", "composer.lock", "mix.lock", "flake.lock", "pixi.lock",
)  # fmt: skip
_REVIEWED = ("Dockerfile", "terraform/", "infra/", "deploy/", "helm/", "k8s/")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--print", action="store_true", help="print both texts and write nothing")


def run(arguments: argparse.Namespace) -> int:
    """Write what is missing and say what was left alone."""
    repository = open_repository()
    if repository.top is None:
        raise GitError("this repository has no work tree", remedy="run hunkgate init in a clone")
    policy = policy_text(repository, repository.top)
    if arguments.print:
        print(policy + "\n" + hooks_text())
        return 0
    if _has_policy(repository.top):
        print("left as it is: a policy is there already (hunkgate policy shows what is in force)")
    else:
        _write(repository.top / POLICY_FILE, policy)
    if os.path.lexists(repository.top / HOOKS_FILE):
        print(f"left as it is: {HOOKS_FILE}. Add this entry below its repos:\n\n{_entry()}")
    else:
        _write(repository.top / HOOKS_FILE, hooks_text())
    print(
        "next: read both files, then\n"
        f"  git add {POLICY_FILE} {HOOKS_FILE}\n"
        "  pre-commit install --hook-type pre-commit --hook-type pre-merge-commit --hook-type pre-push\n"
        "  hunkgate install\n"
        "  git commit"
    )
    return 0


def policy_text(repository: Repository, top: Path) -> str:
    """The policy proposed for this repository, as TOML with comments."""
    names = repository.head_tree().entries().keys() | _worktree_names(top)
    secrets = [
        pattern
        for pattern in _SECRETS
        if pattern in (".env", "*.pem", "secrets/") or _present(pattern, names)
    ]
    migrations = [
        f"{folder}/" for folder in _MIGRATIONS if any(f"/{folder}/" in f"/{name}" for name in names)
    ]
    locks = [
        name for name in _LOCKS if any(one == name or one.endswith(f"/{name}") for one in names)
    ]
    reviewed = [pattern for pattern in _REVIEWED if _present(pattern, names)]
    base = _protected_branch(repository)
    lines = [
        "# hunkgate's policy. The one in the target branch judges, never the one in the change itself.",
        "# Patterns are those of .gitignore. `hunkgate policy` shows what is in force; docs/ explains every setting.",
        f"repository = {json.dumps(_identity(repository, top))}  # approvals bind to this id: keep it",
        f"base = {json.dumps(base)}",
        "",
        "[paths]",
        "# nobody touches these, under any name",
        f"forbidden = {json.dumps(secrets)}",
        *(
            [
                f"# what exists here stays as it is; new files may be added\nread-only = {json.dumps(migrations)}"
            ]
            if migrations
            else []
        ),
        *(
            [f"# a human approves every change here\nreview = {json.dumps(reviewed)}"]
            if reviewed
            else []
        ),
        "",
        "[size]",
        "max-lines = 500        # lines added plus deleted, in one commit",
        "max-range-lines = 2000 # and in one push",
        *(
            [f"exclude = {json.dumps(locks)}  # read by the dependencies gate instead"]
            if locks
            else []
        ),
        "",
        "[dependencies]",
        "# every new, changed or removed dependency waits for a human's approval",
        "",
        "[tests]",
        "# changed-tests runs what the change can break; what does not fit waits for the push",
        'budget = "60s"',
        "",
    ]
    return "\n".join(lines)


def hooks_text() -> str:
    """A whole ``.pre-commit-config.yaml`` with hunkgate's hooks."""
    return f"repos:\n{_entry()}"


def _entry() -> str:
    return (
        "  - repo: https://github.com/hunkgate/hunkgate\n"
        f"    rev: v{__version__}\n"
        "    hooks:\n"
        "      - id: hunkgate       # paths, protected files, size, dependencies\n"
        "      - id: changed-tests  # the tests that the change can break\n"
    )


def _write(path: Path, text: str) -> None:
    try:
        # "x": never over a file that is there, not even one that came between the look and the write.
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise HunkgateError(
            f"{path.name} is there already",
            remedy="nothing was overwritten; see hunkgate init --print",
        ) from error
    print(f"wrote {path.name}")


def _has_policy(top: Path) -> bool:
    if os.path.lexists(top / POLICY_FILE):
        return True
    project = top / PROJECT_FILE
    return project.is_file() and b"[tool.hunkgate" in project.read_bytes()


def _worktree_names(top: Path) -> set[str]:
    return {path.name + ("/" if path.is_dir() else "") for path in top.iterdir()}


def _present(pattern: str, names: Iterable[str]) -> bool:
    folder = pattern.removesuffix("/")
    expression = re.compile(re.escape(folder).replace(r"\*", "[^/]*"))
    return any(expression.fullmatch(part) for name in names for part in name.split("/"))


def _protected_branch(repository: Repository) -> str:
    """The origin's default branch, by its own name where origin/HEAD says it; without an origin the current one."""
    protected = policies.protected_tip(repository, "")
    name = repository.leads_to("refs/remotes/origin/HEAD").removeprefix("refs/remotes/origin/")
    if name:
        return name
    if protected:
        return protected[0].removeprefix("origin/")
    return repository.leads_to("HEAD").removeprefix("refs/heads/") or "main"


def _identity(repository: Repository, top: Path) -> str:
    url = (
        repository.run("config", "--get", "remote.origin.url", statuses=(0, 1))
        .decode("utf-8", "replace")
        .strip()
    )
    match = re.search(r"[/:]([^/:]+/[^/]+?)(?:\.git)?/?$", url)
    return visible(match[1] if (match and "://" in url) or (match and "@" in url) else top.name)

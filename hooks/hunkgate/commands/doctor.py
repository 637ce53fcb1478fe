"""``hunkgate doctor``: which checks are switched off here, what is missing, and what each layer would catch."""

import argparse
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hunkgate import install, policies
from hunkgate.errors import GitError, HunkgateError, PolicyError
from hunkgate.git import Repository, open_repository
from hunkgate.policy import Policy
from hunkgate.text import visible

_RUNNERS = (
    ("pre-commit", b"pre-commit.com"),
    ("prek", b"prek"),
    ("lefthook", b"lefthook"),
    ("husky", b"husky"),
)
_RUNNER_FILES = (
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "prek.toml",
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
)

# What each layer sees when it is there; the hooks that make it up.
_LAYERS = (
    ("commit", ("pre-commit", "pre-merge-commit"), "git commit and clean merges"),
    (
        "approvals",
        ("prepare-commit-msg", "commit-msg"),
        "approvals put into the message, and checked there",
    ),
    ("ref update", ("reference-transaction",), "--no-verify, cherry-pick, rebase, plumbing"),
    ("push", ("pre-push",), "every ref of a push from this clone"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One thing that lets changes through unjudged, or would stop all of them, and what to do about it."""

    what: str
    remedy: str


def configure(parser: argparse.ArgumentParser) -> None:
    """There are no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Print the layers and the gaps: 0 where there is none, 1 where there is one."""
    del arguments
    repository = open_repository()
    folder = repository.common_dir / "hooks"
    print("layer         state here            sees")
    for name, hooks, sees in _LAYERS:
        print(f"{name:<12}  {_layer(folder, hooks):<20}  {sees}")
    print(
        f"{'server':<12}  {'not visible here':<20}  everything, whoever pushed and from wherever: docs/server.md"
    )
    gaps = tuple(found(repository))
    for gap in gaps:
        print(f"\ngap:    {visible(gap.what)}\nnext:   {visible(gap.remedy)}")
    if not gaps:
        print("\nno gaps found")
    return 1 if gaps else 0


def found(repository: Repository) -> Iterator[Gap]:
    """Every gap in this clone."""
    configured = repository.run(
        "config", "--show-origin", "--get-all", "core.hooksPath", statuses=(0, 1)
    ).decode("utf-8", "surrogateescape")
    for line in configured.splitlines():
        origin, _tab, value = line.partition("\t")
        yield Gap(
            what=f"core.hooksPath is {value!r} (from {origin}): git runs none of the hooks in {repository.common_dir / 'hooks'}",
            remedy="take that setting away: git config --unset core.hooksPath (with --global or --worktree where it comes from there)",
        )
    folder = repository.common_dir / "hooks"
    for name in install.NATIVE:
        yield from _hook(folder / name, name)
    yield from _policies(repository)
    if (repository.common_dir / "shallow").exists():
        yield Gap(
            what="this clone is shallow: ranges and pushes cannot be judged",
            remedy="git fetch --unshallow",
        )


def _layer(folder: Path, hooks: tuple[str, ...]) -> str:
    states = {install.state(folder / name) for name in hooks}
    if states == {"ours"}:
        return "on"
    if states == {"foreign"}:
        return f"by {_runner(folder / hooks[0]) or 'another hook'}"
    return ", ".join(sorted(states))


def _hook(path: Path, name: str) -> Iterator[Gap]:
    state = install.state(path)
    again = (
        "hunkgate install --native"
        if name in ("pre-commit", "pre-merge-commit")
        else "hunkgate install"
    )
    if state == "missing":
        yield Gap(what=f"there is no {name} hook", remedy=again)
    elif state == "not executable":
        yield Gap(what=f"the {name} hook may not be executed, so git passes over it", remedy=again)
    elif state == "stale":
        yield Gap(
            what=f"the {name} hook was written by another hunkgate, or its Python is gone",
            remedy=again,
        )
    elif state == "foreign" and not (_runner(path) and _configured(path)):
        yield Gap(
            what=f"the {name} hook is not hunkgate's, and no hook runner's configuration here names hunkgate",
            remedy=again,
        )


def _runner(path: Path) -> str:
    content = path.read_bytes() if path.is_file() else b""
    return next((name for name, mark in _RUNNERS if mark in content), "")


def _configured(path: Path) -> bool:
    top = path.parent.parent.parent
    return any(
        b"hunkgate" in (top / name).read_bytes() for name in _RUNNER_FILES if (top / name).is_file()
    )


def _policies(repository: Repository) -> Iterator[Gap]:
    try:
        judging = policies.staged(repository)
    except PolicyError as error:
        for problem in error.problems:
            yield Gap(what=f"the policy cannot be read: {problem}", remedy=error.remedy)
        return
    except HunkgateError as error:
        yield Gap(what=error.message, remedy=error.remedy)
        return
    if not any(policy.file for policy in judging):
        yield Gap(
            what="no policy is committed: the defaults judge",
            remedy="hunkgate init, then commit what it wrote",
        )
        return
    if policies.protected_tip(repository, judging[0].base) is None:
        yield Gap(
            what="the protected branch is not known here: only HEAD's own policy judges a commit",
            remedy="git fetch origin && git remote set-head origin --auto",
        )
    for policy in judging:
        yield from _signers(repository, policy)


def _signers(repository: Repository, policy: Policy) -> Iterator[Gap]:
    file = policy.approvals.signers
    if not file:
        return
    commit = policy.source.rpartition("@")[2]
    try:
        known = repository.tree(commit).find(file) is not None
    except GitError:
        known = False
    if not known:
        yield Gap(
            what=f"{policy.source} names the signers {file}, which is not there: nothing can be approved",
            remedy=f"commit {file}",
        )
    if not policy.repository:
        yield Gap(
            what=f"the policy of {policy.source} has no repository id for approvals to bind to",
            remedy='set repository = "owner/name"',
        )
    if shutil.which("ssh-keygen") is None:
        yield Gap(
            what="ssh-keygen is missing: signatures cannot be verified", remedy="install OpenSSH"
        )

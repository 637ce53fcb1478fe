"""Which policy judges: read from the base's tree, never from the work tree nor from what is staged."""

from collections.abc import Iterable
from dataclasses import replace

from hunkgate import policy
from hunkgate.errors import PolicyError
from hunkgate.gates import SECTIONS
from hunkgate.git import Repository
from hunkgate.model import GITLINK, SYMLINK, Tree
from hunkgate.policy import POLICY_FILE, PROJECT_FILE, Policy

# The protected branch as last fetched, by what says so best.
_PROTECTED = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master")


def of_tree(tree: Tree, source: str) -> Policy:
    """The policy that a tree holds, and its signers; the defaults where it holds none. Raises PolicyError, GitError."""
    files = {}
    for name in (POLICY_FILE, PROJECT_FILE):
        entry = tree.find(name)
        if entry is None:
            continue
        if entry.mode == SYMLINK and name == POLICY_FILE:
            raise PolicyError(
                (f"{name}: expected a file, found a symbolic link ({source})",),
                remedy="make it a file",
            )
        files[name] = tree.read(entry.blob)
    parsed = policy.parse(files, SECTIONS, source)
    signers = tree.find(parsed.approvals.signers) if parsed.approvals.signers else None
    if signers is None or signers.mode in (SYMLINK, GITLINK):
        return parsed
    return replace(parsed, signers=tree.read(signers.blob))


def of_commit(repository: Repository, commit: str, name: str = "") -> Policy:
    """The policy of a commit, labelled ``name@ab12cd3``."""
    return of_tree(repository.tree(commit), f"{name or 'commit'}@{commit[:7]}")


def staged(repository: Repository) -> tuple[Policy, ...]:
    """The policies that judge what is staged: that of HEAD, and that of the protected branch as last fetched where it differs."""
    head = repository.object("HEAD^{commit}")
    found = [
        of_tree(
            repository.head_tree(),
            f"HEAD@{head[0][:7]}" if head else "HEAD, before the first commit",
        )
    ]
    protected = protected_tip(repository, found[0].base)
    if protected is not None and (head is None or protected[1] != head[0]):
        other = of_commit(repository, protected[1], protected[0])
        # A branch that never had a policy and one that has the same are judged once.
        if other.file:
            found.append(other)
    return distinct(found)


def distinct(judging: Iterable[Policy]) -> tuple[Policy, ...]:
    """The policies without those that would judge, and let approve, just as an earlier one does."""
    found: list[Policy] = []
    for one in judging:
        if not any(_content(one) == _content(other) for other in found):
            found.append(one)
    return tuple(found)


def _content(one: Policy) -> tuple[object, ...]:
    return one.repository, one.settings, one.enabled, one.approvals, one.signers


def protected_tip(repository: Repository, base: str) -> tuple[str, str] | None:
    """Short name and commit id of the protected branch as this repository last saw it, None where it has seen none."""
    names = (f"refs/remotes/origin/{base}", f"refs/heads/{base}") if base else _PROTECTED
    for name in names:
        found = repository.object(f"{name}^{{commit}}")
        if found is not None:
            return name.removeprefix("refs/remotes/").removeprefix("refs/heads/"), found[0]
    return None


def remarks(judging: Iterable[Policy]) -> tuple[str, ...]:
    """What a report says of policies that are not there."""
    return tuple(
        f"no policy in {one.source}: the defaults judge, and nothing is protected yet; hunkgate init writes one"
        for one in judging
        if not one.file
    )

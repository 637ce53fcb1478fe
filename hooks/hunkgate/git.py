"""git: the only module that talks to it. Ranges, trees and blobs become Change; nothing here judges.

Names and contents are read through plumbing with -z, as bytes, with every setting that could hide something switched off: a
porcelain diff answers differently under attributes, drivers, renames limits, colour and pager settings, replaced objects and odd names.
"""

import functools
import os
import re
import shutil
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hunkgate import descent, plumbing, rawdiff
from hunkgate.blobs import Blobs
from hunkgate.errors import GitError
from hunkgate.model import GITLINK, Change, FileChange, Hunk, Origin, Status
from hunkgate.objects import Objects, Stored
from hunkgate.trees import LazyTree, Overlay, TreeObject

# -l0: no limit on rename pairs. --ita-invisible-in-index: `git add -N` commits nothing. --ignore-submodules=none: a tracked .gitmodules
# with `ignore = all` otherwise hides a staged submodule. core.bigFileThreshold: at 1 every file would count as binary.
_SETTINGS = ("-c", "core.quotePath=false", "-c", "core.bigFileThreshold=512m")
_RAW = (
    "--raw", "-z", "-M50%", "-l0", "--no-rename-empty", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
    "--no-relative", "--diff-algorithm=myers", "--no-color", "--full-index", "--submodule=short", "-O/dev/null",
)  # fmt: skip
_DIFF = (*_RAW, "--numstat")
_BINARY_WINDOW_BYTES = 8000  # git's buffer_is_binary (xdiff-interface.c)
OLDEST_GIT = "2.34"  # ssh signatures, and rev-parse --path-format (git 2.31)
# Read before the first of them is judged, so that their contents can be read together.
_COMMITS_AT_ONCE = 100
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_WORDS_AT_ONCE = 500  # what an argument list holds is limited


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit of a range: its id and its parents' ids, first parent first."""

    id: str
    parents: tuple[str, ...]


class Repository:
    """A repository with or without a work tree. Make one with ``open_repository``.

    ``state`` is the one folder in which the suite remembers things: ``hunkgate/`` under git's common directory.
    """

    def __init__(
        self, *, top: Path | None, git_dir: Path, common_dir: Path, object_format: str
    ) -> None:
        self.top = top
        self.git_dir = git_dir
        self.common_dir = common_dir
        self.object_format = object_format
        self.state = common_dir / "hunkgate"
        self._cwd = top or git_dir
        self._objects = Objects(self._cwd)
        self._blobs = Blobs(self._objects)
        # Whatever way a command ends, the process that answers for objects has ended before Python has.
        self._closing = weakref.finalize(self, self._objects.close)

    # -- running git ------------------------------------------------------------------------------------------------------

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        statuses: Iterable[int] = (0,),
        variables: Mapping[str, str] | None = None,
    ) -> bytes:
        """The output of one git command, run at the top level. Raises GitError for any other status than the given ones.

        ``variables`` stand over those of the environment (another index, another work tree).
        """
        return plumbing.run(
            arguments,
            cwd=self._cwd,
            stdin=stdin,
            statuses=frozenset(statuses),
            variables=variables,
        ).stdout

    def succeeds(self, *arguments: str) -> bool:
        """Whether a git command that answers by its status (0 yes, 1 no) says yes. Raises GitError for any other status."""
        return plumbing.run(arguments, cwd=self._cwd, statuses=frozenset({0, 1})).status == 0

    # -- objects ----------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def empty_tree(self) -> str:
        """The id of the tree without files in this repository's object format."""
        import hashlib  # OpenSSL, which few commands need

        return hashlib.new(self.object_format, b"tree 0\0", usedforsecurity=False).hexdigest()

    def object(self, name: str) -> Stored | None:
        """Id, type and content of the object that ``name`` (as rev-parse reads it) stands for, None where there is none."""
        return self._objects.find(name)

    def read(self, blob: str) -> bytes:
        """The content of a blob. Raises GitError where it is missing."""
        return self._blobs.read(blob)

    def contents(self, ids: Iterable[str], kind: str = "blob") -> Mapping[str, bytes]:
        """The contents of many objects of one kind. Raises GitError where one is missing."""
        return self._objects.contents(ids, kind)

    def size(self, blob: str) -> int:
        """The size of a blob in bytes, without reading it."""
        return self._blobs.size(blob)

    def resolve(self, revision: str) -> str | None:
        """The id of the commit that a revision names, None where there is none here."""
        found = None if revision.startswith("-") else self.object(f"{revision}^{{commit}}")
        return None if found is None else found[0]

    def message(self, commit: str) -> bytes:
        """The commit's message, as far as git reads it."""
        found = self.object(f"{commit}^{{commit}}")
        if found is None:
            raise GitError(f"commit {commit} is missing", remedy="run git fetch")
        return _message(found[2])

    def leads_to(self, name: str) -> str:
        """The whole name of the ref that a symbolic ref such as HEAD stands for, '' where it is none. Raises GitError."""
        # Without git the import would fail and speak of GitPython; open_repository says it in our words.
        os.environ["GIT_PYTHON_REFRESH"] = "quiet"
        import git as gitpython  # 100 ms that a check does not pay: this is for commands that set a clone up

        try:
            with gitpython.Repo(self.git_dir) as clone:
                # By git itself: GitPython's own reader takes the stand-in file beside a reftable for HEAD.
                status, said, complaint = clone.git.symbolic_ref(
                    "--quiet", name, with_extended_output=True, with_exceptions=False
                )
        except (OSError, gitpython.GitError) as error:
            raise GitError(
                f"{name} cannot be read: {error}", remedy="run git symbolic-ref"
            ) from error
        if status not in (0, 1):  # 1: it names a commit, or is not there
            raise GitError(f"{name} cannot be read: {complaint}", remedy="run git symbolic-ref")
        return str(said)

    # -- trees ------------------------------------------------------------------------------------------------------------

    def tree(self, treeish: str) -> TreeObject:
        """The tree of a commit or tree. Raises GitError where there is none."""
        found = self.object(f"{treeish}^{{tree}}")
        if found is None:
            raise GitError(
                f"{treeish} is not in this repository",
                remedy="fetch it: git fetch origin, or git fetch --unshallow",
            )
        return TreeObject(self, found[0], found[2])

    def no_tree(self) -> TreeObject:
        """The tree without files."""
        return TreeObject(self, self.empty_tree, b"")

    def head_tree(self) -> TreeObject:
        """The tree of HEAD; the empty tree before the first commit. Raises GitError where HEAD is broken."""
        found = self.object("HEAD^{tree}")
        if found is not None:
            return TreeObject(self, found[0], found[2])
        if self.run("rev-parse", "--verify", "--quiet", "HEAD", statuses=(0, 1, 128)).strip():
            raise GitError("HEAD names a commit that is missing", remedy="run git fsck")
        return self.no_tree()

    # -- changes ----------------------------------------------------------------------------------------------------------

    def staged(self, *, whole: bool = False, counted: bool = True) -> Change:
        """What ``git commit`` would record now, against HEAD, by the index that git's own variables name.

        While a merge is being concluded this is the author's part, what differs from every parent; ``whole`` gives all that the
        commit brings against HEAD. To count the lines of a long file takes as long as to read it: without ``counted`` it is left out.
        """
        base = self.head_tree()
        files = self._index_against(base, counted=counted)
        self._expect(files, counted=counted)
        merged = [self.tree(head) for head in (() if whole else self._merged_heads())]
        head = Overlay(base, files)
        if not merged:
            return Change(origin=Origin.STAGED, base=base, head=head, files=files)
        against = [self._index_against(tree, counted=counted) for tree in merged]
        files, besides = _own(files, against)
        others = tuple(
            Change(origin=Origin.STAGED, base=tree, head=head, files=theirs)
            for tree, theirs in zip(merged, besides, strict=True)
        )
        return Change(origin=Origin.STAGED, base=base, head=head, files=files, others=others)

    def _index_against(self, tree: TreeObject, *, counted: bool) -> tuple[FileChange, ...]:
        command = ("diff-index", "--cached", "--ita-invisible-in-index")
        return self._differing(command, (tree.id,), counted=counted)

    def between(self, base: str, head: str, *, counted: bool = True) -> Change:
        """What lies between two commits or trees, whatever their history; without ``counted`` no lines are counted.

        Raises GitError where one is missing.
        """
        base_tree, head_tree = self.tree(base), self.tree(head)
        trees = base_tree.id, head_tree.id
        files = self._differing(("diff-tree", "-r"), trees, counted=counted)
        self._expect(files, counted=counted)
        return Change(origin=Origin.RANGE, base=base_tree, head=head_tree, files=files, commit=head)

    def _differing(
        self, command: tuple[str, ...], trees: tuple[str, ...], *, counted: bool
    ) -> tuple[FileChange, ...]:
        """What a diff command says of trees, the lines counted that an attribute hid from numstat."""
        flags = _DIFF if counted else _RAW
        output = self.run(*_SETTINGS, *command, *flags, *trees, "--")
        files = rawdiff.parse(output, counted=counted)
        return self._counted(files) if counted else files

    def differing(self, one: str, other: str) -> tuple[FileChange, ...] | None:
        """The files that differ between two trees, by their ids, without lines and renames; None where one is not all here."""
        for tree in (one, other):
            found = self.object(f"{tree}^{{tree}}") if _ID.fullmatch(tree) else None
            if found is None or found[0] != tree:
                return None
        raw = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", "--no-relative")
        try:
            return rawdiff.parse(self.run(*raw, "--ignore-submodules=none", one, other, "--"))
        except GitError:
            # What an old tree is made of may have been pruned.
            return None

    def net(self, base: str, head: str, *, counted: bool = True) -> Change:
        """What a branch does since it left ``base``: from their merge base to ``head`` (unrelated histories: from ``base`` itself).

        Where histories crossed there are several merge bases, and what the branch took back of one is no change against another:
        then it is held against ``base``, without what is as it was in all of them. Without ``counted`` no lines are counted.
        """
        lines = self.run("merge-base", "--all", base, head, statuses=(0, 1))
        starts = lines.decode("ascii").split() or [base]
        if len(starts) == 1:
            return self.between(starts[0], head, counted=counted)
        whole = self.between(base, head, counted=counted)
        moved = {
            path
            for start in starts
            for file in self.between(start, head, counted=False).files
            for path in file.touched
        }
        own = tuple(file for file in whole.files if any(path in moved for path in file.touched))
        return replace(whole, files=own)

    def merge_base(self, one: str, other: str) -> str | None:
        """A best common ancestor of two commits, None where their histories are unrelated."""
        output = self.run("merge-base", one, other, statuses=(0, 1))
        return output.decode("ascii").strip() or None

    def log(self, exclude: Iterable[str], head: str) -> tuple[Commit, ...]:
        """The commits that ``head`` reaches and none of ``exclude`` does, parents first.

        Raises GitError where the history between them is cut (shallow clone): what cannot be seen cannot be judged.
        """
        lines = self.run(
            "rev-list",
            "--topo-order",
            "--reverse",
            "--parents",
            "--end-of-options",
            head,
            *(f"^{one}" for one in exclude),
        )
        found = []
        for line in lines.decode("ascii").splitlines():
            id_, *parents = line.split()
            found.append(Commit(id=id_, parents=tuple(parents)))
        cut = self._shallow()
        if cut and any(one.id in cut for one in found):
            raise GitError(
                "the history of the range is cut (shallow clone)",
                remedy="fetch the whole of it: git fetch --unshallow",
            )
        return tuple(found)

    def messages(
        self, exclude: Iterable[str], head: str, words: Iterable[str]
    ) -> Mapping[str, bytes]:
        """The messages that hold any of these words in any case, of the commits that ``head`` reaches and none of ``exclude`` does.

        By commit id, newest first. Raises GitError where one is missing.
        """
        # A commit may name an encoding: reading it by that would hide what the message's own bytes say.
        flags = ("rev-list", "--encoding=none", "--fixed-strings", "--regexp-ignore-case")
        walk = ("--end-of-options", head, *(f"^{one}" for one in exclude))
        listed = tuple(words)
        found: dict[str, None] = {}
        for start in range(0, len(listed), _WORDS_AT_ONCE):
            asked = (f"--grep={word}" for word in listed[start : start + _WORDS_AT_ONCE])
            found |= dict.fromkeys(self.run(*flags, *asked, *walk).decode("ascii").split())
        stored = self.contents(found, "commit")
        return {commit: _message(content) for commit, content in stored.items()}

    def commits(self, exclude: Iterable[str], head: str) -> Iterator[Change]:
        """Each commit that ``head`` reaches and none of ``exclude`` does, parents first, against its first parent.

        A merge holds only what differs from all its parents; a root commit is held against the empty tree.
        """
        log = self.log(exclude, head)
        # One process for all: a commit against each of its parents in turn, and a root against nothing.
        asked = [
            f"{commit.id} {parent}".rstrip() for commit in log for parent in commit.parents or ("",)
        ]
        if not asked:
            return
        stdin = "\n".join((*asked, "")).encode("ascii")
        sections = rawdiff.sections(
            self.run(
                *_SETTINGS,
                "diff-tree",
                "--stdin",
                "--root",
                "-r",
                "-m",
                "--always",
                *_DIFF,
                stdin=stdin,
            )
        )
        trees: dict[str, LazyTree] = {}
        for start in range(0, len(log), _COMMITS_AT_ONCE):
            some = [
                (one, _answered(one, sections)) for one in log[start : start + _COMMITS_AT_ONCE]
            ]
            self._expect(file for _commit, (_all, own, _besides) in some for file in own)
            for commit, (files, own, besides) in some:
                base = (
                    trees.get(commit.parents[0]) or LazyTree(self, commit.parents[0])
                    if commit.parents
                    else self.no_tree()
                )
                after = trees[commit.id] = descent.child(base, commit.id, files)
                others = tuple(
                    Change(
                        origin=Origin.COMMIT,
                        base=LazyTree(self, parent),
                        head=after,
                        files=theirs,
                        commit=commit.id,
                    )
                    for parent, theirs in zip(commit.parents[1:], besides, strict=True)
                    if own
                )
                yield Change(
                    origin=Origin.COMMIT,
                    base=base,
                    head=after,
                    files=self._counted(own),
                    commit=commit.id,
                    others=others,
                )

    def _expect(self, files: Iterable[FileChange], *, counted: bool = True) -> None:
        """Gates look into files by their names and sides: what is read of one is soon read of its like."""
        self._blobs.expect(
            (blob, (side, path.rpartition("/")[2].rpartition(".")[2]))
            for file in files
            if file.added is not None or not counted
            for side, path, mode, blob in (
                ("base", file.old_path or file.path, file.base_mode, file.base_blob),
                ("head", file.path, file.head_mode, file.head_blob),
            )
            if blob is not None and mode != GITLINK
        )

    # -- lines ------------------------------------------------------------------------------------------------------------

    def hunks(self, before: str | None, after: str | None) -> tuple[Hunk, ...]:
        """The changed lines between two blobs, without context, whatever attributes say of their names."""
        if before is None or after is None:
            lines = _lines(self.read(before or after or ""))
            if not lines:
                return ()
            return (
                Hunk(
                    base_start=0 if before is None else 1,
                    base_length=0 if before is None else len(lines),
                    head_start=0 if after is None else 1,
                    head_length=0 if after is None else len(lines),
                    removed=() if before is None else lines,
                    added=() if after is None else lines,
                ),
            )

        from unidiff.patch import PatchSet  # 30 ms that only the gates that look into lines pay

        text = self._patch(before, after).decode("utf-8", "surrogateescape")
        # Undivided text: unidiff splits it at \n alone, where str.splitlines would also cut at form feeds, NEL and U+2028.
        patch = PatchSet(text)
        return tuple(
            Hunk(
                base_start=hunk.source_start,
                base_length=hunk.source_length,
                head_start=hunk.target_start,
                head_length=hunk.target_length,
                removed=tuple(
                    line.value.encode("utf-8", "surrogateescape")
                    for line in hunk
                    if line.is_removed
                ),
                added=tuple(
                    line.value.encode("utf-8", "surrogateescape") for line in hunk if line.is_added
                ),
            )
            for file in patch
            for hunk in file
        )

    def _patch(self, before: str, after: str) -> bytes:
        # Blob to blob keeps file names out of the patch; --text brings back what a -diff or binary attribute on `*` hides.
        flags = (
            "-U0",
            "--text",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--diff-algorithm=myers",
            "--no-indent-heuristic",
        )
        return self.run(
            *_SETTINGS, "diff", *flags, "--src-prefix=a/", "--dst-prefix=b/", before, after
        )

    def _counted(self, files: tuple[FileChange, ...]) -> tuple[FileChange, ...]:
        """The files with the lines counted that an attribute hid from numstat."""
        if all(file.added is not None for file in files):
            return files
        return tuple(file if file.added is not None else self._recounted(file) for file in files)

    def _recounted(self, file: FileChange) -> FileChange:
        if file.status is Status.UNMERGED or GITLINK in (file.base_mode, file.head_mode):
            return file
        before, after = (
            None if blob is None else self.read(blob) for blob in (file.base_blob, file.head_blob)
        )
        if any(
            content is not None and b"\0" in content[:_BINARY_WINDOW_BYTES]
            for content in (before, after)
        ):
            return file
        if before is None or after is None:
            added, deleted = (
                0 if content is None else _line_count(content) for content in (after, before)
            )
        elif file.base_blob == file.head_blob:
            added = deleted = 0
        else:
            added, deleted = _patch_counts(self._patch(str(file.base_blob), str(file.head_blob)))
        return replace(file, added=added, deleted=deleted)

    def _merged_heads(self) -> tuple[str, ...]:
        """The commits being merged into HEAD, empty outside a merge.

        While pre-merge-commit runs MERGE_HEAD does not exist yet: git names the heads in GIT_REFLOG_ACTION (git 2.39, builtin/merge.c).
        """
        listed = self._ids_in("MERGE_HEAD")
        if listed:
            return tuple(line.split()[0] for line in listed)
        action, *names = os.environ.get("GIT_REFLOG_ACTION", "").split() or ("",)
        if action == "merge":
            heads = [self.resolve(name) for name in names if not name.startswith("-")]
            return tuple(head for head in heads if head is not None) if None not in heads else ()
        if action.rstrip(":") == "pull":
            return tuple(
                line.split("\t")[0]
                for line in self._ids_in("FETCH_HEAD")
                if "\tnot-for-merge\t" not in line
            )
        return ()

    def _ids_in(self, name: str) -> list[str]:
        try:
            text = (self.git_dir / name).read_text("utf-8", "surrogateescape")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise GitError(f"{name} cannot be read: {error}") from error
        return [line for line in text.split("\n") if line]

    def _shallow(self) -> frozenset[str]:
        try:
            return frozenset((self.common_dir / "shallow").read_text("ascii").split())
        except FileNotFoundError:
            return frozenset()
        except (OSError, UnicodeDecodeError) as error:
            raise GitError(f"git's list of shallow commits cannot be read: {error}") from error


def open_repository(start: Path | None = None) -> Repository:
    """The repository that git's variables or this folder (default: the current one) name.

    Raises GitError where git is missing, there is no repository, or git refuses to read it.
    """
    if shutil.which("git") is None:
        raise GitError("git is not on PATH", remedy=f"install git {OLDEST_GIT} or newer")
    cwd = start or Path.cwd()
    facts = (
        "rev-parse",
        "--path-format=absolute",
        "--show-object-format",
        "--git-dir",
        "--git-common-dir",
        "--is-bare-repository",
    )
    result = plumbing.run((*facts, "--show-toplevel"), cwd=cwd, statuses=frozenset(range(256)))
    # Only a newline parts the answers: splitlines would also cut a folder's name at its form feeds and the like.
    lines = os.fsdecode(result.stdout).split("\n")[:-1]
    if lines and lines[0].startswith("--"):  # git repeats an option that it does not know
        version = os.fsdecode(
            plumbing.run(("--version",), cwd=cwd, statuses=frozenset({0})).stdout
        ).strip()
        raise GitError(f"this is {version}", remedy=f"install git {OLDEST_GIT} or newer")
    if any("\n" in os.fspath(place) for place in (cwd, *cwd.parents)) or len(lines) > 5:
        raise GitError(
            f"the name of a folder above holds a newline: {str(cwd)!r}",
            remedy="move the repository to a folder without one",
        )
    if len(lines) >= 4 and (
        result.status == 0 or lines[3] == "true" or b"work tree" in result.stderr
    ):
        top = Path(lines[4]) if result.status == 0 and len(lines) > 4 else None
        return Repository(
            top=top, git_dir=Path(lines[1]), common_dir=Path(lines[2]), object_format=lines[0]
        )
    said = plumbing.said(result.stderr)
    raise GitError(said or "this is not a git repository", remedy="run inside a git repository")


def _answered(
    commit: Commit, sections: Iterator[tuple[str, tuple[FileChange, ...]]]
) -> tuple[tuple[FileChange, ...], tuple[FileChange, ...], tuple[tuple[FileChange, ...], ...]]:
    """All that the next commit changes against its first parent, its own part (of a merge what differs from every parent), and that part
    against each of the further parents.

    Raises GitError where the answer is for another commit.
    """
    parts = [next(sections, ("", ())) for _ in commit.parents or ("",)]
    if any(id_ != commit.id for id_, _files in parts):
        raise GitError(
            "git diff-tree answered for another commit than was asked", remedy="run git fsck"
        )
    (_id, files), *others = parts
    if not others:
        return files, files, ()
    return files, *_own(files, [other for _id, other in others])


def _own(
    files: tuple[FileChange, ...], others: list[tuple[FileChange, ...]]
) -> tuple[tuple[FileChange, ...], tuple[tuple[FileChange, ...], ...]]:
    """Of a merge's files against its first parent those that differ from every other parent, too; and these against each of the others.

    The lines counted are those against the nearest parent: what another one holds was judged there.
    """
    touched = [{path for file in other for path in file.touched} for other in others]
    own = tuple(
        file
        for file in files
        if all(any(path in paths for path in file.touched) for paths in touched)
    )
    paths = {path for file in own for path in file.touched}
    besides = tuple(
        tuple(file for file in other if not paths.isdisjoint(file.touched)) for other in others
    )
    return tuple(_nearest(file, besides) for file in own), besides


def _nearest(file: FileChange, besides: Iterable[tuple[FileChange, ...]]) -> FileChange:
    """The file with the lines that it differs by from the nearest of a merge's parents; as it is where they were not counted."""
    sides = [file, *(one for other in besides for one in other if one.path == file.path)]
    if any(one.added is None for one in sides):
        return file
    least = min(sides, key=lambda one: one.lines)
    return replace(file, added=least.added, deleted=least.deleted)


def _message(commit: bytes) -> bytes:
    """The message of a stored commit up to a NUL, where git's own readers end, so that what is read here can be searched for there."""
    return commit.partition(b"\n\n")[2].partition(b"\0")[0]


def _lines(content: bytes) -> tuple[bytes, ...]:
    parts = content.split(b"\n")
    last = parts.pop()
    return tuple(part + b"\n" for part in parts) + ((last,) if last else ())


def _line_count(content: bytes) -> int:
    return content.count(b"\n") + (0 if not content or content.endswith(b"\n") else 1)


def _patch_counts(patch: bytes) -> tuple[int, int]:
    """Lines added and deleted by a -U0 patch of one file: what stands before the first hunk is its header."""
    at = patch.find(b"\n@@ ")
    added = deleted = 0
    for line in patch[at + 1 :].split(b"\n") if at >= 0 else ():
        added += line.startswith(b"+")
        deleted += line.startswith(b"-")
    return added, deleted

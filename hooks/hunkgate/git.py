"""git: the only module that talks to it. Ranges, trees and blobs become Change; nothing here judges.

Names and contents are read through plumbing with -z, as bytes, with every setting that could hide something switched off: a
porcelain diff answers differently under attributes, drivers, renames limits, colour and pager settings, replaced objects and odd names.
"""

import functools
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hunkgate import attributes, globs, process
from hunkgate.errors import GitError
from hunkgate.model import GITLINK, Change, Entry, FileChange, Hunk, Origin, Status

if TYPE_CHECKING:
    import git as gitpython

# -l0: no limit on rename pairs. --ita-invisible-in-index: `git add -N` commits nothing. --ignore-submodules=none: a tracked .gitmodules
# with `ignore = all` otherwise hides a staged submodule. core.bigFileThreshold: at 1 every file would count as binary.
_SETTINGS = ("-c", "core.quotePath=false", "-c", "core.bigFileThreshold=512m")
_DIFF = (
    "--raw", "--numstat", "-z", "-M50%", "-l0", "--no-rename-empty", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
    "--no-relative", "--diff-algorithm=myers", "--no-color", "--full-index", "--submodule=short", "-O/dev/null",
)  # fmt: skip
# Parents, trees and dates of commits as they are stored, not as a commit-graph file says: git never holds that against the objects.
_STORED = "core.commitGraph=false"
# These change what a diff shows or where it goes; GIT_INDEX_FILE, GIT_DIR and their like say what is judged and stay.
_HOSTILE = frozenset(
    {
        "GIT_EXTERNAL_DIFF",
        "GIT_DIFF_OPTS",
        "GIT_PAGER_IN_USE",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
    }
    | {
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_REPLACE_REF_BASE",
        "GIT_ATTR_SOURCE",
        "GIT_FLUSH",
    }
)
_BINARY_WINDOW_BYTES = 8000  # git's buffer_is_binary (xdiff-interface.c)
_TREE_MODE = 0o040000
_OWN_FOLDER = frozenset({".git", "git~1"})  # the second is its short name on Windows
# So many objects are read by a process each before GitPython's lasting one is loaded: that is as quick.
_FEW_OBJECTS = 12
_WORDS_AT_ONCE = 500  # what an argument list holds is limited
_KEPT_BYTES, _KEPT_BLOBS = 64 * 1024, 256  # at most 16 MiB of contents are remembered


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
        self._recent: dict[str, bytes] = {}
        self._asked = 0

    @functools.cached_property
    def _objects(self) -> "gitpython.Git":
        # Without git the import would fail and speak of GitPython; open_repository says it in our words.
        os.environ["GIT_PYTHON_REFRESH"] = "quiet"
        import git as gitpython  # 100 ms that a command which reads few objects does not pay

        objects = gitpython.Git(str(self._cwd))
        objects.update_environment(GIT_NO_REPLACE_OBJECTS="1", GIT_OPTIONAL_LOCKS="0")
        objects.set_persistent_git_options(c=_STORED)
        return objects

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
        return _git(
            arguments,
            cwd=self._cwd,
            stdin=stdin,
            statuses=frozenset(statuses),
            variables=variables,
        ).stdout

    def succeeds(self, *arguments: str) -> bool:
        """Whether a git command that answers by its status (0 yes, 1 no) says yes. Raises GitError for any other status."""
        return _git(arguments, cwd=self._cwd, statuses=frozenset({0, 1})).status == 0

    # -- objects ----------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def empty_tree(self) -> str:
        """The id of the tree without files in this repository's object format."""
        return self.run("hash-object", "-t", "tree", "--stdin", stdin=b"").decode("ascii").strip()

    def object(self, name: str) -> tuple[str, str, bytes] | None:
        """Id, type and content of the object that ``name`` (one line, as rev-parse reads it) stands for, None where there is none."""
        self._asked += 1
        # GitPython 3.2 takes only 40 digits in the header of an answer: a sha256 repository pays one process an object.
        if self._asked <= _FEW_OBJECTS or self.object_format != "sha1":
            return self._single_object(name)
        try:
            id_, kind, _size, data = self._objects.get_object_data(
                name
            )  # id and kind are bytes in GitPython 3.2
        except ValueError as error:
            if " missing" in str(error) or "empty" in str(error):
                return None
            raise GitError(f"object {name}: {error}", remedy="run git fsck") from error
        except (OSError, AssertionError) as error:
            raise GitError(
                f"object {name} cannot be read: {error}", remedy="run git fsck"
            ) from error
        return _ascii(id_), _ascii(kind), bytes(data)

    def _single_object(self, name: str) -> tuple[str, str, bytes] | None:
        output = self.run(
            "cat-file", "--batch", stdin=f"{name}\n".encode("utf-8", "surrogateescape")
        )
        header, _end, rest = output.partition(b"\n")
        facts = header.decode("utf-8", "surrogateescape").rsplit(" ", 2)
        if len(facts) != 3 or not facts[2].isdigit():
            return None
        return facts[0], facts[1], rest[: int(facts[2])]

    def read(self, blob: str) -> bytes:
        """The content of a blob. Raises GitError where it is missing."""
        known = self._recent.get(blob)
        if known is not None:
            return known
        found = self.object(blob)
        if found is None:
            raise GitError(
                f"object {blob} is missing",
                remedy="fetch the history it belongs to (git fetch --unshallow) or run git fsck",
            )
        if len(found[2]) <= _KEPT_BYTES:
            # Several gates read the same files, and what one commit left is what the next one began with.
            if len(self._recent) >= _KEPT_BLOBS:
                self._recent.pop(next(iter(self._recent)))
            self._recent[blob] = found[2]
        return found[2]

    def contents(self, ids: Iterable[str], kind: str = "blob") -> Mapping[str, bytes]:
        """The contents of many objects of one kind, by one process. Raises GitError where one is missing."""
        asked = tuple(dict.fromkeys(ids))
        if not asked:
            return {}
        output = self.run(
            "cat-file", "--batch", stdin="".join(f"{one}\n" for one in asked).encode()
        )
        found = {}
        at = 0
        for one in asked:
            end = output.index(b"\n", at)
            facts = output[at:end].split(b" ")
            if len(facts) != 3 or facts[1] != kind.encode():
                raise GitError(
                    f"object {one} is missing",
                    remedy="fetch the history it belongs to (git fetch --unshallow) or run git fsck",
                )
            at = end + 1 + int(facts[2])
            found[one] = output[end + 1 : at]
            at += 1
        return found

    def size(self, blob: str) -> int:
        """The size of a blob in bytes, without reading it."""
        if self.object_format != "sha1":
            return len(self.read(blob))
        try:
            return int(self._objects.get_object_header(blob)[2])
        except (ValueError, OSError) as error:
            raise GitError(f"object {blob} is missing", remedy="run git fsck") from error

    def resolve(self, revision: str) -> str | None:
        """The id of the commit that a revision names, None where there is none here."""
        if revision.startswith("-") or any(character in revision for character in "\0\n"):
            return None
        output = self.run(
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            f"{revision}^{{commit}}",
            statuses=(0, 1, 128),
        )
        return output.decode("ascii", "replace").strip() or None

    def message(self, commit: str) -> bytes:
        """The commit's message, as far as git reads it."""
        found = self.object(f"{commit}^{{commit}}")
        if found is None:
            raise GitError(f"commit {commit} is missing", remedy="run git fetch")
        return _message(found[2])

    # -- trees ------------------------------------------------------------------------------------------------------------

    def tree(self, treeish: str) -> "TreeObject":
        """The tree of a commit or tree. Raises GitError where there is none."""
        found = self.object(f"{treeish}^{{tree}}")
        if found is None:
            raise GitError(
                f"{treeish} is not in this repository",
                remedy="fetch it: git fetch origin, or git fetch --unshallow",
            )
        return TreeObject(self, found[0], found[2])

    def no_tree(self) -> "TreeObject":
        """The tree without files."""
        return TreeObject(self, self.empty_tree, b"")

    def head_tree(self) -> "TreeObject":
        """The tree of HEAD; the empty tree before the first commit. Raises GitError where HEAD is broken."""
        found = self.object("HEAD^{tree}")
        if found is not None:
            return TreeObject(self, found[0], found[2])
        if self.run("rev-parse", "--verify", "--quiet", "HEAD", statuses=(0, 1, 128)).strip():
            raise GitError("HEAD names a commit that is missing", remedy="run git fsck")
        return self.no_tree()

    # -- changes ----------------------------------------------------------------------------------------------------------

    def staged(self, *, whole: bool = False) -> Change:
        """What ``git commit`` would record now, against HEAD, by the index that git's own variables name.

        While a merge is being concluded this is the author's part, what differs from every parent; ``whole`` gives all that the
        commit brings against HEAD.
        """
        base = self.head_tree()
        files = self._counted(self._index_against(base))
        merged = () if whole else self._merged_heads()
        if merged:
            files = _own(files, [self._index_against(self.tree(head)) for head in merged])
        return Change(origin=Origin.STAGED, base=base, head=Overlay(base, files), files=files)

    def _index_against(self, tree: "TreeObject") -> tuple[FileChange, ...]:
        command = ("diff-index", "--cached", "--ita-invisible-in-index")
        return _parse(self.run(*_SETTINGS, *command, *_DIFF, tree.id, "--"))

    def between(self, base: str, head: str) -> Change:
        """What lies between two commits or trees, whatever their history. Raises GitError where one is missing."""
        base_tree, head_tree = self.tree(base), self.tree(head)
        output = self.run(*_SETTINGS, "diff-tree", "-r", *_DIFF, base_tree.id, head_tree.id, "--")
        files = self._counted(_parse(output))
        return Change(origin=Origin.RANGE, base=base_tree, head=head_tree, files=files, commit=head)

    def net(self, base: str, head: str) -> Change:
        """What a branch does since it left ``base``: from their merge base to ``head`` (unrelated histories: from ``base`` itself).

        Where histories crossed there are several merge bases, and what the branch took back of one is no change against another:
        then it is held against ``base``, without what is as it was in all of them.
        """
        lines = self.run("merge-base", "--all", base, head, statuses=(0, 1))
        starts = lines.decode("ascii").split() or [base]
        if len(starts) == 1:
            return self.between(starts[0], head)
        whole = self.between(base, head)
        moved = {
            path
            for start in starts
            for file in self.between(start, head).files
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
        sections = _sections(
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
        for commit in log:
            parts = [next(sections, ("", ())) for _ in commit.parents or ("",)]
            if any(id_ != commit.id for id_, _files in parts):
                raise GitError(
                    "git diff-tree answered for another commit than was asked",
                    remedy="run git fsck",
                )
            files = self._counted(parts[0][1])
            if len(parts) > 1:
                files = _own(files, [other for _id, other in parts[1:]])
            yield Change(
                origin=Origin.COMMIT,
                base=LazyTree(self, commit.parents[0]) if commit.parents else self.no_tree(),
                head=LazyTree(self, commit.id),
                files=files,
                commit=commit.id,
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
            return (self.git_dir / name).read_text("utf-8", "surrogateescape").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise GitError(f"{name} cannot be read: {error}") from error

    def _shallow(self) -> frozenset[str]:
        try:
            return frozenset((self.common_dir / "shallow").read_text("ascii").split())
        except FileNotFoundError:
            return frozenset()
        except (OSError, UnicodeDecodeError) as error:
            raise GitError(f"git's list of shallow commits cannot be read: {error}") from error


class _Blobs:
    """What every kind of tree reads contents by: the repository that holds them."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def read(self, blob: str) -> bytes:
        """The content of a blob."""
        return self.repository.read(blob)

    def size(self, blob: str) -> int:
        """The size of a blob in bytes."""
        return self.repository.size(blob)

    def hunks(self, before: str | None, after: str | None) -> tuple[Hunk, ...]:
        """The changed lines between two blobs."""
        return self.repository.hunks(before, after)


class TreeObject(_Blobs):
    """A tree in the object database; folders are read one by one as they are asked for."""

    def __init__(self, repository: Repository, id_: str, data: bytes) -> None:
        self.id = id_
        super().__init__(repository)
        self._folders: dict[str, Mapping[str, Entry]] = {"": self._folder(data, "")}

    def find(self, path: str) -> Entry | None:
        """The entry at exactly this path, None where the tree has no file there."""
        folder, _stroke, _name = path.rpartition("/")
        entries = self._entries_in(folder)
        found = entries.get(path) if entries is not None else None
        return None if found is None or found.mode == _TREE_MODE else found

    @functools.cached_property
    def _all(self) -> Mapping[str, Entry]:
        output = self.repository.run("ls-tree", "-r", "-z", "--full-tree", self.id)
        found = {}
        modes: dict[str, int] = {}
        for record in os.fsdecode(output).split("\0")[:-1]:
            facts, _tab, path = record.partition("\t")
            digits = facts[:6]
            mode = modes.get(digits) or modes.setdefault(digits, int(digits, 8))
            found[path] = Entry(path=path, mode=mode, blob=facts.rpartition(" ")[2])
        return found

    def entries(self) -> Mapping[str, Entry]:
        """Every file of the tree by path, in path order."""
        return self._all

    def attribute(self, name: str, paths: Iterable[str]) -> Mapping[str, str]:
        """The attribute's value for the paths that have it, by the .gitattributes files of this tree alone.

        git itself would add those of the work tree and of .git/info, which the author of the change controls.
        """
        return attributes.values(name, paths, self._attributes_of)

    def _attributes_of(self, folder: str) -> bytes:
        entry = self.find(f"{folder}/.gitattributes" if folder else ".gitattributes")
        return b"" if entry is None else self.read(entry.blob)

    def _entries_in(self, folder: str) -> Mapping[str, Entry] | None:
        if folder in self._folders:
            return self._folders[folder]
        above, _stroke, _name = folder.rpartition("/")
        parent = self._entries_in(above)
        entry = parent.get(folder) if parent is not None else None
        if entry is None or entry.mode != _TREE_MODE:
            return None
        entries = self._folder(self.repository.read(entry.blob), f"{folder}/")
        self._folders[folder] = entries
        return entries

    def _folder(self, data: bytes, prefix: str) -> Mapping[str, Entry]:
        width = 32 if self.repository.object_format == "sha256" else 20
        entries = {}
        at = 0
        while at < len(data):
            end = data.index(b"\0", at)
            mode, _blank, name = data[at:end].partition(b" ")
            at = end + 1 + width
            path = prefix + os.fsdecode(name)
            entries[path] = Entry(path=path, mode=int(mode, 8), blob=data[end + 1 : at].hex())
        return entries


class LazyTree(_Blobs):
    """The tree of a commit, looked up only when it is asked something: a range of a thousand commits mostly is not."""

    def __init__(self, repository: Repository, treeish: str) -> None:
        super().__init__(repository)
        self._treeish = treeish

    @functools.cached_property
    def _tree(self) -> TreeObject:
        return self.repository.tree(self._treeish)

    @property
    def id(self) -> str:
        """The tree's id."""
        return self._tree.id

    def find(self, path: str) -> Entry | None:
        """The entry at exactly this path."""
        return self._tree.find(path)

    def entries(self) -> Mapping[str, Entry]:
        """Every file of the tree by path."""
        return self._tree.entries()

    def attribute(self, name: str, paths: Iterable[str]) -> Mapping[str, str]:
        """The attribute's value for the paths that have it."""
        return self._tree.attribute(name, paths)


class Overlay(_Blobs):
    """A tree with the files of a change laid over it: what the index would become as a tree, without writing one."""

    def __init__(self, base: TreeObject, files: tuple[FileChange, ...]) -> None:
        super().__init__(base.repository)
        self._base = base
        self._laid: dict[str, Entry | None] = {}
        for file in files:
            if file.status is Status.DELETED:
                self._laid.setdefault(file.path, None)
                continue
            if file.status is Status.RENAMED and file.old_path is not None:
                self._laid.setdefault(file.old_path, None)
            if file.head_blob is not None:
                self._laid[file.path] = Entry(
                    path=file.path, mode=file.head_mode, blob=file.head_blob
                )

    def find(self, path: str) -> Entry | None:
        """The entry at exactly this path."""
        return self._laid[path] if path in self._laid else self._base.find(path)

    @functools.cached_property
    def _all(self) -> Mapping[str, Entry]:
        base = self._base.entries()
        merged: dict[str, Entry | None] = {**base, **self._laid}
        # What only alters and takes keeps the order.
        grown = any(path not in base for path in self._laid)
        ordered = sorted(merged, key=os.fsencode) if grown else list(merged)
        return {path: entry for path in ordered if (entry := merged[path]) is not None}

    def entries(self) -> Mapping[str, Entry]:
        """Every file by path, in path order."""
        return self._all

    def attribute(self, name: str, paths: Iterable[str]) -> Mapping[str, str]:
        """The attribute's value for the paths that have it."""
        return attributes.values(name, paths, self._attributes_of)

    def _attributes_of(self, folder: str) -> bytes:
        entry = self.find(f"{folder}/.gitattributes" if folder else ".gitattributes")
        return b"" if entry is None else self.read(entry.blob)


def open_repository(start: Path | None = None) -> Repository:
    """The repository that git's variables or this folder (default: the current one) name.

    Raises GitError where git is missing, there is no repository, or git refuses to read it.
    """
    if shutil.which("git") is None:
        raise GitError("git is not on PATH", remedy="install git 2.34 or newer")
    cwd = start or Path.cwd()
    facts = (
        "rev-parse",
        "--path-format=absolute",
        "--show-object-format",
        "--git-dir",
        "--git-common-dir",
        "--is-bare-repository",
    )
    result = _git((*facts, "--show-toplevel"), cwd=cwd, statuses=frozenset(range(256)))
    lines = os.fsdecode(result.stdout).splitlines()
    if len(lines) >= 4 and (
        result.status == 0 or lines[3] == "true" or b"work tree" in result.stderr
    ):
        top = Path(lines[4]) if result.status == 0 and len(lines) > 4 else None
        return Repository(
            top=top, git_dir=Path(lines[1]), common_dir=Path(lines[2]), object_format=lines[0]
        )
    said = result.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
    raise GitError(said or "this is not a git repository", remedy="run inside a git repository")


def _git(
    arguments: Iterable[str],
    *,
    cwd: Path,
    stdin: bytes | None = None,
    statuses: frozenset[int],
    variables: Mapping[str, str] | None = None,
) -> process.Result:
    env = {name: value for name, value in os.environ.items() if name not in _HOSTILE}
    # Grafts, like replaced objects, show another history than the stored one: they could hide that an approval was used.
    env |= {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull}
    env |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    env |= variables or {}
    result = process.run(["git", "-c", _STORED, *arguments], cwd=cwd, env=env, stdin=stdin)
    if result.status not in statuses:
        said = (
            result.stderr.decode("utf-8", "replace")
            .strip()
            .removeprefix("fatal: ")
            .removeprefix("error: ")
        )
        command = next(
            (one for one in result.argv[1:] if not one.startswith("-") and "=" not in one), ""
        )
        raise GitError(
            f"git {command} failed with status {result.status}: {said}",
            remedy="run git fsck; then try again",
        )
    return result


def _parse(output: bytes) -> tuple[FileChange, ...]:
    """One section of ``--raw --numstat -z``: first every raw record, then every count."""
    fields = output.split(b"\0")
    if fields[-1] != b"":
        raise GitError("git diff gave an incomplete answer")
    return _files(iter(fields[:-1]), lambda _field: False)[0]


def _sections(output: bytes) -> Iterator[tuple[str, tuple[FileChange, ...]]]:
    """The answers of ``diff-tree --stdin``: a commit id before each section."""
    fields = iter(output.split(b"\0")[:-1])
    head: bytes | None = next(fields, None)
    while head is not None:
        id_ = head.decode("ascii")
        files, head = _files(fields, _is_id)
        yield id_, files


def _ascii(word: str | bytes) -> str:
    return word if isinstance(word, str) else word.decode("ascii")


def _is_id(field: bytes) -> bool:
    return len(field) in (40, 64) and field.isalnum()


def _check(path: str) -> None:
    """Raises GitError for a path that would lead into git's own folder: git never makes one (git-fsck(1), hasDotgit)."""
    if path.isascii() and not any(name in path.lower() for name in _OWN_FOLDER):
        return
    if any(globs.fold(part) in _OWN_FOLDER for part in path.split("/")):
        raise GitError(
            f"a commit holds {path!r}, which leads into git's own folder",
            remedy="leave that commit out; git fsck names it",
        )


def _files(
    fields: Iterator[bytes], ends: Callable[[bytes], bool]
) -> tuple[tuple[FileChange, ...], bytes | None]:
    raw: dict[str, tuple[bytes, str | None]] = {}
    counts: dict[str, tuple[int | None, int | None]] = {}
    after: bytes | None = None
    for field in fields:
        if field.startswith(b":"):
            first = os.fsdecode(next(fields))
            if field.split(b" ")[4][:1] in b"RC":
                raw[os.fsdecode(next(fields))] = (field, first)
            else:
                raw.setdefault(first, (field, None))
            continue
        if ends(field):
            after = field
            break
        added, deleted, name = field.split(b"\t", 2)
        path = os.fsdecode(name)
        if not name:
            next(fields)
            path = os.fsdecode(next(fields))
        counts.setdefault(path, (None, None) if added == b"-" else (int(added), int(deleted)))
    files = []
    for path, (header, old_path) in raw.items():
        base_mode, head_mode, base_blob, head_blob, status = header[1:].decode("ascii").split(" ")
        kind = Status.UNMERGED if status == "U" else Status(status[0])
        if kind is not Status.DELETED:
            _check(path)
        added_lines, deleted_lines = (
            (None, None) if kind is Status.UNMERGED else counts.get(path, (0, 0))
        )
        files.append(
            FileChange(
                status=kind,
                path=path,
                old_path=old_path,
                base_mode=int(base_mode, 8),
                head_mode=int(head_mode, 8),
                base_blob=base_blob if base_blob.strip("0") else None,
                head_blob=head_blob if head_blob.strip("0") else None,
                added=added_lines,
                deleted=deleted_lines,
            )
        )
    files.sort(key=lambda file: os.fsencode(file.path))
    return tuple(files), after


def _own(
    files: tuple[FileChange, ...], others: list[tuple[FileChange, ...]]
) -> tuple[FileChange, ...]:
    """Of a merge's files against its first parent those that differ from every other parent, too."""
    touched = [{path for file in other for path in file.touched} for other in others]
    return tuple(
        file
        for file in files
        if all(any(path in paths for path in file.touched) for paths in touched)
    )


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

"""The tree of each commit of a range, told from its parent's, is the tree that is stored."""

from pathlib import Path

import pytest

from gitfolder import Folder
from hunkgate import descent
from hunkgate.git import open_repository


@pytest.fixture
def history(folder: Folder) -> Folder:
    """Renames, swaps of files and folders, links, a submodule, deletions, branches off branches, merges, an evil one, and a second root."""
    folder.commit({"a.txt": "1\n" * 9, "b/c.txt": "1\n", ".gitattributes": "*.gen generated\n"})
    folder.git("mv", "a.txt", "moved.txt")
    folder.commit({"a.txt": "another\n"})
    folder.git("checkout", "-q", "-b", "one")
    folder.commit({"b/c.txt": None, "b/d/e.txt": "1\n"})
    folder.git("checkout", "-q", "-b", "two")
    folder.git("rm", "-q", "b/d/e.txt")
    folder.commit({"b/d": "a file where a folder was\n"})
    (folder.path / "link").symlink_to("moved.txt")
    folder.commit()
    folder.git("checkout", "-q", "one")
    folder.commit({"b/f.txt": "2\n", "b/.gitattributes": "f.txt linguist-generated\n"})
    folder.git("checkout", "-q", "main")
    folder.commit({"main.txt": "1\n"})
    folder.git("merge", "-q", "--no-ff", "-m", "merge", "one")
    folder.git("merge", "-q", "--no-commit", "--no-ff", "two")
    folder.commit({"evil.txt": "in the merge alone\n", "main.txt": None})
    head = folder.git("rev-parse", "HEAD")
    folder.git("update-index", "--add", "--cacheinfo", f"160000,{head},module")
    folder.git("commit", "-q", "-m", "a submodule")
    folder.git("checkout", "-q", "--orphan", "other")
    folder.git("rm", "-rqf", "--cached", ".")
    folder.commit({"other.txt": "1\n"})
    folder.git("checkout", "-q", "-f", "main")
    folder.git("merge", "-q", "--allow-unrelated-histories", "-m", "both", "other")
    folder.commit(dict.fromkeys(("a.txt", "z/z.txt", "mod.py"), "x\n"))
    (folder.path / "a.txt").chmod(0o755)
    folder.commit()
    return folder


@pytest.mark.parametrize(
    ("files", "branches"),
    [
        pytest.param(20_000, 10, id="remembering all"),
        pytest.param(2, 10, id="reading again after a few files"),
        pytest.param(20_000, 1, id="reading again after a branch off a branch"),
    ],
)
def test_the_tree_of_each_commit_is_the_one_that_is_stored(
    history: Folder, monkeypatch: pytest.MonkeyPatch, files: int, branches: int
) -> None:
    monkeypatch.setattr(descent, "_MOST_FILES", files)
    monkeypatch.setattr(descent, "_MOST_BRANCHES", branches)
    repository = open_repository(Path())
    listed = history.git("log", "--all", "-m", "--name-only", "--format=", "--no-renames")
    paths = {*listed.split("\n"), "b", "nowhere", "module/below"} - {""}
    root = history.git("rev-list", "--max-parents=0", "HEAD").split()[-1]
    for exclude in ((), (root,)):
        changes = tuple(repository.commits(exclude, "HEAD"))
        assert len(changes) == int(history.git("rev-list", "--count", "HEAD")) - len(exclude)
        for change in changes:
            commit = str(change.commit)
            parent = history.git("rev-parse", "-q", "--verify", f"{commit}^", check=False)
            for tree, stored in (
                (change.head, repository.tree(commit)),
                (change.base, repository.tree(parent) if parent else repository.no_tree()),
            ):
                assert {path: tree.find(path) for path in paths} == {
                    path: stored.find(path) for path in paths
                }
                assert tree.entries() == stored.entries()
                assert tree.attribute("linguist-generated", paths) == stored.attribute(
                    "linguist-generated", paths
                )

"""The staged change is read right in every state of git that makes other readers wrong; each row says which."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gitfolder import Folder
from hunkgate.git import open_repository

Row = tuple[object, ...]
LINES = "".join(f"line {number}\n" for number in range(1, 21))


def modified(folder: Folder) -> list[Row]:
    folder.commit({"f.txt": "a\nb\n"})
    folder.stage({"f.txt": "a\nc\nd\n"})
    return [("M", "f.txt", "f.txt", 2, 1)]


def first_commit(folder: Folder) -> list[Row]:
    folder.stage({"a.txt": "1\n2\n"})
    return [("A", None, "a.txt", 2, 0)]


def hostile_names(folder: Folder) -> list[Row]:
    folder.commit()
    names = [
        "caf\udce9.txt",
        "new\nline.txt",
        "tab\there",
        'quo"te',
        "back\\slash",
        ":a",
        "-rf",
        "--max-lines=9",
        " b/x.py",
        "ünï.py",
        "x b/y",
    ]
    folder.stage(dict.fromkeys(names, "x\n"))
    return [("A", None, name, 1, 0) for name in sorted(names, key=os.fsencode)]


def renamed_with_edits(folder: Folder) -> list[Row]:
    folder.commit({"old.txt": LINES})
    folder.write({"old.txt": None})
    folder.stage({"sub/new.txt": LINES.replace("line 3\n", "line three\n")})
    return [("R", "old.txt", "sub/new.txt", 1, 1)]


def copies_are_no_renames(folder: Folder) -> list[Row]:
    folder.commit({"old.txt": LINES})
    folder.git("config", "diff.renames", "copies")
    folder.stage({"copy.txt": LINES})
    return [("A", None, "copy.txt", 20, 0)]


def rename_limit_of_one(folder: Folder) -> list[Row]:
    folder.commit({f"a{number}": LINES + f"{number}\n" for number in range(3)})
    folder.git("config", "diff.renameLimit", "1")
    folder.write({f"a{number}": None for number in range(3)})
    folder.stage({f"b{number}": LINES + f"{number}\nx\n" for number in range(3)})
    return [("R", f"a{number}", f"b{number}", 1, 0) for number in range(3)]


def deleted(folder: Folder) -> list[Row]:
    folder.commit({"f.txt": "a\nb\n"})
    folder.stage({"f.txt": None})
    return [("D", "f.txt", None, 0, 2)]


def file_becomes_link(folder: Folder) -> list[Row]:
    folder.commit({"f": "a\n"})
    (folder.path / "f").unlink()
    (folder.path / "f").symlink_to("elsewhere")
    folder.stage()
    return [("T", "f", "f", 1, 1)]


def mode_only(folder: Folder) -> list[Row]:
    folder.commit({"f": "a\n"})
    folder.git("update-index", "--chmod=+x", "f")
    return [("M", "f", "f", 0, 0)]


def hidden_by_untracked_attributes(folder: Folder) -> list[Row]:
    folder.commit({"f.py": "a\n"})
    folder.stage({"f.py": "a\n" * 9, "g.py": "b\n" * 7})
    folder.write({".gitattributes": "* -diff\n"})
    return [("M", "f.py", "f.py", 8, 0), ("A", None, "g.py", 7, 0)]


def hidden_by_info_attributes(folder: Folder) -> list[Row]:
    folder.commit({"f.py": "a\nb\n"})
    folder.write({".git/info/attributes": "*.py binary\n"})
    folder.stage({"f.py": "a\nc\n"})
    return [("M", "f.py", "f.py", 1, 1)]


def truly_binary(folder: Folder) -> list[Row]:
    folder.commit()
    folder.stage({"b.bin": b"a\0b\n"})
    return [("A", None, "b.bin", None, None)]


def external_drivers(folder: Folder) -> list[Row]:
    folder.commit({"f.txt": "a\n", ".gitattributes": "*.txt diff=evil\n"})
    for key, value in (
        ("diff.external", "touch ran"),
        ("diff.evil.command", "touch ran"),
        ("diff.evil.textconv", "touch ran; true"),
        ("diff.noprefix", "true"),
        ("color.ui", "always"),
        ("diff.ignoreSubmodules", "all"),
        ("core.bigFileThreshold", "1"),
        ("diff.algorithm", "patience"),
    ):
        folder.git("config", key, value)
    folder.stage({"f.txt": "b\n"})
    return [("M", "f.txt", "f.txt", 1, 1)]


def intent_to_add(folder: Folder) -> list[Row]:
    folder.commit({"f": "a\n"})
    folder.write({"later": "x\n"})
    folder.git("add", "-N", "later")
    return []


def strange_line_ends(folder: Folder) -> list[Row]:
    folder.commit({"f": b"a\x0cb\x85c\xe2\x80\xa8d\re\r\n"})
    folder.stage({"f": b"a\x0cb\x85c\xe2\x80\xa8d\rE\r\nno end"})
    return [("M", "f", "f", 2, 1)]


def look_alike_headers(folder: Folder) -> list[Row]:
    folder.commit({"f": "-- a\n++ b\n"})
    folder.stage({"f": "--- a/f\n+++ b/f\n@@ -1 +1 @@\n"})
    return [("M", "f", "f", 3, 2)]


def replaced_object(folder: Folder) -> list[Row]:
    folder.commit({"f": "a\n"})
    folder.stage({"f": "b\nc\n"})
    evil, good = folder.git("rev-parse", ":f"), folder.git("rev-parse", "HEAD:f")
    folder.git("replace", evil, good)
    return [("M", "f", "f", 2, 1)]


def bumped_submodule(folder: Folder) -> list[Row]:
    first = folder.commit(
        {
            ".gitmodules": '[submodule "s"]\n path = s\n url = https://example.invalid/s\n ignore = all\n'
        }
    )
    folder.git("update-index", "--add", "--cacheinfo", f"160000,{first},s")
    folder.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "with s")
    folder.git("update-index", "--cacheinfo", f"160000,{folder.git('rev-parse', 'HEAD')},s")
    return [("M", "s", "s", 1, 1)]


def index_version_4(folder: Folder) -> list[Row]:
    folder.commit({"a/f": "a\n", "a/g": "b\n"})
    folder.git("update-index", "--index-version", "4")
    folder.stage({"a/g": "c\n"})
    return [("M", "a/g", "a/g", 1, 1)]


def split_index(folder: Folder) -> list[Row]:
    folder.commit({"a/f": "a\n", "a/g": "b\n"})
    folder.git("update-index", "--split-index")
    folder.stage({"a/g": "c\n"})
    return [("M", "a/g", "a/g", 1, 1)]


STATES: tuple[Callable[[Folder], list[Row]], ...] = (
    modified, first_commit, hostile_names, renamed_with_edits, copies_are_no_renames, rename_limit_of_one, deleted, file_becomes_link,
    mode_only, hidden_by_untracked_attributes, hidden_by_info_attributes, truly_binary, external_drivers, intent_to_add,
    strange_line_ends, look_alike_headers, replaced_object, bumped_submodule, index_version_4, split_index,
)  # fmt: skip


EVERY_STATE = pytest.mark.parametrize(
    "state", [pytest.param(one, id=one.__name__.replace("_", " ")) for one in STATES]
)


@EVERY_STATE
def test_the_staged_change_is_read_right(
    state: Callable[[Folder], list[Row]], folder: Folder
) -> None:
    expected = state(folder)
    index = (folder.path / ".git/index").read_bytes()
    assert folder.changes() == expected
    assert not (folder.path / "ran").exists(), "a diff driver was run"
    assert (folder.path / ".git/index").read_bytes() == index, "the index was written"


@EVERY_STATE
def test_without_its_lines_the_change_is_the_same(
    state: Callable[[Folder], list[Row]], folder: Folder
) -> None:
    state(folder)
    repository = open_repository(folder.path)
    counted = repository.staged().files
    bare = tuple(replace(file, added=None, deleted=None) for file in counted)
    assert repository.staged(counted=False).files == bare


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(one, id=one.__name__.replace("_", " "))
        for one in STATES
        if one not in (first_commit, replaced_object)
    ],
)
def test_a_commit_of_it_is_read_the_same_as_a_range(
    state: Callable[[Folder], list[Row]], folder: Folder
) -> None:
    expected = state(folder)
    folder.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "judged")
    assert folder.changes("--range", "HEAD~1..HEAD") == expected


def test_a_repository_with_sha256_names_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path / "long")
    folder.path.mkdir()
    folder.git("init", "-q", "-b", "main", "--object-format=sha256")
    folder.stage({"f": "a\n"})
    assert folder.changes() == [("A", None, "f", 1, 0)]
    folder.commit()
    folder.stage({"f": "b\n"})
    assert folder.changes() == [("M", "f", "f", 1, 1)]


def test_the_index_that_git_names_is_read(folder: Folder) -> None:
    folder.commit({"f": "a\n"})
    folder.stage({"f": "b\n"})
    other = str(folder.path / "other-index")
    folder.git("read-tree", "HEAD", env={"GIT_INDEX_FILE": other})
    assert folder.changes(env={"GIT_INDEX_FILE": other}) == []


def test_a_folder_below_the_top_level_sees_the_whole_change(folder: Folder) -> None:
    folder.commit({"sub/f": "a\n"})
    folder.git("config", "diff.relative", "true")
    folder.stage({"g": "b\n"})
    assert folder.changes(cwd=folder.path / "sub") == [("A", None, "g", 1, 0)]


def test_a_linked_worktree_has_its_own_staged_change(folder: Folder, tmp_path: Path) -> None:
    folder.commit({"f": "a\n"})
    folder.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Folder(tmp_path / "linked")
    linked.stage({"g": "b\n"})
    assert linked.changes() == [("A", None, "g", 1, 0)]
    assert folder.changes() == []


def merging(folder: Folder, mine: dict[str, str], theirs: dict[str, str]) -> None:
    folder.commit({"shared": "a\n"})
    folder.git("checkout", "-q", "-b", "side")
    folder.commit(dict(theirs))
    folder.git("checkout", "-q", "main")
    folder.commit(dict(mine))


def test_a_merge_is_judged_for_what_differs_from_all_parents(folder: Folder) -> None:
    merging(folder, {"mine": "1\n", "shared": "m\n"}, {"theirs": "2\n", "shared": "t\n"})
    folder.git("merge", "-q", "side", check=False)
    folder.stage({"shared": "both\n", "evil": "x\n"})
    listing = folder.hunkgate("check", "--format", "json")
    assert '"files": 2' in listing.out, listing.out
    folder.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "merged")
    assert (
        '"theirs"'
        not in folder.hunkgate(
            "check", "--gate", "size", "--range", "HEAD^1..HEAD", "--format", "json"
        ).out
    )


def test_a_clean_merge_is_known_before_merge_head_exists(folder: Folder) -> None:
    merging(folder, {"mine": "1\n"}, {"theirs": "2\n" * 900})
    folder.git("merge", "-q", "--no-commit", "side")
    (folder.path / ".git/MERGE_HEAD").unlink()
    assert folder.hunkgate("check").code == 1
    assert folder.hunkgate("check", env={"GIT_REFLOG_ACTION": "merge side"}).code == 0


def test_a_cut_history_is_a_fault_and_no_pass(folder: Folder, tmp_path: Path) -> None:
    base = folder.commit({"f": "a\n"})
    folder.commit({"f": "b\n"})
    folder.git("clone", "-q", "--depth", "1", f"file://{folder.path}", str(tmp_path / "cut"))
    ran = Folder(tmp_path / "cut").hunkgate("check", "--range", f"{base}..HEAD")
    assert ran.code == 2
    assert "unshallow" in ran.err

"""What a tree says about another one, read from real repositories."""

import pytest

from gitfolder import Folder
from hunkgate.git import Repository, open_repository
from hunkgate.model import Entry

Held = tuple[bytes | None, bytes | None]


def committed(folder: Folder, files: dict[str, str | None]) -> str:
    """The id of the tree with these files written, or removed where None stands for them."""
    folder.commit(files)
    return folder.git("rev-parse", "HEAD^{tree}")


def held(repository: Repository, sides: tuple[Entry | None, Entry | None]) -> Held:
    first, second = (None if one is None else repository.read(one.blob) for one in sides)
    return first, second


def test_a_stored_tree_tells_what_differs_from_another(folder: Folder) -> None:
    old = committed(folder, {"a": "1\n", "d/b": "same\n", "d/c": "3\n"})
    committed(folder, {"a": "2\n", "d/c": None, "e": "3\n"})
    repository = open_repository(folder.path)
    found = repository.head_tree().since(old)
    assert found is not None
    # A rename is what it takes and what it gives.
    assert {path: held(repository, sides) for path, sides in found.items()} == {
        "a": (b"1\n", b"2\n"),
        "d/c": (b"3\n", None),
        "e": (None, b"3\n"),
    }


def test_what_is_staged_differs_by_the_commits_and_by_itself(folder: Folder) -> None:
    old = committed(folder, {"a": "1\n", "b": "1\n", "c": "1\n"})
    last = committed(folder, {"a": "2\n", "b": "2\n"})
    folder.stage({"b": "3\n", "c": None, "d": "new\n"})
    repository = open_repository(folder.path)
    head = repository.staged().head
    found = head.since(old)
    assert head.stored == last
    assert found is not None
    assert {path: held(repository, sides) for path, sides in found.items()} == {
        "a": (b"1\n", b"2\n"),
        "b": (b"1\n", b"3\n"),
        "c": (b"1\n", None),
        "d": (None, b"new\n"),
    }


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param("0" * 40, id="the id of nothing"),
        pytest.param("--output=x", id="an option"),
        pytest.param("no such name", id="no id at all"),
        pytest.param("HEAD", id="a name that may mean another tree tomorrow"),
    ],
)
def test_a_tree_that_is_not_here_differs_in_nothing_that_can_be_told(
    folder: Folder, tree: str
) -> None:
    committed(folder, {"a": "1\n"})
    assert open_repository(folder.path).head_tree().since(tree) is None


def test_a_tree_of_which_a_part_was_pruned_cannot_be_told_from(folder: Folder) -> None:
    old = committed(folder, {"a": "1\n", "d/b": "1\n"})
    part = folder.git("rev-parse", "HEAD:d")
    committed(folder, {"d/b": "2\n"})
    (folder.path / ".git" / "objects" / part[:2] / part[2:]).unlink()
    assert open_repository(folder.path).head_tree().since(old) is None

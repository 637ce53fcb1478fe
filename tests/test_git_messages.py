"""Messages of commits, searched for words: what is found there is exactly what reads there."""

import pytest

from gitfolder import Folder
from hunkgate.git import open_repository


@pytest.fixture
def base(folder: Folder) -> str:
    return folder.commit(message="base\n\nWord: before the range")


def stored(folder: Folder, message: bytes) -> str:
    """A commit upon HEAD with a message that git itself would not write."""
    made = folder.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "x")
    commit = folder.git("cat-file", "commit", made).encode().partition(b"\n\n")[0]
    stdin = commit + b"\n\n" + message
    return folder.git("hash-object", "-w", "-t", "commit", "--literally", "--stdin", stdin=stdin)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        pytest.param(b"x\n\nWord: y\n", b"x\n\nWord: y\n", id="as written"),
        pytest.param(b"x\n    wORD: y\n", b"x\n    wORD: y\n", id="in another case, indented"),
        pytest.param(b"\xff\xfe Word: \xff", b"\xff\xfe Word: \xff", id="in no encoding"),
        pytest.param(b"x\0\nWord: y\n", None, id="behind a NUL"),
        pytest.param(b"Word: y\n\0z\n", b"Word: y\n", id="before a NUL"),
        pytest.param(b"words\n", None, id="not at all"),
    ],
)
def test_a_message_is_found_by_a_word(
    folder: Folder, base: str, message: bytes, found: bytes | None
) -> None:
    commit = stored(folder, message)
    messages = open_repository(folder.path).messages((base,), commit, ("Word:",))
    assert messages == ({} if found is None else {commit: found})


def test_any_of_many_words_is_found_once(folder: Folder, base: str) -> None:
    commit = folder.commit(message="word7 word999")
    words = [f"word{number}" for number in range(1000)]
    assert list(open_repository(folder.path).messages((base,), commit, words)) == [commit]


def test_a_message_without_anything_searched_is_read_up_to_a_nul(folder: Folder, base: str) -> None:
    assert open_repository(folder.path).message(stored(folder, b"x\0y")) == b"x"

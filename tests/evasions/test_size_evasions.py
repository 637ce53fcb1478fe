"""Ways to bring more than can be reviewed past the size gate, each refused; and what is as long and innocent."""

import random

import pytest

from attempts import attempts
from gitfolder import Content, Folder

LINES = "".join(f"x{number} = {number}\n" for number in range(5000))


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        pytest.param(
            {".gitattributes": "*.py -diff\n", "src/gen.py": LINES},
            "size/lines",
            id="an attribute takes the file out of diffs",
        ),
        pytest.param(
            {".git/info/attributes": "* binary\n", "src/gen.py": LINES},
            "size/lines",
            id="an attribute outside the tree calls it binary",
        ),
        pytest.param(
            {".gitattributes": "*.py linguist-generated\n", "src/gen.py": LINES},
            "size/lines",
            id="the change declares its own file generated",
        ),
        pytest.param(
            {"src/gen.py": "# \0\n" + LINES},
            "size/lines",
            id="one NUL makes a text binary for git",
        ),
        pytest.param(
            {"src/gen.py": LINES.encode("utf-16")}, "size/lines", id="UTF-16 is binary for git"
        ),
        pytest.param(
            {"src/gen.py": "x = '" + "a" * 200_000 + "'\n"},
            "size/line-length",
            id="all of it in one line",
        ),
        pytest.param(
            {"src/gen.py": LINES.replace("\n", "\r")},
            "size/line-length",
            id="line ends that git does not count",
        ),
        pytest.param(
            {"src/gen.py": f"{'a' * 4900}\n" * 190},
            "size/text",
            id="lines that stay just below the width",
        ),
        pytest.param(
            {f"src/f{number}.py": "a\nb\nc\nd\n" for number in range(60)},
            "size/lines",
            id="little in each of many files",
        ),
    ],
)
def test_lines_cannot_be_hidden(folder: Folder, files: dict[str, Content], rule: str) -> None:
    tried = attempts(folder)
    folder.commit(files)
    assert rule in tried.rules()


def test_settings_of_git_hide_no_lines(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = attempts(folder)
    for name, value in (
        ("core.bigFileThreshold", "1"),
        ("diff.external", "true"),
        ("diff.renames", "copies"),
        ("diff.x.textconv", "true"),
    ):
        folder.git("config", name, value)
    folder.commit({"src/gen.py": LINES, ".git/info/attributes": "*.py diff=x\n"})
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "true")
    assert "size/lines" in tried.rules()


def test_a_rename_hides_no_rewrite(folder: Folder) -> None:
    tried = attempts(folder)
    lines = LINES.splitlines()[:1000]
    folder.commit({"src/old.py": "\n".join(lines)})
    folder.git("branch", "-f", "main", "work")
    changed = lines[:300] + [f"{line} # evil" for line in lines[300:]]
    folder.commit({"src/old.py": None, "src/new.py": "\n".join(changed)})
    assert "size/lines" in tried.rules()


def test_two_commits_bring_no_more_than_one_may(folder: Folder) -> None:
    tried = attempts(folder)
    folder.commit({"src/a.py": "".join(LINES.splitlines(keepends=True)[:150])})
    folder.commit({"src/b.py": "".join(LINES.splitlines(keepends=True)[:150])})
    assert "size/lines" in tried.rules()


def test_an_image_has_no_lines(folder: Folder) -> None:
    tried = attempts(folder)
    folder.commit({"logo.png": b"\x89PNG\r\n\x1a\n\0" + random.Random(1).randbytes(200_000)})
    assert tried.rules() == set()


@pytest.mark.parametrize(("own", "refused"), [(1, False), (250, True)])
def test_a_merge_answers_for_the_lines_that_neither_side_holds(
    folder: Folder, own: int, refused: bool
) -> None:
    """main changed most of a file, and the branch another line of it."""
    tried = attempts(folder)
    lines = [f"x{number} = {number}\n" for number in range(500)]
    folder.git("checkout", "-q", "main")
    folder.commit({"src/long.py": "".join(lines)})
    folder.git("checkout", "-q", "-B", "work")
    folder.git("checkout", "-q", "main")
    folder.commit({"src/long.py": "".join(["# main\n" * 300, *lines])})
    folder.git("checkout", "-q", "work")
    folder.commit({"src/long.py": "".join([*lines, "# work\n"])})
    folder.git("merge", "-q", "--no-commit", "main")
    merged = "".join(["# main\n" * 300, *lines, "# work\n", "# own\n" * (own - 1)])
    folder.commit({"src/long.py": merged})
    assert ("size/lines" in tried.rules()) is refused

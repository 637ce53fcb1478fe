"""Forms of a manifest in which a new dependency would go unseen, each refused; and edits that bring none."""

import pytest

from attempts import Attempts, attempts
from gitfolder import Content, Folder

PYPROJECT = '[project]\nname = "app"\ndependencies = ["requests"'


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"Requirements.TXT": "evil==1\n"}, id="another case"),
        pytest.param({"ci/requirements-dev.txt": "evil==1\n"}, id="a new file"),
        pytest.param(
            {"requirements.txt": "requests==2.31.0\nevil==1\n".encode("utf-16")}, id="UTF-16"
        ),
        pytest.param({"requirements.txt": b"\xef\xbb\xbfevil==1\n"}, id="a byte order mark"),
        pytest.param({"requirements.txt": "requests==2.31.0\revil==1\r"}, id="old line ends"),
        pytest.param({"requirements.txt": "requests==2.31.0 # \x0cevil==1\n"}, id="a form feed"),
        pytest.param({"requirements.txt": "requests==2.31.0 # \u0085evil==1\n"}, id="a next line"),
        pytest.param({"requirements.txt": "r\u0435quests==2.31.0\n"}, id="a look-alike letter"),
        pytest.param(
            {"requirements.txt": "--index-url https://evil.example/\nrequests==2.31.0\n"},
            id="another index",
        ),
        pytest.param({"requirements.txt": "#" * 600_000 + "\nevil==1\n"}, id="after a long line"),
        pytest.param({"requirements.txt": None, "reqs.lst": "evil==1\n"}, id="moved away"),
        pytest.param({"pyproject.toml": PYPROJECT}, id="a manifest that cannot be read"),
        pytest.param(
            {"pyproject.toml": PYPROJECT + ']\n[build-system]\nrequires = ["evil"]\n'},
            id="what builds it",
        ),
        pytest.param(
            {"package.json": '{"dependencies": {"evil": "1"}, "dependencies": {}}'},
            id="a key given twice",
        ),
        pytest.param({"tox.ini": "[testenv]\ndeps\n  evil\n"}, id="a key without a value goes on"),
        pytest.param({"setup.py": "setup(install_requires=['ev' + 'il'])\n"}, id="computed"),
        pytest.param(
            {"src/run.py": "# /// script\n# dependencies = ['evil']\n# ///\n"}, id="in a script"
        ),
        pytest.param(
            {"docker/Dockerfile-dev": "FROM evil.example/image\n"}, id="a Dockerfile with an ending"
        ),
    ],
)
def test_no_form_of_a_manifest_is_silence(folder: Folder, files: dict[str, Content]) -> None:
    tried = attempts(folder)
    folder.commit(files)
    assert any(rule.startswith("dependencies/") for rule in tried.rules())


def test_a_link_in_a_manifests_place_is_refused(folder: Folder) -> None:
    tried = attempts(folder)
    folder.commit({"src/data": "evil==1\n"})
    (folder.path / "requirements.txt").unlink()
    (folder.path / "requirements.txt").symlink_to("src/data")
    folder.commit()
    assert "dependencies/unreadable" in tried.rules()


def test_what_a_requirements_file_includes_is_read(folder: Folder) -> None:
    tried = attempts(folder)
    folder.commit({"requirements.txt": "-r deps.lst\n", "deps.lst": "requests==2.31.0\n"})
    folder.git("branch", "-f", "main", "work")
    folder.commit({"deps.lst": "requests==2.31.0\nevil==1\n"})
    assert any(rule.startswith("dependencies/") for rule in tried.rules())


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"requirements.txt": "# pinned\nrequests==2.31.0\n"}, id="a comment"),
        pytest.param({"requirements.txt": "requests==2.31.0\r\n"}, id="line ends"),
        pytest.param({"notes.txt": "requirements are hard\n"}, id="a text"),
        pytest.param({"README.md": "pip install evil\n"}, id="a command in the docs"),
    ],
)
def test_an_edit_that_brings_no_dependency_is_allowed(
    folder: Folder, files: dict[str, Content]
) -> None:
    tried = attempts(folder)
    folder.commit(files)
    assert tried.rules() == set()


# -- merges -------------------------------------------------------------------------------------------------------------------


def merging(folder: Folder, main: str, work: str, merged: str | None = None) -> Attempts:
    """``main`` and ``work`` each wrote their requirements, and work merges main; None merges them as git does."""
    judged = attempts(folder)
    folder.git("checkout", "-q", "main")
    folder.commit({"requirements.txt": main})
    folder.git("checkout", "-q", "work")
    folder.commit({"requirements.txt": work})
    folder.git("merge", "-q", "--no-commit", "main", check=False)
    folder.commit(None if merged is None else {"requirements.txt": merged})
    return judged


MAIN = "first==1\nrequests==2.31.0\n"
WORK = "requests==2.31.0\nlast==1\n"


@pytest.mark.parametrize(
    ("merged", "whats"),
    [
        pytest.param("first==1\nrequests==2.31.0\nlast==1\n", [], id="nothing of its own"),
        pytest.param(
            "first==1\nrequests==2.31.0\nlast==1\nevil==1\n", ["+ evil ==1"], id="a third line"
        ),
        pytest.param(
            "first==1\nrequests==2.32.0\nlast==1\n",
            ["^ requests 2.31.0 -> 2.32.0"],
            id="another version than on both sides",
        ),
        pytest.param("first==1\nlast==1\n", ["- requests ==2.31.0"], id="less than on both sides"),
    ],
)
def test_a_merge_answers_for_what_neither_side_holds(
    folder: Folder, merged: str, whats: list[str]
) -> None:
    judged = merging(folder, MAIN, WORK, merged).judged()
    assert not judged.faults
    tip = folder.git("rev-parse", "HEAD")
    own = [one for one in judged.blocking if one.commit == tip]
    assert [one.path for one in own] == ["requirements.txt"] * len(whats)
    # The branch's own addition is asked for where it was made.
    assert any("last" in one.what for one in judged.blocking if one.commit != tip)
    assert not any("first" in one.what for one in judged.blocking)


def test_a_merge_that_takes_a_dependency_of_main_back_is_refused(folder: Folder) -> None:
    """The merge holds what its first parent held; the whole of the range does not hold what main holds."""
    judged = merging(folder, MAIN, WORK, WORK).judged()
    assert any("first" in one.what for one in judged.blocking)


def test_a_merge_is_judged_while_it_is_being_made(folder: Folder) -> None:
    attempts(folder)
    folder.git("checkout", "-q", "main")
    folder.commit({"requirements.txt": MAIN})
    folder.git("checkout", "-q", "work")
    folder.commit({"requirements.txt": WORK})
    folder.git("merge", "-q", "--no-commit", "main", check=False)
    folder.stage({"requirements.txt": "first==1\nrequests==2.31.0\nlast==1\n"})
    ran = folder.hunkgate("check", "--staged")
    assert ran.code == 0, ran.out + ran.err
    folder.stage({"requirements.txt": "first==1\nrequests==2.31.0\nlast==1\nevil==1\n"})
    ran = folder.hunkgate("check", "--staged")
    assert ran.code == 1
    assert "+ evil ==1" in ran.out
    assert "first" not in ran.out

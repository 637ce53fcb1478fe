"""Names under which a forbidden path would come in, each refused; and names that only resemble one."""

import pytest

from attempts import attempts
from gitfolder import Content, Folder

LINK, SUBMODULE = "120000", "160000"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("secrets/key.env", id="the path itself"),
        pytest.param("SECRETS/key", id="another case"),
        pytest.param("se\u200bcrets/key", id="a character of no width"),
        pytest.param("secre\uff54s/key", id="a letter of full width"),
        pytest.param("\u017fecrets/key", id="a long s"),
        pytest.param("secrets./key", id="a dot at the end, which Windows drops"),
        pytest.param("secrets /key", id="a blank at the end, which Windows drops"),
        pytest.param("secrets::$INDEX_ALLOCATION/key", id="a stream of the folder on NTFS"),
        pytest.param("secrets\\key", id="a backslash, which parts folders on Windows"),
        pytest.param("secrets/a\nb", id="a line end in the name"),
        pytest.param(b"secrets/\xff".decode("utf-8", "surrogateescape"), id="a name not in UTF-8"),
        pytest.param("secrets", id="a file in the folder's place"),
    ],
)
def test_a_forbidden_path_is_forbidden_under_each_of_its_names(folder: Folder, path: str) -> None:
    tried = attempts(folder)
    if path == "secrets":
        folder.git("rm", "-r", "-q", "secrets")
    folder.commit({path: "password\n"})
    assert "paths/forbidden" in tried.rules()


@pytest.mark.parametrize(
    ("mode", "path", "target", "rule"),
    [
        pytest.param(LINK, "src/link", "../secrets/README", "paths/symlink", id="a link to a file"),
        pytest.param(LINK, "link", "secrets", "paths/symlink", id="a link to the folder"),
        pytest.param(LINK, "link", "/etc/passwd", "paths/symlink", id="a link out of the tree"),
        pytest.param(LINK, "hooks", ".git/hooks", "paths/symlink", id="a link to git's folder"),
        pytest.param(
            LINK, "src/link", "../.GIT./config", "paths/symlink", id="git's folder on Windows"
        ),
        pytest.param(
            LINK, "src/link", "..\\secrets", "paths/symlink", id="a link as Windows reads it"
        ),
        pytest.param(
            LINK, "src/link", "..\\..\\out", "paths/symlink", id="out of the tree on Windows"
        ),
        pytest.param(LINK, "src/link", "C:\\Users", "paths/symlink", id="a drive of Windows"),
        pytest.param(LINK, "secrets", "src", "paths/forbidden", id="a link in its place"),
        pytest.param(SUBMODULE, "secrets", "", "paths/forbidden", id="a submodule in its place"),
    ],
)
def test_links_and_submodules_are_no_way_round(
    folder: Folder, mode: str, path: str, target: str, rule: str
) -> None:
    tried = attempts(folder)
    folder.git("rm", "-r", "-q", "--cached", "secrets")
    blob = folder.git("hash-object", "-w", "--stdin", stdin=target.encode())
    id_ = blob if mode == LINK else folder.git("rev-parse", "HEAD")
    folder.git("update-index", "--add", "--cacheinfo", f"{mode},{id_},{path}")
    folder.git("commit", "-q", "-m", "x")
    assert rule in tried.rules()


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("rm", "-q", "deploy/prod.yaml"), id="deleting"),
        pytest.param(("mv", "deploy/prod.yaml", "src/prod.yaml"), id="moving away"),
        pytest.param(("mv", "src/app.py", "deploy/app.py"), id="moving in"),
        pytest.param(("update-index", "--chmod=+x", "deploy/prod.yaml"), id="another mode"),
    ],
)
def test_every_kind_of_change_counts(folder: Folder, command: tuple[str, ...]) -> None:
    tried = attempts(folder)
    folder.git(*command)
    folder.git("commit", "-q", "-m", "x")
    assert "paths/forbidden" in tried.rules()


def test_what_is_added_and_taken_back_is_in_the_history_all_the_same(folder: Folder) -> None:
    tried = attempts(folder)
    folder.commit({"secrets/key": "1\n"})
    folder.commit({"secrets/key": None})
    assert "paths/forbidden" in tried.rules()


@pytest.mark.parametrize("name", [".GIT", ".git\u200c", "git~1"])
def test_a_tree_that_leads_into_gits_own_folder_is_a_fault(folder: Folder, name: str) -> None:
    tried = attempts(folder)
    blob = folder.git("hash-object", "-w", "--stdin", stdin=b"[core]\n")
    inner = folder.git("mktree", stdin=f"100644 blob {blob}\tconfig\n".encode())
    listed = folder.git("ls-tree", "HEAD") + f"\n040000 tree {inner}\t{name}\n"
    tree = folder.git("mktree", stdin=listed.encode())
    commit = folder.git("commit-tree", tree, "-p", "HEAD", "-m", "x")
    folder.git("update-ref", "refs/heads/work", commit)
    assert "fault" in tried.rules()


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"src/secrets/a.py": "1\n", "docs/deploy/x": "1\n"}, id="deeper folders"),
        pytest.param({"mysecrets": "1\n", "secrets.md": "1\n"}, id="longer names"),
        pytest.param({".gitignore": "x\n", ".github/labels.yml": "1\n"}, id="git in a name"),
        pytest.param({"docs/a. b .txt": "1\n", "v1.": "1\n"}, id="dots and blanks"),
    ],
)
def test_what_only_resembles_a_forbidden_path_is_allowed(
    folder: Folder, files: dict[str, Content]
) -> None:
    tried = attempts(folder)
    folder.commit(files)
    assert tried.rules() == set()

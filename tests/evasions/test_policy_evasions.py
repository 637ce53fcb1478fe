"""Ways to be judged by another policy than the base's, or by another history than the one that is stored; each refused."""

import hashlib
import struct
import subprocess
from pathlib import Path

import pytest

from attempts import POLICY, attempts
from gitfolder import Content, Folder
from hunkgate.errors import GitError

LOOSE = POLICY.replace('forbidden = ["secrets/*", "deploy/*"]', "forbidden = []")
STRICT = POLICY.replace('"secrets/*"', '"extra/*", "secrets/*"')


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"hunkgate.toml": LOOSE}, id="loosened"),
        pytest.param({"hunkgate.toml": None}, id="deleted"),
        pytest.param({"hunkgate.toml": None, "policy.toml": POLICY}, id="renamed"),
        pytest.param({"hunkgate.toml": None, "HunkGate.toml": POLICY}, id="in another case"),
        pytest.param({"hunkgate.toml": POLICY.encode("utf-16")}, id="in UTF-16"),
        pytest.param({"hunkgate.toml": "a = " + "[" * 5000 + "]" * 5000}, id="nested deeply"),
        pytest.param({"pyproject.toml": "[tool.hunkgate.paths]\nforbidden = []\n"}, id="a second"),
        pytest.param({".hunkgate/allowed_signers": "a ssh-ed25519 AAAA\n"}, id="another signer"),
        pytest.param({".hunkgate/allowed_signers": None}, id="no signers"),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one commit", "in a commit before"])
def test_the_policy_of_the_base_judges_and_guards_itself(
    folder: Folder, files: dict[str, Content], together: bool
) -> None:
    tried = attempts(folder)
    folder.stage(files)
    if not together:
        folder.commit()
    folder.commit({"secrets/key": "1\n"})
    rules = tried.rules()
    assert "paths/forbidden" in rules
    assert rules & {"protect/policy", "protect/signers", "protect/hooks"}


@pytest.mark.parametrize("mode", ["120000", "160000", "100755"])
def test_the_policy_stays_a_plain_file(folder: Folder, mode: str) -> None:
    tried = attempts(folder)
    id_ = folder.git("rev-parse", "HEAD" if mode == "160000" else "HEAD:hunkgate.toml")
    folder.git("rm", "-q", "--cached", "hunkgate.toml")
    folder.git("update-index", "--add", "--cacheinfo", f"{mode},{id_},hunkgate.toml")
    folder.git("commit", "-q", "-m", "x")
    assert "protect/policy" in tried.rules()


def test_a_branch_cut_before_the_policy_was_tightened_is_judged_by_the_tight_one(
    folder: Folder,
) -> None:
    tried = attempts(folder)
    folder.commit({"extra/x": "1\n"})
    folder.git("checkout", "-q", "main")
    folder.commit({"hunkgate.toml": STRICT})
    assert "paths/forbidden" in tried.rules()


def test_a_merge_that_keeps_the_branchs_side_takes_nothing_of_the_base_back(
    folder: Folder,
) -> None:
    tried = attempts(folder)
    folder.git("checkout", "-q", "main")
    folder.commit({"hunkgate.toml": STRICT})
    folder.git("checkout", "-q", "work")
    folder.git("merge", "-q", "-s", "ours", "--no-edit", "main")
    assert "protect/policy" in tried.rules()


def crossed(folder: Folder, *strategy: str) -> None:
    """main merged a branch, and work merges what main was before onto that branch: two best merge bases."""
    folder.git("checkout", "-q", "-b", "branch")
    branch = folder.commit({"src/app.py": "x = 2\n"})
    folder.git("checkout", "-q", "main")
    tight = folder.commit({"hunkgate.toml": STRICT})
    folder.git("merge", "-q", "--no-edit", "branch")
    folder.git("checkout", "-q", "-B", "work", branch)
    folder.git("merge", "-q", "--no-edit", *strategy, tight)


def test_a_crossed_history_takes_nothing_of_the_base_back(folder: Folder) -> None:
    tried = attempts(folder)
    crossed(folder, "-s", "ours")
    assert "protect/policy" in tried.rules()


def test_a_crossed_history_that_takes_nothing_back_is_allowed(folder: Folder) -> None:
    tried = attempts(folder)
    crossed(folder)
    folder.commit({"src/more.py": "y = 1\n"})
    folder.git("checkout", "-q", "main")
    folder.commit({"deploy/prod.yaml": "replicas: 2\n"}, "by a human, on main")
    folder.git("checkout", "-q", "work")
    assert tried.rules() == set()


@pytest.mark.parametrize("strategy", ["root", "merged root", "octopus"])
def test_no_parent_hides_what_a_commit_holds(folder: Folder, strategy: str) -> None:
    tried = attempts(folder)
    parents = {"root": (), "merged root": ("main",), "octopus": ("main", "a", "b")}[strategy]
    for name in ("a", "b"):
        folder.git("checkout", "-q", "-b", name, "main")
        folder.commit({f"src/{name}.txt": "1\n"})
    folder.stage({"secrets/key": "1\n"})
    given = [word for parent in parents for word in ("-p", parent)]
    commit = folder.git("commit-tree", folder.git("write-tree"), *given, "-m", "x")
    folder.git("update-ref", "refs/heads/work", commit)
    assert "paths/forbidden" in tried.rules()


@pytest.mark.parametrize("ref", ["refs/tags/main", "refs/main", "refs/tags/origin/main"])
def test_a_ref_that_bears_the_name_of_the_base_is_no_base(folder: Folder, ref: str) -> None:
    """git would take the first place where a name is found, and that may be a tag that came with the branch."""
    tried = attempts(folder)
    folder.git("update-ref", "refs/remotes/origin/main", "main")
    folder.commit({"secrets/key": "1\n"})
    folder.git("update-ref", ref, "HEAD")
    base = "origin/main" if "origin" in ref else "main"
    for spelling in (base, f"{base}^{{commit}}", f"{base}~0"):
        with pytest.raises(GitError, match="names several"):
            tried.judged(f"{spelling}..work")
    assert "paths/forbidden" in tried.rules("refs/remotes/origin/main..work")
    folder.git("update-ref", ref, "refs/remotes/origin/main")
    assert "paths/forbidden" in tried.rules(f"{base}..work"), "several names of one commit"


def test_a_ref_that_bears_the_short_id_of_the_base_is_no_base(folder: Folder) -> None:
    tried = attempts(folder)
    base = folder.git("rev-parse", "main")
    folder.commit({"secrets/key": "1\n"})
    folder.git("update-ref", f"refs/tags/{base[:10]}", "HEAD")
    with pytest.raises(GitError, match="names several"):
        tried.judged(f"{base[:10]}..work")
    assert "paths/forbidden" in tried.rules(f"{base[:11]}..work")


def hidden(folder: Folder) -> tuple[str, str]:
    """A forbidden file that is added and taken back; the base's id and the tip's."""
    base = folder.git("rev-parse", "HEAD")
    folder.commit({"secrets/key": "1\n"})
    return base, folder.commit({"secrets/key": None})


def test_a_graft_hides_no_commit(folder: Folder) -> None:
    tried = attempts(folder)
    base, tip = hidden(folder)
    folder.write({".git/info/grafts": f"{tip} {base}\n"})
    assert "paths/forbidden" in tried.rules()


def test_a_replaced_object_hides_no_commit(folder: Folder) -> None:
    tried = attempts(folder)
    clean = folder.commit({"src/a.py": "1\n"})
    folder.commit({"secrets/key": "1\n"})
    folder.git("replace", folder.git("rev-parse", "HEAD"), clean)
    assert "paths/forbidden" in tried.rules()


@pytest.mark.parametrize("by", ["file", "variable"])
def test_a_history_called_shallow_is_a_fault(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    tried = attempts(folder)
    _base, tip = hidden(folder)
    file = folder.path / ".git/shallow" if by == "file" else tmp_path / "shallow"
    file.write_text(f"{tip}\n")
    if by == "variable":
        monkeypatch.setenv("GIT_SHALLOW_FILE", str(file))
    assert tried.rules() & {"fault", "paths/forbidden"}


def test_a_commit_graph_that_lies_hides_no_commit(folder: Folder) -> None:
    tried = attempts(folder)
    base, tip = hidden(folder)
    folder.git("commit-graph", "write", "--reachable")
    file = folder.path / ".git/objects/info/commit-graph"
    lie_about_parent(file, tip, base)
    assert folder.git("rev-list", tip, f"^{base}") == tip
    assert "paths/forbidden" in tried.rules()


def lie_about_parent(file: Path, commit: str, parent: str) -> None:
    """Rewrite the first parent of a commit in a commit-graph file (gitformat-commit-graph(5))."""
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    chunks = {}
    for number in range(content[6]):
        at = 8 + 12 * number
        chunks[bytes(content[at : at + 4])] = struct.unpack(">Q", content[at + 4 : at + 12])[0]
    (count,) = struct.unpack_from(">I", content, chunks[b"OIDF"] + 255 * 4)
    start = chunks[b"OIDL"]
    ids = [content[start + 20 * one : start + 20 * one + 20].hex() for one in range(count)]
    row = chunks[b"CDAT"] + 36 * ids.index(commit) + 20
    content[row : row + 4] = struct.pack(">I", ids.index(parent))
    content[-20:] = hashlib.sha1(content[:-20], usedforsecurity=False).digest()
    file.write_bytes(content)


def odd(folder: Folder, name: str, mode: str, change: bytes = b"") -> str:
    """The commit of HEAD's tree with another mode written for a name at its top, and ``change`` for its object's id."""
    stored = subprocess.run(
        ["git", "cat-file", "tree", "HEAD^{tree}"],
        cwd=folder.path,
        capture_output=True,
        check=True,
    ).stdout
    start = stored.index(f" {name}\0".encode())
    begin = stored.rindex(b"\0", 0, start) + 21 if b"\0" in stored[:start] else 0
    id_ = start + len(name) + 2
    object_ = change or stored[id_ : id_ + 20]
    made = b"%s%s %s\0%s%s" % (
        stored[:begin],
        mode.encode(),
        name.encode(),
        object_,
        stored[id_ + 20 :],
    )
    tree = folder.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=made)
    commit = folder.git("commit-tree", tree, "-p", "HEAD", "-m", "an odd mode")
    folder.git("update-ref", "HEAD", commit)
    return commit


def test_a_link_of_a_mode_that_git_would_not_write_leads_where_it_leads(folder: Folder) -> None:
    """git reads any mode of the kind 12xxxx as a link, and checks one out."""
    judged = attempts(folder)
    link = folder.git("hash-object", "-w", "--stdin", stdin=b".")
    folder.git("update-index", "--add", "--cacheinfo", f"120000,{link},here")
    folder.git("commit", "-q", "-m", "an innocent link")
    odd(folder, "here", "120777")
    folder.git("branch", "-f", "main", "work")
    other = folder.git("hash-object", "-w", "--stdin", stdin=b"here/deploy")
    folder.git("read-tree", "HEAD")
    folder.git("update-index", "--add", "--cacheinfo", f"120000,{other},name")
    folder.git("commit", "-q", "-m", "a link through it")
    odd(folder, "here", "120777")
    assert judged.rules() == {"paths/symlink"}


def test_a_folder_of_a_mode_that_git_would_not_write_is_a_folder(folder: Folder) -> None:
    judged = attempts(folder)
    folder.commit({"more/pins.txt": "requests==2.31.0\n", "requirements.txt": "-r more/pins.txt\n"})
    odd(folder, "more", "40755")
    folder.git("branch", "-f", "main", "work")
    blob = folder.git("hash-object", "-w", "--stdin", stdin=b"requests==2.31.0\nevil==1\n")
    tree = folder.git("mktree", stdin=f"100644 blob {blob}\tpins.txt\n".encode())
    odd(folder, "more", "40755", bytes.fromhex(tree))
    (found,), faults = ((judged.judged().blocking), judged.judged().faults)
    assert not faults
    assert (found.rule, found.what) == ("dependencies/added", "more/pins.txt: + evil ==1")

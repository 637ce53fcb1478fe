"""``hunkgate init``: what it writes fits the repository, is a policy that parses, and never stands over a file."""

import os
import tomllib
from pathlib import Path

import pytest
import yaml

from gitfolder import Content, Folder
from hunkgate import __version__, policy
from hunkgate.gates import GATES

HOOKS = Path(__file__).parent.parent / ".pre-commit-hooks.yaml"


def written(folder: Folder) -> str:
    ran = folder.hunkgate("init")
    assert ran.code == 0, ran.err
    return (folder.path / "hunkgate.toml").read_text("utf-8")


def test_the_policy_is_one_and_is_in_force_once_it_is_committed(folder: Folder) -> None:
    text = written(folder)
    parsed = policy.parse({"hunkgate.toml": text.encode()}, GATES, "test")
    assert parsed.enabled == {gate.name for gate in GATES}
    assert parsed.repository == "repository"
    folder.commit()
    shown = folder.hunkgate("policy")
    assert shown.code == 0, shown.err
    assert shown.out.startswith("hunkgate.toml of HEAD@")


def test_the_hooks_entry_names_hooks_that_exist_at_this_version(folder: Folder) -> None:
    written(folder)
    config = yaml.safe_load((folder.path / ".pre-commit-config.yaml").read_text("utf-8"))
    (repo,) = config["repos"]
    known = {hook["id"] for hook in yaml.safe_load(HOOKS.read_text("utf-8"))}
    assert repo["rev"] == f"v{__version__}"
    assert {hook["id"] for hook in repo["hooks"]} <= known


@pytest.mark.parametrize(
    ("files", "table", "key", "wanted"),
    [
        pytest.param({"deploy/id_rsa": "x"}, "paths", "forbidden", {"id_rsa"}, id="a private key"),
        pytest.param({"a/.env.local": "x"}, "paths", "forbidden", {".env.*"}, id="an environment file"),
        pytest.param({"shop/migrations/1.py": ""}, "paths", "read-only", {"migrations/"}, id="migrations"),
        pytest.param({"db/migrate/1.rb": ""}, "paths", "read-only", {"db/migrate/"}, id="migrations two folders deep"),
        pytest.param({"infra/main.tf": "", "Dockerfile": ""}, "paths", "review", {"infra/", "Dockerfile"}, id="infrastructure"),
        pytest.param({"uv.lock": "", "web/yarn.lock": ""}, "size", "exclude", {"uv.lock", "yarn.lock"}, id="locks"),
    ],
)  # fmt: skip
def test_it_proposes_what_the_repository_has(
    folder: Folder, files: dict[str, Content], table: str, key: str, wanted: set[str]
) -> None:
    folder.commit(files)
    assert wanted <= set(tomllib.loads(written(folder))[table][key])


def test_what_lies_in_the_top_folder_counts_before_it_is_committed(folder: Folder) -> None:
    folder.write({"uv.lock": "", "infra/main.tf": ""})
    found = tomllib.loads(written(folder))
    assert (found["size"]["exclude"], found["paths"]["review"]) == (["uv.lock"], ["infra/"])


def test_it_proposes_nothing_that_is_not_there(folder: Folder) -> None:
    found = tomllib.loads(written(folder))
    assert found["paths"] == {"forbidden": [".env", "*.pem", "secrets/"]}
    assert "exclude" not in found["size"]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        pytest.param("https://forge.example/acme/shop.git", "acme/shop", id="https"),
        pytest.param("git@forge.example:acme/shop.git", "acme/shop", id="ssh"),
        pytest.param("ssh://git@forge.example:2222/acme/shop", "acme/shop", id="ssh with a port"),
        pytest.param("https://forge.example/acme/shop/", "acme/shop", id="a stroke at the end"),
        pytest.param("../somewhere", "repository", id="a folder"),
        pytest.param("https://forge.example/acme/\x1b[31m.git", "acme/\\x1b[31m", id="control characters"),
        pytest.param('https://forge.example/acme/a"\\b', 'acme/a"\\b', id="characters that TOML escapes"),
    ],
)  # fmt: skip
def test_the_id_that_approvals_bind_to_comes_from_the_origin(
    folder: Folder, url: str, wanted: str
) -> None:
    folder.git("remote", "add", "origin", url)
    assert tomllib.loads(written(folder))["repository"] == wanted


@pytest.mark.parametrize(
    "branch", [pytest.param("main", id="main"), pytest.param("trunk", id="another name")]
)
def test_the_protected_branch_is_the_origins(folder: Folder, tmp_path: Path, branch: str) -> None:
    folder.commit({"a.txt": "1\n"})
    folder.git("branch", "-q", "-M", branch)
    clone = Folder(tmp_path / "clone")
    folder.git("clone", "-q", str(folder.path), str(clone.path))
    clone.git("checkout", "-q", "-b", "topic")
    linked = Folder(tmp_path / "linked")
    clone.git("worktree", "add", "-q", "-b", "linked", str(linked.path))
    for one in (clone, linked):
        assert tomllib.loads(written(one))["base"] == branch


def test_refs_that_do_not_lie_in_files_are_asked_of_git(tmp_path: Path, folder: Folder) -> None:
    told = folder.program(
        "git", "init", "-q", "-b", "trunk", "--ref-format=reftable", tmp_path / "r"
    )
    if told.code != 0:
        pytest.skip("this git knows no reftable (git 2.45)")
    assert tomllib.loads(written(Folder(tmp_path / "r")))["base"] == "trunk"


def test_a_branch_name_of_any_script_is_written_so_that_it_reads_back(folder: Folder) -> None:
    folder.git("checkout", "-q", "-b", 'größe"ü')
    assert tomllib.loads(written(folder))["base"] == 'größe"ü'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("hunkgate.toml", "mine\n", id="a policy"),
        pytest.param("hunkgate.toml", "", id="an empty policy"),
        pytest.param(".pre-commit-config.yaml", "repos: []\n", id="a hook configuration"),
        pytest.param("pyproject.toml", "[tool.hunkgate.size]\nmax-lines = 9\n", id="a policy in pyproject.toml"),
    ],
)  # fmt: skip
def test_no_file_is_overwritten(folder: Folder, name: str, content: str) -> None:
    folder.write({name: content})
    ran = folder.hunkgate("init")
    assert (ran.code, (folder.path / name).read_text()) == (0, content)
    assert "left as it is" in ran.out
    if name == "pyproject.toml":
        assert not (folder.path / "hunkgate.toml").exists()
    elif name.startswith(".pre"):
        assert "- id: hunkgate" in ran.out


def test_a_link_that_leads_nowhere_is_not_written_through(folder: Folder, tmp_path: Path) -> None:
    (folder.path / "hunkgate.toml").symlink_to(tmp_path / "elsewhere")
    folder.hunkgate("init")
    assert not (tmp_path / "elsewhere").exists()


def test_running_it_twice_changes_nothing(folder: Folder) -> None:
    written(folder)
    before = folder.snapshot()
    assert folder.hunkgate("init").code == 0
    assert folder.snapshot() == before


def test_print_writes_nothing(folder: Folder) -> None:
    before = folder.snapshot()
    ran = folder.hunkgate("init", "--print")
    assert (ran.code, folder.snapshot()) == (0, before)
    assert "[paths]" in ran.out
    assert "- id: changed-tests" in ran.out


def test_it_writes_to_the_top_from_a_subdirectory(folder: Folder) -> None:
    folder.write({"deep/er/a.txt": "1\n"})
    assert folder.hunkgate("init", cwd=folder.path / "deep" / "er").code == 0
    assert os.listdir(folder.path / "deep" / "er") == ["a.txt"]
    assert (folder.path / "hunkgate.toml").is_file()


def test_a_bare_repository_has_no_place_for_it(tmp_path: Path) -> None:
    bare = Folder(tmp_path / "bare.git")
    bare.path.mkdir()
    bare.git("init", "-q", "--bare")
    ran = bare.hunkgate("init")
    assert (ran.code, "no work tree" in ran.err) == (2, True)

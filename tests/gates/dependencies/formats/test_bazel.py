"""Bazel: modules and workspaces, which are Starlark, and the lock."""

import json

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param('bazel_dep(name = "a", version = "1.0")', "a 1.0 runtime", id="a module"),
        pytest.param('bazel_dep(name = "a", version = "1.0", dev_dependency = True)', "a 1.0 dev", id="a module for development"),
        pytest.param('bazel_dep(name = "a")', "a - runtime workspace:", id="a module whose version is said elsewhere"),
        pytest.param('single_version_override(module_name = "a", version = "2", registry = "https://h.example/r")', "a 2 runtime registry:h.example/r +override", id="another version and registry"),
        pytest.param('local_path_override(module_name = "a", path = "../a")', "a - runtime path:../a +override", id="a folder"),
        pytest.param(f'git_override(module_name = "a", remote = "https://h.example/a.git", commit = "{COMMIT}")', f"a {COMMIT} runtime git:h.example/a@{COMMIT}/sha +override", id="a repository for a module"),
        pytest.param('git_repository(name = "a", remote = "https://h.example/a.git", tag = "v1")', "a v1 runtime git:h.example/a@v1/tag", id="a repository"),
        pytest.param('archive_override(module_name = "a", urls = ["https://h.example/a-1.zip"], integrity = "sha256-x")', "a https://h.example/a-1.zip runtime url:h.example +override #sha256-x", id="an archive for a module"),
        pytest.param('http_archive(name = "a", url = "https://github.com/o/a/archive/v1.zip", sha256 = "00")', "a https://github.com/o/a/archive/v1.zip runtime url:github.com/o/a #00", id="an archive of a forge"),
        pytest.param('maybe(http_archive, name = "a", url = "https://h.example/%s" % V, sha256 = SHA)', "a 'https://h.example/%s' % V runtime url:h.example #ff", id="a computed address, and a name of the file"),
        pytest.param('maven.install(artifacts = ["g.a:n:1.0"])', "g.a:n 1.0 runtime", id="artifacts of Maven"),
        pytest.param('dev_maven.artifact(group = "g", artifact = "n", version = "1", testonly = True)', "g:n 1 dev", id="an artifact of Maven"),
        pytest.param('go_deps.module(path = "h.example/m", version = "v1", sum = "h1:x=")', "h.example/m v1 runtime #h1:x=", id="a module of Go"),
        pytest.param('go_repository(name = "m", importpath = "h.example/m", version = "v1", sum = "h1:x=")', "h.example/m v1 runtime #h1:x=", id="a repository of Go"),
        pytest.param('crate.spec(package = "a", version = "1.0")', "a 1.0 runtime", id="a crate"),
        pytest.param('npm.npm_import(name = "x", package = "@s/a", version = "1.0", integrity = "sha512-x")', "@s/a 1.0 runtime #sha512-x", id="a package of npm"),
        pytest.param('oci.pull(name = "a", image = "h.example/a", digest = "sha256:00", tag = "1")', "h.example/a 1@sha256:00 runtime image:@sha256:00/tag", id="an image"),
    ],
)  # fmt: skip
def test_a_call(call: str, expected: str) -> None:
    assert dependencies("bazel-module", f'SHA = "ff"\n{call}\n') == [expected]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param('module(name = "own", version = "1.0")', [], id="the project itself"),
        pytest.param('load("@a//b:c.bzl", "d")\nuse_repo(x, "a")\nregister_toolchains("//a")\npython.toolchain(python_version = "3.12")', [], id="what fetches nothing by itself"),
        pytest.param('include("//a:b.MODULE.bazel")', ["include-added include //a:b.MODULE.bazel"], id="another file"),
        pytest.param('maven.install(artifacts = [chosen()], repositories = ["https://h.example"])', ["dynamic artifacts chosen()", "registry-changed repositories https://h.example"], id="computed artifacts, and where they come from"),
    ],
)  # fmt: skip
def test_what_else_a_file_says(call: str, expected: list[str]) -> None:
    assert dependencies("bazel-module", call) == []
    assert options("bazel-module", call) == expected


def test_patches_of_a_module() -> None:
    content = 'single_version_override(module_name = "a", patches = ["//:a.patch"])'
    assert dependencies("bazel-module", content) == ["a - runtime workspace: +override"]
    assert options("bazel-module", content) == ["override a patches //:a.patch"]


def test_a_lock_names_the_modules_that_were_chosen() -> None:
    hashes = {
        "https://h.example/bazel_registry.json": "00",
        "https://h.example/modules/a/1.0/MODULE.bazel": "11",
        "https://h.example/modules/a/2.0/MODULE.bazel": "22",
        "https://h.example/modules/a/2.0/source.json": "33",
        "https://own.example/modules/a/2.0/MODULE.bazel": None,
    }
    content = json.dumps({"lockFileVersion": 13, "registryFileHashes": hashes})
    assert dependencies("bazel-lock", content) == ["a 2.0 lock registry:h.example #22 #33"]


def test_a_lock_of_before_version_11_is_a_graph() -> None:
    spec = {
        "attributes": {
            "urls": ["https://h.example/a.zip"],
            "integrity": "sha256-x",
            "remote_patches": {"https://h.example/p": "sha256-y"},
        }
    }
    module = {"name": "a", "version": "1.0", "repoSpec": spec}
    graph = {"<root>": {"name": "own", "version": "1"}, "a@1.0": module}
    content = json.dumps({"lockFileVersion": 3, "moduleDepGraph": graph})
    (found,) = read("bazel-lock", content).dependencies
    assert (found.name, found.version) == ("a", "1.0")
    assert found.source.hosts == {"h.example"}
    assert found.hashes == {"sha256-x", "sha256-y"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("bazel-module", "bazel_dep(", id="no Starlark"),
        pytest.param("bazel-lock", '{"registryFileHashes": {}}', id="no version"),
        pytest.param("bazel-lock", '{"lockFileVersion": 11}', id="neither list nor graph"),
        pytest.param("bazel-lock", '{"lockFileVersion": 11, "registryFileHashes": []}', id="no table"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content)

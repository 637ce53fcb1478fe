"""Julia's projects and manifests, R's descriptions and renv's lock."""

import json

import pytest

from fakes import change
from hunkgate.gates.dependencies.dependency import UnreadableError
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey
from readings import dependencies, options, read

COMMIT = "0123456789" * 4

SETTINGS = DependencySettings()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('[deps]\nA = "u"\n[compat]\nA = "1.2"\njulia = "1.6"', ["A 1.2 runtime #u"], id="a package with its range"),
        pytest.param('[weakdeps]\nA = "u"\n[extras]\nB = "v"\n[targets]\ntest = ["B"]', ["A - optional:weakdeps #u", "B - dev #v"], id="packages of extensions and tests"),
        pytest.param('[deps]\nA = "u"\n[sources]\nA = {url = "https://h.example/A.jl", rev = "v1"}', ["A - runtime git:h.example/A.jl@v1/tag #u"], id="a repository"),
        pytest.param('[deps]\nA = "u"\n[sources]\nA = {path = "lib/A"}', ["A - runtime path:lib/A #u"], id="a folder"),
        pytest.param('name = "Own"\nversion = "1.0"\n[extensions]\nE = "A"', [], id="what says nothing of packages"),
    ],
)  # fmt: skip
def test_a_project_of_julia(content: str, expected: list[str]) -> None:
    assert dependencies("julia-project", content) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param('git-tree-sha1 = "t"\nversion = "1.0"', "A 1.0 lock #t #u", id="a package"),
        pytest.param('version = "1.11.0"', "A - lock #u", id="one that comes with Julia"),
        pytest.param('path = "lib/A"\nversion = "1.0"', "A - lock path:lib/A #u", id="a folder"),
        pytest.param('git-tree-sha1 = "t"\nversion = "1.0"\nrepo-url = "https://h.example/A.jl"\nrepo-rev = "main"', "A 1.0 lock git:h.example/A.jl@main/branch #t #u", id="a repository"),
    ],
)  # fmt: skip
def test_an_entry_of_a_manifest(entry: str, expected: str) -> None:
    second = f'manifest_format = "2.0"\n[[deps.A]]\nuuid = "u"\n{entry}\n'
    first = f'[[A]]\nuuid = "u"\n{entry}\n'
    assert dependencies("julia-manifest", first) == [expected]
    assert dependencies("julia-manifest", second) == [expected]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param("Imports: a, b.c (>= 1.0)", ["a - runtime", "b.c >= 1.0 runtime"], id="imports"),
        pytest.param("Depends: R (>= 4.0), a\nLinkingTo: b\nSuggests:\n    c,\n    d\nEnhances: e", ["a - runtime", "b - build", "c - dev", "d - dev", "e - optional:enhances"], id="other fields, and not R itself"),
        pytest.param("Imports: a (>= 1)\nRemotes: o/a@v1", ["a >= 1 runtime git:github.com/o/a@v1/tag"], id="a repository for a package"),
        pytest.param("Remotes: gitlab::o/a, url::https://h.example/b.zip, local::../c, d=o/e", ["a - runtime git:gitlab.com/o/a", "b.zip - runtime url:h.example/b.zip", "c - runtime path:../c", "d - runtime git:github.com/o/e"], id="places of other kinds"),
        pytest.param("Description: a, b (c)\n    d: e\nAuthors@R: person('x')", [], id="other fields"),
    ],
)  # fmt: skip
def test_a_description(fields: str, expected: list[str]) -> None:
    assert dependencies("r-description", f"Package: own\n{fields}\n") == expected


def test_further_repositories() -> None:
    content = "Package: own\nAdditional_repositories: https://h.example\n"
    assert options("r-description", content) == [
        "registry-changed Additional_repositories https://h.example"
    ]


def test_a_description_of_something_else() -> None:
    assert dependencies("r-description", "This is a program.\n\nIt imports: nothing\n") == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({"Source": "Repository", "Repository": "CRAN", "Hash": "00"}, "a 1.0 lock registry:CRAN #00", id="a repository of packages"),
        pytest.param({"Source": "Bioconductor"}, "a 1.0 lock registry:bioconductor", id="Bioconductor"),
        pytest.param({"Source": "GitHub", "RemoteHost": "api.github.com", "RemoteUsername": "o", "RemoteRepo": "a", "RemoteSha": COMMIT}, f"a 1.0 lock git:github.com/o/a@{COMMIT}/sha", id="a forge"),
        pytest.param({"Source": "GitLab", "RemoteHost": "h.example", "RemoteUsername": "o", "RemoteRepo": "a"}, "a 1.0 lock git:h.example/o/a", id="a forge of one's own"),
        pytest.param({"Source": "Git", "RemoteUrl": "https://h.example/a.git", "RemoteSha": COMMIT}, f"a 1.0 lock git:h.example/a@{COMMIT}/sha", id="a git repository"),
        pytest.param({"Source": "Local"}, "a 1.0 lock path:local", id="a folder"),
    ],
)  # fmt: skip
def test_an_entry_of_renv(said: dict[str, str], expected: str) -> None:
    content = json.dumps({"Packages": {"a": {"Version": "1.0", **said}}})
    assert dependencies("renv-lock", content) == [expected]


def test_where_renv_takes_packages_from() -> None:
    content = '{"R": {"Version": "4", "Repositories": [{"Name": "A", "URL": "https://h.example"}]}, "Packages": {}}'
    assert options("renv-lock", content) == ["registry-changed repository A https://h.example"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("julia-project", "[deps]\nA = 1\n", id="a package without a UUID"),
        pytest.param("julia-manifest", 'manifest_format = "3.0"\n', id="an unknown format"),
        pytest.param("julia-manifest", '[[A]]\nversion = "1"\n', id="an entry without a UUID"),
        pytest.param("r-description", "Package: own\nImports: a (>= 1\n", id="no package"),
        pytest.param("r-description", "Package: own\nnothing\n", id="no field"),
        pytest.param("renv-lock", "{}", id="no packages"),
        pytest.param("renv-lock", '{"Packages": {"a": {}}}', id="a package without a version"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content)


def test_a_manifest_of_another_tool_is_no_lock_of_julia() -> None:
    before, after = (f'[package]\nname = "x"\nversion = "{one}"\n'.encode() for one in "12")
    assert survey(change({"Manifest.toml": before}, {"Manifest.toml": after}), SETTINGS) == ()

"""Pipfile, uv.toml and pip.conf."""

import pytest

from hunkgate.gates.dependencies import formats
from hunkgate.gates.dependencies.dependency import (
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)


def read(name: str, content: str) -> Reading:
    found = formats.named(name)
    assert found is not None
    return found.read(content.encode(), found.patterns[0])


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        pytest.param('[packages]\na = "*"', [("a", "*", "runtime")], id="a package"),
        pytest.param('[dev-packages]\na = {version = "==1"}', [("a", "==1", "dev")], id="a development package"),
        pytest.param('[docs]\na = "*"', [("a", "*", "optional:docs")], id="a category"),
        pytest.param('[packages]\nme = {path = ".", editable = true}', [], id="the project itself"),
        pytest.param('[requires]\npython_version = "3"\n[scripts]\na = "b"\n[pipenv]\nallow_prereleases = true', [], id="tables without packages"),
    ],
)  # fmt: skip
def test_a_pipfile(content: str, stated: list[tuple[str, str, str]]) -> None:
    found = read("pipfile", content).dependencies
    assert [(one.name, one.requirement, one.scope) for one in found] == stated


@pytest.mark.parametrize(
    ("entry", "source"),
    [
        pytest.param('{index = "s"}', Source(locator="https://e.example"), id="an index by its name"),
        pytest.param('{git = "https://h.example/a.git", ref = "main"}', Source(kind=SourceKind.GIT, locator="h.example/a", ref="main", ref_kind=RefKind.BRANCH), id="git"),
        pytest.param('{file = "https://h.example/a.zip"}', Source(kind=SourceKind.URL, locator="h.example/a.zip"), id="an archive"),
        pytest.param('{path = "./a"}', Source(kind=SourceKind.PATH, locator="./a"), id="a path"),
    ],
)  # fmt: skip
def test_where_a_package_of_a_pipfile_comes_from(entry: str, source: Source) -> None:
    content = f'[[source]]\nname = "s"\nurl = "https://e.example"\n[packages]\na = {entry}'
    (found,) = read("pipfile", content).dependencies
    assert found.source == source


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        pytest.param("pipfile", '[[source]]\nname = "s"\nurl = "https://e.example"\nverify_ssl = false', [("source.s", "https://e.example unverified")], id="a source that is not verified"),
        pytest.param("uv-toml", '[[index]]\nname = "s"\nurl = "https://e.example"\ndefault = true\nexplicit = true', [("index.s", "https://e.example default explicit")], id="an index"),
        pytest.param("uv-toml", 'find-links = ["a", "b"]\nno-index = true', [("find-links", "a"), ("find-links", "b"), ("no-index", "true")], id="lists and flags"),
        pytest.param("uv-toml", 'cache-dir = "x"', [], id="a setting that moves nothing"),
        pytest.param("pip-conf", "[global]\nindex-url = https://e.example\ntimeout = 5", [("global.index-url", "https://e.example")], id="pip's index"),
        pytest.param("pip-conf", "[install]\ntrusted_host =\n  a.example\n  b.example", [("install.trusted_host", "a.example"), ("install.trusted_host", "b.example")], id="several hosts, the key with an underscore"),
        pytest.param("pip-conf", "[global]\npre =", [("global.pre", "")], id="a key without a value"),
    ],
)  # fmt: skip
def test_a_setting(name: str, content: str, options: list[tuple[str, str]]) -> None:
    found = read(name, content).options
    assert [(one.name, one.value) for one in found] == options
    assert {one.signal for one in found} <= {"index-changed"}
    assert all(one.line for one in found)


def test_a_constraints_file_of_pip_is_an_include() -> None:
    (found,) = read("pip-conf", "[install]\nconstraint = c.txt").options
    assert (found.value, found.signal) == ("c.txt", "include-added")


def test_an_override_of_uv_is_a_dependency() -> None:
    (found,) = read("uv-toml", 'override-dependencies = ["a==1"]').dependencies
    assert (found.name, found.requirement) == ("a", "==1")
    assert found.flags == {"override"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("pip-conf", "[global]\na = 1\na = 2", id="a key of pip that stands twice"),
        pytest.param("uv-toml", "index = 1", id="an index of uv that is no table"),
        pytest.param("pipfile", "packages = 1", id="packages that are no table"),
        pytest.param("pipfile", "[packages]\na = 1", id="a version that is a number"),
    ],
)
def test_what_is_not_understood_is_unreadable(name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content)

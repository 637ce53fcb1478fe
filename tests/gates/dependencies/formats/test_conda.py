"""environment.yml, pixi.toml and pixi.lock."""

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
    return found.read(content.encode(), f"envs/{found.patterns[0]}")


@pytest.mark.parametrize(
    ("item", "name", "value", "source"),
    [
        pytest.param("numpy", "numpy", "", Source(), id="a bare name"),
        pytest.param("NumPy=1.26", "numpy", "=1.26", Source(), id="a version"),
        pytest.param("numpy=1.26=py311_0", "numpy", "=1.26=py311_0", Source(), id="a version and a build"),
        pytest.param("numpy 1.26 py311_0", "numpy", "1.26 py311_0", Source(), id="a version and a build after blanks"),
        pytest.param("numpy >=1.26,<2", "numpy", ">=1.26,<2", Source(), id="a range"),
        pytest.param("numpy  # [linux]", "numpy", "", Source(), id="a comment"),
        pytest.param("'numpy[version=\">=1\"]'", "numpy", '[version=">=1"]', Source(), id="brackets"),
        pytest.param("conda-forge::numpy=1", "numpy", "=1", Source(locator="conda-forge"), id="a channel"),
        pytest.param("https://c.example/x::numpy", "numpy", "", Source(locator="https://c.example/x"), id="a channel by its address"),
        pytest.param("https://c.example/x/noarch/numpy-1.26-0.conda", "numpy", "1.26", Source(kind=SourceKind.URL, locator="https://c.example/x/noarch/numpy-1.26-0.conda"), id="a package's address"),
        pytest.param("num\u0440y", "num\u0440y", "", Source(), id="a Cyrillic letter is kept"),
    ],
)  # fmt: skip
def test_a_match_specification(item: str, name: str, value: str, source: Source) -> None:
    reading = read("conda-environment", f"dependencies:\n  - {item}\n")
    (found,) = reading.dependencies
    assert (found.ecosystem, found.name, found.requirement, found.source, found.line) == (
        "conda",
        name,
        value,
        source,
        2,
    )
    assert reading.options == ()


def test_the_lines_of_pip_are_requirements() -> None:
    reading = read(
        "conda-environment",
        "dependencies:\n- pip\n- pip:\n  - a==1\n  - -r more.txt\n  - -e ..\n  - b @ git+https://h.example/b\n",
    )
    assert [(one.ecosystem, one.name, one.line) for one in reading.dependencies] == [
        ("conda", "pip", 2),
        ("pypi", "a", 4),
        ("pypi", "..", 6),
        ("pypi", "b", 7),
    ]
    assert [(one.name, one.value, one.signal) for one in reading.options] == [
        ("--requirement", "more.txt", "include-added")
    ]


def test_channels_keep_their_order() -> None:
    found = read("conda-environment", "channels: [b, a]\ndependencies: []\n").options
    assert [(one.value, one.signal) for one in found] == [
        ("b", "channel-changed"),
        ("a", "channel-changed"),
    ]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param("{sel(linux): gcc}", id="a selector"),
        pytest.param("'? ?'", id="no specification"),
    ],
)
def test_an_item_that_is_no_package_is_shown(item: str) -> None:
    (found,) = read("conda-environment", f"dependencies:\n- {item}\n").options
    assert (found.signal, found.line) == ("dynamic", 2)


@pytest.mark.parametrize("content", ["", "# nothing\n", "name: x\n"])
def test_an_environment_may_be_empty(content: str) -> None:
    assert read("conda-environment", content) == Reading()


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        pytest.param('[dependencies]\na = ">=1"', [("conda", "a", ">=1", "runtime")], id="dependencies"),
        pytest.param('[dependencies]\na = {version = "1", build = "b*"}', [("conda", "a", "1 b*", "runtime")], id="a build"),
        pytest.param('[host-dependencies]\na = "1"\n[build-dependencies]\nb = "1"', [("conda", "a", "1", "build"), ("conda", "b", "1", "build")], id="what builds the package"),
        pytest.param('[pypi-dependencies]\na = "*"', [("pypi", "a", "", "runtime")], id="from the Python index"),
        pytest.param('[pypi-dependencies]\nme = {path = ".", editable = true}', [], id="the project itself"),
        pytest.param('[feature.f.dependencies]\na = "1"', [("conda", "a", "1", "runtime")], id="a feature"),
        pytest.param('[target.linux-64.dependencies]\na = "1"', [("conda", "a", "1", "runtime")], id="a target"),
        pytest.param('[feature.f.target.win-64.pypi-dependencies]\na = "==1"', [("pypi", "a", "==1", "runtime")], id="a target of a feature"),
        pytest.param('[package.run-dependencies]\na = "1"', [("conda", "a", "1", "runtime")], id="what the package needs"),
        pytest.param('[tasks]\na = "b"\n[environments]\nd = ["f"]\n[system-requirements]\nlinux = "4"', [], id="tables without dependencies"),
    ],
)  # fmt: skip
def test_a_pixi_manifest(content: str, stated: list[tuple[str, str, str, str]]) -> None:
    found = read("pixi", content).dependencies
    assert [(one.ecosystem, one.name, one.requirement, one.scope) for one in found] == stated
    assert all(one.line for one in found)


@pytest.mark.parametrize(
    ("content", "option"),
    [
        pytest.param('[workspace]\nchannels = ["c"]', ("workspace.channels", "c", "channel-changed"), id="a channel"),
        pytest.param('[project]\nchannels = [{channel = "c", priority = 1}]', ("project.channels", "c", "channel-changed"), id="a channel with a priority"),
        pytest.param('[feature.f]\nchannels = ["c"]', ("feature.f.channels", "c", "channel-changed"), id="a channel of a feature"),
        pytest.param('[pypi-options]\nindex-url = "https://e.example"', ("pypi-options.index-url", "https://e.example", "index-changed"), id="a Python index"),
        pytest.param('[pypi-options]\nfind-links = [{path = "./w"}]', ("pypi-options.find-links", "./w", "index-changed"), id="a folder of wheels"),
        pytest.param('[package.build]\nbackend = {name = "b", version = "1"}', ("package.build.backend", "b 1", "build-backend-changed"), id="a build backend"),
    ],
)  # fmt: skip
def test_an_option_of_pixi(content: str, option: tuple[str, str, str]) -> None:
    (found,) = read("pixi", content).options
    assert (found.name, found.value, found.signal) == option


COMMIT = Source(
    kind=SourceKind.GIT,
    locator="h.example/a",
    ref="0123456789012345678901234567890123456789",
    ref_kind=RefKind.SHA,
)
LOCK = "version: {}\nenvironments: {{}}\npackages:\n{}"


@pytest.mark.parametrize(
    ("version", "record", "name", "value", "source"),
    [
        pytest.param(6, "- conda: https://c.example/x/noarch/a-b-1.0-py_0.conda\n  sha256: aa\n", "a-b", "1.0", Source(locator="https://c.example/x"), id="a conda package of version 6"),
        pytest.param(5, "- kind: conda\n  name: a-b\n  version: '1.0'\n  url: https://c.example/x/noarch/a-b-1.0-py_0.conda\n  sha256: aa\n", "a-b", "1.0", Source(locator="https://c.example/x"), id="a conda package of version 5"),
        pytest.param(6, "- pypi: https://files.example/a_b-1.0-py3-none-any.whl\n  name: a-b\n  version: 1.10\n  sha256: aa\n", "a-b", "1.10", Source(hosts=frozenset({"files.example"})), id="a Python package"),
        pytest.param(6, "- pypi: git+https://h.example/a\n  name: a-b\n  version: '1.0'\n  sha256: aa\n", "a-b", "1.0", Source(kind=SourceKind.GIT, locator="h.example/a"), id="a Python package from git"),
        pytest.param(6, "- pypi: git+https://h.example/a?tag=v1#0123456789012345678901234567890123456789\n  name: a-b\n  version: '1.0'\n  sha256: aa\n", "a-b", "1.0", COMMIT, id="a Python package from a commit"),
        pytest.param(6, "- conda: git+https://h.example/a?branch=main&subdirectory=s#0123456789012345678901234567890123456789\n  name: a-b\n  version: '1.0'\n  sha256: aa\n", "a-b", "1.0", COMMIT, id="a conda package built from a commit"),
        pytest.param(7, "- conda: https://c.example/x/noarch/a-b-1.0-py_0.conda\n  sha256: aa\n", "a-b", "1.0", Source(locator="https://c.example/x"), id="a conda package of version 7"),
        pytest.param(7, "- conda_source: a-b[10a201d3] @ libs/a\n  sha256: aa\n", "a-b", "", Source(kind=SourceKind.PATH, locator="libs/a"), id="a package of version 7 built from a folder"),
        pytest.param(7, "- conda_source: a-b[10a201d3] @ git+https://h.example/a#0123456789012345678901234567890123456789\n  sha256: aa\n", "a-b", "", COMMIT, id="a package of version 7 built from a commit"),
        pytest.param(7, "- conda_source: a-b[10a201d3] @ .\n  source:\n    git: https://h.example/a\n    rev: '0123456789012345678901234567890123456789'\n  sha256: aa\n", "a-b", "", COMMIT, id="a recipe of version 7 here for sources of another repository"),
        pytest.param(7, "- conda_source: a-b[10a201d3] @ .\n  source:\n    url: https://h.example/a.tar.gz\n    sha256: aa\n", "a-b", "", Source(kind=SourceKind.URL, locator="h.example/a.tar.gz"), id="a recipe of version 7 here for an archive"),
        pytest.param(6, "- conda: ./libs/a\n  name: a-b\n  version: '1.0'\n  sha256: aa\n", "a-b", "1.0", Source(kind=SourceKind.PATH, locator="./libs/a"), id="a package built from a folder"),
    ],
)  # fmt: skip
def test_a_record_of_a_pixi_lock(
    version: int, record: str, name: str, value: str, source: Source
) -> None:
    (found,) = read("pixi-lock", LOCK.format(version, record)).dependencies
    assert (found.name, found.version, found.source, found.resolved, found.line) == (
        name,
        value,
        source,
        True,
        4,
    )
    assert found.hashes == {"sha256:aa"}


@pytest.mark.parametrize(
    "record",
    ["- pypi: ./\n  name: me\n", "- conda: .\n  name: me\n", "- conda_source: me[10a201d3] @ .\n"],
)
def test_the_project_itself_is_no_record(record: str) -> None:
    assert read("pixi-lock", LOCK.format(7, record)).dependencies == ()


def test_what_several_environments_of_a_lock_use_is_one_option() -> None:
    environments = """
  b: {channels: [{url: https://c.example/y}, {url: https://c.example/x}], indexes: [https://i.example]}
  a: {channels: [{url: https://c.example/x}], indexes: [https://i.example], find-links: [{path: ./w}]}
"""
    found = read("pixi-lock", f"version: 6\nenvironments:{environments}packages: []\n").options
    assert [(one.name, one.value, one.signal) for one in found] == [
        ("channels", "https://c.example/x", "channel-changed"),
        ("channels", "https://c.example/y", "channel-changed"),
        ("indexes", "./w", "index-changed"),
        ("indexes", "https://i.example", "index-changed"),
    ]


def test_the_builds_of_several_platforms_are_one_record() -> None:
    record = "- conda: https://c.example/x/{0}/a-1-{0}.conda\n  sha256: {0}\n"
    (found,) = read(
        "pixi-lock", LOCK.format(6, record.format("l") + record.format("m"))
    ).dependencies
    assert found.hashes == {"sha256:l", "sha256:m"}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param("conda-environment", "- a\n", "expected one mapping", id="a list"),
        pytest.param("conda-environment", "a: 1\n---\nb: 2\n", "expected one mapping", id="two documents"),
        pytest.param("conda-environment", "dependencies: a\n", "dependencies: expected a list", id="dependencies that are text"),
        pytest.param("conda-environment", "dependencies:\n- pip: a\n", "pip: expected a list", id="pip lines that are text"),
        pytest.param("pixi-lock", LOCK.format(8, "- a"), "unknown version of pixi.lock: '8'", id="a lock of a later version"),
        pytest.param("pixi-lock", "version: 6\n", "no records", id="a lock without packages"),
        pytest.param("pixi-lock", LOCK.format(6, "- a\n"), "a package that is not a mapping", id="a record that is text"),
        pytest.param("pixi-lock", LOCK.format(7, "- conda_source: a\n"), "not a built package: 'a'", id="a built package without its place"),
        pytest.param("pixi-lock", "", "expected one mapping", id="an empty lock"),
        pytest.param("pixi", "[dependencies]\na = 1\n", "expected a version or a table", id="a version that is a number"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_unreadable(name: str, content: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read(name, content)

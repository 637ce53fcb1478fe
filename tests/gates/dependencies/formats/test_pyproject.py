"""pyproject.toml: every table in which a tool reads dependencies."""

import pytest

from hunkgate.gates.dependencies.dependency import (
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.formats import pyproject


def read(content: str) -> Reading:
    return pyproject.read(content.encode(), "pyproject.toml")


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        pytest.param('[project]\ndependencies = ["a>=1"]', [("a", ">=1", "runtime")], id="PEP 621 dependencies"),
        pytest.param('[project]\ndependencies = ["a; python_version < \\"3\\""]', [("a", "", "runtime")], id="a marker with escaped quotes"),
        pytest.param('[project]\ndependencies = ["git+https://h.example/x#egg=a"]', [("a", "git+https://h.example/x#egg=a", "runtime")], id="a bare URL"),
        pytest.param('[project]\noptional-dependencies.x = ["a"]', [("a", "", "optional:x")], id="PEP 621 extras"),
        pytest.param('[dependency-groups]\nt = ["a", {include-group = "u"}]\nu = ["b"]', [("a", "", "dev"), ("b", "", "dev")], id="PEP 735 groups, an included one once"),
        pytest.param('[build-system]\nrequires = ["a"]', [("a", "", "build")], id="what builds the project"),
        pytest.param('[tool.poetry.dependencies]\npython = "^3"\na = "^1"', [("a", "^1", "runtime")], id="poetry's table without the interpreter"),
        pytest.param('[tool.poetry.dev-dependencies]\na = "*"', [("a", "*", "dev")], id="poetry's old development table"),
        pytest.param('[tool.poetry.group.g.dependencies]\na = "*"', [("a", "*", "dev")], id="a group of poetry"),
        pytest.param('[[tool.poetry.dependencies.a]]\nversion = "1"\n[[tool.poetry.dependencies.a]]\nversion = "2"', [("a", "1", "runtime"), ("a", "2", "runtime")], id="several constraints of one name"),
        pytest.param('[project]\ndependencies = ["a>=1"]\n[tool.poetry.dependencies]\na = {source = "s"}', [("a", ">=1", "runtime")], id="poetry 2 only adds to what the project states"),
        pytest.param('[build-system]\nrequires = ["a>=1"]\n[tool.poetry.dependencies]\na = "2"', [("a", ">=1", "build"), ("a", "2", "runtime")], id="what poetry's own table asks for beside what builds the project"),
        pytest.param('[dependency-groups]\ng = ["a>=1"]\n[tool.poetry.dependencies]\na = "2"', [("a", ">=1", "dev"), ("a", "2", "runtime")], id="what poetry's own table asks for beside a group"),
        pytest.param('[tool.pdm.dev-dependencies]\nt = ["a", "-e file:///x#egg=b"]', [("a", "", "dev"), ("b", "file:///x#egg=b", "dev")], id="pdm's development groups"),
        pytest.param('[tool.pdm.dependencies]\na = "*"\n[tool.pdm.dev-dependencies]\nb = "*"', [("a", "*", "runtime"), ("b", "*", "dev")], id="the tables of the first pdm"),
        pytest.param('[tool.uv]\ndev-dependencies = ["a"]', [("a", "", "dev")], id="uv's development list"),
        pytest.param('[tool.uv.extra-build-dependencies]\nx = ["a"]', [("a", "", "build")], id="uv's additions to other builds"),
        pytest.param('[tool.hatch.envs.e]\ndependencies = ["a"]\nextra-dependencies = ["b"]', [("a", "", "dev"), ("b", "", "dev")], id="a hatch environment"),
        pytest.param('[tool.hatch.build.targets.wheel.hooks.mypyc]\ndependencies = ["a"]', [("a", "", "build")], id="a hatch build hook"),
        pytest.param('[tool.flit.metadata]\nrequires = ["a"]\n[tool.flit.metadata.requires-extra]\nx = ["b"]', [("a", "", "runtime"), ("b", "", "optional:x")], id="flit before PEP 621"),
        pytest.param('[tool.pixi.dependencies]\na = ">=1"', [("a", ">=1", "runtime")], id="pixi's table"),
        pytest.param('[project]\nname = "Me"\noptional-dependencies.all = ["me[x]", "a"]', [("a", "", "optional:all")], id="an extra that gathers the project's own"),
        pytest.param('[project]\nrequires-python = ">=3"\n[tool.black]\nline-length = 1', [], id="a file without dependencies"),
    ],
)  # fmt: skip
def test_a_table_of_dependencies(content: str, stated: list[tuple[str, str, str]]) -> None:
    found = read(content).dependencies
    assert [(one.name, one.requirement, one.scope) for one in found] == stated
    assert all(one.line for one in found)


@pytest.mark.parametrize("key", ["constraint-dependencies", "override-dependencies"])
def test_what_overrides_is_flagged(key: str) -> None:
    (found,) = read(f'[tool.uv]\n{key} = ["a<2"]').dependencies
    assert found.flags == {"override"}


@pytest.mark.parametrize(
    ("entry", "source"),
    [
        pytest.param('{git = "https://h.example/a.git"}', Source(kind=SourceKind.GIT, locator="h.example/a"), id="git"),
        pytest.param('{git = "https://h.example/a", branch = "v1"}', Source(kind=SourceKind.GIT, locator="h.example/a", ref="v1", ref_kind=RefKind.BRANCH), id="a branch that looks like a tag"),
        pytest.param('{git = "https://h.example/a", tag = "one"}', Source(kind=SourceKind.GIT, locator="h.example/a", ref="one", ref_kind=RefKind.TAG), id="a tag"),
        pytest.param('{url = "https://h.example/a.whl"}', Source(kind=SourceKind.URL, locator="h.example/a.whl"), id="a URL"),
        pytest.param('{path = "../a"}', Source(kind=SourceKind.PATH, locator="../a"), id="a path"),
    ],
)  # fmt: skip
def test_poetry_and_uv_name_sources_alike(entry: str, source: Source) -> None:
    (poetry,) = read(f"[tool.poetry.dependencies]\na = {entry}").dependencies
    (uv,) = read(f'[project]\ndependencies = ["A"]\n[tool.uv.sources]\na = {entry}').dependencies
    assert poetry.source == uv.source == source


def test_an_index_is_named_by_its_address() -> None:
    uv = read(
        '[project]\ndependencies = ["a"]\n[tool.uv]\nsources = {a = {index = "i"}}\n'
        '[[tool.uv.index]]\nname = "i"\nurl = "https://registry.example"'
    )
    poetry = read(
        '[tool.poetry.dependencies]\na = {version = "1", source = "i"}\n'
        '[[tool.poetry.source]]\nname = "i"\nurl = "https://registry.example"\npriority = "explicit"'
    )
    assert uv.dependencies[0].source == Source(locator="https://registry.example")
    assert poetry.dependencies[0].source == Source(locator="https://registry.example")
    assert [(one.name, one.value) for one in (*uv.options, *poetry.options)] == [
        ("tool.uv.index.i", "https://registry.example"),
        ("tool.poetry.source.i", "https://registry.example explicit"),
    ]


def test_a_workspace_member_is_a_source_of_its_own() -> None:
    (found,) = read(
        '[project]\ndependencies = ["a"]\n[tool.uv.sources]\na = {workspace = true}'
    ).dependencies
    assert found.source == Source(kind=SourceKind.WORKSPACE)


def test_each_source_of_one_dependency_is_read() -> None:
    found = read(
        '[project]\ndependencies = ["a"]\n[[tool.uv.sources.a]]\nurl = "https://x.example/a.whl"\nmarker = "m"\n'
        '[[tool.uv.sources.a]]\nurl = "https://y.example/a.whl"'
    ).dependencies
    assert [one.source.locator for one in found] == ["x.example/a.whl", "y.example/a.whl"]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        pytest.param('[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["t", "u"]', [("build-system.build-backend", "b from t, u", "build-backend-changed")], id="a build backend of the tree itself"),
        pytest.param("[build-system]\nrequires = []", [("build-system.build-backend", "setuptools.build_meta", "build-backend-changed")], id="the build backend that is meant where none is named"),
        pytest.param('[build-system]\nbuild-backend = "setuptools.build_meta:__legacy__"', [("build-system.build-backend", "setuptools.build_meta", "build-backend-changed")], id="the default build backend, named"),
        pytest.param('[project]\ndynamic = ["version", "dependencies"]', [("project.dynamic", "dependencies", "dynamic")], id="dependencies that are computed"),
        pytest.param('[tool.setuptools.dynamic]\ndependencies = {file = ["r.txt"]}', [("tool.setuptools.dynamic.dependencies", "r.txt", "include-added")], id="dependencies that stand in another file"),
        pytest.param('[tool.setuptools.dynamic.optional-dependencies]\nx = {file = "r.txt"}', [("tool.setuptools.dynamic.optional-dependencies.x", "r.txt", "include-added")], id="an extra that stands in another file"),
        pytest.param('[tool.uv]\nextra-index-url = ["https://e.example"]', [("tool.uv.extra-index-url", "https://e.example", "index-changed")], id="uv's further index"),
        pytest.param("[tool.uv.pip]\nno-build-isolation = true", [("tool.uv.pip.no-build-isolation", "true", "index-changed")], id="a setting of uv's pip"),
        pytest.param('[[tool.uv.dependency-metadata]]\nname = "a"\nrequires-dist = ["b"]', [("tool.uv.dependency-metadata.a", "b", "dynamic")], id="metadata that uv takes instead of the package's"),
        pytest.param('[[tool.pdm.source]]\nname = "s"\nurl = "https://e.example"', [("tool.pdm.source.s", "https://e.example", "index-changed")], id="pdm's index"),
        pytest.param('[tool.poetry.build]\nscript = "b.py"', [("tool.poetry.build.script", "b.py", "install-script")], id="poetry's build script"),
        pytest.param('[tool.pdm.build]\nsetup-script = "b.py"', [("tool.pdm.setup-script", "b.py", "install-script")], id="pdm's build script"),
        pytest.param('[tool.pixi.workspace]\nchannels = ["c"]', [("tool.pixi.workspace.channels", "c", "channel-changed")], id="a channel of pixi"),
    ],
)  # fmt: skip
def test_an_option(content: str, options: list[tuple[str, str, str]]) -> None:
    found = read(content).options
    assert [(one.name, one.value, one.signal) for one in found] == options


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('[project]\ndependencies = "a"', id="text where a list belongs"),
        pytest.param('[project]\ndependencies = ["a", 1]', id="a number among the requirements"),
        pytest.param('[project]\ndependencies = ["? ?"]', id="a requirement without a name"),
        pytest.param(
            "[dependency-groups]\nx = [{a = 1}]", id="a group's table that includes nothing"
        ),
        pytest.param("[tool.poetry.dependencies]\na = 1", id="a number for a version"),
        pytest.param("project = 1", id="a number for the project"),
        pytest.param("[project", id="no TOML"),
    ],
)
def test_what_its_tools_would_refuse_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read(content)

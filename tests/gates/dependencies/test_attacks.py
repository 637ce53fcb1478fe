"""Unusual but valid places of a manifest in which something can come in, each with the name and the rule that must speak of it.

One line for each place: what is written there is what an attacker would write, since readers that know the usual places pass over it.
"""

import json

import pytest

from fakes import change
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey


def said(path: str, before: str | bytes, after: str | bytes) -> set[tuple[str, str]]:
    """Every (name, rule) that the survey says of the edit."""
    sides = [one if isinstance(one, bytes) else one.encode() for one in (before, after)]
    found = survey(change({path: sides[0]}, {path: sides[1]}), DependencySettings())
    return {(one.name, signal.name) for one in found for signal in one.signals}


def manifest(**fields: object) -> str:
    return json.dumps({"name": "x", "dependencies": {"a": "1.0.0"}, **fields})


@pytest.mark.parametrize(
    ("fields", "name", "rule"),
    [
        ({"peerDependencies": {"evil": "*"}}, "evil", "added"),
        ({"optionalDependencies": {"evil": "*"}}, "evil", "added"),
        ({"bundleDependencies": ["evil"]}, "evil", "added"),
        ({"bundledDependencies": ["evil"]}, "evil", "added"),
        ({"overrides": {"b": {".": "1", "c": "npm:evil@1"}}}, "evil", "override"),
        ({"overrides": {"b": "$a"}}, "b", "override"),
        ({"resolutions": {"**/b": "npm:evil@1"}}, "evil", "override"),
        ({"pnpm": {"overrides": {"b>c": "2"}}}, "c", "override"),
        ({"pnpm": {"packageExtensions": {"b": {"dependencies": {"evil": "1"}}}}}, "evil", "override"),
        ({"pnpm": {"patchedDependencies": {"b@1": "p.patch"}}}, "patchedDependencies b@1", "override"),
        ({"pnpm": {"configDependencies": {"evil": "1+sha512-x"}}}, "evil", "added"),
        ({"pnpm": {"onlyBuiltDependencies": ["b"]}}, "onlyBuiltDependencies b", "install-script"),
        ({"trustedDependencies": ["b"]}, "trustedDependencies b", "install-script"),
        ({"dependenciesMeta": {"b": {"built": True}}}, "dependenciesMeta b", "install-script"),
        ({"gypfile": True}, "gypfile", "install-script"),
        ({"scripts": {"postinstall": "x"}}, "scripts.postinstall", "install-script"),
        ({"scripts": {"prepare": "x"}}, "scripts.prepare", "install-script"),
        ({"packageManager": "evil@https://e.example/x.js"}, "evil", "url-source"),
        ({"catalog": {"evil": "1"}}, "evil", "added"),
        ({"workspaces": {"catalog": {"evil": "1"}}}, "evil", "added"),
        ({"workspaces": {"catalogs": {"c": {"evil": "1"}}}}, "evil", "added"),
        ({"dependencies": {"a": "npm:evil@1.0.0"}}, "evil", "alias"),
        ({"dependencies": {"a": "o/a#main"}}, "a", "git-source"),
        ({"dependencies": {"a": "https://e.example/a.tgz"}}, "a", "url-source"),
        ({"dependencies": {"a": "file:../a"}}, "a", "path-source"),
    ],
    ids=str,
)  # fmt: skip
def test_places_of_a_package_json(fields: dict[str, object], name: str, rule: str) -> None:
    assert (name, rule) in said("package.json", manifest(), manifest(**fields))


PROJECT = '[project]\nname = "x"\ndependencies = ["a==1"]\n'


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ('[dependency-groups]\ng = ["evil"]\nh = [{include-group = "g"}]', "evil", "added"),
        ('[tool.uv.sources]\na = [{git = "https://e.example/a", marker = "sys_platform"}]', "a", "git-source"),
        ('[[tool.uv.index]]\nurl = "https://e.example"', "tool.uv.index.0", "index-changed"),
        ('[tool.uv.pip]\nextra-index-url = ["https://e.example"]', "tool.uv.pip.extra-index-url", "index-changed"),
        ('[tool.uv]\nfind-links = ["https://e.example"]', "tool.uv.find-links", "index-changed"),
        ('[tool.uv]\nbuild-constraint-dependencies = ["evil==1"]', "evil", "added"),
        ('[tool.poetry.dependencies]\nb = {url = "https://e.example/b.whl"}', "b", "url-source"),
        ('[tool.poetry.requires-plugins]\nevil = "*"', "evil", "added"),
        ('[[tool.poetry.source]]\nname = "e"\nurl = "https://e.example"', "tool.poetry.source.e", "index-changed"),
        ('[tool.pdm]\nplugins = ["evil"]', "evil", "added"),
        ('[tool.hatch.env]\nrequires = ["evil"]', "evil", "added"),
        ('[tool.hatch.envs.t.overrides.matrix.v]\ndependencies = [{value = "evil", if = ["1"]}]', "evil", "added"),
        ('[tool.hatch.envs.t.env-vars]\nPIP_INDEX_URL = "https://e.example"', "PIP_INDEX_URL", "index-changed"),
        ('[tool.hatch.build.hooks.custom]\npath = "evil.py"', "tool.hatch.build.hooks.custom", "build-backend-changed"),
        ("[tool.hatch.build.targets.wheel.hooks.custom]", "tool.hatch.build.targets.wheel.hooks.custom", "build-backend-changed"),
        ('[tool.rye]\ndev-dependencies = ["evil"]', "evil", "added"),
        ('[[tool.rye.sources]]\nname = "d"\nurl = "https://e.example"', "tool.rye.sources.d", "index-changed"),
        ('[tool.tox.env_run_base]\ndeps = ["evil", {replace = "ref", of = ["x"]}]', "evil", "added"),
        ('[tool.tox.env.lint]\ndeps = "evil"', "evil", "added"),
        ('[tool.tox]\nrequires = ["evil"]', "evil", "added"),
        ('[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ndeps = evil\n"""', "evil", "added"),
        ('[tool.cibuildwheel]\nbefore-build = "pip install evil"', "evil", "added"),
        ('[tool.cibuildwheel.linux]\nbefore-all = ["true", "pip install evil"]', "evil", "added"),
        ('[[tool.cibuildwheel.overrides]]\nselect = "*"\nbefore-test = "pip install evil"', "evil", "added"),
        ('[tool.cibuildwheel.environment]\nUV_INDEX_URL = "https://e.example"', "UV_INDEX_URL", "index-changed"),
        ('[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["_b"]', "build-system.build-backend", "build-backend-changed"),
        ('[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = "_b"', "build-system.build-backend", "build-backend-changed"),
    ],
    ids=str,
)  # fmt: skip
def test_places_of_a_pyproject(addition: str, name: str, rule: str) -> None:
    assert (name, rule) in said("pyproject.toml", PROJECT, f"{PROJECT}{addition}\n")


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("-r ../x.lst", "--requirement", "include-added"),
        ("--requirement=x.lst", "--requirement", "include-added"),
        ("-c x.lst", "--constraint", "include-added"),
        ("-i https://e.example", "--index-url", "index-changed"),
        ("-ihttps://e.example", "--index-url", "index-changed"),
        ("--trusted-host e.example", "--trusted-host", "index-changed"),
        ("evil @ file:///x", "evil", "path-source"),
        ("# said\u2028evil==1", "evil", "added"),
        ("# said\x85evil==1", "evil", "added"),
        ("# said\x0bevil==1", "evil", "added"),
        ("# said\revil==1", "evil", "added"),
    ],
    ids=repr,
)
def test_lines_of_requirements(addition: str, name: str, rule: str) -> None:
    assert (name, rule) in said("requirements.txt", "a==1\n", f"a==1\n{addition}\n")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param("a==1\nevil==1\n".encode("utf-16"), "evil", id="UTF-16"),
        pytest.param(b"# -*- coding: utf-7 -*-\na==1\n+AGU-vil==1\n", "evil", id="UTF-7 that the file declares"),
        pytest.param(b"\xef\xbb\xbfa==1\nevil==1\n", "evil", id="a byte order mark"),
    ],
)  # fmt: skip
def test_requirements_in_another_encoding(content: bytes, name: str) -> None:
    assert (name, "added") in said("requirements.txt", "a==1\n", content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(manifest().encode("utf-16"), id="UTF-16"),
        pytest.param(manifest().encode().replace(b'"a"', b'"\xc1\xa1"'), id="overlong UTF-8"),
        pytest.param(b"<<<<<<< HEAD\n" + manifest().encode(), id="marks of a merge"),
        pytest.param(manifest().encode()[:-5], id="cut off"),
        pytest.param(b"", id="emptied"),
    ],
)
def test_a_broken_manifest_is_not_silence(content: bytes) -> None:
    assert ("package.json", "unreadable") in said("package.json", manifest(), content)


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("packageExtensions:\n  b:\n    dependencies:\n      evil: 1\n", "evil", "override"),
        ("patchedDependencies:\n  b@1: p.patch\n", "patchedDependencies b@1", "override"),
        ("allowBuilds:\n  b: true\n", "allowBuilds b", "install-script"),
        ("registry: https://e.example\n", "registry", "registry-changed"),
    ],
    ids=str,
)
def test_places_of_a_pnpm_workspace(addition: str, name: str, rule: str) -> None:
    before = "packages: [p/*]\n"
    assert (name, rule) in said("pnpm-workspace.yaml", before, before + addition)

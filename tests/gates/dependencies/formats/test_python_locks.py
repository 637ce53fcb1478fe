"""uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile.lock: what is resolved, from where, with which content."""

import pytest

from hunkgate.gates.dependencies import formats
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

SHA = "0123456789abcdef0123456789abcdef01234567"
REGISTRY = "https://registry.example/simple"


def read(name: str, content: str) -> Reading:
    found = formats.named(name)
    assert found is not None
    return found.read(content.encode(), found.patterns[0])


def uv(record: str) -> str:
    return f'version = 1\n[[package]]\nname = "A.b"\nversion = "1.0"\n{record}\n'


def poetry(record: str, version: str = "2.1", shared: str = "") -> str:
    return f'[[package]]\nname = "A.b"\nversion = "1.0"\n{record}\n[metadata]\nlock-version = "{version}"\n{shared}'


def pdm(record: str, shared: str = "") -> str:
    return f'[[package]]\nname = "A.b"\nversion = "1.0"\n{record}\n[metadata]\nlock_version = "4.5.0"\n{shared}'


def pylock(record: str) -> str:
    return f'lock-version = "1.0"\n[[packages]]\nname = "a-b"\nversion = "1.0"\n{record}\n'


def pipfile(record: str) -> str:
    meta = f'{{"pipfile-spec": 6, "sources": [{{"name": "i", "url": "{REGISTRY}"}}]}}'
    return f'{{"_meta": {meta}, "default": {{\n"A.b": {{{record}}}}}}}'


GIT = Source(kind=SourceKind.GIT, locator="h.example/a", ref=SHA, ref_kind=RefKind.SHA)
FILES = frozenset({"files.example"})


@pytest.mark.parametrize(
    ("name", "content", "version", "source", "hashes"),
    [
        pytest.param("uv-lock", uv(f'source = {{ registry = "{REGISTRY}" }}\nsdist = {{ url = "https://files.example/a", hash = "sha256:aa" }}\nwheels = [{{ url = "https://files.example/b", hash = "sha256:bb" }}]'), "1.0", Source(locator=REGISTRY, hosts=FILES), {"sha256:aa", "sha256:bb"}, id="uv, from a registry"),
        pytest.param("uv-lock", uv(f'source = {{ registry = "{REGISTRY}/" }}'), "1.0", Source(locator=REGISTRY), set(), id="uv, from a registry with a closing stroke"),
        pytest.param("uv-lock", uv(f'source = {{ git = "https://h.example/a?branch=main#{SHA}" }}'), "1.0", GIT, set(), id="uv, from git"),
        pytest.param("uv-lock", uv('source = { url = "https://h.example/a.whl" }\nwheels = [{ url = "https://h.example/a.whl", hash = "sha256:aa" }]'), "1.0", Source(kind=SourceKind.URL, locator="h.example/a.whl"), {"sha256:aa"}, id="uv, from a URL"),
        pytest.param("uv-lock", uv('source = { directory = "libs/a" }'), "1.0", Source(kind=SourceKind.PATH, locator="libs/a"), set(), id="uv, from a folder"),
        pytest.param("poetry-lock", poetry('files = [{file = "a", hash = "sha256:aa"}]'), "1.0", Source(), {"sha256:aa"}, id="poetry 2"),
        pytest.param("poetry-lock", poetry("", "1.1", '[metadata.files]\n"A.b" = [{file = "a", hash = "sha256:aa"}]'), "1.0", Source(), {"sha256:aa"}, id="poetry 1, files apart"),
        pytest.param("poetry-lock", '[[package]]\nname = "A.b"\nversion = "1.0"\n[metadata.hashes]\n"A.b" = ["aa"]', "1.0", Source(), {"sha256:aa"}, id="poetry before it numbered its locks"),
        pytest.param("poetry-lock", poetry(f'[package.source]\ntype = "git"\nurl = "https://h.example/a.git"\nreference = "main"\nresolved_reference = "{SHA}"'), "1.0", GIT, set(), id="poetry, from git"),
        pytest.param("poetry-lock", poetry(f'[package.source]\ntype = "legacy"\nurl = "{REGISTRY}"\nreference = "i"'), "1.0", Source(locator=REGISTRY), set(), id="poetry, from another registry"),
        pytest.param("poetry-lock", poetry('[package.source]\ntype = "directory"\nurl = "libs/a"'), "1.0", Source(kind=SourceKind.PATH, locator="libs/a"), set(), id="poetry, from a folder"),
        pytest.param("pdm-lock", pdm('files = [{url = "https://files.example/a", hash = "sha256:aa"}]'), "1.0", Source(hosts=FILES), {"sha256:aa"}, id="pdm with URLs"),
        pytest.param("pdm-lock", pdm("", '[metadata.files]\n"A.b 1.0" = [{file = "a", hash = "sha256:aa"}]'), "1.0", Source(), {"sha256:aa"}, id="pdm, files apart"),
        pytest.param("pdm-lock", pdm(f'git = "https://h.example/a.git"\nref = "main"\nrevision = "{SHA}"'), "1.0", GIT, set(), id="pdm, from git"),
        pytest.param("pylock", pylock(f'index = "{REGISTRY}"\nwheels = [{{url = "https://files.example/a", hashes = {{sha256 = "aa", sha512 = "bb"}}}}]'), "1.0", Source(locator=REGISTRY, hosts=FILES), {"sha256:aa", "sha512:bb"}, id="pylock, from a registry"),
        pytest.param("pylock", pylock(f'vcs = {{type = "git", url = "https://h.example/a", commit-id = "{SHA}"}}'), "1.0", GIT, set(), id="pylock, from git"),
        pytest.param("pylock", pylock('archive = {url = "https://h.example/a.zip", hashes = {sha256 = "aa"}}'), "1.0", Source(kind=SourceKind.URL, locator="h.example/a.zip"), {"sha256:aa"}, id="pylock, from an archive"),
        pytest.param("pylock", pylock('directory = {path = "libs/a"}'), "1.0", Source(kind=SourceKind.PATH, locator="libs/a"), set(), id="pylock, from a folder"),
        pytest.param("pipfile-lock", pipfile('"version": "==1.0", "index": "i", "hashes": ["sha256:aa"]'), "1.0", Source(), {"sha256:aa"}, id="pipenv, from the first registry"),
        pytest.param("pipfile-lock", pipfile('"version": "==1.0"'), "1.0", Source(), set(), id="pipenv, from the registry that is meant"),
        pytest.param("pipfile-lock", pipfile('"version": "==1.0", "index": "j"'), "1.0", Source(locator="j"), set(), id="pipenv, from another registry"),
        pytest.param("pipfile-lock", pipfile(f'"git": "https://h.example/a.git", "ref": "{SHA}"'), "", GIT, set(), id="pipenv, from git"),
    ],
)  # fmt: skip
def test_a_record(name: str, content: str, version: str, source: Source, hashes: set[str]) -> None:
    (found,) = read(name, content).dependencies
    assert found == Dependency(
        ecosystem="pypi",
        name="a-b",
        raw_name="a-b" if name == "pylock" else "A.b",
        version=version,
        resolved=True,
        scope="lock",
        source=source,
        hashes=frozenset(hashes),
        line=found.line,
    )
    assert found.line


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("uv-lock", uv('source = { editable = "." }'), id="uv, the project"),
        pytest.param("uv-lock", uv('source = { virtual = "packages/x" }'), id="uv, a member of the workspace"),
        pytest.param("uv-lock", 'version = 1\nrequires-python = ">=3.11"\n', id="uv, a script without dependencies"),
        pytest.param("poetry-lock", 'package = []\n[metadata]\nlock-version = "2.1"\n', id="poetry, no dependencies"),
        pytest.param("pdm-lock", '[metadata]\nlock_version = "4.5.0"\ncontent_hash = "x"\n', id="pdm, no dependencies"),
        pytest.param("pylock", pylock('directory = {path = "."}'), id="pylock, the project"),
        pytest.param("pipfile-lock", pipfile('"path": ".", "editable": true'), id="pipenv, the project"),
        pytest.param("pipfile-lock", '{"_meta": {}, "default": {}, "develop": {}}', id="pipenv, no dependencies"),
    ],
)  # fmt: skip
def test_the_project_itself_is_no_dependency(name: str, content: str) -> None:
    assert read(name, content).dependencies == ()


def test_several_versions_of_one_name_have_their_own_hashes() -> None:
    content = (
        '[[package]]\nname = "a"\nversion = "1.0"\n[[package]]\nname = "a"\nversion = "1.0.1"\n[metadata]\nlock-version = "1.1"\n'
        '[metadata.files]\na = [{file = "a-1.0-py3-none-any.whl", hash = "x:1"}, {file = "a-1.0.1.tar.gz", hash = "x:2"}]\n'
    )
    found = read("poetry-lock", content).dependencies
    assert [(one.version, sorted(one.hashes), one.line) for one in found] == [
        ("1.0", ["x:1"], 1),
        ("1.0.1", ["x:2"], 4),
    ]


def test_what_is_stated_once_for_each_extra_is_one_record() -> None:
    record = '[[package]]\nname = "a"\nversion = "1"\n{}files = [{{file = "a", hash = "x:{}"}}]\n'
    content = (
        record.format("", 1)
        + record.format('extras = ["t"]\n', 2)
        + '[metadata]\nlock_version = "4.5.0"\n'
    )
    (found,) = read("pdm-lock", content).dependencies
    assert found.hashes == {"x:1", "x:2"}


def test_what_stands_in_two_categories_is_one_record() -> None:
    content = (
        '{"_meta": {}, "default": {"a": {"version": "==1"}}, "develop": {"a": {"version": "==1"}}}'
    )
    assert len(read("pipfile-lock", content).dependencies) == 1


def test_the_sources_of_a_pipfile_lock_are_options() -> None:
    (found,) = read("pipfile-lock", pipfile("")).options
    assert (found.name, found.value, found.signal) == ("source.i", REGISTRY, "index-changed")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param("uv-lock", "version = 2\n[[package]]\n", "unknown version of uv.lock: 2", id="uv of a later version"),
        pytest.param("uv-lock", "[[package]]\n", "unknown version of uv.lock: None", id="uv without a version"),
        pytest.param("uv-lock", "version = 1\n", "no records", id="uv without records"),
        pytest.param("uv-lock", uv('source = { cloud = "x" }'), "a source of an unknown kind: cloud", id="uv with a source of a later kind"),
        pytest.param("uv-lock", "version = 1\n[[package]]\nsource = { registry = 'x' }\n", "a record without a name", id="a record without a name"),
        pytest.param("poetry-lock", poetry("", "3.0"), "unknown version of poetry.lock: 3.0", id="poetry of a later version"),
        pytest.param("poetry-lock", '[metadata]\nlock-version = "2.1"', "no records", id="poetry without records"),
        pytest.param("pdm-lock", '[[package]]\n[metadata]\nlock_version = "5.0"', "unknown version of pdm.lock: 5.0", id="pdm of a later version"),
        pytest.param("pdm-lock", '[metadata]\nlock_version = "4.5.0"', "no records", id="pdm without records"),
        pytest.param("pylock", 'lock-version = "2.0"', "unknown version of pylock.toml: '2.0'", id="pylock of a later version"),
        pytest.param("pylock", 'lock-version = "1.0"', "no records", id="pylock without records"),
        pytest.param("pipfile-lock", '{"_meta": {"pipfile-spec": 7}}', "unknown version of Pipfile.lock: 7", id="pipenv of a later version"),
        pytest.param("pipfile-lock", "{}", "no records", id="pipenv without records"),
        pytest.param("pipfile-lock", '{"default": {"a": {}, "a": {}}}', "stands twice", id="pipenv with a name that stands twice"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_unreadable(name: str, content: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read(name, content)

"""How one set of hashes becomes another: what is harmless, what is another content, what is checked less."""

import pytest

from fakes import change
from hunkgate.gates.dependencies.contents import hash_change
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey

SHA1, OTHER_SHA1 = "sha1:" + "a" * 40, "sha1:" + "b" * 40
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
UNCHECKED = "unchecked:a-1.tar.gz"


@pytest.mark.parametrize(
    ("ecosystem", "before", "after", "expected"),
    [
        pytest.param("pypi", {ONE}, {ONE, TWO}, "superset", id="a new wheel"),
        pytest.param("pypi", {ONE, TWO}, {ONE}, "subset", id="a wheel less"),
        pytest.param("npm", {ONE}, {ONE, TWO}, "doubled", id="a second content of one tarball"),
        pytest.param("golang", {"h1:A="}, {"h1:A=", "h1:B="}, "doubled", id="a second content of one module"),
        pytest.param("npm", {SHA1}, {SHA1, ONE}, "superset", id="a stronger algorithm beside the old one"),
        pytest.param("npm", {SHA1, ONE}, {SHA1}, "weakened", id="the stronger of two algorithms goes"),
        pytest.param("npm", {SHA1, ONE}, {ONE}, "subset", id="the weaker of two algorithms goes"),
        pytest.param("npm", {SHA1}, {OTHER_SHA1}, "replaced", id="a weak hash becomes another"),
        pytest.param("npm", {ONE}, {SHA1}, "replaced", id="a strong hash becomes a weak one"),
        pytest.param("pypi", {ONE, TWO}, {ONE, UNCHECKED}, "weakened", id="a file loses its hash"),
        pytest.param("pypi", {ONE}, {ONE, UNCHECKED}, "weakened", id="a file without a hash comes"),
        pytest.param("pypi", {ONE}, {UNCHECKED}, "dropped", id="the only file loses its hash"),
        pytest.param("pypi", {UNCHECKED}, {ONE}, "appeared", id="a file gets a hash"),
        pytest.param("pypi", {ONE, UNCHECKED}, {ONE}, "subset", id="a file without a hash goes"),
        pytest.param("pypi", {UNCHECKED}, {UNCHECKED, "unchecked:b"}, "superset", id="of files without hashes one more"),
        pytest.param("hex", {ONE, TWO}, {ONE}, "weakened", id="the archive or what is in it is no longer checked"),
        pytest.param("pypi", {ONE}, {ONE}, "", id="nothing"),
    ],
)  # fmt: skip
def test_how_hashes_differ(
    ecosystem: str, before: set[str], after: set[str], expected: str
) -> None:
    assert hash_change(frozenset(before), frozenset(after), ecosystem=ecosystem) == expected


YARN = '# yarn lockfile v1\n\n\na@^1:\n  version "1.0.0"\n  resolved "https://registry.example/a/-/a-1.0.0.tgz#%s"\n' % (
    "0a" * 20
)  # fmt: skip
UV = """version = 1

[[package]]
name = "a"
version = "1"
source = { registry = "https://index.example" }
sdist = { url = "https://files.example/a-1.tar.gz", hash = "sha256:00" }
wheels = [{ url = "https://files.example/a-1-py3-none-any.whl", hash = "sha256:11" }]
"""


@pytest.mark.parametrize(
    ("path", "before", "after", "rule"),
    [
        pytest.param("yarn.lock", f"{YARN}  integrity sha512-AA==\n", YARN, "hash-dropped", id="integrity goes, the sha1 behind the address stays"),
        pytest.param("yarn.lock", YARN, f"{YARN}  integrity sha512-AA==\n", "hash-added", id="integrity comes beside the sha1"),
        pytest.param("uv.lock", UV, UV.replace(', hash = "sha256:00"', ""), "hash-dropped", id="one of two files loses its hash"),
        pytest.param("uv.lock", UV, UV.replace("wheels = [", 'wheels = [{ url = "https://files.example/a-1-cp3.whl" }, '), "hash-dropped", id="a file without a hash comes"),
        pytest.param("go.sum", "a.example/b v1.0.0 h1:A=\n", "a.example/b v1.0.0 h1:A=\na.example/b v1.0.0 h1:B=\n", "hash-replaced", id="a second content of one Go module"),
        pytest.param("poetry.lock", '[[package]]\nname = "a"\nversion = "1"\nfiles = [{file = "a.whl", hash = "sha256:00"}, {file = "b.whl", hash = "sha256:11"}]\n[metadata]\nlock-version = "2.1"\n', '[[package]]\nname = "a"\nversion = "1"\nfiles = [{file = "a.whl", hash = "sha256:00"}, {file = "b.whl"}]\n[metadata]\nlock-version = "2.1"\n', "hash-dropped", id="a file of poetry loses its hash"),
    ],
)  # fmt: skip
def test_what_a_lock_no_longer_checks_is_told(
    path: str, before: str, after: str, rule: str
) -> None:
    found = survey(change({path: before.encode()}, {path: after.encode()}), DependencySettings())
    assert rule in {signal.name for one in found for signal in one.signals}

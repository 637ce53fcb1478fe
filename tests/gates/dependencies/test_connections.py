"""Where a file comes over a connection that nothing protects it comes from another place; to protect a connection moves nothing."""

import pytest

from fakes import change
from hunkgate.gates.dependencies import sources
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey

COMMIT = "1" * 40
STATED = [
    pytest.param("package-lock.json", '{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0", "resolved": "%s://registry.example/a/-/a-1.0.0.tgz"}}}', id="a tarball of npm"),
    pytest.param("package-lock.json", '{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0", "resolved": "%s://registry.npmjs.example/a/-/a-1.0.0.tgz"}}}', id="a tarball of npm's default registry"),
    pytest.param("yarn.lock", '# yarn lockfile v1\n\n\na@^1:\n  version "1.0.0"\n  resolved "%s://registry.example/a/-/a-1.0.0.tgz#0a"\n', id="a tarball of yarn"),
    pytest.param("yarn.lock", '# yarn lockfile v1\n\n\na@o/a:\n  version "1.0.0"\n  resolved "%s://codeload.github.com/o/a/tar.gz/' + COMMIT + '"\n', id="an archive of a forge"),
    pytest.param("uv.lock", 'version = 1\n\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://index.example" }\nsdist = { url = "%s://files.example/a-1.tar.gz", hash = "sha256:00" }\n', id="a file of a Python lock"),
    pytest.param("uv.lock", 'version = 1\n\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "%s://index.example" }\n', id="the index of a Python lock"),
    pytest.param("poetry.lock", '[[package]]\nname = "a"\nversion = "1"\nfiles = []\n[package.source]\ntype = "git"\nurl = "%s://host.example/a"\nresolved_reference = "' + COMMIT + '"\n[metadata]\nlock-version = "2.1"\n', id="a repository of poetry"),
    pytest.param("Cargo.lock", 'version = 3\n\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+%s://host.example/index"\nchecksum = "00"\n', id="the index of a crate"),
    pytest.param("composer.lock", '{"packages": [{"name": "o/a", "version": "1", "dist": {"type": "zip", "url": "%s://files.example/a.zip"}, "notification-url": "https://registry.example/d/"}]}', id="an archive of composer"),
    pytest.param("Gemfile.lock", "GEM\n  remote: %s://registry.example/\n  specs:\n    a (1.0)\n\nDEPENDENCIES\n  a\n", id="the source of gems"),
    pytest.param("Podfile.lock", "PODS:\n  - A (1.0)\nSPEC REPOS:\n  %s://registry.example/specs.git:\n    - A\nSPEC CHECKSUMS:\n  A: 00\n", id="the specifications of pods"),
    pytest.param("pubspec.lock", 'packages:\n  a:\n    dependency: transitive\n    description:\n      name: a\n      url: "%s://registry.example"\n    source: hosted\n    version: "1.0.0"\n', id="a package of Dart"),
    pytest.param("Package.resolved", '{"pins": [{"identity": "a", "kind": "remoteSourceControl", "location": "%s://host.example/a", "state": {"revision": "' + COMMIT + '", "version": "1.0.0"}}], "version": 2}', id="a Swift package"),
    pytest.param("Chart.yaml", "name: x\ndependencies:\n- name: a\n  version: '1'\n  repository: %s://charts.example\n", id="a chart of Helm"),
    pytest.param("gradle/wrapper/gradle-wrapper.properties", "distributionUrl=%s\\://host.example/gradle-8.5-bin.zip\n", id="the distribution of gradle"),
]  # fmt: skip


def said(path: str, before: str, after: str) -> list[str]:
    found = survey(change({path: before.encode()}, {path: after.encode()}), DependencySettings())
    return [signal.name for one in found for signal in one.signals]


@pytest.mark.parametrize(("path", "content"), STATED)
def test_a_connection_that_is_no_longer_protected_is_another_source(
    path: str, content: str
) -> None:
    signals = said(path, content.replace("%s", "https"), content.replace("%s", "http"))
    assert {"source-changed", "registry-changed"} & set(signals)


@pytest.mark.parametrize(("path", "content"), STATED)
def test_a_connection_that_is_protected_now_changes_nothing(path: str, content: str) -> None:
    assert said(path, content.replace("%s", "http"), content.replace("%s", "https")) == []


@pytest.mark.parametrize(
    ("place", "others", "same"),
    [
        ("http://a.example", ["a.example"], "a.example"),
        ("http://a.example", ["https://a.example"], "https://a.example"),
        ("http://a.example", ["a.example", "http://a.example"], "http://a.example"),
        ("http://a.example", ["b.example"], "http://a.example"),
        ("a.example", ["http://a.example"], "a.example"),
    ],
    ids=str,
)
def test_what_a_place_is_once_its_connection_is_protected(
    place: str, others: list[str], same: str
) -> None:
    assert sources.secured(place, others) == same

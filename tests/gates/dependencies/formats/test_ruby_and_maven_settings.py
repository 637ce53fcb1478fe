"""Settings of Bundler and Maven: what moves where gems and artifacts come from."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import options, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('---\nBUNDLE_MIRROR__HTTPS://GEMS__EXAMPLE/: "https://a.example"\n', ["registry-changed mirror.https://gems.example/ https://a.example"], id="a mirror"),
        pytest.param("BUNDLE_LOCAL__MY___GEM: ../my-gem\n", ["registry-changed local.my-gem ../my-gem"], id="a folder in a repository's place"),
        pytest.param("BUNDLE_GEMFILE: gemfiles/a.rb\nBUNDLE_FROZEN: true\n", ["include-added gemfile gemfiles/a.rb", "index-changed frozen true"], id="another Gemfile, and whether the lock counts"),
        pytest.param("BUNDLE_BUILD__PG: --with-pg=x\n", ["install-script build.pg --with-pg=x"], id="flags of an extension"),
        pytest.param("---\nBUNDLE_WITHOUT: test\nBUNDLE_JOBS: 4\nBUNDLE_GEMS__EXAMPLE: me:secret\n", [], id="groups, jobs and credentials"),
        pytest.param("--- {}\n", [], id="nothing"),
    ],
)  # fmt: skip
def test_a_setting_of_bundler(content: str, expected: list[str]) -> None:
    assert options("bundle-config", content, ".bundle/config") == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("<mirrors><mirror><id>a</id><url>https://a.example</url><mirrorOf>central</mirrorOf></mirror></mirrors>", ["registry-changed mirror a https://a.example central"], id="a mirror"),
        pytest.param("<profiles><profile><pluginRepositories><pluginRepository><id>a</id><url>u</url></pluginRepository></pluginRepositories></profile></profiles>", ["registry-changed pluginRepository a u"], id="plugins' repositories of a profile"),
        pytest.param("<proxies><proxy><host>p.example</host><port>1</port></proxy></proxies>", ["registry-changed proxy p.example 1"], id="a proxy"),
        pytest.param("<pluginGroups><pluginGroup>org.a</pluginGroup></pluginGroups>", ["registry-changed pluginGroup org.a"], id="where short names of plugins lead"),
        pytest.param("<localRepository>repo</localRepository>", ["registry-changed localRepository repo"], id="a repository in a folder"),
        pytest.param("<servers><server><id>a</id><password>x</password></server></servers><offline>false</offline>", [], id="credentials"),
    ],
)  # fmt: skip
def test_a_setting_of_maven(content: str, expected: list[str]) -> None:
    assert options("maven-settings", f"<settings>{content}</settings>") == expected


def test_settings_of_another_program_are_none_of_mavens() -> None:
    content = "<resources><mirrors><mirror><url>x</url></mirror></mirrors></resources>"
    assert options("maven-settings", content) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("--settings\n.mvn/a.xml\n", ["index-changed --settings .mvn/a.xml"], id="settings on the next line"),
        pytest.param("-gs a.xml --settings=b.xml -sc.xml", ["index-changed -gs a.xml", "index-changed --settings b.xml", "index-changed -s c.xml"], id="settings on one line"),
        pytest.param("-Dmaven.repo.local=repo\n-Daether.checksums=x\n", ["index-changed maven.repo.local repo", "index-changed aether.checksums x"], id="properties that move what is taken"),
        pytest.param("-Dmaven.ext.class.path=a.jar", ["install-script maven.ext.class.path a.jar"], id="an extension"),
        pytest.param("-c\n", ["index-changed -c true"], id="checksums that do not count"),
        pytest.param("# -s a.xml\n-T1C -ntp -Pci -Drevision=2 -Dsettings=x\n", [], id="what moves nothing"),
    ],
)  # fmt: skip
def test_an_argument_of_maven(content: str, expected: list[str]) -> None:
    assert options("maven-config", content) == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("bundle-config", "- a\n", id="a list"),
        pytest.param("bundle-config", "BUNDLE_A: [\n", id="no YAML"),
        pytest.param("maven-settings", "<settings><mirrors>", id="no XML"),
        pytest.param("maven-settings", "<settings><mirrors><mirror><url>a</url><url>b</url></mirror></mirrors></settings>", id="a field twice"),
        pytest.param("maven-config", "-s\0a.xml", id="no text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content)

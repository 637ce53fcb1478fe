import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("implementation 'g:a:1.0'\n", ["g:a 1.0 runtime"], id="coordinates in Groovy"),
        pytest.param(
            'testImplementation("g:a:1.0")\n', ["g:a 1.0 dev"], id="coordinates in Kotlin"
        ),
        pytest.param('implementation(platform("g:a:1.0"))\n', ["g:a 1.0 runtime"], id="a platform"),
        pytest.param('api "g:a"\n', ["g:a - runtime"], id="no version"),
        pytest.param(
            'mine "g.h:a:1.0:cls@jar"\n', ["g.h:a 1.0 runtime"], id="a configuration of one's own"
        ),
        pytest.param(
            "api group: 'g', name: 'a', version: '1.0'\n",
            ["g:a 1.0 runtime"],
            id="named coordinates",
        ),
        pytest.param(
            "def v = '1.0'\napi \"g:a:$v\"\n", ["g:a 1.0 runtime"], id="a variable of the same file"
        ),
        pytest.param(
            'api "g:a:${v}"\n', ["g:a ${v} runtime +dynamic"], id="a variable from elsewhere"
        ),
        pytest.param("id 'x.y' version '1.0'\n", ["x.y 1.0 build"], id="a plugin in Groovy"),
        pytest.param('id("x.y") version "1.0"\n', ["x.y 1.0 build"], id="a plugin in Kotlin"),
        pytest.param(
            'kotlin("jvm") version "1.9"\n',
            ["org.jetbrains.kotlin.jvm 1.9 build"],
            id="a plugin of Kotlin",
        ),
        pytest.param(
            "api files('libs/a.jar')\n", ["libs/a.jar - runtime path:libs/a.jar"], id="a file"
        ),
        pytest.param('// api "g:a:1"\n/* api "g:b:1" */ url = "http://x//y"\n', [], id="comments"),
        pytest.param(
            'format("HH:mm:ss")\nexclude group: "g", module: "a"\n',
            [],
            id="other texts with colons",
        ),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("gradle", content, "build.gradle") == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "maven { url 'https://registry.example/m2' }\n",
            ["registry-changed repositories https://registry.example/m2"],
            id="a repository",
        ),
        pytest.param(
            "mavenCentral()\n", ["registry-changed repositories mavenCentral"], id="a known one"
        ),
        pytest.param(
            "apply from: 'https://x.example/s.gradle'\n",
            ["include-added apply from https://x.example/s.gradle"],
            id="a script from an address",
        ),
    ],
)
def test_reads_options(content: str, expected: list[str]) -> None:
    assert options("gradle", content, "build.gradle") == expected


def test_what_is_no_text_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("gradle", b"\0", "build.gradle")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('[libraries]\na = "g:a:1.0"\n', ["g:a 1.0 runtime"], id="coordinates"),
        pytest.param(
            '[versions]\nv = "1.0"\n[libraries]\na = { module = "g:a", version.ref = "v" }\n',
            ["g:a 1.0 runtime"],
            id="a reference to a version",
        ),
        pytest.param(
            '[libraries]\na = { group = "g", name = "a" }\n', ["g:a - runtime"], id="no version"
        ),
        pytest.param(
            '[libraries]\na = { module = "g:a", version = { strictly = "[1,2[", prefer = "1.5" } }\n',
            ["g:a strictly [1,2[, prefer 1.5 runtime"],
            id="a rich version",
        ),
        pytest.param(
            '[plugins]\np = { id = "x.y", version = "1.0" }\nq = "x.z:2.0"\n',
            ["x.y 1.0 build", "x.z 2.0 build"],
            id="plugins",
        ),
    ],
)
def test_reads_version_catalogs(content: str, expected: list[str]) -> None:
    assert dependencies("version-catalog", content, "libs.versions.toml") == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            '[libraries]\na = { module = "g:a", version.ref = "v" }\n', id="a reference to nothing"
        ),
        pytest.param("[x]\n", id="no table of a catalog"),
        pytest.param("[libraries]\na = 1\n", id="a library that is none"),
    ],
)
def test_a_catalog_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("version-catalog", content, "libs.versions.toml")


def test_reads_verification_metadata() -> None:
    content = (
        '<verification-metadata xmlns="urn:x"><configuration><verify-metadata>false</verify-metadata><trusted-artifacts>'
        '<trust group="g"/></trusted-artifacts></configuration><components><component group="g" name="a" version="1">'
        '<artifact name="a.jar"><sha256 value="0a"><also-trust value="0b"/></sha256></artifact></component></components>'
        "</verification-metadata>"
    )
    assert dependencies("verification-metadata", content) == [
        "g:a 1 lock #a.jar sha256:0a #a.jar sha256:0b"
    ]
    assert options("verification-metadata", content) == [
        "registry-changed verify-metadata false",
        "registry-changed trusted-artifacts trust group=g",
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<x/>", id="another document"),
        pytest.param(
            "<verification-metadata><components><component/></components></verification-metadata>",
            id="a component without coordinates",
        ),
    ],
)
def test_verification_metadata_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("verification-metadata", content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "distributionUrl=https\\://x.example/d/gradle-8.5-bin.zip\ndistributionSha256Sum=0a\n",
            ["gradle 8.5 build registry:x.example/d #0a"],
            id="gradle",
        ),
        pytest.param(
            "wrapperUrl=https://x.example/w/maven-wrapper-3.2.0.jar\n",
            ["maven-wrapper 3.2.0 build registry:x.example/w"],
            id="maven's own wrapper",
        ),
    ],
)
def test_reads_wrappers(content: str, expected: list[str]) -> None:
    assert dependencies("gradle-wrapper", content) == expected


def test_a_wrapper_without_an_address_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("gradle-wrapper", "x=1\n")

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

ARTIFACT = "<groupId>g</groupId><artifactId>a</artifactId>"


def pom(inner: str) -> str:
    return (
        '<project xmlns="urn:x"><groupId>me</groupId><artifactId>app</artifactId><version>1.0</version>'
        f"{inner}</project>"
    )


def dependency(inner: str) -> str:
    return pom(f"<dependencies><dependency>{inner}</dependency></dependencies>")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            dependency(f"{ARTIFACT}<version> 1.2 </version><scope>test</scope>"),
            ["g:a 1.2 dev"],
            id="an artifact",
        ),
        pytest.param(
            dependency(ARTIFACT), ["g:a - runtime"], id="one whose version is managed elsewhere"
        ),
        pytest.param(
            pom("<properties><v>${w}</v><w>2</w></properties>")[:-10]
            + f"<dependencies><dependency>{ARTIFACT}<version>${{v}}</version></dependency></dependencies></project>",
            ["g:a 2 runtime"],
            id="properties are followed",
        ),
        pytest.param(
            dependency(f"{ARTIFACT}<version>${{v}}</version>"),
            ["g:a ${v} runtime +dynamic"],
            id="what cannot be followed is dynamic",
        ),
        pytest.param(
            dependency(
                "<groupId>${project.groupId}</groupId><artifactId>b</artifactId><version>${project.version}</version>"
            ),
            ["me:b - runtime workspace:"],
            id="a module of the same build has no version, so that a release is no change",
        ),
        pytest.param(
            dependency("<groupId>me</groupId><artifactId>b</artifactId><version>1.0</version>"),
            ["me:b - runtime workspace:"],
            id="also where the version is written out",
        ),
        pytest.param(
            dependency(
                f"{ARTIFACT}<exclusions><exclusion><groupId>x</groupId></exclusion></exclusions>"
            ),
            ["g:a - runtime"],
            id="exclusions are none",
        ),
        pytest.param(
            pom(
                f"<dependencyManagement><dependencies><dependency>{ARTIFACT}<version>1</version><scope>import</scope></dependency>"
                "</dependencies></dependencyManagement>"
            ),
            ["g:a 1 optional:import"],
            id="a bill of materials",
        ),
        pytest.param(
            pom(
                "<build><plugins><plugin><artifactId>p</artifactId><version>1</version><dependencies><dependency>"
                f"{ARTIFACT}<version>2</version></dependency></dependencies></plugin></plugins></build>"
            ),
            ["org.apache.maven.plugins:p 1 build", "g:a 2 build"],
            id="a plugin and what it needs",
        ),
        pytest.param(
            pom(f"<parent>{ARTIFACT}<version>1</version></parent>"),
            ["g:a 1 build"],
            id="a parent from elsewhere",
        ),
        pytest.param(
            f"<project><parent>{ARTIFACT}<version>1</version></parent><artifactId>m</artifactId></project>",
            [],
            id="a parent of the same build is the project itself",
        ),
        pytest.param(
            f"<extensions><extension>{ARTIFACT}<version>1</version></extension></extensions>",
            ["g:a 1 build"],
            id="an extension of the build",
        ),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("pom", content) == expected


def test_repositories_to_read_from_and_not_those_to_write_to() -> None:
    content = pom(
        "<repositories><repository><id>r</id><url>https://registry.example</url></repository></repositories>"
        "<distributionManagement><repository><id>d</id><url>https://d.example</url></repository></distributionManagement>"
    )
    assert options("pom", content) == ["registry-changed repository r https://registry.example"]


def test_properties_that_unfold_without_end_are_cut_off() -> None:
    grown = "".join(f"<p{n}>{f'${{p{n + 1}}}' * 50}</p{n}>" for n in range(30))
    content = pom(f"<properties>{grown}</properties>").replace(
        "</project>",
        f"<dependencies><dependency>{ARTIFACT}<version>${{p0}}</version></dependency></dependencies></project>",
    )
    assert len(read("pom", content).dependencies[0].requirement) < 10_000


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            dependency(f"{ARTIFACT}<version>1</version><version>2</version>"), id="two versions"
        ),
        pytest.param('<!DOCTYPE x [<!ENTITY a "b">]>' + pom(""), id="a document type"),
        pytest.param("<html/>", id="another document"),
        pytest.param("<project>", id="an open element"),
        pytest.param(dependency("<groupId>g</groupId>"), id="a dependency without a name"),
        pytest.param("<a>" * 5000, id="elements without end"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("pom", content)

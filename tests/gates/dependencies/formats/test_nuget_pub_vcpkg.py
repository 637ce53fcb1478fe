"""NuGet, Dart's pub, vcpkg, Maven's extensions, Package.swift, tox.ini and packages that lie there as files."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('<PackageReference Include="A.B" Version="1.0" />', ["a.b 1.0 runtime"], id="an attribute"),
        pytest.param('<PackageReference Include="A"><Version>1.0</Version></PackageReference>', ["a 1.0 runtime"], id="an element"),
        pytest.param('<PackageReference Include="A" />', ["a - runtime workspace:"], id="a version that the solution holds"),
        pytest.param('<PackageVersion Include="A;B" Version="[1.0]" />', ["a [1.0] runtime", "b [1.0] runtime"], id="two names in one item"),
        pytest.param('<PackageReference Include="A" VersionOverride="2.0" />', ["a 2.0 runtime +override"], id="a version instead of the solution's"),
        pytest.param('<PackageReference Include="$(X)" Version="1" />', ["$(x) 1 runtime +dynamic"], id="a computed name"),
        pytest.param('<PackageReference Include="A" Version="$(Nowhere)" />', ["a $(Nowhere) runtime"], id="a property of another file"),
        pytest.param('<ProjectReference Include="../B/B.csproj" /><Reference Include="System" />', [], id="what is no package"),
        pytest.param('<Sdk Name="Some.Sdk" Version="1.2" />', ["some.sdk 1.2 build"], id="an SDK"),
        pytest.param('<Import Project="Sdk.props" Sdk="Some.Sdk/1.2" />', ["some.sdk 1.2 build"], id="an import from an SDK"),
    ],
)  # fmt: skip
def test_an_item_of_a_project(content: str, expected: list[str]) -> None:
    project = f'<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>{content}</ItemGroup></Project>'
    assert dependencies("nuget-project", project, "a.csproj") == expected


def test_packages_config() -> None:
    content = '<packages><package id="A" version="1.0" targetFramework="net48" /></packages>'
    assert dependencies("nuget-project", content, "packages.config") == ["a 1.0 runtime"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("^1.0", "a ^1.0 runtime", id="a range"),
        pytest.param("any", "a any runtime", id="any version"),
        pytest.param("", "a - runtime", id="nothing"),
        pytest.param("{path: ../a}", "a - runtime path:../a", id="a folder"),
        pytest.param("{git: https://host.example/a.git}", "a - runtime git:host.example/a", id="a repository"),
        pytest.param("{git: {url: https://host.example/a.git, ref: v1.0}}", "a - runtime git:host.example/a@v1.0/tag", id="a tag of a repository"),
        pytest.param("{hosted: https://own.example, version: ^1.0}", "a ^1.0 runtime registry:own.example", id="a registry of its own"),
        pytest.param("{hosted: {name: a, url: https://own.example}, version: ^1.0}", "a ^1.0 runtime registry:own.example", id="the longer form of it"),
    ],
)  # fmt: skip
def test_a_line_of_a_pubspec(value: str, expected: str) -> None:
    assert dependencies("pubspec", f"name: x\ndependencies:\n  a: {value}\n") == [expected]


def test_what_comes_with_the_sdk_is_no_dependency() -> None:
    assert dependencies("pubspec", "dependencies:\n  flutter:\n    sdk: flutter\n") == []


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param('.package(url: "https://h.example/o/a.git", from: "1.0")', "a from: 1.0 runtime git:h.example/o/a", id="from a version"),
        pytest.param('.package(url: "https://h.example/o/a", .upToNextMinor(from: "1.0"))', "a .upToNextMinor(from: 1.0) runtime git:h.example/o/a", id="a range that is a call"),
        pytest.param('.package(url: "https://h.example/o/a", "1.0"..<"2.0")', "a 1.0..<2.0 runtime git:h.example/o/a", id="a range"),
        pytest.param('.package(url: "https://h.example/o/a", branch: "main")', "a branch: main runtime git:h.example/o/a@main/branch", id="a branch"),
        pytest.param(f'.package(url: "https://h.example/o/a", revision: "{"a" * 40}")', f"a revision: {'a' * 40} runtime git:h.example/o/a@{'a' * 40}/sha", id="a commit"),
        pytest.param('.package(name: "B", path: "../B")', "b - runtime path:../B", id="a folder"),
        pytest.param('.package(id: "scope.a", exact: "1.0")', "scope.a exact: 1.0 runtime", id="a registry's identity"),
    ],
)  # fmt: skip
def test_a_package_of_a_swift_manifest(call: str, expected: str) -> None:
    assert dependencies("package-swift", f"let p = Package(dependencies: [{call}])") == [expected]


def test_what_is_computed_or_commented_out_in_a_swift_manifest() -> None:
    content = '// .package(url: "https://h.example/a", from: "1")\n/* .package(path: "b") */ .package(url: base + "/c", from: "1")'
    assert dependencies("package-swift", content) == []
    assert options("package-swift", content) == ['dynamic .package url: base + "/c", from: "1"']


@pytest.mark.parametrize(
    ("deps", "expected"),
    [
        pytest.param("pytest>=7", ["pytest >=7 dev"], id="one"),
        pytest.param("\n    pytest>=7\n    py311: six\n    py{38,39},!win: attrs==1.0", ["pytest >=7 dev", "six - dev", "attrs ==1.0 dev"], id="under conditions"),
        pytest.param("\n    {[base]deps}\n    .[test]\n    # six", [], id="what is no package"),
    ],
)  # fmt: skip
def test_the_deps_of_a_tox_environment(deps: str, expected: list[str]) -> None:
    assert dependencies("tox-ini", f"[testenv:a]\ndeps = {deps}\ncommands = pytest\n") == expected


def test_sections_of_other_tools_in_a_tox_ini_are_not_read() -> None:
    assert dependencies("tox-ini", "[flake8]\ndeps = six\n[pytest]\nrequires = six\n") == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("vendor/left_pad-1.0.2-py3-none-any.whl", "left_pad 1.0.2"),
        ("libs/commons-lang3-3.12.0.jar", "commons-lang3 3.12.0"),
        ("libs/core-1.0-SNAPSHOT.jar", "core 1.0-SNAPSHOT"),
        ("feed/Newtonsoft.Json.13.0.3.nupkg", "newtonsoft.json 13.0.3"),
        ("gradle/wrapper/gradle-wrapper.jar", "gradle-wrapper -"),
    ],
)
def test_a_package_that_lies_there_as_a_file(path: str, expected: str) -> None:
    (found,) = read("package-file", b"PK", path).dependencies
    assert f"{found.name} {found.version or '-'}" == expected
    assert len(found.hashes) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("bun-lockb", "#!/usr/bin/env bun", id="a lock that only bun reads"),
        pytest.param("nuget-lock", '{"version": 3, "dependencies": {}}', id="an unknown version"),
        pytest.param("nuget-lock", '{"version": 1, "dependencies": {"net8.0": {"a": {"type": "Direct"}}}}', id="a package without a version"),
        pytest.param("nuget-project", "<html/>", id="no project"),
        pytest.param("pubspec-lock", "packages:\n  a:\n    source: ftp\n", id="a source of an unknown kind"),
        pytest.param("tox-ini", "[tox]\nrequires = a\n[tox]\n", id="a section twice"),
        pytest.param("vcpkg", '{"dependencies": [1]}', id="a dependency that is a number"),
        pytest.param("maven-extensions", "<extensions><extension/></extensions>", id="an extension without a name"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content)

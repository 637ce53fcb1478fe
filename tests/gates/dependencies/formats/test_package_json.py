import json

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param({"dependencies": {"a": "^1"}}, ["a ^1 runtime"], id="a dependency"),
        pytest.param({"devDependencies": {"a": "^1"}}, ["a ^1 dev"], id="one for development"),
        pytest.param(
            {"peerDependencies": {"a": ">=1"}}, ["a >=1 optional:peer"], id="one of the host's"
        ),
        pytest.param(
            {"optionalDependencies": {"a": "1"}}, ["a 1 runtime +optional"], id="one that may fail"
        ),
        pytest.param(
            {"dependencies": {"a": "1"}, "bundledDependencies": ["a", "b"]},
            ["a 1 runtime", "b - runtime"],
            id="a bundled package that nothing else names",
        ),
        pytest.param(
            {"dependencies": {"a": "npm:@s/real@^2"}},
            ["@s/real npm:@s/real@^2 runtime alias:@s/real +alias"],
            id="an alias shows the real name",
        ),
        pytest.param(
            {"dependencies": {"a": "owner/name#v1.2.0"}},
            ["a owner/name#v1.2.0 runtime git:github.com/owner/name@v1.2.0/tag"],
            id="a forge's short form",
        ),
        pytest.param(
            {"dependencies": {"a": "gitlab:owner/name#main"}},
            ["a gitlab:owner/name#main runtime git:gitlab.com/owner/name@main/branch"],
            id="another forge's",
        ),
        pytest.param(
            {"dependencies": {"a": "git+ssh://git@git.example/x/a.git#" + "0" * 40}},
            [
                f"a git+ssh://git@git.example/x/a.git#{'0' * 40} runtime git:git.example/x/a@{'0' * 40}/sha"
            ],
            id="a repository at a commit",
        ),
        pytest.param(
            {"dependencies": {"a": "https://files.example/a.tgz"}},
            ["a https://files.example/a.tgz runtime url:files.example/a.tgz"],
            id="an address",
        ),
        pytest.param(
            {"dependencies": {"a": "file:../a"}}, ["a file:../a runtime path:../a"], id="a folder"
        ),
        pytest.param(
            {"dependencies": {"a": "workspace:^"}},
            ["a workspace:^ runtime workspace:"],
            id="a workspace",
        ),
        pytest.param(
            {"dependencies": {"a": "catalog:x"}},
            ["a catalog:x runtime workspace:catalog:x"],
            id="a catalog",
        ),
        pytest.param(
            {"overrides": {"a": {".": "1", "b@2": "3"}, "c": "$c"}},
            ["a 1 override +override", "b 3 override +override", "c $c override +override"],
            id="nested overrides",
        ),
        pytest.param(
            {"resolutions": {"**/@s/a/**/b": "1", "@s/c@npm:^1": "2"}},
            ["b 1 override +override", "@s/c 2 override +override"],
            id="resolutions by path",
        ),
        pytest.param(
            {"pnpm": {"overrides": {"x@>1>@s/a@>=2": "3"}}},
            ["@s/a 3 override +override"],
            id="overrides of pnpm by path",
        ),
        pytest.param(
            {"packageManager": "pnpm@9.1.0+sha512.0a"},
            ["pnpm 9.1.0 build #sha512.0a"],
            id="the package manager",
        ),
        pytest.param(
            {"name": "me", "engines": {"node": ">=1"}, "config": {"dependencies": {"a": "1"}}},
            [],
            id="what is no dependency",
        ),
    ],
)
def test_reads(document: object, expected: list[str]) -> None:
    assert dependencies("package-json", json.dumps(document, indent=2)) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            {"scripts": {"postinstall": "node x", "test": "jest"}},
            ["install-script scripts.postinstall node x"],
            id="a script that runs at installation, and not one that does not",
        ),
        pytest.param(
            {"trustedDependencies": ["a"]},
            ["install-script trustedDependencies a true"],
            id="a package whose scripts bun runs",
        ),
        pytest.param(
            {"pnpm": {"onlyBuiltDependencies": ["a"]}},
            ["install-script onlyBuiltDependencies a true"],
            id="a package whose scripts pnpm runs",
        ),
    ],
)
def test_reads_options(document: object, expected: list[str]) -> None:
    assert options("package-json", json.dumps(document)) == expected


def test_lines_are_those_of_the_field() -> None:
    content = '{\n "peerDependencies": {"a": "2"},\n "dependencies": {\n  "a": "1"\n }\n}\n'
    assert [one.line for one in read("package-json", content).dependencies] == [4, 2]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            '{"dependencies": {}, "dependencies": {"a": "1"}}', id="a key that stands twice"
        ),
        pytest.param('{"dependencies": {"a": 1}}', id="a specifier that is no text"),
        pytest.param('{"dependencies": ["a"]}', id="dependencies that are no object"),
        pytest.param("[]", id="no object"),
        pytest.param("{", id="no JSON"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("package-json", content)

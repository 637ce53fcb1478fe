"""flake.nix: inputs however they are written, and whatever stands in the program behind them."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        pytest.param('inputs.a.url = "github:o/r";', ["a github:o/r runtime git:github.com/o/r"], id="a path of attributes"),
        pytest.param('inputs = { a.url = "github:o/r"; };', ["a github:o/r runtime git:github.com/o/r"], id="a set of inputs"),
        pytest.param('inputs.a = { flake = false; url = "github:o/r"; };', ["a github:o/r runtime git:github.com/o/r"], id="a set of one input"),
        pytest.param('inputs."a".url = \'\'github:o/r\'\';', ["a github:o/r runtime git:github.com/o/r"], id="other quotes"),
        pytest.param('inputs.a.url = "github:o/r/main";', ["a github:o/r/main runtime git:github.com/o/r@main/branch"], id="a branch"),
        pytest.param(f'inputs.a.url = "github:o/r/{COMMIT}";', [f"a github:o/r/{COMMIT} runtime git:github.com/o/r@{COMMIT}/sha"], id="a commit"),
        pytest.param('inputs.a.url = "gitlab:o/r?host=h.example&ref=v1";', ["a gitlab:o/r?host=h.example&ref=v1 runtime git:h.example/o/r@v1/tag"], id="a forge of one's own"),
        pytest.param('inputs.a.url = "git+ssh://git@h.example/o/r?ref=main&shallow=1";', ["a git+ssh://git@h.example/o/r?ref=main&shallow=1 runtime git:h.example/o/r@main/branch"], id="a repository"),
        pytest.param('inputs.a.url = "https://h.example/a.tar.gz";', ["a https://h.example/a.tar.gz runtime url:h.example/a.tar.gz"], id="an archive"),
        pytest.param('inputs.a.url = "path:./a"; inputs.b.url = "../b";', ["a path:./a runtime path:path:./a", "b ../b runtime path:../b"], id="folders"),
        pytest.param('inputs.a.url = "nixpkgs/nixos-24.05";', ["a nixpkgs/nixos-24.05 runtime"], id="a name of the registry"),
        pytest.param('inputs.a = { type = "github"; owner = "o"; repo = "r"; ref = "main"; };', ["a main runtime git:github.com/o/r@main/branch"], id="attributes instead of an address"),
        pytest.param('inputs.a.follows = "b/a";', ["a - runtime workspace:b/a"], id="the input of another input"),
        pytest.param('inputs.a = { url = "github:o/r"; inputs.n.follows = "n"; inputs.m.url = "github:o/m"; };', ["a github:o/r runtime git:github.com/o/r", "a/m github:o/m runtime git:github.com/o/m +override"], id="inputs of an input"),
        pytest.param('# inputs.a.url = x;\n/* inputs.b.url = y; */ description = "inputs";', [], id="comments"),
    ],
)  # fmt: skip
def test_an_input(attributes: str, expected: list[str]) -> None:
    assert dependencies("flake-nix", f"{{ {attributes}\n outputs = {{ self }}: {{ }}; }}") == expected  # fmt: skip


@pytest.mark.parametrize(
    "outputs",
    [
        pytest.param("{ self, ... }@inputs: { }", id="a function"),
        pytest.param('i: let a = "x"; in with i; assert true; { b = a; inputs.c.url = "github:o/c"; }', id="let, with and assert"),
        pytest.param("i: let\n inherit (i) b;\n in let c = 1; in { }", id="let in let"),
        pytest.param('i: { a = "}"; b = "\\"{"; c = "${d "}" {}}{"; e = "$${"; }', id="brackets in texts"),
        pytest.param("i: { a = ''\n  it's ''${ { ''' ${b ''}'' } {\n''; }", id="brackets in long texts"),
        pytest.param("i: { a = [ ./b.in ~/c /d/let.nix ] ++ i.e // { }; }", id="paths that look like words"),
    ],
)  # fmt: skip
def test_outputs_are_passed_over(outputs: str) -> None:
    for content in (
        f'{{ outputs = {outputs}; inputs.a.url = "github:o/r"; }}',
        f'{{ inputs.a.url = "github:o/r"; outputs = {outputs}; }}',
    ):
        assert dependencies("flake-nix", content) == [
            "a github:o/r runtime git:github.com/o/r"
        ], content


def test_caches_and_keys() -> None:
    content = '{ nixConfig = { extra-substituters = [ "https://a.example" "https://b.example" ]; commit-lock-file-summary = "x"; };\n nixConfig.trusted-public-keys = "k"; }'
    assert options("flake-nix", content) == [
        "index-changed nixConfig extra-substituters https://a.example",
        "index-changed nixConfig extra-substituters https://b.example",
        "index-changed nixConfig trusted-public-keys k",
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("let a = 1; in { }", id="no set"),
        pytest.param('{ inputs.a.url = "github:o/r";', id="a bracket that is not closed"),
        pytest.param('{ a = "b; }', id="a text that is not closed"),
        pytest.param("{ } { }", id="something behind it"),
        pytest.param("{ inputs = import ./inputs.nix; }", id="computed inputs"),
        pytest.param("{ inputs.a.url = b; }", id="a computed address"),
        pytest.param("{ = 1; }", id="no name"),
        pytest.param("{ inputs = " + "{ a = " * 200, id="too deep"),
    ],
)
def test_what_cannot_be_read(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("flake-nix", content)

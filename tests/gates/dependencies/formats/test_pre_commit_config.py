"""pre-commit's configuration: which repositories of hooks run, and what the hooks add."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

SHA = "0123456789abcdef0123456789abcdef01234567"
HOOK = "repos:\n- repo: https://f.example/a/b\n  rev: v1\n  hooks:\n  - id: x\n"
REPOSITORY = "https://f.example/a/b v1 build git:f.example/a/b@v1/tag"
LOCAL = "repos:\n- repo: local\n  hooks:\n  - id: x\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(HOOK, [REPOSITORY], id="a repository and its tag"),
        pytest.param(f"repos:\n- repo: https://f.example/a/b.git\n  rev: {SHA}  # frozen: v1.2\n  hooks: []\n", [f"https://f.example/a/b {SHA} build git:f.example/a/b@{SHA}/sha +comment:v1.2"], id="a frozen commit"),
        pytest.param("repos:\n- repo: https://f.example/a/b\n  rev: main\n  hooks: []\n", ["https://f.example/a/b main build git:f.example/a/b@main/branch"], id="a branch"),
        pytest.param("- repo: https://f.example/a/b\n  sha: v1\n  hooks: []\n", [REPOSITORY], id="the first format, a bare list with sha"),
        pytest.param("repos:\n- repo: https://GitHub.com/Owner/Name\n  rev: v1\n  hooks: []\n", ["https://github.com/owner/name v1 build git:github.com/owner/name@v1/tag"], id="a forge that takes a name in any case"),
        pytest.param("repos:\n- repo: meta\n  hooks:\n  - id: x\n", [], id="meta hooks"),
        pytest.param(HOOK + '    additional_dependencies: ["tool==1", "black[jupyter]"]\n', [REPOSITORY, "tool ==1 build", "black - build +extras:jupyter"], id="Python packages"),
        pytest.param(HOOK + "    additional_dependencies: [prettier@3.0, '@s/p@1']\n", [REPOSITORY, "prettier 3.0 build", "@s/p 1 build"], id="npm packages where only the repository knows the language"),
        pytest.param(LOCAL + "    language: node\n    additional_dependencies: [eslint@9]\n", ["eslint 9 build"], id="npm packages"),
        pytest.param(LOCAL + "    language: golang\n    additional_dependencies: [f.example/x@v1]\n", ["f.example/x v1 build"], id="Go modules"),
        pytest.param(LOCAL + "    language: docker_image\n    entry: x/y:1 cmd\n", ["x/y 1 build image:@1/tag"], id="an image"),
        pytest.param(LOCAL + "    language: system\n    entry: pipx run tool\n", ["tool - build"], id="an entry that installs"),
    ],
)  # fmt: skip
def test_what_the_hooks_take(content: str, expected: list[str]) -> None:
    assert dependencies("pre-commit-config", content) == expected


def test_what_cannot_be_read_is_shown() -> None:
    content = HOOK + "    additional_dependencies: ['./local thing']\n"
    assert options("pre-commit-config", content) == [
        "dynamic additional_dependencies ./local thing"
    ]


@pytest.mark.parametrize("content", ["repos: text\n", "repos: [a]\n", "repos: [\n", "text\n"])
def test_what_is_no_configuration_is_not_silence(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("pre-commit-config", content)

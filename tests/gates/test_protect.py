"""The protect gate: what guards the repository guards itself, by the policy of the base."""

import pytest

from fakes import Content, change
from hunkgate import policy
from hunkgate.gates import GATES, protect

A = b"a\n"
POLICY = b'[approvals]\nsigners = "keys/signers"\n[protect]\nalso = ["SECURITY.md"]\n'


def found(
    before: dict[str, Content],
    after: dict[str, Content],
    table: bytes = POLICY,
    renames: dict[str, str] | None = None,
) -> list[str]:
    judging = policy.parse({"hunkgate.toml": table} if table else {}, GATES, "base")
    return [
        one.rule for one in protect.GATE.findings(change(before, after, renames=renames), judging)
    ]


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        pytest.param("hunkgate.toml", "protect/policy", id="the policy"),
        pytest.param("HUNKGATE.TOML", "protect/policy", id="the policy under another case"),
        pytest.param("keys/signers", "protect/signers", id="the signers that the policy names"),
        pytest.param(".pre-commit-config.yaml", "protect/hooks", id="pre-commit's configuration"),
        pytest.param("lefthook.yml", "protect/hooks", id="lefthook's configuration"),
        pytest.param(".husky/pre-push", "protect/hooks", id="husky's hooks"),
        pytest.param(
            "deep/down/.gitattributes", "protect/attributes", id="attributes at any depth"
        ),
        pytest.param(".github/workflows/ci.yml", "protect/workflow", id="a workflow"),
        pytest.param(
            ".GitHub/Workflows/ci.yml", "protect/workflow", id="a workflow under another case"
        ),
        pytest.param(".gitlab-ci.yml", "protect/workflow", id="GitLab's pipeline"),
        pytest.param("CODEOWNERS", "protect/workflow", id="the code owners"),
        pytest.param("AGENTS.md", "protect/agent", id="instructions for agents"),
        pytest.param(
            "sub/.claude/settings.json", "protect/agent", id="an agent's settings at any depth"
        ),
        pytest.param("SECURITY.md", "protect/also", id="what the policy adds"),
    ],
)
def test_each_touch_is_found(path: str, rule: str) -> None:
    assert found({}, {path: A}) == [rule]
    assert found({path: A}, {path: b"b"}) == [rule]
    assert found({path: A}, {}) == [rule]
    assert found({path: A}, {"elsewhere": A}, renames={"elsewhere": path}) == [rule]


@pytest.mark.parametrize(
    "path",
    [
        "src/agents.py",
        "docs/CLAUDE.txt",
        "x/hunkgate.toml/y",
        "github/workflows/ci.yml",
        "docs/workflows.md",
        "pyproject.toml",
    ],
)
def test_other_files_are_free(path: str) -> None:
    assert found({}, {path: A}) == []


PROJECT: dict[str, tuple[bytes, bytes, list[str]]] = {
    "a dependency added": (b"[tool.hunkgate]\n", b"[tool.hunkgate]\n[project]\nname='x'\n", []),
    "a setting changed": (
        b"[tool.hunkgate.size]\nmax-lines=1\n",
        b"[tool.hunkgate.size]\nmax-lines=2\n",
        ["protect/policy"],
    ),
    "the table removed": (b"[tool.hunkgate]\nbase='m'\n", b"", ["protect/policy"]),
    "the table added": (b"", b"[tool.hunkgate]\nbase='m'\n", ["protect/policy"]),
    "the file no longer TOML": (b"[tool.hunkgate]\n", b"[tool.hunkgate\n", ["protect/policy"]),
    "a comment that names the tool": (b"", b"# hunkgate\n", []),
}


@pytest.mark.parametrize(("before", "after", "expected"), PROJECT.values(), ids=PROJECT)
def test_of_pyproject_only_the_policy_table_is_protected(
    before: bytes, after: bytes, expected: list[str]
) -> None:
    assert found({"pyproject.toml": before}, {"pyproject.toml": after}) == expected


def test_nothing_is_protected_before_a_policy_is_there() -> None:
    assert found({}, {"hunkgate.toml": POLICY, "AGENTS.md": A}, table=b"") == []


def test_a_list_can_be_left_out_but_not_the_policy() -> None:
    table = b"[protect]\nagents = false\n"
    assert found({}, {"AGENTS.md": A, "hunkgate.toml": A}, table=table) == ["protect/policy"]

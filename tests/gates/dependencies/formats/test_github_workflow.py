"""GitHub workflows and actions: what they use and install."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

SHA = "0123456789abcdef0123456789abcdef01234567"


def steps(*lines: str) -> str:
    return "jobs:\n  a:\n    steps:\n" + "".join(f"      {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(steps(f"- uses: o/n@{SHA} # v4.1"), [f"o/n {SHA} build git:o/n@{SHA}/sha +comment:v4.1"], id="a commit and what its comment claims"),
        pytest.param(steps(f"- uses: 'o/n@{SHA}'  # tag=v4"), [f"o/n {SHA} build git:o/n@{SHA}/sha +comment:v4"], id="a comment of another tool"),
        pytest.param(steps("- uses: o/n@v4 # v3"), ["o/n v4 build git:o/n@v4/tag"], id="a tag"),
        pytest.param(steps("- uses: o/n@main"), ["o/n main build git:o/n@main/branch"], id="a branch"),
        pytest.param(steps("- uses: o/n/sub/folder@v1"), ["o/n/sub/folder v1 build git:o/n@v1/tag"], id="an action in a folder"),
        pytest.param(steps("- uses: Owner/Name/Sub@v1"), ["owner/name/Sub v1 build git:owner/name@v1/tag"], id="an owner in any case"),
        pytest.param(steps("- uses: ./local", "- uses: ../x"), [], id="local actions"),
        pytest.param(steps("- uses: docker://x/y:1"), ["x/y 1 build image:@1/tag"], id="an image as an action"),
        pytest.param("jobs:\n  a:\n    uses: o/n/.github/workflows/w.yml@v1\n", ["o/n/.github/workflows/w.yml v1 build git:o/n@v1/tag"], id="a reusable workflow"),
        pytest.param("jobs:\n  a:\n    container: node:20\n    services:\n      db:\n        image: postgres:16\n", ["node 20 build image:@20/tag", "postgres 16 build image:@16/tag"], id="containers and services"),
        pytest.param("jobs:\n  a:\n    container:\n      image: node:20\n", ["node 20 build image:@20/tag"], id="a container as a mapping"),
        pytest.param(steps("- uses: o/n@v1", "  with:", "    image: x:1"), ["o/n v1 build git:o/n@v1/tag"], id="an input that is called image"),
        pytest.param(steps("- run: pip install a==1"), ["a ==1 build"], id="a script on one line"),
        pytest.param(steps("- run: |", "    x", "    npm i b"), ["b - build"], id="a script of several lines"),
    ],
)  # fmt: skip
def test_what_a_workflow_takes(content: str, expected: list[str]) -> None:
    assert dependencies("github-workflow", content) == expected


def test_what_an_action_takes() -> None:
    content = "runs:\n  using: composite\n  steps:\n    - uses: o/n@v1\n"
    assert dependencies("github-action", content) == ["o/n v1 build git:o/n@v1/tag"]
    image = "runs:\n  using: docker\n  image: docker://x:1\n"
    assert dependencies("github-action", image) == ["x 1 build image:@1/tag"]
    assert dependencies("github-action", image.replace("docker://x:1", "Dockerfile")) == []


def test_what_moves_where_packages_come_from() -> None:
    content = steps(
        "- env:",
        "    PIP_INDEX_URL: https://e.example",
        "  uses: o/n@v1",
        "  with:",
        "    registry-url: https://r.example",
    )
    assert sorted(options("github-workflow", content)) == [
        "index-changed PIP_INDEX_URL https://e.example",
        "index-changed registry-url https://r.example",
    ]


def test_lines_are_the_files() -> None:
    content = steps(
        "- uses: o/n@v1", "- run: |", "    x", "    pip install a", "- run: pip install b"
    )
    found = {one.name: one.line for one in read("github-workflow", content).dependencies}
    assert found == {"o/n": 4, "a": 7, "b": 8}


@pytest.mark.parametrize("content", ["- a\n", "a: [\n", "a: 1\na: 2\n", "just text\n"])
def test_what_is_no_workflow_is_not_silence(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("github-workflow", content)

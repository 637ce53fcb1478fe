import json

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read

SHA = "0" * 40


@pytest.mark.parametrize(
    ("locked", "expected"),
    [
        pytest.param(
            {
                "type": "github",
                "owner": "o",
                "repo": "r",
                "rev": SHA,
                "narHash": "sha256-A",
                "lastModified": 1,
            },
            [f"a {SHA} lock git:github.com/o/r@{SHA}/sha #sha256-A"],
            id="a forge's repository",
        ),
        pytest.param(
            {"type": "git", "url": "https://git.example/r.git", "rev": SHA},
            [f"a {SHA} lock git:git.example/r@{SHA}/sha"],
            id="a repository",
        ),
        pytest.param(
            {"type": "tarball", "url": "https://x.example/a.tar.gz", "narHash": "sha256-A"},
            ["a sha256-A lock url:x.example/a.tar.gz #sha256-A"],
            id="an archive is named by its content",
        ),
    ],
)
def test_reads(locked: object, expected: list[str]) -> None:
    nodes = {"a": {"locked": locked, "original": {}}, "root": {"inputs": {"a": "a"}}}
    content = json.dumps({"nodes": nodes, "root": "root", "version": 7})
    assert dependencies("flake-lock", content) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"version": 99, "nodes": {}}', id="a version that is not known"),
        pytest.param('{"version": 7}', id="no nodes"),
        pytest.param(
            '{"version": 7, "nodes": {"a": {}}, "root": "root"}', id="an input that is not locked"
        ),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("flake-lock", content)

import json

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read

SHA = "0" * 40
STATE = {"revision": SHA, "version": "1.0.0"}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            {
                "version": 1,
                "object": {
                    "pins": [
                        {
                            "package": "A",
                            "repositoryURL": "https://git.example/x/a.git",
                            "state": STATE,
                        }
                    ]
                },
            },
            [f"a 1.0.0 lock git:git.example/x/a@{SHA}/sha"],
            id="version 1 is named by its address, as later ones are",
        ),
        pytest.param(
            {
                "version": 2,
                "pins": [
                    {
                        "identity": "a",
                        "kind": "remoteSourceControl",
                        "location": "https://git.example/x/a",
                        "state": STATE,
                    }
                ],
            },
            [f"a 1.0.0 lock git:git.example/x/a@{SHA}/sha"],
            id="version 2",
        ),
        pytest.param(
            {
                "version": 3,
                "originHash": "0a",
                "pins": [
                    {
                        "identity": "a",
                        "location": "https://git.example/x/a",
                        "state": {"branch": "main", "revision": SHA},
                    }
                ],
            },
            [f"a {SHA} lock git:git.example/x/a@{SHA}/sha"],
            id="a branch is at a revision",
        ),
    ],
)
def test_reads(document: object, expected: list[str]) -> None:
    assert dependencies("package-resolved", json.dumps(document)) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"version": 9, "pins": []}', id="a version that is not known"),
        pytest.param('{"version": 2}', id="no pins"),
        pytest.param('{"version": 2, "pins": [{}]}', id="a pin without a state"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("package-resolved", content)

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            '# made by a tool\nprovider "registry.example/x/a" {\n  version     = "1.0.0"\n  constraints = "~> 1.0"\n  hashes = [\n    "h1:AA=",\n    "zh:00",\n  ]\n}\n',
            ["registry.example/x/a 1.0.0 lock #h1:AA= #zh:00"],
            id="a provider with its hashes",
        ),
        pytest.param(
            'provider "registry.example/x/a" {\n  version = "1.0.0"\n  hashes = ["h1:AA="]\n}\n\nprovider "registry.example/x/b" {\n  version = "2.0.0"\n}\n',
            ["registry.example/x/a 1.0.0 lock #h1:AA=", "registry.example/x/b 2.0.0 lock"],
            id="hashes on one line, and none",
        ),
        pytest.param("# nothing yet\n", [], id="no provider"),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("terraform-lock", content) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('provider "x/a" {\n  version = "1"\n', id="an open block"),
        pytest.param('provider "x/a" {\n}\n', id="a provider without a version"),
        pytest.param(
            'provider "x/a" {\n  version = "1"\n  hashes = [\n    evil\n  ]\n}\n',
            id="a hash that is none",
        ),
        pytest.param('module "x" {\n}\n', id="another block"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("terraform-lock", content)

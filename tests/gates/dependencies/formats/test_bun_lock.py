import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


def lock(entry: str) -> str:
    return f'{{\n  "lockfileVersion": 1,\n  "packages": {{\n    {entry},\n  }},\n}}\n'


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            '"@s/a": ["@s/a@1.0.0", "", {}, "sha512-A"]',
            ["@s/a 1.0.0 lock #sha512-A"],
            id="a package",
        ),
        pytest.param(
            '"a": ["a@1.0.0", "", {}, "sha512-A"],\n"b/a": ["a@1.0.0", "", {}, "sha512-A"]',
            ["a 1.0.0 lock #sha512-A"],
            id="a package in two places is one",
        ),
        pytest.param(
            '"a": ["real@1.0.0", "", {}, "sha512-A"]',
            ["real 1.0.0 lock +alias #sha512-A"],
            id="an alias",
        ),
        pytest.param(
            '"a": ["a@1.0.0", "https://registry.example/a/-/a-1.0.0.tgz", {}, "sha512-A"]',
            ["a 1.0.0 lock registry:registry.example #sha512-A"],
            id="a registry of its own",
        ),
        pytest.param(
            '"a": ["a@github:x/a#0a1b2c3", {}, "x-a-0a1b2c3"]',
            ["a 0a1b2c3 lock git:github.com/x/a@0a1b2c3/sha"],
            id="a forge's repository",
        ),
        pytest.param('"a": ["a@file:../a", {}]', ["a - lock path:../a"], id="a folder"),
        pytest.param('"w": ["w@workspace:packages/w"]', [], id="a workspace is the project itself"),
    ],
)
def test_reads(entry: str, expected: list[str]) -> None:
    assert dependencies("bun-lock", lock(entry)) == expected


def test_names_the_packages_that_may_run_their_scripts() -> None:
    content = '{"lockfileVersion": 1, "trustedDependencies": ["a"], "packages": {}}'
    assert options("bun-lock", content) == ["install-script trustedDependencies a true"]


def test_commas_and_strokes_in_texts_are_kept() -> None:
    content = '{"lockfileVersion": 1, /* , } */ "packages": {"a,}//": ["a,}//@1", "", {},],},}'
    assert dependencies("bun-lock", content) == ["a,}// 1 lock"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"lockfileVersion": 99, "packages": {}}', id="a version that is not known"),
        pytest.param('{"lockfileVersion": 1, "packages": {"a": {}}}', id="a package that is none"),
        pytest.param(
            '{"lockfileVersion": 1, "packages": {}, "packages": {}}', id="a key that stands twice"
        ),
        pytest.param('{"lockfileVersion": 1,, }', id="two commas"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("bun-lock", content)

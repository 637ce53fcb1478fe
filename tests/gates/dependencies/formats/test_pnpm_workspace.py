import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("packages: [a/*]\ncatalog:\n  a: ^1\n", ["a ^1 runtime"], id="the catalog"),
        pytest.param("catalogs:\n  x:\n    a: 1.10\n", ["a 1.10 optional:x"], id="a named catalog"),
        pytest.param(
            "overrides:\n  b>a: npm:c@1\n",
            ["c npm:c@1 override alias:c +alias +override"],
            id="an override",
        ),
        pytest.param(
            "configDependencies:\n  a: 1.0.0+sha512-A\n",
            ["a 1.0.0 build #sha512-A"],
            id="a configuration",
        ),
        pytest.param("packages: [a/*]\n", [], id="nothing but workspaces"),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("pnpm-workspace", content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "onlyBuiltDependencies: [a]\n",
            ["install-script onlyBuiltDependencies a true"],
            id="one that may run its scripts",
        ),
        pytest.param(
            "allowBuilds:\n  a: false\n",
            ["install-script allowBuilds a false"],
            id="one that may not",
        ),
        pytest.param(
            "registries:\n  '@s': https://registry.example/\n",
            ["registry-changed registries @s https://registry.example/"],
            id="a registry",
        ),
        pytest.param(
            "dangerouslyAllowAllBuilds: true\n",
            ["install-script dangerouslyAllowAllBuilds true"],
            id="all may run theirs",
        ),
    ],
)
def test_reads_options(content: str, expected: list[str]) -> None:
    assert options("pnpm-workspace", content) == expected


def test_a_catalog_that_is_no_mapping_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("pnpm-workspace", "catalog: [a]\n")

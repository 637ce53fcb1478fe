import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import options, read


@pytest.mark.parametrize(
    ("format_name", "path", "content", "expected"),
    [
        pytest.param(
            "npmrc",
            ".npmrc",
            "; c\nsave-exact = true\nregistry=https://registry.example/\n@s:registry=https://s.example/\n//registry.example/:_authToken=x\n",
            [
                "registry-changed registry https://registry.example/",
                "registry-changed @s:registry https://s.example/",
            ],
            id="npm's registries, and no credentials",
        ),
        pytest.param(
            "npmrc",
            ".npmrc",
            "ignore-scripts\n",
            ["install-script ignore-scripts true"],
            id="a name alone is true",
        ),
        pytest.param(
            "yarnrc",
            ".yarnrc",
            '# c\nregistry "https://registry.example"\n"@s:registry" "https://s.example"\nyarn-path ".yarn/y.js"\n',
            [
                "registry-changed registry https://registry.example",
                "registry-changed @s:registry https://s.example",
                "install-script yarn-path .yarn/y.js",
            ],
            id="yarn 1",
        ),
        pytest.param(
            "yarnrc",
            ".yarnrc.yml",
            "nodeLinker: pnp\nnpmRegistryServer: https://registry.example\nnpmScopes:\n  s:\n    npmRegistryServer: https://s.example\nenableScripts: false\nplugins:\n  - path: p.cjs\n    spec: x\n",
            [
                "registry-changed npmRegistryServer https://registry.example",
                "registry-changed npmScopes s https://s.example",
                "install-script enableScripts false",
                "install-script plugins p.cjs path=p.cjs spec=x",
            ],
            id="a later yarn",
        ),
        pytest.param(
            "bunfig",
            "bunfig.toml",
            '[install]\nregistry = {url = "https://registry.example", token = "x"}\n[install.scopes]\ns = "https://s.example"\n',
            [
                "registry-changed install.registry https://registry.example",
                "registry-changed install.scopes s https://s.example",
            ],
            id="bun, and no credentials",
        ),
    ],
)
def test_reads(format_name: str, path: str, content: str, expected: list[str]) -> None:
    assert options(format_name, content, path) == expected


@pytest.mark.parametrize(
    ("format_name", "path", "content"),
    [
        pytest.param("yarnrc", ".yarnrc.yml", "- a\n", id="settings that are no mapping"),
        pytest.param("bunfig", "bunfig.toml", "install\n", id="no TOML"),
    ],
)
def test_is_unreadable(format_name: str, path: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(format_name, content, path)

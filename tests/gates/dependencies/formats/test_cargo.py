import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

INDEX = "registry+https://github.com/rust-lang/crates.example-index"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('[dependencies]\na = "1"\n', ["a 1 runtime"], id="a crate"),
        pytest.param(
            '[dev-dependencies]\na = "1"\n[build-dependencies]\nb = "2"\n',
            ["a 1 dev", "b 2 build"],
            id="other scopes",
        ),
        pytest.param(
            "[target.'cfg(unix)'.dependencies]\na = \"1\"\n",
            ["a 1 runtime"],
            id="one for some targets",
        ),
        pytest.param(
            '[dependencies]\na = { git = "https://git.example/x/a", branch = "main" }\n',
            ["a https://git.example/x/a@main runtime git:git.example/x/a@main/branch"],
            id="a branch of a repository",
        ),
        pytest.param(
            f'[dependencies]\na = {{ git = "https://git.example/x/a.git", rev = "{"0" * 40}" }}\n',
            [
                f"a https://git.example/x/a.git@{'0' * 40} runtime git:git.example/x/a@{'0' * 40}/sha"
            ],
            id="a commit of a repository",
        ),
        pytest.param(
            '[dependencies]\na = { path = "../a", version = "1.0.1" }\n',
            ["a - runtime path:../a"],
            id="a folder has no version, so that a release is no change",
        ),
        pytest.param(
            "[dependencies]\na.workspace = true\n", ["a - runtime workspace:"], id="the workspace's"
        ),
        pytest.param(
            '[workspace.dependencies]\na = "1"\n', ["a 1 runtime"], id="those of the workspace"
        ),
        pytest.param(
            '[dependencies]\na = { package = "real", version = "1" }\n',
            ["real 1 runtime +alias"],
            id="a renamed crate",
        ),
        pytest.param(
            '[dependencies]\na = { version = "1", features = ["y", "x"], default-features = false, optional = true }\n',
            ["a 1 runtime +extras:no-default,x,y +optional"],
            id="features",
        ),
        pytest.param(
            '[dependencies]\na = { version = "1", registry = "mine" }\n',
            ["a 1 runtime registry:mine"],
            id="a registry",
        ),
        pytest.param(
            '[patch.mine]\na = { path = "a" }\n[replace]\n"b:1.0.0" = { git = "https://git.example/b" }\n',
            [
                "a - override path:a +override",
                "b https://git.example/b override git:git.example/b +override",
            ],
            id="what replaces other crates",
        ),
        pytest.param(
            '[[test]]\nname = "t"\npath = "t.rs"\n', [], id="targets of the project are none"
        ),
        pytest.param("# workspace\n", [], id="a comment alone"),
    ],
)
def test_reads_cargo_toml(content: str, expected: list[str]) -> None:
    assert dependencies("cargo-toml", content) == expected


def test_a_build_script_that_the_manifest_names_runs_at_build_time() -> None:
    content = '[package]\nname = "me"\nbuild = "b.rs"\nlinks = "z"\n'
    assert options("cargo-toml", content) == [
        "install-script package.build b.rs",
        "install-script package.links z",
    ]
    assert read("cargo-toml", content).own == {"me"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            f'version = 4\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "{INDEX}"\nchecksum = "0a"\n',
            ["a 1.0.0 lock #0a"],
            id="a crate of the default registry",
        ),
        pytest.param(
            f'[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "{INDEX[:-5]}lndex"\n',
            ["a 1.0.0 lock registry:github.com/rust-lang/crates.example-lndex"],
            id="a look-alike of it",
        ),
        pytest.param(
            f'[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "git+https://git.example/x/a?branch=main#{"0" * 40}"\n',
            [f"a 1.0.0 lock git:git.example/x/a@{'0' * 40}/sha"],
            id="a repository",
        ),
        pytest.param(
            f'[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "{INDEX}"\n\n[metadata]\n"checksum a 1.0.0 ({INDEX})" = "0a"\n',
            ["a 1.0.0 lock #0a"],
            id="hashes of version 1 stand at the end",
        ),
        pytest.param(
            'version = 3\n[[package]]\nname = "me"\nversion = "0.1.0"\ndependencies = ["a 1.0.0"]\n',
            [],
            id="members of the workspace are the project itself",
        ),
    ],
)
def test_reads_cargo_lock(content: str, expected: list[str]) -> None:
    assert dependencies("cargo-lock", content) == expected


def test_lines_of_a_lock_are_those_of_the_tables() -> None:
    content = f'version = 4\n\n[[package]]\nname = "a"\nversion = "1"\nsource = "{INDEX}"\n'
    assert [one.line for one in read("cargo-lock", content).dependencies] == [3]


def test_reads_cargo_config() -> None:
    content = '[source.main]\nreplace-with = "m"\n[source.m]\nregistry = "https://registry.example"\n[registries.x]\nindex = "https://x.example"\ntoken = "t"\n[build]\nrustc-wrapper = "w"\njobs = 1\n'
    assert options("cargo-config", content, ".cargo/config.toml") == [
        "registry-changed source.main replace-with=m",
        "registry-changed source.m registry=https://registry.example",
        "registry-changed registries.x index=https://x.example",
        "install-script build.rustc-wrapper w",
    ]


@pytest.mark.parametrize(
    ("format_name", "content"),
    [
        pytest.param(
            "cargo-toml", "[dependencies]\na = 1\n", id="a crate that is neither text nor table"
        ),
        pytest.param("cargo-toml", "dependencies = 1\n", id="dependencies that are no table"),
        pytest.param(
            "cargo-toml", '[dependencies]\na = "1"\na = "2"\n', id="a key that stands twice"
        ),
        pytest.param("cargo-toml", "a" + ".a" * 100_000 + " = 1\n", id="a key without end"),
        pytest.param("cargo-lock", "version = 9\n", id="a version that is not known"),
        pytest.param("cargo-lock", '[[package]]\nname = "a"\n', id="a package without a version"),
        pytest.param("cargo-lock", "# hello\n", id="no package"),
    ],
)
def test_is_unreadable(format_name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(format_name, content)

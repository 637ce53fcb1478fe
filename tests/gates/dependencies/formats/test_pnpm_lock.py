import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "lockfileVersion: '9.0'\npackages:\n  '@s/a@1.0.0':\n    resolution: {integrity: sha512-A}\nsnapshots:\n  '@s/a@1.0.0(b@2.0.0)': {}\n",
            ["@s/a 1.0.0 lock #sha512-A"],
            id="version 9",
        ),
        pytest.param(
            "lockfileVersion: '6.0'\npackages:\n  /@s/a@1.0.0(b@2.0.0):\n    resolution: {integrity: sha512-A}\n    requiresBuild: true\n  /@s/a@1.0.0(b@3.0.0):\n    resolution: {integrity: sha512-A}\n    requiresBuild: true\n",
            ["@s/a 1.0.0 lock +install-script #sha512-A"],
            id="version 6, one package with other peers",
        ),
        pytest.param(
            "lockfileVersion: 5.4\npackages:\n  /@s/a/1.0.0_b@2.0.0:\n    resolution: {integrity: sha512-A}\n  /c/2.0.0:\n    resolution: {integrity: sha512-C}\n  registry.example/d/3.0.0:\n    resolution: {integrity: sha512-D}\n",
            [
                "@s/a 1.0.0 lock #sha512-A",
                "c 2.0.0 lock #sha512-C",
                "d 3.0.0 lock registry:registry.example #sha512-D",
            ],
            id="version 5",
        ),
        pytest.param(
            "lockfileVersion: '9.0'\npackages:\n  a@https://codeload.github.com/x/a/tar.gz/"
            + "0" * 40
            + ":\n    resolution: {tarball: https://codeload.github.com/x/a/tar.gz/"
            + "0" * 40
            + "}\n    version: 1.0.0\n",
            [f"a 1.0.0 lock git:github.com/x/a@{'0' * 40}/sha"],
            id="an archive of a repository",
        ),
        pytest.param(
            f"lockfileVersion: '9.0'\npackages:\n  a@git+https://git.example/x/a.git#{'0' * 40}:\n    resolution: {{commit: {'0' * 40}, repo: https://git.example/x/a.git, type: git}}\n    version: 1.0.0\n",
            [f"a 1.0.0 lock git:git.example/x/a@{'0' * 40}/sha"],
            id="a repository",
        ),
        pytest.param(
            "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      x:\n        specifier: npm:a@1\n        version: a@1.0.0\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-A}\n",
            ["a 1.0.0 lock +alias #sha512-A"],
            id="an alias",
        ),
        pytest.param(
            "---\nlockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-A}\n---\nlockfileVersion: '9.0'\npackages:\n  b@2.0.0:\n    resolution: {integrity: sha512-B}\n",
            ["a 1.0.0 lock #sha512-A", "b 2.0.0 lock #sha512-B"],
            id="two documents",
        ),
        pytest.param("lockfileVersion: '9.0'\nimporters:\n  .: {}\n", [], id="no packages"),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("pnpm-lock", content) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("lockfileVersion: '42.0'\npackages: {}\n", id="a version that is not known"),
        pytest.param("packages: {}\n", id="no version"),
        pytest.param("lockfileVersion: '9.0'\npackages: [a]\n", id="packages that are no mapping"),
        pytest.param(
            "lockfileVersion: '9.0'\npackages:\n  a@1: {}\n  a@1: {}\n",
            id="a key that stands twice",
        ),
        pytest.param("# nothing\n", id="no document"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("pnpm-lock", content)

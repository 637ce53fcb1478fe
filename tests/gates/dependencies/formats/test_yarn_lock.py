import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read

CLASSIC = "# yarn lockfile v1\n\n"
BERRY = "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            '"@s/a@^1", "@s/a@^1.2":\n  version "1.2.3"\n  resolved "https://registry.example/@s/a/-/a-1.2.3.tgz#0a"\n  integrity sha512-A\n  dependencies:\n    b "^1"\n',
            ["@s/a 1.2.3 lock registry:registry.example #sha1:0a #sha512-A"],
            id="a package with its registry and its hashes",
        ),
        pytest.param(
            '"a@npm:real@^1":\n  version "1.0.0"\n  resolved "https://registry.example/real/-/real-1.0.0.tgz#0a"\n',
            ["real 1.0.0 lock registry:registry.example +alias #sha1:0a"],
            id="an alias shows the real name",
        ),
        pytest.param(
            'a@^1:\n  version "1.0.0"\n  resolved "https://registry.example/evil/-/evil-1.0.0.tgz#0a"\n',
            ["a 1.0.0 lock alias:registry.example/evil +alias #sha1:0a"],
            id="the address of another package is an alias that nobody declared",
        ),
        pytest.param(
            f'"a@git+https://git.example/x/a.git":\n  version "1.0.0"\n  resolved "git+https://git.example/x/a.git#{"0" * 40}"\n',
            [f"a 1.0.0 lock git:git.example/x/a@{'0' * 40}/sha"],
            id="a repository",
        ),
        pytest.param(
            '"a@file:./a":\n  version "1.0.0"\n', ["a 1.0.0 lock path:file:./a"], id="a folder"
        ),
        pytest.param(
            'a@1:\n  version "1.0.0"\n\na@1.0.0:\n  version "1.0.0"\n',
            ["a 1.0.0 lock"],
            id="two entries for one version are one",
        ),
    ],
)
def test_reads_yarn_1(entry: str, expected: list[str]) -> None:
    assert dependencies("yarn-lock", CLASSIC + entry) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            '"@s/a@npm:^1, @s/a@npm:^1.2":\n  version: 1.2.3\n  resolution: "@s/a@npm:1.2.3"\n  dependencies:\n    b: "npm:^1"\n  checksum: 10c0/0a\n  languageName: node\n  linkType: hard\n',
            ["@s/a 1.2.3 lock #10c0/0a"],
            id="a package with its checksum",
        ),
        pytest.param(
            '? "a@npm:^1, a@npm:^1.1"\n:\n  version: 1.1.0\n  resolution: "a@npm:1.1.0"\n',
            ["a 1.1.0 lock"],
            id="a long key has a form of its own",
        ),
        pytest.param(
            '"a@npm:real@^1":\n  version: 1.0.0\n  resolution: "real@npm:1.0.0"\n',
            ["real 1.0.0 lock +alias"],
            id="an alias shows the real name",
        ),
        pytest.param(
            '"a@npm:^1":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0::__archiveUrl=https%3A%2F%2Fregistry.example%2Fa%2F-%2Fa-1.0.0.tgz"\n',
            ["a 1.0.0 lock registry:registry.example"],
            id="a registry of its own",
        ),
        pytest.param(
            f'"a@https://git.example/x/a.git":\n  version: 1.0.0\n  resolution: "a@https://git.example/x/a.git#commit={"0" * 40}"\n',
            [f"a 1.0.0 lock git:git.example/x/a@{'0' * 40}/sha"],
            id="a repository",
        ),
        pytest.param(
            '"a@patch:a@npm%3A1#./p.patch":\n  version: 1.0.0\n  resolution: "a@patch:a@npm%3A1.0.0#./p.patch::version=1.0.0&hash=0a"\n',
            ["a 1.0.0 lock path:./p.patch"],
            id="a patched package",
        ),
        pytest.param(
            '"me@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "me@workspace:."\n',
            [],
            id="a workspace is the project itself",
        ),
    ],
)
def test_reads_later_yarns(entry: str, expected: list[str]) -> None:
    assert dependencies("yarn-lock", BERRY + entry) == expected


@pytest.mark.parametrize(
    "content", [pytest.param("", id="nothing"), pytest.param(CLASSIC, id="no entry")]
)
def test_may_be_empty(content: str) -> None:
    assert dependencies("yarn-lock", content) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("__metadata:\n  version: 99\n", id="a version that is not known"),
        pytest.param(CLASSIC + "a@1:\n  resolved x\n", id="an entry without a version"),
        pytest.param(
            CLASSIC + 'a@1:\n  version "1"\n\na@1:\n  version "2"\n', id="a key that stands twice"
        ),
        pytest.param(
            CLASSIC + 'a@1:\n  version "1"\n  version "2"\n', id="a field that stands twice"
        ),
        pytest.param(CLASSIC + "<<<<<<< HEAD\na@1:\n", id="a merge conflict"),
        pytest.param(BERRY + '"a@npm:1":\n  version: 1\n', id="no resolution"),
        pytest.param("# hello\n", id="neither yarn's"),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("yarn-lock", content)

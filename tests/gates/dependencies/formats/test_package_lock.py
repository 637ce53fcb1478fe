import json

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, read

REGISTRY = "https://registry.example/"


def lock(packages: dict[str, object], **more: object) -> str:
    return json.dumps(
        {"lockfileVersion": 3, "packages": {"": {"name": "me"}, **packages}, **more}, indent=2
    )


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        pytest.param(
            {
                "node_modules/a": {
                    "version": "1.0.0",
                    "resolved": f"{REGISTRY}a/-/a-1.0.0.tgz",
                    "integrity": "sha512-A",
                }
            },
            ["a 1.0.0 lock registry:registry.example #sha512-A"],
            id="a package with its registry and its hash",
        ),
        pytest.param(
            {
                "node_modules/a": {"version": "1.0.0"},
                "node_modules/b/node_modules/a": {"version": "1.0.0"},
                "node_modules/b/node_modules/@s/c": {"version": "2.0.0"},
            },
            ["a 1.0.0 lock", "@s/c 2.0.0 lock"],
            id="a package that is installed twice is one",
        ),
        pytest.param(
            {
                "node_modules/a": {"version": "1.0.0", "integrity": "sha512-A"},
                "node_modules/b/node_modules/a": {"version": "1.0.0", "integrity": "sha512-B"},
            },
            ["a 1.0.0 lock #sha512-A", "a 1.0.0 lock #sha512-B"],
            id="unless its content differs",
        ),
        pytest.param(
            {
                "node_modules/a": {"version": "1.0.0", "integrity": "sha512-A"},
                "node_modules/b": {
                    "version": "2.0.0",
                    "integrity": "sha512-B",
                    "bundleDependencies": ["c"],
                },
                "node_modules/b/node_modules/c": {"version": "2.0.0", "inBundle": True},
                "node_modules/b/node_modules/c/node_modules/a": {
                    "version": "1.0.0",
                    "inBundle": True,
                },
            },
            [
                "a 1.0.0 lock #sha512-A",
                "b 2.0.0 lock #sha512-B",
                "c 2.0.0 lock +bundled",
                "a 1.0.0 lock +bundled",
            ],
            id="copies in another package's archive are bundled",
        ),
        pytest.param(
            {
                "node_modules/a": {"version": "1.0.0", "integrity": "sha512-A"},
                "node_modules/b": {"version": "2.0.0", "integrity": "sha512-B"},
                "node_modules/b/node_modules/a": {"version": "1.0.0", "inBundle": True},
            },
            ["a 1.0.0 lock #sha512-A", "b 2.0.0 lock #sha512-B", "a 1.0.0 lock"],
            id="but a copy that only claims to lie in one is fetched without a hash",
        ),
        pytest.param(
            {
                "node_modules/a": {
                    "name": "real",
                    "version": "1.0.0",
                    "resolved": f"{REGISTRY}real/-/real-1.0.0.tgz",
                }
            },
            ["real 1.0.0 lock registry:registry.example +alias"],
            id="an alias shows the real name",
        ),
        pytest.param(
            {
                "node_modules/a": {
                    "version": "1.0.0",
                    "resolved": f"{REGISTRY}evil/-/evil-1.0.0.tgz",
                }
            },
            ["a 1.0.0 lock alias:registry.example/evil +alias"],
            id="the address of another package is an alias that nobody declared",
        ),
        pytest.param(
            {
                "node_modules/@s/a": {
                    "version": "1.0.0",
                    "resolved": f"{REGISTRY}npm/@s%2fa/-/a-1.0.0.tgz",
                }
            },
            ["@s/a 1.0.0 lock registry:registry.example/npm"],
            id="a registry below a path, with an encoded name",
        ),
        pytest.param(
            {
                "node_modules/a": {
                    "version": "1.0.0",
                    "resolved": f"git+ssh://git@git.example/x/a.git#{'0' * 40}",
                }
            },
            [f"a 1.0.0 lock git:git.example/x/a@{'0' * 40}/sha"],
            id="a repository at a commit",
        ),
        pytest.param(
            {"node_modules/a": {"version": "1.0.0", "hasInstallScript": True, "license": "MIT"}},
            ["a 1.0.0 lock +install-script"],
            id="a package that runs code when it is installed",
        ),
        pytest.param(
            {
                "packages/w": {"name": "w", "version": "1.0.0"},
                "node_modules/w": {"link": True, "resolved": "packages/w"},
            },
            [],
            id="a workspace and its link are the project itself",
        ),
    ],
)
def test_reads_versions_2_and_3(packages: dict[str, object], expected: list[str]) -> None:
    assert dependencies("package-lock", lock(packages)) == expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param(
            {
                "a": {
                    "version": "1.0.0",
                    "dependencies": {"b": {"version": "2.0.0", "integrity": "sha1-B"}},
                }
            },
            ["a 1.0.0 lock", "b 2.0.0 lock #sha1-B"],
            id="packages nest",
        ),
        pytest.param(
            {"a": {"version": f"git+https://git.example/x/a.git#{'0' * 40}"}},
            [
                f"a git+https://git.example/x/a.git#{'0' * 40} lock git:git.example/x/a@{'0' * 40}/sha"
            ],
            id="a repository has its address for a version",
        ),
        pytest.param(
            {
                "a": {
                    "version": "1.0.0",
                    "integrity": "sha1-A",
                    "dependencies": {
                        "b": {"version": "2.0.0", "bundled": True},
                        "c": {"version": "2.0.0", "bundled": True},
                    },
                },
                "b": {"version": "2.0.0", "integrity": "sha1-B"},
            },
            [
                "a 1.0.0 lock #sha1-A",
                "b 2.0.0 lock +bundled",
                "c 2.0.0 lock +bundled",
                "b 2.0.0 lock #sha1-B",
            ],
            id="copies in another package's archive are bundled",
        ),
        pytest.param(
            {"a": {"version": "npm:real@1.0.0"}}, ["real 1.0.0 lock +alias"], id="an alias"
        ),
        pytest.param(
            {"a": {"version": "file:packages/a"}}, [], id="a folder is the project itself"
        ),
    ],
)
def test_reads_version_1(entries: dict[str, object], expected: list[str]) -> None:
    for version in ({"lockfileVersion": 1}, {}):
        document = {"name": "me", **version, "dependencies": entries}
        assert dependencies("package-lock", json.dumps(document)) == expected


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        pytest.param(
            {"a": {"version": "1.0.0", "integrity": "sha512-A"}}, [], id="the same is read once"
        ),
        pytest.param(
            {"a": {"version": "1.0.0", "integrity": "sha512-E"}},
            ["a 1.0.0 lock #sha512-E"],
            id="another content is read",
        ),
        pytest.param({"b": {"version": "2.0.0"}}, ["b 2.0.0 lock"], id="another package is read"),
    ],
)
def test_reads_what_only_the_old_part_of_version_2_says(
    old: dict[str, object], expected: list[str]
) -> None:
    new: dict[str, object] = {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-A"}}
    content = lock(new, lockfileVersion=2, dependencies=old)
    assert dependencies("package-lock", content) == ["a 1.0.0 lock #sha512-A", *expected]


def test_lines_are_those_of_the_folder() -> None:
    content = '{\n "lockfileVersion": 3,\n "packages": {\n  "node_modules/a": {\n   "version": "1"\n  }\n }\n}\n'
    assert [one.line for one in read("package-lock", content).dependencies] == [4]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"lockfileVersion": 4, "packages": {}}', id="a version that is not known"),
        pytest.param('{"lockfileVersion": true}', id="a version that is none"),
        pytest.param('{"lockfileVersion": 3}', id="no packages at all"),
        pytest.param(
            '{"lockfileVersion": 3, "packages": {"node_modules/a": 1}}', id="a package that is none"
        ),
        pytest.param(
            '{"lockfileVersion": 3, "packages": {}, "packages": {}}', id="a key that stands twice"
        ),
    ],
)
def test_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read("package-lock", content)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("registry.npmjs.example", "", id="the default registry"),
        pytest.param("npmjs.example", "", id="without its first label"),
        pytest.param("yarnpkg.example", "", id="the name under which yarn serves it"),
        pytest.param("registry.yarnpkg.co", "registry.yarnpkg.co", id="a look-alike of it"),
        pytest.param(
            "npmjs.example.evil.example", "npmjs.example.evil.example", id="a longer name"
        ),
    ],
)
def test_the_default_registry_has_no_locator(host: str, expected: str) -> None:
    content = lock({"node_modules/a": {"version": "1", "resolved": f"https://{host}/a/-/a-1.tgz"}})
    assert read("package-lock", content).dependencies[0].source.locator == expected

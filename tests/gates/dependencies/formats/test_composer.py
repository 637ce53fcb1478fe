import json

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

SHA = "0" * 40
ARCHIVE = f"https://api.github.com/repos/x/a/zipball/{SHA}"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param({"require": {"X/A": "^1"}}, ["x/a ^1 runtime"], id="names are in lower case"),
        pytest.param({"require-dev": {"x/a": "^1"}}, ["x/a ^1 dev"], id="one for development"),
        pytest.param(
            {
                "require": {
                    "php": ">=8",
                    "php-64bit": "*",
                    "ext-json": "*",
                    "lib-pcre": "*",
                    "composer-runtime-api": "^2",
                }
            },
            [],
            id="the platform is none",
        ),
        pytest.param({"require": []}, [], id="an empty list stands for an empty object"),
    ],
)
def test_reads_composer_json(document: object, expected: list[str]) -> None:
    assert dependencies("composer-json", json.dumps(document)) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            {"repositories": [{"type": "vcs", "url": "https://git.example/a"}]},
            ["registry-changed repositories vcs https://git.example/a"],
            id="a repository",
        ),
        pytest.param(
            {"scripts": {"post-install-cmd": ["a", "b"], "test": "phpunit"}},
            ['install-script scripts.post-install-cmd ["a", "b"]'],
            id="a script that an installation runs, and not one that it does not",
        ),
        pytest.param(
            {"config": {"allow-plugins": {"x/p": True}, "secure-http": False}},
            ["install-script allow-plugins x/p true", "registry-changed config.secure-http false"],
            id="a plugin that may run, and unsafe transport",
        ),
    ],
)
def test_reads_options(document: object, expected: list[str]) -> None:
    assert options("composer-json", json.dumps(document)) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            {
                "dist": {"url": ARCHIVE, "reference": SHA, "shasum": ""},
                "notification-url": "https://registry.example/d/",
            },
            [f"x/a 1.0 lock registry:registry.example@github.com/x/a@{SHA}/sha"],
            id="a package of a registry",
        ),
        pytest.param(
            {"source": {"type": "git", "url": "https://git.example/x/a.git", "reference": SHA}},
            [f"x/a 1.0 lock git:git.example/x/a@{SHA}/sha"],
            id="a repository",
        ),
        pytest.param(
            {
                "source": {"type": "git", "url": "https://git.example/x/a.git", "reference": SHA},
                "dist": {
                    "type": "zip",
                    "url": "https://evil.example/a.zip",
                    "reference": SHA,
                    "shasum": "0a",
                },
            },
            [f"x/a 1.0 lock git:git.example/x/a evil.example@{SHA}/sha #0a"],
            id="an archive from another host than the repository",
        ),
        pytest.param(
            {"dist": {"type": "path", "url": "../a"}}, ["x/a 1.0 lock path:../a"], id="a folder"
        ),
    ],
)
def test_reads_composer_lock(entry: dict[str, object], expected: list[str]) -> None:
    package = {"name": "x/a", "version": "1.0", **entry}
    assert dependencies("composer-lock", json.dumps({"packages": [package]})) == expected
    again = json.dumps({"packages": [], "packages-dev": [package]})
    assert dependencies("composer-lock", again) == expected


def test_lines_and_licences_of_a_lock() -> None:
    content = '{\n"packages": [\n{\n"name": "x/a",\n"version": "1", "license": ["MIT", "BSD-2-Clause"]\n}\n]\n}\n'
    one = read("composer-lock", content).dependencies[0]
    assert (one.line, one.licence) == (4, "MIT OR BSD-2-Clause")


@pytest.mark.parametrize(
    ("format_name", "content"),
    [
        pytest.param(
            "composer-json", '{"require": {"x/a": 1}}', id="a requirement that is no text"
        ),
        pytest.param(
            "composer-json", '{"require": {}, "require": {}}', id="a key that stands twice"
        ),
        pytest.param("composer-lock", "{}", id="no packages"),
        pytest.param(
            "composer-lock", '{"packages": [{"name": "a"}]}', id="a package without a version"
        ),
    ],
)
def test_is_unreadable(format_name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(format_name, content)

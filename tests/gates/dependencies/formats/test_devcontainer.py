"""devcontainer.json and its lock, and the configuration of vcpkg."""

import json

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('{"image": "h.example/a:1"} // c', ["h.example/a 1 build image:@1/tag"], id="an image"),
        pytest.param('{"features": {"h.example/f/a:1": {}, "./own": {}}}', ["h.example/f/a 1 build image:@1/tag"], id="a feature, and one of the repository"),
        pytest.param('{"features": {"https://h.example/f.tgz": {}}}', ["h.example/f.tgz https://h.example/f.tgz build url:h.example/f.tgz"], id="a feature that is an archive"),
        pytest.param('{"postCreateCommand": "pip install a==1 && make"}', ["a ==1 build"], id="a command"),
        pytest.param('{"onCreateCommand": ["npm", "install", "a@1"], "initializeCommand": {"x": "gem install b", "y": ["true"]}}', ["b - build", "a 1 build"], id="commands as words and by name"),
        pytest.param('{"customizations": {"vscode": {"extensions": ["Own.Tool@1.2", "-some.other"]}}}', ["own/tool 1.2 dev"], id="an extension, and one that is not to be installed"),
        pytest.param('{"build": {"dockerfile": "Dockerfile"}, "forwardPorts": [1], "remoteUser": "a", "customizations": {"vscode": {"settings": {}}}}', [], id="settings"),
    ],
)  # fmt: skip
def test_a_container(content: str, expected: list[str]) -> None:
    assert dependencies("devcontainer", content) == expected
    assert options("devcontainer", content) == []


def test_what_a_feature_is_told_and_an_index() -> None:
    content = '{"features": {"a:1": {"version": "17", "moby": true}}, "containerEnv": {"PIP_INDEX_URL": "https://h.example", "A": "b"}}'
    assert options("devcontainer", content) == [
        "index-changed PIP_INDEX_URL https://h.example",
        "option-changed a:1 version 17",
    ]


def test_a_command_of_several_lines_stands_on_one() -> None:
    content = '{\n"postCreateCommand": "make\\nmake\\npip install a"\n}'
    assert [one.line for one in read("devcontainer", content).dependencies] == [2]


def test_a_lock_of_features() -> None:
    content = '{"features": {"h.example/f/a:1": {"version": "1.5.0", "resolved": "h.example/f/a@sha256:00", "integrity": "sha256:00"}}}'
    assert dependencies("devcontainer-lock", content, "devcontainer-lock.json") == [
        "h.example/f/a 1.5.0 lock image:h.example/f/a #sha256:00"
    ]


REGISTRIES = {
    "default-registry": {"kind": "git", "repository": "https://h.example", "baseline": "00"},
    "registries": [
        {"kind": "artifact", "location": "https://a.example", "name": "a"},
        {"kind": "filesystem", "path": "own", "packages": ["b", "a"]},
    ],
    "overlay-ports": ["ports"],
}


@pytest.mark.parametrize(
    ("format_name", "document"),
    [
        ("vcpkg-configuration", REGISTRIES),
        ("vcpkg", {"dependencies": [], "vcpkg-configuration": REGISTRIES}),
        ("vcpkg", {"dependencies": [], "configuration": REGISTRIES}),
    ],
)
def test_the_registries_of_vcpkg(format_name: str, document: object) -> None:
    assert options(format_name, json.dumps(document)) == [
        "index-changed default-registry git https://h.example 00",
        "index-changed registry https://a.example artifact https://a.example",
        "index-changed registry own filesystem own a,b",
        "index-changed overlay-ports ports",
    ]


def test_no_default_registry_is_one_that_is_told() -> None:
    assert options("vcpkg-configuration", '{"default-registry": null}') == [
        "index-changed default-registry none"
    ]


@pytest.mark.parametrize(
    ("name", "content", "path"),
    [
        pytest.param("devcontainer", "[]", "devcontainer.json", id="a list"),
        pytest.param("devcontainer", '{"features": []}', "devcontainer.json", id="features that are no table"),
        pytest.param("devcontainer", '{"image": ":1"}', "devcontainer.json", id="an image without a name"),
        pytest.param("devcontainer", '{"image": 1}', "devcontainer.json", id="an image that is a number"),
        pytest.param("devcontainer-lock", '{"features": {"a": {}}}', "devcontainer-lock.json", id="a feature without a version"),
        pytest.param("vcpkg-configuration", '{"registries": {}}', "vcpkg-configuration.json", id="registries that are no list"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(name: str, content: str, path: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content, path)

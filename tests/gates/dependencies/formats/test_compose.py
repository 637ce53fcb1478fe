"""Compose files: which images the services run."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("services:\n  a:\n    image: redis:7\n  b: {image: docker.example/x/y@sha256:" + "a" * 64 + "}\n", ["redis 7 runtime image:@7/tag", "x/y @sha256:" + "a" * 64 + " runtime image:@sha256:" + "a" * 64 + "/sha"], id="images of services"),
        pytest.param("db:\n  image: postgres:16\n", ["postgres 16 runtime image:@16/tag"], id="a file of version 1"),
        pytest.param("services:\n  a:\n    image: x:${TAG-1.2}\n", ["x ${TAG-1.2} runtime image:@${TAG-1.2}/tag"], id="a variable in the tag stays"),
        pytest.param("services:\n  a:\n    image: ${IMAGE:-redis:7}\n", ["redis 7 runtime image:@7/tag +dynamic"], id="a variable for the image counts by its default"),
        pytest.param("services:\n  a:\n    build:\n      context: .\n      additional_contexts:\n        b: docker-image://x:1\n", ["x 1 runtime image:@1/tag"], id="a context that is an image"),
        pytest.param("services:\n  a:\n    build: .\n", [], id="built here"),
        pytest.param("x-base: &base\n  image: x:1\nservices:\n  a:\n    <<: *base\n", ["x 1 runtime image:@1/tag"], id="merged from an anchor"),
        pytest.param("", [], id="empty"),
    ],
)  # fmt: skip
def test_the_images(content: str, expected: list[str]) -> None:
    assert dependencies("compose", content) == expected


def test_an_include_from_elsewhere_is_an_option() -> None:
    content = "include:\n  - ./a.yml\n  - path: https://f.example/b.git#main:c.yml\n"
    assert options("compose", content) == [
        "include-added include https://f.example/b.git#main:c.yml"
    ]


def test_an_inline_dockerfile_is_shown() -> None:
    content = "services:\n  a:\n    build:\n      dockerfile_inline: FROM x\n"
    assert options("compose", content) == ["dynamic a dockerfile_inline FROM x"]


def test_a_list_is_no_compose_file() -> None:
    with pytest.raises(UnreadableError):
        read("compose", "- a\n")

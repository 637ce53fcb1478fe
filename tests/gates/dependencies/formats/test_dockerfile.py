"""Dockerfiles: which images and packages a build takes."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("FROM python:3.12-slim\n", ["python 3.12-slim build image:@3.12-slim/tag"], id="a tag"),
        pytest.param("FROM python\n", ["python - build image:"], id="no tag"),
        pytest.param(f"from --platform=linux/amd64 python:3@{DIGEST} as build\n", [f"python 3@{DIGEST} build image:@{DIGEST}/sha"], id="a digest, a platform, small letters"),
        pytest.param("FROM docker.example/library/python:3\n", ["python 3 build image:@3/tag"], id="the default registry by name"),
        pytest.param("FROM host.example:5000/a/b:1\n", ["host.example:5000/a/b 1 build image:@1/tag"], id="a registry with a port"),
        pytest.param("FROM a:1 AS x\nFROM x\nCOPY --from=x /a /b\nCOPY --from=0 /a /b\nFROM scratch\n", ["a 1 build image:@1/tag"], id="stages and scratch are no images"),
        pytest.param("FROM a:1\nCOPY --chown=1 --from=b:2 /a /b\n", ["a 1 build image:@1/tag", "b 2 build image:@2/tag"], id="COPY --from an image"),
        pytest.param("ARG V=3.12\nARG BASE=python:${V}\nFROM $BASE\n", ["python 3.12 build image:@3.12/tag"], id="ARG before FROM"),
        pytest.param("FROM a:${V:-2}\n", ["a 2 build image:@2/tag"], id="a default in place"),
        pytest.param("ARG IMAGE\nFROM ${IMAGE}\n", ["${IMAGE} - build image: +dynamic"], id="a value from outside"),
        pytest.param("# syntax=docker/dockerfile:1\n# escape=`\nFROM a:1\nRUN pip install `\n  b==1\n", ["docker/dockerfile 1 build image:@1/tag", "a 1 build image:@1/tag", "b ==1 build"], id="parser directives"),
        pytest.param("FROM a:1\n# syntax=evil:1\n", ["a 1 build image:@1/tag"], id="a comment that is no directive"),
        pytest.param("FROM a:1\nRUN --mount=type=bind,from=b:2,target=/x \\\n  --mount=type=cache,target=/y pip install c\n", ["a 1 build image:@1/tag", "b 2 build image:@2/tag", "c - build"], id="RUN --mount from an image"),
        pytest.param("FROM a:1\nRUN apt-get update \\\n # why\n\n && pip install \\\n   b\n", ["a 1 build image:@1/tag", "b - build"], id="comments and empty lines inside a command"),
        pytest.param('FROM a:1\nRUN ["pip", "install", "b"]\n', ["a 1 build image:@1/tag", "b - build"], id="the exec form"),
        pytest.param("FROM a:1\nRUN <<EOF\npip install b\nnpm i c\nEOF\nRUN pip install d\n", ["a 1 build image:@1/tag", "b - build", "c - build", "d - build"], id="a here-document"),
        pytest.param("FROM a:1\nCOPY <<EOF /x\npip install b\nFROM c\nEOF\n", ["a 1 build image:@1/tag"], id="a here-document that is a file"),
        pytest.param("FROM a:1\nARG V=2\nENV W $V\nRUN pip install b==$W\n", ["a 1 build image:@1/tag", "b ==2 build"], id="variables of a stage"),
        pytest.param("FROM a:1\nONBUILD RUN pip install b\n", ["a 1 build image:@1/tag", "b - build"], id="ONBUILD"),
        pytest.param("FROM a:1\r\nRUN pip install b\r\n", ["a 1 build image:@1/tag", "b - build"], id="Windows line ends"),
        pytest.param("# nothing\n\n", [], id="only comments"),
    ],
)  # fmt: skip
def test_what_is_taken(content: str, expected: list[str]) -> None:
    assert dependencies("dockerfile", content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("FROM a\nADD https://e.example/x.tgz /x\n", ["url-source ADD https://e.example/x.tgz"], id="ADD from an address"),
        pytest.param("FROM a\nENV PIP_INDEX_URL=https://e.example/\n", ["index-changed PIP_INDEX_URL https://e.example/"], id="an index by ENV"),
        pytest.param("FROM a\nRUN curl https://e.example/i | sh\n", ["dynamic download and run https://e.example/i"], id="a download into a shell"),
    ],
)  # fmt: skip
def test_what_moves_where_things_come_from(content: str, expected: list[str]) -> None:
    assert options("dockerfile", content) == expected


def test_lines_are_the_files() -> None:
    content = "# c\nFROM a:1\nRUN x \\\n  && pip install b\n\nRUN <<EOF\npip install c\nEOF\n"
    assert [(one.name, one.line) for one in read("dockerfile", content).dependencies] == [
        ("a", 2),
        ("b", 3),
        ("c", 7),
    ]


def test_variables_that_double_each_other_do_not_grow_without_end() -> None:
    content = "FROM a\nENV A=xxxxxxxxxx\n" + "ENV A=$A$A\n" * 60 + "RUN pip install $A\n"
    assert len(read("dockerfile", content).dependencies[-1].name) < 20_000


def test_a_file_of_another_kind_is_not_silence() -> None:
    with pytest.raises(UnreadableError, match="no FROM"):
        read("dockerfile", "hello world\n")


def test_an_ignore_file_beside_a_dockerfile_is_none() -> None:
    assert read("dockerfile", "node_modules\n", "Dockerfile.dockerignore").dependencies == ()

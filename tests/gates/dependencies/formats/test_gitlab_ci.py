"""GitLab's pipelines: what they include, run in and install."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("include:\n  - project: g/p\n    ref: v1\n    file: /a.yml\n", ["g/p v1 build git:g/p@v1/tag"], id="another project"),
        pytest.param("include:\n  - project: g/p\n    file: /a.yml\n", ["g/p - build git:g/p"], id="another project at its default branch"),
        pytest.param("include: https://e.example/a.yml\n", ["https://e.example/a.yml - build url:https://e.example/a.yml"], id="an address"),
        pytest.param("include:\n  - remote: https://e.example/a.yml\n", ["https://e.example/a.yml - build url:https://e.example/a.yml"], id="a remote file"),
        pytest.param("include:\n  - component: e.example/g/c@1.0\n", ["e.example/g/c 1.0 build git:e.example/g/c@1.0/tag"], id="a component"),
        pytest.param("job:\n  trigger:\n    include:\n      - project: g/p\n        file: /a.yml\n        ref: v1\n", ["g/p v1 build git:g/p@v1/tag"], id="the pipeline that a job starts"),
        pytest.param("include:\n  - local: /a.yml\n  - /b.yml\n", [], id="files of this repository"),
        pytest.param("image: ruby:3\njob:\n  image:\n    name: node:20\n  services:\n    - postgres:16\n    - name: redis:7\n", ["ruby 3 build image:@3/tag", "node 20 build image:@20/tag", "postgres 16 build image:@16/tag", "redis 7 build image:@7/tag"], id="images and services"),
        pytest.param("job:\n  before_script:\n    - pip install a\n  script:\n    - npm i b\n    - [gem install c]\n", ["b - build", "c - build", "a - build"], id="scripts"),
        pytest.param("job:\n  script: pip install a\n", ["a - build"], id="a script that is one text"),
    ],
)  # fmt: skip
def test_what_a_pipeline_takes(content: str, expected: list[str]) -> None:
    assert dependencies("gitlab-ci", content) == expected


def test_variables_that_move_an_index() -> None:
    content = "variables:\n  PIP_INDEX_URL: https://e.example\n  A: b\n"
    assert options("gitlab-ci", content) == ["index-changed PIP_INDEX_URL https://e.example"]


def test_a_list_in_the_folder_is_another_file() -> None:
    assert dependencies("gitlab-ci", "- source: /a/\n", ".gitlab/route-map.yml") == []


def test_a_list_is_no_pipeline() -> None:
    with pytest.raises(UnreadableError):
        read("gitlab-ci", "- a\n", ".gitlab-ci.yml")

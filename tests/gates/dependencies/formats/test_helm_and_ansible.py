"""Charts of Helm, and roles and collections of Ansible: YAML files, some of the same name."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("{name: a, version: 1.x.x, repository: https://h.example/charts/}", "a 1.x.x runtime registry:h.example/charts", id="a repository"),
        pytest.param("{name: a, version: ~1, repository: oci://h.example/charts, alias: b, tags: [x]}", "a ~1 runtime registry:h.example/charts", id="a registry of images"),
        pytest.param('{name: a, version: 1.0, repository: "@own"}', "a 1.0 runtime registry:own", id="a repository by its name"),
        pytest.param("{name: a, version: 1.0, repository: file://../a}", "a - runtime path:../a", id="a folder"),
        pytest.param("{name: a}", "a - runtime path:", id="a chart in charts/"),
    ],
)  # fmt: skip
def test_a_dependency_of_a_chart(entry: str, expected: str) -> None:
    content = f"name: own\nversion: 2.0\ndependencies:\n  - {entry}\n"
    assert dependencies("helm-chart", content) == [expected]


def test_a_chart_without_dependencies() -> None:
    assert dependencies("helm-chart", "name: own\nversion: 1\nannotations: {a: b}\n") == []


def test_a_lock_of_a_chart() -> None:
    content = "dependencies:\n- name: a\n  repository: https://h.example\n  version: 1.2.3\ndigest: sha256:00\n"
    assert dependencies("helm-lock", content) == ["a 1.2.3 lock registry:h.example"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("- src: a.b\n", id="roles of Ansible"),
        pytest.param("roles: [a.b]\n", id="lists of Ansible"),
        pytest.param("dependencies: [numpy, pip: [a]]\n", id="packages of conda"),
    ],
)
def test_a_requirements_yaml_of_others_lists_no_charts(content: str) -> None:
    assert dependencies("helm-chart", content, "requirements.yaml") == []


def test_requirements_of_something_else_are_no_roles() -> None:
    content = "- {id: R1, text: The system shall}\n- {id: R2, text: It must not}\n"
    assert dependencies("ansible-requirements", content, "requirements.yml") == []


def test_charts_in_a_requirements_yaml_are_no_roles() -> None:
    content = "dependencies:\n  - {name: a.b, version: 1, repository: https://h.example}\n"
    assert dependencies("ansible-requirements", content, "requirements.yaml") == []
    assert dependencies("helm-chart", content, "requirements.yaml") == [
        "a.b 1 runtime registry:h.example"
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("a.b", "a.b - runtime", id="a name"),
        pytest.param('"a.b,1.0,c"', "a.b 1.0 runtime", id="a name with a version and a name of its own"),
        pytest.param("{src: a.b, name: c, version: 1.0}", "a.b 1.0 runtime", id="a name by source"),
        pytest.param("{role: a.b, vars: {x: 1}}", "a.b - runtime", id="a role with variables"),
        pytest.param("{src: https://h.example/o/a, scm: git, version: v1}", "h.example/o/a v1 runtime git:h.example/o/a@v1/tag", id="a repository"),
        pytest.param("{src: git+https://h.example/o/a.git, version: main}", "h.example/o/a main runtime git:h.example/o/a@main/branch", id="a repository by its address"),
        pytest.param("{name: 'git@h.example:o/a.git', type: git, version: 1.0}", "h.example/o/a 1.0 runtime git:h.example/o/a@1.0/tag", id="a repository of a collection"),
        pytest.param("https://github.com/o/a", "github.com/o/a - runtime git:github.com/o/a", id="a repository of the first forge"),
        pytest.param("https://h.example/a.tar.gz", "h.example/a.tar.gz - runtime url:h.example/a.tar.gz", id="an archive"),
        pytest.param("{name: file:///srv/a, type: dir}", "file:///srv/a - runtime path:file:///srv/a", id="a folder"),
        pytest.param("{name: a.b, source: https://h.example/, version: '>=1'}", "a.b >=1 runtime registry:h.example", id="another server"),
    ],
)  # fmt: skip
def test_a_role_or_collection(entry: str, expected: str) -> None:
    for content in (f"- {entry}\n", f"roles:\n- {entry}\n", f"collections:\n- {entry}\n"):
        assert dependencies("ansible-requirements", content) == [expected]
    content = f"dependencies:\n- {entry}\n"
    assert dependencies("ansible-requirements", content, "roles/x/meta/main.yml") == [expected]


def test_the_dependencies_of_a_collection() -> None:
    content = "namespace: a\nname: b\nversion: 1.0.0\ndependencies:\n  c.d: '>=1.0'\n  e.f: '*'\n"
    assert dependencies("ansible-requirements", content, "galaxy.yml") == [
        "c.d >=1.0 runtime",
        "e.f * runtime",
    ]


def test_roles_of_the_repository_itself_are_no_dependencies() -> None:
    content = "dependencies:\n  - role: common\n  - kubernetes/node\ngalaxy_info: {author: a.b}\n"
    assert dependencies("ansible-requirements", content, "meta/main.yml") == []


def test_a_file_that_is_included() -> None:
    assert options("ansible-requirements", "- include: more.yml\n") == [
        "include-added include more.yml"
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("helm-chart", "dependencies: a\n", id="dependencies that are no list"),
        pytest.param("helm-chart", "dependencies: [{version: 1}]\n", id="a chart without a name"),
        pytest.param("helm-lock", "[]\n", id="a lock that is a list"),
        pytest.param("ansible-requirements", "roles: a.b\n", id="roles that are no list"),
        pytest.param("ansible-requirements", "- [a.b]\n", id="a role that is a list"),
        pytest.param("ansible-requirements", "a.b\n", id="a text"),
        pytest.param("ansible-requirements", "- {scm: git, version: 1}\n", id="an entry that names nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content)

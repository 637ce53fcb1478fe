"""Which formats a path has is what gitignore's rules say of the registry's patterns, however it is found out."""

import subprocess
import sys

import pytest

from hunkgate import globs
from hunkgate.gates.dependencies.formats import FORMATS, Role, of

FILLINGS = ("", "a", "A.b", ".", "-x")
PLACES = ("{}", "sub/{}", "a/b/{}", ".github/workflows/{}", "{}x", "x{}", "{}{}", "{} ")


def names(pattern: str) -> set[str]:
    """Paths that are, or nearly are, what the pattern matches."""
    filled = {
        pattern.replace("**", filling or "z").replace("*", filling).strip("/")
        for filling in FILLINGS
    }
    return {
        place.format(*[name] * place.count("{}")) for name in filled if name for place in PLACES
    }


@pytest.mark.parametrize(
    "pattern", sorted({pattern for one in FORMATS for pattern in one.patterns})
)
def test_a_path_has_the_formats_whose_patterns_match_it(pattern: str) -> None:
    for name in names(pattern) | {name.upper() for name in names(pattern)}:
        wanted = [
            one.name
            for one in FORMATS
            if globs.parse(tuple(map(globs.fold, one.patterns))).covers(globs.fold(name))
        ]
        assert [one.name for one in of(name)] == wanted, name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("backend/requirements/base.txt", "requirements"),
        (".tool/requirements/1a2b.txt", "requirements"),
        ("requirements-skip/tests.txt", "requirements"),
        ("requirements-dev.lock", "requirements"),
        ("ci/constraints/py312.txt", "requirements"),
        ("docs/conda/env.yml", "conda-environment"),
        ("dev-environment.yml", "conda-environment"),
        ("ci/requirements/py312.yml", "conda-environment"),
        ("ci/deps/actions-312.yaml", "conda-environment"),
        ("crates/a/.cargo/config.toml", "cargo-config"),
        ("module/.mvn/extensions.xml", "maven-extensions"),
        ("docker/Dockerfile_debug", "dockerfile"),
        ("Package@swift-5.9.swift", "package-swift"),
        (".gitlab/build.yml", "gitlab-ci"),
        (".gitlab/jobs/a/test.yml", "gitlab-ci"),
    ],
)
def test_manifests_in_places_where_projects_have_them(path: str, name: str) -> None:
    assert [one.name for one in of(path)] == [name]


def test_what_lies_in_a_folder_of_a_manifests_name_is_no_manifest() -> None:
    assert of("package.json/x.txt") == ()


def test_a_lock_is_known_by_its_name_without_the_reader_of_patterns() -> None:
    """Its import costs more than many a lock."""
    locks = [
        pattern
        for one in FORMATS
        if one.role is Role.LOCK
        for pattern in one.patterns
        if "*" not in pattern
    ]
    code = (
        "import sys; from hunkgate.gates.dependencies.formats import of;"
        f"print(all(map(of, {locks!r})), 'pathspec' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": "hooks"},
        capture_output=True,
        text=True,
    )
    assert (ran.stdout, ran.stderr) == ("True False\n", "")

"""Patterns are gitignore's: the quick screen never changes what pathspec answers, and a pattern that can match nothing is refused."""

import subprocess
from pathlib import Path

import pathspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkgate import globs
from hunkgate.errors import PolicyError

PARTS = st.sampled_from(
    ["a", "b", "ab", "*", "**", "a*", "*b", "?", "[ab]", "a.b", "*.b", ".a", "a\\*", "B"]
)
PATTERNS = st.builds(
    lambda negated, rooted, parts, folder: f"{'!' if negated else ''}{'/' if rooted else ''}{'/'.join(parts)}{'/' if folder else ''}",
    st.booleans(), st.booleans(), st.lists(PARTS, min_size=1, max_size=3), st.booleans(),
)  # fmt: skip
PATHS = st.lists(
    st.sampled_from(["a", "b", "ab", "a.b", ".a", "ba", "B", "é"]), min_size=1, max_size=4
).map("/".join)


@given(st.lists(PATTERNS, min_size=1, max_size=4), PATHS)
def test_the_quick_screen_changes_no_answer(patterns: list[str], path: str) -> None:
    spec = pathspec.GitIgnoreSpec.from_lines(patterns)
    try:
        parsed = globs.Globs(tuple(patterns))
    except PolicyError:
        return
    assert parsed.covers(path) == spec.match_file(path)
    assert (parsed.match(path) is not None) == spec.match_file(path)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "  ",
        "#x",
        "./a",
        "a/../b",
        "/",
        "//",
        "!",
        "a\\",
        "[",
        "a[",
        "x[z-a]",
        "a\0",
        "C:\\x",
        "a\nb",
    ],
)
def test_a_pattern_that_can_match_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(PolicyError):
        globs.Globs((pattern,))


@pytest.mark.parametrize(
    "pattern",
    ["a", "/a", "a/", "*.x", "**/a", "a/**", "a b", "[ab]", "\\#x", "\\!x", "é", "a?b", "!a"],
)
def test_a_pattern_that_can_match_something_is_taken(pattern: str) -> None:
    assert globs.Globs((pattern,)).patterns == (pattern,)


def test_the_same_patterns_ignore_the_same_files_in_git(tmp_path: Path) -> None:
    patterns = ("secrets/*", "!secrets/open", "*.pem", "/top", "deep/**/x", "a?c")
    paths = [
        "secrets/k",
        "secrets/open",
        "n/secrets/k",
        "x/y.pem",
        "top",
        "n/top",
        "deep/1/2/x",
        "deep/x",
        "abc",
        "n/abc",
        "free",
    ]
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("\n".join(patterns) + "\n")
    said = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=tmp_path,
        input="\n".join(paths),
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    assert [path for path in paths if globs.Globs(patterns).covers(path)] == said[:-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("SECRETS/Key", "secrets/key", id="letter case"),
        pytest.param("cafe\u0301", "caf\u00e9", id="normal form"),
        pytest.param("sec\u200dret", "secret", id="ignorable characters"),
        pytest.param("\uff53ecret", "secret", id="full width"),
    ],
)
def test_names_that_file_systems_take_for_one_fold_alike(one: str, other: str) -> None:
    assert globs.fold(one) == globs.fold(other)

"""Patterns of file names."""

import fnmatch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hunkgate.gates.tests import names, selection


@settings(max_examples=300)
@given(
    name=st.text(st.sampled_from("ab.*"), max_size=8),
    pattern=st.text(st.sampled_from("ab.*"), max_size=6),
)
@example(name="requirements.txt", pattern="*requirements*.txt")
@example(name="aa", pattern="a*a*a")
def test_a_pattern_of_stars_matches_what_the_standard_library_matches(
    name: str, pattern: str
) -> None:
    assert names.matches(name, pattern) == fnmatch.fnmatchcase(name, pattern)


def test_the_lists_of_files_hold_no_other_sign_than_stars() -> None:
    patterns = (*selection._EVERYTHING, *selection._PROSE)
    assert not [one for one in patterns if set(one) & set("?[]")]

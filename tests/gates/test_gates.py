"""The list of the gates."""

import pytest

from hunkgate import gates


def test_a_gate_has_the_name_of_its_table() -> None:
    assert [section.name for section in gates.SECTIONS] == [gate.name for gate in gates.GATES]


def test_there_is_nothing_else_in_the_list() -> None:
    with pytest.raises(AttributeError):
        gates.OTHERS  # noqa: B018 - asking for it is the test

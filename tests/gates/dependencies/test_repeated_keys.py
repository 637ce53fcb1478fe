"""A key that stands twice is a way round a gate: tools take the last value, people see the first. Both the problem and its effect are shown."""

import pytest

from fakes import change
from hunkgate.gates.dependencies.dependency import Kind, UnreadableError
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey
from readings import brief, read

BEFORE = b'{"dependencies": {"a": "1"}}'


def test_a_repeated_key_is_reported_with_what_a_tool_would_install() -> None:
    after = b'{"dependencies": {"a": "1"}, "dependencies": {"evil": "2"}}'
    found = survey(change({"package.json": BEFORE}, {"package.json": after}), DependencySettings())
    assert [(one.kind, one.name) for one in found] == [
        (Kind.REMOVED, "a"),
        (Kind.ADDED, "evil"),
        (Kind.UNREADABLE, "package.json"),
    ]


def test_a_repeated_key_alone_is_still_reported() -> None:
    after = b'{"dependencies": {}, "dependencies": {"a": "1"}}'
    found = survey(change({"package.json": BEFORE}, {"package.json": after}), DependencySettings())
    assert [one.kind for one in found] == [Kind.UNREADABLE]


@pytest.mark.parametrize(
    ("format_name", "content", "expected"),
    [
        pytest.param(
            "composer-json",
            '{"require": {"x/a": "1", "x/a": "2"}}',
            ["x/a 2 runtime"],
            id="the last of two values",
        ),
        pytest.param(
            "bun-lock",
            '{"lockfileVersion": 1, "packages": {"a": ["a@1", "", {}], "a": ["a@2", "", {}],},}',
            ["a 2 lock"],
            id="with commas before closing brackets",
        ),
    ],
)
def test_settled_as_tools_do(format_name: str, content: str, expected: list[str]) -> None:
    with pytest.raises(UnreadableError) as problem:
        read(format_name, content)
    assert problem.value.reading is not None
    assert [brief(one) for one in problem.value.reading.dependencies] == expected
    assert {one.line for one in problem.value.reading.dependencies} == {0}


def test_what_is_no_json_behind_a_repeated_key_is_not_settled() -> None:
    with pytest.raises(UnreadableError) as problem:
        read("package-json", '{"dependencies": {}, "dependencies": {}} x')
    assert problem.value.reading is None

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


WORKFLOW = ".github/workflows/ci.yml"


def steps(*lines: str) -> bytes:
    return "\n".join(("jobs:", "  a:", "    steps:", *lines, "")).encode()


TWICE = ("    - uses: o/a@v1", "    - run: x", "      run: y")


def seen(path: str, before: bytes, after: bytes) -> list[tuple[Kind, str, str]]:
    """Kind, name and the rule of what cannot be read."""
    found = survey(change({path: before}, {path: after}), DependencySettings())
    return [(one.kind, one.name, one.data.get("rule", "")) for one in found]


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        pytest.param(WORKFLOW, steps(*TWICE[:2]), steps(*TWICE), [(Kind.UNREADABLE, WORKFLOW, "unreadable")], id="that comes"),
        pytest.param(WORKFLOW, steps(*TWICE), steps(*TWICE, "    - run: z"), [], id="that stands there on both sides"),
        pytest.param(WORKFLOW, steps(*TWICE), steps(*TWICE, "    - uses: o/b@v1"), [(Kind.ADDED, "o/b", "")], id="that stands there beside what comes"),
        pytest.param(WORKFLOW, steps(*TWICE), steps(*TWICE[:2]), [], id="that goes"),
        pytest.param(WORKFLOW, steps(*TWICE), steps(*TWICE[:2], "      run: y", "      run: z"), [(Kind.UNREADABLE, WORKFLOW, "unreadable")], id="that comes once more"),
        pytest.param(WORKFLOW, steps(*TWICE), steps(TWICE[0], "    - run: w", TWICE[2]), [(Kind.UNREADABLE, WORKFLOW, "unreadable")], id="of which the value that tools leave out changes"),
        pytest.param("package.json", b'{"dependencies": {"a": "1"}, "x": 1, "x": 2}', b'{"dependencies": {"a": "2"}, "x": 1, "x": 2}', [(Kind.UPGRADED, "a", "")], id="that stands there in JSON"),
        pytest.param("package.json", b'{"dependencies": {"a": "1", "a": "2"}}', b'{"dependencies": {"a": "3", "a": "2"}}', [(Kind.UNREADABLE, "package.json", "unreadable")], id="of which the first value changes in JSON"),
    ],
)  # fmt: skip
def test_a_repeated_key(
    path: str, before: bytes, after: bytes, expected: list[tuple[Kind, str, str]]
) -> None:
    assert seen(path, before, after) == expected


@pytest.mark.parametrize(
    ("format_name", "content", "expected"),
    [
        pytest.param(
            "compose",
            'services:\n  a:\n    image: x:1\n    image: "x:1.10"\n  "\\x85\\u2028": {image: y:null}\n',
            ["x 1.10 runtime image:@1.10/tag", "y null runtime image:@null/tag"],
            id="YAML with texts that look like others",
        ),
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

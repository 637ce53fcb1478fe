"""One example for each format: a file before and after, and every change that the survey must see between them.

``examples/<format>/`` holds ``before`` and ``after`` (either may be missing: a new or a deleted file) and ``expected.json``:
``{"path": ..., "changes": [{ecosystem, name, change, from, to, kind, signals}, ...]}`` in the survey's order.
"""

import json
from pathlib import Path
from typing import Any

import pytest

import fakes
from hunkgate.gates.dependencies import formats
from hunkgate.gates.dependencies.facts import facts
from hunkgate.gates.dependencies.formats import Format
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey

EXAMPLES = Path(__file__).parent / "examples"
KEYS = ("ecosystem", "name", "change", "from", "to", "kind", "signals")


def sides(folder: Path, path: str) -> tuple[dict[str, fakes.Content], dict[str, fakes.Content]]:
    before, after = folder / "before", folder / "after"
    return (
        {path: before.read_bytes()} if before.exists() else {},
        {path: after.read_bytes()} if after.exists() else {},
    )


def seen(before: dict[str, fakes.Content], after: dict[str, fakes.Content]) -> list[dict[str, Any]]:
    found = survey(fakes.change(before, after), DependencySettings())
    return [{key: facts(one)[key] for key in KEYS} for one in found]


@pytest.mark.parametrize("one", formats.FORMATS, ids=lambda one: one.name)
def test_the_changes_of_the_example(one: Format) -> None:
    folder = EXAMPLES / one.name
    expected = json.loads((folder / "expected.json").read_bytes())
    assert seen(*sides(folder, expected["path"])) == expected["changes"] != []


@pytest.mark.parametrize("one", formats.FORMATS, ids=lambda one: one.name)
def test_the_example_is_of_the_format_that_it_is_filed_under(one: Format) -> None:
    expected = json.loads((EXAMPLES / one.name / "expected.json").read_bytes())
    assert one in formats.of(expected["path"])


@pytest.mark.parametrize("one", formats.FORMATS, ids=lambda one: one.name)
def test_what_did_not_change_gives_nothing_wherever_it_stands(one: Format) -> None:
    expected = json.loads((EXAMPLES / one.name / "expected.json").read_bytes())
    _, after = sides(EXAMPLES / one.name, expected["path"])
    assert seen(after, after) == []


@pytest.mark.parametrize("one", formats.FORMATS, ids=lambda one: one.name)
def test_what_changed_is_seen_from_the_other_end_too(one: Format) -> None:
    expected = json.loads((EXAMPLES / one.name / "expected.json").read_bytes())
    before, after = sides(EXAMPLES / one.name, expected["path"])
    back = {(change["ecosystem"], change["name"]) for change in seen(after, before)}
    assert back == {(change["ecosystem"], change["name"]) for change in expected["changes"]}


def test_every_example_is_of_a_format() -> None:
    assert {folder.name for folder in EXAMPLES.iterdir()} == {one.name for one in formats.FORMATS}

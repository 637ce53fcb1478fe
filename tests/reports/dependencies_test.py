"""The report on dependencies: by file and kind, worst first, long groups folded, nothing in it that steers a terminal or a page."""

import json

import fakes
from hunkgate.gates.dependencies.dependency import DependencyChange
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey
from hunkgate.reports import dependencies as report

BEFORE = b"gone==1\nmoved==1\n"
AFTER = b"fresh==1\nmoved==2\n"


def changes(
    before: bytes, after: bytes, path: str = "requirements.txt"
) -> tuple[DependencyChange, ...]:
    return survey(fakes.change({path: before}, {path: after}), DependencySettings())


def test_text_shows_each_change_with_its_reason() -> None:
    assert report.text(changes(BEFORE, AFTER)).splitlines() == [
        "requirements.txt",
        "  added (1)",
        "    STOP  + fresh ==1  a new dependency",
        "  upgraded (1)",
        "    STOP  ~ moved ==1 -> ==2  another version or requirement",
        "  removed (1)",
        "    STOP  - gone ==1  no longer a dependency",
        "3 dependency changes in 1 file, 3 to approve",
    ]


def test_markdown_shows_a_table_for_each_file() -> None:
    shown = report.markdown(changes(BEFORE, AFTER))
    assert shown.startswith(
        "**3 dependency changes in 1 file, 3 to approve**\n\n### `requirements.txt`\n"
    )
    assert "| STOP | `+ fresh ==1` | a new dependency |" in shown


def test_nothing_is_said_to_be_nothing() -> None:
    assert report.text(()) == "no dependency changes\n"
    assert report.markdown(()) == "No dependency changes.\n"
    assert json.loads(report.json_list(())) == []


def test_a_long_group_is_folded_with_a_count() -> None:
    many = b"".join(b"package-%d==1\n" % number for number in range(report.SHOWN + 5))
    found = changes(b"", many)
    assert "    ...   and 5 more" in report.text(found)
    assert f"<details><summary>added ({report.SHOWN + 5})</summary>" in report.markdown(found)


def test_the_worst_file_and_the_worst_group_stand_first() -> None:
    found = (*changes(BEFORE, AFTER), *changes(b"a==1\n", b"\xff\xfe\x00", "z/requirements.txt"))
    shown = report.text(found).splitlines()
    assert shown[:2] == ["z/requirements.txt", "  unreadable (1)"]


def test_names_and_values_cannot_steer_the_page() -> None:
    found = changes(b"", "r\u0435quests==1\n--index-url https://e.example/`|<b>\x1b[31m\n".encode())
    shown = report.markdown(found)
    assert "\x1b" not in shown
    assert "`` ~ " not in shown
    assert "\\|" in shown
    assert "r\\u0435quests" in shown


def test_json_is_a_list_of_facts() -> None:
    records = json.loads(report.json_list(changes(BEFORE, AFTER)))
    assert [
        {key: one[key] for key in ("ecosystem", "name", "change", "from", "to", "kind", "signals", "file", "line")}
        for one in records
    ] == [
        {"ecosystem": "pypi", "name": "fresh", "change": "added", "from": None, "to": "==1", "kind": "added", "signals": ["added"], "file": "requirements.txt", "line": 1},
        {"ecosystem": "pypi", "name": "gone", "change": "removed", "from": "==1", "to": None, "kind": "removed", "signals": ["removed"], "file": "requirements.txt", "line": 1},
        {"ecosystem": "pypi", "name": "moved", "change": "changed", "from": "==1", "to": "==2", "kind": "upgraded", "signals": ["changed"], "file": "requirements.txt", "line": 2},
    ]  # fmt: skip

"""The page of the gate and the code say the same: every format with its files, every rule with its level, every setting."""

import re
from pathlib import Path

import pytest

from hunkgate.gates.dependencies import formats, rules
from hunkgate.gates.dependencies.settings import parse
from hunkgate.settings import Reading, Table

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "dependencies.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, its head left out."""
    section = PAGE.partition(f"\n{heading}\n")[2].partition("\n#")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def test_every_format_is_in_the_table_with_its_files() -> None:
    told = [(cells[0], cells[1], cells[2]) for cells in rows("### Formats")]
    assert told == [
        (f"`{one.name}`", one.role.value, ", ".join(f"`{pattern}`" for pattern in one.patterns))
        for one in formats.FORMATS
    ]


def test_the_readme_counts_the_formats() -> None:
    assert f" in {len(formats.FORMATS)} formats " in (ROOT / "README.md").read_text()


def test_the_table_says_what_is_read_and_what_is_not() -> None:
    assert all(cells[3] and cells[4] for cells in rows("### Formats"))


def test_every_rule_is_in_the_table_with_its_level() -> None:
    assert [(cells[0], cells[1], cells[2]) for cells in rows("### Rules")] == [
        (f"`{row.name}`", row.level.value, row.message) for row in rules.ROWS
    ]


def test_every_setting_is_in_the_table() -> None:
    reading = Reading("hunkgate.toml")
    table = Table({"no-such-key": 1}, reading, "dependencies")
    table.flag("enabled", default=True)
    parse(table)
    table.done()
    known = reading.problems[0].partition("expected one of: ")[2].split(", ")
    assert sorted(cells[0].strip("`") for cells in rows("## Every setting")) == known


@pytest.mark.parametrize(
    "heading",
    ["What it stops", "Ten-line example", "Every setting", "How it decides", "Ways round it and what stops those"],
)  # fmt: skip
def test_the_page_has_the_headings_of_every_gate(heading: str) -> None:
    assert f"\n## {heading}\n" in PAGE

"""Every row of the table of attacks names the tests that hold it, and those exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "threats.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "residual risk" not in line]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_row_names_tests_that_exist(row: str) -> None:
    cells = row.strip("|").split(" | ")
    assert len(cells) == 4, "attack, defence, residual risk, test"
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", cells[3])
    assert named or "none:" in cells[3]
    for file, test in named:
        text = (ROOT / "tests" / file).read_text("utf-8")
        assert f"def {test}" in text

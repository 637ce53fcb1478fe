"""The annotations for GitHub Actions: each line is one command, whatever a name holds."""

import re

import pytest
from hypothesis import given, settings

import verdicts
from hunkgate import reports
from hunkgate.model import Verdict
from hunkgate.reports import github
from hunkgate.reports.options import Options

# A command as GitHub's runner reads it: name, properties split at commas, data; %, CR and LF only escaped.
COMMAND = re.compile(
    r"::(?P<name>error|warning|notice) (?P<properties>(?:file=[^:,]+,)?(?:line=[1-9][0-9]*,)?title=[^:,]+)"
    r"::(?P<data>(?:[^%\r\n]|%25|%0A)*)"
)


def commands(verdict: Verdict) -> list[str]:
    text = reports.render("github", verdict, Options())
    assert text.endswith("\n")
    return text[:-1].split("\n")


def test_the_annotations_of_several_findings() -> None:
    assert commands(verdicts.MIXED) == [
        (
            "::error file=requirements.txt,title=hunkgate STOP dependencies/added::requirements.txt: + requests 2.32.0: "
            "dependency changes need an approval (policy of main@ab12cd3)%0Anext: a maintainer runs: hunkgate approve 3f9a1c22"
            "%0Aor: git restore --staged requirements.txt"
        ),
        (
            "::error file=deploy/prod.yml,title=hunkgate STOP paths/review::deploy/prod.yml: deploy/** needs a review "
            "(policy of main@ab12cd3)%0Anext: a maintainer runs: hunkgate approve 77b1d0e4%0Aor: leave the file as it is"
        ),
        (
            "::error title=hunkgate FIX size/max-lines::612 lines of at most 500: a change of this size cannot be reviewed "
            "(policy of main@ab12cd3)%0Asrc/a.py: 400 lines%0Adocs/b.md: 212 lines"
            "%0Anext: commit src/ and docs/ one after the other"
        ),
        (
            "::error file=secrets/key.pem,title=hunkgate FIX paths/forbidden::secrets/key.pem: secrets/** is forbidden "
            "(policy of main@ab12cd3)%0Anext: move the file out of secrets/"
        ),
        (
            "::warning file=src/a.py,line=7,title=hunkgate WARN size/max-line-length::src/a.py:7: a line of 400 characters"
            "%0Awrap the line"
        ),
        "::error title=hunkgate BLOCK::4 findings: 2 for a human (STOP), 2 to mend (FIX)",
    ]


def test_a_pass_is_a_notice() -> None:
    assert commands(verdicts.PASSED) == ["::notice title=hunkgate PASS::3 files, 41 lines"]


def test_a_fault_is_an_error() -> None:
    first, *_, last = commands(verdicts.FAULTY)
    assert (
        first
        == "::error title=hunkgate FAULT::dependencies: uv.lock is not TOML%0Awrite the lock again: uv lock"
    )
    assert last.startswith("::error title=hunkgate FAULT::1 reason")


def test_an_approved_finding_is_a_notice_that_says_by_whom() -> None:
    first, _ = commands(verdicts.LIFTED)
    assert first.startswith(
        "::notice file=requirements.txt,title=hunkgate APPROVED dependencies/added::"
    )
    assert "%0Aby alice on 2026-11-22 (signed), until 2026-12-06: needed for the proxy" in first


@pytest.mark.parametrize("name", verdicts.HOSTILE_NAMES.values(), ids=verdicts.HOSTILE_NAMES)
def test_a_hostile_name_stays_inside_its_command(name: str) -> None:
    verdict = verdicts.hostile(name)
    lines = commands(verdict)
    assert all(COMMAND.fullmatch(line) for line in lines)
    # fault, two blocking, two warned, one approved, one remark, the outcome
    assert len(lines) == 8


@settings(max_examples=40)
@given(verdicts.any_verdict)
def test_every_line_is_a_well_formed_command(verdict: Verdict) -> None:
    lines = commands(verdict)
    assert [line for line in lines if not COMMAND.fullmatch(line)] == []
    assert len(lines) == 1 + len(list(verdict.findings)) + len(verdict.faults) + len(
        verdict.remarks
    )


def test_the_summary_is_the_comment() -> None:
    assert github.summary(verdicts.MIXED) == reports.render("markdown", verdicts.MIXED, Options())

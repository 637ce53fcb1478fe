"""How a command gives its verdict: streams, exit code, and the job's summary on GitHub."""

import argparse
import io
from pathlib import Path

import pytest

import verdicts
from hunkgate.commands import answer
from hunkgate.gates import GATES
from hunkgate.model import Verdict
from hunkgate.reports import github


def given(verdict: Verdict, name: str) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    status = answer.give(verdict, argparse.Namespace(format=name), stdout, stderr)
    return status, stdout.getvalue(), stderr.getvalue()


@pytest.mark.parametrize("name", ["text", "json", "sarif", "github", "markdown"])
@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(verdicts.PASSED, 0), (verdicts.MIXED, 1), (verdicts.FAULTY, 2)],
    ids=["a pass", "a block", "a fault"],
)
def test_the_exit_code_is_the_outcome_in_every_format(
    verdict: Verdict, expected: int, name: str
) -> None:
    status, stdout, stderr = given(verdict, name)
    assert status == expected
    assert stdout.endswith("\n")
    assert ("uv.lock is not TOML" in stderr) == (expected == 2)


def test_sarif_describes_the_rules_of_all_gates() -> None:
    text = given(verdicts.PASSED, "sarif")[1]
    ids = [rule.id for gate in GATES for rule in gate.rules]
    assert [one for one in ids if f'"id": "{one}"' not in text] == []


def test_the_summary_is_appended_for_github_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    given(verdicts.MIXED, "text")
    assert summary.read_text("utf-8") == "before\n"
    given(verdicts.MIXED, "github")
    assert summary.read_text("utf-8") == "before\n" + github.summary(verdicts.MIXED)


def test_an_agent_is_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_AGENT", "some")
    assert "\nyou:    do not retry" in given(verdicts.STOPPED, "text")[1]

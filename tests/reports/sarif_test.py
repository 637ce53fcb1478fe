"""The SARIF report: valid by the standard's schema, with what a code host needs to follow an alert."""

import dataclasses
import json
import urllib.parse
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

import verdicts
from hunkgate import reports
from hunkgate.model import Verdict
from hunkgate.reports.options import Options

FIXTURES = Path(__file__).parent / "fixtures"
VALIDATOR = jsonschema.Draft4Validator(
    json.loads((FIXTURES / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
)


def run(verdict: Verdict) -> dict[str, Any]:
    text = reports.render("sarif", verdict, Options(rules=verdicts.RULES))
    assert text.isascii()
    log = json.loads(text)
    VALIDATOR.validate(log)
    only: dict[str, Any]
    (only,) = log["runs"]
    return only


@pytest.mark.parametrize("verdict", verdicts.NAMED.values(), ids=verdicts.NAMED)
def test_the_log_is_valid(verdict: Verdict) -> None:
    results = run(verdict)["results"]
    assert len(results) == len(list(verdict.findings))


@settings(max_examples=40)
@given(verdicts.any_verdict)
def test_any_log_is_valid_and_each_result_names_its_rule(verdict: Verdict) -> None:
    only = run(verdict)
    rules = only["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in only["results"])
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in only["results"]]
    assert len(set(prints)) == len(prints)


def test_every_rule_of_the_gates_is_described_whether_found_or_not() -> None:
    rules = run(verdicts.PASSED)["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == [rule.id for rule in verdicts.RULES]
    assert rules[0]["shortDescription"] == {"text": "a dependency that was not there"}


@pytest.mark.parametrize("name", verdicts.HOSTILE_NAMES.values(), ids=verdicts.HOSTILE_NAMES)
def test_the_path_can_be_read_back_from_the_uri(name: str) -> None:
    location = run(verdicts.hostile(name))["results"][0]["locations"][0]["physicalLocation"]
    uri = location["artifactLocation"]["uri"]
    assert uri.isascii()
    assert urllib.parse.unquote_to_bytes(uri) == name.encode("utf-8", "surrogateescape")


def test_a_finding_about_the_whole_change_points_at_the_policy() -> None:
    (result,) = run(Verdict(blocking=(verdicts.TOO_LARGE,)))["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "hunkgate.toml"
    assert location["region"] == {"startLine": 1}


def test_levels_are_those_of_the_findings() -> None:
    levels = [one["level"] for one in run(verdicts.MIXED)["results"]]
    assert levels == ["error", "error", "error", "error", "warning"]


def test_an_approved_finding_is_suppressed_and_says_by_whom() -> None:
    (result,) = run(verdicts.LIFTED)["results"]
    assert result["suppressions"] == [
        {
            "kind": "external",
            "justification": "approved by alice on 2026-11-22 (signed), until 2026-12-06: needed for the proxy",
        }
    ]


def test_what_blocks_is_expressly_not_suppressed() -> None:
    assert [one["suppressions"] for one in run(verdicts.MIXED)["results"]] == [[]] * 5


def test_the_fingerprint_stays_when_the_line_moves_and_differs_for_another_name() -> None:
    def print_of(**changed: Any) -> str:
        finding = dataclasses.replace(verdicts.ADDED, **changed)
        (result,) = run(Verdict(blocking=(finding,)))["results"]
        told: str = result["partialFingerprints"]["primaryLocationLineHash"]
        return told

    assert print_of(line=3) == print_of(line=30, message="put otherwise", item="f" * 64)
    assert print_of() != print_of(what="+ flask 3.0.0")
    assert print_of() != print_of(path="other.txt")
    assert print_of() != print_of(rule="dependencies/removed")


def test_a_fault_is_an_unsuccessful_run() -> None:
    (invocation,) = run(verdicts.FAULTY)["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert invocation["toolExecutionNotifications"] == [
        {
            "level": "error",
            "message": {"text": "dependencies: uv.lock is not TOML. write the lock again: uv lock"},
        }
    ]


def test_a_finding_for_a_human_says_how() -> None:
    (result,) = run(verdicts.IN_RANGE)["results"]
    assert result["message"]["text"].splitlines()[-1] == (
        "A maintainer runs: hunkgate approve 3f9a1c22 --range main..topic"
    )
    assert result["properties"]["decision"] == "approve"

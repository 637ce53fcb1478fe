"""The JSON report: it is what its schema says, and every fact of the verdict is in it."""

import dataclasses
import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

import verdicts
from hunkgate import reports
from hunkgate.model import Verdict
from hunkgate.reports.options import Options

SCHEMA: dict[str, Any] = json.loads(
    resources.files("hunkgate.reports").joinpath("report.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def document(verdict: Verdict) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(reports.render("json", verdict, Options()))
    return parsed


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("verdict", verdicts.NAMED.values(), ids=verdicts.NAMED)
def test_the_document_is_what_the_schema_says(verdict: Verdict) -> None:
    VALIDATOR.validate(document(verdict))


@settings(max_examples=40)
@given(verdicts.any_verdict)
def test_any_verdict_is_what_the_schema_says(verdict: Verdict) -> None:
    VALIDATOR.validate(document(verdict))


@pytest.mark.parametrize("name", verdicts.HOSTILE_NAMES.values(), ids=verdicts.HOSTILE_NAMES)
def test_a_name_arrives_exactly_and_the_text_is_ascii(name: str) -> None:
    text = reports.render("json", verdicts.hostile(name), Options())
    assert text.isascii()
    assert all(one.isprintable() for one in text.replace("\n", ""))
    finding = json.loads(text)["findings"][1]
    assert (finding["path"], finding["data"]["name"], finding["detail"][0]) == (name, name, name)


def test_a_finding_for_a_human_carries_the_command() -> None:
    answer = document(verdicts.IN_RANGE)
    finding = answer["findings"][0]
    assert (finding["decision"], finding["item"]) == ("approve", verdicts.ITEM)
    assert finding["human_command"] == "hunkgate approve 3f9a1c22 --range main..topic"
    assert answer["human_command"] == "hunkgate approve 3f9a1c22 --range main..topic"
    assert (answer["items"], answer["retry"], answer["exit_code"]) == ([verdicts.ITEM], False, 1)


def test_a_finding_to_mend_carries_no_command() -> None:
    answer = document(verdicts.TO_MEND)
    finding = answer["findings"][0]
    assert (finding["decision"], finding["item"], finding["human_command"]) == ("fix", None, None)
    assert (answer["items"], answer["human_command"]) == ([], None)


def test_an_approved_finding_asks_for_nothing_and_says_who_lifted_it() -> None:
    answer = document(verdicts.LIFTED)
    finding = answer["findings"][0]
    assert (answer["outcome"], answer["exit_code"], answer["items"]) == ("pass", 0, [])
    assert (finding["state"], finding["decision"]) == ("approved", None)
    assert finding["approvals"][0] == {
        "principal": "alice",
        "signed": True,
        "made": 1795305600,
        "expires": 1796515200,
        "nonce": "0" * 18,
        "key": "SHA256:abc",
        "reason": "needed for the proxy",
        "items": [verdicts.ITEM],
    }


def test_a_fault_is_exit_code_two() -> None:
    answer = document(verdicts.FAULTY)
    assert (answer["outcome"], answer["exit_code"]) == ("fault", 2)
    assert answer["faults"][0]["remedy"] == "write the lock again: uv lock"


def test_collections_become_lists() -> None:
    odd = dataclasses.replace(
        verdicts.TOO_LARGE, data={"names": frozenset({"b", "a"}), "pairs": (("x", 1), ("y", None))}
    )
    assert document(Verdict(blocking=(odd,)))["findings"][0]["data"] == {
        "names": ["a", "b"],
        "pairs": [["x", 1], ["y", None]],
    }


def test_data_that_json_has_no_word_for_is_a_bug_said_loudly() -> None:
    odd = dataclasses.replace(verdicts.TOO_LARGE, data={"content": b"bytes"})
    with pytest.raises(TypeError):
        document(Verdict(blocking=(odd,)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("exit_code",), 0),
        (("outcome",), "pass"),
        (("items",), []),
        (("human_command",), None),
        (("retry",), True),
        (("surprise",), 1),
        (("findings", 0, "decision"), None),
        (("findings", 0, "item"), None),
        (("findings", 0, "item"), "3f9a1c22"),
        (("findings", 0, "line"), 0),
        (("findings", 0, "state"), "warned"),
        (("findings", 0, "state"), "approved"),
    ],
    ids=repr,
)
def test_the_schema_refuses_a_document_that_contradicts_itself(
    path: tuple[str | int, ...], value: object
) -> None:
    answer: Any = document(verdicts.STOPPED)
    inner = answer
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(answer)

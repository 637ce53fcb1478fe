"""The policy's JSON Schema and the parser say the same: the same keys, the same defaults, and yes or no to the same documents.

Whoever gives a gate a new setting meets this test first: add the key to ``policy.schema.json`` with its type, default and a sentence.
"""

import copy
import itertools
import json
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import jsonschema
import pytest

from hunkgate import policy
from hunkgate.errors import PolicyError
from hunkgate.gates import GATES
from hunkgate.gates.dependencies import check as dependencies
from hunkgate.settings import Value

SCHEMA: dict[str, Any] = json.loads(
    resources.files("hunkgate").joinpath("policy.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SECTIONS = tuple({gate.name: gate for gate in (*GATES, dependencies.GATE)}.values())

# The least that an element of each array of tables must hold to be accepted.
LEAST: dict[str, dict[str, Any]] = {
    "size.limits": {"paths": ["docs/"]},
    "tests.rules": {"paths": ["docs/"], "command": "make"},
    "approvals.rules": {"gates": ["paths"]},
}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what it refers to put in."""
    if "$ref" in schema:
        return {**SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], **schema}
    return schema


def tables(schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every table of the schema that has keys of its own, with its path; ``[]`` stands for an element of an array."""
    yield path, schema
    for key, inner in schema["properties"].items():
        if inner.get("type") == "object" and "properties" in inner:
            yield from tables(inner, (*path, key))
        elif inner.get("type") == "array" and inner["items"].get("type") == "object":
            yield from tables(inner["items"], (*path, key, "[]"))


TABLES = dict(tables(SCHEMA, ()))
KEYS = {
    (*path, key): resolved(inner)
    for path, table in TABLES.items()
    for key, inner in table["properties"].items()
    if (*path, key) not in TABLES and (*path, key, "[]") not in TABLES
}


def written(path: tuple[str, ...], value: object) -> dict[str, Any]:
    """A document in which only this key is written, beside what its table must hold."""
    document: dict[str, Any] = {}
    inner: Any = document
    for index, (key, following) in enumerate(itertools.pairwise(path)):
        if key == "[]":
            continue
        if following == "[]":
            inner[key] = [copy.deepcopy(LEAST[".".join(path[: index + 1])])]
            inner = inner[key][0]
        else:
            inner = inner.setdefault(key, {})
    inner[path[-1]] = value
    return document


def toml(value: object) -> str:
    """The value as TOML: JSON's words for everything but tables."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def problems(document: dict[str, Any]) -> tuple[str, ...]:
    """What the parser finds wrong in the document."""
    text = "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in document.items())
    try:
        policy.parse({policy.POLICY_FILE: text.encode()}, SECTIONS, "main")
    except PolicyError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("path", TABLES, ids=lambda path: ".".join(path) or "the top level")
def test_the_parser_reads_exactly_the_keys_of_the_schema(path: tuple[str, ...]) -> None:
    # The parser's answer to an unknown key names every key that it reads in that table.
    found = problems(written((*path, "zz-unknown"), 1))
    (known,) = (
        match[1]
        for one in found
        if (match := re.search(r"zz-unknown: unknown key; expected one of: (.*) \(main\)$", one))
    )
    assert set(known.split(", ")) == set(TABLES[path]["properties"])
    assert not VALIDATOR.is_valid(written((*path, "zz-unknown"), 1))


@pytest.mark.parametrize(
    "value", policy.parse({}, SECTIONS, "main").values, ids=lambda value: str(value.path)
)
def test_defaults_are_those_of_the_parser(value: Value) -> None:
    schema = KEYS[tuple(value.path.split("."))]
    assert schema["description"]
    default = list(value.value) if isinstance(value.value, tuple) else value.value
    assert schema.get("default") == default


VALUES: dict[str, object] = {
    "a flag": True,
    "zero": 0,
    "a number": 7,
    "a negative number": -1,
    "a fraction": 1.5,
    "an empty text": "",
    "a word": "docs",
    "a word of a choice": "recorded",
    "another word of a choice": "error",
    "a command line": "make {name}",
    "a text on two lines": "a\nb",
    "a text with an escape": "a\x1b[2J",
    "a size": "1 MiB",
    "a size in small letters": "10kb",
    "a time": "10 min",
    "a time in days": "14d",
    "an unknown unit": "10 parsecs",
    "a number in a text": " 60 ",
    "no elements": [],
    "patterns": ["docs/**", "!docs/keep.md", "*.py"],
    "a list of a runner": ["pytest"],
    "a package": ["pkg:pypi/requests"],
    "a number among texts": ["docs", 1],
    "an empty pattern": [""],
    "a blank pattern": [" "],
    "a comment for a pattern": ["# docs"],
    "a pattern out of the repository": ["../secrets"],
    "a pattern with a dot part": ["a/../b"],
    "a pattern from here": ["./docs"],
    "a Windows path": ["c:\\docs"],
    "a stroke for a pattern": ["/"],
    "a negated nothing": ["!"],
    "two lines in a list": ["a\nb"],
    "a table": {"a": 1},
    "an empty table": {},
    "a list of tables": [{}],
}

# What only the parser knows, with the reason.
PARSER_ALONE = {
    # The grammar of purl patterns belongs to the dependencies gate: the schema takes any text.
    ("dependencies", "allow"): "a purl pattern",
    ("dependencies", "deny"): "a purl pattern",
    # The formats are a registry that grows: their names are not repeated in the schema.
    ("dependencies", "files"): "the name of a format",
}


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_parser_and_schema_accept_and_refuse_the_same_values(path: tuple[str, ...]) -> None:
    disagreeing = {}
    for name, value in VALUES.items():
        document = written(path, value)
        by_parser, by_schema = not problems(document), bool(VALIDATOR.is_valid(document))
        # Where the parser knows more, the schema may accept what the parser refuses, never the other way round.
        lenient = path in PARSER_ALONE and by_schema
        if by_parser != by_schema and not lenient:
            disagreeing[name] = problems(document) or "the schema refuses it"
    assert disagreeing == {}


DOCUMENTS: dict[str, tuple[str, bool]] = {
    "nothing": ("", True),
    "a policy of ten lines": (
        """
        repository = "example"
        base = "main"
        [paths]
        forbidden = ["secrets/**", "!secrets/README.md"]
        review = ["deploy/"]
        [size]
        max-lines = 400
        max-bytes = "200 kB"
        [approvals]
        signers = ".hunkgate/allowed_signers"
        """,
        True,
    ),
    "limits of their own": (
        """
        [[size.limits]]
        paths = ["docs/"]
        max-lines = 2000
        [[size.limits]]
        paths = ["*.lock"]
        """,
        True,
    ),
    "a limit for no path": ("[[size.limits]]\nmax-lines = 2000", False),
    "one table where an array is meant": ('[size.limits]\npaths = ["docs/"]', False),
    "a level of a rule": ('[dependencies.levels]\nremoved = "note"\nadded = "off"', True),
    "an unknown level": ('[dependencies.levels]\nremoved = "fatal"', False),
    "an unknown rule": ('[dependencies.levels]\nunheard-of = "note"', False),
    "a rule with tests": ('[[tests.rules]]\npaths = ["*.sql"]\ntests = ["tests/db/"]', True),
    "a rule with a command and tests": (
        '[[tests.rules]]\npaths = ["*.sql"]\ncommand = "make"\ntests = ["tests/db/"]',
        False,
    ),
    "a rule that runs nothing": ('[[tests.rules]]\npaths = ["*.sql"]', False),
    "signed approvals without signers": ('[approvals]\nrequire = "signed"', False),
    "approvers of a path": (
        '[approvals]\nsigners = "s"\n[[approvals.rules]]\npaths = [".hunkgate/"]\ncount = 2',
        True,
    ),
    "approvers of nothing": ("[[approvals.rules]]\ncount = 2", False),
    "a key of another tool's spelling": ("[size]\nmax_lines = 400", False),
    "an unknown table": ("[sizes]\nmax-lines = 400", False),
    "a gate that is turned off": ("[size]\nenabled = false", True),
    "a word for a flag": ('[size]\nenabled = "no"', False),
}


@pytest.mark.parametrize(("text", "good"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_parser_and_schema_agree_on_a_document(text: str, good: bool) -> None:
    document = tomllib.loads(text)
    assert (not problems(document), VALIDATOR.is_valid(document)) == (good, good)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_an_editor_has_a_sentence_for_each_key(path: tuple[str, ...]) -> None:
    assert KEYS[path]["description"].endswith(".")

"""The comment on a pull request: what a reader sees when it is rendered, and that no name adds anything to it."""

import dataclasses
import html.parser

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

import verdicts
from hunkgate import reports
from hunkgate.model import Verdict
from hunkgate.reports.options import Options
from hunkgate.text import visible

EXPECTED_TAGS = {
    "h2", "h3", "p", "strong", "code", "ul", "li", "details", "summary", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


class Page(html.parser.HTMLParser):
    """The tags, attributes, comments, code texts and table rows of a rendered page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.comments: set[str] = set()
        self.codes: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self._open.append(tag)
        if tag == "code":
            self.codes.append("")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.add(data)

    def handle_data(self, data: str) -> None:
        self.text += data
        if "code" in self._open:
            self.codes[-1] += data
        if "td" in self._open or "th" in self._open:
            self.rows[-1][-1] += data


def page(verdict: Verdict) -> Page:
    source = reports.render("markdown", verdict, Options())
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
    seen = Page()
    seen.feed(rendered)
    seen.close()
    return seen


def test_the_table_has_the_worst_first() -> None:
    assert page(verdicts.MIXED).rows[:5] == [
        ["", "rule", "what", "why", "way on"],
        [
            "STOP",
            "dependencies/added",
            "requirements.txt: + requests 2.32.0",
            "dependency changes need an approval",
            "a maintainer runs hunkgate approve 3f9a1c22 or: git restore --staged requirements.txt",
        ],
        [
            "STOP",
            "paths/review",
            "deploy/prod.yml",
            "deploy/** needs a review",
            "a maintainer runs hunkgate approve 77b1d0e4 or: leave the file as it is",
        ],
        [
            "FIX",
            "size/max-lines",
            "612 lines of at most 500",
            "a change of this size cannot be reviewed",
            "commit src/ and docs/ one after the other",
        ],
        [
            "FIX",
            "paths/forbidden",
            "secrets/key.pem",
            "secrets/** is forbidden",
            "move the file out of secrets/",
        ],
    ]


def test_details_are_folded() -> None:
    seen = page(verdicts.MIXED)
    assert "details" in seen.tags
    assert "src/a.py: 400 lines" in seen.text


def test_the_command_for_all_is_named() -> None:
    assert "hunkgate approve 3f9a1c22 77b1d0e4" in page(verdicts.MIXED).codes


def test_what_was_approved_has_its_own_table() -> None:
    assert page(verdicts.LIFTED).rows == [
        ["rule", "what", "item", "by"],
        [
            "dependencies/added",
            "requirements.txt: + requests 2.32.0",
            "3f9a1c22",
            "alice on 2026-11-22 (signed), until 2026-12-06: needed for the proxy",
        ],
    ]


def test_a_fault_is_shown_with_its_remedy() -> None:
    text = page(verdicts.FAULTY).text
    assert "hunkgate: FAULT" in text
    assert "dependencies: uv.lock is not TOML Next: write the lock again: uv lock" in text


def test_a_pass_says_how_much_and_by_which_policy() -> None:
    assert "3 files, 41 lines (policy of main@ab12cd3)" in page(verdicts.PASSED).text


@pytest.mark.parametrize("name", verdicts.HOSTILE_NAMES.values(), ids=verdicts.HOSTILE_NAMES)
def test_a_hostile_name_is_shown_as_it_is_and_does_nothing(name: str) -> None:
    seen = page(verdicts.hostile(name))
    assert seen.tags <= EXPECTED_TAGS
    assert seen.attributes == []
    assert seen.comments <= {" hunkgate ", " "}
    assert [len(row) for row in seen.rows] == [5, 5, 5, 4, 4, 4, 4, 4]
    shown = visible(name)
    if len(shown) <= 200:
        assert [row[2] for row in seen.rows[1:3]] == [shown, shown]
        assert [row[3] for row in seen.rows[1:3]] == [shown.strip(" ")] * 2


@settings(max_examples=40)
@given(verdicts.any_verdict)
def test_no_name_adds_a_tag_an_attribute_or_a_row(verdict: Verdict) -> None:
    seen = page(verdict)
    assert seen.tags <= EXPECTED_TAGS
    assert seen.attributes == []
    widths = [5] * (len(verdict.blocking) + 1) if verdict.blocking else []
    widths += [4] * (len(verdict.warned) + 1) if verdict.warned else []
    widths += [4] * (len(verdict.approved) + 1) if verdict.approved else []
    assert [len(row) for row in seen.rows] == widths


def test_mentions_and_references_are_broken() -> None:
    source = reports.render("markdown", verdicts.hostile("@everyone fixes #1"), Options())
    assert "@" not in source
    assert "&#64;<!-- -->everyone fixes &#35;<!-- -->1" in source


def test_a_comment_stays_below_the_hosts_limit_and_says_what_it_leaves_out() -> None:
    many = tuple(
        dataclasses.replace(verdicts.FORBIDDEN, path="|" * 190 + str(index), message="*" * 200)
        for index in range(300)
    )
    source = reports.render("markdown", Verdict(blocking=many), Options())
    assert len(source) < 65_000
    assert "more entries did not fit" in source
    assert {len(row) for row in page(Verdict(blocking=many)).rows} == {5}

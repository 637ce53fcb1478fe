"""The text report: its exact wording, that it stays within a screen, and that no name can steer the terminal."""

import dataclasses
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import verdicts
from hunkgate.model import Approved, Fault, Finding, Origin, Verdict
from hunkgate.reports import terminal
from hunkgate.reports.options import Options

PLAIN = Options()
AGENT = Options(agent=True)

GOLDEN: dict[str, tuple[Verdict, Options, str]] = {
    "a pass is one line": (
        verdicts.PASSED,
        AGENT,
        """\
hunkgate: PASS 3 files, 41 lines (policy of main@ab12cd3)
""",
    ),
    "a pass of a range counts its commits": (
        dataclasses.replace(
            verdicts.PASSED, origin=Origin.RANGE, range="a..b", commits=2, files=1, lines=1
        ),
        PLAIN,
        """\
hunkgate: PASS 2 commits, 1 file, 1 line (policy of main@ab12cd3)
""",
    ),
    "a pass without a policy in the base says so": (
        Verdict(
            files=1,
            policies=("defaults, no policy in main@ab12cd3",),
            remarks=("the base holds no policy",),
        ),
        PLAIN,
        """\
hunkgate: PASS 1 file, 0 lines (defaults, no policy in main@ab12cd3)
hunkgate: NOTE the base holds no policy
""",
    ),
    "a finding that needs a human, as the design shows it": (
        verdicts.STOPPED,
        PLAIN,
        """\
hunkgate: STOP [dependencies/added] this commit needs a human. Nothing was committed; your files are unchanged.
what:   requirements.txt: + requests 2.32.0   (item 3f9a1c22)
why:    dependency changes need an approval (policy of main@ab12cd3)
next:   a maintainer runs   hunkgate approve 3f9a1c22
or:     git restore --staged requirements.txt
""",
    ),
    "an agent is told what to say": (
        verdicts.STOPPED,
        AGENT,
        """\
hunkgate: STOP [dependencies/added] this commit needs a human. Nothing was committed; your files are unchanged.
what:   requirements.txt: + requests 2.32.0   (item 3f9a1c22)
why:    dependency changes need an approval (policy of main@ab12cd3)
next:   a maintainer runs   hunkgate approve 3f9a1c22
or:     git restore --staged requirements.txt
you:    do not retry, split, reword or move this change other than or: says, and leave the hooks as they are: the same check runs on push and in CI.
        Only this item is blocked; other work may go on.
        Say to the user, word for word:
          "hunkgate needs your approval for requirements.txt: + requests 2.32.0. In your own terminal run:  hunkgate approve 3f9a1c22"
        then stop and wait.
""",
    ),
    "in a range the human approves in that range": (
        verdicts.IN_RANGE,
        PLAIN,
        """\
hunkgate: STOP [dependencies/added] this range of commits needs a human. Your files are unchanged.
what:   requirements.txt: + requests 2.32.0   (item 3f9a1c22)
why:    dependency changes need an approval (policy of main@ab12cd3)
next:   a maintainer runs   hunkgate approve 3f9a1c22 --range main..topic
or:     git restore --staged requirements.txt
""",
    ),
    "in a range a finding names its commit": (
        dataclasses.replace(
            verdicts.IN_RANGE,
            blocking=(dataclasses.replace(verdicts.FORBIDDEN, commit="c0ffee00" * 5),),
        ),
        PLAIN,
        """\
hunkgate: FIX [paths/forbidden] commit c0ffee00 cannot pass as it is. Your files are unchanged.
what:   secrets/key.pem
why:    secrets/** is forbidden (policy of main@ab12cd3)
next:   move the file out of secrets/
""",
    ),
    "what the author can mend asks for no approval, of an agent neither": (
        verdicts.TO_MEND,
        AGENT,
        """\
hunkgate: FIX [paths/forbidden] this commit cannot pass as it is. Nothing was committed; your files are unchanged.
what:   secrets/key.pem
why:    secrets/** is forbidden (policy of main@ab12cd3)
next:   move the file out of secrets/
""",
    ),
    "several findings: the worst in full, the others on a line, one command for all": (
        verdicts.MIXED,
        AGENT,
        """\
hunkgate: STOP [dependencies/added] this commit needs a human. Nothing was committed; your files are unchanged.
what:   requirements.txt: + requests 2.32.0   (item 3f9a1c22)
why:    dependency changes need an approval (policy of main@ab12cd3)
next:   a maintainer runs   hunkgate approve 3f9a1c22
or:     git restore --staged requirements.txt

hunkgate: STOP [paths/review] this commit needs a human. Nothing was committed; your files are unchanged.
what:   deploy/prod.yml   (item 77b1d0e4)
why:    deploy/** needs a review (policy of main@ab12cd3)
next:   a maintainer runs   hunkgate approve 77b1d0e4
or:     leave the file as it is

hunkgate: FIX [size/max-lines] this commit cannot pass as it is. Nothing was committed; your files are unchanged.
what:   612 lines of at most 500
        src/a.py: 400 lines
        docs/b.md: 212 lines
why:    a change of this size cannot be reviewed (policy of main@ab12cd3)
next:   commit src/ and docs/ one after the other

hunkgate: FIX [paths/forbidden] secrets/key.pem

hunkgate: 4 findings: 2 for a human (STOP), 2 to mend (FIX)
next:   first mend what says FIX: an approval holds for exactly the content that it was given for
next:   a maintainer runs, for all of them   hunkgate approve 3f9a1c22 77b1d0e4
you:    do not retry, split, reword or move what says STOP other than or: says, and leave the hooks as they are: the same check runs on push and in CI.
        Mend what says FIX. Only these items are blocked; other work may go on.
        Say to the user, word for word:
          "hunkgate needs your approval for 2 changes. In your own terminal run:  hunkgate approve 3f9a1c22 77b1d0e4"
        then stop and wait.
hunkgate: WARN [size/max-line-length] src/a.py:7: a line of 400 characters
""",
    ),
    "an approved finding stays visible": (
        verdicts.LIFTED,
        PLAIN,
        """\
hunkgate: PASS 1 file, 1 line (policy of main@ab12cd3)
hunkgate: APPROVED [dependencies/added] requirements.txt: + requests 2.32.0   (item 3f9a1c22) by alice on 2026-11-22 (signed), until 2026-12-06: needed for the proxy
""",
    ),
    "an approval that is only recorded is called that": (
        Verdict(
            approved=(
                Approved(
                    finding=verdicts.ADDED,
                    approvals=(
                        dataclasses.replace(verdicts.APPROVAL, signed=False, made=0, reason=""),
                    ),
                ),
            )
        ),
        PLAIN,
        """\
hunkgate: PASS 0 files, 0 lines
hunkgate: APPROVED [dependencies/added] requirements.txt: + requests 2.32.0   (item 3f9a1c22) by alice (recorded, not signed), until 2026-12-06
""",
    ),
    "a fault is never a pass, and findings are shown all the same": (
        verdicts.FAULTY,
        PLAIN,
        """\
hunkgate: FAULT this commit could not be judged, which counts as a refusal (1 reason in the error output)
hunkgate: FIX [paths/forbidden] this commit cannot pass as it is. Nothing was committed; your files are unchanged.
what:   secrets/key.pem
why:    secrets/** is forbidden (policy of main@ab12cd3)
next:   move the file out of secrets/
""",
    ),
}


@pytest.mark.parametrize(("verdict", "options", "text"), GOLDEN.values(), ids=GOLDEN)
def test_wording(verdict: Verdict, options: Options, text: str) -> None:
    assert terminal.render(verdict, options) == text


def test_faults_say_what_and_the_remedy() -> None:
    assert terminal.faults(verdicts.FAULTY) == (
        "hunkgate: FAULT dependencies: uv.lock is not TOML\nnext:   write the lock again: uv lock\n"
    )


def test_no_fault_no_text() -> None:
    assert terminal.faults(verdicts.MIXED) == ""


def test_many_faults_are_counted() -> None:
    many = Verdict(faults=(Fault(subject="paths", message="unreadable"),) * 25)
    assert terminal.faults(many).splitlines()[-1] == "hunkgate: and 5 more faults"


def test_colours_only_when_asked_for() -> None:
    coloured = terminal.render(verdicts.MIXED, Options(colour=True))
    assert "\x1b[1;31mSTOP\x1b[0m" in coloured
    assert "\x1b[1;33mFIX\x1b[0m" in coloured
    assert "\x1b" not in terminal.render(verdicts.MIXED, PLAIN)


def test_items_that_begin_alike_are_told_apart() -> None:
    twin = dataclasses.replace(verdicts.REVIEW, item=verdicts.ITEM[:10] + "f" * 54)
    text = terminal.render(Verdict(blocking=(verdicts.ADDED, twin)), PLAIN)
    assert "hunkgate approve 3f9a1c22000 3f9a1c2200f\n" in text


def test_many_items_are_approved_at_once() -> None:
    many = tuple(
        dataclasses.replace(verdicts.ADDED, item=f"{index:064x}"[::-1]) for index in range(1, 8)
    )
    assert "for all of them   hunkgate approve --all\n" in terminal.render(
        Verdict(blocking=many), PLAIN
    )


def test_a_range_is_quoted_for_the_shell() -> None:
    verdict = dataclasses.replace(verdicts.IN_RANGE, range="main..$(rm -rf ~)")
    assert "hunkgate approve 3f9a1c22 --range 'main..$(rm -rf ~)'\n" in terminal.render(
        verdict, PLAIN
    )


def test_what_is_left_out_is_counted_and_the_command_for_all_of_it_named() -> None:
    text = terminal.render(
        Verdict(blocking=(verdicts.FORBIDDEN,) * 30, warned=(verdicts.LONG_LINE,) * 30), PLAIN
    )
    assert "and 21 more findings: hunkgate check --staged --format json\n" in text
    assert "and 27 more warnings (--format json)\n" in text


@pytest.mark.parametrize("options", [PLAIN, AGENT], ids=["for a person", "for an agent"])
@pytest.mark.parametrize(
    "finding",
    [
        dataclasses.replace(finding, detail=("a line of detail",) * 40)
        for finding in (verdicts.ADDED, verdicts.FORBIDDEN)
    ],
    ids=["for a human", "to mend"],
)
def test_one_finding_takes_at_most_twelve_lines(finding: Finding, options: Options) -> None:
    lines = terminal.render(Verdict(blocking=(finding,)), options).splitlines()
    assert len(lines) <= 12
    assert any("more lines" in line for line in lines)


@settings(max_examples=40)
@given(verdicts.any_verdict)
def test_the_whole_stays_within_a_screen(verdict: Verdict) -> None:
    assert len(terminal.render(verdict, AGENT).splitlines()) <= 60


BYPASSES = (
    "--no-verify",
    "-n ",
    "SKIP",
    "enabled",
    "hooksPath",
    "HUNKGATE_",
    "uninstall",
    "disable",
)


@pytest.mark.parametrize("verdict", verdicts.NAMED.values(), ids=verdicts.NAMED)
def test_no_way_to_switch_the_check_off_is_named(verdict: Verdict) -> None:
    text = terminal.render(verdict, AGENT) + terminal.faults(verdict)
    assert [word for word in BYPASSES if word.lower() in text.lower()] == []


def _steers(text: str) -> list[str]:
    """The characters of a text that can move, hide or reorder what a reader sees."""
    return [one for one in text if one not in "\n " and unicodedata.category(one)[0] in "CZ"]


@pytest.mark.parametrize("name", verdicts.HOSTILE_NAMES.values(), ids=verdicts.HOSTILE_NAMES)
def test_a_hostile_name_is_escaped(name: str) -> None:
    verdict = verdicts.hostile(name)
    text = terminal.render(verdict, AGENT) + terminal.faults(verdict)
    assert _steers(text) == []
    assert "\nhunkgate: PASS" not in text
    assert max(len(line) for line in text.splitlines()) < 4100


@settings(max_examples=40)
@given(verdicts.any_verdict, st.booleans())
def test_nothing_but_line_feeds_reaches_the_terminal(verdict: Verdict, agent: bool) -> None:
    text = terminal.render(verdict, Options(agent=agent)) + terminal.faults(verdict)
    assert _steers(text) == []
    text.encode("utf-8")


def test_the_sentence_for_the_user_cannot_be_ended_by_a_name() -> None:
    verdict = verdicts.hostile(verdicts.HOSTILE_NAMES["a quotation"])
    said = next(
        line for line in terminal.render(verdict, AGENT).splitlines() if "In your own" in line
    )
    assert said.count('"') == 2


def test_what_the_author_can_mend_says_so_first_and_names_the_human_second() -> None:
    finding = Finding(
        rule="size/lines",
        path="a.py",
        what="900 changed lines in 1 files",
        message="one commit may change at most 500 lines",
        remedy="split it into smaller commits",
        item="a" * 64,
        mendable=True,
    )
    text = terminal.render(Verdict(blocking=(finding,)), Options())
    assert text.startswith("hunkgate: FIX [size/lines] this commit cannot pass as it is.")
    assert text.index("next:   split it") < text.index(
        "or:     a maintainer runs   hunkgate approve aaaaaaaa"
    )

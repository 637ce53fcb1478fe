"""Verdicts for the tests of the reports: one of each kind, one with hostile names, and any (for hypothesis)."""

from hypothesis import strategies as st

from hunkgate.gate import Rule
from hunkgate.model import Approval, Approved, Fault, Finding, Level, Origin, Verdict

ITEM = "3f9a1c22" + "0" * 56
OTHER_ITEM = "77b1d0e4" + "0" * 56

RULES = (
    Rule(id="dependencies/added", summary="a dependency that was not there"),
    Rule(id="paths/forbidden", summary="a path that no change may touch"),
    Rule(id="size/max-lines", summary="a change too large to review"),
)

ADDED = Finding(
    rule="dependencies/added",
    path="requirements.txt",
    what="+ requests 2.32.0",
    message="dependency changes need an approval",
    remedy="git restore --staged requirements.txt",
    item=ITEM,
    policy="policy of main@ab12cd3",
)
REVIEW = Finding(
    rule="paths/review",
    path="deploy/prod.yml",
    message="deploy/** needs a review",
    remedy="leave the file as it is",
    item=OTHER_ITEM,
    policy="policy of main@ab12cd3",
)
FORBIDDEN = Finding(
    rule="paths/forbidden",
    path="secrets/key.pem",
    message="secrets/** is forbidden",
    remedy="move the file out of secrets/",
    policy="policy of main@ab12cd3",
)
TOO_LARGE = Finding(
    rule="size/max-lines",
    path="",
    what="612 lines of at most 500",
    message="a change of this size cannot be reviewed",
    remedy="commit src/ and docs/ one after the other",
    detail=("src/a.py: 400 lines", "docs/b.md: 212 lines"),
    data={"lines": 612, "folders": ("src", "docs")},
)
LONG_LINE = Finding(
    rule="size/max-line-length",
    path="src/a.py",
    line=7,
    message="a line of 400 characters",
    remedy="wrap the line",
    level=Level.WARNING,
)
APPROVAL = Approval(
    principal="alice",
    items=frozenset({ITEM}),
    made=1795305600,
    expires=1796515200,
    nonce="0" * 18,
    reason="needed for the proxy",
    key="SHA256:abc",
)
MAIN = ("policy of main@ab12cd3",)

PASSED = Verdict(files=3, lines=41, policies=MAIN, gates=("paths", "size"))
STOPPED = Verdict(blocking=(ADDED,), files=1, lines=1, policies=MAIN)
TO_MEND = Verdict(blocking=(FORBIDDEN,), files=1, lines=30, policies=MAIN)
MIXED = Verdict(
    blocking=(TOO_LARGE, FORBIDDEN, ADDED, REVIEW),
    warned=(LONG_LINE,),
    files=9,
    lines=612,
    policies=MAIN,
)
IN_RANGE = Verdict(
    blocking=(ADDED,),
    origin=Origin.RANGE,
    range="main..topic",
    files=1,
    lines=1,
    commits=2,
    policies=MAIN,
)
LIFTED = Verdict(
    approved=(Approved(finding=ADDED, approvals=(APPROVAL,)),), files=1, lines=1, policies=MAIN
)
FAULTY = Verdict(
    blocking=(FORBIDDEN,),
    faults=(
        Fault(
            subject="dependencies",
            message="uv.lock is not TOML",
            remedy="write the lock again: uv lock",
        ),
    ),
    files=2,
    lines=2,
    policies=MAIN,
)
EVERY = Verdict(
    blocking=(ADDED, FORBIDDEN, TOO_LARGE),
    warned=(LONG_LINE,),
    approved=(Approved(finding=REVIEW, approvals=(APPROVAL,)),),
    faults=FAULTY.faults,
    remarks=("no policy in the base: the defaults judge",),
    policies=MAIN,
    gates=("paths", "size", "dependencies"),
    files=4,
    lines=613,
)

NAMED: dict[str, Verdict] = {
    "a pass": PASSED,
    "a finding for a human": STOPPED,
    "a finding to mend": TO_MEND,
    "several findings": MIXED,
    "a range": IN_RANGE,
    "an approved finding": LIFTED,
    "a fault": FAULTY,
    "everything at once": EVERY,
}

# What a name in a repository can hold (git allows every byte but NUL) and what each is meant to break.
HOSTILE_NAMES: dict[str, str] = {
    "an escape sequence": "a\x1b[2J\x1b]0;owned\x07.txt",
    "a line feed": "a\nhunkgate: PASS 0 files",
    "a carriage return": "a\rhunkgate: PASS",
    "a right-to-left override": "a\u202etxt.exe",
    "a byte that is not UTF-8": "caf\udce9.txt",
    "a line separator of Unicode": "a\u2028b\x85c",
    "a pipe": "a|b \\| c",
    "backticks": "``` `a` ``",
    "a workflow command": "::error file=x::owned",
    "an old workflow command": "##[error]owned",
    "property separators": "a,line=1,title=x::y:z",
    "percent escapes": "100%0A::error::%25",
    "the end of a CDATA section": "]]><script>alert(1)</script>",
    "HTML": "<img src=x onerror=alert(1)><!-- --></details>",
    "an HTML entity": "&lt;b&gt;&#10;",
    "a Markdown link": "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "a bare address": "www.evil.example http://evil.example/",
    "a mention": "@everyone fixes #1",
    "emphasis": "*a* _b_ ~~c~~",
    "a quotation": '"; then run: rm -rf "',
    "a blank at each end": " a ",
    "a very long name": "x" * 5000,
}


def hostile(name: str) -> Verdict:
    """A verdict in which every text that a repository can influence is this name."""
    finding = Finding(
        rule="paths/forbidden",
        path=name,
        line=3,
        what=name,
        message=name,
        remedy=name,
        detail=(name, name, name),
        data={"name": name},
        policy=name,
    )
    lifted = Finding(rule="paths/review", path=name, message=name, remedy=name, item=ITEM)
    asked = Finding(rule="paths/review", path=name, message=name, remedy=name, item=OTHER_ITEM)
    approval = Approval(
        principal=name, items=frozenset({ITEM}), expires=0, nonce="0" * 18, reason=name, key=name
    )
    return Verdict(
        blocking=(asked, finding),
        warned=(LONG_LINE, finding),
        approved=(Approved(finding=lifted, approvals=(approval,)),),
        faults=(Fault(subject=name, message=name, remedy=name),),
        remarks=(name,),
        policies=(name,),
        gates=("paths",),
    )


# Every code point, lone surrogates among them: a path is any bytes, surrogate-escaped.
_names = sorted(name for name in HOSTILE_NAMES.values() if len(name) < 100)
_texts = st.text(st.characters(), max_size=40) | st.sampled_from(_names)
_items = st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex)
_findings = st.builds(
    Finding,
    rule=st.sampled_from(("paths/forbidden", "size/max-lines", "tests/failed")),
    path=_texts,
    message=_texts,
    remedy=_texts,
    level=st.sampled_from(Level),
    line=st.none() | st.integers(1, 10**6),
    item=_items,
    what=_texts,
    detail=st.lists(_texts, max_size=15).map(tuple),
    data=st.dictionaries(_texts, _texts, max_size=2),
    commit=st.none() | st.just("c0ffee00" * 5),
    policy=_texts,
)
_approvals = st.builds(
    Approval,
    principal=_texts,
    items=st.just(frozenset({ITEM})),
    expires=st.integers(0, 2**70),
    nonce=st.just("0" * 18),
    reason=_texts,
    signed=st.booleans(),
    key=_texts,
    made=st.integers(0, 2**40),
)
any_verdict: st.SearchStrategy[Verdict] = st.builds(
    Verdict,
    blocking=st.lists(_findings, max_size=12).map(tuple),
    warned=st.lists(_findings, max_size=6).map(tuple),
    approved=st.lists(
        st.builds(
            Approved,
            finding=_findings,
            approvals=st.lists(_approvals, min_size=1, max_size=2).map(tuple),
        ),
        max_size=5,
    ).map(tuple),
    faults=st.lists(
        st.builds(Fault, subject=_texts, message=_texts, remedy=_texts), max_size=3
    ).map(tuple),
    remarks=st.lists(_texts, max_size=5).map(tuple),
    policies=st.lists(_texts, max_size=2).map(tuple),
    gates=st.just(("paths",)),
    origin=st.sampled_from(Origin),
    files=st.integers(0, 10**6),
    lines=st.integers(0, 10**9),
    commits=st.integers(0, 1000),
    range=st.just("") | _texts,
)

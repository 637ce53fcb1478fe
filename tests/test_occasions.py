"""Every occasion becomes the right base, head and judging policies, from exactly what git and the hook runners hand to a hook."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitfolder import Folder
from hunkgate import occasions
from hunkgate.errors import GitError
from hunkgate.git import Repository, open_repository
from hunkgate.occasions import Occasion

ZERO = "0" * 40
POLICY = '[paths]\nforbidden = ["secrets/"]\n'
STRICT = '[paths]\nforbidden = ["secrets/", "vault/"]\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """A clone of a bare origin whose main has a policy, with a branch of two commits on top of it."""

    folder: Folder
    bare: Folder
    root: str
    main: str
    first: str
    tip: str

    @property
    def repository(self) -> Repository:
        return open_repository(self.folder.path)


@pytest.fixture
def clone(folder: Folder, tmp_path: Path) -> Clone:
    bare = Folder(tmp_path / "origin.git")
    folder.git("init", "-q", "--bare", "-b", "main", str(bare.path))
    folder.git("remote", "add", "origin", str(bare.path))
    root = folder.commit({"hunkgate.toml": POLICY, "a.txt": "1\n"}, "root")
    main = folder.commit({"a.txt": "2\n"}, "main")
    folder.git("push", "-q", "origin", "main")
    folder.git("remote", "set-head", "origin", "--auto")
    folder.git("switch", "-q", "-c", "topic")
    first = folder.commit({"b.txt": "1\n"}, "first")
    tip = folder.commit({"b.txt": "2\n"}, "tip")
    return Clone(folder=folder, bare=bare, root=root, main=main, first=first, tip=tip)


def ends(found: Occasion | None) -> tuple[str | None, str | None] | None:
    return None if found is None else (found.base, found.head)


# -- what pre-commit and prek say of a push ---------------------------------------------------------------------------------

Variables = Callable[[Clone], dict[str, str]]


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        pytest.param(
            lambda one: {
                "PRE_COMMIT": "1",
                "PRE_COMMIT_FROM_REF": one.main,
                "PRE_COMMIT_TO_REF": one.tip,
            },
            lambda one: (one.main, one.tip),
            id="both ends",
        ),
        pytest.param(
            lambda one: {"PRE_COMMIT_ORIGIN": one.main, "PRE_COMMIT_SOURCE": one.tip},
            lambda one: (one.main, one.tip),
            id="the older names of both ends",
        ),
        pytest.param(
            lambda one: {"PRE_COMMIT_FROM_REF": "HEAD~2", "PRE_COMMIT_TO_REF": "topic"},
            lambda one: (one.main, one.tip),
            id="run --from-ref --to-ref hands them on as they were typed",
        ),
        pytest.param(
            lambda one: {
                "PRE_COMMIT_REMOTE_URL": "elsewhere",
                "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/topic",
            },
            lambda one: (None, one.tip),
            id="pre-commit names only the branch of a root commit pushed to an empty remote",
        ),
        pytest.param(
            lambda one: {"PRE_COMMIT_TO_REF": one.tip, "PREK_HOOK_STAGE": "pre-push"},
            lambda one: (None, one.tip),
            id="prek names only the tip of a root commit pushed to an empty remote",
        ),
        pytest.param(
            lambda one: {
                "PRE_COMMIT_FROM_REF": one.main,
                "PRE_COMMIT_TO_REF": annotated(one, one.tip),
            },
            lambda one: (one.main, one.tip),
            id="the tip is an annotated tag",
        ),
        pytest.param(
            lambda one: {
                "PRE_COMMIT_FROM_REF": aside(one),
                "PRE_COMMIT_TO_REF": one.tip,
            },
            lambda one: (one.folder.git("rev-parse", "aside"), one.tip),
            id="after a force push the base is no ancestor",
        ),
        pytest.param(
            lambda one: {"PRE_COMMIT": "1", "PREK_HOOK_STAGE": "pre-commit"},
            lambda one: None,
            id="at a commit there is no range",
        ),
        pytest.param(
            lambda one: {"PRE_COMMIT": "1", "PRE_COMMIT_LOCAL_BRANCH": "topic"},
            lambda one: None,
            id="a branch alone is no push",
        ),
        pytest.param(lambda one: {}, lambda one: None, id="no runner"),
    ],
)
def test_a_runners_variables_name_the_range(
    clone: Clone,
    variables: Variables,
    wanted: Callable[[Clone], tuple[str | None, str | None] | None],
) -> None:
    assert ends(occasions.framework(clone.repository, variables(clone))) == wanted(clone)


@pytest.mark.parametrize(
    "missing", [pytest.param("FROM", id="the base"), pytest.param("TO", id="the tip")]
)
def test_a_range_whose_end_is_not_here_is_a_fault_and_never_an_empty_base(
    clone: Clone, missing: str
) -> None:
    variables = {"PRE_COMMIT_FROM_REF": clone.main, "PRE_COMMIT_TO_REF": clone.tip}
    variables[f"PRE_COMMIT_{missing}_REF"] = "e" * 40
    with pytest.raises(GitError) as raised:
        occasions.framework(clone.repository, variables)
    assert "is not a commit in this repository" in raised.value.message
    assert "--unshallow" in raised.value.remedy


# -- a push, line by line -----------------------------------------------------------------------------------------------------


def annotated(one: Clone, commit: str) -> str:
    one.folder.git("tag", "-a", "-m", "a tag", "v1", commit)
    return one.folder.git("rev-parse", "v1")


def aside(one: Clone) -> str:
    """A commit beside the branch, as the tip that a force push replaces."""
    one.folder.git("switch", "-q", "-c", "aside", one.main)
    commit = one.folder.commit({"c.txt": "1\n"}, "aside")
    one.folder.git("switch", "-q", "topic")
    return commit


def note(one: Clone) -> str:
    one.folder.git("notes", "--ref", "hunkgate", "add", "-m", "words", one.tip)
    return one.folder.git("rev-parse", "refs/notes/hunkgate")


Rows = Callable[[Clone], list[tuple[str, str, str]]]
Wanted = Callable[[Clone], list[tuple[str, str | None, str]]]

UPDATES = [
    pytest.param(
        lambda one: [("refs/heads/topic", ZERO, one.tip)],
        lambda one: [("refs/heads/topic", one.main, one.tip)],
        id="a new branch is held against the default branch",
    ),
    pytest.param(
        lambda one: [("refs/heads/topic", one.first, one.tip)],
        lambda one: [("refs/heads/topic", one.first, one.tip)],
        id="an update is held against what the remote has",
    ),
    pytest.param(
        lambda one: [("refs/heads/main", one.main, one.tip)],
        lambda one: [("refs/heads/main", one.main, one.tip)],
        id="the default branch itself",
    ),
    pytest.param(
        lambda one: [("refs/heads/topic", aside(one), one.tip)],
        lambda one: [("refs/heads/topic", one.main, one.tip)],
        id="a rewritten branch starts where the default branch stands",
    ),
    pytest.param(
        lambda one: [("refs/heads/main", one.main, one.root)],
        lambda one: [("refs/heads/main", one.main, one.root)],
        id="a default branch that goes back is a change",
    ),
    pytest.param(
        lambda one: [("refs/heads/topic", one.tip, ZERO)],
        lambda one: [],
        id="a deletion brings nothing",
    ),
    pytest.param(
        lambda one: [("refs/tags/v1", ZERO, annotated(one, one.tip))],
        lambda one: [("refs/tags/v1", one.main, one.tip)],
        id="an annotated tag is judged by its commit",
    ),
    pytest.param(
        lambda one: [("refs/notes/hunkgate", ZERO, note(one))],
        lambda one: [],
        id="notes hold no files of the project",
    ),
    pytest.param(
        lambda one: [("refs/notes/hunkgate", ZERO, one.tip)],
        lambda one: [("refs/notes/hunkgate", one.main, one.tip)],
        id="commits under the name of notes are commits",
    ),
    pytest.param(
        lambda one: [("refs/other/x", ZERO, one.tip)],
        lambda one: [("refs/other/x", one.main, one.tip)],
        id="any other ref is judged as well",
    ),
    pytest.param(
        lambda one: [
            ("refs/heads/one", ZERO, one.first),
            ("refs/heads/gone", one.tip, ZERO),
            ("refs/heads/two", ZERO, one.tip),
        ],
        lambda one: [
            ("refs/heads/one", one.main, one.first),
            ("refs/heads/two", one.main, one.tip),
        ],
        id="every line of a push counts, not only the first",
    ),
    pytest.param(lambda one: [], lambda one: [], id="nothing to push"),
]


@pytest.mark.parametrize(("updates", "wanted"), UPDATES)
def test_every_line_of_a_push_is_judged(clone: Clone, updates: Rows, wanted: Wanted) -> None:
    lines = "".join(f"refs/heads/x {new} {ref} {old}\n" for ref, old, new in updates(clone))
    found = occasions.pushed(clone.repository, "origin", lines.encode())
    assert [(one.name, one.base, one.head) for one in found] == wanted(clone)


@pytest.mark.parametrize(("updates", "wanted"), UPDATES)
def test_the_server_sees_the_same_in_a_bare_repository(
    clone: Clone, updates: Rows, wanted: Wanted
) -> None:
    rows = updates(clone)
    clone.folder.git("push", "-q", "origin", "+refs/heads/*:refs/kept/*", "--tags")
    clone.folder.git("push", "-q", "origin", "+refs/notes/*:refs/kept/notes/*")
    lines = "".join(f"{old} {new} {ref}\n" for ref, old, new in rows)
    found = occasions.received(open_repository(clone.bare.path), lines.encode())
    assert [(one.name, one.base, one.head) for one in found] == wanted(clone)


def test_the_first_push_to_an_empty_remote_enrolls(clone: Clone, tmp_path: Path) -> None:
    empty = tmp_path / "empty.git"
    clone.folder.git("init", "-q", "--bare", str(empty))
    line = f"refs/heads/main {clone.main} refs/heads/main {ZERO}\n"
    (found,) = occasions.pushed(clone.repository, str(empty), line.encode())
    assert (found.base, found.head, found.enrolling) == (None, clone.main, True)


@pytest.mark.parametrize(
    ("branches", "wanted"),
    [
        pytest.param(("main", "a-branch"), "main", id="the branch with a usual name"),
        pytest.param(("trunk", "zoo"), "trunk", id="any other branch rather than none"),
    ],
)
def test_a_remote_whose_head_leads_nowhere_is_not_an_empty_one(
    clone: Clone, tmp_path: Path, branches: tuple[str, ...], wanted: str
) -> None:
    bare = Folder(tmp_path / "headless.git")
    clone.folder.git("init", "-q", "--bare", "-b", "nowhere", str(bare.path))
    clone.folder.git("push", "-q", str(bare.path), *(f"main:refs/heads/{one}" for one in branches))
    clone.folder.git("push", "-q", str(bare.path), "topic:refs/kept/topic")
    line = f"refs/heads/topic {clone.tip} refs/heads/topic {ZERO}\n"
    (sent,) = occasions.pushed(clone.repository, str(bare.path), line.encode())
    line = f"{ZERO} {clone.tip} refs/heads/topic\n"
    (received,) = occasions.received(open_repository(bare.path), line.encode())
    for found in (sent, received):
        assert ends(found) == (clone.main, clone.tip)
        assert [one.source for one in found.policies] == [f"{wanted}@{clone.main[:7]}"]


def test_the_remote_is_asked_what_it_has_now_and_what_is_not_here_must_be_fetched(
    clone: Clone, tmp_path: Path
) -> None:
    other = Folder(tmp_path / "other")
    clone.folder.git("clone", "-q", str(clone.bare.path), str(other.path))
    theirs = other.commit({"z.txt": "1\n"}, "theirs")
    other.git("push", "-q", "origin", "main")
    line = f"refs/heads/topic {clone.tip} refs/heads/topic {ZERO}\n"
    with pytest.raises(GitError) as raised:
        occasions.pushed(clone.repository, "origin", line.encode())
    assert theirs[:7] in raised.value.message
    assert raised.value.remedy == "git fetch origin"


def test_a_remote_that_cannot_be_asked_is_a_fault(clone: Clone, tmp_path: Path) -> None:
    line = f"refs/heads/topic {clone.tip} refs/heads/topic {ZERO}\n"
    with pytest.raises(GitError, match="ls-remote"):
        occasions.pushed(clone.repository, str(tmp_path / "nowhere"), line.encode())


def test_an_update_is_judged_by_the_old_tips_policy_and_by_the_default_branchs(
    clone: Clone,
) -> None:
    strict = clone.folder.commit({"hunkgate.toml": STRICT}, "a stricter policy on the branch")
    last = clone.folder.commit({"d.txt": "1\n"}, "more")
    line = f"refs/heads/topic {last} refs/heads/topic {strict}\n"
    (found,) = occasions.pushed(clone.repository, "origin", line.encode())
    assert [one.source for one in found.policies] == [
        f"topic@{strict[:7]}",
        f"main@{clone.main[:7]}",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(b"\x00\xff garbage\n", id="bytes"),
        pytest.param(b"refs/heads/a b\n", id="too few fields"),
        pytest.param(b"a b c d e f\n", id="too many fields"),
    ],
)
@pytest.mark.parametrize(
    "reader",
    [
        pytest.param(lambda one, lines: occasions.pushed(one, "origin", lines), id="push"),
        pytest.param(occasions.received, id="receive"),
        pytest.param(occasions.transaction, id="transaction"),
    ],
)
def test_lines_that_git_never_writes_are_a_fault(
    clone: Clone, lines: bytes, reader: Callable[[Repository, bytes], object]
) -> None:
    with pytest.raises(GitError, match="is not understood"):
        reader(clone.repository, lines)


# -- local ref updates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("updates", "wanted"),
    [
        pytest.param(
            lambda one: [("refs/heads/topic", one.first, one.tip), ("HEAD", one.first, one.tip)],
            lambda one: [("refs/heads/topic", one.main, one.tip)],
            id="a commit moves a branch and HEAD, and is judged once",
        ),
        pytest.param(
            lambda one: [("HEAD", one.first, one.tip)],
            lambda one: [("HEAD", one.main, one.tip)],
            id="a detached HEAD moves by itself",
        ),
        pytest.param(
            lambda one: [("refs/heads/new", ZERO, one.tip)],
            lambda one: [("refs/heads/new", one.main, one.tip)],
            id="a new branch",
        ),
        pytest.param(
            lambda one: [("refs/heads/topic", one.tip, ZERO)], lambda one: [], id="a deletion"
        ),
        pytest.param(
            lambda one: [("refs/remotes/origin/main", ZERO, one.main)],
            lambda one: [],
            id="a fetch",
        ),
        pytest.param(
            lambda one: [("refs/tags/v1", ZERO, one.tip)],
            lambda one: [],
            id="a local tag is judged when it is pushed",
        ),
        pytest.param(
            lambda one: [("ORIG_HEAD", ZERO, one.tip)], lambda one: [], id="git's own marks"
        ),
        pytest.param(
            lambda one: [("HEAD", ZERO, "ref:refs/heads/topic")],
            lambda one: [],
            id="HEAD is put on another branch",
        ),
        pytest.param(
            lambda one: [("HEAD", "ref:refs/heads/main", one.tip)],
            lambda one: [("HEAD", one.main, one.tip)],
            id="HEAD leaves a branch for a commit",
        ),
        pytest.param(
            lambda one: [("refs/heads/other", ZERO, "ref:refs/heads/topic")],
            lambda one: [("refs/heads/other", one.main, one.tip)],
            id="a branch becomes another name of what is not on the remote",
        ),
        pytest.param(
            lambda one: [("HEAD", "ref:refs/heads/main", "ref:HEAD~0")],
            lambda one: [("HEAD", one.main, one.tip)],
            id="HEAD is put on something that is no branch",
        ),
        pytest.param(
            lambda one: [("refs/heads/other", ZERO, "ref:refs/heads/nothing")],
            lambda one: [],
            id="a branch becomes another name of one that is not there yet",
        ),
    ],
)
def test_a_local_ref_update_is_judged_under_the_protected_branch(
    clone: Clone, updates: Rows, wanted: Wanted
) -> None:
    lines = "".join(f"{old} {new} {ref}\n" for ref, old, new in updates(clone))
    found = occasions.transaction(clone.repository, lines.encode())
    assert [(one.name, one.base, one.head) for one in found] == wanted(clone)
    assert all(one.exclude == (clone.main,) and not one.net for one in found)


@pytest.mark.parametrize("name", ["a\u2028b", "a\u2029b", "a\x85b"])
def test_a_branch_whose_name_holds_a_line_end_of_unicode_is_one_branch(
    clone: Clone, tmp_path: Path, name: str
) -> None:
    """git allows it, and a server whose HEAD leads nowhere lists all its branches."""
    bare = Folder(tmp_path / "nowhere.git")
    clone.folder.git("init", "-q", "--bare", "-b", "elsewhere", str(bare.path))
    clone.folder.git("push", "-q", str(bare.path), "main", f"main:refs/heads/{name}")
    tip = clone.folder.git("rev-parse", "main")
    line = f"{tip} {tip} refs/heads/{name}\n"
    (received,) = occasions.received(open_repository(bare.path), line.encode())
    assert (received.name, received.base) == (f"refs/heads/{name}", tip)
    pushed = f"refs/heads/main {tip} refs/heads/{name} {tip}\n"
    assert occasions.pushed(clone.repository, str(bare.path), pushed.encode())


def test_a_replaced_object_is_neither_pushed_nor_received(clone: Clone) -> None:
    tip = clone.folder.git("rev-parse", "main")
    ref, zero = f"refs/replace/{tip}", "0" * 40
    with pytest.raises(GitError, match="other content than what is stored"):
        occasions.pushed(clone.repository, "origin", f"{ref} {tip} {ref} {zero}\n".encode())
    bare = open_repository(clone.bare.path)
    with pytest.raises(GitError, match="other content than what is stored"):
        occasions.received(bare, f"{zero} {tip} {ref}\n".encode())
    assert occasions.received(bare, f"{tip} {zero} {ref}\n".encode()) == ()


def test_an_object_is_not_replaced_by_another(clone: Clone) -> None:
    with pytest.raises(GitError, match="would show other content"):
        occasions.transaction(
            clone.repository, f"{ZERO} {clone.tip} refs/replace/{clone.main}\n".encode()
        )


def test_without_a_remote_the_old_tip_judges(folder: Folder) -> None:
    old = folder.commit({"hunkgate.toml": POLICY})
    new = folder.commit({"a.txt": "1\n"})
    line = f"{old} {new} refs/heads/main\n".encode()
    (found,) = occasions.transaction(open_repository(folder.path), line)
    assert (found.base, found.head, found.exclude) == (old, new, (old,))


def test_without_a_remote_the_first_commit_has_nothing_that_could_judge_it(folder: Folder) -> None:
    folder.stage({"hunkgate.toml": POLICY})
    new = folder.git("commit-tree", folder.git("write-tree"), "-m", "x")
    line = f"{ZERO} {new} refs/heads/main\n".encode()
    assert occasions.transaction(open_repository(folder.path), line) == ()


def test_a_branch_that_is_there_has_an_old_tip_also_where_git_does_not_say_it(
    folder: Folder,
) -> None:
    old = folder.commit({"hunkgate.toml": POLICY})
    folder.stage({"a.txt": "1\n"})
    new = folder.git("commit-tree", folder.git("write-tree"), "-p", old, "-m", "x")
    for ref in ("refs/heads/main", "refs/heads/new"):
        (found,) = occasions.transaction(
            open_repository(folder.path), f"{ZERO} {new} {ref}\n".encode()
        )
        assert (ends(found), found.exclude) == ((old, new), (old,))


# -- ranges and what is staged ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("main..topic", lambda one: (one.main, one.tip), id="two names"),
        pytest.param("origin/main..", lambda one: (one.main, one.tip), id="up to HEAD"),
        pytest.param("..main", lambda one: (one.tip, one.main), id="from HEAD"),
        pytest.param("HEAD~1..HEAD", lambda one: (one.first, one.tip), id="the last commit"),
    ],
)
def test_a_range_has_two_ends(
    clone: Clone, text: str, wanted: Callable[[Clone], tuple[str, str]]
) -> None:
    found = occasions.ranged(clone.repository, text)
    assert ends(found) == wanted(clone)
    assert found.range == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("main", id="one end"),
        pytest.param("main...topic", id="three dots"),
        pytest.param("", id="nothing"),
        pytest.param("main..nowhere", id="an unknown tip"),
        pytest.param("--all..HEAD", id="an option"),
        pytest.param("main:a.txt..HEAD", id="a file"),
    ],
)
def test_what_is_no_range_is_a_fault(clone: Clone, text: str) -> None:
    with pytest.raises(GitError):
        occasions.ranged(clone.repository, text)


def test_what_is_staged_is_judged_by_head_and_by_the_protected_branch(clone: Clone) -> None:
    head = clone.folder.commit({"hunkgate.toml": "[paths]\nforbidden = []\n"}, "a looser policy")
    found = occasions.staged(clone.repository)
    assert [one.source for one in found.policies] == [
        f"HEAD@{head[:7]}",
        f"origin/HEAD@{clone.main[:7]}",
    ]
    assert (found.base, found.head) == (head, None)


def test_a_branch_with_the_protected_branchs_policy_is_judged_once(clone: Clone) -> None:
    assert len(occasions.staged(clone.repository).policies) == 1


def test_before_the_first_commit_nothing_judges(folder: Folder) -> None:
    found = occasions.staged(open_repository(folder.path))
    assert (found.base, found.enrolling) == (None, True)

"""The whole way of a dependency, on real git: refused, approved with a key, committed, pushed, accepted by the server; and every
way round that the server has to refuse although this clone could not, because somebody switched its hooks off.
"""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from enrolled import ALICE, SIGNERS, Enrolled, enrol, key, listed
from gitfolder import Folder, Ran
from hunkgate import agents

CHANGED = "requests==2.32.0\n"
ZERO = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A server's bare repository with its hook, and a clone with every native hook that stands on the branch ``work``."""

    server: Folder
    here: Enrolled

    @property
    def folder(self) -> Folder:
        return self.here.folder

    def commit(self, message: str = "a change", *options: str) -> Ran:
        return self.folder.program("git", "commit", "-q", "-m", message, *options)

    def push(self, *words: str) -> Ran:
        return self.folder.program("git", "push", "-q", "origin", *words)

    def tip(self, name: str) -> str:
        """Where a ref of the server stands, '' where it has none."""
        return self.server.git("rev-parse", "-q", "--verify", name, check=False)

    def around(self, files: dict[str, bytes | str | None], *lines: str) -> str:
        """A commit by a clone whose hooks are switched off, with lines in its message."""
        self.folder.stage(files)
        return self.here.commit(*lines)

    def forced(self, *words: str) -> Ran:
        """A push by a clone whose hooks are switched off."""
        return self.folder.program(
            "git", "-c", "core.hooksPath=/dev/null", "push", "-q", "--no-verify", "origin", *words
        )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return key(folder, "human"), key(folder, "agent")


@pytest.fixture
def site(tmp_path: Path, keys: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Site:
    for _agent, variable, _value, _source in agents._SIGNS:
        monkeypatch.delenv(variable, raising=False)
    here = enrol(tmp_path / "clone", *keys)
    server = Folder(tmp_path / "server.git")
    here.folder.git("init", "-q", "--bare", "-b", "main", str(server.path))
    here.folder.git("remote", "add", "origin", str(server.path))
    here.folder.git("push", "-q", "origin", "main")
    here.folder.git("remote", "set-head", "origin", "--auto")
    assert server.hunkgate("install", "--server").code == 0
    assert here.folder.hunkgate("install", "--native").code == 0
    return Site(server=server, here=here)


def at_a_terminal(folder: Folder, *arguments: str, typed: str) -> tuple[int, str]:
    """Run hunkgate where a person sits: its exit code, and what stood on the screen."""
    screen, line = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "hunkgate", *arguments],
        cwd=folder.path,
        stdin=line,
        stdout=line,
        stderr=line,
        env=os.environ | {"PAGER": "cat", "LINES": "200"},
        start_new_session=True,
    ) as process:
        os.close(line)
        os.write(screen, f"{typed}\n".encode())
        shown = b""
        while True:
            try:
                chunk = os.read(screen, 65536)
            except OSError:  # the other end is closed
                break
            shown += chunk
            if not chunk:
                break
    os.close(screen)
    return process.returncode, shown.decode()


def refused(ran: Ran, *says: str) -> None:
    assert ran.code != 0
    for one in says:
        assert one in ran.out + ran.err


def theirs(folder: Folder) -> tuple[str, dict[str, bytes]]:
    """What is staged, and every file of the user's and git's settings. git itself writes its index anew when a commit is refused."""
    files = folder.snapshot()
    return folder.git("ls-files", "--stage"), {
        name: content
        for name, content in files.items()
        if not name.startswith(".git/") or name == ".git/config"
    }


def test_a_dependency_is_refused_approved_committed_pushed_and_accepted(site: Site) -> None:
    folder, head = site.folder, site.folder.git("rev-parse", "HEAD")
    folder.stage({"requirements.txt": CHANGED})
    before = theirs(folder)

    refused(site.commit(), "[dependencies/", "hunkgate approve ")
    assert folder.git("rev-parse", "HEAD") == head
    assert theirs(folder) == before

    code, screen = at_a_terminal(
        folder, "approve", "--all", "--key", str(site.here.human), "--reason", "CVE", typed="no"
    )
    assert (code, "nothing was approved" in screen) == (1, True)
    refused(site.commit(), "[dependencies/")

    code, screen = at_a_terminal(
        folder, "approve", "--all", "--key", str(site.here.human), "--reason", "CVE", typed="yes"
    )
    assert code == 0, screen
    assert "-requests==2.31.0" in screen
    assert "+requests==2.32.0" in screen

    done = site.commit("take the new requests")
    assert done.code == 0, done.err
    message = folder.git("log", "-1", "--format=%B")
    assert message.startswith("take the new requests\n")
    assert "\nHunkgate-Approval: " in message

    pushed = site.push("HEAD:refs/heads/topic")
    assert pushed.code == 0, pushed.err
    assert ALICE in pushed.out + pushed.err
    assert site.tip("topic") == folder.git("rev-parse", "HEAD")
    # And from there to the protected branch.
    assert site.push("HEAD:main").code == 0
    assert site.tip("main") == folder.git("rev-parse", "HEAD")


# -- what the server refuses, whatever happened in the clone ------------------------------------------------------------------


def unapproved(site: Site) -> tuple[str, ...]:
    site.around({"requirements.txt": CHANGED})
    return ("HEAD:refs/heads/topic",)


def one_byte_changed(site: Site) -> tuple[str, ...]:
    line = site.here.staged(CHANGED, "requirements.txt").approve()
    site.around({"requirements.txt": CHANGED.replace("2.32.0", "2.32.1")}, line)
    return ("HEAD:refs/heads/topic",)


def key_replaced_in_the_same_commit(site: Site) -> tuple[str, ...]:
    line = site.here.staged(CHANGED, "requirements.txt").forged(by=site.here.agent)
    site.around({SIGNERS: listed(site.here.agent)}, line)
    return ("HEAD:refs/heads/topic",)


def key_replaced_in_an_earlier_commit(site: Site) -> tuple[str, ...]:
    site.around({SIGNERS: listed(site.here.agent)})
    line = site.here.staged(CHANGED, "requirements.txt").forged(by=site.here.agent)
    site.around({}, line)
    return ("HEAD:refs/heads/topic",)


def policy_loosened_in_an_earlier_commit(site: Site) -> tuple[str, ...]:
    site.around({"hunkgate.toml": "[dependencies]\nenabled = false\n"})
    site.around({"requirements.txt": CHANGED})
    return ("HEAD:refs/heads/topic",)


def added_and_removed_again(site: Site) -> tuple[str, ...]:
    site.around({"requirements.txt": CHANGED})
    site.around({"requirements.txt": "requests==2.31.0\n"})
    return ("HEAD:refs/heads/topic",)


def second_ref_of_a_push(site: Site) -> tuple[str, ...]:
    fine = site.around({"src/app.py": "x = 2\n"})
    site.around({"requirements.txt": CHANGED})
    return (f"{fine}:refs/heads/fine", "HEAD:refs/heads/topic")


def straight_to_the_protected_branch(site: Site) -> tuple[str, ...]:
    site.around({"requirements.txt": CHANGED})
    return ("HEAD:main",)


def force_pushed_over_a_branch(site: Site) -> tuple[str, ...]:
    site.around({"src/app.py": "x = 2\n"})
    assert site.forced("HEAD:refs/heads/topic").code == 0
    site.folder.git("-c", "core.hooksPath=/dev/null", "reset", "-q", "--hard", "main")
    site.around({"requirements.txt": CHANGED})
    return ("+HEAD:refs/heads/topic",)


def under_a_tag(site: Site) -> tuple[str, ...]:
    site.around({"requirements.txt": CHANGED})
    site.folder.git("tag", "-a", "-m", "v1", "v1")
    return ("refs/tags/v1",)


def under_a_name_of_their_own(site: Site) -> tuple[str, ...]:
    site.around({"requirements.txt": CHANGED})
    return ("HEAD:refs/anything/else",)


def as_notes(site: Site) -> tuple[str, ...]:
    site.around({"requirements.txt": CHANGED})
    return ("HEAD:refs/notes/hunkgate",)


def without_any_history(site: Site) -> tuple[str, ...]:
    site.folder.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "--orphan", "new")
    site.around({"requirements.txt": CHANGED})
    return ("HEAD:refs/heads/topic",)


def in_a_merge(site: Site) -> tuple[str, ...]:
    fine = site.around({"src/other.py": "y = 1\n"})
    site.folder.stage({"requirements.txt": CHANGED})
    tree = site.folder.git("write-tree")
    evil = site.folder.git("commit-tree", tree, "-p", "main", "-p", fine, "-m", "a merge")
    return (f"{evil}:refs/heads/topic",)


ROUND = [
    pytest.param(unapproved, id="a commit that nobody approved"),
    pytest.param(one_byte_changed, id="an approved commit with one byte changed"),
    pytest.param(key_replaced_in_the_same_commit, id="the approver's key replaced in the same commit"),
    pytest.param(key_replaced_in_an_earlier_commit, id="the approver's key replaced in the same push"),
    pytest.param(policy_loosened_in_an_earlier_commit, id="the policy loosened in the same push"),
    pytest.param(added_and_removed_again, id="added and removed again inside the push"),
    pytest.param(second_ref_of_a_push, id="the second ref of a push"),
    pytest.param(straight_to_the_protected_branch, id="straight to the protected branch"),
    pytest.param(force_pushed_over_a_branch, id="a force push over a branch"),
    pytest.param(under_a_tag, id="under a tag"),
    pytest.param(under_a_name_of_their_own, id="under a ref outside the usual ones"),
    pytest.param(as_notes, id="under the name of notes"),
    pytest.param(without_any_history, id="a root commit"),
    pytest.param(in_a_merge, id="hidden in a merge"),
]  # fmt: skip

# The hook before a push judges by the same rules: these show that it gets every line, and the remote's word for the base.
SEEN_AT_PUSH = (
    unapproved,
    one_byte_changed,
    key_replaced_in_an_earlier_commit,
    second_ref_of_a_push,
    force_pushed_over_a_branch,
    under_a_tag,
)


@pytest.mark.parametrize("way", ROUND)
def test_the_server_refuses(site: Site, way: Callable[[Site], tuple[str, ...]]) -> None:
    words = way(site)
    before = site.server.git("for-each-ref")
    refused(site.forced(*words), "hunkgate", "pre-receive hook declined")
    assert site.server.git("for-each-ref") == before


@pytest.mark.parametrize("way", [one for one in ROUND if one.values[0] in SEEN_AT_PUSH])
def test_the_push_hook_of_the_clone_refuses_the_same(
    site: Site, way: Callable[[Site], tuple[str, ...]]
) -> None:
    words = way(site)
    (site.server.path / "hooks" / "pre-receive").unlink()
    before = site.server.git("for-each-ref")
    refused(site.push(*words), "hunkgate")
    assert site.server.git("for-each-ref") == before


@pytest.mark.parametrize(
    ("files", "options"),
    [
        pytest.param({"requirements.txt": CHANGED}, (), id="the commit itself"),
        pytest.param({"requirements.txt": CHANGED}, ("--no-verify",), id="with --no-verify"),
    ],
)
def test_a_commit_is_refused_on_the_spot(
    site: Site, files: dict[str, bytes | str | None], options: tuple[str, ...]
) -> None:
    head = site.folder.git("rev-parse", "HEAD")
    site.folder.stage(files)
    before = theirs(site.folder)
    refused(site.commit("a change", *options), "[dependencies/")
    assert site.folder.git("rev-parse", "HEAD") == head
    assert theirs(site.folder) == before


def test_the_protected_branch_is_not_deleted_to_begin_anew(site: Site) -> None:
    site.server.git("config", "receive.denyDeleteCurrent", "ignore")
    refused(site.forced(":main"), "protected branch")
    refused(site.push(":main"), "protected branch")
    assert site.tip("main")


def noted(site: Site) -> str:
    """A commit on the server whose approval a note carries; its id."""
    made = site.around({"requirements.txt": CHANGED})
    line = site.here.approve("--all", "--range", "main..work")
    site.folder.git("notes", "--ref=refs/notes/hunkgate", "add", "-m", line, made)
    assert site.forced("refs/notes/hunkgate").code == 0
    return made


def without_the_note(site: Site, made: str) -> str:
    site.folder.git("notes", "--ref=refs/notes/hunkgate", "remove", made)
    return "refs/notes/hunkgate"


def with_another_text(site: Site, made: str) -> str:
    site.folder.git("notes", "--ref=refs/notes/hunkgate", "add", "-f", "-m", "nothing", made)
    return "refs/notes/hunkgate"


def on_another_commit(site: Site, made: str) -> str:
    site.folder.git("notes", "--ref=refs/notes/hunkgate", "copy", made, "main")
    return without_the_note(site, made)


def anew(site: Site, made: str) -> str:
    site.folder.git("update-ref", "-d", "refs/notes/hunkgate")
    site.folder.git("notes", "--ref=refs/notes/hunkgate", "add", "-m", "nothing", made)
    return "+refs/notes/hunkgate"


@pytest.mark.parametrize(
    "way",
    [
        without_the_note,
        with_another_text,
        on_another_commit,
        anew,
        pytest.param(lambda _site, _made: ":refs/notes/hunkgate", id="deleted"),
    ],
)
def test_notes_forget_no_approval_that_was_used(
    site: Site, way: Callable[[Site, str], str]
) -> None:
    word = way(site, noted(site))
    refused(site.forced(word), "takes approvals out of the notes")


def test_notes_are_added_to_and_rewritten_where_no_approval_is_lost(site: Site) -> None:
    made = noted(site)
    folder = site.folder
    folder.git("notes", "--ref=refs/notes/hunkgate", "append", "-m", "more", made)
    folder.git("notes", "--ref=refs/notes/hunkgate", "add", "-m", "other", "main")
    assert site.forced("refs/notes/hunkgate").code == 0


def test_the_history_of_notes_holds_nothing_but_notes(site: Site) -> None:
    site.around({"secrets/key": "1\n", "requirements.txt": CHANGED})
    folder = site.folder
    tree = folder.git("mktree", stdin=b"")
    made = folder.git("commit-tree", tree, "-p", "HEAD", "-m", "notes")
    refused(site.forced(f"{made}:refs/notes/more"), "hunkgate")


# -- taking it up -------------------------------------------------------------------------------------------------------------


def test_a_project_takes_hunkgate_up_as_the_readme_says(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _agent, variable, _value, _source in agents._SIGNS:
        monkeypatch.delenv(variable, raising=False)
    folder.git("config", "user.email", "dev@example.com")
    folder.commit({"src/app.py": "x = 1\n"})
    assert folder.hunkgate("init").code == 0
    assert folder.hunkgate("install", "--native").code == 0
    folder.git("add", "--all")
    done = folder.program("git", "commit", "-m", "take it up")
    assert done.code == 0, done.out + done.err
    assert "WARN [dependencies/added]" in done.out + done.err, "the hooks themselves are reported"
    folder.stage({"secrets/key": "1\n"})
    refused(folder.program("git", "commit", "-m", "a change"), "[paths/forbidden]")
    assert "no policy" not in folder.hunkgate("doctor").out


# -- what the server accepts --------------------------------------------------------------------------------------------------


def test_work_that_needs_nobody_is_accepted_by_every_layer(site: Site) -> None:
    site.folder.stage({"src/app.py": "x = 2\n"})
    assert site.commit().code == 0
    site.folder.git("tag", "-a", "-m", "v1", "v1")
    ran = site.push("HEAD:refs/heads/topic", "HEAD:refs/heads/other", "refs/tags/v1")
    assert ran.code == 0, ran.err
    assert site.tip("topic") == site.tip("other") == site.tip("v1^{commit}")


def test_branches_and_tags_may_be_deleted(site: Site) -> None:
    assert site.push("main:refs/heads/topic", "main:refs/tags/v1").code == 0
    ran = site.push(":refs/heads/topic", ":refs/tags/v1")
    assert ran.code == 0, ran.err
    assert (site.tip("topic"), site.tip("v1")) == ("", "")


def test_a_branch_may_be_rebased_and_force_pushed(site: Site) -> None:
    site.folder.stage({"src/app.py": "x = 2\n"})
    assert site.commit().code == 0
    assert site.push("HEAD:refs/heads/topic").code == 0
    ran = site.commit("said better", "--amend")
    assert ran.code == 0, ran.err
    ran = site.push("+HEAD:refs/heads/topic")
    assert ran.code == 0, ran.err
    assert site.tip("topic") == site.folder.git("rev-parse", "HEAD")


def test_a_branch_that_takes_in_what_main_gained_may_be_pushed_again(site: Site) -> None:
    """What main gained was judged there, whatever the branch's old tip on the server knew of it."""
    folder = site.folder
    assert site.push("work").code == 0
    folder.git("checkout", "-q", "main")
    site.here.staged("replicas: 7\n")
    site.here.commit(site.here.approve())
    assert site.forced("main").code == 0
    site.here.drop_pending()
    folder.git("checkout", "-q", "work")
    site.around({"src/app.py": "x = 2\n"})
    folder.git("merge", "-q", "--no-edit", "main")
    ran = site.push("work")
    assert ran.code == 0, ran.err
    site.around({"secrets/key": "1\n", "requirements.txt": CHANGED})
    refused(site.forced("work"), "dependencies/")


def test_a_commit_behind_an_approved_one_may_be_amended_and_pushed_again(site: Site) -> None:
    folder = site.folder
    folder.stage({"requirements.txt": CHANGED})
    site.here.commit(site.here.approve())
    site.around({"src/app.py": "x = 2\n"})
    assert site.push("work").code == 0
    folder.stage({"src/app.py": "x = 3\n"})
    folder.git("commit", "-q", "--amend", "-m", "said better")
    ran = site.push("+work")
    assert ran.code == 0, ran.err

"""``approve``, ``approvals`` and the message hooks, on real git: what is shown, asked, kept, attached and checked."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from enrolled import ALICE, POLICY, SIGNERS, Enrolled, enrol, key, listed
from hunkgate import agents
from hunkgate.approvals.statement import from_line


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return key(folder, "human"), key(folder, "agent")


@pytest.fixture(autouse=True)
def no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    for _agent, variable, _value, _source in agents._SIGNS:
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def repository(tmp_path: Path, keys: tuple[Path, Path]) -> Enrolled:
    return enrol(tmp_path / "repository", *keys)


@pytest.fixture
def unsigned(tmp_path: Path, keys: tuple[Path, Path]) -> Enrolled:
    """A repository whose policy names no signers."""
    return enrol(tmp_path / "unsigned", *keys, policy='[paths]\nreview = ["infra/"]\n')


def at_terminal(one: Enrolled, answer: str, *arguments: str) -> tuple[int, str]:
    """Run hunkgate at a terminal and type an answer: exit code and everything that was shown."""
    ours, theirs = os.openpty()
    done = subprocess.Popen(
        [sys.executable, "-P", "-m", "hunkgate", *arguments],
        cwd=one.folder.path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "LINES": "500", "COLUMNS": "200", "TERM": "dumb"},
    )
    os.close(theirs)
    shown = b""
    answered = False
    with contextlib.suppress(OSError):  # the terminal is gone once the program has ended
        while part := os.read(ours, 65536):
            shown += part
            if b"Type yes" in shown and not answered:
                os.write(ours, f"{answer}\n".encode())
                answered = True
    os.close(ours)
    return done.wait(), shown.decode()


# -- approve ------------------------------------------------------------------------------------------------------------------


def test_without_signers_a_yes_at_the_terminal_is_recorded_and_travels_unsigned(
    unsigned: Enrolled,
) -> None:
    unsigned.staged()
    code, shown = at_terminal(unsigned, "yes", "approve", "--all", "--reason", "scale up")
    assert code == 0, shown
    assert "as dev@example.com" in shown
    assert "without a signature" in shown
    message = unsigned.folder.path / "message"
    message.write_text("scale\n")
    assert unsigned.run("hook", "prepare-commit-msg", str(message)).code == 0
    unsigned.folder.git("commit", "-q", "--no-verify", "-F", str(message))
    ran = unsigned.judged()
    assert ran.code == 0
    assert "recorded, not signed" in ran.out
    assert "scale up" in ran.out


@pytest.mark.parametrize("answer", ["no", "", "y", "YES please"])
def test_any_other_answer_than_yes_approves_nothing(unsigned: Enrolled, answer: str) -> None:
    unsigned.staged()
    code, shown = at_terminal(unsigned, answer, "approve", "--all")
    assert code == 1
    assert "nothing was approved" in shown
    assert unsigned.run("check").code == 1


def test_everything_that_is_approved_is_shown_first_and_cannot_steer_the_terminal(
    unsigned: Enrolled,
) -> None:
    unsigned.staged("replicas: 3\n\x1b[2Jhidden\rover\u202e\n", "infra/prod\u0430.yaml")
    item = unsigned.items()[0]
    _, shown = at_terminal(unsigned, "no", "approve", "--all")
    assert item in shown
    assert "infra/prod\\u0430.yaml" in shown, "a Cyrillic letter that looks like a Latin one"
    assert "+replicas: 3" in shown
    assert "+\\x1b[2Jhidden\\rover\\u202e" in shown
    assert "mode 000000 -> 100644" in shown


def test_the_dependencies_that_are_approved_are_shown_as_one_table(unsigned: Enrolled) -> None:
    names = [f"package-{number}" for number in range(30)]
    unsigned.folder.stage(
        {"requirements.txt": "".join(f"{name}==1.0\n" for name in (*names, "ev\u0456l"))}
    )
    _, shown = at_terminal(unsigned, "no", "approve", "--all")
    table = shown.partition("\r\ndependencies\r\n")[2].partition("\r\n\r\n")[0].split("\r\n")
    assert [table[0], table[-1]] == [
        "  requirements.txt",
        "  32 dependency changes in 1 file, 32 to approve",
    ]
    for name in (*names, "ev\\u0456l"):
        assert any(f" STOP  + {name} ==1.0  " in row for row in table), "none is folded away"
    assert shown.count("+package-7==1.0") == 1, "the lines of a file are shown once"
    assert any(" STOP  - requests ==2.31.0  " in row for row in table)


def test_the_table_holds_only_what_is_approved(unsigned: Enrolled) -> None:
    unsigned.folder.stage({"requirements.txt": "requests==2.31.0\ngood==1.0\nother==1.0\n"})
    good, _other = unsigned.items()
    _, shown = at_terminal(unsigned, "no", "approve", good[:8])
    assert "STOP  + good ==1.0" in shown
    assert "+ other" not in shown
    assert "1 dependency change in 1 file, 1 to approve" in shown


def test_each_commit_of_a_range_has_its_table(unsigned: Enrolled) -> None:
    first = unsigned.folder.commit({"requirements.txt": "requests==2.31.0\ngood==1.0\n"})
    second = unsigned.folder.commit({"requirements.txt": "requests==2.31.0\ngood==1.1\n"})
    _, shown = at_terminal(unsigned, "no", "approve", "--all", "--range", "main..work")
    for place, row in (
        (f"commit {first[:7]}", "+ good ==1.0"),
        (f"commit {second[:7]}", "~ good ==1.0 -> ==1.1"),
        ("the range as a whole", "+ good ==1.1"),
    ):
        table = shown.partition(f"dependencies ({place})\r\n")[2]
        assert row in table.partition("\r\n\r\n")[0]


def test_every_file_that_a_size_stands_for_is_shown(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    small = enrol(tmp_path / "small", *keys, policy="[size]\nmax-lines = 3\n")
    small.folder.stage({"src/a.py": "a = 1\na = 2\na = 3\n", "src/b.py": "hidden = 1"})
    _, shown = at_terminal(small, "no", "approve", "--all")
    assert "  src/b.py\r\n  mode 000000 -> 100644" in shown
    assert "+hidden = 1\r\n  \\ no line end" in shown


def test_a_submodule_and_an_old_name_are_shown(unsigned: Enrolled) -> None:
    commit = unsigned.folder.git("rev-parse", "HEAD")
    unsigned.folder.git("mv", "infra/prod.yaml", "infra/moved.yaml")
    unsigned.folder.git("update-index", "--add", "--cacheinfo", f"160000,{commit},infra/sub")
    _, shown = at_terminal(unsigned, "no", "approve", "--all")
    assert "was infra/prod.yaml" in shown
    assert f"mode 000000 -> 160000, no file -> {commit}" in shown


def test_an_item_is_named_by_its_first_digits(repository: Enrolled) -> None:
    repository.folder.stage({"infra/a": "1", "infra/b": "2"})
    first, second = repository.items()
    line = repository.approve(first[:8])
    assert set(from_line(line).statement.items) == {first}
    assert repository.items() == (second,)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("0" * 8,), "is not an item of this change", id="an item that is not there"),
        pytest.param(("ab",), "too short", id="too few digits"),
        pytest.param((), "name the items to approve", id="no item"),
        pytest.param(("--all", "--expires", "0"), "not a time", id="no time at all"),
        pytest.param(("--all", "--expires", "soon"), "not a time", id="no time that can be read"),
        pytest.param(("--all", "--as", "a b"), "principal", id="two words for a name"),
        pytest.param(
            ("--all", "--reason", "a\nb"), "control character", id="two lines for a reason"
        ),
    ],
)
def test_approve_says_what_it_cannot_approve(
    repository: Enrolled, arguments: tuple[str, ...], says: str
) -> None:
    repository.staged()
    ran = repository.run("approve", *arguments, "--key", str(repository.human), "--print")
    assert ran.code == 1
    assert ran.out == ""
    assert says in ran.err


def test_the_principal_is_the_one_that_the_signers_file_gives_the_key(repository: Enrolled) -> None:
    repository.staged()
    ran = repository.run("approve", "--all", "--key", str(repository.human), "--print")
    assert from_line(ran.out.strip()).statement.principal == ALICE


def test_gits_own_signing_key_is_taken_where_none_is_named(repository: Enrolled) -> None:
    repository.folder.git("config", "gpg.format", "ssh")
    repository.folder.git("config", "user.signingKey", f"{repository.human}.pub")
    repository.staged()
    code, shown = at_terminal(repository, "yes", "approve", "--all")
    assert code == 0, shown
    assert repository.run("check").code == 0


def test_nothing_to_approve_is_said(repository: Enrolled) -> None:
    repository.folder.stage({"src/app.py": "x = 2\n"})
    ran = repository.run("approve", "--all", "--key", str(repository.human), "--print")
    assert (ran.code, ran.out) == (0, "")
    assert "nothing here waits" in ran.err


def test_approving_a_range_leaves_a_note_on_its_tip(repository: Enrolled) -> None:
    repository.staged().commit()
    ran = at_terminal(
        repository,
        "yes",
        "approve",
        "--all",
        "--range",
        "main..work",
        "--key",
        str(repository.human),
    )
    assert ran[0] == 0, ran[1]
    assert "refs/notes/hunkgate" in ran[1]
    assert repository.judged().code == 0


def test_a_key_added_on_the_branch_lifts_nothing_that_the_protected_branch_would_refuse(
    repository: Enrolled,
) -> None:
    folder = repository.folder
    folder.git("update-ref", "refs/remotes/origin/main", "main")
    folder.commit({SIGNERS: listed(repository.agent)}, message="a new signer")
    repository.staged()
    line = repository.forged(by=repository.agent)
    (folder.path / "line").write_text(line)
    ran = repository.run("check", "--approvals", "line")
    assert ran.code == 1
    assert "not among the allowed signers" in ran.out


def test_a_policy_that_asks_for_a_security_key_refuses_a_key_in_a_file(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    strict = enrol(tmp_path / "strict", *keys, policy=f"{POLICY}security-key = true\n")
    strict.staged()
    ran = strict.run("approve", "--all", "--key", str(strict.human), "--print")
    assert ran.code == 1
    assert "asks for a security key" in ran.err


# -- the message hooks --------------------------------------------------------------------------------------------------------


def test_a_commit_takes_its_approval_along_and_is_accepted_by_every_hook(
    repository: Enrolled,
) -> None:
    assert repository.run("install", "--native").code == 0
    folder = repository.folder
    folder.stage({"infra/prod.yaml": "replicas: 3\n"})
    head = folder.git("rev-parse", "HEAD")
    folder.git("commit", "-q", "-m", "scale", check=False)
    assert folder.git("rev-parse", "HEAD") == head, "refused"
    line = repository.approve()
    folder.git("commit", "-q", "-m", "scale")
    message = folder.git("log", "-1", "--format=%B")
    assert message.strip().splitlines() == ["scale", "", line]
    assert repository.judged().code == 0
    folder.git("commit", "-q", "--amend", "-m", "scale, said better")
    assert line in folder.git("log", "-1", "--format=%B")
    folder.stage({"infra/prod.yaml": "replicas: 4\n"})
    repository.approve()
    folder.git("commit", "-q", "--amend", "--no-edit")
    assert folder.git("log", "-1", "--format=%B").count("Hunkgate-Approval: ") == 2
    assert repository.judged().code == 0


def test_an_amended_commit_keeps_its_approval_when_more_is_staged_and_the_message_is_new(
    repository: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_AUTHOR_DATE")
    assert repository.run("install", "--native").code == 0
    folder = repository.folder
    line = repository.staged().approve()
    folder.git("commit", "-q", "-m", "scale", "--date", "2026-01-01T00:00:00Z")
    folder.stage({"src/app.py": "x = 2\n"})
    folder.git("commit", "-q", "--amend", "-m", "scale, and more")
    assert folder.git("log", "-1", "--format=%B").splitlines() == ["scale, and more", "", line]
    assert repository.judged().code == 0
    second = repository.staged("replicas: 4\n").approve()
    folder.git("commit", "-q", "--amend", "-m", "scale twice")
    message = folder.git("log", "-1", "--format=%B").splitlines()
    assert (message[0], sorted(message[2:])) == ("scale twice", sorted((line, second)))
    assert repository.judged().code == 0


def test_a_new_commit_takes_no_approval_of_the_last_one_along(
    repository: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository.folder
    repository.commit(repository.staged().approve())
    monkeypatch.setenv("GIT_AUTHOR_DATE", "@1700000000 +0000")
    folder.stage({"src/app.py": "x = 2\n"})
    message = folder.path / "message"
    message.write_text("more\n")
    assert repository.run("hook", "prepare-commit-msg", str(message), "message").code == 0
    assert message.read_text() == "more\n"


def test_a_commit_that_only_seems_to_amend_takes_the_approvals_that_wait(
    repository: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two commits within a second: what the last one brought was never approved, what is staged was."""
    folder = repository.folder
    repository.staged("replicas: 2\n").commit()
    monkeypatch.setenv("GIT_AUTHOR_DATE", folder.git("log", "-1", "--format=@%ad", "--date=raw"))
    line = repository.staged("replicas: 3\n").approve()
    message = folder.path / "message"
    message.write_text("more\n")
    assert repository.run("hook", "prepare-commit-msg", str(message), "message").code == 0
    assert message.read_text().splitlines() == ["more", "", line]


def test_only_the_approvals_that_a_commit_needs_are_attached(repository: Enrolled) -> None:
    folder = repository.folder
    repository.staged().approve()
    folder.git("reset", "-q", "--hard")
    folder.stage({"infra/other.yaml": "1\n"})
    needed = repository.approve()
    message = folder.path / "message"
    message.write_text("other\n\n# a comment of git\n")
    assert repository.run("hook", "prepare-commit-msg", str(message), "message").code == 0
    assert message.read_text().splitlines() == ["other", "", needed, "", "# a comment of git"]
    before = message.read_bytes()
    assert repository.run("hook", "prepare-commit-msg", str(message)).code == 0
    assert message.read_bytes() == before, "attached once"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        pytest.param("scale\n\n{line}\n", 0, id="the line is there"),
        pytest.param("scale\n", 1, id="the line was taken out"),
        pytest.param("scale\n# {line}\n", 1, id="the line is a comment"),
        pytest.param(
            "scale\n# ------------------------ >8 ------------------------\n {line}\n",
            1,
            id="the line is in the diff below the message",
        ),
    ],
)
def test_the_message_must_hold_the_approval(repository: Enrolled, message: str, code: int) -> None:
    line = repository.staged().approve()
    file = repository.folder.path / "message"
    file.write_text(message.format(line=line))
    assert repository.run("hook", "commit-msg", str(file)).code == code


# -- approvals ----------------------------------------------------------------------------------------------------------------


def test_pending_approvals_are_listed_explained_and_revoked(repository: Enrolled) -> None:
    assert "no approval waits" in repository.run("approvals").out
    line = repository.staged().approve()
    said = from_line(line).statement
    rows = repository.run("approvals").out.splitlines()
    assert len(rows) == 1
    assert rows[0].startswith(said.nonce[:8])
    assert rows[0].endswith("counts")
    explained = repository.run("approvals", "explain", said.nonce[:8]).out
    assert all(item in explained for item in said.items)
    assert ALICE in explained
    assert repository.run("check").code == 0
    assert repository.run("approvals", "revoke", said.nonce[:8]).code == 0
    assert repository.run("check").code == 1


def test_an_approval_that_does_not_count_is_listed_with_the_reason(repository: Enrolled) -> None:
    line = repository.staged().forged(made=999_999_000, expires=1_000_000_000)
    (repository.folder.path / "line").write_text(f"> no line\n{line}\n")
    assert repository.run("approvals", "add", "line").code == 0
    assert "does not count: it expired" in repository.run("approvals").out


def test_an_approval_from_another_machine_is_added(repository: Enrolled) -> None:
    line = repository.staged().approve()
    repository.drop_pending()
    assert repository.run("check").code == 1
    added = repository.folder.hunkgate("approvals", "add", "-", stdin=f"{line}\n".encode())
    assert added.code == 0
    assert repository.run("check").code == 0
    (kept,) = repository.folder.path.glob(".git/hunkgate/approvals/*")
    assert kept.stat().st_mode & 0o077 == 0


def test_adding_what_holds_no_approval_says_so(repository: Enrolled) -> None:
    ran = repository.folder.hunkgate("approvals", "add", "-", stdin=b"nothing\n")
    assert ran.code == 1
    assert "no approval line" in ran.err


def test_an_approval_in_a_commit_is_not_revoked_but_found(repository: Enrolled) -> None:
    line = repository.staged().approve()
    repository.commit(line)
    repository.drop_pending()
    nonce = from_line(line).statement.nonce
    assert nonce[:8] in repository.run("approvals", "--range", "main..work").out
    ran = repository.run("approvals", "--range", "main..work", "revoke", nonce[:8])
    assert ran.code == 1
    assert "take the commit back" in ran.err

"""One test per known way to get a change past an approval, and per innocent way of working that must not be refused.

The rows of the table in docs/threats.md that concern approvals.
"""

import os
import shutil
from pathlib import Path

import pytest

from enrolled import ALICE, BOB, POLICY, SIGNERS, Enrolled, enrol, key, listed
from gitfolder import Ran
from hunkgate import agents, approvals
from hunkgate.approvals import sshsig
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


def refused(ran: Ran, *says: str) -> None:
    assert ran.code in (1, 2), ran.out
    for one in says:
        assert one in ran.out + ran.err


def accepted(ran: Ran) -> None:
    assert ran.code == 0, ran.out + ran.err


# -- innocent -----------------------------------------------------------------------------------------------------------------


def test_an_approved_change_is_accepted_and_stays_visible(repository: Enrolled) -> None:
    repository.commit(repository.staged().approve())
    ran = repository.judged()
    accepted(ran)
    assert f"by {ALICE}" in ran.out


def test_a_change_that_nobody_approved_is_refused(repository: Enrolled) -> None:
    repository.staged().commit()
    refused(repository.judged(), "paths/review")


def test_an_approved_change_is_accepted_after_a_rebase(repository: Enrolled) -> None:
    repository.commit(repository.staged().approve())
    folder = repository.folder
    folder.git("checkout", "-q", "main")
    folder.commit({"src/other.py": "y = 1\n"})
    folder.git("checkout", "-q", "work")
    folder.git("rebase", "-q", "main")
    accepted(repository.judged())


def test_an_approved_commit_is_accepted_when_it_is_cherry_picked(repository: Enrolled) -> None:
    picked = repository.commit(repository.staged().approve())
    folder = repository.folder
    folder.git("checkout", "-q", "-b", "release", "main")
    folder.commit({"src/release.py": "z = 1\n"})
    folder.git("cherry-pick", picked)
    accepted(repository.judged("main..release"))


def test_merging_main_into_a_branch_asks_nothing_again(repository: Enrolled) -> None:
    repository.commit(repository.staged().approve())
    folder = repository.folder
    folder.git("checkout", "-q", "main")
    folder.stage({"infra/other.yaml": "1\n"})
    repository.commit(repository.approve())
    folder.git("checkout", "-q", "work")
    folder.git("merge", "-q", "--no-edit", "main")
    accepted(repository.judged())


def test_two_approved_steps_on_one_path_are_accepted_as_a_whole(repository: Enrolled) -> None:
    repository.commit(repository.staged("replicas: 2\n").approve())
    repository.commit(repository.staged("replicas: 3\n").approve())
    accepted(repository.judged())


def test_two_approved_steps_squashed_into_one_commit_are_accepted(repository: Enrolled) -> None:
    repository.commit(repository.staged("replicas: 2\n").approve())
    repository.commit(repository.staged("replicas: 3\n").approve())
    folder = repository.folder
    folder.git("checkout", "-q", "-b", "squashed", "main")
    folder.git("merge", "-q", "--squash", "work")
    folder.git("commit", "-q", "--no-verify", "--no-edit")
    message = folder.git("log", "-1", "--format=%B")
    assert message.count("    Hunkgate-Approval: ") == 2
    accepted(repository.judged("main..squashed"))


def test_an_approved_commit_that_was_amended_with_an_approved_step_is_accepted(
    repository: Enrolled,
) -> None:
    first = repository.staged("replicas: 2\n").approve()
    repository.commit(first)
    second = repository.staged("replicas: 3\n").approve()
    repository.folder.git("commit", "-q", "--amend", "--no-verify", "-m", f"x\n\n{first}\n{second}")
    accepted(repository.judged())


def test_a_note_carries_an_approval(repository: Enrolled) -> None:
    commit = repository.staged().commit()
    line = repository.approve("--all", "--range", "main..work")
    refused(repository.judged())
    repository.folder.git("notes", "--ref=refs/notes/hunkgate", "add", "-m", line, commit)
    accepted(repository.judged())


def test_a_file_carries_an_approval(repository: Enrolled, tmp_path: Path) -> None:
    repository.staged().commit()
    line = repository.approve("--all", "--range", "main..work")
    (tmp_path / "comments").write_text(f"looks good\n\n{line}\n")
    accepted(repository.judged("main..work", "--approvals", str(tmp_path / "comments")))


def test_one_approval_may_land_in_two_commits(repository: Enrolled) -> None:
    folder = repository.folder
    folder.stage({"infra/prod.yaml": "replicas: 3\n", "infra/new.yaml": "1\n"})
    line = repository.approve()
    folder.git("reset", "-q", "infra/new.yaml")
    folder.git("commit", "-q", "--no-verify", "-m", f"one\n\n{line}")
    folder.commit(message=f"two\n\n{line}")
    accepted(repository.judged())


# -- who signs ----------------------------------------------------------------------------------------------------------------


def test_a_key_that_the_base_does_not_list_cannot_sign_as_alice(repository: Enrolled) -> None:
    line = repository.staged().forged(by=repository.agent)
    repository.commit(line)
    refused(repository.judged(), "not among the allowed signers")


def test_approve_hands_out_nothing_for_a_key_that_is_not_listed(repository: Enrolled) -> None:
    repository.staged()
    ran = repository.run(
        "approve", "--all", "--staged", "--key", str(repository.agent), "--as", ALICE, "--print"
    )
    refused(ran, "not among the allowed signers")
    assert ran.out == ""


@pytest.mark.parametrize("together", [True, False])
def test_a_key_added_in_the_same_push_signs_nothing(repository: Enrolled, together: bool) -> None:
    folder = repository.folder
    folder.stage({SIGNERS: listed(repository.human) + listed(repository.agent)})
    if not together:
        folder.commit(message="a new key")
    line = repository.staged().forged(by=repository.agent)
    repository.commit(line)
    refused(repository.judged(), "protect/signers", "paths/review")


def test_a_listed_key_cannot_sign_in_another_name(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    human, agent = keys
    both = enrol(tmp_path / "r", human, agent, signers=(listed(human), listed(agent, BOB)))
    both.commit(both.staged().forged(by=agent))
    refused(both.judged(), "does not hold")


def test_a_signature_for_git_is_not_an_approval(repository: Enrolled) -> None:
    made = from_line(repository.staged().forged())
    repository.folder.write({"../statement": made.content})
    file = repository.folder.path.parent / "statement"
    signed = repository.folder.path.parent / "statement.sig"
    repository.folder.git(
        "-c",
        "alias.k=!ssh-keygen",
        "k",
        "-Y",
        "sign",
        "-n",
        "git",
        "-f",
        str(repository.human),
        str(file),
    )
    signature = sshsig.dearmoured(signed.read_bytes())
    repository.commit(approvals.to_line(made.content, signature))
    refused(repository.judged(), "made for 'git'")


def test_an_approval_without_a_signature_is_refused_where_signers_are_listed(
    repository: Enrolled,
) -> None:
    made = from_line(repository.staged().forged())
    repository.commit(approvals.to_line(made.content))
    refused(repository.judged(), "only recorded")


def test_one_person_is_not_two(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    human, agent = keys
    policy = POLICY + '\n[[approvals.rules]]\npaths = ["infra/"]\ncount = 2\n'
    signers = (listed(human, f"{ALICE},al@example.com"), listed(agent, BOB))
    two = enrol(tmp_path / "r", human, agent, policy, signers)
    two.staged()
    mine = [two.approve(), two.forged(principal="al@example.com", nonce="0" * 18)]
    two.commit(*mine)
    refused(two.judged(), "needs 2 approvals")
    line = two.forged(*from_line(mine[0]).statement.items, by=agent, principal=BOB)
    two.folder.git(
        "commit", "-q", "--no-verify", "--amend", "-m", "\n".join(("x", "", *mine, line))
    )
    accepted(two.judged())


# -- what is signed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content", "mode"),
    [
        pytest.param("infra/prod.yaml", "replicas: 4\n", "", id="other content"),
        pytest.param("infra/other.yaml", "replicas: 3\n", "", id="another path"),
        pytest.param("infra/Prod.yaml", "replicas: 3\n", "", id="the path in another case"),
        pytest.param("infra/prod.yaml", "replicas: 3\n", "+x", id="another mode"),
        pytest.param("infra/prod.yaml", "replicas: 3\n", "link", id="a symbolic link"),
    ],
)
def test_an_approval_of_one_thing_is_none_of_another(
    repository: Enrolled, path: str, content: str, mode: str
) -> None:
    line = repository.staged().approve()
    folder = repository.folder
    folder.git("reset", "-q", "--hard")
    folder.stage({path: content})
    if mode == "+x":
        folder.git("update-index", "--chmod=+x", path)
    if mode == "link":
        blob = folder.git("hash-object", "-w", path)
        folder.git("update-index", "--cacheinfo", f"120000,{blob},{path}")
    folder.git("commit", "-q", "--no-verify", "-m", f"x\n\n{line}")
    refused(repository.judged(), "paths/review")


def test_an_approved_item_takes_no_other_along(repository: Enrolled) -> None:
    line = repository.staged().approve()
    repository.staged("evil\n", "infra/evil.yaml").commit(line)
    refused(repository.judged(), "infra/evil.yaml")


def test_an_approved_dependency_takes_no_other_along(repository: Enrolled) -> None:
    folder = repository.folder
    folder.stage({"requirements.txt": "requests==2.31.0\ngood==1.0\n"})
    line = repository.approve()
    folder.stage({"requirements.txt": "requests==2.31.0\ngood==1.0\nevil==1.0\n"})
    repository.commit(line)
    refused(repository.judged(), "evil")


def test_an_approved_dependency_is_not_another_version_of_it(repository: Enrolled) -> None:
    folder = repository.folder
    folder.stage({"requirements.txt": "requests==2.31.0\ngood==1.0\n"})
    line = repository.approve()
    folder.stage({"requirements.txt": "requests==2.31.0\ngood==1.1\n"})
    repository.commit(line)
    refused(repository.judged(), "good")


def test_an_approved_dependency_does_not_make_its_file_a_program(repository: Enrolled) -> None:
    folder = repository.folder
    folder.stage({"requirements.txt": "requests==2.31.0\ngood==1.0\n"})
    line = repository.approve()
    folder.git("update-index", "--chmod=+x", "requirements.txt")
    folder.git("commit", "-q", "--no-verify", "-m", f"x\n\n{line}")
    refused(repository.judged(), "good")


def test_an_approved_dependency_survives_another_change_to_its_file(repository: Enrolled) -> None:
    folder = repository.folder
    folder.stage({"requirements.txt": "requests==2.31.0\ngood==1.0\n"})
    line = repository.approve()
    folder.stage({"requirements.txt": "# what we need\nrequests==2.31.0\n\ngood==1.0\n"})
    repository.commit(line)
    accepted(repository.judged())


def test_a_line_cannot_claim_to_cover_what_it_does_not(repository: Enrolled) -> None:
    """The signed items are real ones of another change: what a line lists counts for nothing but its own digest."""
    real = repository.staged("replicas: 2\n").items()
    line = repository.forged(*real)
    repository.staged("replicas: 9\n").commit(line)
    refused(repository.judged(), "paths/review")


def test_a_chain_does_not_skip_a_step_that_nobody_approved(repository: Enrolled) -> None:
    repository.commit(repository.staged("replicas: 2\n").approve())
    repository.staged("replicas: 5\n").commit()
    repository.commit(repository.staged("replicas: 6\n").approve())
    refused(repository.judged(), "paths/review")


# -- where and when it counts -------------------------------------------------------------------------------------------------


def test_an_approval_of_another_repository_does_not_count(
    repository: Enrolled, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    other = enrol(tmp_path / "other", *keys, policy=POLICY.replace("example/app", "example/fork"))
    repository.staged().commit(other.staged().approve())
    refused(repository.judged(), "for the repository 'example/fork'")


def test_a_signature_binds_to_nothing_where_the_policy_names_no_repository(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    nameless = enrol(tmp_path / "r", *keys, policy=POLICY.replace('repository = "example/app"', ""))
    nameless.commit(nameless.staged().forged(repository=""))
    refused(nameless.judged(), "names no repository")


def test_an_expired_approval_does_not_count(repository: Enrolled) -> None:
    repository.commit(repository.staged().forged(expires=1_000_000_000, made=999_999_000))
    refused(repository.judged(), "expired on 2001-09-09")


def test_an_approval_may_not_outlive_the_policys_limit(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    strict = enrol(tmp_path / "r", *keys, policy=POLICY + 'longest = "7d"\n')
    line = strict.staged().forged(expires=99_999_999_999)
    strict.commit(line)
    refused(strict.judged(), "longer than the policy allows")
    strict.folder.git("reset", "-q", "--soft", "HEAD^")
    strict.commit(strict.approve())
    accepted(strict.judged())


def test_an_approval_from_the_future_does_not_count(repository: Enrolled) -> None:
    repository.commit(repository.staged().forged(made=99_999_999_998, expires=99_999_999_999))
    refused(repository.judged(), "in the future")


@pytest.mark.parametrize("carrier", ["message", "note"])
@pytest.mark.parametrize("date", ["", "1990-01-01T00:00:00Z"])
def test_an_approval_that_landed_is_spent_after_a_revert(
    repository: Enrolled, monkeypatch: pytest.MonkeyPatch, carrier: str, date: str
) -> None:
    line = repository.staged().approve()
    folder = repository.folder
    if date:  # a commit's dates are whatever its maker wrote
        monkeypatch.setenv("GIT_COMMITTER_DATE", date)
    landed = repository.commit(*((line,) if carrier == "message" else ()))
    if carrier == "note":
        folder.git("notes", "--ref=refs/notes/hunkgate", "add", "-m", line, landed)
    monkeypatch.delenv("GIT_COMMITTER_DATE", raising=False)
    accepted(repository.judged())
    folder.commit({"infra/prod.yaml": "replicas: 1\n"}, message="take it back")
    folder.git("branch", "-f", "main", "work")
    repository.staged().commit(line)
    refused(repository.judged(), "used already")


def test_a_landed_commit_that_names_an_odd_encoding_spends_its_approval_all_the_same(
    repository: Enrolled,
) -> None:
    line = repository.staged().approve()
    folder = repository.folder
    folder.git("config", "i18n.commitEncoding", "UTF-7")
    repository.commit(line)
    folder.git("config", "--unset", "i18n.commitEncoding")
    folder.commit({"infra/prod.yaml": "replicas: 1\n"}, message="take it back")
    folder.git("branch", "-f", "main", "work")
    repository.staged().commit(line)
    refused(repository.judged(), "used already")


def test_what_stands_behind_a_nul_in_a_message_is_no_approval(repository: Enrolled) -> None:
    """git's own search ends at the NUL: a line behind it would never be found as used."""
    folder = repository.folder
    line = repository.staged().approve()
    commit = folder.git("cat-file", "commit", repository.commit()).encode()
    hidden = commit + f"\n\0\n{line}\n".encode()
    made = folder.git("hash-object", "-w", "-t", "commit", "--literally", "--stdin", stdin=hidden)
    folder.git("update-ref", "refs/heads/work", made)
    refused(repository.judged(), "paths/review")


def test_a_graft_does_not_hide_that_an_approval_was_used(repository: Enrolled) -> None:
    line = repository.staged().approve()
    folder = repository.folder
    base = folder.git("rev-parse", "HEAD")
    repository.commit(line)
    back = folder.commit({"infra/prod.yaml": "replicas: 1\n"}, message="take it back")
    folder.git("branch", "-f", "main", "work")
    repository.staged().commit(line)
    folder.write({".git/info/grafts": f"{back} {base}\n"})
    refused(repository.judged(), "used already")


def test_nobody_can_tell_what_was_used_in_a_history_that_is_cut(
    repository: Enrolled, tmp_path: Path
) -> None:
    folder = repository.folder
    folder.git("checkout", "-q", "main")
    folder.commit({"src/a.py": "a = 1\n"})
    folder.git("checkout", "-q", "-B", "work")
    repository.commit(repository.staged().approve())
    shallow = tmp_path / "shallow"
    folder.git(
        "clone", "-q", "--depth", "2", "--no-single-branch", f"file://{folder.path}", str(shallow)
    )
    cut = Enrolled(folder=type(folder)(shallow), human=repository.human, agent=repository.agent)
    ran = cut.judged("origin/main..origin/work")
    assert ran.code == 2
    assert "shallow" in ran.err


# -- how it is written --------------------------------------------------------------------------------------------------------


def test_a_newline_cannot_be_smuggled_into_a_statement(repository: Enrolled) -> None:
    made = from_line(repository.staged("replicas: 2\n").approve())
    (other,) = repository.staged("replicas: 3\n").items()
    extra = f"\nitem {other.rule} {other.before} {other.after}".encode()
    content = made.content.replace(b"\nreason ", b"\nreason x" + extra)
    repository.commit(approvals.to_line(content, made.signature))
    refused(repository.judged(), "does not count")


def test_no_item_can_be_added_to_what_was_signed(repository: Enrolled) -> None:
    made = from_line(repository.staged("replicas: 2\n").approve())
    (other,) = repository.staged("replicas: 3\n").items()
    more = approvals.encode(
        approvals.Statement(
            nonce=made.statement.nonce,
            repository=made.statement.repository,
            principal=made.statement.principal,
            made=made.statement.made,
            expires=made.statement.expires,
            reason=made.statement.reason,
            items=(*made.statement.items, other),
        )
    )
    repository.commit(approvals.to_line(more, made.signature))
    refused(repository.judged(), "does not hold")


@pytest.mark.parametrize("place", [22, 60, 300, -20, -90])
def test_a_flipped_bit_in_the_line_takes_the_approval_away(
    repository: Enrolled, place: int
) -> None:
    line = repository.staged().approve()
    flipped = bytearray(line.encode())
    flipped[place] ^= 1
    repository.commit(flipped.decode())
    refused(repository.judged(), "paths/review")


def test_a_path_with_a_control_character_cannot_be_approved(repository: Enrolled) -> None:
    repository.staged("1\n", "infra/\x1b[2Jprod\n.yaml")
    ran = repository.run("approve", "--all", "--staged", "--key", str(repository.human), "--print")
    refused(ran, "nothing here waits for an approval")
    assert "\x1b" not in ran.out + ran.err
    repository.commit()
    refused(repository.judged(), "paths/review")


# -- around the approver ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variable", ["AI_AGENT", "CLAUDECODE", "CODEX_SANDBOX", "CURSOR_AGENT", "GEMINI_CLI"]
)
def test_approve_declines_when_an_agent_runs_it(
    repository: Enrolled, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    repository.staged()
    monkeypatch.setenv(variable, "1")
    ran = repository.run(
        "approve", "--all", "--staged", "--key", str(repository.human), "--as", ALICE, "--print"
    )
    assert (ran.code, ran.out) == (1, "")
    assert variable in ran.err


def test_without_a_terminal_nothing_is_approved_unless_a_key_is_named_for_a_script(
    repository: Enrolled,
) -> None:
    repository.staged()
    ran = repository.run("approve", "--all", "--staged", "--key", str(repository.human))
    refused(ran, "no terminal to ask on")


def test_what_waits_on_this_machine_lifts_nothing_in_a_range(repository: Enrolled) -> None:
    repository.staged().approve()
    repository.commit()
    refused(repository.judged(), "paths/review")


def test_a_policy_loosened_in_the_same_push_does_not_judge(repository: Enrolled) -> None:
    loose = POLICY.replace("[approvals]", '[approvals]\nrequire = "recorded"')
    repository.folder.stage({"hunkgate.toml": loose})
    made = from_line(repository.staged().forged())
    repository.commit(approvals.to_line(made.content))
    refused(repository.judged(), "protect/policy", "only recorded")


# -- how much there is --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["before", "behind"])
def test_a_message_full_of_forged_lines_neither_keeps_the_check_busy_nor_shuts_an_approval_out(
    repository: Enrolled, tmp_path: Path, where: str
) -> None:
    """Each names the right item and a listed key, so that only its signature can tell."""
    good = from_line(repository.staged().approve())
    forged = [
        approvals.to_line(good.content, good.signature[:-64] + number.to_bytes(64))
        for number in range(1000)
    ]
    real = approvals.to_line(good.content, good.signature)
    folder = repository.folder
    folder.write({"../message": "\n".join(("a change", "", *forged))})
    folder.git("commit", "-q", "--no-verify", "-F", "../message")
    started, kept = counting(tmp_path)
    ran = repository.folder.hunkgate("check", "--range", "main..work", env=kept)
    refused(ran, "approvals were not verified, for 64 signatures before did not hold", "take the")
    assert len(started.read_text()) < 100
    lines = (real, *forged) if where == "before" else (*forged, real)
    folder.write({"../message": "\n".join(("a change", "", *lines))})
    folder.git("commit", "-q", "--no-verify", "--amend", "-F", "../message")
    started.write_text("")
    accepted(repository.folder.hunkgate("check", "--range", "main..work", env=kept))
    assert len(started.read_text()) < 100


def test_a_range_of_forged_lines_starts_few_processes(repository: Enrolled, tmp_path: Path) -> None:
    for number in range(90):
        made = from_line(repository.staged(f"replicas: {number + 2}\n").forged())
        repository.commit(approvals.to_line(made.content, made.signature[:-64] + bytes(64)))
    started, kept = counting(tmp_path)
    ran = repository.folder.hunkgate("check", "--range", "main..work", env=kept)
    refused(ran, "were not verified, for 64 signatures before did not hold")
    assert len(started.read_text()) < 90


def test_a_range_that_one_key_approved_starts_few_processes(
    repository: Enrolled, tmp_path: Path
) -> None:
    for number in range(20):
        line = repository.staged(f"replicas: {number + 2}\n").forged(nonce=f"{number:018x}")
        repository.commit(line)
    started, kept = counting(tmp_path)
    accepted(repository.folder.hunkgate("check", "--range", "main..work", env=kept))
    assert len(started.read_text()) < 20


def test_one_forged_line_among_good_ones_of_the_same_key_is_refused(repository: Enrolled) -> None:
    good, commits = b"", []
    for number in range(12):
        made = from_line(
            repository.staged(f"replicas: {number + 2}\n").forged(nonce=f"{number:018x}")
        )
        good = good if number == 9 else made.signature
        commits.append(repository.commit(approvals.to_line(made.content, good)))
    refused(repository.judged(), f"commit {commits[9][:8]} needs a human", "does not hold")


def counting(folder: Path) -> tuple[Path, dict[str, str]]:
    """A file that gets a letter for each run of ssh-keygen, and the environment where that is so."""
    started, program = folder / "started", folder / "programs" / "ssh-keygen"
    program.parent.mkdir()
    real = shutil.which("ssh-keygen")
    program.write_text(f'#!/bin/sh\nprintf x >> "{started}"\nexec {real} "$@"\n')
    program.chmod(0o755)
    started.write_text("")
    return started, {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}

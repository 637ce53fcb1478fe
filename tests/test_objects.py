"""Objects are read by one lasting process: every answer belongs to its question, and one that breaks off is never an empty answer."""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from gitfolder import Folder
from hunkgate.blobs import Blobs
from hunkgate.errors import GitError, ToolError
from hunkgate.git import Repository, open_repository
from hunkgate.objects import Objects, Stored
from hunkgate.process import Dialogue
from processes import children, gone

CONTENTS = {
    "empty": b"",
    "text": b"one\ntwo\n",
    "header": b"0123456789012345678901234567890123456789 blob 4\n",
    "zeros": b"\0" * 70_000,
    "large": b"line\n" * 400_000,
}


@pytest.fixture(params=["sha1", "sha256"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Repository, dict[str, str]]:
    """A repository with the contents above, and the id of each."""
    folder = Folder(tmp_path / "stored")
    folder.path.mkdir()
    folder.git("init", "-q", f"--object-format={request.param}")
    folder.commit({f"f/{name}": content for name, content in CONTENTS.items()})
    ids = {name: folder.git("rev-parse", f"HEAD:f/{name}") for name in CONTENTS}
    return open_repository(folder.path), ids


Stock = tuple[Repository, Mapping[str, str]]


def test_each_object_is_answered_with_its_own_content(stored: Stock) -> None:
    repository, ids = stored
    for _again in range(2):
        for name, content in CONTENTS.items():
            assert repository.read(ids[name]) == content
            assert repository.size(ids[name]) == len(content)
    assert repository.contents(reversed(tuple(ids.values()))) == {
        ids[name]: CONTENTS[name] for name in CONTENTS
    }


def test_all_objects_are_answered_by_one_process(stored: Stock) -> None:
    repository, ids = stored
    before = children()
    for blob in ids.values():
        assert repository.object(blob)
    assert repository.tree("HEAD").find("f/text")
    assert len(children() - before) == 1


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("refs/heads/nowhere", id="no such ref"),
        pytest.param("1" * 40, id="no such object"),
        pytest.param("a name with 3 blanks", id="blanks"),
        pytest.param("HEAD^{blob}", id="another type"),
        pytest.param("HEAD\nHEAD", id="two lines"),
        pytest.param("HEAD\0", id="a zero byte"),
        pytest.param("", id="nothing"),
        pytest.param("f\udce9", id="no UTF-8"),
    ],
)
def test_what_is_not_there_is_none_and_the_next_answer_is_right(stored: Stock, name: str) -> None:
    repository, ids = stored
    assert repository.object(name) is None
    assert repository.object(ids["text"]) == (ids["text"], "blob", CONTENTS["text"])


def test_a_missing_blob_is_an_error_for_every_way_to_ask(stored: Stock) -> None:
    repository, ids = stored
    missing = "1" * len(ids["text"])
    asks: tuple[Callable[[], object], ...] = (
        lambda: repository.read(missing),
        lambda: repository.size(missing),
        lambda: repository.contents([ids["text"], missing]),
    )
    for ask in asks:
        with pytest.raises(GitError, match="is missing"):
            ask()
    assert repository.read(ids["text"]) == CONTENTS["text"]


def test_the_start_of_several_ids_is_none_of_them(folder: Folder) -> None:
    folder.commit({f"{number}.txt": f"{number}\n" for number in range(400)})
    ids = folder.git("ls-tree", "--object-only", "HEAD").split()
    starts = [one[:4] for one in ids]
    several = next(one for one in starts if starts.count(one) > 1)
    with pytest.raises(GitError, match="ambiguous"):
        open_repository(folder.path).object(several)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda one: one.name)
def test_a_killed_process_is_an_error_and_the_next_question_starts_another(
    stored: Stock, number: signal.Signals
) -> None:
    repository, ids = stored
    before = children()
    assert repository.object("HEAD")
    (process,) = children() - before
    os.kill(process, number)
    assert gone(process)
    with pytest.raises(GitError, match=f"ended with status -{int(number)}"):
        repository.object(ids["text"])
    assert repository.object(ids["text"]) == (ids["text"], "blob", CONTENTS["text"])


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("", id="no answer"),
        pytest.param("{id}", id="half a first line"),
        pytest.param("{id} blob 8\n", id="no content"),
        pytest.param("{id} blob 8\none\n", id="half the content"),
        pytest.param("{id} blob 8\none\ntwo\n", id="no line end after the content"),
        pytest.param("{id} blob eight\none\ntwo\n\n", id="no size"),
        pytest.param("{id} blob -8\none\ntwo\n\n", id="a size below nothing"),
        pytest.param("{id} twig 8\none\ntwo\n\n", id="no type"),
        pytest.param("{other} blob 8\none\ntwo\n\n", id="another object"),
        pytest.param("{other} missing\n", id="another object is missing"),
    ],
)
def test_an_answer_that_is_not_whole_is_an_error(
    stored: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    repository, ids = stored
    said = answer.format(id=ids["text"], other=ids["empty"])
    (tmp_path / "said").write_text(said)
    (tmp_path / "git").write_text(f"#!/bin/sh\nread -r _name\ncat {tmp_path}/said\necho why >&2\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    for ask in (repository.object, repository.read):
        with pytest.raises(GitError):
            ask(ids["text"])


def test_why_it_ended_is_told(
    stored: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, ids = stored
    (tmp_path / "git").write_text("#!/bin/sh\nread -r _name\necho 'fatal: no more' >&2\nexit 128\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(GitError, match="ended with status 128: fatal: no more"):
        repository.object(ids["text"])


# -- nothing is left behind ---------------------------------------------------------------------------------------------------


def test_nothing_is_left_once_the_repository_is_closed_or_forgotten(folder: Folder) -> None:
    folder.commit({"a.txt": "1\n"})
    before = children()
    objects = Objects(folder.path)
    for _again in range(2):
        assert objects.find("HEAD")
        assert objects.size("HEAD")
        assert len(children() - before) == 2
        objects.close()
        assert children() == before
    repository = open_repository(folder.path)
    assert repository.object("HEAD")
    assert children() > before
    del repository
    assert children() == before


def test_an_interrupt_between_question_and_answer_leaves_no_answer_for_the_next_question(
    stored: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, ids = stored
    line = Dialogue.line

    def interrupted(dialogue: Dialogue) -> bytes:
        monkeypatch.setattr(Dialogue, "line", line)
        raise KeyboardInterrupt

    monkeypatch.setattr(Dialogue, "line", interrupted)
    with pytest.raises(KeyboardInterrupt):
        repository.object(ids["large"])
    assert repository.object(ids["text"]) == (ids["text"], "blob", CONTENTS["text"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Python 3.12: pytest-xdist has threads
def test_a_forked_process_asks_by_itself(stored: Stock) -> None:
    repository, ids = stored
    assert repository.object(ids["text"])
    child = os.fork()
    if child == 0:
        os._exit(0 if repository.read(ids["large"]) == CONTENTS["large"] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert repository.object(ids["text"]) == (ids["text"], "blob", CONTENTS["text"])


# -- a lasting program --------------------------------------------------------------------------------------------------------


def test_a_program_that_complains_at_length_is_not_waited_for(tmp_path: Path) -> None:
    script = "import sys; sys.stderr.write('x' * 300_000); print('done', flush=True); input()"
    dialogue = Dialogue((sys.executable, "-c", script), cwd=tmp_path, env=dict(os.environ))
    assert dialogue.line() == b"done"
    dialogue.end()


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="could not be started"):
        Dialogue(("no-such-program",), cwd=tmp_path, env={})


# -- what is taken along ------------------------------------------------------------------------------------------------------


class Asked(Objects):
    """Objects held in memory, and what they were asked for."""

    def __init__(self, held: Mapping[str, bytes], broken: frozenset[str] = frozenset()) -> None:
        super().__init__(Path())
        self.held = held
        self.broken = broken
        self.questions: list[tuple[str, ...]] = []

    def ask(
        self, names: Sequence[str], *, most_bytes: int | None = None
    ) -> Mapping[str, Stored | None]:
        self.questions.append(tuple(names))
        if self.broken.intersection(names):
            raise GitError("broken")
        return {
            one: (one, "blob", self.held[one]) if one in self.held else None
            for index, one in enumerate(names)
            if index == 0 or most_bytes is None or len(self.held.get(one, b"")) <= most_bytes
        }


def test_the_next_ones_of_its_like_are_taken_along_and_no_others() -> None:
    objects = Asked({name: name.encode() for name in "abcdef"})
    blobs = Blobs(objects)
    blobs.expect([("a", ".py"), ("b", ".md"), ("c", ".py"), ("d", ".md"), ("e", ".py")])
    assert [blobs.read(one) for one in ("c", "a", "e", "f")] == [b"c", b"a", b"e", b"f"]
    assert objects.questions == [("c", "a", "e"), ("f",)]


def test_what_was_taken_along_and_is_broken_is_no_reason_to_refuse_the_one_asked_for() -> None:
    objects = Asked({"a": b"a", "b": b"b"}, broken=frozenset({"b"}))
    blobs = Blobs(objects)
    blobs.expect([("a", 0), ("b", 0)])
    assert blobs.read("a") == b"a"
    with pytest.raises(GitError, match="broken"):
        blobs.read("b")


def test_what_was_taken_along_and_is_missing_is_missing_once_it_is_asked_for() -> None:
    blobs = Blobs(Asked({"a": b"a"}))
    blobs.expect([("a", 0), ("b", 0)])
    assert blobs.read("a") == b"a"
    with pytest.raises(GitError, match="object b is missing"):
        blobs.read("b")


def test_large_contents_are_read_right_though_they_are_not_taken_along_nor_kept() -> None:
    held = {str(number): b"%d" % number + b"x" * 9_000_000 for number in range(4)}
    blobs = Blobs(Asked(held))
    blobs.expect([(one, 0) for one in held])
    for _again in range(2):
        assert all(blobs.read(one) == content for one, content in held.items())


def test_more_is_kept_than_fits_never() -> None:
    held = {str(number): b"%d" % number * 100_000 for number in range(300)}
    blobs = Blobs(Asked(held))
    assert all(blobs.read(one) == content for one, content in held.items())
    assert all(blobs.read(one) == content for one, content in held.items())

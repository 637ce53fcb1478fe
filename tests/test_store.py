"""Facts survive a run, and nothing that happens to their file is worse than having none."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from hunkgate.gates.tests import facts
from hunkgate.gates.tests.facts import Outline
from hunkgate.gates.tests.reading import definitions, outlines
from hunkgate.store import FileStore

SOURCE = b"from pkg.core import run\n\n\nclass A(B):\n    def m(self):\n        return run()\n"


def kept(folder: Path) -> FileStore:
    store = FileStore(folder)
    store.put({"aa": definitions.read(SOURCE)})
    store.outlines(["aa"], lambda _: outlines.read(SOURCE))
    store.remember("layout", (("src",), {"a": 1}))
    return FileStore(folder)


def never(blob: str) -> Outline:
    raise AssertionError(f"{blob} is read again")


def made(blob: str) -> Outline:
    return (f"+0:{blob}:",)


def test_what_was_put_is_there_for_the_next_run(tmp_path: Path) -> None:
    store = kept(tmp_path)
    assert store.get(["aa", "bb"]) == {"aa": definitions.read(SOURCE)}
    assert store.outlines(["aa"], never) == {"aa": ("+0:pkg.core:run",)}
    assert store.recall("layout") == (("src",), {"a": 1})


def test_a_second_put_keeps_the_first(tmp_path: Path) -> None:
    kept(tmp_path).put({"bb": definitions.read(b"import os\n")})
    assert set(FileStore(tmp_path).get(["aa", "bb"])) == {"aa", "bb"}


def test_only_outlines_that_are_not_kept_are_read(tmp_path: Path) -> None:
    store = kept(tmp_path)
    assert store.outlines(["bb", "aa"], made) == {"aa": ("+0:pkg.core:run",), "bb": ("+0:bb:",)}
    assert FileStore(tmp_path).outlines(["bb"], never) == {"bb": ("+0:bb:",)}


def test_a_second_put_writes_at_the_end_and_no_more(tmp_path: Path) -> None:
    kept(tmp_path)
    before = (tmp_path / "facts").read_bytes()
    FileStore(tmp_path).put({"bb": definitions.read(b"import os\n")})
    after = (tmp_path / "facts").read_bytes()
    assert after.startswith(before)
    assert 0 < len(after) - len(before) < len(before)


@pytest.mark.parametrize("name", ["facts", "outlines", "layout"])
@pytest.mark.parametrize("harm", ["cut", "flipped", "foreign", "empty", "gone"])
def test_a_damaged_file_holds_nothing(tmp_path: Path, name: str, harm: str) -> None:
    kept(tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(
        {
            "cut": content[:-1],
            "flipped": content[:-1] + bytes([content[-1] ^ 1]),
            "foreign": b"hunkgate facts 0 python\n" + content,
            "empty": b"",
            "gone": b"",
        }[harm]
    )
    if harm == "gone":
        (tmp_path / name).unlink()
    store = FileStore(tmp_path)
    if name == "facts":
        assert store.get(["aa"]) == {}
    elif name == "outlines":
        assert store.outlines(["aa"], made) == {"aa": ("+0:aa:",)}
    else:
        assert store.recall(name) is None


def test_what_stands_before_a_damaged_end_still_holds_and_the_end_is_written_anew(
    tmp_path: Path,
) -> None:
    kept(tmp_path).put({"bb": definitions.read(b"import os\n")})
    content = (tmp_path / "facts").read_bytes()
    (tmp_path / "facts").write_bytes(content[:-3])
    store = FileStore(tmp_path)
    assert set(store.get(["aa", "bb"])) == {"aa"}
    store.put({"cc": definitions.read(b"import re\n")})
    assert set(FileStore(tmp_path).get(["aa", "bb", "cc"])) == {"aa", "cc"}


def test_many_files_are_read_together_and_give_the_same(tmp_path: Path) -> None:
    contents = {f"{number:040x}": b"import m%d\n" % number for number in range(200)}
    asked: list[str] = []

    def together(blobs: Sequence[str]) -> dict[str, bytes]:
        asked.extend(blobs)
        return {blob: contents[blob] for blob in blobs}

    found = FileStore(tmp_path, together).outlines(contents, never)
    assert asked == list(contents)
    assert found == {blob: outlines.read(content) for blob, content in contents.items()}
    assert FileStore(tmp_path).outlines(contents, never) == found


def test_another_version_of_the_reader_does_not_believe_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path)
    monkeypatch.setattr(facts, "VERSION", facts.VERSION + 1)
    store = FileStore(tmp_path)
    assert store.get(["aa"]) == {}
    assert store.recall("layout") is None
    assert store.outlines(["aa"], made) == {"aa": ("+0:aa:",)}


def test_a_folder_that_cannot_be_written_loses_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = FileStore(tmp_path / "file" / "below")
    store.put({"aa": definitions.read(SOURCE)})
    assert set(store.get(["aa"])) == {"aa"}
    assert FileStore(tmp_path / "file" / "below").get(["aa"]) == {}


def test_the_file_stays_below_its_limit(tmp_path: Path) -> None:
    store = FileStore(tmp_path, limit_bytes=1)
    store.put({"aa": definitions.read(SOURCE)})
    store.put({"bb": definitions.read(SOURCE)})
    assert set(FileStore(tmp_path).get(["aa", "bb"])) == {"bb"}


def test_no_half_written_file_is_left(tmp_path: Path) -> None:
    kept(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["facts", "layout", "outlines"]

"""Facts survive a run, and nothing that happens to their file is worse than having none."""

from pathlib import Path

import pytest

from hunkgate.gates.tests import facts, reader
from hunkgate.store import FileStore

SOURCE = b"from pkg.core import run\n\n\nclass A(B):\n    def m(self):\n        return run()\n"


def kept(folder: Path) -> FileStore:
    FileStore(folder).put({"aa": reader.read(SOURCE)})
    return FileStore(folder)


def test_what_was_put_is_there_for_the_next_run(tmp_path: Path) -> None:
    store = kept(tmp_path)
    assert store.get(["aa", "bb"]) == {"aa": reader.read(SOURCE)}
    assert store.outlines(["aa", "bb"]) == {"aa": ("+0:pkg.core:run",)}


def test_a_second_put_keeps_the_first(tmp_path: Path) -> None:
    kept(tmp_path).put({"bb": reader.read(b"import os\n")})
    assert set(FileStore(tmp_path).get(["aa", "bb"])) == {"aa", "bb"}


@pytest.mark.parametrize("name", ["facts", "outlines"])
@pytest.mark.parametrize("harm", ["cut", "flipped", "foreign", "empty"])
def test_a_damaged_file_holds_nothing(tmp_path: Path, name: str, harm: str) -> None:
    kept(tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(
        {
            "cut": content[:-1],
            "flipped": content[:-1] + bytes([content[-1] ^ 1]),
            "foreign": b"hunkgate facts 0 python\n" + content,
            "empty": b"",
        }[harm]
    )
    store = FileStore(tmp_path)
    assert (store.get(["aa"]) if name == "facts" else store.outlines(["aa"])) == {}


def test_another_version_of_the_reader_does_not_believe_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path)
    monkeypatch.setattr(facts, "VERSION", facts.VERSION + 1)
    assert FileStore(tmp_path).get(["aa"]) == {}


def test_a_folder_that_cannot_be_written_loses_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = FileStore(tmp_path / "file" / "below")
    store.put({"aa": reader.read(SOURCE)})
    assert set(store.get(["aa"])) == {"aa"}
    assert FileStore(tmp_path / "file" / "below").get(["aa"]) == {}


def test_the_file_stays_below_its_limit(tmp_path: Path) -> None:
    store = FileStore(tmp_path, limit_bytes=1)
    store.put({"aa": reader.read(SOURCE)})
    store.put({"bb": reader.read(SOURCE)})
    assert set(FileStore(tmp_path).get(["aa", "bb"])) == {"bb"}


def test_no_half_written_file_is_left(tmp_path: Path) -> None:
    kept(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["facts", "outlines"]

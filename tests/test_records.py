"""The record store: what goes in comes out, whatever else happens to the file."""

import gzip
import json
import multiprocessing
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hunkgate.errors import ToolError
from hunkgate.gates.tests.record import Footprint, Import, Opened, Records, Run, TestRecord, bits
from hunkgate.records import NAME, RecordStore, exported, imported

A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


def footprint(path: str, blob: str, *lines: int) -> Footprint:
    return Footprint(path=path, blob=blob, lines=bits(lines))


def a_record(node: str = "tests/test_a.py::test", blob: str = A, **fields: object) -> TestRecord:
    values: dict[str, object] = {
        "node": node,
        "run": Run(
            imports=(Import(module="src/a.py", footprints=(footprint("src/a.py", blob, 1, 5),)),)
        ),
        "seconds": 0.25,
        "footprints": (footprint("src/a.py", blob, 2, 3, 700), footprint("tests/test_a.py", B, 4)),
        "opened": (Opened(path="data/x.json", blob=C), Opened(path="missing.toml", blob="")),
        "listed": ("", "data"),
    }
    return TestRecord(**values | fields)  # type: ignore[arg-type]


def told(records: Records) -> list[tuple[object, ...]]:
    """The records as plain values: a run is known by its identity."""
    return [
        (
            one.node,
            one.run.imports,
            one.outcome,
            one.seconds,
            one.failed,
            one.opaque,
            one.footprints,
            one.opened,
            one.listed,
        )
        for one in records.tests
    ]


def test_what_is_added_is_loaded(tmp_path: Path) -> None:
    records = Records(
        tests=(a_record(), a_record("tests/test_b.py::test", opaque=True, outcome="skipped"))
    )
    RecordStore(tmp_path / "state").add(records, now=1.0)
    assert told(RecordStore(tmp_path / "state").load()) == told(records)


def test_an_absent_store_is_empty_and_stays_absent(tmp_path: Path) -> None:
    assert RecordStore(tmp_path / "state").load() == Records()
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("tests/test_\udcff.py::test", id="a path that is not UTF-8"),
        pytest.param("tests/test_a.py::test[\ud800]", id="a lone surrogate"),
        pytest.param("tests/test_ä b.py::test['x']", id="quotes and blanks"),
    ],
)
def test_odd_names_survive(tmp_path: Path, name: str) -> None:
    records = Records(tests=(a_record(name),))
    store = RecordStore(tmp_path)
    store.add(records)
    assert told(store.load()) == told(records)
    assert told(imported(exported(records))) == told(records)


def test_a_newer_record_of_the_same_content_takes_the_older_ones_place(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.add(Records(tests=(a_record(seconds=1.0),)), now=1.0)
    store.add(Records(tests=(a_record(seconds=2.0),)), now=2.0)
    assert [one.seconds for one in store.load().tests] == [2.0]


def test_records_of_other_contents_are_kept_newest_first_up_to_three(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    for time, blob in enumerate((A, B, C, D)):
        store.add(Records(tests=(a_record(blob=blob),)), now=time)
    assert [one.footprints[0].blob for one in store.load().tests] == [D, C, B]


def test_when_a_test_last_failed_is_remembered_while_it_passes(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.add(Records(tests=(a_record(outcome="failed", failed=5.0),)), now=5.0)
    store.add(Records(tests=(a_record(),)), now=6.0)
    assert [(one.outcome, one.failed) for one in store.load().tests] == [("passed", 5.0)]


def test_what_no_test_needs_any_more_is_swept_out(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    for number in range(20):
        store.add(Records(tests=(a_record(blob=f"{number:040x}"),)), now=number)
    database = sqlite3.connect(tmp_path / NAME)
    count = {
        table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("run", "footprint", "file")
    }
    database.close()
    assert count == {"run": 3, "footprint": 3 + 3 + 1, "file": 3 + 1 + 2}


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def _torn(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_garbage, id="replaced by garbage"),
        pytest.param(_torn, id="pages overwritten"),
        pytest.param(_cut, id="cut in half"),
    ],
)
def test_a_damaged_store_is_begun_anew_and_says_so(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    RecordStore(tmp_path).add(Records(tests=(a_record(),)))
    damage(tmp_path / NAME)
    store = RecordStore(tmp_path)
    assert store.load() == Records()
    assert len(store.remarks) == 1
    assert "begun anew" in store.remarks[0]
    store.add(Records(tests=(a_record(),)))
    assert len(RecordStore(tmp_path).load().tests) == 1


def test_a_store_of_another_version_is_begun_anew(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / NAME)
    database.execute("CREATE TABLE test (other)")
    database.execute("PRAGMA user_version = 99")
    database.close()
    store = RecordStore(tmp_path)
    store.add(Records(tests=(a_record(),)))
    assert len(store.load().tests) == 1


def test_a_store_that_cannot_be_written_is_said_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(ToolError, match="cannot be used") as caught:
        RecordStore(tmp_path).add(Records(tests=(a_record(),)))
    assert str(tmp_path / NAME) in caught.value.remedy


def _write(folder: Path, number: int) -> None:
    for time in range(5):
        RecordStore(folder).add(Records(tests=(a_record(f"tests/test_{number}.py::test_{time}"),)))


def test_several_processes_may_write_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(tmp_path, number)) for number in range(3)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert [one.exitcode for one in writers] == [0, 0, 0]
    assert len({one.node for one in RecordStore(tmp_path).load().tests}) == 15


def test_what_is_exported_is_imported() -> None:
    run = Run(imports=(Import(module="", footprints=(footprint("src/a.py", A, 1),)),))
    records = Records(
        tests=(
            a_record(run=run),
            a_record("t.py::b", run=run, outcome="failed", failed=3.5, opaque=True),
        )
    )
    again = imported(exported(records))
    assert told(again) == told(records)
    assert again.tests[0].run is again.tests[1].run


def _changed(change: Callable[[dict[str, list[object]]], object]) -> bytes:
    document = json.loads(gzip.decompress(exported(Records(tests=(a_record(),)))))
    change(document)
    return gzip.compress(json.dumps(document).encode())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="an empty file"),
        pytest.param(b"SQLite format 3\0", id="a database"),
        pytest.param(exported(Records(tests=(a_record(),)))[:-9], id="cut short"),
        pytest.param(gzip.compress(b"[]"), id="another document"),
        pytest.param(_changed(lambda d: d.update(version=[2])), id="another version"),
        pytest.param(
            _changed(lambda d: d["files"].append(["../x", A])), id="a path out of the repository"
        ),
        pytest.param(_changed(lambda d: d["files"].append(["/x", A])), id="an absolute path"),
        pytest.param(
            _changed(lambda d: d["files"].append(["x", "--output=y"])),
            id="a blob id that is an option",
        ),
        pytest.param(
            _changed(lambda d: d["footprints"].append([99, "1"])), id="a file that is not there"
        ),
        pytest.param(_changed(lambda d: d["footprints"].append([0, "-1"])), id="negative lines"),
        pytest.param(_changed(lambda d: d["footprints"].append([-1, "1"])), id="a negative number"),
        pytest.param(_changed(lambda d: d["tests"][0].update(outcome="fine")), id="an unknown outcome"),  # type: ignore[attr-defined]
        pytest.param(_changed(lambda d: d["tests"][0].update(seconds=1e999)), id="endless seconds"),  # type: ignore[attr-defined]
        pytest.param(_changed(lambda d: d["tests"].append([])), id="a test that is a list"),
        pytest.param(_changed(lambda d: d.pop("runs")), id="no runs"),
    ],
)
def test_an_imported_file_is_checked_to_the_last_value(content: bytes) -> None:
    with pytest.raises(ToolError, match="does not hold test records"):
        imported(content)

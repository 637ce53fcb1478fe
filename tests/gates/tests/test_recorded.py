"""Which tests run, by what they executed when they were recorded: the graph is the real one, the records are written by hand."""

from collections.abc import Mapping

import pytest

import fakes
from hunkgate.gates.tests import recorded, selection
from hunkgate.gates.tests.choice import Choice
from hunkgate.gates.tests.facts import NoStore
from hunkgate.gates.tests.record import Footprint, Import, Opened, Records, Run, TestRecord, bits
from hunkgate.gates.tests.selection import Kind, Selection
from hunkgate.gates.tests.settings import TestSettings
from hunkgate.model import Change

CORE = """\
LIMIT = 3


def left(x):
    return x + 1


def right(x):
    return x + 2


def made():
    return LIMIT
"""
LEFT, RIGHT, MADE = 5, 9, 13
FILES = {
    "pkg/__init__.py": "",
    "pkg/core.py": CORE,
    "pkg/user.py": "from pkg.core import made\n\nDONE = made()\n\n\ndef use():\n    return DONE\n",
    "data.json": "1\n",
    "tests/test_left.py": "from pkg import core\n\n\ndef test_one():\n    core.left(1)\n\n\ndef test_two():\n    core.right(1)\n",
    "tests/test_right.py": "from pkg import core\n\n\ndef test():\n    core.right(1)\n",
    "tests/test_user.py": "from pkg import user\n\n\ndef test():\n    user.use()\n",
}
ONE, TWO = "tests/test_left.py::test_one", "tests/test_left.py::test_two"
OF_RIGHT, OF_USER = "tests/test_right.py::test", "tests/test_user.py::test"


OLDER = FILES | {"pkg/core.py": CORE.replace("x + 1", "x + 0")}


def tree(files: Mapping[str, str]) -> fakes.FakeTree:
    return fakes.FakeTree({path: text.encode() for path, text in files.items()})


def step(path: str, *lines: int, files: Mapping[str, str] = FILES) -> Footprint:
    entry = tree(files).find(path)
    assert entry is not None
    if path == "pkg/core.py":
        first = files[path].split("\n").index("LIMIT = 3")
        lines = tuple(first + line for line in lines)
    return Footprint(path=path, blob=entry.blob, lines=bits(lines))


def a_run(files: Mapping[str, str] = FILES) -> Run:
    return Run(
        imports=(
            Import(
                module="pkg/core.py", footprints=(step("pkg/core.py", 1, 4, 8, 12, files=files),)
            ),
            Import(
                module="pkg/user.py",
                footprints=(
                    step("pkg/core.py", MADE, files=files),
                    step("pkg/user.py", 1, 3, 6, files=files),
                ),
            ),
        )
    )


def records(files: Mapping[str, str] = FILES, **fields: TestRecord) -> Records:
    run = a_run(files)

    def test(node: str, *steps: Footprint) -> TestRecord:
        return TestRecord(node=node, run=run, footprints=steps)

    tests = {
        "one": test(
            ONE, step("pkg/core.py", LEFT, files=files), step("tests/test_left.py", 5, files=files)
        ),
        "two": test(
            TWO, step("pkg/core.py", RIGHT, files=files), step("tests/test_left.py", 9, files=files)
        ),
        "right": test(
            OF_RIGHT,
            step("pkg/core.py", RIGHT, files=files),
            step("tests/test_right.py", 5, files=files),
        ),
        "user": test(
            OF_USER, step("pkg/user.py", 7, files=files), step("tests/test_user.py", 5, files=files)
        ),
    }
    return Records(tests=tuple((tests | fields).values()))


def static(change: Change) -> Selection:
    return selection.select(change, TestSettings(), NoStore())


def choose(
    after: Mapping[str, str | None],
    known: Records | None = None,
    base: Mapping[str, str] = FILES,
    recorded_on: Mapping[str, str] = FILES,
) -> Choice:
    head = {path: text for path, text in {**base, **after}.items() if text is not None}
    change = fakes.change(
        {path: text.encode() for path, text in base.items()},
        {path: text.encode() for path, text in head.items()},
    )
    for side in (change.base, change.head):
        assert isinstance(side, fakes.FakeTree)
        side.add(tree(recorded_on))
    return recorded.select(change, records() if known is None else known, static)


def nodes(choice: Choice) -> set[str]:
    return {one.record.node for one in choice.tests}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param({"pkg/core.py": CORE.replace("x + 1", "x + 9")}, {ONE}, id="a function body: who executed it"),
        pytest.param({"pkg/core.py": CORE.replace("x + 2", "x + 9")}, {TWO, OF_RIGHT}, id="the other function: its callers"),
        pytest.param({"pkg/core.py": CORE.replace("return LIMIT", "return 7")}, {OF_USER}, id="a function that ran at an import: who imports that module"),
        pytest.param({"pkg/core.py": CORE + "# note\n"}, set(), id="a comment: nobody"),
        pytest.param({"tests/test_right.py": FILES["tests/test_right.py"].replace("right(1)", "right(2)")}, {OF_RIGHT}, id="a test file: its tests"),
        pytest.param({"pkg/core.py": CORE.replace("def left(x):", "def left(x, y=open('z')):")}, {ONE, TWO, OF_RIGHT, OF_USER}, id="a default that is evaluated at import: all importers"),
        pytest.param({"pkg/core.py": None}, {ONE, TWO, OF_RIGHT, OF_USER}, id="a deleted module: all importers"),
        pytest.param({"pyproject.toml": "[project]\n"}, {ONE, TWO, OF_RIGHT, OF_USER}, id="configuration: everything"),
    ],
)  # fmt: skip
def test_the_tests_that_run(after: Mapping[str, str | None], expected: set[str]) -> None:
    choice = choose(after)
    assert nodes(choice) == expected
    assert {one.path for one in choice.files} == {node.partition("::")[0] for node in expected}


def test_nothing_to_run_is_its_own_answer_with_a_reason() -> None:
    choice = choose(
        {"pkg/core.py": CORE.replace("x + 1", "x + 9")},
        records(one=TestRecord(node=ONE, run=a_run())),
    )
    assert choice.kind is Kind.NONE
    assert choice.reason
    assert TWO in choice.current


def test_the_tests_that_need_not_run_are_named() -> None:
    assert choose({"pkg/core.py": CORE.replace("x + 1", "x + 9")}).current == {
        TWO,
        OF_RIGHT,
        OF_USER,
    }


def test_without_records_the_graph_answers() -> None:
    after = {"pkg/core.py": CORE.replace("x + 1", "x + 9")}
    choice = choose(after, Records())
    assert {one.path for one in choice.files} == {"tests/test_left.py"}
    assert choice.whole == {"tests/test_left.py"}


def test_a_test_file_without_a_record_goes_by_the_graph() -> None:
    known = Records(tests=tuple(one for one in records().tests if one.node != OF_RIGHT))
    choice = choose({"pkg/core.py": CORE.replace("x + 2", "x + 9")}, known)
    assert choice.unknown == ("tests/test_right.py",)
    assert nodes(choice) == {TWO}


def test_a_file_of_which_a_test_was_never_recorded_goes_by_the_graph() -> None:
    # The recorded run may have ended before it came to test_one.
    choice = choose(
        {"pkg/core.py": CORE.replace("x + 1", "x + 9")}, Records(tests=records().tests[1:])
    )
    assert choice.unknown == ("tests/test_left.py",)
    assert TWO in choice.current


def test_an_opaque_test_goes_by_the_graph() -> None:
    opaque = TestRecord(node=OF_RIGHT, run=a_run(), opaque=True)
    choice = choose({"pkg/core.py": CORE.replace("x + 2", "x + 9")}, records(right=opaque))
    assert OF_RIGHT in nodes(choice)


ASKS = """

def ask(self):
    if self.all is None:
        self.all = MADE(1)
    return self.all


def by_way(x):
    return left(x)
"""


def test_of_what_is_kept_for_later_also_who_asked_when_it_was_there_runs() -> None:
    files = FILES | {"pkg/core.py": CORE + ASKS.replace("MADE", "left")}
    steps = step("pkg/core.py", RIGHT, 17, 19, files=files), step("tests/test_left.py", 9)
    asked = TestRecord(node=TWO, run=a_run(files), footprints=steps)
    changed = files["pkg/core.py"].replace("x + 1", "x + 9")
    choice = choose({"pkg/core.py": changed}, records(files, two=asked), files, files)
    assert nodes(choice) == {ONE, TWO}
    assert nodes(choose({"pkg/core.py": changed}, records(files), files, files)) == {ONE}


def test_what_only_runs_to_make_what_is_kept_goes_by_the_graph() -> None:
    files = FILES | {"pkg/core.py": CORE + ASKS.replace("MADE", "by_way")}
    changed = files["pkg/core.py"].replace("x + 1", "x + 9")
    choice = choose({"pkg/core.py": changed}, records(files), files, files)
    assert nodes(choice) == {ONE, TWO}


@pytest.mark.parametrize("name", ["teardown", "__exit__", "cleanup_all", "pop", "close"])
def test_what_cleans_up_goes_by_the_graph(name: str) -> None:
    # What it leaves behind is what tests begin with that run later and never execute it.
    files = {path: text.replace("left(", f"{name}(") for path, text in FILES.items()}
    changed = files["pkg/core.py"].replace("x + 1", "x + 9")
    choice = choose({"pkg/core.py": changed}, records(files), files, files)
    assert nodes(choice) == {ONE, TWO}


def test_a_record_that_no_longer_holds_at_the_base_goes_by_the_graph() -> None:
    # test_one was recorded before `left` changed: what it executes today is not known.
    older = OLDER
    choice = choose(
        {"pkg/user.py": FILES["pkg/user.py"].replace("return DONE", "return 0")}, records(older)
    )
    assert nodes(choice) == {OF_USER}
    choice = choose(
        {"pkg/core.py": CORE.replace("x + 1", "x + 9")}, records(older), recorded_on=older
    )
    assert nodes(choice) == {ONE}


def test_a_record_of_other_content_holds_where_nothing_that_was_executed_differs() -> None:
    older = FILES | {"pkg/core.py": "# older\n\n" + CORE}
    choice = choose(
        {"pkg/core.py": CORE.replace("x + 2", "x + 9")}, records(older), recorded_on=older
    )
    assert nodes(choice) == {TWO, OF_RIGHT}


def test_the_newest_record_that_holds_counts() -> None:
    both = Records(tests=(*records(OLDER).tests, *records().tests))
    assert nodes(
        choose({"pkg/core.py": CORE.replace("x + 2", "x + 9")}, both, recorded_on=OLDER)
    ) == {TWO, OF_RIGHT}


@pytest.mark.parametrize(
    ("opened", "after"),
    [
        pytest.param("data.json", {"data.json": "2\n"}, id="a changed data file"),
        pytest.param("data.json", {"data.json": None}, id="a deleted data file"),
    ],
)
def test_who_opened_a_file_runs_when_it_changes(
    opened: str, after: Mapping[str, str | None]
) -> None:
    blob = step(opened).blob
    reader = TestRecord(node=OF_RIGHT, run=a_run(), opened=(Opened(path=opened, blob=blob),))
    assert OF_RIGHT in nodes(choose(after, records(right=reader)))


def test_who_looked_for_a_file_in_vain_runs_when_it_comes() -> None:
    reader = TestRecord(node=OF_RIGHT, run=a_run(), opened=(Opened(path="more.json", blob=""),))
    assert OF_RIGHT in nodes(choose({"more.json": "1\n"}, records(right=reader)))


def test_who_listed_a_folder_runs_when_a_file_comes() -> None:
    reader = TestRecord(node=OF_RIGHT, run=a_run(), listed=("cases",))
    base = FILES | {"cases/a.txt": "1\n"}
    assert OF_RIGHT in nodes(choose({"cases/b.txt": "1\n"}, records(right=reader), base))


def test_a_record_of_content_that_git_does_not_have_goes_by_the_graph() -> None:
    lost = FILES | {"pkg/core.py": CORE.replace("x + 1", "x + 0")}
    choice = choose({"pkg/core.py": CORE.replace("x + 2", "x + 9")}, records(lost))
    assert nodes(choice) >= {ONE, TWO, OF_RIGHT}

"""Real pytest runs in a folder of their own, by every way of seeing lines that the Pythons of this machine have."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from hunkgate import recording
from hunkgate.gates.tests.record import Footprint, Recording, TestRecord, read
from interpreters import with_monitoring

# pytest is pure Python: another interpreter can borrow this one's.
_SITE = str(Path(pytest.__file__).parents[1])
PYTHONS = dict(with_monitoring())
if sys.version_info < (3, 12):
    PYTHONS["this Python"] = sys.executable
_NONE = "no Python 3.12 or newer is on PATH, with pyenv or with uv: sys.monitoring is not tried"


@pytest.fixture(
    params=[
        *(pytest.param(path, id=name) for name, path in PYTHONS.items()),
        *(() if with_monitoring() else (pytest.param("", marks=pytest.mark.skip(reason=_NONE)),)),
    ]
)
def python(request: pytest.FixtureRequest) -> str:
    """Pythons of this machine by which lines can be seen, each in a way of its own."""
    return str(request.param)


@pytest.fixture(
    params=[pytest.param(path, id=name) for name, path in with_monitoring().items()]
    or [pytest.param("", marks=pytest.mark.skip(reason=_NONE))]
)
def monitoring(request: pytest.FixtureRequest) -> str:
    """A Python of this machine that has ``sys.monitoring``."""
    return str(request.param)


def record(
    folder: Path,
    files: Mapping[str, str],
    *arguments: str,
    python: str = sys.executable,
    extra: Mapping[str, str] | None = None,
    cwd: str = "",
    status: int = 0,
) -> Recording:
    root, into = folder / "repository", folder / "into"
    into.mkdir()
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))
    }
    env |= {
        "PYTHONPATH": os.pathsep.join((str(root), _SITE)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    result = subprocess.run(
        [python, "-m", "pytest", "-q", *recording.ARGUMENTS, *arguments],
        cwd=root / cwd,
        env=recording.environment(env | dict(extra or {}), into=into, root=root),
        capture_output=True,
        text=True,
    )
    assert result.returncode == status, result.stdout + result.stderr
    return read(recording.outputs(into), files.__contains__, now=1000.0)


def lines(test: TestRecord, path: str) -> list[int]:
    """The executed lines of one file."""
    bits = sum(one.lines for one in test.footprints if one.path == path)
    return [number for number in range(bits.bit_length()) if bits >> number & 1]


def at_import_of(test: TestRecord, module: str) -> tuple[Footprint, ...]:
    (found,) = [one.footprints for one in test.run.imports if one.module == module]
    return found


def by_node(recorded: Recording) -> dict[str, TestRecord]:
    return {test.node: test for test in recorded.records.tests}


CORE = """\
def one(x):
    if x:
        return 1
    return 2


def other():
    return 3
"""


def test_each_test_owns_the_lines_that_it_executed_and_no_others(
    tmp_path: Path, python: str
) -> None:
    tests = by_node(
        record(
            tmp_path,
            {
                "core.py": CORE,
                "test_core.py": "import core\n\ndef test_a():\n    assert core.one(1) == 1\n\ndef test_b():\n"
                "    for _ in range(3):\n        assert core.one(0) == 2\n",
            },
            python=python,
        )
    )
    assert set(tests) == {"test_core.py::test_a", "test_core.py::test_b"}
    assert lines(tests["test_core.py::test_a"], "core.py") == [2, 3]
    assert lines(tests["test_core.py::test_b"], "core.py") == [2, 4]
    assert lines(tests["test_core.py::test_a"], "test_core.py") == [4]
    assert {test.outcome for test in tests.values()} == {"passed"}
    assert not any(test.opaque for test in tests.values())


def test_a_file_is_known_by_its_blob(tmp_path: Path, python: str) -> None:
    files = {
        "core.py": CORE,
        "test_core.py": "import core\ndef test():\n    assert core.other() == 3\n",
    }
    (test,) = record(tmp_path, files, python=python).records.tests
    content = CORE.encode()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    assert [one.blob for one in test.footprints if one.path == "core.py"] == [blob]


def test_what_runs_at_import_is_the_runs_and_not_a_tests(tmp_path: Path, python: str) -> None:
    files = {
        "core.py": "def made(x):\n    return x\n\nVALUE = made(1)\n\ndef use():\n    return VALUE\n",
        "test_core.py": "import core\n\ndef test():\n    assert core.use() == 1\n",
    }
    (test,) = record(tmp_path, files, python=python).records.tests
    assert lines(test, "core.py") == [7]
    (at_import,) = [one.lines for one in at_import_of(test, "core.py") if one.path == "core.py"]
    assert at_import & 0b11110 == 0b10110  # lines 1, 2 and 4
    assert not at_import >> 7 & 1


def test_an_import_inside_a_test_is_told_for_both(tmp_path: Path, python: str) -> None:
    files = {
        "core.py": "def made(x):\n    return x\n\nVALUE = made(1)\n",
        "test_core.py": "def test():\n    import core\n    assert core.made(1) == 1\n",
    }
    (test,) = record(tmp_path, files, python=python).records.tests
    assert {2, 4} <= set(lines(test, "core.py"))
    (at_import,) = [one.lines for one in at_import_of(test, "core.py") if one.path == "core.py"]
    assert at_import & 0b10100 == 0b10100


def test_what_runs_at_import_is_told_by_module(tmp_path: Path, python: str) -> None:
    files = {
        "core.py": CORE,
        "test_core.py": "import core\n\nVALUE = core.other()\n\ndef test():\n    assert VALUE\n",
        "conftest.py": "import core\n\nMADE = core.one(0)\n",
    }
    (test,) = record(tmp_path, files, python=python).records.tests
    ran = {
        one.module: step.lines
        for one in test.run.imports
        for step in one.footprints
        if step.path == "core.py"
    }
    assert set(ran) == {"core.py", "test_core.py", "conftest.py"}
    assert ran["test_core.py"] == 1 << 8
    assert ran["conftest.py"] == 1 << 2 | 1 << 4


def test_a_module_that_a_test_imports_is_no_data_file(tmp_path: Path, python: str) -> None:
    files = {
        "core.py": CORE,
        "test_core.py": "import subprocess, sys\n\ndef test_a():\n    import core\n    assert core.other() == 3\n\n"
        "def test_b():\n    subprocess.check_call([sys.executable, '-c', 'import core; core.other()'])\n",
    }
    tests = record(tmp_path, files, python=python).records.tests
    assert [test.opened for test in tests] == [(), ()]


def test_a_shared_fixture_is_every_users(tmp_path: Path, python: str) -> None:
    files = {
        "core.py": CORE,
        "conftest.py": "import core\nimport pytest\n\n@pytest.fixture(scope='session')\ndef made():\n    return core.other()\n",
        "test_core.py": "def test_a(made):\n    assert made == 3\n\ndef test_b(request):\n"
        "    assert request.getfixturevalue('made') == 3\n\ndef test_c():\n    pass\n",
    }
    tests = by_node(record(tmp_path, files, python=python))
    assert {node: lines(test, "core.py") for node, test in tests.items()} == {
        "test_core.py::test_a": [8],
        "test_core.py::test_b": [8],
        "test_core.py::test_c": [],
    }


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("", id="as subprocess likes to"),
        # With these options subprocess has called posix_spawn for long, since Python 3.14 it does so by itself.
        pytest.param(", close_fds=False", id="through posix_spawn"),
    ],
)
def test_the_lines_of_started_processes_are_the_tests(
    tmp_path: Path, python: str, options: str
) -> None:
    files = {
        "core.py": CORE + "\n\nif __name__ == '__main__':\n    print(other())\n",
        "test_core.py": "import subprocess, sys\n\ndef test():\n"
        f"    assert subprocess.check_output([sys.executable, '-m', 'core']{options}).strip() == b'3'\n",
    }
    (test,) = record(tmp_path, files, python=python).records.tests
    assert {8, 11, 12} <= set(lines(test, "core.py"))
    assert not test.opaque


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(
            "subprocess.check_call([sys.executable, '-I', '-c', ''])", id="an isolated Python"
        ),
        pytest.param("subprocess.check_call(['sh', '-c', 'true'])", id="a shell"),
        pytest.param("os.system('true')", id="a command line"),
        pytest.param(
            "assert subprocess.call([sys.executable, '-c', 'import os; os.kill(os.getpid(), 9)']) == -9",
            id="a Python that is killed",
        ),
        pytest.param(
            "subprocess.check_call([sys.executable, '-c', ''], env={})", id="an empty environment"
        ),
        pytest.param(
            "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)", id="posix_spawn by hand"
        ),
        pytest.param("sqlite3.connect(Once()).close()", id="a file whose name is told once"),
    ],
)
def test_a_process_that_does_not_tell_makes_the_test_opaque(tmp_path: Path, statement: str) -> None:
    files = {
        "test_it.py": "import os, sqlite3, subprocess, sys\n\nclass Once:\n    asked = 0\n    def __fspath__(self):\n"
        "        self.asked += 1\n        return ':memory:' if self.asked == 2 else None\n\n"
        f"def test_a():\n    {statement}\n\ndef test_b():\n    pass\n"
    }
    tests = by_node(record(tmp_path, files))
    assert tests["test_it.py::test_a"].opaque
    assert not tests["test_it.py::test_b"].opaque


def test_a_forked_child_tells_its_own_lines(tmp_path: Path, python: str) -> None:
    files = {
        "core.py": CORE,
        "test_core.py": "import os\nimport core\n\ndef test():\n    child = os.fork()\n    if child == 0:\n"
        "        os._exit(core.other() - 3)\n    assert os.waitpid(child, 0)[1] == 0\n",
    }
    (test,) = record(tmp_path, files, python=python).records.tests
    # coverage.py keeps its notes in memory that dies with the child: the parent then knows that it does not know.
    assert test.opaque or lines(test, "core.py") == [8]


def test_threads_work_for_the_test_that_runs(tmp_path: Path, python: str) -> None:
    files = {
        "core.py": CORE,
        "test_core.py": "import threading\nimport core\n\ndef test():\n    one = threading.Thread(target=core.other)\n"
        "    one.start()\n    one.join()\n",
    }
    (test,) = record(tmp_path, files, python=python).records.tests
    assert lines(test, "core.py") == [8]


def test_opened_and_listed_places_are_noted(tmp_path: Path, python: str) -> None:
    files = {
        "data/in.txt": "1\n",
        "data/more/x.txt": "2\n",
        "core.py": CORE,
        "test_core.py": "import os\nfrom pathlib import Path\nimport core\n\ndef test_a():\n"
        "    assert (Path(__file__).parent / 'data' / 'in.txt').read_text() == '1\\n'\n\n"
        "def test_b(monkeypatch):\n    monkeypatch.chdir(Path(__file__).parent / 'data')\n"
        "    assert os.listdir('more') == ['x.txt']\n    assert open('in.txt').read()\n\n"
        "def test_c():\n    assert not Path(__file__).with_name('missing.txt').is_file()\n"
        "    try:\n        open(Path(__file__).with_name('missing.txt'))\n    except OSError:\n        pass\n",
    }
    tests = by_node(record(tmp_path, files, python=python))
    blob = hashlib.sha1(b"blob 2\x001\n").hexdigest()
    opened = {node: [(one.path, one.blob) for one in test.opened] for node, test in tests.items()}
    assert opened == {
        "test_core.py::test_a": [("data/in.txt", blob)],
        "test_core.py::test_b": [("data/in.txt", blob)],
        "test_core.py::test_c": [("missing.txt", "")],
    }
    assert tests["test_core.py::test_b"].listed == ("data/more",)


def test_outcomes_and_times_are_noted(tmp_path: Path) -> None:
    files = {
        "test_it.py": "import pytest\n\ndef test_a():\n    assert False\n\n@pytest.mark.skip\ndef test_b():\n    pass\n\n"
        "@pytest.fixture\ndef bad():\n    raise ValueError\n\ndef test_c(bad):\n    pass\n",
    }
    tests = by_node(record(tmp_path, files, status=1))
    assert {node.rpartition("_")[2]: test.outcome for node, test in tests.items()} == {
        "a": "failed",
        "b": "skipped",
        "c": "failed",
    }
    assert tests["test_it.py::test_a"].failed == 1000.0
    assert all(0 <= test.seconds < 60 for test in tests.values())


@pytest.mark.parametrize(
    ("settings", "arguments", "cwd"),
    [
        pytest.param("", ("-p", "no:cacheprovider"), "", id="without the cache provider"),
        pytest.param("[pytest]\n", (), "", id="rootdir at the root"),
        pytest.param("", ("--rootdir", "tests", "tests"), "", id="rootdir below the repository"),
        pytest.param("", (), "tests", id="started below the repository"),
        pytest.param(
            "[pytest]\naddopts = --import-mode=importlib\n", (), "", id="import mode importlib"
        ),
        pytest.param("[pytest]\nfilterwarnings = error\n", (), "", id="every warning an error"),
        pytest.param("", ("-p", "xdist", "-n", "2"), "", id="two xdist workers"),
    ],
)
def test_pytests_own_options_change_nothing(
    tmp_path: Path, settings: str, arguments: tuple[str, ...], cwd: str
) -> None:
    files = {
        "core.py": CORE,
        "tests/test_core.py": "import core\n\ndef test_a():\n    assert core.other() == 3\n\ndef test_b():\n    assert core.one(1)\n",
    } | ({"pytest.ini": settings} if settings else {})
    tests = by_node(record(tmp_path, files, *arguments, cwd=cwd))
    assert {node: lines(test, "core.py") for node, test in tests.items()} == {
        "tests/test_core.py::test_a": [8],
        "tests/test_core.py::test_b": [2, 3],
    }


def test_a_file_without_an_extension_is_a_file(tmp_path: Path, python: str) -> None:
    files = {
        "bin/tool": "def run():\n    return 1\n",
        "test_core.py": "import runpy\nfrom pathlib import Path\n\ndef test():\n"
        "    assert runpy.run_path(str(Path(__file__).parent / 'bin' / 'tool'))['run']() == 1\n",
    }
    (test,) = record(tmp_path, files, python=python).records.tests
    assert lines(test, "bin/tool") == [1, 2]


def test_the_environments_own_sitecustomize_still_runs(tmp_path: Path) -> None:
    files = {
        "sitecustomize.py": "import builtins\nbuiltins.CUSTOMIZED = True\n",
        "test_it.py": "import builtins\n\ndef test():\n    assert builtins.CUSTOMIZED\n",
    }
    assert [test.outcome for test in record(tmp_path, files).records.tests] == ["passed"]


def test_warnings_and_tracebacks_at_import_look_as_ever(tmp_path: Path, python: str) -> None:
    files = {
        "old.py": "import warnings\nwarnings.warn('old', DeprecationWarning, stacklevel=2)\n",
        "broken.py": "import missing_module\n",
        "test_it.py": "import traceback\nimport warnings\n\ndef test_a():\n    with warnings.catch_warnings(record=True) as seen:\n"
        "        warnings.simplefilter('always')\n        import old\n    assert seen[0].filename == __file__\n\n"
        "def test_b():\n    try:\n        import broken\n    except ImportError as error:\n"
        "        assert [one.name for one in traceback.extract_tb(error.__traceback__)] == ['test_b', '<module>']\n",
    }
    record(tmp_path, files, python=python)


def test_the_way_of_seeing_lines_is_said(tmp_path: Path, python: str) -> None:
    engines = record(tmp_path, {"test_it.py": "def test():\n    pass\n"}, python=python).engines
    assert engines == {"monitoring" if python in with_monitoring().values() else "coverage"}


def test_without_any_way_of_seeing_lines_every_test_is_opaque(tmp_path: Path) -> None:
    files = {
        "test_it.py": "def test():\n    pass\n",
        "coverage/__init__.py": "raise ImportError\n",
    }
    if sys.version_info >= (3, 12):
        pytest.skip("sys.monitoring is always there")
    recorded = record(tmp_path, files)
    assert recorded.engines == {"none"}
    assert [test.opaque for test in recorded.records.tests] == [True]


BEFORE_IT_STARTS = {
    "both numbers taken": "[sys.monitoring.use_tool_id(tool, 'another') for tool in (3, 4)]",
    "no lock": "sys._is_gil_enabled = lambda: False",
}


@pytest.mark.parametrize("before", BEFORE_IT_STARTS.values(), ids=list(BEFORE_IT_STARTS))
def test_where_lines_cannot_be_seen_every_test_is_opaque(
    tmp_path: Path, monitoring: str, before: str
) -> None:
    (tmp_path / "test_it.py").write_text("def test():\n    pass\n")
    into = tmp_path / "into"
    into.mkdir()
    env = recording.environment(
        os.environ | {"PYTHONPATH": _SITE, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        into=into,
        root=tmp_path,
    )
    # Left to itself the recorder starts with the process, before all others.
    late = "import sys; {before}; sys.path.insert(0, {folder!r}); import pytest; sys.exit(pytest.main({arguments!r}))"
    program = late.format(
        before=before, folder=str(recording.FOLDER), arguments=["-q", *recording.ARGUMENTS]
    )
    env["PYTHONPATH"] = _SITE
    subprocess.run([monitoring, "-c", program], cwd=tmp_path, env=env, check=True)
    recorded = read(recording.outputs(into), {"test_it.py"}.__contains__, now=1000.0)
    assert recorded.engines == {"none"}
    assert [test.opaque for test in recorded.records.tests] == [True]


def test_nothing_is_recorded_where_none_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test():\n    pass\n")
    env = os.environ | {"PYTHONPATH": os.pathsep.join((str(recording.FOLDER), _SITE))}
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *recording.ARGUMENTS],
        cwd=tmp_path,
        env=env,
        check=True,
    )
    assert not list(tmp_path.rglob("*.jsonl"))


MORE = """\
def many(times):
    for number in range(times):
        number += 1
    return number


def steps():
    yield 1
    yield 2


async def later():
    import asyncio
    await asyncio.sleep(0)
    return other()


def other():
    return 3


def serve(inbox, outbox):
    for item in iter(inbox.get, None):
        outbox.put(item)
    return None
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "def test_a():\n    core.many(9)\n\ndef test_b():\n    core.many(9)\n    core.many(9)\n\n"
            "def test_c():\n    core.many(1)\n",
            {"a": [2, 3, 4], "b": [2, 3, 4], "c": [2, 3, 4]},
            id="a loop in one test after the other",
        ),
        pytest.param(
            "MADE = core.steps()\n\ndef test_a():\n    assert next(MADE) == 1\n\ndef test_b():\n    assert next(MADE) == 2\n",
            {"a": [8], "b": [9]},
            id="a generator that goes on in the next test",
        ),
        pytest.param(
            "import asyncio\n\ndef test_a():\n    assert asyncio.run(core.later()) == 3\n\n"
            "def test_b():\n    async def both():\n        await asyncio.gather(core.later(), core.later())\n    asyncio.run(both())\n",
            {"a": [13, 14, 15, 19], "b": [13, 14, 15, 19]},
            id="coroutines that take turns",
        ),
        pytest.param(
            "import importlib\n\ndef test_a():\n    assert core.other() == 3\n\ndef test_b():\n    importlib.reload(core)\n\n"
            "def test_c():\n    assert core.other() == 3\n",
            {"a": [19], "c": [19]},
            id="a module that is loaded anew",
        ),
        pytest.param(
            "import sys\nimport pytest\n\ndef test_a():\n    with pytest.raises(SystemExit):\n        sys.exit(core.other())\n\n"
            "def test_b():\n    assert core.many(1)\n",
            {"a": [19], "b": [2, 3, 4]},
            id="a test that wants to leave",
        ),
        pytest.param(
            "import queue\nimport threading\n\nIN, OUT = queue.Queue(), queue.Queue()\n"
            "THREAD = threading.Thread(target=core.serve, args=(IN, OUT))\n\n"
            "def ask(times):\n    for number in range(times):\n        IN.put(number)\n        assert OUT.get() == number\n\n"
            "def test_a():\n    THREAD.start()\n    ask(50)\n\ndef test_b():\n    ask(50)\n\ndef test_c():\n    ask(1)\n\n"
            "def test_d():\n    IN.put(None)\n    THREAD.join()\n",
            {"a": [24], "b": [24], "c": [24], "d": [25]},
            id="a thread that outlives the tests",
        ),
        pytest.param(
            "import sys\n\ndef test_a():\n    core.many(9)\n    if hasattr(sys, 'monitoring'):\n        sys.monitoring.restart_events()\n"
            "    core.other()\n\ndef test_b():\n    core.many(1)\n",
            {"a": [2, 3, 4, 19], "b": [2, 3, 4]},
            id="another tool that starts all events again",
        ),
    ],
)
def test_what_runs_again_is_told_again(
    tmp_path: Path, python: str, body: str, expected: Mapping[str, list[int]]
) -> None:
    files = {"core.py": MORE, "far/core.py": "VALUE = 1\n", "test_core.py": f"import core\n{body}"}
    tests = by_node(record(tmp_path, files, python=python))
    found = {node.rpartition("_")[2]: set(lines(test, "core.py")) for node, test in tests.items()}
    assert {key: found[key] & set(numbers) for key, numbers in expected.items()} == {
        key: set(numbers) for key, numbers in expected.items()
    }
    assert not any(test.opaque for test in tests.values())


@pytest.mark.parametrize(
    "leaving",
    ["sys.exit(0)", "os._exit(0)", "os.execv(sys.executable, [sys.executable, '-c', ''])"],
)
def test_a_started_process_is_known_or_known_to_be_unknown(
    tmp_path: Path, python: str, leaving: str
) -> None:
    program = f"import core, os, sys; core.other(); {leaving}"
    files = {
        "core.py": CORE,
        "test_core.py": f"import subprocess, sys\n\ndef test():\n    subprocess.check_call([sys.executable, '-c', {program!r}])\n",
    }
    (test,) = record(tmp_path, files, python=python).records.tests
    assert test.opaque or 8 in lines(test, "core.py")
    assert test.opaque or leaving != "os._exit(0)"


def test_a_relative_file_name_means_what_it_means_where_it_runs(
    tmp_path: Path, python: str
) -> None:
    if python == sys.executable and sys.version_info < (3, 12):
        pytest.skip("coverage.py takes the first meaning")
    run = (
        "    code = compile(Path('core.py').read_bytes(), 'core.py', 'exec')\n    exec(code, {})\n"
    )
    files = {
        "core.py": CORE,
        "far/core.py": "VALUE = 1\n",
        "test_it.py": "import os\nfrom pathlib import Path\n\nHERE = Path(__file__).parent\n\n"
        f"def test_a(monkeypatch):\n    monkeypatch.chdir(HERE / 'far')\n{run}\n"
        f"def test_b(monkeypatch):\n    monkeypatch.chdir(HERE)\n{run}",
    }
    tests = by_node(record(tmp_path, files, python=python))
    assert lines(tests["test_it.py::test_a"], "far/core.py") == [1]
    assert lines(tests["test_it.py::test_b"], "core.py") == [1, 7]

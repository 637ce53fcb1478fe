"""Who runs when a global, a member or an import changes: who executed code that mentions it, under whichever name."""

from collections.abc import Mapping

import pytest

import fakes
from hunkgate.gates.tests import recorded, selection
from hunkgate.gates.tests.facts import NoStore
from hunkgate.gates.tests.record import Footprint, Import, Records, Run, TestRecord, bits
from hunkgate.gates.tests.settings import TestSettings

CORE = '''\
import json

from pkg.base import SIZE

LIMIT = 3
TWICE = [LIMIT, LIMIT]
TABLE = {}


class Box:
    """A box."""

    colour = "red"
    limit = LIMIT

    def open(self):
        return self.colour

    def close(self):
        return self.limit


def limited(x=LIMIT):
    return x


def listed():
    return TWICE


def sized():
    return SIZE


def dumped():
    return json.dumps(1)


def other():
    return 1


def make():
    return Box()


def add(name, value):
    TABLE[name] = value


def shown(thing):
    return thing.__doc__


def show():
    return shown(other)
'''
# A test file of each function, which calls nothing else.
CALLS = {
    "open": "core.make().open()",
    "close": "core.make().close()",
    "limited": "core.limited()",
    "listed": "core.listed()",
    "sized": "core.sized()",
    "dumped": "core.dumped()",
    "other": "core.other()",
    "show": "core.show()",
}
CALLEES = {"open": ("make",), "close": ("make",), "show": ("shown",)}
FILES = {
    "pkg/__init__.py": "",
    "pkg/base.py": "SIZE = 1\n",
    "pkg/core.py": CORE,
    **{
        f"tests/test_{name}.py": f"from pkg import core\n\n\ndef test():\n    assert {call}\n"
        for name, call in CALLS.items()
    },
}


def bodies(files: Mapping[str, str], path: str) -> dict[str, int]:
    """The line of the one statement in each function of a file, and of none the rest, which runs at import."""
    found: dict[str, int] = {}
    name = ""
    for number, line in enumerate(files[path].split("\n"), 1):
        if line.lstrip().startswith("def "):
            name = line.split("def ")[1].partition("(")[0]
        elif line.strip() and name:
            found[name] = number
            name = ""
    return found


def records(files: Mapping[str, str]) -> Records:
    tree = fakes.FakeTree({path: text.encode() for path, text in files.items()})

    def step(path: str, *lines: int) -> Footprint:
        entry = tree.find(path)
        assert entry is not None
        return Footprint(path=path, blob=entry.blob, lines=bits(lines))

    core = bodies(files, "pkg/core.py")
    rest = [
        number
        for number in range(1, len(files["pkg/core.py"].split("\n")))
        if number not in core.values()
    ]
    run = Run(
        imports=(
            Import(module="pkg/base.py", footprints=(step("pkg/base.py", 1),)),
            Import(module="pkg/core.py", footprints=(step("pkg/core.py", *rest),)),
        )
    )
    return Records(
        tests=tuple(
            TestRecord(
                node=f"tests/test_{name}.py::test",
                run=run,
                footprints=(
                    step("pkg/core.py", *(core[one] for one in (name, *CALLEES.get(name, ())))),
                    step(f"tests/test_{name}.py", 5),
                ),
            )
            for name in CALLS
        )
    )


def chosen(after: Mapping[str, str], base: Mapping[str, str] = FILES) -> set[str]:
    change = fakes.change(
        {path: text.encode() for path, text in base.items()},
        {path: text.encode() for path, text in {**base, **after}.items()},
    )
    choice = recorded.select(
        change,
        records(base),
        lambda one: selection.select(one, TestSettings(), NoStore()),
    )
    return {
        one.record.node.removeprefix("tests/test_").removesuffix(".py::test")
        for one in choice.tests
    }


EVERYBODY = set(CALLS)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param('colour = "red"', 'colour = "blue"', {"open"}, id="a member: who executed its name"),
        pytest.param("LIMIT = 3", "LIMIT = 4", {"close", "limited", "listed"}, id="a constant: whom it reaches under any name"),
        pytest.param("import json\n", "import simplejson as json\n", EVERYBODY, id="an import that may fail: all importers"),
        pytest.param("def other():\n    return 1\n", "", {"other", "show"}, id="a removed function: its callers"),
        pytest.param("def limited(x=LIMIT)", "def limited(x=4)", {"limited"}, id="a default: who executed the function"),
        pytest.param("TWICE = [LIMIT, LIMIT]", "TWICE = [LIMIT]", {"listed"}, id="a list: who mentions it"),
        pytest.param("TWICE = [LIMIT, LIMIT]", "TWICE = make()", EVERYBODY, id="what runs code at import: all importers"),
        pytest.param("class Box:\n", "class Box(dict):\n", EVERYBODY, id="another base: all importers"),
        pytest.param("    def open(self):", "    def __len__(self):\n        return 0\n\n    def open(self):", {"open", "close"}, id="a method that Python calls: who has the class"),
        pytest.param("    return 1\n", '    """One."""\n    return 1\n', {"show"}, id="documentation: who hands the function on and reads it"),
        pytest.param('"""A box."""', '"""The box."""', set(), id="documentation that nobody reads"),
    ],
)  # fmt: skip
def test_the_tests_that_observe_a_change_at_import(old: str, new: str, expected: set[str]) -> None:
    assert old in CORE
    assert chosen({"pkg/core.py": CORE.replace(old, new, 1)}) == expected


def test_a_field_of_a_class_that_is_made_of_its_fields_concerns_whoever_has_the_class() -> None:
    fields = "from typing import NamedTuple\n\n\nclass Pair(NamedTuple):\n    left: int = 1\n\n\n"
    base = FILES | {
        "pkg/core.py": fields + CORE.replace("    return 1\n", "    return sum(Pair())\n")
    }
    after = base["pkg/core.py"].replace("left: int = 1", "left: int = 2")
    assert chosen({"pkg/core.py": after}, base) == {"other"}


def test_a_constant_is_followed_into_who_imports_it() -> None:
    assert chosen({"pkg/base.py": "SIZE = 2\n"}) == {"sized"}


def test_a_constant_that_a_call_gets_at_import_is_not_followed() -> None:
    base = FILES | {"pkg/core.py": CORE + "\n\nadd('limit', LIMIT)\n"}
    after = {"pkg/core.py": base["pkg/core.py"].replace("LIMIT = 3", "LIMIT = 4")}
    assert chosen(after, base) == EVERYBODY


def test_a_removed_name_that_is_asked_for_at_import_fails_for_all_importers() -> None:
    after = CORE.replace("LIMIT = 3\n", "")
    assert chosen({"pkg/core.py": after}) == EVERYBODY


def test_a_function_that_ran_at_import_hands_what_it_mentions_to_all_importers() -> None:
    base = FILES | {"pkg/core.py": CORE.replace("TABLE = {}", "TABLE = dict(a=1)")}
    known = records(base)
    base_part, core_part = known.tests[0].run.imports
    (step,) = core_part.footprints
    ran = Footprint(
        path=step.path,
        blob=step.blob,
        lines=step.lines | bits([bodies(base, "pkg/core.py")["sized"]]),
    )
    run = Run(imports=(base_part, Import(module="pkg/core.py", footprints=(ran,))))
    known = Records(
        tests=tuple(
            TestRecord(node=one.node, run=run, footprints=one.footprints) for one in known.tests
        )
    )
    change = fakes.change(
        {path: text.encode() for path, text in base.items()},
        {path: text.encode() for path, text in {**base, "pkg/base.py": "SIZE = 2\n"}.items()},
    )
    choice = recorded.select(
        change, known, lambda one: selection.select(one, TestSettings(), NoStore())
    )
    reached = {one.path for one in choice.selection.files}
    assert {one.path for one in choice.files} == reached

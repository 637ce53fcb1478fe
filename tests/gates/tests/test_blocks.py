"""Which old lines call a run in question: where two bodies part, and that whoever does not get there does the same as before."""

import sys
from collections.abc import Sequence
from random import Random
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hunkgate.gates.tests import touched

GUARDED = """\
def f(x):
    try:
        if x is None:
            return one()
        two()
    except KeyError:
        three()
    if x and x.ready:
        four()
    else:
        five()
    if wait(x):
        six()
    return x
"""


def lines(bits: int) -> list[int]:
    return [number for number in range(bits.bit_length()) if bits >> number & 1]


def in_question(before: str, after: str) -> int:
    return touched.between(before.encode(), after.encode()).lines


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "        if x is None:\n            return one()\n", "", [4], id="a guard that goes: whom it stopped"
        ),
        pytest.param(
            "    if wait(x):\n        six()\n", "", [12, 13], id="a guard that does something and goes: who met it"
        ),
        pytest.param("x is None", "x is None or x < 0", [5], id="a guard for more: whom it did not stop"),
        pytest.param("x and x.ready", "x and x.ready and y", [9], id="a narrower condition: who met it"),
        pytest.param("x and x.ready", "x", [11], id="a wider condition: who did not meet it"),
        pytest.param("x and x.ready", "x.ready and x", [8], id="any other condition: who came to it"),
        pytest.param("KeyError", "IndexError", [6, 7], id="a handler for other errors: who had an error there"),
        pytest.param(
            "    try:\n        if x is None:\n            return one()\n        two()\n    except KeyError:\n        three()\n",
            "    if x is None:\n        return one()\n    two()\n",
            [6, 7],
            id="a handler that goes: who had an error there",
        ),
        pytest.param(
            "    if x and x.ready:\n        four()\n    else:\n        five()\n",
            "    five()\n",
            [9],
            id="a branch that goes: who took it",
        ),
    ],
)  # fmt: skip
def test_what_happens_only_sometimes_concerns_whom_it_happened_to(
    old: str, new: str, expected: list[int]
) -> None:
    assert old in GUARDED
    assert lines(in_question(GUARDED, GUARDED.replace(old, new, 1))) == expected


Block = list["Statement"]
# A line of its own, or a compound one: its kind, what stands in its head, its first block and its second.
Statement = str | tuple[str, str, "Block", "Block"]


class Script:
    """Random function bodies that tell what they do, and random edits of them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._count = 0

    def block(self, depth: int, *, loop: bool) -> Block:
        return [self.statement(depth, loop=loop) for _ in range(self._random.randint(1, 3))]

    def statement(self, depth: int, *, loop: bool) -> Statement:
        self._count += 1
        number = self._count
        kind = self._random.choice(["", "if", "if", "for", "try"] if depth else [""])
        if not kind:
            steps = [
                f"t({number})",
                f"p = t({number})",
                "pass",
                f"r({number})",
                f"return t({number})",
            ]
            return self._random.choice([*steps, "break", "continue"] if loop else steps)
        inner = self.block(depth - 1, loop=loop or kind == "for")
        other = self.block(depth - 1, loop=loop) if self._random.random() < 0.5 else []
        if kind == "if":
            return (kind, self.condition(), inner, other)
        if kind == "for":
            return (kind, f"for q in range(t({number}) % 3)", inner, other)
        return (kind, self._random.choice(["E", "F", "E, F"]), inner, other or ["pass"])

    def condition(self) -> str:
        self._count += 1
        terms = [f"c({self._count})", "p", "q", "not p", "p is q"]
        parts = [self._random.choice(terms) for _ in range(self._random.randint(1, 2))]
        return self._random.choice([" and ", " or "]).join(parts)

    def edited(self, block: Block, *, loop: bool = False) -> Block:
        random = self._random
        place = random.randrange(len(block) + 1)
        kind = random.choice(["insert", "delete", "inside", "inside", "inside", "unwrap"])
        if kind == "insert" or place == len(block):
            return [*block[:place], self.statement(1, loop=loop), *block[place:]]
        one, rest = block[place], block[place + 1 :]
        if kind == "delete" and len(block) > 1:
            return [*block[:place], *rest]
        if isinstance(one, str):
            return [*block[:place], self.statement(1, loop=loop), *rest]
        name, head, inner, other = one
        inside = loop or name == "for"
        if kind == "unwrap" and (loop or not inside):
            return [*block[:place], *random.choice([inner, other or inner]), *rest]
        if name == "if" and random.random() < 0.5:
            longer = f"{head} {random.choice(['and', 'or'])} {self.condition()}"
            head = random.choice([longer, self.condition(), "p"])
        elif other and random.random() < 0.5:
            other = self.edited(other, loop=loop)
        else:
            inner = self.edited(inner, loop=inside)
        return [*block[:place], (name, head, inner, other), *rest]


def source(block: Sequence[Statement], indent: str) -> str:
    parts = []
    for one in block:
        if isinstance(one, str):
            parts.append(f"{indent}{one}\n")
            continue
        name, head, inner, other = one
        first, second = {
            "if": (f"if {head}", "else"),
            "for": (head, "else"),
            "try": ("try", f"except ({head})"),
        }[name]
        parts.append(f"{indent}{first}:\n{source(inner, indent + '    ')}")
        if other:
            parts.append(f"{indent}{second}:\n{source(other, indent + '    ')}")
    return "".join(parts)


class OneError(Exception):
    pass


class OtherError(Exception):
    pass


def ran(text: str, answers: int) -> tuple[list[object], int]:
    """What a script did, and the lines that it executed. ``answers`` decides what its conditions and steps say."""
    log: list[object] = []
    executed = 0

    def told(number: int) -> int:
        log.append(number)
        return (answers >> (len(log) * 5 + number) % 61) & 3

    def raises(number: int) -> None:
        answer = told(number)
        if answer:
            raise OneError if answer == 1 else OtherError

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal executed
        if frame.f_code.co_filename != "<script>":
            return None
        if event == "line":
            executed |= 1 << frame.f_lineno
        return trace

    names: dict[str, Any] = {
        "t": told,
        "c": lambda number: told(number) & 1,
        "r": raises,
        "E": OneError,
        "F": OtherError,
    }
    exec(compile(text, "<script>", "exec"), names)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        log.append(names["f"](answers >> 62 & 1, answers >> 63 & 1))
    except (OneError, OtherError) as error:
        log.append(type(error))
    finally:
        sys.settrace(before)
    return log, executed


@settings(max_examples=300, deadline=None)
@given(random=st.randoms(use_true_random=False), answers=st.integers(0, (1 << 64) - 1))
def test_a_run_that_executed_no_line_in_question_does_the_same_afterwards(
    random: Random, answers: int
) -> None:
    script = Script(random)
    block = script.block(2, loop=False)
    edited = block
    for _ in range(random.randint(1, 2)):
        edited = script.edited(edited)
    before, after = (f"def f(p, q):\n{source(one, '    ')}" for one in (block, edited))
    done, executed = ran(before, answers)
    if not executed & in_question(before, after):
        assert ran(after, answers)[0] == done

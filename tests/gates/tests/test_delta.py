"""Whether a change of one file alters what its import does, or only what its names stand for."""

import pytest

from hunkgate.gates.tests import delta
from hunkgate.gates.tests.facts import MODULE

HEAD = """\
import abc
import enum
import functools
import re
import typing as t
from typing import overload

from . import parts
from .base import Field

__all__ = ["Cache", "pick"]
TEXT = "[a]"


class Cache(dict):
    def get(self, key):
        return key


class Hook:
    def __init_subclass__(cls):
        seen.append(cls)


class Token:
    def __init__(self, name):
        self.name = name


class Counted:
    def __init__(self):
        count()


def pick(x):
    return x
"""


def between(before: str, after: str) -> delta.Delta:
    return delta.between(before.encode(), after.encode())


@pytest.mark.parametrize(
    ("body", "bases"),
    [
        pytest.param(
            "class New(Cache):\n    def run(self): ...\n", "", id="of a class of the file"
        ),
        pytest.param("class New(abc.ABC):\n    name = 1\n", "", id="of the standard library"),
        pytest.param("class New(t.Generic[T]):\n    pass\n", "", id="of what is generic"),
        pytest.param("class New(Exception):\n    pass\n", "", id="of a builtin class"),
        pytest.param(
            "class New(Field, parts.Other):\n    pass\n",
            "Field parts.Other",
            id="of what the project has elsewhere, which is for the tree to say",
        ),
    ],
)
def test_a_new_class_is_a_value_where_only_python_makes_it(body: str, bases: str) -> None:
    found = between(HEAD, HEAD + body)
    assert MODULE not in found.changed
    assert "New" in found.changed
    assert found.bases == frozenset(bases.split())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("class New(Hook):\n    pass\n", id="its base keeps what is derived from it"),
        pytest.param("class New(Cache, metaclass=M):\n    pass\n", id="it has a metaclass"),
        pytest.param("@register\nclass New(Cache):\n    pass\n", id="it has a decorator"),
        pytest.param(
            "class New(enum.Enum):\n    A = 1\n", id="its base makes objects of its names"
        ),
        pytest.param("class New(unknown):\n    pass\n", id="its base is found nowhere"),
        pytest.param("class New(Cache):\n    x = count()\n", id="its body calls something"),
        pytest.param("class New(type):\n    pass\n", id="it makes classes itself"),
    ],
)
def test_a_new_class_runs_code_where(body: str) -> None:
    assert MODULE in between(HEAD, HEAD + body).changed


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("X = re.compile('a' + TEXT)\n", id="a pattern put together"),
        pytest.param("X = re.compile(TEXT.encode())\n", id="a method of a text"),
        pytest.param("X = {'a': functools.partial(parts.run)}\n", id="an attribute of a module"),
        pytest.param("X = Token('x')\n", id="an object that keeps what it is given"),
        pytest.param("X = frozenset({type(None), int})\n", id="types in a set"),
        pytest.param("class X(enum.Enum):\n    A = 1\n", id="an enumeration"),
        pytest.param("class X(Cache):\n    def f(self, of=Cache.get): ...\n", id="a default"),
    ],
)
def test_what_is_left_out_was_only_a_value(body: str) -> None:
    found = between(HEAD + body, HEAD)
    assert MODULE not in found.changed
    assert "X" in found.changed


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("X = Counted()\n", id="an object that is counted where it is made"),
        pytest.param("X = parts.register('x')\n", id="a call of the project's own"),
        pytest.param("X = registry.set('x')\n", id="a method that is only called like a builtin"),
        pytest.param("class X(Hook):\n    pass\n", id="a class that its base knew of"),
    ],
)
def test_what_is_left_out_may_have_done_something(body: str) -> None:
    assert MODULE in between(HEAD + body, HEAD).changed


def test_flags_of_the_standard_library_are_a_value() -> None:
    found = between(HEAD, HEAD + "X = re.compile('a', re.ASCII | re.IGNORECASE)\n")
    assert found.changed == {"X"}


@pytest.mark.parametrize(("pattern", "raises"), [("(a", True), ("(a)", False)])
def test_a_pattern_that_is_none_fails_the_import(pattern: str, raises: bool) -> None:
    found = between(HEAD + "X = re.compile('a')\n", HEAD + f"X = re.compile({pattern!r})\n")
    assert (MODULE in found.changed) == raises


def exporting(*names: str) -> str:
    return HEAD.replace('["Cache", "pick"]', repr(list(names)))


def test_a_name_that_is_exported_no_more_is_gone_for_who_takes_all() -> None:
    found = between(HEAD, exporting("Cache"))
    assert found.changed == {"__all__", "pick"}
    assert {*found.exported} == {*found.gone} == {"pick"}


def test_a_name_that_is_exported_anew_is_another_name_for_who_takes_all() -> None:
    found = between(HEAD, exporting("Cache", "pick", "Token"))
    assert found.changed == {"__all__", "Token"}
    assert not found.gone


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(
            exporting("Cache", "pick", "nowhere"), id="a name that is not there is listed"
        ),
        pytest.param(HEAD.replace("def pick", "def other"), id="a name that is listed is gone"),
        pytest.param(HEAD.replace('["Cache", "pick"]', "parts.names()"), id="it is computed"),
    ],
)
def test_who_takes_all_may_fail_where(after: str) -> None:
    assert MODULE in between(HEAD, after).changed


def test_a_variant_for_type_checkers_is_no_definition_of_its_own() -> None:
    variant = "@overload\ndef pick(x: int) -> int: ...\n"
    found = between(HEAD.replace("def pick", f"{variant}def pick"), HEAD)
    assert found.changed == {"pick"}


def test_a_name_of_a_class_is_not_the_import_of_that_name() -> None:
    before = "from .a import size\n\n\nclass Box:\n    size: int = 1\n"
    assert between(before, before.partition("\n\n\n")[2]).changed == {"size"}

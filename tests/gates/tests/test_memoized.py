"""Which functions give what is kept for later: who asks for it again executes none of their lines."""

import ast

import pytest

from hunkgate.gates.tests.memoized import memoized


@pytest.mark.parametrize(
    ("source", "kept", "beneath"),
    [
        pytest.param("@functools.lru_cache(maxsize=None)\ndef made(x):\n    return x\n", {"made"}, set(), id="a decorator"),
        pytest.param("class A:\n    @cached_property\n    def made(self):\n        return part()\n\ndef part():\n    return 1\n", {"made"}, {"part"}, id="a decorator, and what the function calls"),
        pytest.param("class A:\n    def __call__(self, key):\n        if key not in self._known:\n            self._known[key] = self._made(key)\n        return self._known[key]\n    def _made(self, key):\n        return key\n", {"_made"}, set(), id="an entry of an attribute that is asked about"),
        pytest.param("_all = {}\ndef ask(key):\n    try:\n        return _all[key]\n    except KeyError:\n        value = _all[key] = made(key)\n        return value\ndef made(key):\n    return key\n", {"made"}, set(), id="an entry of a global that was tried"),
        pytest.param("_one = None\ndef ask():\n    global _one\n    if _one is None:\n        _one = made()\n    return _one\ndef made():\n    return 1\n", {"made"}, set(), id="a global that is asked about"),
        pytest.param("def ask(self, key):\n    value = self.all.get(key)\n    if value is None:\n        value = made(key)\n        self.all[key] = value\n    return value\ndef made(key):\n    return key\n", {"made"}, set(), id="by way of a local"),
        pytest.param("def ask(self, key):\n    return self.all.setdefault(key, made(key))\ndef made(key):\n    return key\n", {"made"}, set(), id="setdefault"),
        pytest.param("def ask(key):\n    own = {}\n    if key not in own:\n        own[key] = made(key)\n    return own\ndef made(key):\n    return key\n", set(), set(), id="an entry of a local is kept for nobody"),
        pytest.param("class A:\n    def __init__(self, x):\n        if x:\n            self.y = made(x)\ndef made(x):\n    return x\n", set(), set(), id="an attribute that nobody asks about before"),
    ],
)  # fmt: skip
def test_kept(source: str, kept: set[str], beneath: set[str]) -> None:
    found = memoized(ast.parse(source))
    assert (set(found.kept), set(found.beneath)) == (kept, beneath)


def test_what_is_beneath_is_followed_through_the_file() -> None:
    source = "@cache\ndef made():\n    return one(two)\ndef one(x):\n    return x()\ndef two():\n    return three()\ndef three():\n    return made\n"
    assert memoized(ast.parse(source)).beneath == {"one", "two", "three"}

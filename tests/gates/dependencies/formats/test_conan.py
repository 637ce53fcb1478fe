"""Conan: references, the two kinds of manifest and the two kinds of lock."""

import textwrap

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("zlib/1.3", "zlib 1.3 runtime", id="a version"),
        pytest.param("zlib/[>=1.2 <2]", "zlib >=1.2 <2 runtime", id="a range"),
        pytest.param("ZLib/cci.2020", "zlib cci.2020 runtime", id="a name in capitals and a version without a number"),
        pytest.param("a/1@me/stable", "a 1 runtime registry:@me/stable", id="another's recipe"),
        pytest.param("a/1@_/_", "a 1 runtime", id="nobody's recipe as Conan 1 wrote it"),
        pytest.param("a/1@", "a 1 runtime", id="nobody's recipe, said so"),
        pytest.param("a/1#0123abcd", "a 1 runtime #0123abcd", id="a revision"),
        pytest.param("a/1@me/stable#0123abcd%16.5", "a 1 runtime registry:@me/stable #0123abcd", id="everything"),
        pytest.param("a/1  # why", "a 1 runtime", id="a comment behind it"),
    ],
)  # fmt: skip
def test_a_reference(written: str, expected: str) -> None:
    assert dependencies("conanfile-txt", f"[requires]\n{written}\n") == [expected]


def test_the_sections_of_a_conanfile_txt() -> None:
    content = "[requires]\na/1\n[tool_requires]\nb/1\n[build_requires]\nc/1\n[test_requires]\nd/1\n[options]\n*:shared=True\n[layout]\ncmake_layout\n"
    assert dependencies("conanfile-txt", content) == [
        "a 1 runtime",
        "b 1 build",
        "c 1 build",
        "d 1 dev",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("requires = 'a/1'", ["a 1 runtime"], id="a text"),
        pytest.param("requires = 'a/1', 'b/2'", ["a 1 runtime", "b 2 runtime"], id="several texts"),
        pytest.param("requires = [('a/1', 'override'), 'b/2']", ["a 1 runtime", "b 2 runtime"], id="a text with a word of Conan 1"),
        pytest.param("tool_requires: list = ['a/1']\n    test_requires = 'b/1'\n    python_requires = 'c/1'", ["a 1 build", "b 1 dev", "c 1 build"], id="other attributes"),
        pytest.param("def requirements(self):\n        if self.settings.os == 'x':\n            self.requires('a/1')\n        else:\n            self.requires('a/2')", ["a 1 runtime", "a 2 runtime"], id="calls on a condition"),
        pytest.param("def f(self):\n        self.tool_requires('a/1', visible=True)\n        self.build_requires('b/1', force_host_context=True)\n        self.test_requires('c/1')", ["a 1 build", "b 1 build", "c 1 dev"], id="other calls"),
        pytest.param("def f(self):\n        self.requires('a/1', override=True)\n        self.requires('b/1', force=True)", ["a 1 runtime +override", "b 1 runtime +override"], id="what replaces what others ask for"),
        pytest.param("def f(self):\n        self.requires(f'a/{self.version}@me/stable')", ["a {self.version}@me/stable runtime +dynamic"], id="a computed version"),
        pytest.param("def f(self):\n        self.cpp_info.components['x'].requires = ['a::a']\n        requires = []\n        requires.append('m')", [], id="libraries, which are called requires too"),
        pytest.param("def f(self):\n        self.requires(self.tested_reference_str)", [], id="what a test is for"),
    ],
)  # fmt: skip
def test_a_recipe(body: str, expected: list[str]) -> None:
    content = f"class A(ConanFile):\n    {body}\n"
    assert dependencies("conanfile-py", content) == expected
    assert options("conanfile-py", content) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("self.requires('a/%s' % self.version)", "dynamic requires 'a/%s' % self.version", id="a formatted text"),
        pytest.param("self.requires(self.chosen())", "dynamic requires self.chosen()", id="a call"),
        pytest.param("self.requires('a/ 1')", "dynamic requires a/ 1", id="a text that is no reference"),
    ],
)  # fmt: skip
def test_what_is_computed_in_a_recipe(statement: str, expected: str) -> None:
    content = f"class A(ConanFile):\n    def requirements(self):\n        {statement}\n"
    assert dependencies("conanfile-py", content) == []
    assert options("conanfile-py", content) == [expected]


def test_a_lock_of_conan_1_is_a_graph() -> None:
    content = textwrap.dedent("""\
        {"version": "0.4", "graph_lock": {"nodes": {
          "0": {"ref": "own/1.0@me/test", "path": "conanfile.py", "requires": ["1"]},
          "1": {"ref": "a/1#aa11", "package_id": "cc33", "prev": "bb22"},
          "2": {"pref": "b/2#dd44:ee55#ff66"}}}}
        """)
    assert dependencies("conan-lock", content) == ["a 1 lock #aa11 #bb22", "b 2 lock #dd44 #ff66"]


def test_what_a_lock_replaces() -> None:
    content = '{"version": "0.5", "requires": ["a/2"], "alias": {"a/latest": "a/2"}, "overrides": {"a/1": ["a/2", null]}}'
    assert options("conan-lock", content) == [
        "override overrides a/1 a/2",
        "alias alias a/latest a/2",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("conanfile-txt", "a/1\n", id="a line before the first section"),
        pytest.param("conanfile-txt", "[requires]\na\n", id="a name without a version"),
        pytest.param("conanfile-py", "print 'a'\n", id="no Python of today"),
        pytest.param("conan-lock", '{"version": "0.9", "requires": []}', id="an unknown version"),
        pytest.param("conan-lock", '{"version": "0.5", "requires": ["a"]}', id="no reference"),
        pytest.param("conan-lock", '{"version": "0.5", "requires": {}}', id="no list"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content)

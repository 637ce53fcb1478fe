"""setup.py: literals are read, whatever is computed is shown."""

import textwrap

import pytest

from hunkgate.gates.dependencies.dependency import Reading, UnreadableError
from hunkgate.gates.dependencies.formats import setup_py


def read(content: str) -> Reading:
    return setup_py.read(textwrap.dedent(content).encode(), "setup.py")


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        pytest.param("setup(install_requires=['a>=1', 'b'])", [("a", ">=1", "runtime"), ("b", "", "runtime")], id="a list"),
        pytest.param("setuptools.setup(install_requires=('a',))", [("a", "", "runtime")], id="a tuple, setup by its module"),
        pytest.param("setup(install_requires='a\\n# note\\nb >= 1 # c')", [("a", "", "runtime"), ("b", ">=1", "runtime")], id="one string of several lines"),
        pytest.param("setup(install_requires='a b>=1'.split())", [("a", "", "runtime"), ("b", ">=1", "runtime")], id="a string that is split"),
        pytest.param("R = ['a']\nsetup(install_requires=R)", [("a", "", "runtime")], id="a name"),
        pytest.param("A = ['a']\nB = A + ['b']\nsetup(install_requires=[*B, 'c'])", [("a", "", "runtime"), ("b", "", "runtime"), ("c", "", "runtime")], id="sums of names"),
        pytest.param("R: list[str] = ['a']\nR += ['b']\nR.append('c')\nR.extend(['d'])\nsetup(install_requires=R)", [(name, "", "runtime") for name in "abcd"], id="additions to a name"),
        pytest.param("R = ['a']\nR = R + ['b']\nsetup(install_requires=R)", [("a", "", "runtime"), ("b", "", "runtime")], id="a name that takes itself up"),
        pytest.param("setup(install_requires=['a' + '>=1'])", [("a", ">=1", "runtime")], id="a requirement of two strings"),
        pytest.param("def f():\n    return ['a']\nsetup(install_requires=f())", [("a", "", "runtime")], id="a function that returns a literal"),
        pytest.param("setup(**dict(install_requires=['a']))", [("a", "", "runtime")], id="arguments in a dictionary"),
        pytest.param("K = {'install_requires': ['a']}\nK['tests_require'] = ['b']\nsetup(**K)", [("a", "", "runtime"), ("b", "", "dev")], id="arguments in a name"),
        pytest.param("def main():\n    k = dict(install_requires=['a'])\n    setup(**k)", [("a", "", "runtime")], id="a call within a function"),
        pytest.param("setup(setup_requires=['a'], tests_require=['b'])", [("a", "", "build"), ("b", "", "dev")], id="build and test requirements"),
        pytest.param("setup(extras_require={'x': ['a'], ':python_version<\"3\"': ['b']})", [("a", "", "optional:x"), ("b", "", "runtime")], id="extras, one only a condition"),
        pytest.param("E = {}\nE['x'] = ['a']\nE.setdefault('y', []).append('b')\nsetup(extras_require=E)", [("a", "", "optional:x"), ("b", "", "optional:y")], id="extras added one by one"),
        pytest.param("D = ['a']\nsetup(extras_require=dict(x=D, **{'y': D}))", [("a", "", "optional:x"), ("a", "", "optional:y")], id="extras by keywords"),
        pytest.param("setup(name='me', install_requires=None)", [], id="no requirements at all"),
        pytest.param("import os\ndef prepare(): ...", [], id="a module that only has the name"),
    ],
)  # fmt: skip
def test_a_literal(content: str, stated: list[tuple[str, str, str]]) -> None:
    reading = read(content)
    assert [(one.name, one.requirement, one.scope) for one in reading.dependencies] == stated
    assert reading.options == ()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            "R = []\nif x:\n    R.append('a')\nsetup(install_requires=R)",
            id="an addition below a condition",
        ),
        pytest.param(
            "try:\n    R = ['a']\nexcept E:\n    R = []\nsetup(install_requires=R)",
            id="a name given in a try",
        ),
        pytest.param("setup(install_requires=['a'] if x else [])", id="a conditional expression"),
    ],
)
def test_what_a_condition_adds_is_flagged(content: str) -> None:
    (found,) = read(content).dependencies
    assert found.name == "a"
    assert found.flags == {"dynamic"}


@pytest.mark.parametrize(
    ("content", "options"),
    [
        pytest.param("setup(install_requires=open('r').read())", [("install_requires", "open('r').read()")], id="a file that is read"),
        pytest.param("setup(install_requires=[f'a=={v}'])", [("install_requires", "f'a=={v}'")], id="a formatted string"),
        pytest.param("setup(install_requires=['a' + v])", [("install_requires", "'a' + v")], id="half a literal"),
        pytest.param("setup(install_requires=['? ?'])", [("install_requires", "? ?")], id="a string that is no requirement"),
        pytest.param("setup(extras_require={k: ['a']})", [("extras_require", "k: ['a']")], id="an extra of a computed name"),
        pytest.param("def f():\n    return g()\nsetup(install_requires=f())", [("install_requires", "g()")], id="a function that computes"),
        pytest.param("def f():\n    return f()\nsetup(install_requires=f())", [("install_requires", "f()")], id="a function that calls itself"),
        pytest.param("setup(**read())", [("setup(**)", "read()")], id="arguments that are computed"),
        pytest.param("import setuptools.command\nexec(code)", [("setup", "no call of setup")], id="a build script without a call of setup"),
    ],
)  # fmt: skip
def test_what_is_computed_is_shown(content: str, options: list[tuple[str, str]]) -> None:
    found = read(content).options
    assert [(one.name, one.value) for one in found] == options
    assert {one.signal for one in found} == {"dynamic"}


def test_a_dependency_link_moves_the_index() -> None:
    (found,) = read("setup(dependency_links=['https://e.example'])").options
    assert (found.name, found.value, found.signal) == (
        "dependency_links",
        "https://e.example",
        "index-changed",
    )


def test_the_project_is_its_own() -> None:
    assert read("setup(name='My.Name')").own == {"my-name"}


def test_lines_are_those_of_the_strings() -> None:
    found = read(
        "R = [\n  'a',\n  'b',\n]\nsetup(install_requires=R, tests_require='''c\nd''')"
    ).dependencies
    assert [one.line for one in found] == [2, 3, 5, 6]


BOMB = "".join(f"a{n} = a{n + 1} + a{n + 1}\n" for n in range(40)) + "a40 = ['x']\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("print 'x'\n", "not Python", id="the syntax of Python 2"),
        pytest.param("x = " + "(" * 300, "not Python", id="brackets without end"),
        pytest.param("x = " + "-" * 50_000 + "1", "not", id="an expression without end"),
        pytest.param(
            BOMB + "setup(install_requires=a0)", "more than", id="names that unfold without end"
        ),
        pytest.param("setup()\n\0", "not", id="a NUL byte"),
    ],
)
def test_what_cannot_be_followed_is_unreadable(content: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read(content)


def test_warnings_of_the_judged_file_are_its_own() -> None:
    assert read("x = '\\d'\nsetup(install_requires=['a'])").dependencies

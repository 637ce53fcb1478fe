"""noxfile.py: what sessions install as literals is read, what they compute is shown, and everything else is left alone."""

import textwrap

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


def session(body: str, before: str = "") -> str:
    return f"{before}\ndef tests(session, extra=None):\n{textwrap.indent(body, '    ')}\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("session.install('a>=1', 'b')", ["a >=1 build", "b - build"], id="packages"),
        pytest.param("session.install('-r', 'x.txt', '-e', '.[t]', '.', '-c', 'y', '--upgrade')", [], id="what lies in the repository"),
        pytest.param("session.install(f'-r{extra}', *session.posargs, *nox.project.dependency_groups(p, 'x'), *(f'--group={e}' for e in extra))", [], id="files, groups and what the command line gives"),
        pytest.param("session.install('a', *B, 'd')", ["a - build", "b - build", "c - build", "d - build"], id="a list of the file"),
        pytest.param("B = ['own']\nsession.install(*B)", ["own - build"], id="a name of the function hides that of the file"),
        pytest.param("session.run('pip', 'install', 'a==1')", ["a ==1 build"], id="a command"),
        pytest.param("session.run_install('uv', 'pip', 'install', 'a', '--group', G, silent=True)", ["a - build"], id="uv, and a name with one of two values"),
        pytest.param("session.run_always('npm', 'install', 'a@1.0')", ["a 1.0 build"], id="another package manager"),
        pytest.param("session.conda_install('a=1')", ["a =1 build"], id="conda"),
        pytest.param("session.run('pytest', 'a', external=True)\nsession.notify('a')\nother.install('a')\nsubprocess.run(['pip', 'install', 'a'])", [], id="what installs nothing, and not in a session"),
    ],
)  # fmt: skip
def test_what_a_session_installs(body: str, expected: list[str]) -> None:
    content = session(body, "B = ['b', 'c']\nif x:\n    G = 'g'\nelse:\n    G = 'h'")
    assert dependencies("noxfile", content) == expected
    assert options("noxfile", content) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("session.install(f'a=={extra}')", "dynamic pip install $(f'a=={extra}')", id="a computed version"),
        pytest.param("session.install(*extra)", "dynamic pip install $(extra)", id="an argument"),
        pytest.param("session.install('-i', 'https://a.example')", "index-changed pip install -i https://a.example", id="an index"),
        pytest.param("session.install('.', env={'PIP_INDEX_URL': 'https://a.example'})", "index-changed PIP_INDEX_URL https://a.example", id="an index by a variable"),
        pytest.param("session.conda_install(channel='evil')", "index-changed conda install --channel evil", id="a channel"),
    ],
)  # fmt: skip
def test_what_else_a_session_says(body: str, expected: str) -> None:
    assert dependencies("noxfile", session(body)) == []
    assert options("noxfile", session(body)) == [expected]


def test_the_name_of_the_session_is_the_functions_own() -> None:
    assert dependencies("noxfile", "def t(s: nox.Session) -> None:\n    s.install('a')\n") == [
        "a - build"
    ]


def test_many_functions_take_no_more_steps_than_one() -> None:
    doubled = "".join(f"A{n} = A{n - 1} + A{n - 1}\n" for n in range(1, 12))
    functions = "".join(f"def f{n}(s):\n    s.install(*A11)\n" for n in range(100))
    with pytest.raises(UnreadableError, match="steps"):
        read("noxfile", f"A0 = ['a']\n{doubled}{functions}")


def test_what_is_no_python_cannot_be_read() -> None:
    with pytest.raises(UnreadableError):
        read("noxfile", "def (")

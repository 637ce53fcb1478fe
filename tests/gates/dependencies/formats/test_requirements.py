"""requirements*.txt: what pip would install is what is read."""

import codecs
import string
from pathlib import Path

import pip_requirements_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement

from hunkgate.gates.dependencies import python_requirements
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.formats import requirements

SHA = "0123456789abcdef0123456789abcdef01234567"


def only(content: str) -> Dependency:
    reading = requirements.read(content.encode(), "requirements.txt")
    assert not reading.options
    (found,) = reading.dependencies
    return found


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        pytest.param("requests", "requests", "", id="a bare name"),
        pytest.param("Zope.Interface_x==1", "zope-interface-x", "==1", id="a name is normalised"),
        pytest.param("a ~= 1.0", "a", "~=1.0", id="blanks around the operator"),
        pytest.param("a<2,>=1.3", "a", ">=1.3,<2", id="constraints come in one order"),
        pytest.param("a (>=1)", "a", ">=1", id="constraints in brackets"),
        pytest.param("a==1;python_version<'3'", "a", "==1", id="a marker"),
        pytest.param("a==1  # via b", "a", "==1", id="a comment behind it"),
        pytest.param("a[x]==1", "a", "==1", id="extras are not part of the value"),
        pytest.param("a>dev", "a", ">dev", id="a legacy version"),
        pytest.param("a==2013b-1", "a", "==2013b-1", id="a legacy version with a dash"),
        pytest.param("a=\\\n=1", "a", "==1", id="a requirement over two lines"),
        pytest.param("r\u0435quests==2", "r\u0435quests", "==2", id="a Cyrillic letter is kept"),
        pytest.param("\u212aelvin==1", "\u212aelvin", "==1", id="the Kelvin sign does not become a k"),
        pytest.param("req\u200buests==1", "req\u200buests", "==1", id="a zero width space is kept"),
        pytest.param("a @ https://h.example/a.zip", "a", "https://h.example/a.zip", id="a direct URL"),
        pytest.param("a@ https://h.example/a.zip", "a", "https://h.example/a.zip", id="a direct URL written the old way"),
        pytest.param("https://h.example/b-1.0.tar.gz", "b", "https://h.example/b-1.0.tar.gz", id="a bare URL of a source archive"),
        pytest.param("./w/b-1.0-py3-none-any.whl", "b", "./w/b-1.0-py3-none-any.whl", id="a wheel in the repository"),
        pytest.param("./libs/x", "./libs/x", "./libs/x", id="a folder in the repository"),
        pytest.param("git+https://h.example/e.git#egg=E_e[x]&subdirectory=p", "e-e", "git+https://h.example/e.git#egg=E_e[x]&subdirectory=p", id="git with an egg"),
        pytest.param("-e git+https://h.example/e.git#egg=e", "e", "git+https://h.example/e.git#egg=e", id="an editable"),
        pytest.param("--edit git+https://h.example/e.git#egg=e", "e", "git+https://h.example/e.git#egg=e", id="an editable by an abbreviated option"),
        pytest.param("# c\u2028a==1", "a", "==1", id="a line behind a separator that hides in a comment"),
        pytest.param("# c\x0ca==1", "a", "==1", id="a line behind a form feed that hides in a comment"),
        pytest.param("# c \\\na==1", "a", "==1", id="a comment does not continue"),
    ],
)  # fmt: skip
def test_a_requirement(line: str, name: str, value: str) -> None:
    found = only(line)
    assert (found.name, found.requirement, found.resolved) == (name, value, False)


@pytest.mark.parametrize(
    ("line", "source"),
    [
        pytest.param("a==1", Source(), id="the default registry"),
        pytest.param("a @ https://h.example/a.zip", Source(kind=SourceKind.URL, locator="h.example/a.zip"), id="an archive"),
        pytest.param("a @ git+https://h.example/a", Source(kind=SourceKind.GIT, locator="h.example/a"), id="git without a ref"),
        pytest.param(f"a @ git+https://h.example/a@{SHA}", Source(kind=SourceKind.GIT, locator="h.example/a", ref=SHA, ref_kind=RefKind.SHA), id="git at a commit"),
        pytest.param("a @ git+https://h.example/a@abcdef1", Source(kind=SourceKind.GIT, locator="h.example/a", ref="abcdef1", ref_kind=RefKind.BRANCH), id="an abbreviated commit does not pin"),
        pytest.param("a @ git+https://h.example/a@v1.2", Source(kind=SourceKind.GIT, locator="h.example/a", ref="v1.2", ref_kind=RefKind.TAG), id="git at a tag"),
        pytest.param("a @ git+https://h.example/a@main#egg=a", Source(kind=SourceKind.GIT, locator="h.example/a", ref="main", ref_kind=RefKind.BRANCH), id="git at a branch"),
        pytest.param("a @ git+ssh://git@h.example/a@main", Source(kind=SourceKind.GIT, locator="h.example/a", ref="main", ref_kind=RefKind.BRANCH), id="the @ of a user is no ref"),
        pytest.param("a @ file:///srv/a", Source(kind=SourceKind.PATH, locator="file:///srv/a"), id="a file URL"),
        pytest.param("./libs/x", Source(kind=SourceKind.PATH, locator="./libs/x"), id="a path"),
    ],
)  # fmt: skip
def test_where_a_requirement_leads(line: str, source: Source) -> None:
    assert only(line).source == source


@pytest.mark.parametrize(
    ("content", "options"),
    [
        pytest.param("-i https://e.example", [("--index-url", "https://e.example", "index-changed")], id="a short option"),
        pytest.param("-ihttps://e.example", [("--index-url", "https://e.example", "index-changed")], id="a short option without a blank"),
        pytest.param("--extra-index https://e.example", [("--extra-index-url", "https://e.example", "index-changed")], id="an abbreviated option"),
        pytest.param("--trusted-host=e.example --pre", [("--trusted-host", "e.example", "index-changed"), ("--pre", "", "index-changed")], id="two options on one line"),
        pytest.param("-r more.txt", [("--requirement", "more.txt", "include-added")], id="an include"),
        pytest.param("a b", [("line", "a b", "dynamic")], id="a line that is no requirement"),
        pytest.param("{{ package }}", [("line", "{{ package }}", "dynamic")], id="a template"),
        pytest.param("<<<<<<< HEAD", [("line", "<<<<<<< HEAD", "dynamic")], id="a conflict marker"),
        pytest.param("--frobnicate x", [("--frobnicate", "--frobnicate", "dynamic"), ("line", "x", "dynamic")], id="an unknown option"),
        pytest.param("--index-url 'x", [("line", "--index-url 'x", "dynamic")], id="a quote that is not closed"),
    ],
)  # fmt: skip
def test_an_option_is_shown(content: str, options: list[tuple[str, str, str]]) -> None:
    reading = requirements.read(content.encode(), "requirements.txt")
    assert [(one.name, one.value, one.signal) for one in reading.options] == options
    assert not reading.dependencies


@pytest.mark.parametrize(
    "line", [".", "./", "-e .", "-e .[dev]", "--editable=.", ".[dev,test]", "-e file:."]
)
def test_the_project_itself_is_no_dependency(line: str) -> None:
    assert requirements.read(line.encode(), "requirements.txt").dependencies == ()


def test_hashes_belong_to_their_requirement() -> None:
    found = only("a==1 \\\n  --hash=sha256:aa \\\n  --hash sha256:bb  # c\n")
    assert found.hashes == {"sha256:aa", "sha256:bb"}
    assert only("a @ https://h.example/a.zip#sha256=cc").hashes == {"sha256:cc"}


def test_extras_and_markers_are_flags() -> None:
    assert only("a[d, B_c]==1").flags == {"extras:b-c,d"}
    assert only("a==1 ; python_version<'3'").flags == {'marker:python_version < "3"'}
    assert only("a>dev; python_version<'3'").flags == {"marker:python_version<'3'"}


@pytest.mark.parametrize(
    ("path", "target", "includes"),
    [
        pytest.param(
            "requirements/dev.txt", "base.txt", ("requirements/base.txt",), id="beside the file"
        ),
        pytest.param("requirements/dev.txt", "../all.lst", ("all.lst",), id="above the file"),
        pytest.param("requirements.txt", "../all.lst", (), id="outside the repository"),
        pytest.param("requirements.txt", "/etc/all.txt", (), id="an absolute path"),
        pytest.param("requirements.txt", "https://h.example/r.txt", (), id="a URL"),
    ],
)
def test_an_include_is_named_from_the_root(
    path: str, target: str, includes: tuple[str, ...]
) -> None:
    for option in ("-r", "-c", "--requirement=", "--constraint "):
        assert (
            requirements.read(f"{option} {target}".replace("= ", "=").encode(), path).includes
            == includes
        )


def test_lines_are_those_of_the_file() -> None:
    reading = requirements.read(
        b"# c\r\n\r\na==1 \\\r\n  --hash=sha256:aa\r\nb\r\n-r x.txt\n? ?\n", "r.txt"
    )
    assert [one.line for one in reading.dependencies] == [3, 5]
    assert [one.line for one in reading.options] == [6, 7]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a==1\n".encode("utf-16"), id="UTF-16 with its mark, as PowerShell writes"),
        pytest.param(codecs.BOM_UTF8 + b"a==1\n", id="UTF-8 with a mark"),
        pytest.param(
            "# -*- coding: latin-1 -*-\n# é\na==1\n".encode("latin-1"), id="a declared encoding"
        ),
        pytest.param(b"a==1\r", id="a lone carriage return"),
    ],
)
def test_the_encodings_that_pip_reads(content: bytes) -> None:
    assert [one.name for one in requirements.read(content, "r.txt").dependencies] == ["a"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"a==1\n\xff\n", id="bytes that are not UTF-8"),
        pytest.param(b"# coding: nonsense\na==1\n", id="an encoding that does not exist"),
        pytest.param(b"# coding: hex\na==1\n", id="an encoding that is no text"),
        pytest.param(codecs.BOM_UTF16_LE + b"a", id="half a character"),
    ],
)
def test_what_is_no_text_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        requirements.read(content, "r.txt")


@given(st.from_regex(r"\A[A-Za-z0-9._-]{1,8}(==[0-9.]{1,5})?\Z"))
def test_a_plain_pin_is_read_as_pep_508_reads_it(line: str) -> None:
    try:
        wanted = Requirement(line)
    except InvalidRequirement:
        return
    found = python_requirements.requirement(line)
    assert (found.raw_name, found.requirement) == (wanted.name, str(wanted.specifier))


_WORD = st.text(string.ascii_lowercase, min_size=1, max_size=6)
_LINE = st.one_of(
    st.builds("{}=={}.{}".format, _WORD, st.integers(0, 99), st.integers(0, 99)),
    st.builds("{}[{}] >= {} , < 99 ; python_version < '3.9'".format, _WORD, _WORD, st.integers(0, 9)),
    st.builds("{}==1 \\\n    --hash=sha256:{} \\\n    --hash=sha256:00  # note".format, _WORD, _WORD),
    st.builds("# {}".format, _WORD),
    st.builds("-r {}.txt".format, _WORD),
    st.builds("{} @ https://h.example/{}.zip".format, _WORD, _WORD),
    st.just(""),
)  # fmt: skip


@given(st.lists(_LINE, max_size=8))
def test_an_independent_reader_of_the_format_sees_the_same(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    file = Path(tmp_path_factory.getbasetemp()) / "differential.txt"
    content = "\n".join(lines)
    file.write_text(content)
    theirs = pip_requirements_parser.RequirementsFile.from_file(str(file)).requirements
    ours = requirements.read(content.encode(), "r.txt").dependencies
    assert [(one.raw_name, one.hashes, one.line) for one in ours] == [
        (
            one.name,
            frozenset(word.removeprefix("--hash=") for word in one.hash_options or ()),
            one.requirement_line.line_number,
        )
        for one in theirs
    ]

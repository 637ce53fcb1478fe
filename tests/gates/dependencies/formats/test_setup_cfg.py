"""setup.cfg: the declarative keywords of setuptools."""

import pytest

from hunkgate.gates.dependencies.dependency import Reading, UnreadableError
from hunkgate.gates.dependencies.formats import setup_cfg


def read(content: str) -> Reading:
    return setup_cfg.read(content.encode(), "setup.cfg")


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        pytest.param("[options]\ninstall_requires =\n  a>=1\n  # note\n  b  # note", [("a", ">=1", "runtime"), ("b", "", "runtime")], id="one on each line"),
        pytest.param("[options]\ninstall_requires = a>=1,<2; b", [("a", ">=1,<2", "runtime"), ("b", "", "runtime")], id="divided by semicolons"),
        pytest.param("[options]\ninstall-requires = a", [("a", "", "runtime")], id="the key with a dash"),
        pytest.param("[options]\nsetup_requires = a\ntests_require = b", [("a", "", "build"), ("b", "", "dev")], id="build and test requirements"),
        pytest.param("[options.extras_require]\nx = a", [("a", "", "optional:x")], id="an extra"),
        pytest.param("[options]\npython_requires = >=3\n[flake8]\nignore = E1", [], id="a file without dependencies"),
    ],
)  # fmt: skip
def test_a_list(content: str, stated: list[tuple[str, str, str]]) -> None:
    found = read(content).dependencies
    assert [(one.name, one.requirement, one.scope) for one in found] == stated
    assert all(one.line for one in found)


@pytest.mark.parametrize(
    ("content", "option"),
    [
        pytest.param("[options]\ninstall_requires = file: r.txt", ("options.install_requires", "r.txt", "include-added"), id="a list that stands in another file"),
        pytest.param("[options]\ndependency_links = https://e.example", ("options.dependency_links", "https://e.example", "index-changed"), id="a dependency link"),
        pytest.param("[easy_install]\nindex_url = https://e.example", ("easy_install.index_url", "https://e.example", "index-changed"), id="the index of easy_install"),
    ],
)  # fmt: skip
def test_an_option(content: str, option: tuple[str, str, str]) -> None:
    (found,) = read(content).options
    assert (found.name, found.value, found.signal) == option


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("[options]\n[options]\n", id="a section that stands twice"),
        pytest.param("[options]\na = 1\na = 2\n", id="a key that stands twice"),
        pytest.param("a = 1\n", id="a key outside of every section"),
        pytest.param("[options]\ninstall_requires = ? ?\n", id="a requirement without a name"),
    ],
)
def test_what_setuptools_would_refuse_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError):
        read(content)

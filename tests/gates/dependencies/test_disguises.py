"""Every format's example in other clothes: what only looks different is no change, what is damaged or moved is never silence.

The examples are those of ``examples/``; nothing here knows a format but for the ways in which it takes a comment.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes import Content, change
from hunkgate.gates.dependencies import formats
from hunkgate.gates.dependencies.formats import Format, Role
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey
from hunkgate.model import SYMLINK

EXAMPLES = Path(__file__).parent / "examples"

# Read by their bytes alone, so that any edit is one.
OPAQUE = {"bun-lockb", "package-file", "pnpmfile"}
READ = tuple(one for one in formats.FORMATS if one.name not in OPAQUE)
EVERY = pytest.mark.parametrize("one", READ, ids=lambda one: one.name)
LOCKS = pytest.mark.parametrize(
    "one", [one for one in READ if one.role is Role.LOCK], ids=lambda one: one.name
)

SLASHES = {"devcontainer", "gradle", "package-swift", "go-mod", "deno-json"}
XML = {
    "pom",
    "maven-extensions",
    "maven-settings",
    "verification-metadata",
    "nuget-project",
    "nuget-config",
}
# JSON and what its tool writes without comments.
BARE = {"go-sum", "gemfile-lock", "bun-lock", "composer-json", "composer-lock", "deno-lock", "flake-lock", "nuget-lock"} | {
    "package-json", "package-lock", "package-resolved", "pipfile-lock", "vcpkg", "conan-lock", "bazel-lock", "devcontainer-lock", "import-map", "vcpkg-configuration", "renv-lock"
}  # fmt: skip


def example(one: Format) -> tuple[str, bytes]:
    """The path of the example and its content after the change."""
    folder = EXAMPLES / one.name
    path = json.loads((folder / "expected.json").read_bytes())["path"]
    return path, (folder / "after").read_bytes()


def silent(before: dict[str, Content], after: dict[str, Content]) -> bool:
    return not survey(change(before, after), DependencySettings())


def commented(one: Format, content: bytes) -> bytes:
    if one.name in BARE:
        return content
    if one.name in XML:
        place = re.search(rb"(?:\?>\s*)?<\w", content)
        assert place is not None
        cut = place.end() - 2
        return content[:cut] + b"<!-- evil 1.0 -->\n" + content[cut:]
    return content + (b"// evil 1.0\n" if one.name in SLASHES else b"# evil 1.0\n")


def rearranged(one: Format, content: bytes) -> bytes:
    """A JSON document with its keys in another order and other blanks."""
    try:
        document = json.loads(content)
    except ValueError:
        return content
    return json.dumps(document, indent=7, sort_keys=True).encode()


@EVERY
@pytest.mark.parametrize(
    "disguise",
    [
        pytest.param(lambda one, content: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), id="other line ends"),
        pytest.param(lambda one, content: content + b"\n", id="an empty line at its end"),
        pytest.param(lambda one, content: content.rstrip(b"\n"), id="no line end at its end"),
        pytest.param(lambda one, content: b"\xef\xbb\xbf" + content, id="a byte order mark"),
        pytest.param(commented, id="a comment"),
        pytest.param(rearranged, id="keys in another order"),
    ],
)  # fmt: skip
def test_what_only_looks_different_is_no_change(
    one: Format, disguise: Callable[[Format, bytes], bytes]
) -> None:
    path, content = example(one)
    assert silent({path: content}, {path: disguise(one, content)})
    assert silent({path: disguise(one, content)}, {path: content})


@EVERY
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: b"<<<<<<< a\n" + content + b"=======\n>>>>>>> b\n", id="marks of a merge"),
        pytest.param(lambda content: b"", id="emptied"),
        pytest.param(lambda content: (SYMLINK, b"elsewhere"), id="a symbolic link"),
    ],
)  # fmt: skip
def test_what_is_damaged_is_never_silence(one: Format, damage: Callable[[bytes], Content]) -> None:
    path, content = example(one)
    assert not silent({path: content}, {path: damage(content)})


@EVERY
def test_what_goes_is_never_silence(one: Format) -> None:
    path, content = example(one)
    assert not silent({path: content}, {})
    assert not silent({path: content}, {f"{path}.bak~": content})


@LOCKS
def test_every_hash_of_a_lock_counts(one: Format) -> None:
    path, content = example(one)
    # The hash of the manifest that a lock was made from says nothing of a package.
    content = re.sub(
        rb'(?m)^.*(?:content.hash|"sha256"|originHash|project_hash|PODFILE CHECKSUM|digest: sha256).*\n',
        b"",
        content,
    )
    for found in set(re.findall(rb"(?<![\w+/])(?:[0-9a-f]{32,128}|[A-Za-z0-9+/]{43,88}={0,2})(?![\w+/])", content)):  # fmt: skip
        other = (b"d" if found[:1] != b"d" else b"e") + found[1:]
        assert not silent({path: content}, {path: content.replace(found, other)}), found


@LOCKS
def test_every_host_of_a_lock_counts(one: Format) -> None:
    path, content = example(one)
    for host in set(re.findall(rb"(?:https?|git|ssh)://(?:[^@/\s\"]+@)?([\w.-]+)", content)):
        other = content.replace(b"//" + host, b"//evil.example").replace(
            b"@" + host, b"@evil.example"
        )
        assert not silent({path: content}, {path: other}), host

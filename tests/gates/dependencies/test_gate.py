"""The gate on whole changes: which files it reads on which side, what becomes one finding, what an approval of it binds to."""

import subprocess
import sys
from collections.abc import Mapping

import pytest

import fakes
from hunkgate.gates.dependencies.check import GATE
from hunkgate.gates.dependencies.settings import DependencySettings, parse
from hunkgate.gates.dependencies.survey import survey
from hunkgate.model import GITLINK, SYMLINK, Finding, Level
from hunkgate.policy import parse as parse_policy
from hunkgate.settings import Reading, Table

POLICY = parse_policy({}, (GATE,), "main@ab12cd3")
Files = Mapping[str, fakes.Content]


def findings(
    before: Files,
    after: Files,
    *,
    renames: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
) -> list[Finding]:
    reading = Reading("hunkgate.toml")
    found = parse(Table(settings or {}, reading, "dependencies"))
    assert reading.problems == []
    return list(GATE.check(fakes.change(before, after, renames=renames), found, POLICY))


def rows(found: list[Finding]) -> list[tuple[str, str]]:
    """Each finding as (rule, what)."""
    return [(one.rule.removeprefix("dependencies/"), one.what) for one in found]


REQUESTS, OTHER = b"requests==2.0\n", b"requests==2.0\nevil==1.0\n"


@pytest.mark.parametrize(
    ("before", "after", "renames", "expected"),
    [
        pytest.param({}, {"a.md": b"requests==2.0\n"}, {}, [], id="a file of no format"),
        pytest.param({}, {"requirements.txt": REQUESTS}, {}, [("added", "requirements.txt: + requests ==2.0")], id="a new manifest"),
        pytest.param({"requirements.txt": REQUESTS}, {}, {}, [("removed", "requirements.txt: - requests ==2.0")], id="a manifest that goes"),
        pytest.param({"requirements.txt": REQUESTS}, {"requirements.txt": b"# why\nrequests == 2.0  # so\n"}, {}, [], id="comments and blanks"),
        pytest.param({"requirements.txt": REQUESTS}, {"dev/requirements.txt": REQUESTS}, {"dev/requirements.txt": "requirements.txt"}, [], id="a manifest that only moves"),
        pytest.param({"requirements.txt": REQUESTS}, {"dev/requirements.txt": OTHER}, {"dev/requirements.txt": "requirements.txt"}, [("added", "dev/requirements.txt: + evil ==1.0")], id="a manifest that moves and changes"),
        pytest.param({"list.md": REQUESTS}, {"requirements.txt": REQUESTS}, {"requirements.txt": "list.md"}, [("added", "requirements.txt: + requests ==2.0")], id="a file that becomes a manifest by its name"),
        pytest.param({"requirements.txt": REQUESTS}, {"list.md": REQUESTS}, {"list.md": "requirements.txt"}, [("removed", "requirements.txt: - requests ==2.0")], id="a manifest that gets another name"),
        pytest.param({"requirements.txt": REQUESTS}, {"requirements.txt": (SYMLINK, b"/etc/x")}, {}, [("unreadable", "requirements.txt: ? requirements.txt could not be read")], id="a manifest that becomes a symbolic link"),
        pytest.param({"package.json": b"{}"}, {"package.json": b"{"}, {}, [("unreadable", "package.json: ? package.json could not be read")], id="a manifest that is broken"),
        pytest.param({"package.json": b"{"}, {"package.json": b'{"dependencies": {"a": "1"}}'}, {}, [("added", "package.json: + a 1"), ("base-unreadable", "package.json: ? package.json could not be read")], id="a manifest that was broken"),
        pytest.param({}, {"PyProject.toml": b'[project]\nname = "x"\nversion = "1"\ndependencies = ["a==1"]\n'}, {}, [("added", "PyProject.toml: + a ==1")], id="another case of the name, as some file systems read it"),
        pytest.param({"requirements.txt": b"-r deps.lst\n", "deps.lst": REQUESTS}, {"requirements.txt": b"-r deps.lst\n", "deps.lst": OTHER}, {}, [("added", "deps.lst: + evil ==1.0")], id="an included file of any name"),
        pytest.param({"requirements.txt": b"\n"}, {"requirements.txt": b"-r docs/deps.lst\n", "docs/deps.lst": OTHER}, {}, [("added", "docs/deps.lst: + evil ==1.0"), ("added", "docs/deps.lst: + requests ==2.0"), ("include-added", "requirements.txt: + --requirement docs/deps.lst")], id="an include that is new"),
        pytest.param({"requirements.txt": b"\n", "deps.lst": OTHER}, {"requirements.txt": b"-r deps.lst\n", "deps.lst": OTHER}, {}, [("added", "deps.lst: + evil ==1.0"), ("added", "deps.lst: + requests ==2.0"), ("include-added", "requirements.txt: + --requirement deps.lst")], id="an include of a file that was there"),
        pytest.param({"requirements.txt": b"-r a.lst\n", "a.lst": b"-r b.lst\n", "b.lst": b"-r a.lst\n"}, {"requirements.txt": b"-r a.lst\n", "a.lst": b"-r b.lst\n", "b.lst": b"-r a.lst\nevil==1\n"}, {}, [("added", "b.lst: + evil ==1")], id="includes that include each other"),
        pytest.param({"vendor/x": (GITLINK, b"1")}, {"vendor/x": (GITLINK, b"2")}, {}, [("changed", "vendor/x: ~ vendor/x")], id="a submodule at another commit"),
        pytest.param({"script.py": b"print()\n"}, {"script.py": b'# /// script\n# dependencies = ["evil==1"]\n# ///\nprint()\n'}, {}, [("added", "script.py: + evil ==1")], id="a header in a script"),
        pytest.param({"a.py": b"1\n"}, {"a.py": b"1\n", "bin/b.py": (SYMLINK, b"../a.py"), "c.py": (SYMLINK, b"./a.py")}, {}, [], id="a second name of a script of the tree"),
        pytest.param({"t/a.sh": b"ls\n"}, {"t/a.sh": b"ls\n", "b.sh": (SYMLINK, b"t/a.sh")}, {}, [], id="a second name of a shell script of the tree"),
        pytest.param({"a.txt": b"1\n"}, {"a.txt": b"1\n", "b.py": (SYMLINK, b"a.txt")}, {}, [("unreadable", "b.py: ?")], id="a script's name for a file that is no script by its own"),
        pytest.param({}, {"b.py": (SYMLINK, b"/opt/b.py")}, {}, [("unreadable", "b.py: ?")], id="a script's name for a file outside the tree"),
        pytest.param({"x.py": b"1\n", "d": (SYMLINK, b"/opt")}, {"x.py": b"1\n", "d": (SYMLINK, b"/opt"), "b.py": (SYMLINK, b"d/../x.py")}, {}, [("unreadable", "b.py: ?")], id="a script's name for a file above where a link leads"),
        pytest.param({"a.py": b"1\n"}, {"a.py": b"1\n", "b.py": (SYMLINK, b"a.py"), "c.py": (SYMLINK, b"b.py")}, {}, [("unreadable", "c.py: ?")], id="a script's name for a link"),
        pytest.param({}, {"requirements.txt": "r\u0435quests==1\n".encode()}, {}, [("non-ascii", "requirements.txt: + r\\u0435quests ==1")], id="a name outside ASCII is spelled"),
    ],
)  # fmt: skip
def test_what_is_found(
    before: Files, after: Files, renames: Mapping[str, str], expected: list[tuple[str, str]]
) -> None:
    found = rows(findings(before, after, renames=renames))
    assert [rule for rule, _ in found] == [rule for rule, _ in expected]
    assert all(
        what.startswith(wanted) for (_, what), (_, wanted) in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize(
    ("settings", "after", "expected"),
    [
        pytest.param({"files": {"deps/*.in": "requirements"}}, {"deps/a.in": b"evil==1\n"}, [("added", "deps/a.in: + evil ==1")], id="a pattern of the policy's own"),
        pytest.param({"ignore": ["examples/"]}, {"examples/requirements.txt": b"evil==1\n"}, [], id="files that the policy ignores"),
        pytest.param({"levels": {"added": "off"}}, {"requirements.txt": b"evil==1\n"}, [], id="a rule that is off"),
        pytest.param({"allow": ["pkg:pypi/evil"]}, {"requirements.txt": b"evil==1\n"}, [], id="an allowed package"),
    ],
)  # fmt: skip
def test_the_policy_decides(
    settings: Mapping[str, object], after: Files, expected: list[tuple[str, str]]
) -> None:
    assert rows(findings({}, after, settings=settings)) == expected


PACKAGE = b'{"name": "p", "dependencies": {"left": "%s"}}'


def lock(**versions: str) -> bytes:
    packages = ",".join(
        f'"node_modules/{name}": {{"version": "{version}", "integrity": "sha512-{name}{version}"}}'
        for name, version in versions.items()
    )
    return f'{{"name": "p", "lockfileVersion": 3, "packages": {{"": {{"name": "p"}}, {packages}}}}}'.encode()


def test_what_a_manifest_explains_in_its_lock_is_a_note_and_a_new_name_is_not() -> None:
    found = findings(
        {"package.json": PACKAGE % b"^1", "package-lock.json": lock(left="1.0.0", deep="1.0.0")},
        {
            "package.json": PACKAGE % b"^2",
            "package-lock.json": lock(left="2.0.0", deep="1.1.0", fresh="1.0.0"),
        },
    )
    assert [(one.what, one.level, one.rule.partition("/")[2]) for one in found] == [
        ("package-lock.json: ~ deep 1.0.0 -> 1.1.0", Level.NOTE, "explained"),
        ("package-lock.json: + fresh 1.0.0", Level.ERROR, "added"),
        ("package-lock.json: ~ left 1.0.0 -> 2.0.0", Level.NOTE, "explained"),
        ("package.json: ~ left ^1 -> ^2", Level.ERROR, "changed"),
    ]
    assert found[0].data["explained_by"] == "left"


def test_a_lock_that_changes_alone_says_so() -> None:
    (found,) = findings(
        {"package.json": PACKAGE % b"^1", "package-lock.json": lock(left="1.0.0")},
        {"package.json": PACKAGE % b"^1", "package-lock.json": lock(left="1.0.1")},
    )
    assert found.data["signals"] == ["changed", "lock-without-manifest"]


def test_a_manifest_that_changes_without_its_lock_says_so() -> None:
    (found,) = findings(
        {"a/package.json": PACKAGE % b"^1", "package-lock.json": lock(left="1.0.0")},
        {"a/package.json": PACKAGE % b"^2", "package-lock.json": lock(left="1.0.0")},
    )
    assert found.data["signals"] == ["changed", "manifest-without-lock"]


def test_a_lock_that_is_deleted_is_one_finding() -> None:
    (found,) = findings({"package-lock.json": lock(a="1.0.0", b="1.0.0")}, {})
    assert (found.rule, found.what) == (
        "dependencies/lock-deleted",
        "package-lock.json: - 2 locked versions",
    )
    assert found.item is not None


def test_names_are_compared_with_those_of_other_manifests() -> None:
    (found,) = findings(
        {"a/requirements.txt": REQUESTS},
        {"a/requirements.txt": REQUESTS, "b/requirements.txt": b"reqeusts==2.0\n"},
    )
    assert found.rule == "dependencies/look-alike"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(b"a==1\n", b"# c\n\na == 1\n", True, id="where it stands and how it is written do not count"),
        pytest.param(b"a==1\n", b"a==2\n", False, id="another version"),
        pytest.param(b"a==1\n", b"b==1\n", False, id="another name"),
        pytest.param(b"a==1\n", b"a==1 --hash=sha256:" + b"0" * 64 + b"\n", False, id="another content"),
        pytest.param(b"a==1\n", b"a[x]==1\n", False, id="another extra"),
        pytest.param(b"--index-url https://a.example\n", b"--index-url https://b.example\n", False, id="another index"),
        pytest.param(b"a b c\n", b"a b d\n", False, id="another line that cannot be read"),
    ],
)  # fmt: skip
def test_an_approval_binds_to_what_was_shown(one: bytes, other: bytes, same: bool) -> None:
    (first,) = findings({}, {"requirements.txt": one})
    (second,) = findings({}, {"requirements.txt": other})
    assert first.item is not None
    assert (first.item == second.item) is same


def test_the_same_change_of_another_file_is_another_item() -> None:
    first, second = findings({}, {"a/requirements.txt": REQUESTS, "b/requirements.txt": REQUESTS})
    assert first.item != second.item


def test_a_denied_package_cannot_be_approved() -> None:
    (found,) = findings(
        {}, {"requirements.txt": REQUESTS}, settings={"deny": ["pkg:pypi/requests"]}
    )
    assert (found.rule, found.item) == ("dependencies/denied", None)


def test_an_unreadable_file_can_be_approved_as_the_content_that_it_is() -> None:
    items = {findings({}, {"package.json": content})[0].item for content in (b"{", b"[", b"{{")}
    assert len(items) == 3
    assert None not in items


def test_nothing_is_loaded_for_a_change_without_dependencies() -> None:
    code = (
        "import sys, fakes; from hunkgate.gates.dependencies.check import GATE;"
        "from hunkgate.gates.dependencies.settings import DependencySettings;"
        "list(GATE.check(fakes.change({'a.c': b'1'}, {'a.c': b'2'}), DependencySettings(), None));"
        "print([name for name in ('yaml', 'packaging', 'xml', 'hunkgate.gates.dependencies.documents') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": "hooks:tests"},
        capture_output=True,
        text=True,
    )
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_nothing_in_the_trees_is_read_for_a_change_without_dependencies() -> None:
    change = fakes.change({"a.c": b"1"}, {"a.c": b"2"})

    class Closed:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(f"{name} was asked for")

    object.__setattr__(change, "base", Closed())
    object.__setattr__(change, "head", Closed())
    assert survey(change, DependencySettings()) == ()

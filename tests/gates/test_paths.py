"""The paths gate: which touches of which paths are refused, under every name that a path can take."""

from typing import Any

import pytest

from fakes import Content, change
from hunkgate import policy
from hunkgate.gates import GATES, paths
from hunkgate.model import EXECUTABLE, GITLINK, REGULAR, SYMLINK

A = b"a\n"


def found(
    table: str, before: dict[str, Content], after: dict[str, Content], **more: Any
) -> list[tuple[str, str]]:
    judging = policy.parse({"hunkgate.toml": f"[paths]\n{table}".encode()}, GATES, "base")
    return [
        (one.rule, one.path) for one in paths.GATE.findings(change(before, after, **more), judging)
    ]


FORBIDDEN = 'forbidden = ["secrets/", "*.pem", "deploy/*.yml", "!deploy/free.yml"]'

ROWS: dict[str, tuple[str, dict[str, Content], dict[str, Content], list[tuple[str, str]]]] = {
    "adding a file below a forbidden folder": (FORBIDDEN, {}, {"secrets/k": A}, [("paths/forbidden", "secrets/k")]),
    "changing one": (FORBIDDEN, {"secrets/k": A}, {"secrets/k": b"b"}, [("paths/forbidden", "secrets/k")]),
    "deleting one": (FORBIDDEN, {"secrets/k": A}, {}, [("paths/forbidden", "secrets/k")]),
    "making one executable": (FORBIDDEN, {"x.pem": A}, {"x.pem": (EXECUTABLE, A)}, [("paths/forbidden", "x.pem")]),
    "a pattern without a stroke matches at every depth": (FORBIDDEN, {}, {"a/b/x.pem": A}, [("paths/forbidden", "a/b/x.pem")]),
    "a pattern with a stroke matches from the root": (FORBIDDEN, {}, {"x/deploy/a.yml": A}, []),
    "a later negation takes a path back": (FORBIDDEN, {}, {"deploy/free.yml": A}, []),
    "another case of a forbidden name": (FORBIDDEN, {}, {"SECRETS/k": A}, [("paths/forbidden", "SECRETS/k")]),
    "another normal form of a forbidden name": ('forbidden = ["caf\\u00e9/"]', {}, {"cafe\u0301/x": A}, [("paths/forbidden", "cafe\u0301/x")]),
    "a forbidden name with an ignorable character": (FORBIDDEN, {}, {"sec\u200crets/k": A}, [("paths/forbidden", "sec\u200crets/k")]),
    "a link in the place of the forbidden folder": (FORBIDDEN, {}, {"secrets": (SYMLINK, b"docs")}, [("paths/forbidden", "secrets")]),
    "a submodule in the place of the forbidden folder": (FORBIDDEN, {}, {"secrets": (GITLINK, A)}, [("paths/forbidden", "secrets")]),
    "a file becomes a link": (FORBIDDEN, {"x.pem": A}, {"x.pem": (SYMLINK, b"y")}, [("paths/forbidden", "x.pem")]),
    "a name that is not UTF-8": (FORBIDDEN, {}, {"secrets/\udcff": A}, [("paths/forbidden", "secrets/\udcff")]),
    "a free file": (FORBIDDEN, {}, {"src/a.py": A}, []),
    "a link out of the repository": (FORBIDDEN, {}, {"l": (SYMLINK, b"../../etc/passwd")}, [("paths/symlink", "l")]),
    "an absolute link": (FORBIDDEN, {}, {"l": (SYMLINK, b"/etc/passwd")}, [("paths/symlink", "l")]),
    "a link into a forbidden folder": (FORBIDDEN, {}, {"d/l": (SYMLINK, b"../secrets/k")}, [("paths/symlink", "d/l")]),
    "a link to a forbidden folder": (FORBIDDEN, {}, {"l": (SYMLINK, b"./Secrets")}, [("paths/symlink", "l")]),
    "a link through another link": (
        FORBIDDEN, {"in": (SYMLINK, b"sub/..")}, {"in": (SYMLINK, b"sub/.."), "l": (SYMLINK, b"in/secrets")}, [("paths/symlink", "l")],
    ),
    "links in a circle": ("forbidden = []", {}, {"a": (SYMLINK, b"b"), "b": (SYMLINK, b"a")}, [("paths/symlink", "a"), ("paths/symlink", "b")]),
    "a link that stays inside": (FORBIDDEN, {}, {"d/l": (SYMLINK, b"../src/a.py")}, []),
    "changing what is read-only": ('read-only = ["m/"]', {"m/1": A}, {"m/1": b"b"}, [("paths/read-only", "m/1")]),
    "adding beside what is read-only": ('read-only = ["m/"]', {"m/1": A}, {"m/1": A, "m/2": A}, []),
    "outside of what is allowed": ('allowed = ["src/"]', {}, {"src/a": A, "docs/b": A}, [("paths/not-allowed", "docs/b")]),
    "an empty list allows nothing": ("allowed = []", {}, {"a": A}, [("paths/not-allowed", "a")]),
    "a path to be reviewed": ('review = ["infra/"]', {}, {"infra/a": A}, [("paths/review", "infra/a")]),
    "forbidden is graver than reviewed": ('review = ["s/"]\nforbidden = ["s/"]', {}, {"s/a": A}, [("paths/forbidden", "s/a")]),
    "no settings at all": ("", {}, {"anything": A}, []),
}  # fmt: skip


@pytest.mark.parametrize(("table", "before", "after", "expected"), ROWS.values(), ids=ROWS)
def test_paths(
    table: str,
    before: dict[str, Content],
    after: dict[str, Content],
    expected: list[tuple[str, str]],
) -> None:
    assert found(table, before, after) == expected


def test_moving_a_forbidden_file_away_names_the_old_path() -> None:
    assert found(FORBIDDEN, {"secrets/k": A}, {"docs/k": A}, renames={"docs/k": "secrets/k"}) == [
        ("paths/forbidden", "secrets/k")
    ]


def test_moving_a_file_into_a_forbidden_folder_names_the_new_path() -> None:
    assert found(FORBIDDEN, {"docs/k": A}, {"secrets/k": A}, renames={"secrets/k": "docs/k"}) == [
        ("paths/forbidden", "secrets/k")
    ]


def test_moving_out_of_the_allowed_paths_is_refused() -> None:
    assert found('allowed = ["src/"]', {"src/k": A}, {"lib/k": A}, renames={"lib/k": "src/k"}) == [
        ("paths/not-allowed", "lib/k")
    ]


def test_only_a_review_can_be_approved() -> None:
    judging = policy.parse(
        {"hunkgate.toml": b'[paths]\nforbidden = ["a"]\nreview = ["b"]\nread-only = ["c"]\n'},
        GATES,
        "base",
    )
    touched = change({"c": A}, {"a": A, "b": A, "c": (REGULAR, b"x")})
    assert {one.rule: one.item is not None for one in paths.GATE.findings(touched, judging)} == {
        "paths/forbidden": False,
        "paths/review": True,
        "paths/read-only": False,
    }

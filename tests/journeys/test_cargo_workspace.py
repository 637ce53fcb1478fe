"""A real cargo workspace without outside crates: a broken base crate is refused by the tests of the crate that uses it."""

import shutil
from pathlib import Path

import pytest

from projects import Project

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is not installed"),
]

MANIFEST = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n'
FILES = {
    ".gitignore": "target/\n",
    "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["base", "user", "alone"]\n',
    "base/Cargo.toml": MANIFEST.format(name="base"),
    "base/src/lib.rs": "pub fn one() -> u32 { 1 }\n",
    "user/Cargo.toml": MANIFEST.format(name="user")
    + '[dependencies]\nbase = { path = "../base" }\n',
    "user/src/lib.rs": "#[test]\nfn adds() { assert_eq!(base::one() + 1, 2); }\n",
    "alone/Cargo.toml": MANIFEST.format(name="alone"),
    "alone/src/lib.rs": '#[test]\nfn slow() { panic!("never to be run here"); }\n',
}


def test_the_changed_crate_and_its_users_are_tested_on_what_is_staged(tmp_path: Path) -> None:
    made = Project(tmp_path)
    made.git("init", "--quiet")
    made.commit(FILES)
    made.stage({"base/src/lib.rs": "pub fn one() -> u32 { 2 - 1 }\n"})
    ran = made.test()
    assert (ran.status, ran.last) == (0, "hunkgate: 2 passed"), ran.out + ran.err
    assert "test adds ... ok" in ran.out
    made.stage({"base/src/lib.rs": "pub fn one() -> u32 { 7 }\n"})
    made.write({"base/src/lib.rs": "pub fn one() -> u32 { 1 }\n"})
    ran = made.test()
    assert ran.status == 1, ran.out + ran.err
    assert "[tests/failed]" in ran.out

"""The runners beside pytest: from a change to command lines, without starting anything."""

from collections.abc import Mapping

import pytest

from fakes import change
from hunkgate import globs
from hunkgate.gates.tests import runners
from hunkgate.gates.tests.runners import Job, Wanted, rules
from hunkgate.gates.tests.settings import PathRule, TestSettings

CARGO = {
    "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nbase = { path = "crates/base" }\n',
    "Cargo.lock": "",
    "crates/base/Cargo.toml": '[package]\nname = "base"\n',
    "crates/base/src/lib.rs": "",
    "crates/mid/Cargo.toml": '[package]\nname = "mid"\n[dependencies]\nbase.workspace = true\n',
    "crates/mid/src/lib.rs": "",
    "crates/top/Cargo.toml": '[package]\nname = "top"\n[target."cfg(unix)".dev-dependencies]\nmid = { path = "../mid" }\n',
    "crates/top/tests/data.txt": "",
    "crates/alone/Cargo.toml": '[package]\nname = "alone"\n',
    "crates/alone/src/lib.rs": "",
    "README.md": "",
    "shared/words.txt": "",
}
GO = {
    "go.mod": "module example.org/app\n",
    "main.go": 'package main\n\nimport (\n\t"fmt"\n\n\tstore "example.org/app/store"\n)\n',
    "store/store.go": 'package store\n\nimport "example.org/app/store/disk"\n',
    "store/disk/disk.go": "package disk\n",
    "store/disk/testdata/one.txt": "",
    "web/web_test.go": "package web\n\nimport `example.org/app/store`\n",
    "alone/alone.go": 'package alone\n\nvar text = `import "example.org/app/store"`\n',
    "tools/go.mod": "module example.org/tools\n",
    "tools/tool.go": 'package tools\n\nimport "example.org/app/alone"\n',
}
VITEST = {
    "package.json": '{"devDependencies": {"vitest": "2"}, "scripts": {"test": "vitest"}}',
    "src/a.ts": "export const a = 1",
    "src/b.ts": "export const b = 1",
    "src/a.test.ts": "",
    "fixtures/one.yaml": "",
    "vitest.config.ts": "",
    "README.md": "",
    "tool.py": "",
}
MONOREPO = {
    "package.json": '{"devDependencies": {"jest": "29"}, "workspaces": ["packages/*"]}',
    "packages/a/package.json": '{"name": "@x/a", "scripts": {"test": "jest --ci"}}',
    "packages/a/index.js": "",
    "packages/b/package.json": '{"name": "@x/b", "dependencies": {"@x/a": "*"}, "jest": {}}',
    "packages/b/index.js": "",
    "packages/c/package.json": '{"name": "@x/c", "jest": {}}',
    "packages/c/index.js": "",
}
NOBODY = Wanted(everything=False, files=())


def jobs(
    runner: str,
    tree: Mapping[str, str],
    edit: Mapping[str, str | None],
    settings: TestSettings | None = None,
) -> list[str]:
    """The jobs as ``folder: program arguments``; an edit to None deletes the file."""
    after = {**tree, **edit}
    made = change(
        {path: text.encode() for path, text in tree.items()},
        {path: text.encode() for path, text in after.items() if text is not None},
    )
    found = runners.named(runner).jobs(made, NOBODY, settings or TestSettings())
    return [" ".join((f"{job.folder or '.'}:", job.program, *job.argv)) for job in found]


@pytest.mark.parametrize(
    ("edit", "answer"),
    [
        pytest.param({"crates/base/src/lib.rs": "x"}, [".: cargo test --package base --package mid --package top"], id="a package and all that depend on it, through the workspace and a target"),
        pytest.param({"crates/top/tests/data.txt": "x"}, [".: cargo test --package top"], id="a data file of a package"),
        pytest.param({"crates/alone/src/lib.rs": None}, [".: cargo test --package alone"], id="a deleted file"),
        pytest.param({"crates/alone/src/new.rs": "x"}, [".: cargo test --package alone"], id="a new file"),
        pytest.param({"Cargo.lock": "x"}, [".: cargo test --workspace"], id="the lock"),
        pytest.param({"Cargo.toml": CARGO["Cargo.toml"] + "\n"}, [".: cargo test --workspace"], id="the workspace's manifest"),
        pytest.param({"shared/words.txt": "x"}, [".: cargo test --workspace"], id="a file beside the packages may be included by any"),
        pytest.param({"README.md": "x"}, [], id="prose beside the packages"),
        pytest.param({"crates/base/Cargo.toml": "not toml ["}, [".: cargo test --workspace"], id="a manifest that cannot be read is cargo's to refuse"),
    ],
)  # fmt: skip
def test_cargo_tests_the_changed_packages_and_their_dependents(
    edit: dict[str, str | None], answer: list[str]
) -> None:
    assert jobs("cargo", CARGO, edit) == answer


@pytest.mark.parametrize(
    ("edit", "answer"),
    [
        pytest.param({"store/disk/disk.go": "package disk // x\n"}, [".: go test . ./store ./store/disk ./web"], id="a package and all that import it"),
        pytest.param({"store/disk/testdata/one.txt": "x"}, [".: go test . ./store ./store/disk ./web"], id="test data"),
        pytest.param({"web/web_test.go": "package web\n"}, [".: go test ./web"], id="a test that nobody imports"),
        pytest.param({"go.mod": "module example.org/app\ngo 1.23\n"}, [".: go test ./...", "tools: go test ."], id="the module file"),
        pytest.param({"alone/alone.go": "package alone\n"}, [".: go test ./alone", "tools: go test ."], id="a package that another module imports"),
        pytest.param({"store/disk/disk.go": None}, [".: go test . ./store ./web"], id="a package that is gone"),
    ],
)  # fmt: skip
def test_go_tests_the_changed_packages_and_those_that_import_them(
    edit: dict[str, str | None], answer: list[str]
) -> None:
    assert jobs("go", GO, edit) == answer


@pytest.mark.parametrize(
    ("edit", "answer"),
    [
        pytest.param({"src/a.ts": "x"}, [".: vitest related --run --passWithNoTests ./src/a.ts"], id="a source file"),
        pytest.param({"src/a.ts": "x", "src/b.ts": "y"}, [".: vitest related --run --passWithNoTests ./src/a.ts ./src/b.ts"], id="two source files"),
        pytest.param({"src/b.ts": None}, [".: vitest run --passWithNoTests"], id="a deleted file, which nobody can be asked about"),
        pytest.param({"vitest.config.ts": "x"}, [".: vitest run --passWithNoTests"], id="the configuration"),
        pytest.param({"fixtures/one.yaml": "x"}, [".: vitest run --passWithNoTests"], id="data that no import names"),
        pytest.param({"README.md": "x", "tool.py": "x"}, [], id="prose and another language"),
    ],
)  # fmt: skip
def test_vitest_is_asked_about_the_changed_files(
    edit: dict[str, str | None], answer: list[str]
) -> None:
    assert jobs("vitest", VITEST, edit) == answer


@pytest.mark.parametrize(
    ("edit", "answer"),
    [
        pytest.param(
            {"packages/a/index.js": "x"},
            [
                f"packages/{one}: jest --passWithNoTests --watchAll=false --findRelatedTests ../../packages/a/index.js"
                for one in "ab"
            ],
            id="a package and the one that depends on it",
        ),
        pytest.param(
            {"packages/c/package.json": '{"name": "@x/c", "jest": {"bail": 1}}'},
            ["packages/c: jest --passWithNoTests --watchAll=false"],
            id="a package's settings",
        ),
        pytest.param(
            {"package.json": MONOREPO["package.json"] + "\n"},
            [f"packages/{one}: jest --passWithNoTests --watchAll=false" for one in "abc"],
            id="the root's settings",
        ),
    ],
)
def test_jest_is_asked_in_every_package_that_uses_it(
    edit: dict[str, str | None], answer: list[str]
) -> None:
    assert jobs("jest", MONOREPO, edit) == answer


@pytest.mark.parametrize("runner", ["vitest", "jest", "cargo", "go"])
def test_a_tree_without_such_a_project_needs_no_such_runner(runner: str) -> None:
    assert jobs(runner, {"a.py": "", "src/a.ts": ""}, {"src/a.ts": "x", "a.py": "x"}) == []


def rule(paths: str, *, command: tuple[str, ...] = (), tests: tuple[str, ...] = ()) -> TestSettings:
    return TestSettings(
        rules=(PathRule(paths=globs.parse((paths,)), command=command, tests=tests),)
    )


def test_a_rules_command_runs_once_for_each_different_line() -> None:
    settings = rule("docs/**", command=("make", "-C", "{dir}", "check"))
    tree = {"docs/a.md": "", "docs/b.md": "", "docs/sub/c.md": "", "x": ""}
    edit = {"docs/a.md": "x", "docs/b.md": None, "docs/sub/c.md": "x", "x": "x"}
    assert jobs("rules", tree, edit, settings) == [
        ".: make -C docs check",
        ".: make -C docs/sub check",
    ]


def test_an_odd_name_stays_one_argument() -> None:
    settings = rule("*.sh", command=("lint", "{path}"))
    made = change({}, {"a b;rm -rf $HOME.sh": b"", "--fix/x.sh": b""})
    found = runners.named("rules").jobs(made, NOBODY, settings)
    assert [job.argv for job in found] == [("./--fix/x.sh",), ("a b;rm -rf $HOME.sh",)]


@pytest.mark.parametrize(
    ("template", "path", "answer"),
    [
        pytest.param(
            "tests/test_{stem}.py", "src/core.py", ["tests/test_core.py"], id="the classic one"
        ),
        pytest.param("{dir}/test_*.py", "src/core.py", ["src/test_a.py"], id="all beside it"),
        pytest.param(
            "{dir}/test_*.py", "core.py", ["test_root.py"], id="all beside it, at the root"
        ),
        pytest.param("tests/test_{stem}.py", "src/c*.py", [], id="a name with a star is a name"),
        pytest.param(
            "tests/**", "src/core.py", ["tests/test_core.py", "tests/test_core2.py"], id="a folder"
        ),
    ],
)
def test_a_rules_pattern_names_test_files_of_the_tree(
    template: str, path: str, answer: list[str]
) -> None:
    tests = {"tests/test_core.py", "tests/test_core2.py", "src/test_a.py", "test_root.py"}
    made = change(dict.fromkeys(tests, b""), {**dict.fromkeys(tests, b""), path: b"x"})
    assert list(rules.tests(made, rule("*.py", tests=(template,)))) == answer


@pytest.mark.parametrize("runner", ["vitest", "jest", "cargo", "go", "rules"])
def test_an_exit_status_other_than_0_is_a_failure(runner: str) -> None:
    job = Job(runner=runner, program="x", argv=(), units=("u",))
    for status, passed in ((0, True), (1, False), (2, False), (101, False), (-9, False)):
        reading = runners.named(runner).read(job, status, b"")
        assert (list(reading.passed), list(reading.failed)) == (
            (["u"], []) if passed else ([], ["u"])
        )

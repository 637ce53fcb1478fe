import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            '{"imports": {"a": "npm:@s/a@^1/sub"}} // c', ["@s/a ^1 runtime"], id="a package of npm"
        ),
        pytest.param(
            '{"imports": {"a": "jsr:@s/a@1",}}', ["@s/a 1 runtime"], id="a package of JSR"
        ),
        pytest.param(
            '{"imports": {"a": "https://x.example/a@1/mod.ts"}}',
            ["x.example/a@1/mod.ts https://x.example/a@1/mod.ts runtime url:x.example/a@1/mod.ts"],
            id="an address",
        ),
        pytest.param('{"imports": {"a": "./a.ts"}}', [], id="a file of the project"),
    ],
)
def test_reads_deno_json(content: str, expected: list[str]) -> None:
    assert dependencies("deno-json", content) == expected


def test_reads_the_import_map() -> None:
    assert options("deno-json", '{"importMap": "m.json"}') == ["include-added importMap m.json"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            '{"version": "4", "jsr": {"@s/a@1.0.0": {"integrity": "0a"}}, "npm": {"b@2.0.0_c@1": {"integrity": "sha512-B"}}, "remote": {"https://x.example/m.ts": "0c"}}',
            [
                "b 2.0.0 lock #sha512-B",
                "@s/a 1.0.0 lock #0a",
                "x.example/m.ts - lock url:x.example/m.ts #0c",
            ],
            id="version 4",
        ),
        pytest.param(
            '{"version": "3", "packages": {"npm": {"b@2.0.0": {"integrity": "sha512-B"}}}, "remote": {}}',
            ["b 2.0.0 lock #sha512-B"],
            id="version 3",
        ),
        pytest.param(
            '{"version": "2", "npm": {"specifiers": {}, "packages": {"b@2.0.0": {"integrity": "sha512-B"}}}, "remote": {}}',
            ["b 2.0.0 lock #sha512-B"],
            id="version 2",
        ),
        pytest.param(
            '{"https://x.example/m.ts": "0c"}',
            ["x.example/m.ts - lock url:x.example/m.ts #0c"],
            id="version 1",
        ),
    ],
)
def test_reads_deno_lock(content: str, expected: list[str]) -> None:
    assert dependencies("deno-lock", content) == expected


@pytest.mark.parametrize(
    ("format_name", "content"),
    [
        pytest.param("deno-lock", '{"version": "9"}', id="a version that is not known"),
        pytest.param(
            "deno-lock", '{"version": "4", "npm": {"a": {}}}', id="a package without a version"
        ),
        pytest.param("deno-json", '{"imports": {"a": 1}}', id="a specifier that is no text"),
    ],
)
def test_is_unreadable(format_name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(format_name, content)

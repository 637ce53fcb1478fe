"""A real small vitest project from the registry: only the related test files run, on exactly what is staged."""

import shutil
import subprocess
from pathlib import Path

import pytest

from projects import Project, environment

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]

TEST = 'import {{ expect, test }} from "vitest";\nimport {{ {name} }} from "../src/{name}";\n'
TEST += 'test("{name}", () => expect({name}()).toBe({value}));\n'
FILES = {
    ".gitignore": "node_modules/\n",
    "package.json": '{"name": "small", "private": true, "type": "module", "scripts": {"test": "vitest run"}}\n',
    "src/one.ts": "export const one = () => 1;\n",
    "src/two.ts": "export const two = () => 2;\n",
    "test/one.test.ts": TEST.format(name="one", value=1),
    "test/two.test.ts": TEST.format(name="two", value=2),
}


def test_related_tests_are_run_in_place_and_on_a_snapshot(tmp_path: Path) -> None:
    made = Project(tmp_path)
    made.git("init", "--quiet")
    made.write(FILES)
    subprocess.run(
        ["npm", "install", "--save-dev", "--no-audit", "--no-fund", "vitest@2"],
        cwd=tmp_path,
        env=environment(),
        check=True,
        capture_output=True,
    )
    made.commit({name: text for name, text in FILES.items() if name != "package.json"})
    made.git("add", "package.json", "package-lock.json")
    made.git("commit", "--quiet", "--message", "vitest")

    made.stage({"src/one.ts": "export const one = () => 2 - 1;\n"})
    ran = made.test()
    assert ran.status == 0, ran.out + ran.err
    assert "one.test.ts" in ran.out
    assert "two.test.ts" not in ran.out

    made.stage({"src/one.ts": "export const one = () => 7;\n"})
    made.write({"src/one.ts": "export const one = () => 1;\n"})
    before = made.git("status", "--porcelain")
    ran = made.test()
    assert ran.status == 1, ran.out + ran.err
    assert "expected 7 to be 1" in ran.out
    assert made.git("status", "--porcelain") == before

    made.git("reset", "--quiet", "--hard")
    made.git("rm", "--quiet", "src/two.ts")
    ran = made.test()
    assert ran.status == 1, "the test of the deleted module is run"

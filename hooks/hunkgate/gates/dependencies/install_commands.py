"""What the commands of a script install: pip, uv, pipx, poetry, pdm, npm, npx, pnpm, yarn, bun, cargo, go, gem, bundle, composer, conda, dotnet, mix, deno.

Sources: the command references of these tools. apt and apk are noted under the ecosystems ``deb`` and ``apk``. A download that is
piped into a shell, and a name that only the running shell knows (``$PACKAGE``), are options of the rule ``dynamic``. What is installed
from the repository itself (``.``, ``./dist/x.whl``, ``-r requirements.txt``) is no dependency of the script.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hunkgate.gates.dependencies import npm, pypi, python_requirements, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    RefKind,
    Source,
    UnreadableError,
)
from hunkgate.gates.dependencies.shell import Command, commands

Found = Dependency | Option
_SCOPE = "build"
# pip, uv, npm, yarn, go, cargo and bundler read these from the environment.
_INDEX_VARIABLE = re.compile(
    r"(PIP|UV|PIPENV|PDM)_\w*(INDEX|FIND_LINKS|TRUSTED_HOST|PYPI_MIRROR)\w*|NPM_CONFIG_\w*REGISTRY|YARN_\w*REGISTRY\w*"
    r"|GOPROXY|GOSUMDB|GONOSUMDB|GONOSUMCHECK|GOINSECURE|GOFLAGS|CARGO_\w*(REGISTR|SOURCE)\w*|BUNDLE_MIRROR\w*",
    re.IGNORECASE,
)
_TO_FILE = re.compile(r"-[A-Za-z]*[oO]|--output(?:-document)?|-OutFile")
_DEEPEST = 4

_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ash", "ksh", "fish", "pwsh", "powershell"})
_RUNS_INPUT = _SHELLS | {"python", "python3", "perl", "ruby", "node", "php"}
_RUNS_INPUT |= {"iex", "Invoke-Expression", "source", "."}
_DOWNLOADS = frozenset({"curl", "wget", "iwr", "Invoke-WebRequest", "irm", "Invoke-RestMethod", "fetch"})  # fmt: skip
# Programs that run the words after them, and which of their own options take a value.
_WRAPPERS: dict[str, frozenset[str]] = {
    "sudo": frozenset({"-u", "-g", "-C", "-h", "-p"}),
    "env": frozenset({"-u", "-C"}),
    "nice": frozenset({"-n"}),
    "timeout": frozenset({"-s", "-k"}),
    "chroot": frozenset(),
    "xargs": frozenset({"-n", "-P", "-I", "-L", "-d"}),
    **dict.fromkeys(("exec", "command", "nohup", "eval", "doas", "builtin", "stdbuf"), frozenset()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tool:
    """How a tool's installing subcommands are read.

    ``verbs`` are the word sequences that install; ``valued`` the options that take a value; ``indexes`` those whose value says where
    packages come from; ``packages`` those whose value is a package; ``first`` whether only the first word names a package.
    """

    verbs: tuple[tuple[str, ...], ...]
    ecosystem: str
    package: Callable[[str, int], Dependency | None]
    valued: frozenset[str] = frozenset()
    indexes: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    first: bool = False


def read(script: str, *, line: int = 1) -> tuple[tuple[Dependency, ...], tuple[Option, ...]]:
    """What a shell script installs. ``line`` is the file's line on which the script begins."""
    return _parted(_script(script, line, 0))


def read_words(
    words: Sequence[str], *, line: int = 1
) -> tuple[tuple[Dependency, ...], tuple[Option, ...]]:
    """What one command, given as its words, installs (the exec form of Dockerfile's RUN)."""
    return _parted(_command(Command(words=tuple(words), line=line), 0))


def _parted(found: Iterator[Found]) -> tuple[tuple[Dependency, ...], tuple[Option, ...]]:
    several = tuple(found)
    return (
        tuple(one for one in several if isinstance(one, Dependency)),
        tuple(one for one in several if isinstance(one, Option)),
    )


def _script(script: str, line: int, depth: int) -> Iterator[Found]:
    if depth > _DEEPEST:
        yield _dynamic("shell", "commands nested too deeply to be read", line)
        return
    previous: Command | None = None
    fetched: dict[str, str] = {}
    for command in commands(script, line=line):
        yield from _command(command, depth)
        yield from _run_later(command, fetched)
        if previous is not None and (piped := _piped(previous, command)):
            yield piped
        previous = command


def _piped(first: Command, second: Command) -> Option | None:
    """``curl URL | sh`` and ``sh <(curl URL)``."""
    if second.mark == "|":
        source, runner = _bare(first.words), _bare(second.words)
    elif second.mark in ("<(", "("):
        runner, source = _bare(first.words), _bare(second.words)
    else:
        return None
    if source and runner and _base(source[0]) in _DOWNLOADS and _base(runner[0]) in _RUNS_INPUT:
        return _downloaded(source, second.line)
    return None


def _run_later(command: Command, fetched: dict[str, str]) -> Iterator[Option]:
    """``curl -o FILE URL`` and then ``sh FILE`` or ``./FILE``; ``fetched`` holds the addresses of files and is added to."""
    words = _bare(command.words)
    if not words:
        return
    if _base(words[0]) in _DOWNLOADS:
        address = next((word for word in words if "://" in word), "")
        # curl's -O, and wget by itself, take the name from the address.
        named = (word for option, word in pairwise(words) if _TO_FILE.fullmatch(option))
        file = next((one for one in named if not one.startswith("-")), "") or address
        if address and _base(file):
            fetched[_base(file)] = address
        return
    run = words[:1] if _base(words[0]) not in _RUNS_INPUT else words[1:]
    for word in run:
        if address := fetched.pop(_base(word), ""):
            yield _dynamic("download and run", address, command.line)


def _downloaded(words: Sequence[str], line: int) -> Option:
    address = next((word for word in words if "://" in word), " ".join(words[1:]))
    return _dynamic("download and run", address, line)


def _dynamic(name: str, value: str, line: int) -> Option:
    return Option(ecosystem="generic", name=name, value=value, signal="dynamic", line=line)


def _base(word: str) -> str:
    return posixpath.basename(word.replace("\\", "/")).removesuffix(".exe")


def _bare(words: Sequence[str]) -> list[str]:
    """The words without assignments before them and without programs that only run others."""
    rest = list(words)
    while rest:
        if re.match(r"\w+=", rest[0]):
            rest.pop(0)
            continue
        wrapper = _base(rest[0])
        valued = _WRAPPERS.get(wrapper)
        if valued is None:
            break
        rest.pop(0)
        while rest and rest[0].startswith("-"):
            if rest.pop(0) in valued and rest:
                rest.pop(0)
        if wrapper in ("timeout", "chroot"):
            del rest[:1]  # a duration, a folder
    return rest


def _command(command: Command, depth: int) -> Iterator[Found]:
    for word in command.words:
        assigned = re.match(r"(\w+)=(.*)", word, re.DOTALL)
        if assigned is None and word != "export" and word not in _WRAPPERS:
            break
        if assigned and (option := environment(assigned[1], assigned[2], line=command.line)):
            yield option
    words = _bare(command.words)
    if not words:
        return
    name = _base(words[0])
    if name in ("echo", "printf"):
        # What is written into the file of variables for later steps (GITHUB_ENV) is set by a word of the same form.
        for word in words[1:]:
            variable, equals, value = word.partition("=")
            if equals and (option := environment(variable, value, line=command.line)):
                yield option
    if name in _SHELLS or name == "su":
        yield from _inner(words, command.line, depth)
        return
    # poetry run pip install x, uv run pip install x, conda run -n env pip install x, python -m pip install x
    for index, word in enumerate(words[1:], 1):
        if (
            word == "run"
            and index == 1
            and name in ("poetry", "uv", "pipenv", "pdm", "hatch", "rye")
        ):
            inner = [one for one in words[2:] if not one.startswith("-")]
            yield from _command(replace(command, words=tuple(inner)), depth)
            break
        if (
            word == "-m"
            and index + 1 < len(words)
            and (index == 1 or "python" in name or name.startswith(("py", "$")))
        ):
            words = words[index + 1 :]
            name = _base(words[0])
            break
    yield from _installed(name, words[1:], command.line)


def _inner(words: list[str], line: int, depth: int) -> Iterator[Found]:
    """``sh -c SCRIPT``: what the script runs."""
    for index, word in enumerate(words[1:], 1):
        if re.fullmatch(r"-\w*c|-[Cc]ommand", word) and index + 1 < len(words):
            script = words[index + 1]
            if re.search(r"\$\(\s*(curl|wget)\b|`\s*(curl|wget)\b", script):
                yield _downloaded(script.strip("`$() ").split(), line)
            yield from _script(script, line, depth + 1)
            return


def _installed(name: str, words: list[str], line: int) -> Iterator[Found]:
    if words[:2] == ["config", "set"] and len(words) > 2:
        yield from _configured(name, words[2:], line)
        return
    tool = _TOOLS.get("pip" if re.fullmatch(r"pip[\d.]*", name) else name)
    if tool is None:
        return
    if name == "uv" and words[:1] == ["run"]:
        # What follows is run; only --with brings packages.
        words = ["run", *(word for pair in pairwise(words) if pair[0] == "--with" for word in pair)]
    for verb in sorted(tool.verbs, key=len, reverse=True):
        rest = _after(words, verb, tool)
        if rest is not None:
            yield from _arguments(tool, " ".join((name, *verb)), rest, line)
            return


def _configured(name: str, words: list[str], line: int) -> Iterator[Found]:
    """``pip config set global.index-url URL``, ``npm config set registry URL``."""
    if re.search(r"index|registry|find-links|trusted|mirror|source", words[0]):
        yield Option(
            ecosystem="generic",
            name=f"{name} config {words[0].partition('=')[0]}",
            value=" ".join(words[1:]) or words[0].partition("=")[2],
            signal="index-changed",
            line=line,
        )


def environment(name: str, value: str, *, line: int = 0) -> Option | None:
    """The option that an environment variable sets where it says from where packages are taken, None where it does not."""
    if not _INDEX_VARIABLE.fullmatch(name):
        return None
    return Option(
        ecosystem="generic", name=name.upper(), value=value, signal="index-changed", line=line
    )


def _after(words: list[str], verb: tuple[str, ...], tool: _Tool) -> list[str] | None:
    """The words without the verb's, which stand first among those that are no options; None where another verb does."""
    rest = list(words)
    place = 0
    for part in verb:
        while place < len(rest) and rest[place].startswith("-"):
            place += (
                2 if rest[place] in tool.valued | tool.indexes and "=" not in rest[place] else 1
            )
        if place >= len(rest) or rest[place] != part:
            return None
        del rest[place]
    return rest


def _arguments(tool: _Tool, command: str, words: list[str], line: int) -> Iterator[Found]:
    version = (
        _value(words, ("-v", "--version", "--vers"))
        if tool.ecosystem in ("gem", "cargo", "nuget")
        else ""
    )
    place = _git(words) if tool.ecosystem == "cargo" else None
    taken = False
    waiting = iter(words)
    for word in waiting:
        option, equals, value = word.partition("=")
        if word == "--":
            continue
        if word.startswith("-"):
            if option in tool.indexes | tool.packages | tool.valued and not equals:
                value = next(waiting, "")
            if option in tool.indexes:
                yield Option(
                    ecosystem=tool.ecosystem,
                    name=f"{command} {option}",
                    value=value,
                    signal="index-changed",
                    line=line,
                )
            elif option in tool.packages:
                taken = taken or option in ("-p", "--package", "--from", "--spec")
                yield from _package(tool, command, value, line)
            continue
        if tool.first and taken:
            return
        taken = True
        for one in _package(tool, command, word, line):
            if isinstance(one, Dependency) and (version or place):
                one = replace(
                    one, requirement=version or one.requirement, source=place or one.source
                )
            yield one


def _package(tool: _Tool, command: str, word: str, line: int) -> Iterator[Found]:
    word = word.strip()
    if re.match(r"[$`%]", word) or not word:
        if word:
            yield Option(
                ecosystem=tool.ecosystem, name=command, value=word, signal="dynamic", line=line
            )
        return
    if _local(word):
        return
    found = tool.package(word, line)
    if found is not None:
        yield found


def _local(word: str) -> bool:
    if "://" in word or word.startswith("git+"):
        return False
    return word.startswith((".", "/", "~", "*")) or word.endswith(
        (".whl", ".tgz", ".tar.gz", ".zip", ".gem", ".txt", "/*", ".deb")
    )


def _value(words: list[str], options: tuple[str, ...]) -> str:
    for index, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in options:
            return value if equals else (words[index + 1] if index + 1 < len(words) else "")
    return ""


def _git(words: list[str]) -> Source | None:
    address = _value(words, ("--git",))
    if not address:
        return None
    for option, kind in (
        ("--rev", RefKind.SHA),
        ("--tag", RefKind.TAG),
        ("--branch", RefKind.BRANCH),
    ):
        if ref := _value(words, (option,)):
            return sources.git(address, ref, kind)
    return sources.git(address)


def _pypi(word: str, line: int) -> Dependency | None:
    try:
        found = python_requirements.requirement(word, scope=_SCOPE, line=line)
    except UnreadableError:
        found = python_requirements.located(word, scope=_SCOPE, line=line)
    if found.raw_name != found.requirement:
        return found
    # An address alone: the repository's or file's own name is the best guess at what it installs.
    name = re.split(r"[?#@]", posixpath.basename(found.source.locator))[0]
    return replace(found, name=pypi.normalised(name) or found.name)


def _npm(word: str, line: int) -> Dependency | None:
    cut = word.find("@", 1)
    name, specifier = (
        (word[:cut], word[cut + 1 :]) if cut > 0 and "://" not in word[:cut] else (word, "")
    )
    if "/" in name and not name.startswith("@"):
        specifier = word
    return npm.specified(name, specifier, _SCOPE, line=line)


def _named(ecosystem: str, mark: str) -> Callable[[str, int], Dependency | None]:
    """A reader of ``name`` and ``name<mark>version``."""

    def package(word: str, line: int) -> Dependency | None:
        name, _, version = word.partition(mark)
        return Dependency(
            ecosystem=ecosystem,
            name=name,
            raw_name=name,
            requirement=version,
            scope=_SCOPE,
            line=line,
        )

    return package


def _go(word: str, line: int) -> Dependency | None:
    path, at, version = word.partition("@")
    # Without a version, or without a host before the first stroke, it is a package of the module at hand.
    if not at or "." not in path.partition("/")[0]:
        return None
    return Dependency(
        ecosystem="golang", name=path, raw_name=path, requirement=version, scope=_SCOPE, line=line
    )


def _deno(word: str, line: int) -> Dependency | None:
    registry, colon, rest = word.partition(":")
    if registry == "npm" and colon:
        return _npm(rest, line)
    return _named("jsr", "@")(rest, line) if registry == "jsr" and colon else None


def _conda(word: str, line: int) -> Dependency | None:
    found = re.fullmatch(r"(?:[\w.-]+::)?([A-Za-z0-9_.-]+)\s*([=<>!~].*)?", word)
    if found is None:
        return None
    return Dependency(
        ecosystem="conda",
        name=found[1].lower(),
        raw_name=found[1],
        requirement=found[2] or "",
        scope=_SCOPE,
        line=line,
    )


_PIP_VALUED = frozenset(
    {"-r", "--requirement", "-c", "--constraint", "-t", "--target", "--prefix", "--root", "--cache-dir", "--python", "--platform", "--src"}
    | {"--python-version", "--implementation", "--abi", "--proxy", "--retries", "--timeout", "--log", "-d", "--dest", "-w", "--wheel-dir"}
    | {"--progress-bar", "--global-option", "--config-settings", "-C", "--only-binary", "--no-binary", "--exists-action", "--report", "-b"}
    | {"-g", "--group", "-G", "--extra", "-E", "--optional", "--script", "-p", "--directory", "--project", "--refresh-package", "--cert"}
)  # fmt: skip
_PIP_INDEXES = frozenset({"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--index", "--default-index", "--pip-args", "--source"})  # fmt: skip
_NPM_VALUED = frozenset({"--prefix", "-C", "--dir", "--cwd", "-w", "--workspace", "--filter", "-F", "--cache", "--tag", "--loglevel", "--omit", "--include", "--userconfig", "-c", "--call"})  # fmt: skip


def _python(*verbs: str, packages: tuple[str, ...] = (), first: bool = False) -> _Tool:
    return _Tool(
        verbs=tuple(tuple(verb.split()) for verb in verbs),
        ecosystem="pypi",
        package=_pypi,
        valued=_PIP_VALUED - set(packages),
        indexes=_PIP_INDEXES,
        packages=frozenset(packages),
        first=first,
    )


def _script_tool(*verbs: str, packages: tuple[str, ...] = (), first: bool = False) -> _Tool:
    return _Tool(
        verbs=tuple(tuple(verb.split()) for verb in verbs),
        ecosystem="npm",
        package=_npm,
        valued=_NPM_VALUED,
        indexes=frozenset({"--registry"}),
        packages=frozenset(packages),
        first=first,
    )


def _other(
    ecosystem: str,
    package: Callable[[str, int], Dependency | None],
    *verbs: str,
    valued: str = "",
    indexes: str = "",
) -> _Tool:
    return _Tool(
        verbs=tuple(tuple(verb.split()) for verb in verbs),
        ecosystem=ecosystem,
        package=package,
        valued=frozenset(valued.split()),
        indexes=frozenset(indexes.split()),
    )


_APT = _other("deb", _named("deb", "="), "install", valued="-t -o -c --target-release")
_CONDA = _other(
    "conda",
    _conda,
    "install",
    "create",
    "env create",
    valued="-n --name -p --prefix -f --file --solver",
    indexes="-c --channel",
)

_TOOLS: dict[str, _Tool] = {
    "pip": _python("install", "download", "wheel", packages=("-e", "--editable")),
    "pipenv": _python("install", packages=("-e", "--editable")),
    "pipx": _python("install", "run", "inject", "upgrade", packages=("--spec",), first=True),
    "poetry": _python("add", "self add"),
    "pdm": _python("add", "self add"),
    "uv": _python("pip install", "add", "tool install", "tool run", "run", packages=("--with", "--from", "-e", "--editable")),
    "uvx": _python("", packages=("--with", "--from"), first=True),
    "npm": _script_tool("install", "i", "add", "install-test", "exec", packages=("-p", "--package")),
    "npx": _script_tool("", packages=("-p", "--package"), first=True),
    "pnpm": _script_tool("add", "install", "i", "dlx"),
    "pnpx": _script_tool("", packages=("-p", "--package"), first=True),
    "yarn": _script_tool("add", "global add", "dlx"),
    "bun": _script_tool("add", "install", "i", "x"),
    "bunx": _script_tool("", packages=("-p", "--package"), first=True),
    "cargo": _other("cargo", _named("cargo", "@"), "install", "add", "binstall", valued="--version --vers --git --rev --tag --branch --path --root --features -F --target --profile --bin -j --jobs --config", indexes="--index --registry"),
    "go": _other("golang", _go, "install", "get", "run", valued="-tags -ldflags -mod -o -modfile"),
    "gem": _other("gem", _named("gem", ":"), "install", valued="-v --version -i --install-dir -n --bindir -P", indexes="-s --source"),
    "bundle": _other("gem", _named("gem", ":"), "add", valued="-v --version -g --group", indexes="-s --source"),
    "composer": _other("composer", _named("composer", ":"), "require", "global require", valued="-d --working-dir"),
    "dotnet": _other("nuget", _named("nuget", "@"), "tool install", "add package", valued="--version --framework --tool-path --configfile", indexes="--add-source --source"),
    "mix": replace(_other("hex", _named("hex", "@"), "archive.install hex", "escript.install hex"), first=True),
    "deno": _other("npm", _deno, "add", "install", "run", "x", valued="-n --name --root --config -c"),
    "easy_install": _python(""),
    "apt": _APT,
    "apt-get": _APT,
    "apk": _other("apk", _named("apk", "="), "add", valued="-t --virtual", indexes="-X --repository"),
    **dict.fromkeys(("conda", "mamba", "micromamba"), _CONDA),
}  # fmt: skip

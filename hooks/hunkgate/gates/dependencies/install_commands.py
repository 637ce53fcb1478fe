"""What the commands of a script install: pip, uv, pipx, poetry, pdm, npm, npx, pnpm, yarn, bun, cargo, go, gem, bundle, composer, conda, dotnet, mix, deno.

Sources: the command references of these tools. apt and apk are noted under the ecosystems ``deb`` and ``apk``. A download that is
piped into a shell, and a name that only the running shell knows (``$PACKAGE``), are options of the rule ``dynamic``. What is installed
from the repository itself (``.``, ``./dist/x.whl``, ``-r requirements.txt``) is no dependency of the script.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hunkgate.gates.dependencies import (
    code_strings,
    npm,
    pypi,
    python_requirements,
    sources,
    tool_settings,
)
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.downloads import SHELLS, Downloads, base, dynamic, reads_script
from hunkgate.gates.dependencies.shell import Command, commands
from hunkgate.gates.dependencies.tool_settings import environment

Found = Dependency | Option
_SCOPE = "build"
_DEEPEST = 4

# Programs that run the words after them, and which of their own options take a value.
_WRAPPERS: dict[str, frozenset[str]] = {
    "sudo": frozenset({"-u", "-g", "-C", "-h", "-p"}),
    "env": frozenset({"-u", "-C"}),
    "nice": frozenset({"-n"}),
    "timeout": frozenset({"-s", "-k"}),
    "chroot": frozenset(),
    "xargs": frozenset({"-n", "-P", "-I", "-L", "-d"}),
    "runuser": frozenset({"-u", "-g"}),
    **dict.fromkeys(
        ("exec", "command", "nohup", "eval", "doas", "builtin", "stdbuf", "busybox"), frozenset()
    ),
    **dict.fromkeys(("gosu", "su-exec", "setpriv"), frozenset()),
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


def read(
    script: str, *, line: int = 1, fetched: Downloads | None = None, task: bool = False
) -> tuple[tuple[Dependency, ...], tuple[Option, ...]]:
    """What a shell script installs. ``line`` is the file's line on which the script begins, ``fetched`` what scripts before it downloaded; a
    ``task`` runs among what the project has installed, where ``npx x`` takes x from there.
    """
    found = _script(script, line, 0, fetched)
    return _parted(one for one in found if not (task and _at_hand(script, one)))


def _at_hand(script: str, found: Found) -> bool:
    """Whether this is a package that ``npx x`` or ``npm exec x`` names, without a version or the consent to fetch it."""
    if isinstance(found, Option) or found.ecosystem != "npm" or found.requirement:
        return False
    named = rf"\b(?:npx|bunx|pnpx|npm (?:exec|x))(?:\s+--)?\s+{re.escape(found.raw_name)}(?=[\s;&|\"')]|$)"
    return re.search(named, script) is not None


def read_code(code: str, *, line: int = 1) -> tuple[tuple[Dependency, ...], tuple[Option, ...]]:
    """What the commands in code of another language install, and whether it runs what it fetches."""
    return _parted(_code(code, line, 0))


def read_words(
    words: Sequence[str], *, line: int = 1
) -> tuple[tuple[Dependency, ...], tuple[Option, ...]]:
    """What one command, given as its words, installs (the exec form of Dockerfile's RUN)."""
    return _parted(_command(Command(words=tuple(words), line=line), 0))


def _parted(found: Iterable[Found]) -> tuple[tuple[Dependency, ...], tuple[Option, ...]]:
    reading = Reading.of(found)
    return reading.dependencies, reading.options


def _script(
    script: str, line: int, depth: int, fetched: Downloads | None = None
) -> Iterator[Found]:
    if depth > _DEEPEST:
        yield dynamic("shell", "commands nested too deeply to be read", line)
        return
    if "Download" in script and (address := code_strings.fetched(script)):
        # PowerShell's objects of .NET.
        yield dynamic("download and run", address, line)
    previous: Command | None = None
    fetched = fetched or Downloads()
    for command in commands(script, line=line):
        if previous is not None and command.mark == "|" and _speaks(previous):
            text = " ".join(word for word in previous.words[1:] if not word.startswith("-"))
            if reads_script(_bare(command.words)):
                yield from _script(text, command.line, depth + 1)
            elif base(command.words[0]) == "xargs":
                command = replace(command, words=(*command.words, *text.split()))
        yield from _command(command, depth)
        for inner in command.inner:
            yield from _script(inner, command.line, depth + 1)
        yield from fetched.take(command, _bare(command.words))
        previous = command


def _speaks(command: Command) -> bool:
    return base(command.words[0]) in ("echo", "printf")


def _bare(words: Sequence[str]) -> list[str]:
    """The words without assignments before them and without programs that only run others."""
    rest = list(words)
    while rest:
        if re.match(r"\w+=", rest[0]):
            rest.pop(0)
            continue
        wrapper = base(rest[0])
        valued = _WRAPPERS.get(wrapper)
        if valued is None:
            break
        rest.pop(0)
        while rest and rest[0].startswith("-"):
            if rest.pop(0) in valued and rest:
                rest.pop(0)
        if wrapper in ("timeout", "chroot", "gosu", "su-exec"):
            del rest[:1]  # a duration, a folder, a user
    return rest


def _command(command: Command, depth: int) -> Iterator[Found]:
    for word in command.words:
        assigned = re.match(r"(\w+)=(.*)", word, re.DOTALL)
        if assigned is None and word != "export" and word not in _WRAPPERS:
            break
        if assigned and (option := environment(assigned[1], assigned[2], line=command.line)):
            yield option
    yield from tool_settings.written(command.words, command.line)
    words = _bare(command.words)
    if not words:
        return
    name = base(words[0])
    if name in ("echo", "printf"):
        # What is written into the file of variables for later steps (GITHUB_ENV) is set by a word of the same form.
        for word in words[1:]:
            variable, equals, value = word.partition("=")
            if equals and (option := environment(variable, value, line=command.line)):
                yield option
        if command.output.endswith(".txt") and "requirements" in base(command.output):
            text = "\n".join(words[1:]).replace("\\n", "\n")
            yield from python_requirements.read_lines(text, "", scope=_SCOPE).dependencies
    if name in SHELLS or name == "su":
        yield from _inner(words, command.line, depth)
        return
    if name.startswith("python") or name in _CODE_OPTIONS:
        yield from _code_word(name, words, command.line, depth)
    if name == "find" and "-exec" in words:
        rest = words[words.index("-exec") + 1 :]
        yield from _command(replace(command, words=tuple(rest), inner=()), depth)
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
            name = base(words[0])
            break
    if name in _CONDAS and words[1:2] == ["run"]:
        rest = words[2:]
        while rest and rest[0].startswith("-"):
            del rest[: 2 if rest[0] in _CONDA.valued else 1]
        yield from _command(replace(command, words=tuple(rest), inner=()), depth)
        return
    yield from tool_settings.configured(name, words[1:], command.line)
    installed = tuple(_installed(name, words[1:], command.line))
    yield from installed
    if not installed and "xargs" in command.words[:2] and _install(name, words[1:]):
        yield dynamic("xargs", " ".join(words), command.line)


def _inner(words: list[str], line: int, depth: int) -> Iterator[Found]:
    """``sh -c SCRIPT``: what the script runs."""
    for index, word in enumerate(words[1:], 1):
        if re.fullmatch(r"-\w*c|-[Cc]ommand", word) and index + 1 < len(words):
            script = words[index + 1]
            yield from _script(script, line, depth + 1)
            return


# The options of interpreters that take a program.
_CODE_OPTIONS = {
    **dict.fromkeys(("node", "nodejs", "bun"), frozenset({"-e", "--eval", "-p", "--print"})),
    **dict.fromkeys(("perl", "ruby"), frozenset({"-e", "-E", "-ne", "-pe"})),
    "php": frozenset({"-r"}),
}


def _code_word(name: str, words: Sequence[str], line: int, depth: int) -> Iterator[Found]:
    """``python -c CODE``: the commands in the code."""
    options = _CODE_OPTIONS.get(name, frozenset({"-c"}))
    for option, code in pairwise(words):
        if option in options:
            yield from _code(code, line, depth + 1)


def _code(code: str, line: int, depth: int) -> Iterator[Found]:
    if depth > _DEEPEST:
        yield dynamic("shell", "commands nested too deeply to be read", line)
        return
    if address := code_strings.fetched(code):
        yield dynamic("download and run", address, line)
    for offset, found in code_strings.scripts(code):
        if isinstance(found, str):
            yield from _script(found, line + offset, depth + 1)
        else:
            yield from _command(Command(words=found, line=line + offset), depth + 1)


def _install(name: str, words: list[str]) -> bool:
    """Whether this is a command that installs, whatever it names."""
    tool = _tool(name)
    return tool is not None and any(_after(words, verb, tool) is not None for verb in tool.verbs)


def _tool(name: str) -> _Tool | None:
    return _TOOLS.get("pip" if re.fullmatch(r"pip[\d.]*", name) else name)


def _installed(name: str, words: list[str], line: int) -> Iterator[Found]:
    tool = _tool(name)
    if tool is None or _LOCAL_ONLY & set(words):
        return
    if name == "uv" and words[:1] == ["run"]:
        # What follows is run; only --with brings packages.
        words = ["run", *(word for pair in pairwise(words) if pair[0] == "--with" for word in pair)]
    for verb in sorted(tool.verbs, key=len, reverse=True):
        rest = _after(words, verb, tool)
        if rest is not None:
            yield from _arguments(tool, " ".join((name, *verb)), rest, line)
            return
    if not _SENDS & set(words[:2]):
        yield from _indexes(tool, name, words, line)


def _indexes(tool: _Tool, name: str, words: list[str], line: int) -> Iterator[Option]:
    """Where a command that names no package (``npm ci``, ``uv sync``) takes them from."""
    for index, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option.startswith("--") and option in tool.indexes:
            value = value if equals else " ".join(words[index + 1 : index + 2])
            yield _index(tool, f"{name} {option}", value, line)


def _index(tool: _Tool, name: str, value: str, line: int) -> Option:
    return Option(
        ecosystem=tool.ecosystem, name=name, value=value, signal="index-changed", line=line
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
    if place and not _plain(words, tool):
        words = [*words, place.locator.rpartition("/")[2]]
    waiting = iter(words)
    for word in waiting:
        option, equals, value = word.partition("=")
        if word == "--":
            continue
        if word.startswith("-"):
            if option in tool.indexes | tool.packages | tool.valued and not equals:
                value = next(waiting, "")
            if option in tool.indexes:
                yield _index(tool, f"{command} {option}", value, line)
            elif option in ("-r", "--requirement") and not _READ_ELSEWHERE.fullmatch(value):
                yield Option(
                    ecosystem=tool.ecosystem,
                    name=f"{command} {option}",
                    value=value,
                    signal="include-added",
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


def _plain(words: list[str], tool: _Tool) -> list[str]:
    """The words that are neither options nor their values."""
    waiting = iter(words)
    found = []
    for word in waiting:
        if not word.startswith("-"):
            found.append(word)
        elif word in tool.indexes | tool.packages | tool.valued:
            next(waiting, "")
    return found


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
    path, _, version = word.partition("@")
    # Without a host before the first stroke it is a package of the module at hand.
    host, stroke, _ = path.partition("/")
    if "." not in host or not stroke or path.startswith("."):
        return None
    return Dependency(
        ecosystem="golang", name=path, raw_name=path, requirement=version, scope=_SCOPE, line=line
    )


def _deno(word: str, line: int) -> Dependency | None:
    registry, colon, rest = word.partition(":")
    if registry == "npm" and colon:
        return _npm(rest, line)
    if registry in ("http", "https") and colon:
        address = sources.address(word)
        return Dependency(
            ecosystem="deno",
            name=address,
            raw_name=word,
            requirement=word,
            scope=_SCOPE,
            source=Source(kind=SourceKind.URL, locator=sources.place(word)),
            line=line,
        )
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

_CONDAS = ("conda", "mamba", "micromamba")
# npx: what is not there already is not fetched.
_LOCAL_ONLY = frozenset({"--no-install", "--no"})
# What is given away is not taken.
_SENDS = frozenset({"publish", "upload", "push", "login", "logout", "adduser", "whoami", "view", "info", "ping", "owner", "dist-tag", "token", "search", "pack"})  # fmt: skip
# Files that look like requirements are taken for such, which the gate reads under their own names; addresses and odd names are not.
_READ_ELSEWHERE = re.compile(r"-?|(?!\w+://).*(?:\.(?:txt|in|lock|toml|cfg|py)|[$}{%\"].*)")

_TOOLS: dict[str, _Tool] = {
    "pip": _python("install", "download", "wheel", packages=("-e", "--editable")),
    "pipenv": _python("install", packages=("-e", "--editable")),
    "pipx": _python("install", "run", "inject", "upgrade", packages=("--spec",), first=True),
    "poetry": _python("add", "self add"),
    "pdm": _python("add", "self add"),
    "uv": _python("pip install", "add", "tool install", "tool run", "run", packages=("--with", "--from", "-e", "--editable")),
    "uvx": _python("", packages=("--with", "--from"), first=True),
    "npm": _script_tool("install", "i", "add", "install-test", "exec", "x", packages=("-p", "--package")),
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
    "corepack": _script_tool("prepare", "install", "use"),
    "composer": _other("composer", _named("composer", ":"), "require", "global require", "create-project", valued="-d --working-dir"),
    "dotnet": _other("nuget", _named("nuget", "@"), "tool install", "add package", valued="--version --framework --tool-path --configfile", indexes="--add-source --source"),
    "mix": replace(_other("hex", _named("hex", "@"), "archive.install hex", "escript.install hex"), first=True),
    "deno": _other("npm", _deno, "add", "install", "run", "x", valued="-n --name --root --config -c"),
    "easy_install": _python(""),
    "apt": _APT,
    "apt-get": _APT,
    "apk": _other("apk", _named("apk", "="), "add", valued="-t --virtual", indexes="-X --repository"),
    **dict.fromkeys(_CONDAS, _CONDA),
}  # fmt: skip

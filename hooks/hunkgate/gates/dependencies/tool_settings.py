"""Commands that change where a tool takes packages from: ``pip config set``, ``npm set``, ``go env -w``, ``gem sources --add``, a line written into a settings file.

Sources: the command references of these tools.
"""

import re
from collections.abc import Iterator, Sequence

from hunkgate.gates.dependencies.dependency import Option

# pip, uv, npm, yarn, go, cargo, bundler and others read these from the environment.
_INDEX_VARIABLE = re.compile(
    r"(?:PIP|UV|PIPENV|PDM|POETRY)_\w*(?:INDEX|FIND_LINKS|TRUSTED_HOST|INSECURE_HOST|PYPI_MIRROR|PYPI_URL|REPOSITORIES_\w+_URL)\w*"
    r"|(?:PIP|UV)_(?:CONFIG_FILE|CONSTRAINT|REQUIREMENT|OVERRIDE)|NPM_CONFIG_(?:\w*REGISTRY|USERCONFIG|GLOBALCONFIG)|YARN_\w*REGISTRY\w*"
    r"|GOPROXY|GOPRIVATE|GONOPROXY|GOSUMDB|GONOSUMDB|GONOSUMCHECK|GOINSECURE|GOFLAGS|CARGO_\w*(?:REGISTR|SOURCE)\w*|BUNDLE_MIRROR\w*"
    r"|CONDA_CHANNEL\w*|HEX_(?:MIRROR|CDN|UNSAFE_HTTPS|UNSAFE_REGISTRY)|COMPOSER_REPO_PACKAGIST|JSR_URL|\w+_(?:BINARY_HOST|BINARY_SITE|BINARY_HOST_MIRROR)|ELECTRON_MIRROR",
    re.IGNORECASE,
)
# These name code that every run of a tool runs.
_CODE_VARIABLE = re.compile(r"(?:CARGO_BUILD_)?RUSTC(?:_WORKSPACE)?_WRAPPER|NODE_OPTIONS|NPM_CONFIG_(?:IGNORE_SCRIPTS|SCRIPT_SHELL|NODE_OPTIONS)", re.IGNORECASE)  # fmt: skip
# Who may fetch, and in which protocol: not from where.
_ASIDE = re.compile(r"_(?:TOKEN|USERNAME|PASSWORD|PROTOCOL|CREDENTIAL_PROVIDER)$", re.IGNORECASE)
_HARMLESS = re.compile(r"(?:\s*-(?:mod=(?:vendor|readonly)|buildvcs=\w+|trimpath|race|v|count=\d+|p=\d+|tags=[\w,]+))*\s*")  # fmt: skip
_LOADS = re.compile(r"(?:^|\s)(?:-r|--require|--import|--loader|--experimental-loader)\b")
_KEY = re.compile(r"index|registry|find-links|trusted|mirror|source|^repo|channel", re.IGNORECASE)
_READS = frozenset({"get", "list", "ls", "delete", "unset", "rm", "remove", "debug", "edit"})
# A line of pip's or npm's settings, in a text that a script writes.
_LINE = re.compile(
    r"(?:^|[\s\"']|\\n)((?:@[\w-]+:)?registry|(?:extra[-_])?index[-_]url|find[-_]links|trusted[-_]host)\s*=\s*(https?://[^\s\"'\\]+)"
)


def environment(name: str, value: str, *, line: int = 0) -> Option | None:
    """The option that an environment variable sets where it says from where packages are taken or what their tools run; None where it does not."""
    signal = "index-changed" if _INDEX_VARIABLE.fullmatch(name) else ""
    if _ASIDE.search(name) or (name.upper() == "GOFLAGS" and _HARMLESS.fullmatch(value)):
        return None
    if _CODE_VARIABLE.fullmatch(name) and (
        name.upper() != "NODE_OPTIONS" or _LOADS.search(value) is not None
    ):
        signal = "install-script"
    if not signal:
        return None
    return Option(ecosystem="generic", name=name.upper(), value=value, signal=signal, line=line)


def configured(name: str, words: Sequence[str], line: int) -> Iterator[Option]:
    """What a tool's own commands write into its settings."""
    if name == "go" and words[:1] == ["env"] and "-w" in words:
        for word in words[2:]:
            variable, _, value = word.partition("=")
            if option := environment(variable, value, line=line):
                yield option
        return
    several = [word for word in words if not word.startswith("-")]
    match (name, *several[:3]):
        case ("gem", "sources", *_) if {"-a", "--add", "--prepend"} & set(words) or "=" in str(
            words
        ):
            yield _option("gem sources", several[1:], line)
        case ("dotnet", "nuget", "add" | "update", "source"):
            yield _option("dotnet nuget add source", several[3:], line)
        case ("nuget", "sources" | "source", *_) | ("poetry" | "pdm", "source", "add", *_):
            yield _option(f"{name} source", several[2:], line)
        case (_, "config" | "c" | "set", *_):
            yield from _assigned(name, several, line)


def written(words: Sequence[str], line: int) -> Iterator[Option]:
    """Lines of pip's or npm's settings: among the words of an ``echo`` or ``printf``, or the words themselves, as in a here-document."""
    text = " ".join(words)
    anywhere = words[:1] and words[0] in ("echo", "printf")
    for found in _LINE.finditer(text) if anywhere else filter(None, (_LINE.match(text),)):
        key, value = found.groups()
        yield Option(
            ecosystem="generic",
            name=f"written {key}",
            value=value,
            signal="index-changed",
            line=line,
        )


def _assigned(name: str, several: list[str], line: int) -> Iterator[Option]:
    """``pip config set global.index-url URL``, ``npm config set registry=URL``, ``conda config --add channels NAME``."""
    rest = several[2:] if several[1:2] == ["set"] else several[1:]
    if not rest or rest[0] in _READS:
        return
    key, equals, value = rest[0].partition("=")
    text = " ".join((*((value,) if equals else ()), *rest[1:]))
    if text and _KEY.search(key):
        yield _option(f"{name} config {key}", [text], line)


def _option(name: str, values: Sequence[str], line: int) -> Option:
    return Option(
        ecosystem="generic", name=name, value=" ".join(values), signal="index-changed", line=line
    )

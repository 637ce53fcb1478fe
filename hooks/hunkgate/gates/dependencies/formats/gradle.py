"""Build scripts of Gradle (``*.gradle``, ``*.gradle.kts``): https://docs.gradle.org/current/userguide/declaring_dependencies.html.

BEST EFFORT. A build script is a program; this reads what stands in it as text: coordinates given to a configuration, plugins with a version, the repositories,
scripts applied from an address. Variables of the same file are followed; a version that is computed otherwise is dynamic. What a script
reads from elsewhere (``buildSrc``, ``gradle.properties``, its own plugins) is not seen.
"""

import re
from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import install_commands, lines
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)

# A text or comment that never ends runs to the end of the file, so that no place is looked at twice.
_TEXT = r'"(?:[^"\\\n]|\\.)*(?:"|\\?$)' + r"|'(?:[^'\\\n]|\\.)*(?:'|\\?$)"
_COMMENT = re.compile(rf"({_TEXT})|//[^\n]*|/\*(?:.*?\*/|.*\Z)", re.DOTALL | re.MULTILINE)
_WORD = r"(?<![\w.])([A-Za-z]\w{0,60})"
_PART = r"[\w.$\{\}-]{1,200}"
_COORDINATES = re.compile(
    rf"""{_WORD}\s{{0,20}}\(?\s{{0,20}}(?:(?:platform|enforcedPlatform|testFixtures|dependencies\.create|npm)\s{{0,9}}\(\s{{0,9}})?"""
    rf"""(["'])({_PART}):({_PART})(?::([^"'\s:@]{{1,200}}))?(?::[\w.$\{{\}}-]{{1,99}})?(?:@\w{{1,20}})?\2"""
)
_NAMED = re.compile(
    r"""\bgroup\s{0,9}[:=]\s{0,9}["']([^"'\n]{1,200})["']\s{0,20},\s{0,20}(?:name|module)\s{0,9}[:=]\s{0,9}["']([^"'\n]{1,200})["']"""
    r"""(?:\s{0,20},\s{0,20}version\s{0,9}[:=]\s{0,9}(?:["']([^"'\n]{1,200})["']|([\w.]{1,99})))?"""
)
_PLUGIN = re.compile(
    r"""\b(id|kotlin)\s{0,9}\(?\s{0,9}["']([\w.-]{1,200})["']\s{0,9}\)?\s{0,9}(?:\.\s{0,9})?version\s{0,9}\(?\s{0,9}(?:["']([^"'\n]{1,200})["']|([\w.]{1,99}))"""
)
_FILES = re.compile(r"""\bfiles\s{0,9}\(\s{0,9}["']([^"'\n]{1,300}\.(?:jar|aar))["']""")
_URL = re.compile(
    r"""\b(?:url|artifactUrls|setUrl|maven)\s{0,9}[=(]?\s{0,9}(?:url\s{0,9}=\s{0,9})?(?:uri\s{0,9}\(\s{0,9})?["']([^"'\n]{1,500})["']"""
)
_REPOSITORY = re.compile(
    r"\b(mavenCentral|mavenLocal|google|jcenter|gradlePluginPortal)\s{0,9}\(\s{0,9}\)"
)
_APPLIED = re.compile(
    r"""\bfrom\s{0,9}[:=(]\s{0,9}(?:uri\s{0,9}\(\s{0,9})?["'](https?://[^"'\n]{1,500})["']"""
)
_STARTED = re.compile(
    r"""\b(?:commandLine|executable|args)\b[^\n]{1,2000}|(?:"[^"\n]{1,2000}"|'[^'\n]{1,2000}'|\[[^\]\n]{1,2000}\])\s{0,9}\.\s{0,9}execute\("""
)
_VARIABLE = re.compile(
    r"""(?<![\w"'])(?:ext\.|project\.|extra\[["'])?([A-Za-z_]\w{0,80})(?:["']\])?\s{0,9}(?::\s?String\s{0,9})?(?:=|by\s+extra\()\s{0,9}["']([^"'\n$]{1,200})["']"""
)
_REFERENCE = re.compile(r"\$\{([^{}]{1,200})\}|\$([A-Za-z_][\w.]{0,99})")
_CONFIGURATION = re.compile(
    r"(?:\w*(?:[iI]mplementation|[aA]pi|[cC]ompileOnly|[rR]untimeOnly|[cC]ompile|[rR]untime|[pP]rovided|[aA]nnotationProcessor|[cC]lasspath|[kK]apt|[kK]sp|[cC]oreLibraryDesugaring|[pP]latform))\Z"
)
_DEV = re.compile(r"test|androidTest|jmh|debug", re.IGNORECASE)


def read(content: bytes, _path: str) -> Reading:
    """What a build script says as text. Raises UnreadableError for what is no text at all."""
    if b"\0" in content:
        raise UnreadableError("not a text")
    text = _COMMENT.sub(_blanked, lines.text(content))
    variables = {match[1]: match[2] for match in _VARIABLE.finditer(text)}
    starts = _Starts(text)
    found = sorted(
        (
            *_coordinates(text, variables, starts),
            *_plugins(text, variables, starts),
            *_files(text, starts),
        ),
        key=lambda one: one.line,
    )
    started = tuple(_started(text, starts))
    return Reading(
        dependencies=(*found, *(one for one in started if isinstance(one, Dependency))),
        options=(
            *_options(text, starts),
            *(one for one in started if isinstance(one, Option)),
        ),
    )


def _blanked(match: re.Match[str]) -> str:
    return match[1] or re.sub(r"[^\n]", " ", match[0])


class _Starts:
    """From an offset in a text to its 1-based line; offsets are asked for in rising order or not."""

    def __init__(self, text: str) -> None:
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def line(self, offset: int) -> int:
        import bisect

        return bisect.bisect_left(self._ends, offset) + 1


def _started(text: str, starts: _Starts) -> Iterator[Dependency | Option]:
    """What the programs install that a build starts with literal words."""
    for match in _STARTED.finditer(text):
        dependencies, options = install_commands.read_code(
            match[0], line=starts.line(match.start())
        )
        yield from dependencies
        yield from options


def _coordinates(text: str, variables: Mapping[str, str], starts: _Starts) -> Iterator[Dependency]:
    for match in _COORDINATES.finditer(text):
        word, _, group, name, version = match.groups()
        known = bool(_CONFIGURATION.match(word))
        # Any word may be a configuration of the project's own; a time ("HH:mm:ss") or a task path is no version.
        if not known and not (version and re.search(r"[\d$+]", version) and "." in group):
            continue
        yield _dependency(word, group, name, version or "", variables, starts.line(match.start(3)))
    for match in _NAMED.finditer(text):
        group, name, version, reference = match.groups()
        before = text[max(0, match.start() - 80) : match.start()]
        word = re.search(r"([A-Za-z]\w*)[\s(\[]*\Z", before)
        if word is not None and word[1] in ("exclude", "module"):
            continue
        yield _dependency(
            word[1] if word else "",
            group,
            name,
            version or (f"${{{reference}}}" if reference else ""),
            variables,
            starts.line(match.start()),
        )


def _plugins(text: str, variables: Mapping[str, str], starts: _Starts) -> Iterator[Dependency]:
    for match in _PLUGIN.finditer(text):
        kind, name, version, reference = match.groups()
        name = f"org.jetbrains.kotlin.{name}" if kind == "kotlin" else name
        value = _filled(version or f"${{{reference}}}", variables)
        yield Dependency(
            ecosystem="maven",
            name=name,
            raw_name=name,
            requirement=value,
            scope="build",
            flags=frozenset(("dynamic",)) if "$" in value else frozenset(),
            line=starts.line(match.start()),
        )


def _files(text: str, starts: _Starts) -> Iterator[Dependency]:
    for match in _FILES.finditer(text):
        yield Dependency(
            ecosystem="maven",
            name=match[1],
            raw_name=match[1],
            source=Source(kind=SourceKind.PATH, locator=match[1]),
            line=starts.line(match.start()),
        )


def _dependency(
    word: str, group: str, name: str, version: str, variables: Mapping[str, str], line: int
) -> Dependency:
    filled = [_filled(part, variables) for part in (group, name, version)]
    return Dependency(
        ecosystem="maven",
        name=f"{filled[0]}:{filled[1]}",
        raw_name=f"{group}:{name}",
        requirement=filled[2],
        scope="build" if "lasspath" in word else "dev" if _DEV.match(word) else "runtime",
        flags=frozenset(("dynamic",)) if "$" in "".join(filled) else frozenset(),
        line=line,
    )


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """The text with the variables of the file put in; ``rootProject.ext.x`` is ``x``."""

    def one(match: re.Match[str]) -> str:
        name = (match[1] or match[2]).strip()
        return variables.get(re.split(r"\W+", name.rstrip("\"')]"))[-1], match[0])

    return _REFERENCE.sub(one, text)


def _options(text: str, starts: _Starts) -> Iterator[Option]:
    for match in (*_URL.finditer(text), *_REPOSITORY.finditer(text)):
        yield Option(
            ecosystem="maven",
            name="repositories",
            value=match[1],
            signal="registry-changed",
            line=starts.line(match.start()),
        )
    for match in _APPLIED.finditer(text):
        yield Option(
            ecosystem="maven",
            name="apply from",
            value=match[1],
            signal="include-added",
            line=starts.line(match.start()),
        )

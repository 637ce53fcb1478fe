""".mvn/maven.config: https://maven.apache.org/configure.html#mvn-maven-config-file, arguments of every ``mvn`` that is run in the project.

Read: other settings files, checks that are weakened, properties that move or extend Maven's own loading. Not read: profiles, goals, properties of the project.
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import lines
from hunkgate.gates.dependencies.dependency import Option, Reading, UnreadableError

# The longest first: `-s` is the beginning of none of them, and its file may stand right behind it.
_FILES = re.compile(
    r"(--(?:(?:global-|install-|project-)?settings|(?:global-)?toolchains)|-(?:gs|gt|is|ps|s|t))(?:=?(.+))?\Z"
)
_CHECKS = frozenset(
    ("-c", "--lax-checksums", "-C", "--strict-checksums", "-llr", "--legacy-local-repository", "-itr", "--ignore-transitive-repositories")
)  # fmt: skip
_PROPERTY = re.compile(
    r"-D(?:(maven\.ext\.class\.path)|((?:maven\.(?:repo|wagon|resolver)|aether)\.[^=]*))(?:=(.*))?\Z"
)


def read(content: bytes, _path: str) -> Reading:
    """The arguments that matter to where artifacts come from. A file without any is fine. Raises UnreadableError for what is no text."""
    if b"\0" in content:
        raise UnreadableError("not a text")
    return Reading(options=tuple(_options(list(_words(content)))))


def _words(content: bytes) -> Iterator[tuple[int, str]]:
    """The arguments with their lines: Maven 3.9 takes one from each line, older ones part them at blanks."""
    for number, line in lines.numbered(content):
        if not line.lstrip().startswith("#"):
            yield from ((number, word.strip("\"'")) for word in line.split())


def _options(words: list[tuple[int, str]]) -> Iterator[Option]:
    following = [word for _, word in words[1:]] + [""]
    for (line, word), after in zip(words, following, strict=bool(words)):
        if match := _PROPERTY.match(word):
            signal = "install-script" if match[1] else "index-changed"
            yield _option(match[1] or match[2], match[3] or "true", signal, line)
        elif match := _FILES.match(word):
            yield _option(match[1], match[2] or after, "index-changed", line)
        elif word in _CHECKS:
            yield _option(word, "true", "index-changed", line)


def _option(name: str, value: str, signal: str, line: int) -> Option:
    return Option(ecosystem="maven", name=name, value=value, signal=signal, line=line)

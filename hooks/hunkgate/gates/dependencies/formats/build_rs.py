"""build.rs, a crate's build script: https://doc.rust-lang.org/cargo/reference/build-scripts.html. Cargo compiles and runs it in every build.

Best effort, since a build script is a program: told are that there is one, the programs that it starts by a literal name, and that it fetches.
A module of that name below ``src`` is none.
"""

import re

from hunkgate.gates.dependencies import install_commands, lines
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError

_COMMENT = re.compile(r"(\"(?:[^\"\\]|\\.)*\")|//[^\n]*|/\*.*?\*/", re.DOTALL)
_STARTED = re.compile(r"\bCommand::new\(\s*(?:\"([^\"\n]{0,500})\"|([^)\n]{0,500}))\s*\)")
_WORDS = re.compile(r"\.args?\(\s*&?\[?((?:\s*\"(?:[^\"\\\n]|\\.)*\"\s*,?)+)\s*\]?\s*\)")
_TEXT = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"")
_FETCHES = re.compile(
    r"\b(?:reqwest|ureq|curl|attohttpc|minreq|isahc|hyper)::|\bTcpStream::connect\b"
)
# What a compilation needs anyway, asked what it is and where.
_USUAL = frozenset({"git", "rustc", "cargo", "pkg-config", "date", "uname", "rustfmt"})


def read(content: bytes, path: str) -> Reading:
    """What the build script starts and fetches. Raises UnreadableError for what is no text."""
    if b"\0" in content:
        raise UnreadableError("not a text")
    if "src" in path.split("/")[:-1]:
        return Reading()
    text = _COMMENT.sub(
        lambda match: match[1] or re.sub(r"[^\n]", " ", match[0]), lines.text(content)
    )
    dependencies: list[Dependency] = []
    options = [_option("build script", path, 1)]
    places = [*_STARTED.finditer(text)]
    line, seen = 1, 0
    ends = [*(one.start() for one in places[1:]), len(text)]
    for match, end in zip(places, ends, strict=False):
        line, seen = line + text.count("\n", seen, match.start()), match.start()
        program = match[1] or match[2].strip()
        # The words that follow, up to the end of the statement.
        statement = text[match.end() : end].partition(";")[0]
        words = [word for group in _WORDS.findall(statement) for word in _TEXT.findall(group)]
        if program not in _USUAL:
            options.append(_option(f"runs {program}", " ".join((program, *words)), line))
        found = install_commands.read_words([program, *words], line=line)
        dependencies.extend(found[0])
        options.extend(found[1])
    for number, written in enumerate(text.split("\n"), 1):
        if _FETCHES.search(written):
            options.append(_option("fetches", written.strip(), number))
    return Reading(dependencies=tuple(dependencies), options=tuple(options))


def _option(name: str, value: str, line: int) -> Option:
    return Option(ecosystem="cargo", name=name, value=value, signal="install-script", line=line)

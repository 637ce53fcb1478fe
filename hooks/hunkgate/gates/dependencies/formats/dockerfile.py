"""Dockerfiles: the Dockerfile reference ("Parser directives", "FROM", "ARG", "COPY --from", "RUN --mount", "Here-documents").

Read: the images of FROM, ``COPY --from``, ``RUN --mount=from=`` and ``# syntax=`` with variables that ARG and ENV give a value, what the
commands of RUN, CMD, ENTRYPOINT and HEALTHCHECK install (shell and exec form, here-documents), addresses of ADD. Not read: build arguments given
from outside, files that are copied in and run.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hunkgate.gates.dependencies import documents, images, install_commands, tool_settings
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError
from hunkgate.gates.dependencies.downloads import Downloads

Found = Dependency | Option

_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*")
_HEREDOC = re.compile(r"<<(-?)\s*([\"']?)(\w+)\2")
_VARIABLE = re.compile(r"\\\$|\$(?:\{(\w+)(?:(:?[-+])([^{}]*))?\}|(\w+))")
# Variables may double each other; no value that means something is longer.
_LONGEST = 4096


@dataclass(slots=True)
class _State:
    """What the instructions so far declared."""

    stages: set[str] = field(default_factory=set)
    count: int = 0
    fetched: Downloads = field(default_factory=Downloads)
    globals: dict[str, str] = field(default_factory=dict)
    locals: dict[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> Mapping[str, str]:
        return self.locals if self.count else self.globals


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instruction:
    word: str
    rest: str
    line: int
    bodies: tuple[tuple[int, str], ...] = ()


def read(content: bytes, path: str) -> Reading:
    """The images and installed packages of a Dockerfile. Raises UnreadableError."""
    if path.endswith(".dockerignore"):
        return Reading()
    text = documents.text(content)
    found: list[Found] = []
    escape = "\\"
    for name, value in _directives(text):
        if name == "syntax":
            found.append(images.image(value, line=1))
        elif name == "escape" and value in ("\\", "`"):
            escape = value
    state = _State()
    for instruction in _instructions(text, escape):
        found.extend(_read(instruction, state))
    if not state.count and re.search(r"^\s*[^#\s]", text, re.MULTILINE):
        raise UnreadableError("no FROM was found")
    return Reading.of(found)


def _directives(text: str) -> Iterator[tuple[str, str]]:
    """The parser directives: comments before anything else."""
    for line in text.split("\n"):
        # A shebang may stand before them (BuildKit's dockerfile.DetectSyntax).
        if line.startswith("#!"):
            continue
        found = _DIRECTIVE.fullmatch(line.strip())
        if found is None:
            return
        yield found[1].lower(), found[2]


def _instructions(text: str, escape: str) -> Iterator[_Instruction]:
    lines = [line.rstrip("\r") for line in text.split("\n")]
    continued = re.compile(rf"{re.escape(escape)}[ \t]*$")
    index = 0
    while index < len(lines):
        start = index
        if not lines[index].strip() or lines[index].lstrip().startswith("#"):
            index += 1
            continue
        parts: list[str] = []
        while index < len(lines):
            line = lines[index]
            index += 1
            if parts and (not line.strip() or line.lstrip().startswith("#")):
                # Comments and empty lines inside an instruction are passed over and do not end it.
                parts.append("\\")
                continue
            if not continued.search(line):
                parts.append(line)
                break
            parts.append(continued.sub("", line) + "\\")
        word, _, rest = _split("\n".join(parts))
        bodies = []
        for found in _HEREDOC.finditer(rest) if word.upper() in ("RUN", "COPY", "ADD") else ():
            begin = index
            while (
                index < len(lines)
                and (lines[index].lstrip("\t") if found[1] else lines[index]) != found[3]
            ):
                index += 1
            bodies.append((begin + 1, "\n".join(lines[begin:index])))
            index += 1
        yield _Instruction(
            word=word.upper(), rest=rest.strip(), line=start + 1, bodies=tuple(bodies)
        )


def _split(text: str) -> tuple[str, str, str]:
    found = re.match(r"\s*(\S+?)(\\?\s)(.*)", text, re.DOTALL)
    return (found[1], found[2], found[3]) if found else (text.strip(), "", "")


def _read(one: _Instruction, state: _State) -> Iterator[Found]:
    word, rest = one.word, one.rest
    while word == "ONBUILD":
        word, _, rest = _split(rest)
        word = word.upper()
    if word == "FROM":
        yield from _from(_words(rest), one.line, state)
    elif word in ("ARG", "ENV"):
        yield from _assign(word, rest, one.line, state)
    elif word in ("COPY", "ADD"):
        yield from _copy(word, rest, one.line, state)
        yield from _written(one)
    elif word == "HEALTHCHECK":
        yield from _run(re.sub(r"^(?:--\S+(?:\\\n|\s)+)*CMD\b\s*", "", rest), one, state)
    elif word in ("RUN", "CMD", "ENTRYPOINT"):
        yield from _run(rest, one, state)


def _from(words: list[str], line: int, state: _State) -> Iterator[Found]:
    words = [word for word in words if not word.startswith("--")]
    # Only what ARG declared before the first FROM counts in a FROM.
    reference = _expand(words[0], state.globals) if words else ""
    state.count += 1
    state.locals = {}
    if reference:
        yield from _image(reference, line, state)
    if len(words) >= 3 and words[1].lower() == "as":
        state.stages.add(words[2].lower())


def _image(reference: str, line: int, state: _State) -> Iterator[Found]:
    if reference.lower() not in state.stages and reference != "scratch" and not reference.isdigit():
        yield images.image(reference, line=line)


def _assign(word: str, rest: str, line: int, state: _State) -> Iterator[Found]:
    target = state.locals if state.count else state.globals
    words = _words(rest)
    if word == "ENV" and words and "=" not in words[0]:
        words = [f"{words[0]}={' '.join(words[1:])}"]
    for assignment in words:
        name, equals, value = assignment.partition("=")
        if not equals:
            # ARG without a value takes over the one from before the first FROM.
            if name in state.globals:
                target[name] = state.globals[name]
            continue
        target[name] = _expand(value, target)
        option = tool_settings.environment(name, target[name], line=line)
        if option is not None:
            yield option


def _copy(word: str, rest: str, line: int, state: _State) -> Iterator[Found]:
    plain = _words(rest)
    listed = _exec_form(re.sub(r"^(?:--\S+\s+)+", "", rest)) or []
    words = [*(one for one in plain if one.startswith("--")), *listed] if listed else plain
    # With a checksum another content is refused: it belongs to the address.
    checksum = "".join(f" {one}" for one in words if one.startswith("--checksum="))
    for one in words:
        if one.startswith("--from="):
            yield from _image(_expand(one.removeprefix("--from="), state.variables), line, state)
        elif word == "ADD" and re.match(r"https?://|git@|git://", one):
            yield Option(
                ecosystem="generic",
                name="ADD",
                value=_expand(one + checksum, state.variables),
                signal="url-source",
                line=line,
            )


def _run(rest: str, one: _Instruction, state: _State) -> Iterator[Found]:
    found = re.match(r"(?:--\w+(?:=\S+)?(?:\\\n|\s)+)*", rest)
    options = found[0] if found else ""
    for mount in re.findall(r"--mount=(\S+)", options):
        for part in mount.rstrip("\\").split(","):
            key, _, value = part.partition("=")
            if key == "from":
                yield from _image(_expand(value, state.variables), one.line, state)
    command = rest[len(options) :]
    line = one.line + options.count("\n")
    words = _exec_form(command)
    if words is not None:
        dependencies, settings = install_commands.read_words(
            [_expand(word, state.variables) for word in words], line=line
        )
    else:
        dependencies, settings = install_commands.read(
            _expand(_HEREDOC.sub(" ", command), state.variables), line=line, fetched=state.fetched
        )
    yield from dependencies
    yield from settings
    yield from _written(one)
    # Without a command before it, or with a shell, a here-document is the script that runs.
    runner = command.partition("<<")[0].split()
    code = (
        bool(runner) and re.search(r"(?:python[\d.]*|node|ruby|perl|php)$", runner[0]) is not None
    )
    if one.bodies and (code or not runner or re.search(r"sh$", runner[0])):
        read_body = install_commands.read_code if code else install_commands.read
        for begin, body in one.bodies:
            dependencies, settings = read_body(_expand(body, state.variables), line=begin)
            yield from dependencies
            yield from settings


def _written(one: _Instruction) -> Iterator[Option]:
    """Settings of a package manager in here-documents, which become files."""
    for begin, body in one.bodies:
        for offset, line in enumerate(body.split("\n")):
            yield from tool_settings.written((line,), begin + offset)


def _exec_form(command: str) -> list[str] | None:
    if not command.startswith("["):
        return None
    try:
        words = json.loads(command.replace("\\\n", " "))
    except (ValueError, RecursionError):
        return None
    return (
        words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None
    )


def _words(rest: str) -> list[str]:
    """The words of an instruction without quotes."""
    text = re.sub(r"\\\n", " ", rest)
    found = re.findall(r"""(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*'|["'])+""", text)
    return [re.sub(r"""["']""", "", word) for word in found]


def _expand(text: str, variables: Mapping[str, str]) -> str:
    """The text with the variables that have a value; others stay as they are written."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[4]
        if name is None:
            return found[0]
        known = variables.get(name)
        if found[2] in (":+", "+"):
            return found[3] if known else ""
        if known is None or (known == "" and found[2] == ":-"):
            return found[0] if found[2] is None else found[3]
        return known

    expanded = _VARIABLE.sub(value, text)
    return expanded if len(expanded) <= _LONGEST + len(text) else text

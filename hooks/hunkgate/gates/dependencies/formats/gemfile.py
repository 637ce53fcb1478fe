"""Gemfile and gems.rb: https://bundler.io/man/gemfile.5.html.

A Gemfile is a Ruby program: what its literals say is read, and what is computed is reported as dynamic with the text that computes it.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hunkgate.gates.dependencies import ruby, ruby_code, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

_GEM = re.compile(r"(?<![\w.:@$\"'])gem(?=[\s(\"'])(?!\s*[=.])")
_WORD = re.compile(r"\s*(?P<word>[a-z_]+)\b(?P<rest>.*)\Z", re.DOTALL)
_ONE_LINE = re.compile(r"(?P<opening>.*?\bdo\b(?:\s*\|[^|]*\|)?)\s(?P<body>.*)\bend\Z", re.DOTALL)
_NESTED = 20
_OPENS = re.compile(r"(?:\bdo|\{)\s*(?:\|[^|]*\|\s*)?\Z")
_KEYWORDS = frozenset(
    ("if", "unless", "case", "while", "until", "begin", "def", "class", "module", "for")
)
_GIVERS = ("git", "github", "gitlab", "gist", "bitbucket", "path", "source")
_SETTINGS = {
    "source": "registry-changed",
    "plugin": "install-script",
    "eval_gemfile": "dynamic",
    "git_source": "dynamic",
    "require_relative": "include-added",
}
# What Rails writes into every new Gemfile says where `github:` leads anyway.
_USUAL = re.compile(r"""\(?:github\)?.*https://github\.com/#\{""", re.DOTALL)
# A Gemfile may hold nothing but one of these.
_ENOUGH = frozenset(("gemspec", "ruby"))
_DEV = frozenset(("development", "test", "dev", "ci", "lint", "docs"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A block that is open: its statement and what it gives to the gems in it."""

    text: str
    source: Source | None = None
    groups: tuple[str, ...] = ()


def read(content: bytes, path: str) -> Reading:
    """The gems that a Gemfile asks for, its sources, and the files it evaluates."""
    found: list[Dependency] = []
    options: list[Option] = []
    includes: list[str] = []
    blocks: list[_Block] = []
    words: set[str] = set()
    for line, statement in _statements(content):
        match = _WORD.match(statement)
        word, rest = (match["word"], match["rest"]) if match else ("", "")
        words.add(word)
        if word == "end" or statement.startswith("}"):
            del blocks[-1:]
            continue
        opens = bool(_OPENS.search(statement)) or word in _KEYWORDS
        if opens:
            blocks.append(_block(statement, word, _OPENS.sub("", rest)))
        elif word == "eval_gemfile" and (name := _first(rest)):
            options.append(
                Option(ecosystem="gem", name=word, value=name, signal="include-added", line=line)
            )
            includes.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), name)))
        elif word in _SETTINGS and not (word == "git_source" and _USUAL.search(rest)):
            options.append(
                Option(
                    ecosystem="gem",
                    name=word,
                    # The block of a git_source says where it leads.
                    value=(_first(rest) if word != "git_source" else "") or " ".join(rest.split()),
                    signal=_SETTINGS[word],
                    line=line,
                )
            )
        for beside in ruby_code.found(statement, line):
            if isinstance(beside, Dependency):
                found.append(beside)
            else:
                options.append(beside)
        told = False
        for _, text in ruby.calls(_GEM, statement):
            one = _gem(text, blocks, line)
            if one is None:
                # Once for a statement, however many gems it computes: its text tells them all.
                if not told:
                    options.append(_dynamic(line, blocks[:-1] if opens else blocks, statement))
                told = True
            else:
                found.append(one)
    if not (found or options or includes or words & _ENOUGH or _empty(content)):
        raise UnreadableError("no gem, source or gemspec in a Gemfile that is not empty")
    return Reading(
        dependencies=tuple(found),
        options=tuple(options),
        includes=tuple(one for one in includes if not one.startswith(("../", "/"))),
    )


def _empty(content: bytes) -> bool:
    """Whether nothing but blanks and comments stands in the file."""
    return not any(ruby.statements(content))


def _statements(content: bytes) -> Iterator[tuple[int, str]]:
    """The statements, a block on one line taken apart into its opening, what it holds, and its end."""
    for line, text in ruby.statements(content):
        bare = text.strip()
        ends = 0
        while ends < _NESTED and bare.endswith("end") and (match := _ONE_LINE.match(bare)):
            yield line, match["opening"]
            bare = match["body"].strip()
            ends += 1
        yield line, bare
        yield from [(line, "end")] * ends


def _first(rest: str) -> str:
    """The first argument where it is a literal, else ''."""
    position, _ = ruby.arguments(rest)
    return (ruby.literal(position[0]) or "") if position else ""


def _block(statement: str, word: str, rest: str) -> _Block:
    position, named = ruby.arguments(rest)
    if word == "group":
        groups = tuple(name for one in position for name in ruby.literals(one) or ())
        return _Block(text=statement, groups=groups)
    if word in _GIVERS and position:
        first = ruby.literal(position[0])
        return _Block(text=statement, source=_given(word, first or position[0], named))
    return _Block(text=statement)


def _gem(text: str, blocks: list[_Block], line: int) -> Dependency | None:
    """One ``gem`` call; None where its name has to be computed or is empty."""
    position, named = ruby.arguments(text)
    name = ruby.literal(position[0]) if position else None
    if not name:
        return None
    versions = [ruby.literals(one) for one in position[1:]]
    known = [value for values in versions if values is not None for value in values]
    groups = [group for block in blocks for group in block.groups]
    for key in ("group", "groups"):
        groups.extend(ruby.literals(named[key]) or () if key in named else ())
    inherited = next((block.source for block in reversed(blocks) if block.source is not None), None)
    return Dependency(
        ecosystem="gem",
        name=name,
        raw_name=name,
        requirement=", ".join(known),
        scope=(
            "dev"
            if groups and set(groups) <= _DEV
            else f"optional:{groups[0]}" if groups else "runtime"
        ),
        source=_source(named, inherited),
        flags=frozenset(("dynamic",)) if None in versions else frozenset(),
        line=line,
    )


def _source(named: dict[str, str], inherited: Source | None) -> Source:
    for word in _GIVERS:
        if word in named:
            return _given(word, ruby.literal(named[word]) or named[word], named)
    return inherited or Source()


def _given(word: str, value: str, named: dict[str, str]) -> Source:
    """The source that an option of ``gem``, or a block of the same name, states."""
    if word == "path":
        return Source(kind=SourceKind.PATH, locator=value)
    if word == "source":
        return Source(kind=SourceKind.REGISTRY, locator=sources.place(value))
    ref, kind = "", RefKind.NONE
    for key, stated in (("ref", None), ("tag", RefKind.TAG), ("branch", RefKind.BRANCH)):
        if key in named:
            ref = ruby.literal(named[key]) or named[key]
            kind = stated or sources.ref_kind(ref)
            break
    if word == "git":
        return sources.git(value, ref, kind)
    # `github: "rails"` stands for rails/rails (gemfile(5), GITHUB).
    repository = value if "/" in value or word == "gist" else f"{value}/{value}"
    return sources.git(sources.forge(f"{word}:{repository}").locator, ref, kind)


def _dynamic(line: int, blocks: list[_Block], statement: str) -> Option:
    """What is computed, with the blocks around it: the list that a loop goes through stands in the loop's first line."""
    text = " / ".join((*(block.text for block in blocks), statement.strip()))
    return Option(
        ecosystem="gem", name="Gemfile", value=" ".join(text.split()), signal="dynamic", line=line
    )

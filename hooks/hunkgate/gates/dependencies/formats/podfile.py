"""Podfile (https://guides.cocoapods.org/syntax/podfile.html) and *.podspec (https://guides.cocoapods.org/syntax/podspec.html).

Both are Ruby programs: what their literals say is read, and a pod whose name is computed is ``dynamic``. The subspecs of a pod are told as its extras.
Not read: targets, hooks, build settings, what a function that another file defines installs.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from hunkgate.gates.dependencies import ruby, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

_POD = re.compile(r"(?<![\w.:@$\"'])pod(?=[\s(])(?!\s*[=.])")
_DEPENDENCY = re.compile(r"\w\.dependency(?=[\s(])")
_NAME = re.compile(r"\w\.(?:module_)?name\s*=(?!=)(.*)\Z", re.DOTALL)
_SETTING = re.compile(r"\s*(source|plugin)(?=[\s(])(?!\s*[=.])(.*)\Z", re.DOTALL)
# A message and nothing more, such as the one of Flutter's Podfile that speaks of running pod install. What stands in it as code runs.
_SPOKEN = re.compile(r'\s*(?:raise|puts|warn)[\s(]+"[^"\\]*"\)?\s*\Z')
_INTERPOLATED = re.compile(r"#\{[^}]*\}")
_SIGNALS = {"source": "registry-changed", "plugin": "install-script"}
_REFS = (("commit", None), ("revision", None), ("tag", RefKind.TAG), ("branch", RefKind.BRANCH))


def read(content: bytes, path: str) -> Reading:
    """The pods that the file asks for. Raises UnreadableError for what is no text."""
    if b"\0" in content:
        raise UnreadableError("not a text")
    spec = path.lower().endswith(".podspec")
    found: list[Dependency | Option] = []
    own = ""
    for line, statement in ruby.statements(content):
        if spec and (match := _NAME.search(statement)):
            own = own or ruby.literal(match[1]) or ""
        elif not spec and (match := _SETTING.match(statement)):
            found.append(_option(match[1], _first(match[2]), _SIGNALS[match[1]], line))
        if _SPOKEN.match(statement):
            statement = " ".join(_INTERPOLATED.findall(statement))
        for _, text in ruby.calls(_DEPENDENCY if spec else _POD, statement):
            found.append(_pod(text, statement, line))
    dependencies = (one for one in found if isinstance(one, Dependency))
    return Reading(
        # A subspec may ask for another of its own pod.
        dependencies=tuple(_joined(one for one in dependencies if one.name != own)),
        options=tuple(one for one in found if isinstance(one, Option)),
    )


def _first(rest: str) -> str:
    position, _ = ruby.arguments(rest)
    return (ruby.literal(position[0]) if position else None) or " ".join(rest.split())


def _option(name: str, value: str, signal: str, line: int) -> Option:
    return Option(ecosystem="cocoapods", name=name, value=value, signal=signal, line=line)


def _pod(text: str, statement: str, line: int) -> Dependency | Option:
    position, named = ruby.arguments(text)
    written = ruby.literal(position[0]) if position else None
    name, _, inner = (written or "").partition("/")
    if not name:
        return _option("pod", " ".join(statement.split()), "dynamic", line)
    versions = [ruby.literals(one) for one in position[1:]]
    known = [value for values in versions if values is not None for value in values]
    subspecs = [inner] if inner else ruby.literals(named.get("subspecs", "[]")) or []
    flags = {"dynamic"} if None in versions else set[str]()
    flags.update((f"extras:{','.join(sorted(subspecs))}",) if subspecs else ())
    return Dependency(
        ecosystem="cocoapods",
        name=name,
        raw_name=written or name,
        requirement=", ".join(known),
        source=_source(named),
        flags=frozenset(flags),
        line=line,
    )


def _source(named: dict[str, str]) -> Source:
    said = {key: ruby.literal(value) or value for key, value in named.items()}
    if repository := said.get("git") or said.get("hg") or said.get("svn"):
        for key, kind in _REFS:
            if key in said:
                return sources.git(repository, said[key], kind)
        return sources.git(repository)
    for key in ("path", "local"):
        if key in said:
            return Source(kind=SourceKind.PATH, locator=said[key])
    for key in ("podspec", "http"):
        if key in said:
            # A specification that lies in the repository names a place elsewhere, too.
            return Source(kind=SourceKind.URL, locator=sources.place(said[key]))
    return Source(locator=sources.place(said.get("source", "")))


def _joined(several: Iterator[Dependency]) -> Iterator[Dependency]:
    """One dependency for all subspecs of a pod that are asked for alike."""
    found: dict[tuple[object, ...], list[Dependency]] = {}
    for one in several:
        plain = frozenset(flag for flag in one.flags if not flag.startswith("extras:"))
        found.setdefault((one.name, one.requirement, one.source, plain), []).append(one)
    for alike in found.values():
        extras = {
            name
            for one in alike
            for flag in one.flags
            if flag.startswith("extras:")
            for name in flag.removeprefix("extras:").split(",")
        }
        plain = frozenset(flag for flag in alike[0].flags if not flag.startswith("extras:"))
        flags = plain | {f"extras:{','.join(sorted(extras))}"} if extras else plain
        yield replace(alike[0], flags=flags)

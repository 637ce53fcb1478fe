"""DESCRIPTION of an R package: "Writing R Extensions", section "The DESCRIPTION file", and its field ``Remotes``:
https://remotes.r-lib.org/articles/dependencies.html.

Read: packages of every field of dependencies, places that ``Remotes`` takes some from, further repositories. Not read: the version of R, the rest.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from hunkgate.gates.dependencies import lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)

_LISTS = {
    "Depends": "runtime",
    "Imports": "runtime",
    "LinkingTo": "build",
    "Suggests": "dev",
    "Enhances": "optional:enhances",
}
_FURTHER = "Additional_repositories"
_OF_R = re.compile(
    rb"^(?:\xef\xbb\xbf)?(?:Package|Depends|Imports|Suggests|Remotes)[ \t]*:", re.MULTILINE
)
_PACKAGE = re.compile(r"([A-Za-z][\w.]*)\s*(?:\(([^()]*)\))?\Z")
_REMOTE = re.compile(
    r"(?:(?P<name>[\w.]+)=)?(?:(?P<kind>\w+)::)?(?P<place>[^@#]+)(?:[@#](?P<ref>.+))?\Z"
)
_HOSTS = {"": "github.com", "github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}  # fmt: skip


def read(content: bytes, _path: str) -> Reading:
    """What the package asks for. Raises UnreadableError."""
    if not _OF_R.search(content):
        return Reading()  # a description of something else
    fields = dict(_fields(content))
    found = [one for key in _LISTS for one in _listed(fields.get(key, []), _LISTS[key], key)]
    remotes = dict(_remotes(fields.get("Remotes", [])))
    named = {one.name for one in found}
    options = (
        Option(ecosystem="cran", name=_FURTHER, value=text, signal="registry-changed", line=line)
        for line, text in fields.get(_FURTHER, [])
    )
    placed = (
        replace(one, source=remotes[one.name].source) if one.name in remotes else one
        for one in found
    )
    others = (one for name, one in remotes.items() if name not in named)
    return Reading(dependencies=(*placed, *others), options=tuple(options))


def _fields(content: bytes) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """The fields of a Debian control file, each as its comma-separated items with their lines."""
    items: list[tuple[int, str]] = []
    for line, raw in lines.numbered(content):
        if raw.startswith("#"):
            continue
        if raw[:1] not in ("", " ", "\t"):
            name, colon, raw = raw.partition(":")
            if not colon:
                raise UnreadableError("a line that is neither a field nor its continuation", line=line)  # fmt: skip
            items = []
            yield name, items
        items.extend((line, one.strip()) for one in raw.split(",") if one.strip())


def _listed(items: list[tuple[int, str]], scope: str, key: str) -> Iterator[Dependency]:
    for line, item in items:
        match = _PACKAGE.match(item)
        if match is None:
            raise UnreadableError(f"{key}: {item!r} is no package", line=line)
        if match[1] != "R":
            yield _package(match[1], match[2] or "", scope, line, Source())


def _remotes(items: list[tuple[int, str]]) -> Iterator[tuple[str, Dependency]]:
    for line, item in items:
        match = _REMOTE.match(item)
        if match is None:
            raise UnreadableError(f"Remotes: {item!r} is no place", line=line)
        kind, place, ref = match["kind"] or "", match["place"].strip(), match["ref"] or ""
        source = Source(kind=SourceKind.URL, locator=sources.address(place))
        if kind in _HOSTS:
            source = sources.git(f"https://{_HOSTS[kind]}/{'/'.join(place.split('/')[:2])}", ref)
        elif kind in ("git", "git2r", "svn"):
            source = sources.git(place, ref)
        elif kind == "local":
            source = Source(kind=SourceKind.PATH, locator=place)
        name = match["name"] or sources.address(place).rpartition("/")[2] or place
        yield name, _package(name, ref, "runtime", line, source)


def _package(name: str, requirement: str, scope: str, line: int, source: Source) -> Dependency:
    return Dependency(
        ecosystem="cran",
        name=name,
        raw_name=name,
        requirement=requirement.strip(),
        scope=scope,
        source=source,
        line=line,
    )

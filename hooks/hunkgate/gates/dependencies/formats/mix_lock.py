"""mix.lock: https://hexdocs.pm/mix/Mix.Tasks.Deps.html and, for the tuples, Hex's and Mix.SCM.Git's ``lock``.

``"name": {:hex, :package, "version", "inner hash", [managers], [dependencies], "repository", "outer hash"}`` and
``"name": {:git, "url", "revision", [options]}``, one a line. A name that stands twice is read twice: Elixir takes the last.
"""

import re

from hunkgate.gates.dependencies import lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)

_HEX = re.compile(
    r'\s*"([^"]+)":\s*\{:hex,\s*:"?([\w.-]+)"?,\s*"([^"]*)",\s*(?:"([^"]*)"|nil)(.*)\},?\Z'
)
_GIT = re.compile(r'\s*"([^"]+)":\s*\{:git,\s*"([^"]*)",\s*"([0-9a-f]*)",(.*)\},?\Z')
_TAIL = re.compile(r'\],\s*"([^"]*)"(?:,\s*"([^"]*)")?\Z')
# What Hex writes for its own repository; locks of before 2016 do not name one.
_OWN = ("", "hexpm")


def read(content: bytes, _path: str) -> Reading:
    """Every locked package."""
    found = []
    for line, raw in lines.numbered(content):
        bare = raw.strip()
        if not bare or bare in ("%{", "}", "%{}") or bare.startswith("#"):
            continue
        one = _hex(raw, line) or _git(raw, line)
        if one is None:
            raise UnreadableError("neither a hex nor a git entry", line=line)
        found.append(one)
    if not found and b"%{" not in content and not lines.blank(content):
        raise UnreadableError("no map of packages")
    return Reading(dependencies=tuple(found))


def _hex(raw: str, line: int) -> Dependency | None:
    match = _HEX.match(raw)
    if match is None:
        return None
    name, package, version, inner, rest = match.groups()
    tail = _TAIL.search(rest)
    repository, outer = tail.groups() if tail else ("", None)
    return Dependency(
        ecosystem="hex",
        name=package,
        raw_name=name,
        version=version,
        resolved=True,
        scope="lock",
        source=Source(
            kind=SourceKind.REGISTRY, locator="" if repository in _OWN else repository or ""
        ),
        hashes=frozenset(one for one in (inner, outer) if one),
        flags=frozenset(("alias",)) if name != package else frozenset(),
        line=line,
    )


def _git(raw: str, line: int) -> Dependency | None:
    match = _GIT.match(raw)
    if match is None:
        return None
    name, url, revision, _ = match.groups()
    return Dependency(
        ecosystem="hex",
        name=name,
        raw_name=name,
        version=revision,
        resolved=True,
        scope="lock",
        source=sources.git(url, revision),
        line=line,
    )

"""composer.lock: https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control; the keys are those of composer's own Locker.

A package has a ``source`` (a repository at a reference) and a ``dist`` (an archive, mostly of the same reference). The reference is what fixes the content: another one
under the same version is a moved tag, or a branch that went on.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)


def read(content: bytes, _path: str) -> Reading:
    """Every locked package."""
    document = documents.json(content)
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    if "packages" not in document:
        raise UnreadableError("no packages")
    places = lines.Forward(content)
    return Reading(
        dependencies=tuple(
            _package(one, places.line(f'"name": "{one["name"]}"'))
            for field in ("packages", "packages-dev")
            for one in _entries(document, field)
        )
    )


def _entries(document: Mapping[str, object], field: str) -> Iterator[Mapping[str, object]]:
    entries = document.get(field)
    if entries is None:
        return
    if not isinstance(entries, list):
        raise UnreadableError(f"{field} is not a list")
    for one in entries:
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            raise UnreadableError(f"{field}: a package without a name")
        if not isinstance(one.get("version"), str):
            raise UnreadableError(f"{field}: {one['name']} has no version")
        yield one


def _package(entry: Mapping[str, object], line: int) -> Dependency:
    name = str(entry["name"])
    dist = _object(entry, "dist")
    digest = dist.get("shasum")
    licences = entry.get("license")
    return Dependency(
        ecosystem="composer",
        name=name.lower(),
        raw_name=name,
        version=str(entry["version"]),
        resolved=True,
        scope="lock",
        source=_source(entry),
        hashes=frozenset((digest,)) if isinstance(digest, str) and digest else frozenset(),
        licence=" OR ".join(map(str, licences)) if isinstance(licences, list) else "",
        line=line,
    )


def _object(entry: Mapping[str, object], field: str) -> Mapping[str, object]:
    value = entry.get(field)
    return value if isinstance(value, dict) else {}


def _source(entry: Mapping[str, object]) -> Source:
    """A package of a registry has a ``notification-url`` there, and its repository and reference in the ref; one without is its repository."""
    source, dist = _object(entry, "source"), _object(entry, "dist")
    if dist.get("type") == "path":
        return Source(kind=SourceKind.PATH, locator=str(dist.get("url", "")))
    url = str(dist.get("url") or source.get("url") or "")
    reference = str(dist.get("reference") or source.get("reference") or "")
    archive = sources.archive(url.replace("://api.github.com/repos/", "://github.com/"))
    if archive.kind is SourceKind.GIT:
        # The archive's own address names the commit: it is what is installed, whatever else the entry says.
        address, reference = archive.locator, archive.ref
    else:
        home = str(source.get("url") or "")
        address = sources.address(home) or sources.host(url)
        if home and sources.host(url) != sources.host(home):
            address = f"{address} {sources.host(url)}".strip()
    registry = entry.get("notification-url")
    if isinstance(registry, str):
        return Source(
            locator=sources.host(registry),
            ref=f"{address}@{reference}",
            ref_kind=sources.ref_kind(reference),
        )
    return sources.git(f"https://{address}", reference)

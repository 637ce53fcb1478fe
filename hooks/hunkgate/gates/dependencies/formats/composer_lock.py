"""composer.lock: https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control; the keys are those of composer's own Locker.

A package has a ``source`` (a repository at a reference) and a ``dist`` (an archive, mostly of the same reference). The reference is what fixes the content: another one
under the same version is a moved tag, or a branch that went on.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, lines, locks, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.entries import Entries
from hunkgate.gates.dependencies.locks import Places, record

_Entry = Mapping[str, object]


class _Package(NamedTuple):
    """What an entry says of a package: ``registry`` is None for one that comes from no registry."""

    name: str
    written: str
    version: str
    path: bool
    home: str
    archive: str
    reference: str
    registry: str | None
    digest: str
    licence: str
    plugin: bool


def opened(content: bytes) -> Places[_Entry]:
    """Every locked package."""
    return _taken(documents.json_object(content), content, None)


def _taken(
    document: Mapping[str, object], content: bytes, before: Places[_Entry] | None
) -> Places[_Entry]:
    """A place is a name as it is written; where one is written several times, each has its number in the file before it."""
    if "packages" not in document:
        raise UnreadableError("no packages")
    # The places of entries that the version before has the same: those need not be looked into.
    known = {id(entry): place for place, entry in before.stated.items()} if before else {}
    entries: list[_Entry] = []
    written: list[str] = []
    for field in ("packages", "packages-dev"):
        several = _list(document, field)
        entries += several
        written += [known.get(id(one)) or _written(one, field) for one in several]
    if len(set(written)) < len(written):
        # A package may stand in both lists, or in one of them twice.
        written = [f"{number} {one['name']}" for number, one in enumerate(entries)]
    stated, names, _, moved = locks.named_entries(
        dict(zip(written, entries, strict=True)),
        lambda fresh: [str(entry["name"]).lower() for entry in fresh.values()],
        before,
    )

    def records(several: Sequence[tuple[str, _Entry]]) -> Iterator[Dependency]:
        found = lines.Forward(content)
        for one in dict.fromkeys(_package(entry) for _, entry in several):
            yield record(
                "composer",
                one.name,
                one.version,
                raw_name=one.written,
                source=_source(one),
                hashes=frozenset((one.digest,)) if one.digest else frozenset(),
                licence=one.licence,
                # Its code runs in every installation.
                flags=frozenset(("install-script",)) if one.plugin else frozenset(),
                line=found.line(f'"name": "{one.written}"'),
            )

    return Places(
        stated=stated,
        ecosystem="composer",
        named=names.__getitem__,
        names=names,
        moved=moved,
        records=records,
    )


ENTRIES = Entries(taken=_taken)


def _list(document: Mapping[str, object], field: str) -> list[_Entry]:
    entries = document.get(field)
    if entries is None:
        return []
    if not isinstance(entries, list):
        raise UnreadableError(f"{field} is not a list")
    return entries


def _written(entry: _Entry, field: str) -> str:
    """The name of a package as it is written. Raises UnreadableError for one without a name or a version."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise UnreadableError(f"{field}: a package without a name")
    if not isinstance(entry.get("version"), str):
        raise UnreadableError(f"{field}: {entry['name']} has no version")
    return str(entry["name"])


def _package(entry: Mapping[str, object]) -> _Package:
    name = str(entry["name"])
    source, dist = documents.table_if(entry, "source"), documents.table_if(entry, "dist")
    registry, licences = entry.get("notification-url"), entry.get("license")
    return _Package(
        name.lower(),
        name,
        str(entry["version"]),
        dist.get("type") == "path",
        str(source.get("url") or ""),
        str(dist.get("url") or ""),
        # Of an archive that is of another commit than the repository both count.
        " ".join(
            dict.fromkeys(str(one["reference"]) for one in (dist, source) if one.get("reference"))
        ),
        registry if isinstance(registry, str) else None,
        documents.text_if(dist, "shasum"),
        " OR ".join(map(str, licences)) if isinstance(licences, list) else "",
        entry.get("type") in ("composer-plugin", "composer-installer"),
    )


def _source(one: _Package) -> Source:
    """A package of a registry has a ``notification-url`` there, and its repository and reference in the ref; one without is its repository."""
    if one.path:
        return Source(kind=SourceKind.PATH, locator=one.archive)
    url, reference = one.archive or one.home, one.reference
    archive = sources.archive(url.replace("://api.github.com/repos/", "://github.com/"))
    if archive.kind is SourceKind.GIT:
        # The archive's own address names the commit: it is what is installed, whatever else the entry says.
        address, file = archive.locator, ""
        reference = " ".join(dict.fromkeys((archive.ref, *reference.split())))
        if (home := sources.place(one.home)) not in ("", address):
            # Composer takes the repository where the archive cannot be had, or is asked to prefer it.
            address = f"{address} {home}"
    else:
        address, file = sources.place(one.home) or sources.host(url), sources.address(url)
        if one.home and sources.host(url) != sources.host(one.home):
            address = f"{address} {sources.host(url)}".strip()
    kind = sources.ref_kind(reference)
    if one.registry is not None:
        # The archive's place differs from version to version: it counts where the version is the same.
        place = f"{address}@{reference} {file}".strip()
        return Source(locator=sources.host(one.registry), ref=place, ref_kind=kind)
    return Source(kind=SourceKind.GIT, locator=address, ref=reference, ref_kind=kind)

"""Podfile.lock: https://guides.cocoapods.org/using/using-cocoapods.html#what-is-podfilelock; the keys are those of Pod::Lockfile.

Read: version, checksum of the specification, repository of specifications, external source and the commit that was checked out. The subspecs of
a pod are told as its extras. A pod from a folder has no version and checksum of its own to check. Not read: what a pod asks for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, sources, yaml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record
from hunkgate.gates.dependencies.yaml_documents import Series, Table

_POD = re.compile(r"([^\s/()][^\s()/]*(?: [^\s()/]+)*)((?:/[^()]+?)?) \(([^()]+)\)\Z")
_EMPTY = frozenset(("PODFILE CHECKSUM", "COCOAPODS"))
# What the default repository of specifications was called before it was called trunk.
_DEFAULT = frozenset(("trunk", "master", "github.com/cocoapods/specs"))


class _Pod(NamedTuple):
    """What the lock says of a pod, of all its subspecs together."""

    name: str
    version: str
    source: Source
    hashes: frozenset[str]
    subspecs: tuple[str, ...]


def opened(content: bytes) -> Lock[_Pod, int]:
    """Every locked pod. Raises UnreadableError."""
    found = yaml_documents.read(content)
    document = found[0] if found else Table()
    if len(found) > 1 or not isinstance(document, Table):
        raise UnreadableError("not a Podfile.lock: expected one mapping")
    pods = document.get("PODS")
    if pods is None and document and not _EMPTY & document.keys():
        raise UnreadableError("no PODS")
    stated: dict[_Pod, int] = {}
    versions: dict[tuple[str, str], tuple[set[str], int]] = {}
    for written, line in _written(pods):
        match = _POD.match(written)
        if match is None:
            raise UnreadableError(f"{written!r} is no pod with its version", line=line)
        subspecs, _ = versions.setdefault((match[1], match[3]), (set(), line))
        subspecs.update((match[2].removeprefix("/"),) if match[2] else ())
    places = _sources(document)
    digests = documents.table_at(document, "SPEC CHECKSUMS")
    for (name, version), (subspecs, line) in versions.items():
        source = places.get(name, Source())
        local = source.kind is SourceKind.PATH
        digest = documents.text_if(digests, name)
        hashes = frozenset((digest,)) if digest and not local else frozenset[str]()
        pod = _Pod(name, "" if local else version, source, hashes, tuple(sorted(subspecs)))
        stated.setdefault(pod, line)
    return Lock(stated=stated, ecosystem="cocoapods", named=attrgetter("name"), records=_records)


def _written(pods: object) -> Iterator[tuple[str, int]]:
    """Each pod with its line: a text, or the one key of a mapping to what it asks for."""
    if pods is None:
        return
    if not isinstance(pods, Series):
        raise UnreadableError("PODS is not a list")
    for one, line in zip(pods, pods.lines, strict=True):
        several = list(one) if isinstance(one, Table) else [one]
        if len(several) != 1 or not isinstance(several[0], str):
            raise UnreadableError("a pod that is neither a text nor a mapping of one", line=line)
        yield several[0], line


def _sources(document: Mapping[str, object]) -> dict[str, Source]:
    """Where each pod comes from that does not come from the default repository of specifications."""
    found: dict[str, Source] = {}
    for place, names in documents.table_at(document, "SPEC REPOS").items():
        locator = sources.place(place)
        if locator not in _DEFAULT:
            for name in names if isinstance(names, list) else ():
                found[str(name)] = Source(locator=locator)
    checkouts = documents.table_at(document, "CHECKOUT OPTIONS")
    external = documents.table_at(document, "EXTERNAL SOURCES")
    for name in external:
        said = documents.table_at(external, name)
        found[name] = _source(said, documents.table_if(checkouts, name))
    return found


def _source(said: Mapping[str, object], checkout: Mapping[str, object]) -> Source:
    both = {**said, **checkout}
    for key in (":git", ":hg", ":svn"):
        if url := documents.text_if(both, key):
            commit = documents.text_if(both, ":commit") or documents.text_if(both, ":revision")
            tag = documents.text_if(both, ":tag")
            ref = commit or tag or documents.text_if(both, ":branch")
            return sources.git(url, ref, RefKind.TAG if tag and not commit else None)
    for key in (":path", ":local"):
        if path := documents.text_if(said, key):
            return Source(kind=SourceKind.PATH, locator=path)
    place = documents.text_if(said, ":podspec") or documents.text_if(said, ":http")
    if not place:
        raise UnreadableError(f"a source of an unknown kind: {', '.join(sorted(said))}")
    # A specification that lies in the repository names a place elsewhere, too.
    return Source(kind=SourceKind.URL, locator=sources.place(place))


def _records(several: Sequence[tuple[_Pod, int]]) -> Iterator[Dependency]:
    for one, line in several:
        yield record(
            "cocoapods",
            one.name,
            one.version,
            source=one.source,
            hashes=one.hashes,
            flags=frozenset((f"extras:{','.join(one.subspecs)}",)) if one.subspecs else frozenset(),
            line=line,
        )

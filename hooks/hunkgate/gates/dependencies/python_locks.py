"""What the locks of Python tools have in common: packages with their lines, hashes of files, one record for what is stated twice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, sources
from hunkgate.gates.dependencies.contents import UNCHECKED
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record
from hunkgate.gates.dependencies.pypi import ECOSYSTEM, normalised


def packages(
    document: Mapping[str, object], content: bytes, *, key: str = "package"
) -> Iterator[tuple[Mapping[str, object], int]]:
    """The records of a TOML lock with the lines of their headers. Raises UnreadableError where the lock has no such list at all."""
    if key not in document:
        raise UnreadableError(f"no records: there is no [[{key}]]")
    found = documents.tables_at(document, key)
    lines = documents.lines_with(content, f"[[{key}]]".encode())
    # An inline list (`package = []`) has no headers; a header inside a text of several lines is none.
    exact = lines if len(lines) == len(found) else (0,) * len(found)
    return zip(found, exact, strict=True)


class Package(NamedTuple):
    """What a lock says of a package, in one of the places where it does."""

    name: str
    raw_name: str
    version: str
    source: Source
    hashes: frozenset[str]
    ecosystem: str = ECOSYSTEM


def package(
    name: str,
    version: str,
    *,
    source: Source,
    hashes: Iterable[str] = (),
    line: int = 0,
) -> tuple[Package, int]:
    """A resolved package with its line. Raises UnreadableError where it has no name."""
    if not name:
        raise UnreadableError("a record without a name", line=line)
    return Package(normalised(name), name, version, source, frozenset(hashes)), line


def lock(
    stated: Iterable[tuple[Package, int]],
    *,
    own: Iterable[str] = (),
    options: tuple[Option, ...] = (),
) -> Lock[Package, int]:
    """The lock that states these packages."""
    first: dict[Package, int] = {}
    for one, line in stated:
        first.setdefault(one, line)
    return Lock(
        stated=first,
        ecosystem=attrgetter("ecosystem"),
        named=attrgetter("name"),
        records=records,
        own=frozenset(own),
        options=options,
    )


def records(several: Sequence[tuple[Package, int]]) -> Iterator[Dependency]:
    """One record for each name, version and source: a lock may state one once for each extra, marker or category."""
    found: dict[tuple[str, str, Source], tuple[Package, int]] = {}
    for one, line in several:
        key = (one.name, one.version, one.source)
        if key in found:
            first, line = found[key]
            one = first._replace(hashes=first.hashes | one.hashes)
        found[key] = one, line
    for one, line in found.values():
        yield record(
            one.ecosystem,
            one.name,
            one.version,
            raw_name=one.raw_name,
            source=one.source,
            hashes=one.hashes,
            line=line,
        )


def hashes_of(files: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """The hashes of records such as ``{file = "...", hash = "sha256:..."}``, the hash as text or as a table by algorithm; of a file that has
    none its name, marked as unchecked.
    """
    found: set[str] = set()
    for one in files:
        several = documents.table_at(one, "hashes") if "hashes" in one else {}
        found.update(f"{algorithm}:{value}" for algorithm, value in several.items())
        if isinstance(one.get("hash"), str):
            found.add(str(one["hash"]))
        elif not several:
            found.add(f"{UNCHECKED}{_file(one)}")
    return frozenset(found)


def _file(one: Mapping[str, object]) -> str:
    said = (documents.text_if(one, key) for key in ("file", "name", "url", "path"))
    return next(filter(None, said), "").rpartition("/")[2]


def hosts_of(files: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """The hosts that records with a ``url`` name."""
    return frozenset(host for one in files if (host := sources.host(documents.text_at(one, "url"))))


def is_root(source: Source) -> bool:
    """Whether this is the project itself: a path that leads nowhere else."""
    return source.kind is SourceKind.PATH and source.locator in {"", ".", "./"}

"""What the locks of Python tools have in common: records to Dependency, hashes of files, one record for what is stated twice."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hunkgate.gates.dependencies import documents, sources
from hunkgate.gates.dependencies.dependency import Dependency, Source, SourceKind, UnreadableError
from hunkgate.gates.dependencies.python_requirements import ECOSYSTEM, normalised


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


def locked(
    name: str,
    version: str,
    *,
    source: Source,
    hashes: Iterable[str] = (),
    line: int = 0,
) -> Dependency:
    """A resolved package of a Python lock."""
    if not name:
        raise UnreadableError("a record without a name", line=line)
    return Dependency(
        ecosystem=ECOSYSTEM,
        name=normalised(name),
        raw_name=name,
        version=version,
        resolved=True,
        scope="lock",
        source=source,
        hashes=frozenset(hashes),
        line=line,
    )


def hashes_of(files: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """The hashes of records such as ``{file = "...", hash = "sha256:..."}``, the hash as text or as a table by algorithm."""
    found: set[str] = set()
    for one in files:
        if isinstance(one.get("hash"), str):
            found.add(str(one["hash"]))
        if "hashes" in one:
            several = documents.table_at(one, "hashes")
            found.update(f"{algorithm}:{value}" for algorithm, value in several.items())
    return frozenset(found)


def hosts_of(files: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """The hosts that records with a ``url`` name."""
    return frozenset(host for one in files if (host := sources.host(documents.text_at(one, "url"))))


def joined(dependencies: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """One record for each name, version and source: a lock may state one once for each extra, marker or category."""
    found: dict[tuple[str, str, Source], Dependency] = {}
    for one in dependencies:
        key = (one.name, one.version, one.source)
        seen = found.get(key)
        found[key] = replace(seen, hashes=seen.hashes | one.hashes) if seen else one
    return tuple(found.values())


def is_root(source: Source) -> bool:
    """Whether this is the project itself: a path that leads nowhere else."""
    return source.kind is SourceKind.PATH and source.locator in {"", ".", "./"}

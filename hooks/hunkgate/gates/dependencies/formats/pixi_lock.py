"""pixi.lock: pixi documentation, "Lock file" and rattler's ``rattler_lock`` (versions 4 to 7).

Read: conda and pypi packages with version, address and hashes, the channels and indexes of all environments. A package built for
several platforms is one record with the hashes of all builds.
"""

import re
from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import (
    conda_specs,
    documents,
    python_locks,
    sources,
    yaml_documents,
)
from hunkgate.gates.dependencies.dependency import (
    Option,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock
from hunkgate.gates.dependencies.pypi import source_of
from hunkgate.gates.dependencies.python_locks import Package
from hunkgate.gates.dependencies.python_requirements import name_in_file
from hunkgate.gates.dependencies.yaml_documents import Series, Table

_KNOWN = ("4", "5", "6", "7")
# Version 7: `conda_source: name[hash of the variant] @ folder or repository`.
_BUILT = re.compile(r"(?P<name>[^\[\s]+)(?:\[\w*\])? @ (?P<place>\S.*)")


def opened(content: bytes) -> Lock[Package, int]:
    """What the lock states. Raises UnreadableError, for an unknown version too."""
    found = yaml_documents.read(content)
    document = found[0] if found else None
    if len(found) != 1 or not isinstance(document, Table):
        raise UnreadableError("not a pixi lock: expected one mapping")
    if document.get("version") not in _KNOWN:
        raise UnreadableError(
            f"unknown version of pixi.lock: {document.get('version')!r}, known: {', '.join(_KNOWN)}"
        )
    packages = document.get("packages")
    if not isinstance(packages, Series):
        raise UnreadableError("no records: there is no list of packages")
    records = (_record(one, line) for one, line in zip(packages, packages.lines, strict=True))
    return python_locks.lock(
        (one for one in records if one is not None),
        options=tuple(_options(documents.table_at(document, "environments"), content)),
    )


def _record(package: object, line: int) -> tuple[Package, int] | None:
    if not isinstance(package, Table):
        raise UnreadableError("a package that is not a mapping", line=line)
    hashes = frozenset(f"{key}:{package[key]}" for key in ("sha256", "md5") if package.get(key))
    if "conda_source" in package:
        return _built(package, hashes, line)
    # Versions 4 and 5 write `kind: conda` and `url: ...`, later ones `conda: ...`.
    kind = documents.text_at(package, "kind") or ("conda" if "conda" in package else "pypi")
    address = (
        documents.text_at(package, kind)
        or documents.text_at(package, "url")
        or documents.text_at(package, "path")
    )
    if kind == "conda":
        return _conda(package, address, hashes, line)
    source = _source(address)
    if python_locks.is_root(source):
        return None
    if source.kind is SourceKind.URL and name_in_file(address):
        source = Source(hosts=frozenset({sources.host(address)}))
    return python_locks.package(
        documents.text_at(package, "name") or name_in_file(address) or address,
        documents.text_at(package, "version"),
        source=source,
        hashes=hashes,
        line=line,
    )


def _conda(
    package: Table, address: str, hashes: frozenset[str], line: int
) -> tuple[Package, int] | None:
    name, version = conda_specs.file_parts(address)
    source = _source(address)
    # A package that pixi builds from a folder of the workspace is the project itself where the folder is the root.
    if python_locks.is_root(source):
        return None
    if source.kind is SourceKind.URL:
        # https://host/channel/platform/file: the platform is part of neither the channel nor the package.
        source = Source(locator=address.rpartition("/")[0].rpartition("/")[0])
    return _of_conda(
        documents.text_at(package, "name") or name or address,
        documents.text_at(package, "version") or version,
        source,
        hashes,
        line,
    )


def _built(package: Table, hashes: frozenset[str], line: int) -> tuple[Package, int] | None:
    """A package that pixi builds: its recipe may lie here while the sources of it come from elsewhere."""
    written = documents.text_at(package, "conda_source")
    found = _BUILT.fullmatch(written)
    if found is None:
        raise UnreadableError(f"not a built package: {written!r}", line=line)
    source = _source(found["place"])
    given = documents.table_at(package, "source")
    if repository := documents.text_at(given, "git"):
        source = sources.git(repository, documents.text_at(given, "rev"))
    elif address := documents.text_at(given, "url"):
        source = sources.archive(address)
        hashes |= {f"{key}:{given[key]}" for key in ("sha256", "md5") if given.get(key)}
    if python_locks.is_root(source):
        return None
    return _of_conda(found["name"], documents.text_at(package, "version"), source, hashes, line)


def _of_conda(
    name: str, version: str, source: Source, hashes: frozenset[str], line: int
) -> tuple[Package, int]:
    found, line = python_locks.package(name, version, source=source, hashes=hashes, line=line)
    name = conda_specs.normalised(found.raw_name)
    return found._replace(ecosystem=conda_specs.ECOSYSTEM, name=name), line


def _source(address: str) -> Source:
    """Where an address of the lock leads: ``git+https://host/repository?branch=declared#resolved``, a file or a folder."""
    if address.startswith("git+"):
        place, _, commit = address.partition("#")
        return sources.git(place.partition("?")[0], commit, RefKind.SHA if commit else None)
    return source_of(address)


def _options(environments: Mapping[str, object], content: bytes) -> Iterator[Option]:
    """Each channel and index once, whichever environments use it: one more environment with the same ones brings nothing new.

    Their order means nothing any more: a package that comes from another channel than before is told by its own address.
    """
    tables = [documents.table_at(environments, name) for name in environments]
    channels = [one for table in tables for one in documents.tables_at(table, "channels")]
    for address in sorted({documents.text_at(one, "url") for one in channels}):
        yield conda_specs.channel_option(address, content)
    places = [one for table in tables for one in documents.texts_at(table, "indexes")]
    for table in tables:
        for one in documents.tables_at(table, "find-links"):
            places.extend(str(value) for value in one.values())
    for address in sorted(set(places)):
        yield Option(
            ecosystem="pypi",
            name="indexes",
            value=address,
            signal="index-changed",
            line=documents.line_of(content, address),
        )

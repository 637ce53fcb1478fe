"""Cargo.lock of the versions 1 to 4: https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html; the grammar is that of
cargo's own reader (src/cargo/core/resolver/encode.rs).

Packages without a source are the workspace's own. Version 1 keeps the hashes in ``[metadata]``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record

# The default registry is a repository of the language's own organisation.
_DEFAULT = re.compile(r"registry\+https://github\.com/rust-lang/crates\.[a-z]+-index\Z")


class _Crate(NamedTuple):
    """What the lock says of a crate that comes from elsewhere; ``digest`` is ``<none>`` where it has none."""

    name: str
    version: str
    source: str
    digest: str


def opened(content: bytes) -> Lock[_Crate, int]:
    """Every locked crate with its hash."""
    document = documents.toml(content)
    version = document.get("version", 1)
    if type(version) is not int or not 1 <= version <= 4:
        raise UnreadableError(f"version {version!r} is not known")
    packages = document.get("package", [])
    if not isinstance(packages, list):
        raise UnreadableError("package is not a list of tables")
    if not packages and "root" not in document and content.strip() and "version" not in document:
        raise UnreadableError("no package")
    metadata = document.get("metadata", {})
    hashes = metadata if isinstance(metadata, dict) else {}
    headers = documents.lines_with(content, b"[[package]]")
    lines = headers if len(headers) == len(packages) else (0,) * len(packages)
    stated: dict[_Crate, int] = {}
    for entry, line in zip(packages, lines, strict=True):
        if (one := _crate(entry, hashes, line)) is not None:
            stated.setdefault(one, line)
    return Lock(stated=stated, ecosystem="cargo", named=attrgetter("name"), records=_records)


def _crate(entry: object, hashes: Mapping[str, object], line: int) -> _Crate | None:
    """A package that comes from elsewhere, None for the workspace's own. Raises UnreadableError where it is none."""
    if not isinstance(entry, dict):
        raise UnreadableError("a package without a name or a version", line=line)
    name, version, source = (entry.get(field) for field in ("name", "version", "source"))
    if not isinstance(name, str) or not isinstance(version, str):
        raise UnreadableError("a package without a name or a version", line=line)
    if not isinstance(source, str):
        return None
    # https://doc.rust-lang.org/cargo/reference/resolver.html: before version 2 `"checksum NAME VERSION (SOURCE)" = "HASH"`.
    digest = entry.get("checksum") or hashes.get(f"checksum {name} {version} ({source})")
    return _Crate(name, version, source, digest if isinstance(digest, str) else "<none>")


def _records(several: Sequence[tuple[_Crate, int]]) -> Iterator[Dependency]:
    for one, line in several:
        yield record(
            "cargo",
            one.name,
            one.version,
            source=_source(one.source),
            hashes=frozenset((one.digest,)) if one.digest != "<none>" else frozenset(),
            line=line,
        )


def _source(text: str) -> Source:
    if _DEFAULT.match(text):
        return Source()
    kind, _, address = text.partition("+")
    if kind == "git":
        url, _, commit = address.partition("#")
        return sources.git(url.partition("?")[0], commit, RefKind.SHA if commit else None)
    if kind in ("registry", "sparse"):
        return Source(kind=SourceKind.REGISTRY, locator=sources.place(address))
    return Source(kind=SourceKind.PATH if kind == "path" else SourceKind.URL, locator=address)

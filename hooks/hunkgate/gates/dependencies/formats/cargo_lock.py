"""Cargo.lock of the versions 1 to 4: https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html; the grammar is that of
cargo's own reader (src/cargo/core/resolver/encode.rs).

Packages without a source are the workspace's own. Version 1 keeps the hashes in ``[metadata]``.
"""

import re
from collections.abc import Mapping

from hunkgate.gates.dependencies import documents, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

# The default registry is a repository of the language's own organisation.
_DEFAULT = re.compile(r"registry\+https://github\.com/rust-lang/crates\.[a-z]+-index\Z")


def read(content: bytes, _path: str) -> Reading:
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
    return Reading(
        dependencies=tuple(
            _crate(entry, hashes, line)
            for entry, line in zip(packages, lines, strict=True)
            if _foreign(entry, line)
        )
    )


def _foreign(entry: object, line: int) -> bool:
    """Whether a package comes from elsewhere. Raises UnreadableError where it is none."""
    if not isinstance(entry, dict) or not all(
        isinstance(entry.get(field), str) for field in ("name", "version")
    ):
        raise UnreadableError("a package without a name or a version", line=line)
    return isinstance(entry.get("source"), str)


def _crate(entry: Mapping[str, object], hashes: Mapping[str, object], line: int) -> Dependency:
    name, version, source = (str(entry[field]) for field in ("name", "version", "source"))
    # https://doc.rust-lang.org/cargo/reference/resolver.html: before version 2 `"checksum NAME VERSION (SOURCE)" = "HASH"`.
    digest = entry.get("checksum") or hashes.get(f"checksum {name} {version} ({source})")
    return Dependency(
        ecosystem="cargo",
        name=name,
        raw_name=name,
        version=version,
        resolved=True,
        scope="lock",
        source=_source(source),
        hashes=(
            frozenset((digest,)) if isinstance(digest, str) and digest != "<none>" else frozenset()
        ),
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
        return Source(kind=SourceKind.REGISTRY, locator=sources.address(address))
    return Source(kind=SourceKind.PATH if kind == "path" else SourceKind.URL, locator=address)

"""deno.lock of the versions 1 to 5: https://docs.deno.com/runtime/fundamentals/modules/#integrity-checking-and-lock-files; the grammar is
that of deno_lockfile (https://github.com/denoland/deno_lockfile).

Version 1 is a map of addresses to hashes; 2 adds ``npm.packages``; 3 has ``packages.npm`` and ``packages.jsr``; 4 and 5 have ``npm`` and ``jsr``.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, npm, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)


def read(content: bytes, _path: str) -> Reading:
    """Every locked module and package with its hash."""
    document = documents.json(content)
    if not isinstance(document, dict):
        raise UnreadableError("not an object")
    version = document.get("version", "1")
    if version not in ("1", "2", "3", "4", "5"):
        raise UnreadableError(f"version {version!r} is not known")
    remote = document if version == "1" else _object(document, "remote")
    home = _object(document, "packages") if version == "3" else document
    packages = _object(home, "npm") if version != "1" else {}
    if version == "2":
        packages = _object(packages, "packages")
    found: dict[tuple[str, str, str], Dependency] = {}
    for one in (
        *_packages("npm", packages),
        *_packages("jsr", _object(home, "jsr") if version != "1" else {}),
        *_remote(remote),
    ):
        found.setdefault((one.ecosystem, one.name, one.version), one)
    return Reading(dependencies=tuple(found.values()))


def _object(document: Mapping[str, object], field: str) -> Mapping[str, object]:
    value = document.get(field, {})
    if not isinstance(value, dict):
        raise UnreadableError(f"{field} is not an object")
    return value


def _packages(ecosystem: str, table: Mapping[str, object]) -> Iterator[Dependency]:
    """``name@1.0.0`` or, with its peers, ``name@1.0.0_peer@2.0.0``."""
    for key, entry in table.items():
        if not isinstance(entry, dict):
            raise UnreadableError(f"{key!r} is not an object")
        cut = key.find("@", 1)
        if cut < 0:
            raise UnreadableError(f"{key!r} has no version")
        name, version = key[:cut], key[cut + 1 :].partition("_")[0]
        integrity, tarball = entry.get("integrity"), entry.get("tarball")
        yield Dependency(
            ecosystem=ecosystem,
            name=name,
            raw_name=name,
            version=version,
            resolved=True,
            scope="lock",
            source=npm.tarball(tarball, name) if isinstance(tarball, str) else Source(),
            hashes=frozenset((integrity,)) if isinstance(integrity, str) else frozenset(),
            flags=frozenset(("install-script",)) if entry.get("scripts") is True else frozenset(),
        )


def _remote(table: Mapping[str, object]) -> Iterator[Dependency]:
    for address, digest in table.items():
        if not isinstance(digest, str):
            raise UnreadableError(f"{address!r} has no hash")
        bare = sources.address(address)
        yield Dependency(
            ecosystem="deno",
            name=bare,
            raw_name=address,
            resolved=True,
            scope="lock",
            source=Source(kind=SourceKind.URL, locator=bare),
            hashes=frozenset((digest,)),
        )

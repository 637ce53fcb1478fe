"""deno.lock of the versions 1 to 5: https://docs.deno.com/runtime/fundamentals/modules/#integrity-checking-and-lock-files; the grammar is
that of deno_lockfile (https://github.com/denoland/deno_lockfile).

Version 1 is a map of addresses to hashes; 2 adds ``npm.packages``; 3 has ``packages.npm`` and ``packages.jsr``; 4 and 5 have ``npm`` and ``jsr``.
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, npm, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record

_REMOTE = "deno"


class _Module(NamedTuple):
    """What the lock says of a package, or of a module by its address (``ecosystem`` deno)."""

    ecosystem: str
    name: str
    written: str
    version: str
    tarball: str
    digest: str
    scripts: bool


def opened(content: bytes) -> Lock[_Module, None]:
    """Every locked module and package with its hash."""
    document = documents.json_object(content)
    version = document.get("version", "1")
    if version not in ("1", "2", "3", "4", "5"):
        raise UnreadableError(f"version {version!r} is not known")
    remote = document if version == "1" else _object(document, "remote")
    home = _object(document, "packages") if version == "3" else document
    packages = _object(home, "npm") if version != "1" else {}
    if version == "2":
        packages = _object(packages, "packages")
    several = (
        *_packages("npm", packages),
        *_packages("jsr", _object(home, "jsr") if version != "1" else {}),
        *_remote(remote),
    )
    return Lock(
        stated=dict.fromkeys(several),
        ecosystem=attrgetter("ecosystem"),
        named=attrgetter("name"),
        records=_records,
    )


def _object(document: Mapping[str, object], field: str) -> Mapping[str, object]:
    value = document.get(field, {})
    if not isinstance(value, dict):
        raise UnreadableError(f"{field} is not an object")
    return value


def _packages(ecosystem: str, table: Mapping[str, object]) -> Iterator[_Module]:
    """``name@1.0.0`` or, with its peers, ``name@1.0.0_peer@2.0.0``."""
    for key, entry in table.items():
        if not isinstance(entry, dict):
            raise UnreadableError(f"{key!r} is not an object")
        cut = key.find("@", 1)
        if cut < 0:
            raise UnreadableError(f"{key!r} has no version")
        name, version = key[:cut], key[cut + 1 :].partition("_")[0]
        tarball, digest = (documents.text_if(entry, field) for field in ("tarball", "integrity"))
        yield _Module(ecosystem, name, name, version, tarball, digest, entry.get("scripts") is True)


def _remote(table: Mapping[str, object]) -> Iterator[_Module]:
    for address, digest in table.items():
        if not isinstance(digest, str):
            raise UnreadableError(f"{address!r} has no hash")
        yield _Module(_REMOTE, sources.address(address), address, "", "", digest, False)


def _records(several: Sequence[tuple[_Module, None]]) -> Iterator[Dependency]:
    for one, _ in several:
        source = npm.tarball(one.tarball, one.name)
        if one.ecosystem == _REMOTE:
            source = Source(kind=SourceKind.URL, locator=sources.place(one.written))
        yield record(
            one.ecosystem,
            one.name,
            one.version,
            raw_name=one.written,
            source=source,
            hashes=frozenset((one.digest,)) if one.digest else frozenset(),
            flags=frozenset(("install-script",)) if one.scripts else frozenset(),
        )

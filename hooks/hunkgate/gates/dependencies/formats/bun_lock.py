"""bun.lock: https://bun.sh/docs/install/lockfile; the grammar is bun's own writer (src/install/lockfile/bun.lock.zig).

JSON with commas before closing brackets. ``packages`` maps a place to ``["name@version", registry, {…}, integrity]``; packages from elsewhere have
``name@git+…#commit``, ``name@github:…``, an address or a path in place of the version. Workspaces are the project itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, lines, locks, npm, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.entries import Entries
from hunkgate.gates.dependencies.locks import Places, record

_OWN = ("workspace:", "root:", "link:")


_Entry = Sequence[object]


class _Package(NamedTuple):
    """What makes two places one record: ``where`` is a version or an address, ``address`` a registry's."""

    name: str
    written: str
    where: str
    address: str
    digest: str


def opened(content: bytes) -> Places[_Entry]:
    """Every locked package, each name, version, source and content once."""
    return _taken(documents.jsonc_object(content), content, None)


def _taken(
    document: Mapping[str, object], content: bytes, before: Places[_Entry] | None
) -> Places[_Entry]:
    """A place is the folder that a package stands under."""
    version = document.get("lockfileVersion")
    if type(version) is not int or version not in (0, 1, 2):
        raise UnreadableError(f"lockfileVersion {version!r} is not known")
    packages = document.get("packages", {})
    if not isinstance(packages, dict):
        raise UnreadableError("packages is not an object")

    def named(entries: Mapping[str, _Entry]) -> Iterator[str | None]:
        """The names of packages; None for a workspace, which is the project itself."""
        for place, entry in entries.items():
            if not isinstance(entry, list) or not entry or not isinstance(entry[0], str):
                line = lines.Forward(content).line(f'"{place}": ')
                raise UnreadableError(f"{place} is not a package", line=line)
            text = entry[0]
            cut = text.find("@", 1)
            if cut < 0:
                yield text
            else:
                yield None if text.startswith(_OWN, cut + 1) else text[:cut]

    stated, names, others, moved = locks.named_entries(packages, named, before)
    own = (_identity(packages[place][0])[0] for place in others)

    def records(several: Sequence[tuple[str, _Entry]]) -> Iterator[Dependency]:
        first: dict[_Package, str] = {}
        for place, entry in several:
            first.setdefault(_package(place, entry), place)
        found = lines.Forward(content)
        return (_dependency(one, found.line(f'"{place}": [')) for one, place in first.items())

    return Places(
        stated=stated,
        ecosystem="npm",
        named=names.__getitem__,
        names=names,
        moved=moved,
        records=records,
        options=tuple(_trusted(document)),
        own=frozenset(own),
    )


ENTRIES = Entries(taken=_taken, plain=documents.without_last_commas)


def _identity(text: str) -> tuple[str, str]:
    """The name of a package, and its version or where it comes from."""
    cut = text.find("@", 1)
    return (text[:cut], text[cut + 1 :]) if cut > 0 else (text, "")


def _package(place: str, entry: _Entry) -> _Package:
    name, where = _identity(str(entry[0]))
    # The place is the folder: `a`, or `b/a` where b has its own a.
    folder = name
    if place != name and not place.endswith(f"/{name}"):
        parts = place.split("/")
        scoped = len(parts) > 1 and parts[-2].startswith("@")
        folder = "/".join(parts[-2:]) if scoped else parts[-1]
    address = entry[1] if len(entry) > 1 and isinstance(entry[1], str) else ""
    last = entry[-1]
    digest = last if len(entry) > 2 and isinstance(last, str) and last.startswith("sha") else ""
    return _Package(name, folder, where, address, digest)


def _dependency(one: _Package, line: int) -> Dependency:
    version, source = _resolved(one)
    hidden = one.written != one.name or source.kind is SourceKind.ALIAS
    return record(
        "npm",
        one.name,
        version,
        raw_name=one.written,
        source=source,
        hashes=frozenset(one.digest.split()),
        flags=frozenset(("alias",)) if hidden else frozenset(),
        line=line,
    )


def _resolved(one: _Package) -> tuple[str, Source]:
    """The version that a package is locked to, and where it comes from."""
    where = one.where
    if sources.is_git(where) or sources.is_forge(where) or "://" in where:
        source = npm.tarball(where, one.name)
        if source.kind is SourceKind.GIT:
            # bun writes the commit, abbreviated for a forge's repository.
            source = replace(source, ref_kind=RefKind.SHA)
        return source.ref or where, source
    if where.startswith(("file:", "./", "../")):
        return "", Source(kind=SourceKind.PATH, locator=where.removeprefix("file:"))
    if "/-/" in one.address or one.address.endswith(".tgz"):
        return where, npm.tarball(one.address, one.name)
    if one.address:
        return where, Source(locator=npm.registry(sources.place(one.address)))
    return where, Source()


def _trusted(document: Mapping[str, object]) -> Iterator[Option]:
    names = document.get("trustedDependencies")
    for name in names if isinstance(names, list) else ():
        yield Option(
            ecosystem="npm",
            name=f"trustedDependencies {name}",
            value="true",
            signal="install-script",
        )

"""Conda's match specifications, and the tables that pixi writes them in (pixi.toml, and ``[tool.pixi]`` of pyproject.toml).

Sources: conda documentation, "Package match specifications"; pixi documentation, "Pixi manifest".
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hunkgate.gates.dependencies import documents, pypi, python_requirements
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Source,
    SourceKind,
    UnreadableError,
)

ECOSYSTEM = "conda"

_SPEC = re.compile(
    r"(?P<name>(?:[\w.-]|[^\x00-\x7f])+)\s*(?P<rest>[\s=<>!~(\[*\d^|].*|)", re.DOTALL
)
_FILE = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-[^-]+\.(?:conda|tar\.bz2)")


def normalised(name: str) -> str:
    """Conda's rule: lower case. A name outside ASCII is kept as it is written, since folding may hide a look-alike."""
    return name.lower() if name.isascii() else name


def spec(written: str, *, scope: str = "runtime", line: int = 0) -> Dependency:
    """One match specification, ``channel::name version build`` or ``name[key=value]`` or a package's address.

    The requirement is what follows the name, as written. Raises UnreadableError where no name can be made out.
    """
    body = re.split(r"(?:^|\s)#", written, maxsplit=1)[0].strip()
    channel, separator, rest = body.rpartition("::")
    if not separator and "://" in body:
        name, version = file_parts(body)
        return Dependency(
            ecosystem=ECOSYSTEM,
            name=normalised(name) or body,
            raw_name=name or body,
            requirement=version or body,
            scope=scope,
            source=Source(kind=SourceKind.URL, locator=body),
            line=line,
        )
    # channel:namespace:name is allowed, the namespace has no use
    found = _SPEC.fullmatch((rest if separator else body).rpartition(":")[2].strip())
    if found is None:
        raise UnreadableError(f"not a conda match specification: {written.strip()!r}", line=line)
    return Dependency(
        ecosystem=ECOSYSTEM,
        name=normalised(found["name"]),
        raw_name=found["name"],
        requirement=" ".join(found["rest"].split()),
        scope=scope,
        source=Source(locator=channel.rstrip(":")),
        line=line,
    )


def file_parts(address: str) -> tuple[str, str]:
    """The name and the version in the name of a conda package's file; two empty texts where it shows none."""
    found = _FILE.fullmatch(posixpath.basename(address.partition("#")[0].partition("?")[0]))
    return (found["name"], found["version"]) if found else ("", "")


def pixi_requirements(pixi: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    """The dependencies of every table of a pixi manifest: the default feature, features, targets, the package to be built."""
    for where, table in _features(pixi):
        for key, scope in _TABLES.items():
            named = documents.table_at(table, key)
            start = documents.line_of(content, f"{where}{key}]") or 1
            for name, value in named.items():
                line = documents.line_of(content, name, start=start)
                if key == "pypi-dependencies":
                    yield from _pypi(name, value, scope, line)
                else:
                    yield _entry(name, value, scope, line)


def pixi_options(pixi: Mapping[str, object], content: bytes, *, prefix: str) -> Iterator[Option]:
    """Channels in their order, the package indexes of the pypi side, and the build backend of the package."""
    for place in ("workspace", "project"):
        yield from _channels(documents.table_at(pixi, place), f"{prefix}{place}.channels", content)
        indexes = documents.table_at(pixi, place, "pypi-options")
        yield from _indexes(indexes, f"{prefix}{place}.pypi-options", content)
    yield from _indexes(documents.table_at(pixi, "pypi-options"), f"{prefix}pypi-options", content)
    for name in documents.table_at(pixi, "feature"):
        feature = documents.table_at(pixi, "feature", name)
        where = f"{prefix}feature.{name}"
        yield from _channels(feature, f"{where}.channels", content)
        yield from _indexes(
            documents.table_at(feature, "pypi-options"), f"{where}.pypi-options", content
        )
    backend = documents.table_at(pixi, "package", "build", "backend")
    if backend:
        name = documents.text_at(backend, "name")
        yield Option(
            ecosystem=ECOSYSTEM,
            name=f"{prefix}package.build.backend",
            value=f"{name} {documents.text_at(backend, 'version')}".strip(),
            signal="build-backend-changed",
            line=documents.line_of(content, name),
        )
        yield from _channels(
            documents.table_at(pixi, "package", "build"), f"{prefix}package.build.channels", content
        )


_TABLES: Mapping[str, str] = {
    "dependencies": "runtime",
    "run-dependencies": "runtime",
    "host-dependencies": "build",
    "build-dependencies": "build",
    "constraints": "runtime",
    "pypi-dependencies": "runtime",
}


def _features(pixi: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every table that may hold dependencies, with the beginning of its header's last part."""
    tops = [("", pixi), ("package.", documents.table_at(pixi, "package"))]
    tops.extend(
        (f"feature.{name}.", documents.table_at(pixi, "feature", name))
        for name in documents.table_at(pixi, "feature")
    )
    for where, table in tops:
        yield where, table
        for target in documents.table_at(table, "target"):
            yield f"{where}target.{target}.", documents.table_at(table, "target", target)


def _entry(name: str, value: object, scope: str, line: int) -> Dependency:
    table = {"version": value} if isinstance(value, str) else value
    if not isinstance(table, Mapping):
        raise UnreadableError(f"{name}: expected a version or a table", line=line)
    source = pypi.table_source(table, {})
    if channel := documents.text_at(table, "channel"):
        source = Source(locator=channel)
    build = documents.text_at(table, "build")
    return Dependency(
        ecosystem=ECOSYSTEM,
        name=normalised(name),
        raw_name=name,
        requirement=f"{documents.text_at(table, 'version')} {build}".strip(),
        scope=scope,
        source=source,
        line=line,
    )


def _pypi(name: str, value: object, scope: str, line: int) -> Iterator[Dependency]:
    for one in python_requirements.entry(name, value, scope=scope, line=line):
        # `name = { path = ".", editable = true }` is how a pixi project installs itself
        if one.source.kind is SourceKind.PATH and one.source.locator in {".", "./"}:
            continue
        yield replace(one, requirement="" if one.requirement == "*" else one.requirement)


def _channels(table: Mapping[str, object], name: str, content: bytes) -> Iterator[Option]:
    given = table.get("channels", [])
    for one in given if isinstance(given, list) else [given]:
        channel = documents.text_at(one, "channel") if isinstance(one, Mapping) else str(one)
        yield channel_option(channel, content, name=name)


def channel_option(
    channel: str, content: bytes, *, name: str = "channels", line: int = 0
) -> Option:
    """A channel, the earlier of which win."""
    return Option(
        ecosystem=ECOSYSTEM,
        name=name,
        value=channel,
        signal="channel-changed",
        line=line or documents.line_of(content, channel),
    )


def _indexes(table: Mapping[str, object], name: str, content: bytes) -> Iterator[Option]:
    for key in (
        "index-url",
        "extra-index-urls",
        "find-links",
        "index-strategy",
        "no-build-isolation",
    ):
        given = table.get(key, [])
        for one in given if isinstance(given, list) else [given]:
            text = (
                " ".join(str(value) for value in one.values())
                if isinstance(one, Mapping)
                else str(one)
            )
            yield Option(
                ecosystem=pypi.ECOSYSTEM,
                name=f"{name}.{key}",
                value=text,
                signal="index-changed",
                line=documents.line_of(content, key),
            )

"""vcpkg.json: https://learn.microsoft.com/vcpkg/reference/vcpkg-json, and vcpkg-configuration.json, which may stand in it, too:
https://learn.microsoft.com/vcpkg/reference/vcpkg-configuration-json.

Read: dependencies of the project and of its features, overrides, the baseline that fixes the versions of all others, registries with theirs, folders of ports.
Not read: platforms, licences, triplets.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError


def read(content: bytes, path: str) -> Reading:
    """What the manifest asks for, or where a configuration takes it from. Raises UnreadableError."""
    document = documents.jsonc_object(content)
    if path.lower().endswith("configuration.json"):
        return Reading(options=tuple(_configuration(document, content)))
    found = [*_listed(document, content, "runtime")]
    features = documents.table_if(document, "features")
    for name in features:
        found.extend(_listed(documents.table_at(features, name), content, f"optional:{name}"))
    for one in documents.tables_at(document, "overrides"):
        version = next((one[key] for key in _VERSIONS if one.get(key)), "")
        port = f"#{one['port-version']}" if one.get("port-version") else ""
        found.append(_dependency(one, f"{version}{port}", content, flags=frozenset(("override",))))
    baseline = documents.text_if(document, "builtin-baseline")
    options = [_option("builtin-baseline", baseline, baseline, content)] if baseline else []
    for key in ("vcpkg-configuration", "configuration"):
        options.extend(_configuration(documents.table_if(document, key), content))
    return Reading(dependencies=tuple(found), options=tuple(options))


def _configuration(table: Mapping[str, object], content: bytes) -> Iterator[Option]:
    """Which registry has which packages, and at what state; a folder of ports replaces what a registry has."""
    default = documents.table_at(table, "default-registry")
    if "default-registry" in table:
        yield _registry("default-registry", default, content)
    for one in documents.tables_at(table, "registries"):
        place = next((text for key in _PLACES if (text := documents.text_if(one, key))), "")
        yield _registry(f"registry {place}", one, content)
    for folder in documents.texts_at(table, "overlay-ports"):
        yield _option("overlay-ports", folder, folder, content)


def _registry(name: str, said: Mapping[str, object], content: bytes) -> Option:
    packages = ",".join(sorted(documents.texts_at(said, "packages")))
    words = (documents.text_if(said, key) for key in ("kind", *_PLACES, "reference", "baseline"))
    value = " ".join(filter(None, (*words, packages)))
    place = documents.text_if(said, "baseline") or documents.text_if(said, "kind")
    return _option(name, value or "none", place, content)


def _option(name: str, value: str, place: str, content: bytes) -> Option:
    line = documents.line_of_string(content, place)
    return Option(ecosystem="vcpkg", name=name, value=value, signal="index-changed", line=line)


_PLACES = ("repository", "location", "path")
_VERSIONS = ("version", "version-semver", "version-date", "version-string")


def _listed(table: Mapping[str, object], content: bytes, scope: str) -> Iterator[Dependency]:
    listed = table.get("dependencies", [])
    if not isinstance(listed, list):
        raise UnreadableError("dependencies is not a list")
    for one in listed:
        entry = {"name": one} if isinstance(one, str) else one
        if not isinstance(entry, dict):
            raise UnreadableError("a dependency that is neither a name nor an object")
        version = documents.text_if(entry, "version>=")
        yield _dependency(entry, f">={version}" if version else "", content, scope=scope)


def _dependency(
    entry: Mapping[str, object],
    requirement: str,
    content: bytes,
    *,
    scope: str = "runtime",
    flags: frozenset[str] = frozenset(),
) -> Dependency:
    name = documents.text_if(entry, "name")
    if not name:
        raise UnreadableError("a dependency without a name")
    return Dependency(
        ecosystem="vcpkg",
        name=name,
        raw_name=name,
        requirement=requirement,
        scope="build" if entry.get("host") is True else scope,
        flags=flags,
        line=documents.line_of(content, f'"{name}"'),
    )

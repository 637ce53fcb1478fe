"""vcpkg.json: https://learn.microsoft.com/vcpkg/reference/vcpkg-json.

Read: dependencies of the project and of its features, overrides, the baseline that fixes the versions of all others. Not read: platforms, licences.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError


def read(content: bytes, _path: str) -> Reading:
    """What the manifest asks for. Raises UnreadableError."""
    document = documents.jsonc_object(content)
    found = [*_listed(document, content, "runtime")]
    features = documents.table_if(document, "features")
    for name in features:
        found.extend(_listed(documents.table_at(features, name), content, f"optional:{name}"))
    for one in documents.tables_at(document, "overrides"):
        version = next((one[key] for key in _VERSIONS if one.get(key)), "")
        port = f"#{one['port-version']}" if one.get("port-version") else ""
        found.append(_dependency(one, f"{version}{port}", content, flags=frozenset(("override",))))
    baseline = documents.text_if(document, "builtin-baseline")
    options = (
        (
            Option(
                ecosystem="vcpkg",
                name="builtin-baseline",
                value=baseline,
                signal="index-changed",
                line=documents.line_of(content, baseline),
            ),
        )
        if baseline
        else ()
    )
    return Reading(dependencies=tuple(found), options=options)


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

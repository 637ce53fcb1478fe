"""``*.versions.toml``: https://docs.gradle.org/current/userguide/version_catalogs.html.

Libraries are ``group:name``, plugins have their id for a name. A version that a key of ``[versions]`` holds is read through the key.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents
from hunkgate.gates.dependencies.dependency import Dependency, Reading, UnreadableError

_TABLES = frozenset(("versions", "libraries", "plugins", "bundles", "metadata"))
_RICH = ("strictly", "require", "prefer", "reject", "rejectAll")


def read(content: bytes, _path: str) -> Reading:
    """The libraries and plugins of a catalog."""
    document = documents.toml(content)
    if content.strip() and document and not _TABLES & document.keys():
        raise UnreadableError("no table of a version catalog")
    versions = _table(document, "versions")
    return Reading(
        dependencies=(
            *_entries(_table(document, "libraries"), versions, "runtime", content),
            *_entries(_table(document, "plugins"), versions, "build", content),
        )
    )


def _table(document: Mapping[str, object], field: str) -> Mapping[str, object]:
    value = document.get(field, {})
    if not isinstance(value, dict):
        raise UnreadableError(f"{field} is not a table")
    return value


def _entries(
    table: Mapping[str, object], versions: Mapping[str, object], scope: str, content: bytes
) -> Iterator[Dependency]:
    for alias, entry in table.items():
        line = documents.line_of(content, alias)
        if isinstance(entry, str):
            name, _, version = entry.rpartition(":")
            if scope == "runtime" and ":" not in name:
                name, version = entry, ""
        elif isinstance(entry, dict):
            name = str(
                entry.get("module")
                or entry.get("id")
                or f"{entry.get('group')}:{entry.get('name')}"
            )
            version = _version(entry.get("version"), versions, alias)
        else:
            raise UnreadableError(f"{alias!r} is neither a text nor a table", line=line)
        yield Dependency(
            ecosystem="maven", name=name, raw_name=name, requirement=version, scope=scope, line=line
        )


def _version(value: object, versions: Mapping[str, object], alias: str) -> str:
    """A version, a reference to one, or a rich one (``{ strictly = …, prefer = … }``)."""
    if value is None:
        return ""
    if isinstance(value, dict) and "ref" in value:
        if value["ref"] not in versions:
            raise UnreadableError(
                f"{alias!r} refers to the version {value['ref']!r}, which is not there"
            )
        value = versions[value["ref"]]
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        raise UnreadableError(f"the version of {alias!r} is neither a text nor a table")
    rich = {key: value[key] for key in _RICH if key in value}
    if len(rich) == 1 and "require" in rich:
        return str(rich["require"])
    return ", ".join(f"{key} {rich[key]}" for key in rich)

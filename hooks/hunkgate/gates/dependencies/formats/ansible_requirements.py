"""What Ansible installs: https://docs.ansible.com/ansible/latest/galaxy/user_guide.html#installing-multiple-roles-from-a-file, galaxy.yml of a collection
(https://docs.ansible.com/ansible/latest/dev_guide/collections_galaxy_meta.html) and meta/main.yml of a role.

Read: roles and collections with source and version, files that are included. Not read: roles of the repository itself, which are named without a
namespace, what a playbook does.
"""

import re
from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, sources, yaml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.yaml_documents import Series, Table

_NAMESPACED = re.compile(r"[\w-]+\.[\w.-]+\Z")
_ARCHIVE = (".tar.gz", ".tgz", ".zip")
# What a mapping holds lists under, by the beginning of the file's name; some projects keep their roles in galaxy.yml.
_LISTS = {"main.": ("dependencies",), "galaxy.": ("roles", "collections", "dependencies")}


def read(content: bytes, path: str) -> Reading:
    """The roles and collections of the file. Raises UnreadableError."""
    found: list[Dependency | Option] = []
    for document in yaml_documents.read(content):
        if isinstance(document, Series):
            # Requirements of something else stand in files of this name, too.
            found.extend(_listed(document) if _names_roles(document) else ())
        elif isinstance(document, Table):
            found.extend(_lists(document, path))
        elif document is not None:
            raise UnreadableError("neither a list of roles nor a mapping")
    return Reading.of(found)


def _names_roles(listed: Series) -> bool:
    """Whether something in the list is written as a role is."""
    return any(
        not isinstance(one, Table) or not {"src", "scm", "role", "name", "include"}.isdisjoint(one)
        for one in listed
    )


def _lists(document: Table, path: str) -> Iterator[Dependency | Option]:
    name = path.lower().rpartition("/")[2]
    listed = (keys for beginning, keys in _LISTS.items() if name.startswith(beginning))
    for key in next(listed, ("roles", "collections")):
        value = document.get(key)
        if isinstance(value, Series):
            yield from _listed(value)
        elif isinstance(value, Table):
            for name, version in value.items():
                said = {"name": name, "version": str(version or "")}
                yield from _one(said, value.lines[name])
        elif value is not None:
            raise UnreadableError(f"{key} is no list", line=document.lines[key])


def _listed(listed: Series) -> Iterator[Dependency | Option]:
    for one, line in zip(listed, listed.lines, strict=True):
        if isinstance(one, Table) and "include" in one:
            yield Option(
                ecosystem="ansible",
                name="include",
                value=str(one["include"]),
                signal="include-added",
                line=line,
            )
        elif isinstance(one, Table):
            yield from _one(one, line)
        elif isinstance(one, str):
            # `source,version,name`, as on the command line.
            parts = [part.strip() for part in one.split(",")] + ["", ""]
            yield from _one({"src": parts[0], "version": parts[1], "name": parts[2]}, line)
        else:
            raise UnreadableError("neither a name nor a mapping", line=line)


def _one(said: Mapping[str, object], line: int) -> Iterator[Dependency]:
    written, named = (
        next((value for key in keys if (value := documents.text_if(said, key))), "")
        for keys in (("src", "role", "name"), ("name", "role", "src"))
    )
    place, _, ref = written.partition(",")
    if not place:
        raise UnreadableError("an entry that names nothing", line=line)
    version = documents.text_if(said, "version") or ref
    git = "git" in (said.get("scm"), said.get("type"))
    source = _source(place, version, documents.text_if(said, "source"), git=git)
    if source.kind is SourceKind.REGISTRY and not _NAMESPACED.match(place):
        return  # a role of the repository itself
    yield Dependency(
        ecosystem="ansible",
        name=place.lower() if source.kind is SourceKind.REGISTRY else source.locator or place,
        raw_name=named or place,
        requirement=version,
        source=source,
        line=line,
    )


def _source(place: str, version: str, registry: str, *, git: bool) -> Source:
    bare = place.partition("#")[0]
    # As ansible-galaxy takes them: a repository of the first forge needs no mark.
    forge = "github.com/" in bare and not bare.endswith(_ARCHIVE)
    if git or sources.is_git(bare) or forge:
        return sources.git(bare, version)
    if "://" in bare and not bare.startswith("file:"):
        return sources.archive(bare)
    if bare.startswith((".", "/", "~", "file:")) or bare.endswith(_ARCHIVE):
        return Source(kind=SourceKind.PATH, locator=bare)
    return Source(locator=sources.place(registry))

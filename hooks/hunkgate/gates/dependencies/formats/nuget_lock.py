"""packages.lock.json: https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies (versions 1 and 2).

Every target framework has its own list: what several of them say alike is one record. Projects of the same solution are the project itself.
"""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import documents, lines
from hunkgate.gates.dependencies.dependency import Dependency, UnreadableError
from hunkgate.gates.dependencies.locks import Lock, record


class _Package(NamedTuple):
    """What the lock says of a package."""

    name: str
    written: str
    version: str
    digest: str


def opened(content: bytes) -> Lock[_Package, None]:
    """Every locked package of every framework."""
    document = documents.json_object(content)
    version = document.get("version")
    if type(version) is not int or version not in (1, 2):
        raise UnreadableError(f"version {version!r} is not known")
    frameworks = documents.table_at(document, "dependencies")
    stated: dict[_Package, None] = {}
    own: set[str] = set()
    for framework in frameworks:
        packages = documents.table_at(frameworks, framework)
        for name in packages:
            entry = documents.table_at(packages, name)
            if documents.text_if(entry, "type") == "Project":
                own.add(name.lower())
                continue
            resolved = documents.text_if(entry, "resolved")
            if not name or not resolved:
                raise UnreadableError(f"{framework}: {name!r} has no version")
            digest = documents.text_if(entry, "contentHash")
            stated.setdefault(_Package(name.lower(), name, resolved, digest))

    def records(several: Sequence[tuple[_Package, None]]) -> Iterator[Dependency]:
        places = lines.Forward(content)
        for one, _ in several:
            yield record(
                "nuget",
                one.name,
                one.version,
                raw_name=one.written,
                hashes=frozenset((one.digest,)) if one.digest else frozenset(),
                line=places.line(f'"{one.written}": {{'),
            )

    return Lock(
        stated=stated,
        ecosystem="nuget",
        named=attrgetter("name"),
        records=records,
        own=frozenset(own),
    )

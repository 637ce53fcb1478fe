"""MODULE.bazel.lock: https://bazel.build/external/lockfile.

Read: every module that was chosen, with its registry and the hashes of the two files of the registry that say what it is; in locks of before version 11
the archives of the graph. Not read: what extensions generate, registries that do not have a module.
"""

import re
from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import record

_FILE = re.compile(r"(.+)/modules/([^/]+)/([^/]+)/(source\.json|MODULE\.bazel)\Z")


def read(content: bytes, _path: str) -> Reading:
    """Every chosen module. Raises UnreadableError."""
    document = documents.json_object(content)
    version = document.get("lockFileVersion")
    if type(version) is not int or not 1 <= version <= 99:
        raise UnreadableError(f"version {version!r} is not known")
    if "registryFileHashes" in document:
        return Reading(dependencies=tuple(_chosen(document, content)))
    if "moduleDepGraph" in document:
        return Reading(dependencies=tuple(_graph(document, content)))
    raise UnreadableError("neither registryFileHashes nor moduleDepGraph")


def _chosen(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    """The modules whose source was looked up: only those that were chosen."""
    hashes = documents.table_at(document, "registryFileHashes")
    for address, digest in hashes.items():
        match = _FILE.match(address)
        if match is None or match[4] != "source.json" or digest is None:
            continue
        both = (digest, hashes.get(address.replace("/source.json", "/MODULE.bazel")))
        yield record(
            "bazel",
            match[2],
            match[3],
            source=Source(locator=sources.place(match[1])),
            hashes=frozenset(one for one in both if isinstance(one, str)),
            line=documents.line_of(content, f'"{address}"'),
        )


def _graph(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    graph = documents.table_at(document, "moduleDepGraph")
    for key in graph:
        module = documents.table_at(graph, key)
        said = documents.table_at(module, "repoSpec", "attributes")
        if not said:
            continue  # the project itself, and modules that come with bazel
        urls = documents.texts_at(said, "urls")
        patches = documents.table_if(said, "remote_patches")
        digests = (documents.text_if(said, "integrity"), *(str(one) for one in patches.values()))
        yield record(
            "bazel",
            documents.text_if(module, "name") or key.partition("@")[0],
            documents.text_if(module, "version") or key.partition("@")[2],
            source=Source(hosts=frozenset(filter(None, map(sources.host, urls)))),
            hashes=frozenset(filter(None, digests)),
            line=documents.line_of(content, f'"{key}"'),
        )

"""conan.lock: https://docs.conan.io/2/tutorial/versioning/lockfiles.html (version 0.5, lists of references) and
https://docs.conan.io/1/versioning/lockfiles/introduction.html (up to 0.4, a graph of nodes).

Read: every reference with the revision of its recipe and, in a graph, of its package; overrides and aliases. Not read: times, profiles, options.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hunkgate.gates.dependencies import documents, lines
from hunkgate.gates.dependencies.conan_references import reference
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError

_LISTS = ("requires", "build_requires", "python_requires", "config_requires")
_REPLACING = {"overrides": "override", "alias": "alias"}


def read(content: bytes, _path: str) -> Reading:
    """Every locked recipe. Raises UnreadableError."""
    document = documents.json_object(content)
    version = document.get("version")
    if version not in ("0.1", "0.2", "0.3", "0.4", "0.5"):
        raise UnreadableError(f"version {version!r} is not known")
    found = _graph(document, content) if "graph_lock" in document else _lists(document, content)
    return Reading(dependencies=tuple(found), options=tuple(_options(document, content)))


def _lists(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    places = lines.Forward(content)
    for key in _LISTS:
        for written in documents.texts_at(document, key):
            yield _locked(written, places.line(f'"{written}"'))


def _graph(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    places = lines.Forward(content)
    nodes = documents.table_at(document, "graph_lock", "nodes")
    for key in nodes:
        node = documents.table_at(nodes, key)
        written = documents.text_if(node, "ref") or documents.text_if(node, "pref")
        # The project itself has a path, and no reference or one of its own.
        if not written or node.get("path"):
            continue
        one = _locked(written, places.line(f'"{written}"'))
        package = documents.text_if(node, "prev")
        yield replace(one, hashes=one.hashes | {package}) if package else one


def _locked(written: str, line: int) -> Dependency:
    one = reference(written, scope="lock", line=line, resolved=True)
    if one is None:
        raise UnreadableError(f"{written!r} is no reference of a package", line=line)
    return one


def _options(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    for key, signal in _REPLACING.items():
        for written, other in documents.table_at(document, key).items():
            several = other if isinstance(other, list) else [other]
            yield Option(
                ecosystem="conan",
                name=f"{key} {written}",
                value=", ".join(str(one) for one in several if one is not None),
                signal=signal,
                line=documents.line_of(content, f'"{written}"'),
            )

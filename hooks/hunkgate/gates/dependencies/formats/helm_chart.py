"""Chart.yaml and Chart.lock: https://helm.sh/docs/topics/charts/#chart-dependencies; requirements.yaml, which held the same before Helm 3.

Read: the charts that a chart depends on, in the lock with the version that was chosen. A chart from a folder has no version of its own to check. Not
read: the chart's own versions, its annotations, the digest, which is of the requirements and not of a chart.
"""

from hunkgate.gates.dependencies import documents, sources, yaml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.yaml_documents import Series, Table


def read(content: bytes, path: str) -> Reading:
    """The charts that a chart depends on. Raises UnreadableError."""
    found = yaml_documents.read(content)
    document = found[0] if found else None
    if path.lower().endswith("requirements.yaml") and not _of_helm(document):
        return Reading()
    if document is None and len(found) < 2:
        return Reading()
    if len(found) > 1 or not isinstance(document, Table):
        raise UnreadableError("not a chart: expected one mapping")
    listed = document.get("dependencies")
    if listed is None:
        return Reading()
    if not isinstance(listed, Series):
        raise UnreadableError("dependencies is not a list", line=document.lines["dependencies"])
    resolved = path.lower().endswith(".lock")
    return Reading(
        dependencies=tuple(
            _chart(one, line, resolved=resolved)
            for one, line in zip(listed, listed.lines, strict=True)
        )
    )


def _of_helm(document: object) -> bool:
    """Whether a requirements.yaml lists charts: Ansible and conda have files of that name, too."""
    listed = document.get("dependencies") if isinstance(document, Table) else None
    return isinstance(listed, Series) and all(isinstance(one, Table) for one in listed)


def _chart(said: object, line: int, *, resolved: bool) -> Dependency:
    name = documents.text_if(said, "name") if isinstance(said, Table) else ""
    if not isinstance(said, Table) or not name:
        raise UnreadableError("a dependency without a name", line=line)
    repository = documents.text_if(said, "repository")
    version = documents.text_if(said, "version")
    source = Source(locator=sources.place(repository))
    # Without a repository it lies in the folder charts/.
    if not repository or repository.startswith(("file:", ".", "/")):
        source = Source(kind=SourceKind.PATH, locator=repository.removeprefix("file://"))
        version = ""
    return Dependency(
        ecosystem="helm",
        name=name,
        raw_name=name,
        requirement="" if resolved else version,
        version=version if resolved else "",
        resolved=resolved,
        scope="lock" if resolved else "runtime",
        source=source,
        line=said.lines["name"],
    )

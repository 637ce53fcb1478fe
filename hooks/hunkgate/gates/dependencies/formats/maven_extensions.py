""".mvn/extensions.xml: https://maven.apache.org/configure.html#mvn-extensions-xml-file. Every build runs the code of these extensions."""

from hunkgate.gates.dependencies import xml_documents
from hunkgate.gates.dependencies.dependency import Dependency, Reading, UnreadableError


def read(content: bytes, _path: str) -> Reading:
    """Every extension. Raises UnreadableError."""
    root = xml_documents.read(content)
    if root.name != "extensions":
        raise UnreadableError(f"<{root.name}> is no list of extensions", line=root.line)
    return Reading(dependencies=tuple(_extension(one) for one in root.all("extension")))


def _extension(element: xml_documents.Element) -> Dependency:
    group, name = element.value("groupId"), element.value("artifactId")
    if not group or not name:
        raise UnreadableError("an extension without groupId or artifactId", line=element.line)
    return Dependency(
        ecosystem="maven",
        name=f"{group}:{name}",
        raw_name=f"{group}:{name}",
        requirement=element.value("version"),
        scope="build",
        line=element.line,
    )

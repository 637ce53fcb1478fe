"""pom.xml (https://maven.apache.org/ref/current/maven-model/maven.html) and .mvn/extensions.xml.

Read are dependencies wherever they stand (managed ones, those of profiles and of plugins too), plugins, extensions, annotation processors, the parent, and the repositories.
Properties of the file itself are followed; what cannot be followed stays as it is written and is dynamic. Modules of the same build, which have its group and its
version, keep their record without the version, so that a release is no change.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hunkgate.gates.dependencies import xml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)

_PROPERTY = re.compile(r"\$\{([^${}]{1,200})\}")
_LONGEST = 2000
# What a release of the project itself changes. https://maven.apache.org/guides/mini/guide-maven-ci-friendly.html
_OWN_VERSION = frozenset(
    (
        "project.version",
        "pom.version",
        "version",
        "project.parent.version",
        "parent.version",
        "revision",
        "changelist",
        "sha1",
    )
)
_PLUGINS = "org.apache.maven.plugins"
_SCOPES = {"test": "dev", "import": "optional:import"}
_HOMES = {
    "dependency": "dependencies",
    "plugin": "plugins",
    "extension": "extensions",
    "path": "annotationProcessorPaths",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Project:
    """What the coordinates of a project mean to its dependencies."""

    group: str
    version: str
    properties: Mapping[str, str]

    def filled(self, text: str) -> str:
        """The text with its properties followed, those of the project's own version left as they are."""
        for _ in range(8):
            filled = _PROPERTY.sub(self._one, text)
            if filled == text or len(filled) > _LONGEST:
                break
            text = filled
        return text

    def _one(self, match: re.Match[str]) -> str:
        name = match[1]
        if name in ("project.groupId", "pom.groupId", "groupId"):
            return self.group or match[0]
        if name in _OWN_VERSION:
            return match[0]
        return self.properties.get(name, match[0])


def read(content: bytes, _path: str) -> Reading:
    """The artifacts that a project, its plugins and its parent bring."""
    root = xml_documents.read(content)
    if root.name not in ("project", "extensions"):
        raise UnreadableError(f"<{root.name}> is not a Maven project", line=root.line)
    parent = root.child("parent")
    group = root.value("groupId") or (parent.value("groupId") if parent else "")
    project = _Project(
        group=group,
        version=root.value("version") or (parent.value("version") if parent else ""),
        properties=_properties(root),
    )
    found: list[Dependency] = []
    options: list[Option] = []
    if parent is not None and not _same_build(root, parent):
        found.append(_artifact(parent, project, "build", ""))
    # Elements with those that they stand in; own stack instead of recursion.
    waiting: list[tuple[xml_documents.Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, around = waiting.pop()
        inside = (*around, element.name)
        waiting.extend((child, inside) for child in reversed(element.children))
        home = around[-1] if around else ""
        if _HOMES.get(element.name) == home and element.children:
            found.append(_artifact(element, project, _scope(element, around), _default(element)))
        elif home in ("repositories", "pluginRepositories"):
            options.append(
                Option(
                    ecosystem="maven",
                    name=f"{element.name} {element.value('id')}".strip(),
                    value=project.filled(element.value("url")),
                    signal="registry-changed",
                    line=element.line,
                )
            )
    name = f"{group}:{root.value('artifactId')}"
    return Reading(dependencies=tuple(found), options=tuple(options), own=frozenset((name,)))


def _properties(root: xml_documents.Element) -> Mapping[str, str]:
    """The properties of the project, then those of its profiles that it does not set itself."""
    profiles = root.child("profiles")
    properties: dict[str, str] = {}
    for home in (root, *(profiles.all("profile") if profiles else ())):
        table = home.child("properties")
        for one in table.children if table else ():
            properties.setdefault(one.name, one.text.strip())
    return properties


def _same_build(root: xml_documents.Element, parent: xml_documents.Element) -> bool:
    """Whether the parent is a module of the same build: it lies in the repository and the project takes its version from it.

    An empty ``<relativePath/>`` says that the parent is to be looked for in repositories alone.
    """
    path = parent.child("relativePath")
    return not root.value("version") and (path is None or bool(path.text.strip()))


def _default(element: xml_documents.Element) -> str:
    return _PLUGINS if element.name == "plugin" else ""


def _scope(element: xml_documents.Element, around: tuple[str, ...]) -> str:
    if element.name != "dependency" or "plugin" in around:
        return "build"
    stated = element.value("scope")
    if stated in _SCOPES:
        return _SCOPES[stated]
    return "optional:managed" if "dependencyManagement" in around else "runtime"


def _artifact(
    element: xml_documents.Element, project: _Project, scope: str, default: str
) -> Dependency:
    group = project.filled(element.value("groupId")) or default
    name = project.filled(element.value("artifactId"))
    written = element.value("version")
    version = project.filled(written)
    if not name:
        raise UnreadableError(f"<{element.name}> has no artifactId", line=element.line)
    flags = set()
    source = Source()
    own = _PROPERTY.fullmatch(version)
    if (
        group == project.group
        and element.name == "dependency"
        and version
        and (version == project.version or (own is not None and own[1] in _OWN_VERSION))
    ):
        version, source = "", Source(kind=SourceKind.WORKSPACE)
    elif "${" in version and not (own and own[1] in _OWN_VERSION):
        flags.add("dynamic")
    if element.value("optional") == "true":
        flags.add("optional")
    if path := element.value("systemPath"):
        source = Source(kind=SourceKind.PATH, locator=path)
    return Dependency(
        ecosystem="maven",
        name=f"{group}:{name}",
        raw_name=f"{element.value('groupId')}:{element.value('artifactId')}",
        requirement=version,
        scope=scope,
        source=source,
        flags=frozenset(flags),
        line=element.line,
    )

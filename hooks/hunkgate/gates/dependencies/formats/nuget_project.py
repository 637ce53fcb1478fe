"""MSBuild projects and ``packages.config``: https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files, central package management
(``Directory.Packages.props``) and https://learn.microsoft.com/nuget/reference/packages-config.

Read: references with their versions (attribute or child element), overrides, SDKs, restore sources. A property of the same file is followed. Not
read: conditions, project references, what imported files say.
"""

import re
from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import install_commands, xml_documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.xml_documents import Element

_REFERENCES = frozenset(
    (
        "PackageReference",
        "PackageVersion",
        "GlobalPackageReference",
        "PackageDownload",
        "DotNetCliToolReference",
    )
)
_EVENTS = frozenset({"PreBuildEvent", "PostBuildEvent"})
_LOADED = {
    "Reference": ("include", "hintpath"),
    "Analyzer": ("include",),
    "UsingTask": ("assemblyfile",),
}
_SOURCES = ("RestoreSources", "RestoreAdditionalProjectSources", "RestoreConfigFile")
_PROPERTY = re.compile(r"\$\(([\w.-]+)\)")


def read(content: bytes, _path: str) -> Reading:
    """What the project takes from NuGet. Raises UnreadableError."""
    root = xml_documents.read(content)
    if root.name not in ("Project", "packages"):
        raise UnreadableError(f"<{root.name}> is no project", line=root.line)
    properties = dict(_properties(root))
    run = tuple(_run(root))
    return Reading(
        dependencies=(
            *_dependencies(root, properties),
            *(one for one in run if isinstance(one, Dependency)),
        ),
        options=(*_options(root), *(one for one in run if isinstance(one, Option))),
    )


def _run(root: Element) -> Iterator[Dependency | Option]:
    """What the commands of a build install."""
    for one in _every(root):
        said = one.attributes.get("Command", "") if one.name == "Exec" else ""
        script = one.text if one.name in _EVENTS else said
        if script.strip():
            dependencies, options = install_commands.read(script, line=one.line)
            yield from dependencies
            yield from options


def _every(root: Element) -> Iterator[Element]:
    waiting = [root]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(one.children))


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    """MSBuild's properties, whose names have no case."""
    for group in _every(root):
        if group.name == "PropertyGroup":
            yield from ((one.name.lower(), one.text.strip()) for one in group.children)


def _dependencies(root: Element, properties: Mapping[str, str]) -> Iterator[Dependency]:
    for one in _every(root):
        said = {key.lower(): value.strip() for key, value in one.attributes.items()}
        said |= {child.name.lower(): child.text.strip() for child in one.children}
        if one.name in _REFERENCES:
            # An item may name several packages at once.
            for name in re.split(r"\s*;\s*", said.get("include") or said.get("update") or ""):
                yield from _package(name, said, one, properties)
        elif one.name == "package" and root.name == "packages":
            yield from _package(said.get("id", ""), said, one, properties)
        elif one.name == "Sdk":
            yield from _package(said.get("name", ""), said, one, properties, scope="build")
        for sdk in said.get("sdk", "").split(";") if one.name in ("Project", "Import") else ():
            name, _, version = sdk.strip().partition("/")
            version = version or said.get("version", "")
            if version:  # one without comes with the compiler itself
                yield from _package(name, {"version": version}, one, properties, scope="build")


def _package(
    name: str,
    said: Mapping[str, str],
    element: Element,
    properties: Mapping[str, str],
    *,
    scope: str = "runtime",
) -> Iterator[Dependency]:
    if not name:
        return
    override = said.get("versionoverride", "")
    version = _PROPERTY.sub(
        lambda match: properties.get(match[1].lower(), match[0]),
        override or said.get("version", ""),
    )
    flags = {"override"} if override else set[str]()
    if "$(" in name:
        flags.add("dynamic")
    yield Dependency(
        ecosystem="nuget",
        name=name.lower(),
        raw_name=name,
        requirement=version,
        scope=scope,
        # Without a version it is the solution's own list (Directory.Packages.props) that says which.
        source=Source() if version else Source(kind=SourceKind.WORKSPACE),
        flags=frozenset(flags),
        line=element.line,
    )


def _options(root: Element) -> Iterator[Option]:
    for one in _every(root):
        if one.name in _SOURCES:
            yield Option(
                ecosystem="nuget",
                name=one.name,
                value=one.text.strip(),
                signal="index-changed",
                line=one.line,
            )
        # A library or a program of the repository that the compiler loads or links.
        for file in _files(one):
            yield Option(
                ecosystem="nuget",
                name=f"{one.name} {file.replace(chr(92), '/').rpartition('/')[2]}",
                value=file,
                signal="path-source",
                line=one.line,
            )


def _files(one: Element) -> Iterator[str]:
    said = {key.lower(): value.strip() for key, value in one.attributes.items()}
    said |= {child.name.lower(): child.text.strip() for child in one.children}
    for key in _LOADED.get(one.name, ()):
        if said.get(key, "").lower().endswith((".dll", ".exe")):
            yield said[key]

"""nuget.config: https://learn.microsoft.com/nuget/reference/nuget-config-file.

Read: package sources, disabled ones, which packages come from which source, trusted signers, whether signatures are asked for. Not read: credentials.
"""

from collections.abc import Iterator

from hunkgate.gates.dependencies import xml_documents
from hunkgate.gates.dependencies.dependency import Option, Reading, UnreadableError
from hunkgate.gates.dependencies.xml_documents import Element

_SECTIONS = (
    "packageSources",
    "disabledPackageSources",
    "fallbackPackageFolders",
    "packageSourceMapping",
    "trustedSigners",
)


def read(content: bytes, _path: str) -> Reading:
    """Where packages come from. Raises UnreadableError."""
    root = xml_documents.read(content)
    if root.name != "configuration":
        raise UnreadableError(f"<{root.name}> is no configuration of NuGet", line=root.line)
    return Reading(options=tuple(_options(root)))


def _options(root: Element) -> Iterator[Option]:
    for section in root.children:
        if section.name in _SECTIONS:
            for one in section.children:
                yield _option(section.name, one)
                for below in one.children:
                    yield _option(f"{section.name} {one.attributes.get('key', one.name)}", below)
        elif section.name == "config":
            for one in section.all("add"):
                if one.attributes.get("key") == "signatureValidationMode":
                    yield _option(section.name, one)


def _option(name: str, element: Element) -> Option:
    said = " ".join(f"{key}={element.attributes[key]}" for key in sorted(element.attributes))
    return Option(
        ecosystem="nuget",
        name=name,
        value=f"{element.name} {said} {element.text.strip()}".strip(),
        signal="index-changed",
        line=element.line,
    )

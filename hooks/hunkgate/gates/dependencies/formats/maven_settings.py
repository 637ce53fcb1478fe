"""Maven's settings: https://maven.apache.org/ref/current/maven-settings/settings.html.

Read: mirrors, repositories of every profile, proxies, plugin groups, the local repository. Not read: servers and their credentials, and a file whose
root is another element: Android and others call theirs by the same name.
"""

from collections.abc import Iterator

from hunkgate.gates.dependencies import xml_documents
from hunkgate.gates.dependencies.dependency import Option, Reading
from hunkgate.gates.dependencies.xml_documents import Element

# What a list of the settings holds, and what each says of where artifacts come from.
_LISTS = {
    "mirrors": ("url", "mirrorOf", "blocked"),
    "repositories": ("url",),
    "pluginRepositories": ("url",),
    "proxies": ("protocol", "host", "port", "active"),
}


def read(content: bytes, _path: str) -> Reading:
    """Where Maven takes artifacts from. Raises UnreadableError."""
    root = xml_documents.read(content)
    if root.name != "settings":
        return Reading()
    return Reading(options=tuple(_options(root)))


def _options(root: Element) -> Iterator[Option]:
    # Elements with the list that they stand in; own stack instead of recursion.
    waiting = [root]
    while waiting:
        element = waiting.pop()
        waiting.extend(reversed(element.children))
        if fields := _LISTS.get(element.name):
            for one in element.children:
                said = (one.value(field) for field in fields)
                yield _option(f"{one.name} {one.value('id')}", " ".join(filter(None, said)), one)
        elif element.name == "pluginGroups":
            # Where a plugin that is called by its short name is looked for.
            for one in element.all("pluginGroup"):
                yield _option(one.name, one.text, one)
        elif element.name == "localRepository":
            yield _option(element.name, element.text, element)


def _option(name: str, value: str, element: Element) -> Option:
    return Option(
        ecosystem="maven",
        name=name.strip(),
        value=value.strip(),
        signal="registry-changed",
        line=element.line,
    )

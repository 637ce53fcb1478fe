"""conanfile.txt: https://docs.conan.io/2/reference/conanfile_txt.html.

Read: the sections of requirements. Not read: options, generators, layout, imports.
"""

import re

from hunkgate.gates.dependencies import documents, lines
from hunkgate.gates.dependencies.conan_references import reference
from hunkgate.gates.dependencies.dependency import Dependency, Reading, UnreadableError

_SECTIONS = {
    "requires": "runtime",
    "build_requires": "build",
    "tool_requires": "build",
    "test_requires": "dev",
}
_HEADER = re.compile(r"\[([\w.-]+)\]\Z")


def read(content: bytes, _path: str) -> Reading:
    """What the sections ask for. Raises UnreadableError."""
    documents.text(content)
    found: list[Dependency] = []
    section = ""
    for line, raw in lines.numbered(content):
        # A revision begins with the mark of a comment: one ends a line only behind a blank.
        bare = re.split(r"(?:^|\s)#", raw, maxsplit=1)[0].strip()
        if not bare:
            continue
        if match := _HEADER.match(bare):
            section = match[1]
        elif not section:
            raise UnreadableError("a line before the first section", line=line)
        elif scope := _SECTIONS.get(section):
            one = reference(bare, scope=scope, line=line)
            if one is None:
                raise UnreadableError(f"{bare!r} is no reference of a package", line=line)
            found.append(one)
    return Reading(dependencies=tuple(found))

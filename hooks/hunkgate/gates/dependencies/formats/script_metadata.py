"""The header of a Python script: PEP 723, "Inline script metadata" (its own regular expression), with uv's tables.

Read: ``dependencies`` and ``[tool.uv]``. Not read: other tools' tables.
"""

import re

from hunkgate.gates.dependencies import documents, python_requirements, uv_tables
from hunkgate.gates.dependencies.dependency import Reading, UnreadableError

# The regular expression of the specification, for the block type "script".
_BLOCK = re.compile(r"(?m)^# /// script$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
_START = re.compile(r"(?m)^# /// script$")


def read(content: bytes, _path: str) -> Reading:
    """What the header states; an empty Reading for a script without one. Raises UnreadableError, for two headers too."""
    text = documents.text(content).replace("\r\n", "\n")
    blocks = list(_BLOCK.finditer(text))
    if not blocks:
        start = _START.search(text)
        if start is not None:
            line = text.count("\n", 0, start.start()) + 1
            raise UnreadableError("a script header that is not closed by `# ///`", line=line)
        return Reading()
    if len(blocks) > 1:
        line = text.count("\n", 0, blocks[1].start()) + 1
        raise UnreadableError("more than one script header (PEP 723 allows one)", line=line)
    # Padding keeps the line numbers of the file.
    padding = "\n" * (text.count("\n", 0, blocks[0].start("content")))
    header = padding + "".join(
        line[2:] if line.startswith("# ") else line[1:]
        for line in blocks[0]["content"].splitlines(keepends=True)
    )
    inner = header.encode("utf-8")
    document = documents.toml(inner)
    uv = documents.table_at(document, "tool", "uv")
    stated = tuple(
        python_requirements.requirement(written, line=documents.line_of_string(inner, written))
        for written in documents.texts_at(document, "dependencies")
    )
    return Reading(
        dependencies=uv_tables.placed((*stated, *uv_tables.requirements(uv, inner)), uv),
        options=tuple(uv_tables.options(uv, inner, prefix="tool.uv.")),
    )

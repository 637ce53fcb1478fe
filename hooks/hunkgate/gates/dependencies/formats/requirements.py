"""requirements*.txt, *.in and constraints files: pip documentation, "Requirements File Format"; PEP 508 for each requirement.

Read: requirements with their hashes, editables, URLs and paths, includes (``-r``, ``-c``) and every option. Not read: environment
variables (``${NAME}`` stays as written) and markers.
"""

import codecs
import re

from hunkgate.gates.dependencies import documents, python_requirements
from hunkgate.gates.dependencies.dependency import Reading, UnreadableError

# pip reads a file in the encoding of its byte order mark (PowerShell's `pip freeze > requirements.txt` writes UTF-16). The longer
# marks come first: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")


def read(content: bytes, path: str) -> Reading:
    """What the requirements file states. Raises UnreadableError where its bytes are no text."""
    return python_requirements.read_lines(_text(content), path)


def _plain(content: bytes) -> str:
    """The content as UTF-8. Raises UnreadableError for any other, with what a tool may take it for as settled: pip falls back to the encoding of
    its machine, and other tools pass over NUL bytes.
    """
    try:
        text = documents.text(content)
    except UnreadableError as problem:
        problem.settled = content.replace(b"\0", b"").decode("latin-1").encode()
        raise
    if "\0" in text:
        settled = text.replace("\0", "").encode()
        raise UnreadableError("it holds NUL bytes, as text in UTF-16 does", settled=settled)
    return text


def _text(content: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not encoding:
        comments = (line for line in content.split(b"\n")[:2] if line.startswith(b"#"))
        declared = next((found for line in comments if (found := _CODING.search(line))), None)
        if declared is None:
            return _plain(content)
        encoding = declared[1].decode("ascii", "replace")
    try:
        return content.decode(encoding)
    except (LookupError, ValueError) as error:
        raise UnreadableError(f"not {encoding}: {error}", line=1) from error

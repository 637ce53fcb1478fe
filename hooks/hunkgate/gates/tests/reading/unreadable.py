"""A file that does not parse: what it could mention."""

import re

from hunkgate.gates.tests.facts import MODULE, Definition, Facts, Trait
from hunkgate.gates.tests.reading.strings import WORD

_IMPORT = re.compile(r"\s*(?:from\s+(\.*)([\w.]*)\s+import|import\s+([\w.]+))")


def facts(content: bytes) -> Facts:
    """One definition, the import-time code, that mentions every word of the content and imports all of what a line seems to import."""
    text = content.decode("utf-8", "replace")
    tokens = {f"'{word}" for word in WORD.findall(text)}
    for line in text.splitlines():
        if match := _IMPORT.match(line):
            tokens.add(f"+{len(match[1] or '')}:{match[2] or match[3] or ''}:*")
    return Facts(False, (Definition(MODULE, Trait.NONE, tuple(sorted(tokens)), ()),), {}, ())

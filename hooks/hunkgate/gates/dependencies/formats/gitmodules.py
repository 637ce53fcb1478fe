"""``.gitmodules``: gitmodules(5), in the syntax of git-config(1).

Read: path, url and branch of every submodule, and ``update`` commands (``!command`` runs on checkout). The commit that a submodule is
fixed to stands in the tree, not here, and is reported from there.
"""

import re

from hunkgate.gates.dependencies import documents
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)

_SECTION = re.compile(r'\[\s*submodule\s+"((?:[^"\\]|\\.)*)"\s*\]\s*(.*)', re.IGNORECASE)
_OTHER = re.compile(r"\[[^\]]*\]\s*(.*)")
_PAIR = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*)")


def read(content: bytes, path: str) -> Reading:
    """The submodules that the file declares. Raises UnreadableError."""
    del path
    modules: dict[str, dict[str, tuple[str, int]]] = {}
    current: dict[str, tuple[str, int]] | None = None
    for number, line in _lines(documents.text(content)):
        rest = line
        if found := _SECTION.fullmatch(line):
            # Sections of one name are one section, the last value of a key counts (git-config(1)).
            current = modules.setdefault(re.sub(r"\\(.)", r"\1", found[1]), {})
            rest = found[2]
        elif other := _OTHER.fullmatch(line):
            current, rest = {}, other[1]
        if not rest or rest[0] in "#;":
            continue
        pair = _PAIR.fullmatch(rest)
        if current is None or (pair is None and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", rest)):
            raise UnreadableError("not in git's configuration syntax", line=number)
        if pair:
            current[pair[1].lower()] = (_value(pair[2]), number)
    dependencies, options = [], []
    for name, keys in modules.items():
        place, line_number = keys.get("path", (name, 0))
        url, url_line = keys.get("url", ("", line_number))
        branch = keys.get("branch", ("", 0))[0]
        dependencies.append(
            Dependency(
                ecosystem="git-submodule",
                name=place,
                raw_name=name,
                requirement=url,
                scope="build",
                source=Source(
                    kind=SourceKind.GIT,
                    locator=url,
                    ref=branch,
                    # The tree fixes the commit; a branch here only says what an update follows.
                    ref_kind=RefKind.SHA if not branch else RefKind.BRANCH,
                ),
                line=url_line,
            )
        )
        if keys.get("update", ("", 0))[0].startswith("!"):
            options.append(
                Option(
                    ecosystem="git-submodule",
                    name=f"{place} update",
                    value=keys["update"][0],
                    signal="install-script",
                    line=keys["update"][1],
                )
            )
    return Reading(dependencies=tuple(dependencies), options=tuple(options))


def _lines(text: str) -> list[tuple[int, str]]:
    """The logical lines with their numbers: a backslash at the end joins the next."""
    found: list[tuple[int, str]] = []
    held, start = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        start = start or number
        line = line.rstrip("\r")
        if line.endswith("\\") and not line.endswith("\\\\"):
            held += line[:-1]
            continue
        found.append((start, (held + line).strip()))
        held, start = "", 0
    if held:
        found.append((start, held.strip()))
    return found


def _value(written: str) -> str:
    """The value without its quotes and a comment behind it."""
    value, quoted, index = "", False, 0
    while index < len(written):
        one = written[index]
        if one == "\\" and index + 1 < len(written):
            index += 1
            value += {"n": "\n", "t": "\t", "b": "\b"}.get(written[index], written[index])
        elif one == '"':
            quoted = not quoted
        elif one in "#;" and not quoted:
            break
        else:
            value += one
        index += 1
    return value.strip()

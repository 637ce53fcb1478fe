"""gitattributes read from a tree's own files (gitattributes(5)): nothing outside the tree can add to them."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*')


def values(name: str, paths: Iterable[str], read: Callable[[str], bytes]) -> Mapping[str, str]:
    """The value of one attribute ("true" where it is just set) for the paths that have it.

    ``read`` gives the content of the .gitattributes file of a folder ('' is the root), empty where there is none. A deeper file
    wins over a higher one, a later line over an earlier one.
    """
    parsed: dict[str, tuple[tuple[re.Pattern[str], str | None], ...]] = {}
    found = {}
    for path in paths:
        value: str | None = None
        parts = path.split("/")
        for depth in range(len(parts)):
            folder = "/".join(parts[:depth])
            if folder not in parsed:
                parsed[folder] = _rules(read(folder), name)
            below = "/".join(parts[depth:])
            for pattern, given in parsed[folder]:
                if pattern.fullmatch(below):
                    value = given
        if value is not None:
            found[path] = value
    return found


def _rules(content: bytes, name: str) -> tuple[tuple[re.Pattern[str], str | None], ...]:
    rules: list[tuple[re.Pattern[str], str | None]] = []
    for raw in content.decode("utf-8", "surrogateescape").split("\n"):
        line = raw.strip()
        if not line or line.startswith(("#", "[attr]")):
            continue
        quoted = _QUOTED.match(line)
        if quoted:
            pattern, rest = re.sub(r"\\(.)", r"\1", quoted[1]), line[quoted.end() :]
        else:
            pattern, _blank, rest = line.partition(" ") if " " in line else line.partition("\t")
        compiled = _compiled(pattern)
        if compiled is None:
            continue
        for attribute in rest.split():
            bare = attribute.lstrip("-!").partition("=")[0]
            if bare != name:
                continue
            if attribute.startswith(("-", "!")):
                rules.append((compiled, None))
            else:
                given = attribute.partition("=")[2] if "=" in attribute else "true"
                rules.append((compiled, None if given == "false" else given))
    return tuple(rules)


@functools.lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern as a regular expression over the path below its file; None for one that can match no file.

    Unlike gitignore's, a pattern that matches a folder says nothing of what lies in it, and there is no negation.
    """
    if pattern.startswith("!") or pattern.endswith("/"):
        return None
    anchored = "/" in pattern
    body = pattern.removeprefix("/")
    out = "" if anchored else r"(?:.*/)?"
    at = 0
    while at < len(body):
        if body.startswith("**/", at) and (at == 0 or body[at - 1] == "/"):
            out += r"(?:.*/)?"
            at += 3
        elif body[at:] == "**" and (at == 0 or body[at - 1] == "/"):
            out += ".+"
            at += 2
        elif body[at] == "*":
            out += "[^/]*"
            at += 1
        elif body[at] == "?":
            out += "[^/]"
            at += 1
        elif body[at] == "[" and (end := body.find("]", at + 2)) > 0:
            inside = body[at + 1 : end].replace("\\", "\\\\")
            out += "(?!/)[" + ("^" + inside[1:] if inside[0] in "!^" else inside) + "]"
            at = end + 1
        elif body[at] == "\\" and at + 1 < len(body):
            out += re.escape(body[at + 1])
            at += 2
        else:
            out += re.escape(body[at])
            at += 1
    try:
        return re.compile(out, re.DOTALL)
    except re.error:
        return None

"""Patterns of file names that know no other sign than ``*``: to compile a list of them takes longer than to ask them all once."""


def matches(name: str, pattern: str) -> bool:
    """Whether a name matches a pattern, as ``fnmatch.fnmatchcase`` says it of one without ``?`` and ``[``."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    at = len(first)
    end = len(name) - len(rest[-1])
    if not (name.startswith(first) and name.endswith(rest[-1]) and at <= end):
        return False
    for part in rest[:-1]:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True

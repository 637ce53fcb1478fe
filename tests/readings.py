"""What a format read, as short lines that a table can hold: ``name value scope [kind:locator[@ref/how]] [+flag] [#hash]``."""

from hunkgate.gates.dependencies import formats
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
)


def read(format_name: str, content: str | bytes, path: str = "") -> Reading:
    """What the format reads in the content."""
    found = formats.named(format_name)
    assert found is not None
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
    return found.read(data, path or found.patterns[0])


def dependencies(format_name: str, content: str | bytes, path: str = "") -> list[str]:
    """Each dependency in one line, in the order read."""
    return [brief(one) for one in read(format_name, content, path).dependencies]


def options(format_name: str, content: str | bytes, path: str = "") -> list[str]:
    """Each option in one line: ``signal name value``."""
    return [short(one) for one in read(format_name, content, path).options]


def brief(one: Dependency) -> str:
    """One dependency in one line; the parts that have their default are left out."""
    words = [one.name, one.value or "-", one.scope]
    if one.source != Source():
        words.append(_where(one.source))
    words.extend(f"+{flag}" for flag in sorted(one.flags))
    words.extend(f"#{digest}" for digest in sorted(one.hashes))
    return " ".join(words)


def short(one: Option) -> str:
    """One option in one line."""
    return f"{one.signal} {one.name} {one.value}"


def _where(source: Source) -> str:
    text = source.kind.value
    if source.locator or source.kind is not SourceKind.REGISTRY:
        text += f":{source.locator}"
    return f"{text}@{source.ref}/{source.ref_kind.value}" if source.ref else text

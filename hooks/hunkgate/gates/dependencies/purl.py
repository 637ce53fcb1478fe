"""Package URLs: a dependency's, and the patterns by which a policy allows or denies packages.

Specification: purl-spec, PURL-SPECIFICATION.rst and PURL-TYPES.rst (ECMA-427): ``pkg:type/namespace/name@version``.
"""

import functools
import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hunkgate.gates.dependencies.dependency import Dependency

_TYPES = {
    "conda": "conda",
    **dict.fromkeys(("ansible", "carthage", "helm", "nix", "pre-commit", "terraform"), "generic"),
}


def purl(dependency: "Dependency") -> str:
    """The package URL of a dependency; the version only where it is resolved."""
    from urllib.parse import quote  # 20 ms that only a changed dependency pays

    kind = _TYPES.get(dependency.ecosystem, dependency.ecosystem)
    name = dependency.name.replace(":", "/") if kind == "maven" else dependency.name
    path = "/".join(quote(part, safe=".-_~:") for part in name.split("/"))
    version = (
        f"@{quote(dependency.version, safe='.-_~:')}"
        if dependency.resolved and dependency.version
        else ""
    )
    return f"pkg:{kind}/{path}{version}"


def problem(pattern: str) -> str:
    """What is wrong with a pattern, '' where it is one."""
    if not re.fullmatch(r"pkg:[a-z][a-z0-9.+-]*/[^\s]+", pattern):
        return f'{pattern!r} is not a package pattern such as "pkg:npm/@types/*" or "pkg:pypi/requests"'
    return ""


def covers(patterns: tuple[str, ...], dependency: "Dependency") -> str:
    """The first pattern that matches the dependency, '' where none does.

    A pattern is a package URL with ``*``, ``?`` and ``[...]`` in any part (fnmatch, case matters) and the name spelled plainly
    (``@types``, not ``%40types``). One without a version matches every version.
    """
    name = dependency.name.replace(":", "/") if dependency.ecosystem == "maven" else dependency.name
    plain = f"pkg:{dependency.ecosystem}/{name}"
    exact = f"{plain}@{dependency.value}"
    for pattern in patterns:
        matcher = _matcher(pattern)
        # An npm scope begins with @: only one after the name is the version's.
        versioned = "@" in pattern.rpartition("/")[2][1:]
        if matcher.fullmatch(exact if versioned else plain):
            return pattern
    return ""


@functools.lru_cache(maxsize=256)
def _matcher(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))

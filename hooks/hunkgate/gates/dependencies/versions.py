"""How two versions or requirements stand to each other: which is newer, which accepts more, which fixes one version.

Sources: PEP 440 for pypi (through packaging), Semantic Versioning 2.0.0 section 11 for the rest, read leniently: a leading ``v`` and
any number of numeric parts are accepted, because tags and maven versions are written so.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.version import Version

_Order = tuple[tuple[int, ...], bool, tuple[tuple[int, int, str], ...]]

_SEMVER = re.compile(
    r"[v=]*(\d+(?:\.\d+)*)(?:[-.]([0-9A-Za-z][0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.-]*)?"
)
_RELEASE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,9}")
_PART = re.compile(r"\s*(===|==|~=|~>|!=|<=|>=|=|<|>|\^|~|)\s*(v?[0-9*xX][^\s,|]*)?\s*")
_EXACT = re.compile(r"(===|==|=|)\s*v?\d[\w.+!-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

# Whose bare "1.2.3" is a range ("^1.2.3"), not one version: the Cargo book, "Specifying Dependencies".
_BARE_IS_RANGE = frozenset({"cargo"})
# Whose versions are refs: a tag never fixes the content, whatever it looks like.
_REFS = frozenset({"docker", "githubactions", "gitlab", "pre-commit", "git-submodule"})

# How much an operator leaves open, from one version to any.
_OPEN = {
    "===": 0,
    "==": 0,
    "=": 0,
    "~=": 1,
    "~>": 1,
    "~": 1,
    "^": 2,
    ">=": 3,
    ">": 3,
    "<": 3,
    "<=": 3,
    "!=": 3,
}


def newer(ecosystem: str, before: str, after: str) -> bool | None:
    """Whether ``after`` is the newer of two versions; None where they cannot be ordered or are equal."""
    old = new = None
    # Of plain releases both say the same, and packaging need not be loaded.
    if ecosystem == "pypi" and not (_RELEASE.fullmatch(before) and _RELEASE.fullmatch(after)):
        old, new = _pep440(before), _pep440(after)
    if old is not None and new is not None:
        return None if old == new else old < new
    # Legacy versions that PEP 440 refuses are read as the others are.
    one, other = _semver(before), _semver(after)
    if one is None or other is None or one == other:
        return None
    return one < other


def plain(requirement: str) -> str:
    """The requirement without what has no meaning: blanks about operators and commas, parentheses, the order of comma parts."""
    if requirement.isalnum():
        return requirement
    text = requirement.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?<=[<>=~^!,|]) | (?=[,|])", "", text)
    if text in ("*", "latest"):
        return "" if text == "*" else text
    return ",".join(sorted(text.split(","))) if "," in text else text


def fixed(ecosystem: str, requirement: str) -> bool:
    """Whether a requirement accepts one version only."""
    if ecosystem in _REFS:
        return bool(_COMMIT.fullmatch(requirement))
    match = _EXACT.fullmatch(requirement.strip().removesuffix(")").removeprefix("("))
    if match is None or re.search(r"(^|\.)[xX*](\.|$)", requirement):
        return False
    return bool(match[1]) or ecosystem not in _BARE_IS_RANGE


def open_ended(requirement: str) -> bool:
    """Whether a requirement accepts any later version: nothing written, a star, or lower bounds only."""
    text = plain(requirement)
    return text in ("", "latest", "x", "X", ">=0", ">= 0") or all(
        operator in (">=", ">", "!=") for operator, _ in _parts(text)
    )


def widened(ecosystem: str, before: str, after: str) -> bool:
    """Whether ``after`` clearly accepts versions that ``before`` did not, beside being a plain move to another version."""
    old, new = plain(before), plain(after)
    if open_ended(old):
        # A lowered or dropped lower bound is the only way to accept more.
        bounds = dict(_parts(old)), dict(_parts(new))
        lower = bounds[0].get(">="), bounds[1].get(">=")
        if lower[0] and lower[1]:
            return newer(ecosystem, lower[0], lower[1]) is False
        return bool(lower[0]) and not new
    if open_ended(new):
        return True
    old_parts, new_parts = set(_parts(old)), set(_parts(new))
    if new_parts < old_parts:
        return True
    return _openness(new) > _openness(old)


def lowered(ecosystem: str, before: str, after: str) -> bool:
    """Whether two requirements of the same shape name an older version afterwards, such as ``^2.0`` and ``^1.9``."""
    old, new = _parts(plain(before)), _parts(plain(after))
    if len(old) != 1 or len(new) != 1 or old[0][0] != new[0][0]:
        return False
    return newer(ecosystem, old[0][1], new[0][1]) is False


def _parts(requirement: str) -> list[tuple[str, str]]:
    parts = []
    for part in re.split(r"[,|]+|\s+(?=[<>=~^!])", requirement):
        match = _PART.fullmatch(part)
        if match and (match[1] or match[2]):
            parts.append((match[1], match[2] or ""))
    return parts


def _openness(requirement: str) -> int:
    parts = _parts(requirement)
    if not parts:
        return 4
    if {operator for operator, _ in parts} & {"<", "<=", "~=", "~>"} and len(parts) > 1:
        return 2
    return max(_OPEN.get(operator, 0) for operator, _ in parts)


def _pep440(version: str) -> "Version | None":
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version.strip().lstrip("=").strip())
    except InvalidVersion:
        return None


def _semver(version: str) -> _Order | None:
    match = _SEMVER.fullmatch(version.strip())
    # 200 characters hold every version that people write; int() of thousands of digits is refused by Python.
    if match is None or len(version) > 200:
        return None
    numbers = [int(part) for part in match[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    # Section 11: without a pre-release is the higher.
    before_release = tuple(_identifier(one) for one in re.split(r"[.-]", match[2] or "") if one)
    return (tuple(numbers), not before_release, before_release)


def _identifier(text: str) -> tuple[int, int, str]:
    # Section 11: numeric identifiers are below the others.
    return (0, int(text), "") if text.isdigit() else (1, 0, text)

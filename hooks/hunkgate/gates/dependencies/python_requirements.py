"""Python requirements: requirement strings (PEP 508), entries of tables, and the lines of a requirements file.

The lines follow pip's own reader (pip documentation, "Requirements File Format"): what pip would take as a line of its own is one
here, so that nothing pip installs can hide behind an unusual line end, an abbreviated option or a continuation.
"""

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from hunkgate.gates.dependencies import pypi
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    UnreadableError,
)


def requirement(
    written: str,
    *,
    scope: str = "runtime",
    flags: frozenset[str] = frozenset(),
    line: int = 0,
) -> Dependency:
    """One PEP 508 string as a dependency of a manifest.

    Version constraints come in one order (lower bounds first) and without blanks, so that only their meaning is compared; a URL stands
    as written. Extras and the marker become flags (``extras:a,b``, ``marker:TEXT``). A string that PEP 508 refuses but that still shows
    a name and a constraint (legacy versions, names outside ASCII) is read too, and so is a bare URL. Raises UnreadableError where no
    name can be made out.
    """
    parts = _plain(written) or _standard(written) or _lenient(written)
    if parts is None and "://" in written.partition(";")[0]:
        return replace(located(written, scope=scope, line=line), flags=flags)
    if parts is None:
        raise UnreadableError(f"not a PEP 508 requirement: {written.strip()!r}", line=line)
    return Dependency(
        ecosystem=pypi.ECOSYSTEM,
        name=pypi.normalised(parts.name),
        raw_name=parts.name,
        requirement=parts.url or parts.constraint,
        scope=scope,
        source=pypi.source_of(parts.url) if parts.url else Source(),
        hashes=_fragment_hashes(parts.url),
        flags=flags | said_beside(parts.extras, parts.marker),
        line=line,
    )


def entry(
    name: str,
    value: object,
    *,
    scope: str = "runtime",
    indexes: Mapping[str, str] | None = None,
    flags: frozenset[str] = frozenset(),
    line: int = 0,
) -> tuple[Dependency, ...]:
    """One entry of a table ``name = value`` as poetry, pdm, pipenv and pixi write them.

    The value is a constraint, a table (``version``, ``git`` with ``branch``, ``tag``, ``rev`` or ``ref``, ``url``, ``file``, ``path``,
    ``index`` or ``source``, ``extras``, ``markers``) or a list of those. ``indexes`` maps the names of package indexes to their addresses.
    Raises UnreadableError for any other value.
    """
    if isinstance(value, list):
        return tuple(
            found
            for one in value
            for found in entry(name, one, scope=scope, indexes=indexes, flags=flags, line=line)
        )
    table = {"version": value} if isinstance(value, str) else value
    if not isinstance(table, Mapping):
        raise UnreadableError(f"{name}: expected a version or a table", line=line)
    markers = "; ".join(
        f"{key} {table[key]}"
        for key in ("python", "platform", "markers", "marker", "os_name", "sys_platform")
        if table.get(key)
    )
    extras = table.get("extras")
    beside = said_beside((str(one) for one in extras) if isinstance(extras, list) else (), markers)
    optional = frozenset({"optional"}) if table.get("optional") is True else frozenset()
    version = table.get("version", "")
    return (
        Dependency(
            ecosystem=pypi.ECOSYSTEM,
            name=pypi.normalised(name),
            raw_name=name,
            requirement=version if isinstance(version, str) else str(version),
            scope=scope,
            source=pypi.table_source(table, indexes or {}),
            flags=flags | beside | optional,
            line=line,
        ),
    )


def said_beside(extras: Iterable[str], marker: str) -> frozenset[str]:
    """The flags for the extras and the marker of a requirement; none for none."""
    names = ",".join(sorted(pypi.normalised(extra) for extra in extras))
    return frozenset(
        f"{what}:{value}" for what, value in (("extras", names), ("marker", marker)) if value
    )


def name_in_file(file: str) -> str:
    """The project's name in the name of a wheel (PEP 427) or a source archive (PEP 625); '' where it shows none."""
    base = posixpath.basename(file.partition("#")[0].partition("?")[0])
    found = _WHEEL.fullmatch(base) or _SDIST.fullmatch(base)
    return found["name"] if found else ""


def include_path(path: str, target: str) -> str:
    """The repository path of a file that the file at ``path`` names relative to itself; '' where it lies outside or is a URL."""
    if "://" in target or target.startswith(("/", "~", "file:")) or "\\" in target:
        return ""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return "" if joined.startswith("../") or joined in {"..", "."} else joined


def read_lines(text: str, path: str, *, scope: str = "runtime", first_line: int = 1) -> Reading:
    """The lines of a requirements file at ``path``.

    A line that is neither a requirement nor an option becomes an Option of the signal ``dynamic``: it is shown, never dropped.
    """
    lines = _Lines(path=path, scope=scope)
    for number, line in _logical(text, first_line):
        lines.take(line, number)
    return Reading(
        dependencies=tuple(lines.dependencies),
        options=tuple(lines.options),
        includes=tuple(dict.fromkeys(lines.includes)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    name: str
    extras: tuple[str, ...] = ()
    constraint: str = ""
    url: str = ""
    marker: str = ""


# Lower bounds first: `>=1.3,<2` is how people write it, and one order makes a mere reordering no change.
_OPERATORS = ("===", "==", "~=", ">=", ">", "!=", "<=", "<")
_REST = re.compile(r"[<>=!~(].*|@.*|", re.DOTALL)
_NAME_CHARACTER = r"(?:[A-Za-z0-9_.-]|[^\x00-\x7f])"
_LENIENT = re.compile(
    rf"(?P<name>{_NAME_CHARACTER}+)\s*(?:\[(?P<extras>[^\]]*)\])?\s*(?P<rest>.*)", re.DOTALL
)
_PIN = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(==[0-9][0-9.]*)?")
_WHEEL = re.compile(r"(?P<name>[^-]+)-[^-]+(?:-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl")
_SDIST = re.compile(r"(?P<name>.+)-\d[^-]*\.(?:tar\.gz|tar\.bz2|tar\.xz|tgz|zip)")


def _plain(written: str) -> _Parts | None:
    # A bare name or one pinned version is most of what a compiled file holds, and costs no import of packaging (40 ms).
    found = _PIN.fullmatch(written)
    return _Parts(name=found[1], constraint=found[2] or "") if found else None


def _standard(written: str) -> _Parts | None:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(written)
        return _Parts(
            name=parsed.name,
            extras=tuple(parsed.extras),
            constraint=_ordered(str(one) for one in parsed.specifier),
            url=parsed.url or "",
            marker=str(parsed.marker) if parsed.marker else "",
        )
    except (InvalidRequirement, RecursionError):  # the parser of markers goes as deep as they do
        return None


def _lenient(written: str) -> _Parts | None:
    body = written.strip()
    found = _LENIENT.fullmatch(body)
    if found is None or not re.search(r"\w", found["name"]):
        return None
    rest = found["rest"]
    extras = tuple(extra.strip() for extra in (found["extras"] or "").split(",") if extra.strip())
    if rest.startswith("@"):
        url = re.split(r"\s+;|\s+#", rest[1:].strip())[0]
        return _Parts(name=found["name"], extras=extras, url=url) if url else None
    rest, _, marker = (one.strip() for one in rest.partition(";"))
    if not _REST.fullmatch(rest):
        return None
    constraint = _ordered("".join(rest.strip("()").split()).split(","))
    return _Parts(name=found["name"], extras=extras, constraint=constraint, marker=marker)


def _ordered(constraints: Iterable[str]) -> str:
    def rank(one: str) -> tuple[int, str]:
        operator = next((op for op in _OPERATORS if one.startswith(op)), "")
        return (_OPERATORS.index(operator) if operator else len(_OPERATORS), one)

    return ",".join(sorted((one for one in constraints if one), key=rank))


def _fragment(url: str) -> dict[str, str]:
    pairs = (one.partition("=") for one in url.partition("#")[2].split("&"))
    return {key: value for key, _, value in pairs if value}


def _fragment_hashes(url: str) -> frozenset[str]:
    return frozenset(
        f"{key}:{value}"
        for key, value in _fragment(url).items()
        if key in {"sha256", "sha384", "sha512", "sha1", "md5"}
    )


def _logical(text: str, first_line: int) -> Iterator[tuple[int, str]]:
    """The lines after joining continuations and dropping comments, each with the 1-based line of its beginning in the file.

    pip divides by str.splitlines, which also breaks at form feeds and U+2028: another division would hide what stands behind one.
    """
    number = first_line
    parts: list[str] = []
    begun = number
    for raw in text.splitlines(keepends=True):
        line = raw.splitlines()[0]
        if not parts:
            begun = number
        number += raw.endswith(("\n", "\r"))
        comment = bool(_COMMENT.match(line))
        if line.endswith("\\") and not comment:
            parts.append(line.strip("\\"))
            continue
        # pip keeps a blank before a comment that ends a continuation, so that the comment is still seen as one
        parts.append(f" {line}" if comment else line)
        yield from _uncommented(begun, "".join(parts))
        parts = []
    yield from _uncommented(begun, "".join(parts))


_COMMENT = re.compile(r"(?:^|\s+)#.*$")


def _uncommented(number: int, line: str) -> Iterator[tuple[int, str]]:
    # Not one substitution of \s+#.*$: runs of blanks without a # would cost the square of their length.
    found = re.search(r"(?:^|\s)#", line)
    stripped = (line[: found.start()] if found else line).strip()
    if stripped:
        yield number, stripped


# pip's requirements-file options. The value says: the signal, and whether a value follows.
_OPTIONS: dict[str, tuple[str, bool]] = {
    "--index-url": ("index-changed", True),
    "--pypi-url": ("index-changed", True),
    "--extra-index-url": ("index-changed", True),
    "--no-index": ("index-changed", False),
    "--find-links": ("index-changed", True),
    "--trusted-host": ("index-changed", True),
    "--pre": ("index-changed", False),
    "--prefer-binary": ("index-changed", False),
    "--no-binary": ("index-changed", True),
    "--only-binary": ("index-changed", True),
    "--require-hashes": ("index-changed", False),
    "--use-feature": ("index-changed", True),
    "--constraint": ("include-added", True),
    "--requirement": ("include-added", True),
    "--editable": ("", True),
    "--hash": ("", True),
    "--global-option": ("install-script", True),
    "--install-option": ("install-script", True),
    "--config-settings": ("install-script", True),
}
_SHORT = {
    "-i": "--index-url",
    "-f": "--find-links",
    "-c": "--constraint",
    "-r": "--requirement",
    "-e": "--editable",
    "-C": "--config-settings",
}


class _Lines:
    """What the lines taken so far come to."""

    def __init__(self, *, path: str, scope: str) -> None:
        self._path = path
        self._scope = scope
        self.dependencies: list[Dependency] = []
        self.options: list[Option] = []
        self.includes: list[str] = []

    def take(self, line: str, number: int) -> None:
        """One logical line: a requirement, options, or a requirement with its own options."""
        words = line.split(" ")
        at = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
        wanted, rest = " ".join(words[:at]).strip(), " ".join(words[at:])
        try:
            # shlex takes three times as long as reading the requirement; without a quote it only divides at blanks.
            words = shlex.split(rest) if re.search(r"[\"'\\]", rest) else rest.split()
            given = tuple(_given(words))
        except ValueError:  # an unclosed quote
            self._note("line", line, "dynamic", number)
            return
        hashes = frozenset(value for name, value in given if name == "--hash")
        if wanted:
            self._requirement(wanted, number, hashes)
        for name, value in given:
            self._option(name, value, number)

    def _option(self, name: str, value: str, number: int) -> None:
        if name == "--hash":
            return
        if name == "--editable":
            self._requirement(value, number, frozenset())
            return
        signal = _OPTIONS[name][0] if name in _OPTIONS else "dynamic"
        if signal == "include-added" and "://" not in value:
            value = posixpath.normpath(value)
        self._note(name, value, signal, number)
        if signal == "include-added" and (found := include_path(self._path, value)):
            self.includes.append(found)

    def _requirement(self, wanted: str, number: int, hashes: frozenset[str]) -> None:
        if _own(wanted):
            return
        try:
            found = (
                located(wanted, scope=self._scope, line=number)
                if _leads_somewhere(wanted)
                else requirement(wanted, scope=self._scope, line=number)
            )
        except UnreadableError:
            self._note("line", wanted, "dynamic", number)
            return
        self.dependencies.append(replace(found, hashes=found.hashes | hashes))

    def _note(self, name: str, value: str, signal: str, number: int) -> None:
        self.options.append(
            Option(ecosystem=pypi.ECOSYSTEM, name=name, value=value, signal=signal, line=number)
        )


def located(written: str, *, scope: str = "runtime", line: int = 0) -> Dependency:
    """A requirement that is only a URL or a path: its name is that of its ``#egg=``, else its file's, else the address itself."""
    url = re.split(r"\s+;|\s+#", written.strip())[0]
    named = _fragment(url).get("egg", "") or name_in_file(url)
    found = _LENIENT.fullmatch(named)
    name = found["name"] if found else ""
    return Dependency(
        ecosystem=pypi.ECOSYSTEM,
        name=pypi.normalised(name) or url,
        raw_name=name or url,
        requirement=url,
        scope=scope,
        source=pypi.source_of(url),
        hashes=_fragment_hashes(url),
        line=line,
    )


def _own(wanted: str) -> bool:
    """Whether this is the project itself: ``.`` or ``./``, with or without extras."""
    path = wanted.partition(";")[0].partition("[")[0].strip().removeprefix("file:")
    return path in {".", "./", ".\\"}


def _leads_somewhere(wanted: str) -> bool:
    first = wanted.split("@", 1)[0] if re.match(r"[\w.-]+\s*(\[[^\]]*\])?\s*@", wanted) else wanted
    if first is not wanted and not wanted.startswith("git+"):
        return False  # `name @ url` is PEP 508's own form
    body = wanted.partition(";")[0].partition("#")[0].strip()
    return (
        "://" in body
        or body.startswith((".", "/", "~", "git+", "file:"))
        or "/" in body
        or "\\" in body
        or body.endswith((".whl", ".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz"))
    )


def _given(words: list[str]) -> Iterator[tuple[str, str]]:
    """The options among the words with their values, abbreviations spelled out as optparse does."""
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if not word.startswith("--"):
            name, value, equals = _SHORT.get(word[:2], word[:2]), word[2:], word[2:]
        elif name not in _OPTIONS:
            fitting = [known for known in _OPTIONS if known.startswith(name)]
            name = fitting[0] if len(fitting) == 1 else name
        if name not in _OPTIONS:
            yield ("line" if not word.startswith("-") else name), value or word
        elif _OPTIONS[name][1]:
            yield name, value if equals else next(rest, "")
        else:
            yield name, ""

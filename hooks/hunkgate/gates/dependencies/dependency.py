"""One record for a dependency in any manifest or lock, and one record for what a change did to it."""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from hunkgate.model import Level


class SourceKind(enum.Enum):
    """Where a dependency is taken from."""

    REGISTRY = "registry"
    GIT = "git"
    URL = "url"
    PATH = "path"
    WORKSPACE = "workspace"
    ALIAS = "alias"
    IMAGE = "image"

    # There is one object of each: Enum's own hash, of the name, is Python code that ten thousand records of a lock ask for.
    __hash__ = object.__hash__


class RefKind(enum.Enum):
    """How firmly a git or image source is pinned."""

    SHA = "sha"
    TAG = "tag"
    BRANCH = "branch"
    NONE = "none"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a dependency is taken from: ``locator`` is the registry's or repository's address ('' for the default registry).

    ``hosts`` are those that a lock takes the files themselves from, where it says so apart from the registry: moving them is how a
    lock is poisoned without touching the registry's line.
    """

    kind: SourceKind = SourceKind.REGISTRY
    locator: str = ""
    ref: str = ""
    ref_kind: RefKind = RefKind.NONE
    hosts: frozenset[str] = frozenset()


class Kind(enum.Enum):
    """What a change did."""

    ADDED = "added"
    REMOVED = "removed"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    REQUIREMENT = "requirement"
    SOURCE = "source"
    HASH = "hash"
    SCOPE = "scope"
    OPTION = "option"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One dependency as one file states it.

    ``ecosystem`` is the purl type (purl-spec, PURL-TYPES), or ``pre-commit``, ``git-submodule``, ``githubactions`` where purl
    has none. ``name`` is normalised by the ecosystem's own rule and is the real package where an alias hides it;
    ``raw_name`` is as written. ``requirement`` is as written in a manifest, ``version`` the resolved one in a lock.
    ``scope`` is runtime, dev, build, optional:NAME or lock. ``flags`` are install-script, alias, override, dynamic,
    optional, bundled (in another package's archive), and what a requirement says beside its versions: ``extras:a,b``, ``marker:TEXT``, ``comment:TEXT`` (the version that a
    comment claims for a commit id). ``line`` is 1-based, 0 where the format gives none.
    """

    ecosystem: str
    name: str
    raw_name: str = ""
    requirement: str = ""
    version: str = ""
    resolved: bool = False
    scope: str = "runtime"
    source: Source = field(default_factory=Source)
    hashes: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    licence: str = ""
    file: str = ""
    line: int = 0

    @property
    def value(self) -> str:
        """What a reader compares: the resolved version in a lock, the requirement as written in a manifest."""
        return self.version if self.resolved else self.requirement

    def record(self) -> tuple[bytes, ...]:
        """Every field but the line as bytes, for a digest. Sets are sorted and preceded by their number: no two records are alike."""
        texts = (
            self.ecosystem,
            self.name,
            self.raw_name,
            self.requirement,
            self.version,
            "resolved" if self.resolved else "",
            self.scope,
            self.source.kind.value,
            self.source.locator,
            self.source.ref,
            self.source.ref_kind.value,
            str(len(self.source.hosts)),
            *sorted(self.source.hosts),
            self.licence,
            self.file,
            str(len(self.hashes)),
            *sorted(self.hashes),
            str(len(self.flags)),
            *sorted(self.flags),
        )
        # A JSON file may hold half of a surrogate pair: surrogatepass keeps every text apart from every other.
        return tuple(text.encode("utf-8", "surrogatepass") for text in texts)

    def placed(self, file: str) -> "Dependency":
        """The same dependency with the file it was read from."""
        return replace(self, file=file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A fact about a whole file that moves where or how packages come: an index, a registry, a build backend, an
    install script, a channel, an include of another requirements file. ``signal`` names the rule it falls under. One that only ``restricts``
    what may come or run is told when it changes or goes, not when it comes.
    """

    ecosystem: str
    name: str
    value: str
    signal: str
    line: int = 0
    restricts: bool = False


def _no_names(_ecosystem: str) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one format read from one version of one file. ``own`` holds normalised names that are the project itself;
    ``includes`` holds paths, relative to the repository root, of files to be read in the same format (``-r``, ``-c``).

    ``rest`` gives what ``dependencies`` leaves out where two versions of a file were read together: all records of the names that both
    state alike, one after the other as they are asked for, since most changes of a long lock need none or a few of them.
    ``beside`` gives the names of all of them in one ecosystem without making a record.
    """

    dependencies: tuple[Dependency, ...] = ()
    options: tuple[Option, ...] = ()
    own: frozenset[str] = frozenset()
    includes: tuple[str, ...] = ()
    rest: Callable[[], Iterable[Dependency]] = field(default=tuple, compare=False, repr=False)
    beside: Callable[[str], Iterable[str]] = field(default=_no_names, compare=False, repr=False)

    @classmethod
    def of(cls, found: Iterable[Dependency | Option]) -> "Reading":
        """The reading of dependencies and options in the order in which they were found, one among the other."""
        several = tuple(found)
        return cls(
            dependencies=tuple(one for one in several if isinstance(one, Dependency)),
            options=tuple(one for one in several if isinstance(one, Option)),
        )

    def every(self) -> Iterator[Dependency]:
        """All dependencies that the file states, those left out included."""
        yield from self.dependencies
        yield from self.rest()

    def names(self, ecosystem: str) -> list[str]:
        """The names of all dependencies of one ecosystem, those left out included; one may come more than once."""
        named = [one.name for one in self.dependencies if one.ecosystem == ecosystem]
        return [*named, *self.beside(ecosystem)]


class UnreadableError(Exception):
    """The file is known by name but cannot be read: parse error, unknown version, duplicate keys, no records.

    ``settled`` is the content as a tool takes it that does not mind what is wrong (a JSON reader takes the last of two equal keys), and
    ``reading`` what such a tool would install: shown beside the problem, never in its place. ``discarded`` is all that the settled content
    leaves out: where it was left out before the change too, nothing hides in it that is new.
    """

    def __init__(
        self, reason: str, *, line: int = 0, settled: bytes = b"", discarded: tuple[str, ...] = ()
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.settled = settled
        self.discarded = discarded
        self.reading: Reading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One reason for which a change to a dependency matters: the rule's last part, its weight, and one sentence."""

    name: str
    level: Level
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyChange:
    """What a change did to one dependency or to one option of one file.

    ``before`` and ``after`` are None where there is none. ``explained_by`` names the manifest dependency whose change explains a
    change in the lock, '' where none does. ``data`` holds facts for machines.
    """

    kind: Kind
    ecosystem: str
    name: str
    file: str
    line: int = 0
    before: Dependency | None = None
    after: Dependency | None = None
    base_value: str = ""
    head_value: str = ""
    signals: tuple[Signal, ...] = ()
    explained_by: str = ""
    data: Mapping[str, str] = field(default_factory=dict)

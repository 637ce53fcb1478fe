"""The policy: ``hunkgate.toml`` or ``[tool.hunkgate]`` in ``pyproject.toml``, from bytes to one settings value per gate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from hunkgate import approvals
from hunkgate.errors import PolicyError
from hunkgate.settings import Reading, Table, Value

POLICY_FILE = "hunkgate.toml"
PROJECT_FILE = "pyproject.toml"


class Section(Protocol):
    """What the parser needs to know of a gate: the name of its table and how to read it."""

    @property
    def name(self) -> str: ...

    def parse(self, table: Table, /) -> object: ...


class Settings(Mapping[str, object]):
    """One settings value per gate, in the order of the gates.

    That of a gate whose table the document does not hold is made when it is asked for: no gate is loaded to say its defaults.
    """

    def __init__(self, top: Table, sections: tuple[Section, ...], file: str) -> None:
        self._sections = {section.name: section for section in sections}
        self._readings = {name: Reading(file) for name in self._sections}
        self._tables = {name: top.table(name, own) for name, own in self._readings.items()}
        self._made: dict[str, object] = {}
        self._written = frozenset(name for name in self._sections if name in top)
        self.enabled = frozenset(
            name for name, table in self._tables.items() if table.flag("enabled", default=True)
        )
        for name, section in self._sections.items():
            if name in self._written:
                self._made[name] = section.parse(self._tables[name])
                self._tables[name].done()

    def __getitem__(self, name: str) -> object:
        if name not in self._made:
            self._made[name] = self._sections[name].parse(self._tables[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sections)

    def __len__(self) -> int:
        return len(self._sections)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Settings) or self._sections.keys() != other._sections.keys():
            return NotImplemented
        return all(self[name] == other[name] for name in self._written | other._written)

    __hash__ = None  # type: ignore[assignment]

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong in the tables that are written."""
        return tuple(one for reading in self._readings.values() for one in reading.problems)

    def all_values(self) -> tuple[Value, ...]:
        """Every value in force, gate by gate, defaults included."""
        return tuple(one for name, _ in self.items() for one in self._readings[name].values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The configuration in force: one settings value per gate, and where it came from.

    ``file`` is '' where no policy was found and the defaults judge. ``source`` names the tree, such as ``main@ab12cd3``.
    ``own_values`` are those that are no gate's. ``signers`` is the content of the allowed signers file in that tree, empty where it holds none.
    """

    repository: str
    base: str
    settings: Settings
    enabled: frozenset[str]
    approvals: approvals.ApprovalSettings
    file: str
    source: str
    own_values: tuple[Value, ...]
    signers: bytes = b""

    @property
    def values(self) -> tuple[Value, ...]:
        """Every value in force, defaults included."""
        return (*self.own_values, *self.settings.all_values())

    @property
    def label(self) -> str:
        """The tree that the policy was read from, as a refusal names it."""
        return f"policy of {self.source}" if self.file else f"defaults, no policy in {self.source}"


def parse(files: Mapping[str, bytes], sections: tuple[Section, ...], source: str) -> Policy:
    """The policy that the two files hold; ``files`` maps those of the two names that exist to their content.

    Raises PolicyError with every problem at once.
    """
    file, document = _document(files)
    reading = Reading(file or POLICY_FILE)
    prefix = "tool.hunkgate" if file == PROJECT_FILE else ""
    top = Table(document, reading, prefix)
    repository = top.text("repository")
    base = top.text("base")
    settings = Settings(top, sections, reading.file)
    approval_settings = approvals.parse(top.table("approvals"))
    top.done()
    if problems := (*settings.problems, *reading.problems):
        raise PolicyError(tuple(f"{problem} ({source})" for problem in problems))
    return Policy(
        repository=repository,
        base=base,
        settings=settings,
        enabled=settings.enabled,
        approvals=approval_settings,
        file=file,
        source=source,
        own_values=tuple(reading.values),
    )


def _document(files: Mapping[str, bytes]) -> tuple[str, Mapping[str, object]]:
    own = _toml(POLICY_FILE, files[POLICY_FILE]) if POLICY_FILE in files else None
    shared: object = None
    # Most projects have a pyproject.toml that says nothing of hunkgate: parse it only where it names the tool.
    if b"hunkgate" in files.get(PROJECT_FILE, b""):
        tool = _toml(PROJECT_FILE, files[PROJECT_FILE]).get("tool", {})
        shared = tool.get("hunkgate") if isinstance(tool, dict) else None
    if shared is not None and not isinstance(shared, dict):
        raise PolicyError((f"{PROJECT_FILE}: tool.hunkgate: expected a table",))
    if own is not None and shared is not None:
        raise PolicyError(
            (f"both {POLICY_FILE} and [tool.hunkgate] in {PROJECT_FILE} hold a policy",),
            remedy="keep one of the two",
        )
    if own is not None:
        return POLICY_FILE, own
    return (PROJECT_FILE, shared) if shared is not None else ("", {})


def _toml(file: str, content: bytes) -> Mapping[str, object]:
    import tomllib  # most repositories say nothing of hunkgate

    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PolicyError((f"{file}: not UTF-8 at byte {error.start}",)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError((f"{file}: not TOML: {error}",)) from error

"""The policy: ``hunkgate.toml`` or ``[tool.hunkgate]`` in ``pyproject.toml``, from bytes to one settings value per gate."""

import tomllib
from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The configuration in force: one settings value per gate, and where it came from.

    ``file`` is '' where no policy was found and the defaults judge. ``source`` names the tree, such as ``main@ab12cd3``.
    ``signers`` is the content of the allowed signers file in that tree, empty where it holds none.
    """

    repository: str
    base: str
    settings: Mapping[str, object]
    enabled: frozenset[str]
    approvals: approvals.ApprovalSettings
    file: str
    source: str
    values: tuple[Value, ...]
    signers: bytes = b""

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
    settings: dict[str, object] = {}
    enabled = set()
    for section in sections:
        table = top.table(section.name)
        if table.flag("enabled", default=True):
            enabled.add(section.name)
        settings[section.name] = section.parse(table)
        table.done()
    approval_settings = approvals.parse(top.table("approvals"))
    top.done()
    if reading.problems:
        raise PolicyError(tuple(f"{problem} ({source})" for problem in reading.problems))
    return Policy(
        repository=repository,
        base=base,
        settings=settings,
        enabled=frozenset(enabled),
        approvals=approval_settings,
        file=file,
        source=source,
        values=tuple(reading.values),
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
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PolicyError((f"{file}: not UTF-8 at byte {error.start}",)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError((f"{file}: not TOML: {error}",)) from error

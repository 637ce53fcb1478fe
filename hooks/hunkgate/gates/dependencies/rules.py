"""Every reason for which a change to a dependency matters: one row each, with the level it has unless the policy says otherwise.

A name here is the last part of a rule id (``dependencies/added``): it stands in policies, approvals and reports and is never renamed.
A format names the rule of an ``Option`` by it.
"""

from dataclasses import dataclass

from hunkgate.gate import Rule
from hunkgate.model import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule: its name, its level by default, what it says of a change, and whether an approval may lift it."""

    name: str
    level: Level
    message: str
    liftable: bool = True


def _row(name: str, level: Level, message: str, *, liftable: bool = True) -> Row:
    return Row(name=name, level=level, message=message, liftable=liftable)


_E, _W, _N = Level.ERROR, Level.WARNING, Level.NOTE

# Worst first: where several speak of one change, the first of the highest level names the finding.
ROWS: tuple[Row, ...] = (
    _row("denied", _E, "the policy denies this package", liftable=False),
    _row("unreadable", _E, "the file could not be read, so what it changes is not known"),
    _row("hash-replaced", _E, "another content under the same version"),
    _row("registry-changed", _E, "it now comes from another registry"),
    _row("source-changed", _E, "it now comes from another source"),
    _row("hash-dropped", _E, "its hashes are gone: the content is no longer checked"),
    _row("look-alike", _E, "its name can be mistaken for one that this repository uses"),
    _row("non-ascii", _E, "its name holds characters outside ASCII"),
    _row("index-changed", _E, "where packages are taken from changes"),
    _row("channel-changed", _E, "the channels that packages are taken from change"),
    _row("build-backend-changed", _E, "the code that builds the project changes"),
    _row("install-script", _E, "code that runs at installation appears or changes"),
    _row("alias", _E, "it is installed under another package's name"),
    _row("override", _E, "it replaces what other packages asked for"),
    _row("url-source", _E, "it is taken from an address, not from a registry"),
    _row("git-source", _E, "it is taken from a git repository, not from a registry"),
    _row("path-source", _E, "it is taken from a folder or file, not from a registry"),
    _row("include-added", _E, "another file of requirements is read"),
    _row("dynamic", _E, "it is computed when it is installed, so it cannot be read"),
    _row("ref-comment", _E, "the commit changed while the comment still names the old version"),
    _row("lock-deleted", _E, "the lock is gone: versions and contents are no longer fixed"),
    _row("licence", _E, "its licence is not on the policy's list"),
    _row("unpinned", _E, "nothing fixes its version"),
    _row("downgraded", _E, "an older version than before"),
    _row("added", _E, "a new dependency"),
    _row("changed", _E, "another version or requirement"),
    _row("removed", _E, "no longer a dependency"),
    _row("option-changed", _E, "a setting of the package manager changes"),
    _row("base-unreadable", _W, "the file before the change could not be read"),
    _row("mutable-ref", _W, "a branch or a tag can be moved to other content; a commit cannot"),
    _row("widened", _W, "more versions are accepted than before"),
    _row("scope-changed", _W, "it is used in another scope than before"),
    _row("lock-without-manifest", _W, "the lock changes while its manifest does not"),
    _row("manifest-without-lock", _W, "the manifest changes while its lock does not"),
    _row("system-package", _N, "a package of the operating system, noted only"),
    _row("explained", _N, "it follows from a change of the manifest beside it"),
    _row("hash-added", _N, "further hashes for the same version, such as new wheels"),
    _row("hash-removed", _N, "fewer hashes for the same version; the others stay"),
)

BY_NAME = {row.name: row for row in ROWS}
RANK = {row.name: rank for rank, row in enumerate(ROWS)}

RULES: tuple[Rule, ...] = tuple(
    Rule(id=f"dependencies/{row.name}", summary=row.message) for row in ROWS
)

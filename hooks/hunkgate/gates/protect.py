"""The protect gate: what guards the repository guards itself. It stops quiet edits to the policy, the signers, hook configuration,
attributes, workflows and agents' settings; a human's approval lets them through.

Always judged by the base's policy, so a change cannot loosen the rule that judges it. It does not look at what an edit means.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from hunkgate import approvals, globs
from hunkgate.gate import Gate, Rule
from hunkgate.globs import Globs
from hunkgate.model import Change, FileChange, Finding
from hunkgate.policy import POLICY_FILE, PROJECT_FILE, Policy
from hunkgate.settings import Table

RULES = (
    Rule(id="protect/policy", summary="hunkgate's policy was changed"),
    Rule(id="protect/signers", summary="the list of those who may approve was changed"),
    Rule(id="protect/hooks", summary="the configuration of git hooks was changed"),
    Rule(
        id="protect/attributes",
        summary="git attributes were changed, which can hide content from diffs and merges",
    ),
    Rule(
        id="protect/workflow",
        summary="a continuous integration workflow or the list of code owners was changed",
    ),
    Rule(id="protect/agent", summary="the settings or instructions of a coding agent were changed"),
    Rule(id="protect/also", summary="a path that the policy protects in addition was changed"),
)

_HOOKS = (
    "/.pre-commit-config.yaml", "/.pre-commit-config.yml", "/.pre-commit-hooks.yaml", "/prek.toml", "/.prek.toml",
    "/lefthook.*", "/.lefthook.*", "/lefthook-local.*", "/.lefthook-local.*", "/.config/lefthook.*", "/.lefthook/", "/.husky/",
    "/.githooks/", "/.hooks/", "/.huskyrc*", "/.lintstagedrc*", "/.overcommit.yml", "/.gitconfig", "/.hunkgate/",
)  # fmt: skip
_ATTRIBUTES = (".gitattributes",)
_WORKFLOWS = (
    "/.github/workflows/", "/.github/actions/", "/.github/CODEOWNERS", "/CODEOWNERS", "/docs/CODEOWNERS", "/.gitlab/CODEOWNERS",
    "/.github/dependabot.yml", "/.github/settings.yml", "/.gitlab-ci.yml", "/.gitlab/ci/", "/.gitea/workflows/",
    "/.forgejo/workflows/", "/.circleci/", "/.buildkite/", "/.woodpecker*", "/.drone.yml", "/.travis.yml", "/.appveyor.yml",
    "/appveyor.yml", "/azure-pipelines*.yml", "/.azure-pipelines/", "/bitbucket-pipelines.yml", "/Jenkinsfile", "/.teamcity/",
    "/.semaphore/", "/.cirrus.yml", "/cloudbuild.yaml", "/.tekton/",
)  # fmt: skip
_AGENTS = (
    ".claude/", "CLAUDE.md", "CLAUDE.local.md", ".codex/", "AGENTS.md", "AGENTS.override.md", ".cursor/", ".cursorrules",
    ".cursorignore", ".gemini/", "GEMINI.md", "/.github/copilot-instructions.md", "/.github/instructions/", "/.github/hooks/",
    "/.github/agents/", "opencode.json", "opencode.jsonc", ".opencode/", ".aider.conf.yml", ".aiderignore", ".windsurf/",
    ".windsurfrules", ".mcp.json", "/.vscode/mcp.json", ".clinerules", ".clinerules/", ".roo/", ".roomodes", ".kiro/", ".amazonq/",
    ".junie/", ".continue/", ".augment/", ".goosehints", ".qwen/", "QWEN.md", ".amp/",
)  # fmt: skip


# The rule's name, its patterns, and why they are protected.
_List = tuple[str, tuple[str, ...], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectSettings:
    """``[protect]``: ``also`` adds paths, ``hooks`` ... ``agents`` say whether each built-in list applies."""

    also: Globs
    hooks: bool
    attributes: bool
    workflows: bool
    agents: bool


def parse(table: Table) -> ProtectSettings:
    """The settings that the table holds; problems are noted in it."""
    return ProtectSettings(
        also=table.patterns("also"),
        hooks=table.flag("hooks", default=True),
        attributes=table.flag("attributes", default=True),
        workflows=table.flag("workflows", default=True),
        agents=table.flag("agents", default=True),
    )


def check(change: Change, settings: ProtectSettings, policy: Policy) -> Iterator[Finding]:
    """One finding for each protected file. Nothing is protected before a policy is in the base: that commit enrols the repository."""
    if not policy.file:
        return
    lists, every = _guarded(settings, _signers(policy))
    for file in change.files:
        if not any(every.admits(globs.fold(path)) for path in file.touched):
            continue
        if _touches_policy(change, file):
            yield _finding(
                change,
                file,
                "policy",
                "a policy is changed only with the approval of those it names",
            )
            continue
        for rule, patterns, why in lists:
            if patterns and any(_covers(patterns, path) for path in file.touched):
                yield _finding(change, file, rule, why)
                break


@functools.lru_cache(maxsize=16)
def _guarded(
    settings: ProtectSettings, signers: tuple[str, ...]
) -> tuple[tuple[_List, ...], Globs]:
    """The lists in force, and the patterns of all of them at once, folded."""
    lists = (
        ("signers", signers, "who may approve is decided by those who may approve now"),
        (
            "hooks",
            _HOOKS if settings.hooks else (),
            "hook configuration decides what is checked at all",
        ),
        (
            "attributes",
            _ATTRIBUTES if settings.attributes else (),
            "attributes can hide content from diffs and merges",
        ),
        (
            "workflow",
            _WORKFLOWS if settings.workflows else (),
            "workflows decide what is checked on the server",
        ),
        (
            "agent",
            _AGENTS if settings.agents else (),
            "these files tell coding agents what they may do",
        ),
        ("also", settings.also.patterns, "the policy protects this path"),
    )
    every = globs.parse(
        (
            POLICY_FILE,
            PROJECT_FILE,
            *(pattern for _rule, patterns, _why in lists for pattern in patterns),
        )
    ).folded
    return lists, every


def _covers(patterns: tuple[str, ...], path: str) -> bool:
    return globs.parse(patterns).folded.covers(globs.fold(path))


def _signers(policy: Policy) -> tuple[str, ...]:
    file = policy.approvals.signers
    return (f"/{file.removeprefix('/')}",) if file else ()


def _touches_policy(change: Change, file: FileChange) -> bool:
    names = {globs.fold(path) for path in file.touched}
    if POLICY_FILE in names:
        return True
    return PROJECT_FILE in names and _table(change.before(file)) != _table(change.after(file))


def _table(content: bytes) -> object:
    """``[tool.hunkgate]`` of a pyproject.toml: None where it has none, the content itself where it cannot be read."""
    if b"hunkgate" not in content:
        return None
    import tomllib  # few changes touch a policy that lies there

    try:
        tool = tomllib.loads(content.decode("utf-8-sig")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return content
    return tool.get("hunkgate") if isinstance(tool, dict) else None


def _finding(change: Change, file: FileChange, rule: str, why: str) -> Finding:
    id_ = f"protect/{rule}"
    return Finding(
        rule=id_,
        path=file.path,
        what=file.path if file.old_path is None else f"{file.old_path} -> {file.path}",
        message=f"{why}; a human must approve the edit",
        remedy="leave this file out of the change",
        item=approvals.path_item(id_, change, file),
        data={"status": file.status.value, "old_path": file.old_path, "path": file.path},
    )


GATE: Gate[ProtectSettings] = Gate(
    name="protect",
    summary="the policy, signers, hooks, attributes, workflows and agents' settings guard themselves",
    rules=RULES,
    parse=parse,
    check=check,
)

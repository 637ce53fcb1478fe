"""GitHub workflows and actions: "Workflow syntax for GitHub Actions", "Metadata syntax for GitHub Actions".

Read: every ``uses`` (actions, reusable workflows, ``docker://``) with its ref and the version that a comment behind a commit claims,
images of ``container``, ``services`` and ``runs``, what the scripts of ``run`` install, ``registry-url`` and variables that move an
index. Not read: local actions (``./path``: they are judged as files of their own), expressions, what an action itself installs.
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import (
    documents,
    images,
    install_commands,
    npm,
    sources,
    tool_settings,
    yaml_documents,
)
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.yaml_documents import Series, Table

# What pinning tools write behind a commit: a bare version, or one led by tag=, pin@ (pin-github-action) or ratchet:owner/name@.
_CLAIM = re.compile(rb"\s#\s*(?:tag[=:]\s*|pin@|ratchet:\S+@)?(v?\d[\w.+-]*)")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

Found = Dependency | Option


def read(content: bytes, path: str) -> Reading:
    """What the workflow or action takes from others. Raises UnreadableError."""
    del path
    lines = content.split(b"\n")
    found: list[Found] = []
    for document in yaml_documents.read(content):
        if document is None:
            continue
        if not isinstance(document, Table):
            raise UnreadableError("not a workflow: a mapping was expected at its top")
        found.extend(_walk(document, lines))
        found.extend(_images(document))
    return Reading.of(found)


def _walk(top: Table, lines: list[bytes]) -> Iterator[Found]:
    """Every mapping of the document, read where it is one that names what to take; aliases make some appear twice, which is harmless."""
    waiting: list[tuple[str, object]] = [("", top)]
    while waiting:
        under, value = waiting.pop()
        if isinstance(value, Series):
            waiting.extend((under, one) for one in value)
        elif isinstance(value, Table):
            yield from _mapping(under, value, lines)
            waiting.extend(value.items())


def _mapping(under: str, table: Table, lines: list[bytes]) -> Iterator[Found]:
    uses, run = table.get("uses"), table.get("run")
    if isinstance(uses, str):
        yield from _uses(uses, table.lines["uses"], lines)
    if isinstance(run, str):
        line = table.lines["run"]
        block = re.search(rb"run\s*:\s*[|>]", lines[line - 1]) is not None
        code = re.match(r"(?:python|node|perl|ruby|php)", documents.text_if(table, "shell"))
        read_run = install_commands.read_code if code else install_commands.read
        dependencies, options = read_run(run, line=line + block)
        yield from dependencies
        yield from options
    registry = table.get("registry-url")
    # The default registry, which a workflow that publishes names, is no other one.
    if under == "with" and isinstance(registry, str) and npm.registry(sources.place(registry)):
        yield Option(
            ecosystem="npm",
            name="registry-url",
            value=registry,
            signal="index-changed",
            line=table.lines["registry-url"],
        )
    script = table.get("script")
    if under == "with" and isinstance(script, str):
        # The code of actions/github-script.
        dependencies, options = install_commands.read_code(script, line=table.lines["script"])
        yield from dependencies
        yield from options
    if under == "env":
        for name, value in table.items():
            option = tool_settings.environment(name, str(value), line=table.lines[name])
            if option is not None:
                yield option


def _images(document: Table) -> Iterator[Found]:
    """The images of jobs and of an action that is a container: elsewhere ``image`` is an input like any other."""
    jobs = document.get("jobs")
    for job in jobs.values() if isinstance(jobs, Table) else ():
        if not isinstance(job, Table):
            continue
        yield from _image(job, "container")
        services = job.get("services")
        if isinstance(services, Table):
            for name in services:
                yield from _image(services, name)
    runs = document.get("runs")
    if isinstance(runs, Table):
        yield from _image(runs, "image")


def _image(table: Table, key: str) -> Iterator[Found]:
    value = table.get(key)
    if isinstance(value, Table):
        yield from _image(value, "image")
    # An action that is built from its own Dockerfile takes nothing here.
    elif isinstance(value, str) and value and not value.startswith(("Dockerfile", "./", "../")):
        yield images.image(value, line=table.lines[key])


def _uses(written: str, line: int, lines: list[bytes]) -> Iterator[Found]:
    if written.startswith("docker://"):
        yield images.image(written, line=line)
        return
    if written.startswith(("./", "../")):
        return
    name, _, ref = written.strip().partition("@")
    kind = RefKind.NONE
    if ref:
        kind = (
            RefKind.SHA
            if _SHA.fullmatch(ref)
            else RefKind.TAG if re.match(r"v?\d|refs/tags/", ref) else RefKind.BRANCH
        )
    claim = _CLAIM.search(lines[line - 1]) if kind is RefKind.SHA and line <= len(lines) else None
    # Owner and repository may be written in any case, the path in the repository may not.
    owner, repository, *inside = (*name.split("/"), "")
    yield Dependency(
        ecosystem="githubactions",
        name="/".join((owner.lower(), repository.lower(), *inside)).rstrip("/"),
        raw_name=name,
        requirement=ref,
        scope="build",
        source=Source(
            kind=SourceKind.GIT,
            locator=f"{owner}/{repository}".lower().rstrip("/"),
            ref=ref,
            ref_kind=kind,
        ),
        flags=(
            frozenset({f"comment:{claim[1].decode('ascii', 'replace')}"}) if claim else frozenset()
        ),
        line=line,
    )

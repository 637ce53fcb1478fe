"""GitLab's pipelines: "CI/CD YAML syntax reference".

Read: ``include`` (of ``trigger`` too) from other projects, addresses, templates and components with their refs, ``image`` and ``services``, what ``script``,
``before_script`` and ``after_script`` install, variables that move an index. Not read: what an included file itself says.
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import (
    documents,
    images,
    install_commands,
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

Found = Dependency | Option
_SCRIPTS = ("script", "before_script", "after_script", "pre_get_sources_script")


def read(content: bytes, path: str) -> Reading:
    """What the pipeline takes from others. Raises UnreadableError."""
    found: list[Found] = []
    for document in yaml_documents.read(content):
        if document is None:
            continue
        if not isinstance(document, Table):
            # The folder holds other files too, such as the list of route-map.yml.
            if f"/{path}".rpartition("/")[0].endswith("/.gitlab"):
                continue
            raise UnreadableError("not a pipeline: a mapping was expected at its top")
        found.extend(_includes(document))
        for value in (document, *document.values()):
            if isinstance(value, Table):
                found.extend(_job(value))
    return Reading.of(found)


def _includes(document: Table) -> Iterator[Found]:
    written = document.get("include")
    line = document.lines.get("include", 0)
    for one in written if isinstance(written, Series) else (written,):
        if isinstance(one, str):
            if "://" in one:
                yield _include(one, "", SourceKind.URL, line)
        elif isinstance(one, Table):
            yield from _included(one)


def _included(one: Table) -> Iterator[Found]:
    for key, kind in (
        ("remote", SourceKind.URL),
        ("project", SourceKind.GIT),
        ("component", SourceKind.GIT),
        ("template", SourceKind.REGISTRY),
    ):
        name = one.get(key)
        if not isinstance(name, str):
            continue
        ref = one.get("ref")
        version = ref if isinstance(ref, str) else ""
        if key == "component":
            name, _, version = name.partition("@")
        yield _include(name, version, kind, one.lines[key])


def _include(name: str, ref: str, kind: SourceKind, line: int) -> Dependency:
    ref_kind = RefKind.NONE
    if ref:
        ref_kind = (
            RefKind.SHA
            if re.fullmatch(r"[0-9a-f]{40}", ref)
            else RefKind.TAG if re.match(r"v?\d", ref) else RefKind.BRANCH
        )
    return Dependency(
        ecosystem="gitlab",
        name=name,
        raw_name=name,
        requirement=ref,
        scope="build",
        source=Source(kind=kind, locator=name, ref=ref, ref_kind=ref_kind),
        line=line,
    )


def _job(job: Table) -> Iterator[Found]:
    trigger = job.get("trigger")
    if isinstance(trigger, Table):
        yield from _includes(trigger)
    yield from _images(job.get("image"), job.lines.get("image", 0))
    services = job.get("services")
    if isinstance(services, Series):
        for index, service in enumerate(services):
            yield from _images(service, services.lines[index])
    for key in _SCRIPTS:
        script = job.get(key)
        if isinstance(script, (str, Series)):
            yield from _script(script, job.lines[key])
    hooks = job.get("hooks")
    if isinstance(hooks, Table):
        yield from _job(hooks)
    steps = job.get("run")
    for step in steps if isinstance(steps, Series) else ():
        if isinstance(step, Table):
            yield from _step(step)
    variables = job.get("variables")
    if isinstance(variables, Table):
        for name, value in variables.items():
            text = value.get("value") if isinstance(value, Table) else value
            option = tool_settings.environment(name, str(text), line=variables.lines[name])
            if option is not None:
                yield option


def _step(step: Table) -> Iterator[Found]:
    """A step of ``run``: a script, or a step that another project keeps (``host/group/name@ref``, or a mapping with ``git``)."""
    yield from _job(step)
    taken = step.get("step")
    if isinstance(taken, str) and not taken.startswith(("./", "../")):
        name, _, ref = taken.partition("@")
        yield _include(name, ref, SourceKind.GIT, step.lines["step"])
        return
    git = taken.get("git") if isinstance(taken, Table) else None
    if isinstance(git, Table) and (address := documents.text_if(git, "url")):
        line = git.lines["url"]
        yield _include(address, documents.text_if(git, "rev"), SourceKind.GIT, line)


def _images(value: object, line: int) -> Iterator[Dependency]:
    name = value.get("name") if isinstance(value, Table) else value
    if isinstance(name, str) and name:
        yield images.image(name, line=line)


def _script(script: str | Series, line: int) -> Iterator[Found]:
    if isinstance(script, str):
        dependencies, options = install_commands.read(script, line=line)
        yield from dependencies
        yield from options
        return
    for index, one in enumerate(script):
        if isinstance(one, (str, Series)):
            yield from _script(one, script.lines[index])

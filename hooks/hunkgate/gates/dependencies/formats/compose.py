"""Compose files: the Compose Specification, "Services top-level elements".

Read: ``image`` of every service, images and repositories that ``build`` names, ``include`` from elsewhere, what the commands of a service install, variables
and build arguments that move an index. A variable in a tag stays as it is written; one that is a whole image counts by its default. An inline
Dockerfile is shown as its text, as ``dynamic``.
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import images, install_commands, tool_settings, yaml_documents
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError
from hunkgate.gates.dependencies.yaml_documents import Series, Table

_ADDRESS = re.compile(r"[a-z+]+://|git@|github\.com/")
_WHOLE = re.compile(r"\$\{\w+:?-(.+)\}")


def read(content: bytes, path: str) -> Reading:
    """The images of the services. Raises UnreadableError."""
    del path
    found: list[Dependency] = []
    options: list[Option] = []
    for document in yaml_documents.read(content):
        if document is None:
            continue
        if not isinstance(document, Table):
            raise UnreadableError("not a compose file: a mapping was expected at its top")
        found.extend(_images(document))
        options.extend(_includes(document))
        options.extend(_inline(document))
        options.extend(_elsewhere(document))
        for one in _running(document):
            if isinstance(one, Dependency):
                found.append(one)
            else:
                options.append(one)
    return Reading(dependencies=tuple(found), options=tuple(options))


def _images(document: Table) -> Iterator[Dependency]:
    # Version 1 files have their services at the top.
    services = document.get("services", document)
    if not isinstance(services, Table):
        return
    for service in services.values():
        if not isinstance(service, Table):
            continue
        image = service.get("image")
        if isinstance(image, str) and image:
            yield _image(image, service.lines["image"])
        build = service.get("build")
        if isinstance(build, Table):
            yield from _contexts(build)
        for volume in _items(service.get("volumes")):
            if (
                isinstance(volume, Table)
                and volume.get("type") == "image"
                and isinstance(source := volume.get("source"), str)
            ):
                yield _image(source, volume.lines["source"])


def _inline(document: Table) -> Iterator[Option]:
    services = document.get("services", document)
    for name, service in services.items() if isinstance(services, Table) else ():
        build = service.get("build") if isinstance(service, Table) else None
        inline = build.get("dockerfile_inline") if isinstance(build, Table) else None
        if isinstance(build, Table) and isinstance(inline, str):
            yield Option(
                ecosystem="docker",
                name=f"{name} dockerfile_inline",
                value=inline,
                signal="dynamic",
                line=build.lines["dockerfile_inline"],
            )


def _elsewhere(document: Table) -> Iterator[Option]:
    """Services that are built from a repository of others."""
    services = document.get("services", document)
    for name, service in services.items() if isinstance(services, Table) else ():
        build = service.get("build") if isinstance(service, Table) else None
        context = build.get("context") if isinstance(build, Table) else build
        if isinstance(context, str) and _ADDRESS.match(context):
            yield Option(
                ecosystem="docker",
                name=f"{name} build",
                value=context,
                signal="git-source",
                line=service.lines["build"] if isinstance(service, Table) else 0,
            )


def _running(document: Table) -> Iterator[Dependency | Option]:
    """What the commands of the services install, and the variables that move an index for them or for their build."""
    services = document.get("services", document)
    for service in services.values() if isinstance(services, Table) else ():
        if not isinstance(service, Table):
            continue
        build, check = service.get("build"), service.get("healthcheck")
        yield from _variables(service, "environment")
        yield from _variables(build, "args")
        places = [(service, "command"), (service, "entrypoint"), (check, "test")]
        for key in ("post_start", "pre_stop"):
            places += [(hook, "command") for hook in _items(service.get(key))]
        for table, key in places:
            yield from _command(table, key)


def _command(table: object, key: str) -> Iterator[Dependency | Option]:
    value = table.get(key) if isinstance(table, Table) else None
    if not isinstance(table, Table) or not isinstance(value, (str, Series)):
        return
    words = [str(one) for one in _items(value) if one not in ("CMD", "CMD-SHELL")]
    line = table.lines[key]
    dependencies, options = (
        install_commands.read(value, line=line)
        if isinstance(value, str)
        else (
            install_commands.read_words(words, line=line)
            if len(words) > 1
            else install_commands.read(" ".join(words), line=line)
        )
    )
    yield from dependencies
    yield from options


def _variables(table: object, key: str) -> Iterator[Option]:
    """Variables of a mapping, or of a list of ``NAME=value``."""
    stated = table.get(key) if isinstance(table, Table) else None
    if not isinstance(table, Table) or stated is None:
        return
    line = table.lines[key]
    pairs = (
        [(name, str(value), stated.lines[name]) for name, value in stated.items()]
        if isinstance(stated, Table)
        else [(*str(one).partition("=")[::2], line) for one in _items(stated)]
    )
    for name, value, at in pairs:
        if option := tool_settings.environment(name, value, line=at):
            yield option


def _contexts(build: Table) -> Iterator[Dependency]:
    contexts = build.get("additional_contexts")
    if isinstance(contexts, Table):
        for name, value in contexts.items():
            if isinstance(value, str) and value.startswith("docker-image://"):
                yield _image(value.removeprefix("docker-image://"), contexts.lines[name])


def _image(written: str, line: int) -> Dependency:
    whole = _WHOLE.fullmatch(written)
    return images.image(
        whole[1] if whole else written,
        scope="runtime",
        line=line,
        flags=frozenset({"dynamic"}) if whole else frozenset(),
    )


def _includes(document: Table) -> Iterator[Option]:
    includes = document.get("include")
    for include in _items(includes):
        path = include.get("path") if isinstance(include, Table) else include
        for one in _items(path) if isinstance(path, Series) else (path,):
            if isinstance(one, str) and re.match(r"[a-z+]+://|git@|oci:", one):
                yield Option(
                    ecosystem="docker",
                    name="include",
                    value=one,
                    signal="include-added",
                    line=document.lines["include"],
                )


def _items(value: object) -> Series | tuple[object, ...]:
    return value if isinstance(value, Series) else ()

"""devcontainer.json and devcontainer-lock.json: https://containers.dev/implementors/json_reference/ and https://containers.dev/implementors/features/.

Read: the image, features with the version and packages that they are told, what lifecycle commands install, extensions of the editor, variables that move an
index; in the lock the digest of every feature. Not read: the Dockerfile and Compose files (files of their own), scripts that a command calls.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hunkgate.gates.dependencies import documents, images, install_commands, sources, tool_settings
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import record

_Found = Dependency | Option
_COMMANDS = (
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
)
_TOLD = ("version", "packages")


def read(content: bytes, path: str) -> Reading:
    """What the container is made of and what is installed in it. Raises UnreadableError."""
    document = documents.jsonc_object(content)
    if path.lower().endswith("-lock.json"):
        return Reading(dependencies=tuple(_locked(document, content)))
    found = [
        *_container(document, content),
        *_features(document, content),
        *_commands(document, content),
        *_extensions(document, content),
    ]
    return Reading.of(found)


def _container(document: Mapping[str, object], content: bytes) -> Iterator[_Found]:
    if image := documents.text_at(document, "image"):
        yield _image(image, documents.line_of_string(content, image))
    for key in ("containerEnv", "remoteEnv"):
        for name, value in documents.table_at(document, key).items():
            line = documents.line_of(content, f'"{name}"')
            if option := tool_settings.environment(name, str(value), line=line):
                yield option


def _image(written: str, line: int) -> Dependency:
    one = images.image(written, line=line)
    if not one.name:
        raise UnreadableError(f"{written!r} names no image", line=line)
    return one


def _features(document: Mapping[str, object], content: bytes) -> Iterator[_Found]:
    for written, told in documents.table_at(document, "features").items():
        if not written or written.startswith((".", "/")):
            continue  # it lies in the repository
        line = documents.line_of_string(content, written)
        yield _feature(written, line)
        for key in _TOLD:
            if isinstance(told, dict) and key in told:
                name, value = f"{written} {key}", str(told[key])
                yield Option(
                    ecosystem="docker", name=name, value=value, signal="option-changed", line=line
                )


def _feature(written: str, line: int) -> Dependency:
    """A feature is an artifact in a registry of images, or an archive."""
    if "://" not in written:
        return _image(written, line)
    place = sources.address(written)
    return Dependency(
        ecosystem="docker",
        name=place or written,
        raw_name=written,
        requirement=written,
        scope="build",
        source=Source(kind=SourceKind.URL, locator=place),
        line=line,
    )


def _commands(document: Mapping[str, object], content: bytes) -> Iterator[_Found]:
    for key in _COMMANDS:
        line = documents.line_of(content, f'"{key}"')
        value = document.get(key)
        # Several commands that run beside each other have names.
        for one in value.values() if isinstance(value, dict) else (value,):
            if isinstance(one, str):
                found = install_commands.read(one, line=line)
            elif isinstance(one, list):
                found = install_commands.read_words([str(word) for word in one], line=line)
            else:
                continue
            # The text of a command is one line of the file, whatever line ends are written in it.
            yield from (replace(installed, line=line) for installed in found[0])
            yield from (replace(option, line=line) for option in found[1])


def _extensions(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    """Extensions of the editor; one that begins with a dash is not to be installed."""
    for keys in (("customizations", "vscode", "extensions"), ("extensions",)):
        for written in documents.texts_at(document, *keys):
            name, _, version = written.partition("@")
            if name and not name.startswith("-"):
                yield Dependency(
                    ecosystem="vscode-extension",
                    name=name.lower().replace(".", "/", 1),
                    raw_name=written,
                    requirement=version,
                    scope="dev",
                    line=documents.line_of_string(content, written),
                )


def _locked(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    features = documents.table_at(document, "features")
    for written in features:
        said = documents.table_at(features, written)
        version, place = documents.text_at(said, "version"), documents.text_at(said, "resolved")
        if not written or not version:
            raise UnreadableError(f"{written!r} has no version")
        digests = (documents.text_at(said, "integrity"), place.partition("@")[2])
        yield record(
            "docker",
            _image(written, 0).name,
            version,
            raw_name=written,
            source=Source(kind=SourceKind.IMAGE, locator=place.partition("@")[0]),
            hashes=frozenset(filter(None, digests)),
            line=documents.line_of_string(content, written),
        )

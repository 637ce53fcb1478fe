"""``.pre-commit-config.yaml``: pre-commit's documentation, "pre-commit-config.yaml - top level".

Read: every repository with its rev, ``additional_dependencies`` by the hook's language (pypi unless it says node, golang, rust,
ruby), and what the ``entry`` of a local hook installs. Not read: a hook's language where only its repository states it.
"""

import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import (
    images,
    install_commands,
    npm,
    python_requirements,
    sources,
    yaml_documents,
)
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.yaml_documents import Series, Table

Found = Dependency | Option
_SEPARATORS = {
    "golang": ("golang", "@"),
    "rust": ("cargo", ":"),
    "ruby": ("gem", ":"),
    "conda": ("conda", "="),
}
_NPM = re.compile(r"[a-z0-9][\w.-]*@[\^~]?v?\d[\w.+-]*")
_CLAIM = re.compile(rb"\s#\s*(?:frozen:\s*)?(v?\d[\w.+-]*)")


def read(content: bytes, path: str) -> Reading:
    """The repositories of hooks and what their hooks add. Raises UnreadableError."""
    del path
    lines = content.split(b"\n")
    found: list[Found] = []
    for document in yaml_documents.read(content):
        # The first format of pre-commit was a bare list of repositories; it is still read.
        repositories = document.get("repos") if isinstance(document, Table) else document
        if repositories is None:
            continue
        if not isinstance(repositories, Series):
            raise UnreadableError(
                "not a pre-commit configuration: a list of repositories was expected"
            )
        for repository in repositories:
            if not isinstance(repository, Table):
                raise UnreadableError(
                    "not a pre-commit configuration: a repository is not a mapping"
                )
            found.extend(_repository(repository, lines))
    return Reading.of(found)


def _repository(repository: Table, lines: list[bytes]) -> Iterator[Found]:
    address, rev = repository.get("repo"), repository.get("rev", repository.get("sha"))
    # "local" and "meta" (and prek's "builtin") are not fetched.
    if isinstance(address, str) and address not in ("local", "meta", "builtin"):
        line = repository.lines.get("rev", repository.lines["repo"])
        yield _fetched(address, rev if isinstance(rev, str) else "", line, lines)
    hooks = repository.get("hooks")
    for hook in hooks if isinstance(hooks, Series) else ():
        if isinstance(hook, Table):
            yield from _hook(hook)


def _fetched(address: str, rev: str, line: int, lines: list[bytes]) -> Dependency:
    kind = RefKind.NONE
    if rev:
        kind = (
            RefKind.SHA
            if re.fullmatch(r"[0-9a-f]{40}", rev)
            else RefKind.TAG if re.search(r"\d", rev) else RefKind.BRANCH
        )
    claim = _CLAIM.search(lines[line - 1]) if kind is RefKind.SHA else None
    return Dependency(
        ecosystem="pre-commit",
        name=_named(address),
        raw_name=address,
        requirement=rev,
        scope="build",
        source=sources.git(address, rev, kind),
        flags=(
            frozenset({f"comment:{claim[1].decode('ascii', 'replace')}"}) if claim else frozenset()
        ),
        line=line,
    )


def _named(address: str) -> str:
    """The address without ``.git`` and closing stroke, in the case that it is known by where it can be written in any."""
    bare = re.sub(r"(\.git)?/?$", "", address)
    folded = sources.address(bare)
    return bare[: -len(folded)] + folded if bare.lower().endswith(folded.lower()) else bare


def _hook(hook: Table) -> Iterator[Found]:
    language = hook.get("language")
    language = language if isinstance(language, str) else ""
    added = hook.get("additional_dependencies")
    if isinstance(added, Series):
        for index, one in enumerate(added):
            if isinstance(one, str):
                yield _added(one, language, added.lines[index])
    entry = hook.get("entry")
    if isinstance(entry, str):
        line = hook.lines["entry"]
        if language == "docker_image":
            yield images.image(_image(entry.split()), line=line)
        elif language in ("", "system", "script", "unsupported", "unsupported_script"):
            dependencies, options = install_commands.read(entry, line=line)
            yield from dependencies
            yield from options


# Options of `docker run` that take no value; the others do.
_FLAGS = frozenset({"--rm", "--init", "--privileged", "--read-only", "-i", "-t", "-it", "--tty"})


def _image(words: list[str]) -> str:
    """The image of an entry, which may have options for ``docker run`` before it."""
    waiting = iter(words)
    for word in waiting:
        if not word.startswith("-"):
            return word
        if "=" not in word and word not in _FLAGS:
            next(waiting, "")
    return ""


def _added(written: str, language: str, line: int) -> Found:
    # prettier@3.0: only the hook's repository states the language, but no Python requirement is written so.
    if language == "node" or written.startswith("@") or _NPM.fullmatch(written):
        cut = written.find("@", 1)
        name, specifier = (written[:cut], written[cut + 1 :]) if cut > 0 else (written, "")
        return npm.specified(name, specifier, "build", line=line)
    if language in _SEPARATORS:
        ecosystem, mark = _SEPARATORS[language]
        name, _, version = written.removeprefix("cli:").partition(mark)
        return Dependency(
            ecosystem=ecosystem,
            name=name,
            raw_name=name,
            requirement=version,
            scope="build",
            line=line,
        )
    try:
        return python_requirements.requirement(written, scope="build", line=line)
    except UnreadableError:
        return Option(
            ecosystem="pypi",
            name="additional_dependencies",
            value=written,
            signal="dynamic",
            line=line,
        )

"""MODULE.bazel and WORKSPACE: https://bazel.build/rules/lib/globals/module and https://bazel.build/rules/lib/repo. Starlark is read as the Python that it is a
part of, by ``ast``, and never run.

Read: ``bazel_dep``, overrides, archives, files and repositories that are fetched, ``include``, and what the common extensions are told of Maven, Go,
Rust, npm and images; literals, and names that the file gives them. Not read: toolchains, lists that an extension reads from another lock, ``*.bzl``.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hunkgate.gates.dependencies import images, python_values, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
)
from hunkgate.gates.dependencies.python_values import Found, Names, Values

_Stated = Dependency | Option
# Owner and repository of a forge, or the host alone: what stays when a version changes.
_PLACE = re.compile(r"(?:[\w.-]*\.)?(?:github|gitlab)\.com/[^/]+/[^/]+|[^/]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One call: what each of its keywords comes to, and its 1-based line."""

    keywords: dict[str, Found]
    line: int

    def text(self, *keys: str) -> str:
        """The first text of the first of the keywords that has one; of a computed one its source; '' where there is none."""
        return next(iter(self.texts(*keys)), "")

    def texts(self, *keys: str) -> tuple[str, ...]:
        """The texts of all these keywords, those of computed ones as their source."""
        found = [self.keywords[key] for key in keys if key in self.keywords]
        return tuple(
            text
            for one in found
            for text in (*(word.text for word in one.words), *(text for text, _ in one.computed))
        )

    def says(self, key: str) -> bool:
        """Whether the keyword is given, and not as False."""
        return key in self.keywords and "False" not in self.texts(key)

    def dependency(
        self,
        ecosystem: str,
        name: str,
        requirement: str,
        *,
        source: Source | None = None,
        hashes: tuple[str, ...] = (),
        flags: tuple[str, ...] = (),
    ) -> Iterator[Dependency]:
        """What the call asks for; nothing where it names nothing."""
        if name:
            yield Dependency(
                ecosystem=ecosystem,
                name=name,
                raw_name=name,
                requirement=requirement,
                scope="dev" if self.says("dev_dependency") or self.says("testonly") else "runtime",
                source=source or Source(),
                hashes=frozenset(filter(None, hashes)),
                flags=frozenset(flags),
                line=self.line,
            )


def read(content: bytes, _path: str) -> Reading:
    """What the file asks for. Raises UnreadableError."""
    return python_values.read(content, _reading)


def _reading(names: Names) -> Reading:
    return Reading.of(_stated(names))


def _stated(names: Names) -> Iterator[_Stated]:
    values = Values(names)
    for node in names.calls:
        name, rest = _name(node.func), node.args
        if name == "maybe" and rest:
            # maybe(http_archive, name = ...): where the repository is not there yet.
            name, rest = _name(rest[0]), rest[1:]
        if name == "include":
            for word in (word for one in rest for word in values.of(one).words):
                yield _option("bazel", "include", word.text, "include-added", node.lineno)
        elif told := _TOLD.get(name):
            keywords = {one.arg: values.of(one.value) for one in node.keywords if one.arg}
            yield from told(_Call(keywords=keywords, line=node.lineno))


def _name(called: ast.expr) -> str:
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _option(ecosystem: str, name: str, value: str, signal: str, line: int) -> Option:
    return Option(ecosystem=ecosystem, name=name, value=value, signal=signal, line=line)


def _bazel_dep(call: _Call) -> Iterator[_Stated]:
    # Without a version an override of the same module says which.
    version = call.text("version")
    source = Source() if version else Source(kind=SourceKind.WORKSPACE)
    yield from call.dependency("bazel", call.text("name"), version, source=source)


def _overridden(call: _Call) -> Iterator[_Stated]:
    """Another version, registry or place for a module than all who ask for it say."""
    name = call.text("module_name")
    versions = ", ".join(call.texts("version", "versions"))
    source = Source(locator=sources.place(call.text("registry")))
    if not versions and source == Source():
        source = Source(kind=SourceKind.WORKSPACE)  # patches alone
    if call.text("path"):
        source = Source(kind=SourceKind.PATH, locator=call.text("path"))
    yield from call.dependency("bazel", name, versions, source=source, flags=("override",))
    for patch in call.texts("patches", "patch_cmds"):
        yield _option("bazel", f"{name} patches", patch, "override", call.line)


def _archive(call: _Call) -> Iterator[_Stated]:
    urls = call.texts("url", "urls")
    # A computed address is Python's text of a string, mostly with its beginning in it.
    bare = (sources.place(re.sub(r"""^f?["']""", "", url)) for url in urls)
    places = {match[0] for one in bare if (match := _PLACE.match(one))}
    name = call.text("module_name", "name")
    yield from call.dependency(
        "bazel",
        name,
        " ".join(urls),
        source=Source(kind=SourceKind.URL, locator=" ".join(sorted(places))),
        hashes=call.texts("sha256", "integrity"),
        flags=("override",) if call.text("module_name") else (),
    )
    for patch in call.texts("patches", "patch_cmds"):
        yield _option("bazel", f"{name} patches", patch, "override", call.line)


def _git(call: _Call) -> Iterator[_Stated]:
    kinds = (("commit", None), ("tag", RefKind.TAG), ("branch", RefKind.BRANCH))
    ref, kind = next(((call.text(key), kind) for key, kind in kinds if call.text(key)), ("", None))
    yield from call.dependency(
        "bazel",
        call.text("module_name", "name"),
        ref,
        source=sources.git(call.text("remote"), ref, kind),
        flags=("override",) if call.text("module_name") else (),
    )


def _artifacts(call: _Call) -> Iterator[_Stated]:
    """maven.install and maven_install: ``group:name[:packaging[:classifier]]:version``."""
    if "artifacts" not in call.keywords:
        return
    for written in call.texts("artifacts", "boms"):
        group, _, rest = written.partition(":")
        name, _, version = rest.partition(":")
        if name and re.fullmatch(r"[\w.-]+", group):
            yield from call.dependency("maven", f"{group}:{name}", version)
        elif "maven.artifact" not in written:  # which is a call of its own
            yield _option("maven", "artifacts", written, "dynamic", call.line)
    for repository in call.texts("repositories"):
        yield _option("maven", "repositories", repository, "registry-changed", call.line)


def _artifact(call: _Call) -> Iterator[_Stated]:
    group, name = call.text("group"), call.text("artifact")
    if group and name:
        yield from call.dependency("maven", f"{group}:{name}", call.text("version"))


def _go(call: _Call) -> Iterator[_Stated]:
    """go_deps.module and go_repository."""
    if not call.text("version", "commit", "sum", "urls"):
        return  # module(name = ...) is the project itself
    other = call.text("replace", "remote", "urls")
    yield from call.dependency(
        "golang",
        call.text("path", "importpath"),
        call.text("version", "commit", "tag"),
        source=sources.archive(other) if other else None,
        hashes=call.texts("sum", "sha256"),
        flags=("override",) if other else (),
    )


def _crate(call: _Call) -> Iterator[_Stated]:
    git = call.text("git")
    ref = call.text("rev", "tag", "branch")
    source = sources.git(git, ref) if git else None
    yield from call.dependency("cargo", call.text("package"), call.text("version"), source=source)


def _npm(call: _Call) -> Iterator[_Stated]:
    url = call.text("url")
    yield from call.dependency(
        "npm",
        call.text("package"),
        call.text("version"),
        source=sources.archive(url) if url else None,
        hashes=call.texts("integrity"),
    )


def _image(call: _Call) -> Iterator[_Stated]:
    """oci.pull and container_pull."""
    place = call.text("image") or "/".join(
        filter(None, (call.text("registry"), call.text("repository")))
    )
    tag, digest = call.text("tag"), call.text("digest")
    if place:
        written = f"{place}{tag and f':{tag}'}{digest and f'@{digest}'}"
        one = images.image(written, scope="runtime", line=call.line)
        if one.name:
            yield one


_TOLD: dict[str, Callable[[_Call], Iterator[_Stated]]] = {
    "bazel_dep": _bazel_dep,
    **dict.fromkeys(
        ("single_version_override", "multiple_version_override", "local_path_override"), _overridden
    ),
    **dict.fromkeys(("archive_override", "http_archive", "http_file", "http_jar"), _archive),
    **dict.fromkeys(("git_override", "git_repository", "new_git_repository"), _git),
    **dict.fromkeys(("install", "maven_install"), _artifacts),
    **dict.fromkeys(("artifact", "maven_jar"), _artifact),
    **dict.fromkeys(("module", "go_repository"), _go),
    "spec": _crate,
    "npm_import": _npm,
    **dict.fromkeys(("pull", "oci_pull", "container_pull"), _image),
}

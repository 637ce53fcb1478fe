"""What every file of the JavaScript world writes alike: specifiers and the addresses of tarballs.

Specifiers are those of npm-package-arg, which npm itself reads them with (https://github.com/npm/npm-package-arg).
"""

import functools
import re
from dataclasses import replace
from urllib.parse import unquote

from hunkgate.gates.dependencies import sources
from hunkgate.gates.dependencies.dependency import Dependency, Source, SourceKind

INSTALL_SCRIPTS = (
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
    "dependencies",
    "pnpm:devPreinstall",
)
"""The scripts that ``npm install`` runs by itself (npm's documentation of scripts, "Life Cycle Operation Order")."""

# The default registry and the name under which yarn serves the same packages: one source. Only these two names below these two
# top-level domains are meant, and ``example``, which nobody can own (RFC 2606).
_OWN = {"npmjs": ("org", "example"), "yarnpkg": ("com", "example")}
_NAME = re.compile(r"(?:@[^/@\s]+/)?[^/@\s:]+\Z")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+(?:#.*)?\Z", re.DOTALL)
_PATHS = ("file:", "link:", "portal:", "./", "../", "/", "~/", "exec:")


def registry(address: str) -> str:
    """A registry's address as a locator: '' for the default one, however it is called; behind ``http://`` where nothing protects the connection."""
    if address.startswith(sources.PLAIN):
        return f"{sources.PLAIN}{registry(address.removeprefix(sources.PLAIN))}"
    host, stroke, path = address.partition("/")
    label, _, domain = host.removeprefix("registry.").partition(".")
    if not path and domain in _OWN.get(label, ()):
        return ""
    return host + stroke + path if path else host


_HOST = re.compile(r"https://([a-z0-9.-]+(?::\d+)?)")


@functools.lru_cache(maxsize=4096)
def _prefix(prefix: str) -> Source:
    return Source(kind=SourceKind.REGISTRY, locator=registry(prefix))


def tarball(url: str, name: str) -> Source:
    """The source that a lock's ``resolved`` address of the package ``name`` states.

    An address in a registry's layout (``.../name/-/file.tgz``, or one with a folder of that name) is that registry; where the layout
    names another package the source is an alias of that one; anything else is a repository, a folder or a file of its own.
    """
    if not url:
        return Source()
    # Nearly every line of a lock: a bare host in a registry's layout. The rest of the rules would come to the same.
    cut = url.find(f"/{name}/-/")
    if cut > 0 and (plain := _HOST.fullmatch(url, 0, cut)):
        return _prefix(plain[1])
    if sources.is_forge(url):
        return sources.forge(url)
    if sources.is_git(url):
        return sources.git(url, _ref(url))
    if url.startswith(_PATHS):
        return Source(kind=SourceKind.PATH, locator=url)
    if "github.com/" in url and (commit := sources.archive(url)).kind is SourceKind.GIT:
        return commit
    bare = sources.place(re.split(r"[?#]", url, maxsplit=1)[0])
    if "%" in bare:
        bare = unquote(bare)
    before, mark, _ = bare.partition("/-/")
    if mark:
        if before.endswith(f"/{name}"):
            return _prefix(before.removesuffix(f"/{name}"))
        return Source(kind=SourceKind.ALIAS, locator=before)
    before, mark, _ = bare.partition(f"/{name}/")
    if mark and "://" in url:
        return _prefix(before)
    return sources.archive(url)


def lone(source: Source, url: str, version: str) -> Source:
    """The source with the file's name as its ref where a registry's address names a file of another version: ``a-1.0.0.tgz`` for 1.1.0."""
    file = re.split(r"[?#]", url, maxsplit=1)[0].rpartition("/")[2]
    if source.kind is not SourceKind.REGISTRY or "/-/" not in url:
        return source
    fits = file.endswith(f"-{version.partition('+')[0]}.tgz")
    return source if fits else replace(source, ref=unquote(file))


def specified(
    name: str, specifier: str, scope: str, *, flags: frozenset[str] = frozenset(), line: int = 0
) -> Dependency:
    """The dependency that ``"name": "specifier"`` states. The requirement stays as written; an alias shows the real name."""
    real, source = name, _source(specifier)
    if specifier.startswith("npm:"):
        target = specifier.removeprefix("npm:")
        cut = target.find("@", 1)
        package = target if cut < 0 else target[:cut]
        if _NAME.match(package) and package != name and not package[0].isdigit():
            real = package
            source = Source(kind=SourceKind.ALIAS, locator=package)
            flags |= {"alias"}
    return Dependency(
        ecosystem="npm",
        name=real,
        raw_name=name,
        requirement=specifier,
        scope=scope,
        source=source,
        flags=flags,
        line=line,
    )


def overridden(key: str) -> str:
    """The package that the key of an override is about: the last of a path, without its version (``a>@s/b@1`` is ``@s/b``)."""
    last = re.split(r"(?<=[^ |@])>", key)[-1]
    match = re.match(r"(?:.*/)?(@[^/@]+/[^/@]+|[^/@]+)(?:@.*)?\Z", last, re.DOTALL)
    if match is None:
        return last
    scoped = re.search(r"(@[^/@]+/[^/@]+)(?:@[^/]*)?\Z", last)
    return scoped[1] if scoped else match[1]


def _source(specifier: str) -> Source:
    if sources.is_forge(specifier):
        return sources.forge(specifier)
    if sources.is_git(specifier):
        return sources.git(specifier, _ref(specifier))
    if specifier.startswith("workspace:"):
        return Source(kind=SourceKind.WORKSPACE)
    if specifier.startswith("catalog:"):
        return Source(kind=SourceKind.WORKSPACE, locator=specifier)
    if specifier.startswith("patch:"):
        return Source(kind=SourceKind.PATH, locator=specifier.partition("#")[2].partition("::")[0])
    if specifier.startswith(_PATHS):
        return Source(kind=SourceKind.PATH, locator=specifier.partition(":")[2] or specifier)
    if specifier.startswith(("http://", "https://")):
        return sources.archive(specifier)
    if _REPOSITORY.match(specifier):
        return sources.forge(specifier)
    return Source()


def _ref(url: str) -> str:
    """What the fragment of a git address pins: ``#ref``, ``#commit=ref``, ``#semver:range``."""
    fragment = url.partition("#")[2]
    for part in fragment.split("&"):
        key, mark, value = part.partition("=")
        if mark and key in ("commit", "tag", "head", "branch"):
            return value
    return fragment

"""The registry of formats: which file names are read by which module. The one list, written by hand.

A module is imported only when a file of its format changed. Each has ``read(content: bytes, path: str) -> Reading`` or, where a file may be
long, ``opened(content: bytes) -> Lock`` and, where its tool writes one block of lines for each entry, ``BLOCKS: Blocks``, and where it is
a JSON document that may stand otherwise ``ENTRIES: Entries``; it names its specification in its docstring and raises UnreadableError and nothing else.
"""

import enum
import functools
import importlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, cast

from hunkgate import globs

if TYPE_CHECKING:
    from hunkgate.gates.dependencies.blocks import Blocks
    from hunkgate.gates.dependencies.dependency import Reading
    from hunkgate.gates.dependencies.entries import Entries
    from hunkgate.gates.dependencies.locks import Lock


class Role(enum.Enum):
    """What a file of this format is for."""

    MANIFEST = "manifest"
    LOCK = "lock"
    SETTING = "setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: the name that a policy maps patterns to, its file names as gitignore patterns, its module.

    ``marker`` is a byte string that a file must hold to be of this format (PEP 723 headers in any script). ``locks`` names, for a
    manifest, the formats of the locks beside it.
    """

    name: str
    ecosystem: str
    role: Role
    patterns: tuple[str, ...]
    module: str
    marker: bytes = b""
    locks: tuple[str, ...] = ()

    def read(self, content: bytes, path: str) -> "Reading":
        """What the file states. Raises UnreadableError, with the reading of what is ``settled`` where something is."""
        from hunkgate.gates.dependencies.dependency import UnreadableError

        read = self._read()
        try:
            return read(content, path)
        except UnreadableError as problem:
            if problem.settled:
                problem.reading = _settled(read, problem.settled, path)
            raise

    def opened(self) -> "Callable[[bytes], Lock[Hashable, object]] | None":
        """What takes a file of this format apart, raising UnreadableError; None where the format is only read as a whole."""
        return cast(
            "Callable[[bytes], Lock[Hashable, object]] | None",
            getattr(self._loaded(), "opened", None),
        )

    def pair(self, before: bytes, after: bytes) -> "tuple[Reading, Reading]":
        """Two versions of a file of a format that can be opened, read together. Raises UnreadableError."""
        from hunkgate.gates.dependencies import locks

        opened = self.opened()
        assert opened is not None
        for quickly in (self.blocks(), self.entries()):
            if quickly and (found := quickly.pair(before, after)):
                return found
        return locks.pair(opened(before), opened(after))

    def blocks(self) -> "Blocks | None":
        """How a file of this format falls into blocks, None where it is not read by blocks."""
        return cast("Blocks | None", getattr(self._loaded(), "BLOCKS", None))

    def entries(self) -> "Entries[object] | None":
        """How the entries of a file of this format are read, None where it is not read as a JSON document with entries."""
        return cast("Entries[object] | None", getattr(self._loaded(), "ENTRIES", None))

    def _read(self) -> "Callable[[bytes, str], Reading]":
        if (opened := self.opened()) is not None:
            return lambda content, _path: opened(content).reading()
        return cast("Callable[[bytes, str], Reading]", self._loaded().read)

    def _loaded(self) -> ModuleType:
        return importlib.import_module(f"{__name__}.{self.module}")


def _settled(
    read: Callable[[bytes, str], "Reading"], content: bytes, path: str
) -> "Reading | None":
    """The reading of a content that was settled, without lines: they are not those of the file."""
    from hunkgate.gates.dependencies.dependency import UnreadableError

    try:
        reading = read(content, path)
    except UnreadableError:
        return None
    return replace(
        reading,
        dependencies=tuple(replace(one, line=0) for one in reading.dependencies),
        options=tuple(replace(one, line=0) for one in reading.options),
    )


def _row(
    name: str,
    ecosystem: str,
    role: Role,
    *patterns: str,
    module: str = "",
    marker: bytes = b"",
    locks: tuple[str, ...] = (),
) -> Format:
    return Format(
        name=name,
        ecosystem=ecosystem,
        role=role,
        patterns=patterns,
        module=module or name.replace("-", "_").replace(".", "_"),
        marker=marker,
        locks=locks,
    )


_M, _L, _S = Role.MANIFEST, Role.LOCK, Role.SETTING

FORMATS: tuple[Format, ...] = (
    # Python
    _row(
        "pyproject",
        "pypi",
        _M,
        "pyproject.toml",
        locks=("uv-lock", "poetry-lock", "pdm-lock", "pylock"),
    ),
    _row(
        "requirements",
        "pypi",
        _M,
        "*requirements*.txt",
        "*requirements*.in",
        "*requirements*.lock",
        "*requirements*.pip",
        "*requirement.txt",
        "*reqs*.txt",
        "**/*requirements*/**/*.txt",
        "**/*requirements*/**/*.in",
        "*constraints*.txt",
        "**/constraints/**/*.txt",
    ),
    _row("setup-cfg", "pypi", _M, "setup.cfg"),
    _row("setup-py", "pypi", _M, "setup.py"),
    _row("tox-ini", "pypi", _M, "tox.ini", "tox.toml"),
    _row("noxfile", "pypi", _M, "noxfile.py"),
    _row("pipfile", "pypi", _M, "Pipfile", locks=("pipfile-lock",)),
    _row("pipfile-lock", "pypi", _L, "Pipfile.lock"),
    _row("uv-lock", "pypi", _L, "uv.lock", "*.py.lock"),
    _row("uv-toml", "pypi", _S, "uv.toml"),
    _row("pip-conf", "pypi", _S, "pip.conf", "pip.ini"),
    _row("poetry-lock", "pypi", _L, "poetry.lock"),
    _row("pdm-lock", "pypi", _L, "pdm.lock"),
    _row("pylock", "pypi", _L, "pylock.toml", "pylock.*.toml"),
    _row("script-metadata", "pypi", _M, "*.py", "*.pyw", marker=b"# /// script"),
    _row(
        "conda-environment",
        "conda",
        _M,
        "environment.yml",
        "environment.yaml",
        "environment-*.yml",
        "environment-*.yaml",
        "environment_*.yml",
        "environment_*.yaml",
        "conda.yml",
        "conda.yaml",
        "*-environment.yml",
        "*-environment.yaml",
        "*_environment.yml",
        "**/conda*/**/*env*.y*ml",
        "**/*requirements*/**/*.yml",
        "**/*requirements*/**/*.yaml",
        "**/ci/deps/*.y*ml",
        "**/ci/envs/*.y*ml",
    ),
    _row("pixi", "conda", _M, "pixi.toml", locks=("pixi-lock",)),
    _row("pixi-lock", "conda", _L, "pixi.lock"),
    # JavaScript
    _row(
        "package-json",
        "npm",
        _M,
        "package.json",
        locks=("package-lock", "yarn-lock", "pnpm-lock", "bun-lock", "bun-lockb"),
    ),
    _row("package-lock", "npm", _L, "package-lock.json", "npm-shrinkwrap.json"),
    _row("yarn-lock", "npm", _L, "yarn.lock"),
    _row("yarnrc", "npm", _S, ".yarnrc", ".yarnrc.yml"),
    _row("pnpm-lock", "npm", _L, "pnpm-lock.yaml"),
    _row("pnpm-workspace", "npm", _M, "pnpm-workspace.yaml", locks=("pnpm-lock",)),
    _row("pnpmfile", "npm", _S, ".pnpmfile.cjs"),
    _row("bun-lock", "npm", _L, "bun.lock"),
    _row("bun-lockb", "npm", _L, "bun.lockb"),
    _row("bunfig", "npm", _S, "bunfig.toml"),
    _row("npmrc", "npm", _S, ".npmrc"),
    _row("deno-json", "npm", _M, "deno.json", "deno.jsonc", locks=("deno-lock",)),
    _row(
        "import-map",
        "npm",
        _M,
        *("import_map.json", "importmap.json"),
        module="deno_json",
        locks=("deno-lock",),
    ),
    _row("deno-lock", "npm", _L, "deno.lock"),
    # Rust, Go
    _row("cargo-toml", "cargo", _M, "Cargo.toml", locks=("cargo-lock",)),
    _row("cargo-lock", "cargo", _L, "Cargo.lock"),
    _row("cargo-config", "cargo", _S, "**/.cargo/config.toml", "**/.cargo/config"),
    _row("build-rs", "cargo", _S, "build.rs"),
    _row("go-mod", "golang", _M, "go.mod", "go.work", locks=("go-sum",)),
    _row("go-sum", "golang", _L, "go.sum", "go.work.sum"),
    # Ruby, PHP
    _row("gemfile", "gem", _M, "Gemfile", "gems.rb", locks=("gemfile-lock",)),
    _row("gemspec", "gem", _M, "*.gemspec", locks=("gemfile-lock",)),
    _row("gemfile-lock", "gem", _L, "Gemfile.lock", "gems.locked"),
    _row("bundle-config", "gem", _S, "**/.bundle/config"),
    _row("composer-json", "composer", _M, "composer.json", locks=("composer-lock",)),
    _row("composer-lock", "composer", _L, "composer.lock"),
    # JVM
    _row("pom", "maven", _M, "pom.xml"),
    _row("maven-extensions", "maven", _M, "**/.mvn/extensions.xml"),
    _row(
        "maven-settings",
        "maven",
        _S,
        *("settings.xml", "*-settings.xml", "*_settings.xml", "*.settings.xml"),
        "**/.mvn/*settings*.xml",
    ),
    _row("maven-config", "maven", _S, "**/.mvn/maven.config"),
    _row("gradle", "maven", _M, "*.gradle", "*.gradle.kts", locks=("gradle-lockfile",)),
    _row("version-catalog", "maven", _M, "*.versions.toml"),
    _row("gradle-lockfile", "maven", _L, "gradle.lockfile", "*.lockfile"),
    _row("verification-metadata", "maven", _L, "verification-metadata.xml"),
    _row("gradle-wrapper", "maven", _S, "gradle-wrapper.properties", "maven-wrapper.properties"),
    # .NET, Dart, C++
    _row(
        "nuget-project",
        "nuget",
        _M,
        "*.csproj",
        "*.fsproj",
        "*.vbproj",
        "Directory.Packages.props",
        "Directory.Build.props",
        "Directory.Build.targets",
        "packages.config",
        locks=("nuget-lock",),
    ),
    _row("nuget-lock", "nuget", _L, "packages.lock.json"),
    _row("nuget-config", "nuget", _S, "nuget.config"),
    _row("pubspec", "pub", _M, "pubspec.yaml", "pubspec_overrides.yaml", locks=("pubspec-lock",)),
    _row("pubspec-lock", "pub", _L, "pubspec.lock"),
    _row("vcpkg", "vcpkg", _M, "vcpkg.json"),
    _row("vcpkg-configuration", "vcpkg", _S, "vcpkg-configuration.json", module="vcpkg"),
    _row("conanfile-txt", "conan", _M, "conanfile.txt", locks=("conan-lock",)),
    _row("conanfile-py", "conan", _M, "conanfile.py", locks=("conan-lock",)),
    _row("conan-lock", "conan", _L, "conan.lock"),
    _row(
        "bazel-module",
        "bazel",
        _M,
        *("MODULE.bazel", "*.MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel", "WORKSPACE.bzlmod"),
        locks=("bazel-lock",),
    ),
    _row("bazel-lock", "bazel", _L, "MODULE.bazel.lock"),
    # Elixir, Swift, Nix, Terraform
    _row("mix-exs", "hex", _M, "mix.exs", locks=("mix-lock",)),
    _row("mix-lock", "hex", _L, "mix.lock"),
    _row("package-swift", "swift", _M, "Package.swift", "Package@swift-*.swift"),
    _row("package-resolved", "swift", _L, "Package.resolved"),
    _row("cartfile", "carthage", _M, "Cartfile", "Cartfile.private", locks=("cartfile-resolved",)),
    _row("cartfile-resolved", "carthage", _L, "Cartfile.resolved", module="cartfile"),
    _row("podfile", "cocoapods", _M, "Podfile", locks=("podfile-lock",)),
    _row("podspec", "cocoapods", _M, "*.podspec", module="podfile"),
    _row("podfile-lock", "cocoapods", _L, "Podfile.lock"),
    _row("flake-nix", "nix", _M, "flake.nix", locks=("flake-lock",)),
    _row("flake-lock", "nix", _L, "flake.lock"),
    _row(
        "terraform",
        "terraform",
        _M,
        "*.tf",
        "*.tofu",
        "terragrunt.hcl",
        locks=("terraform-lock",),
    ),
    _row("terraform-lock", "terraform", _L, ".terraform.lock.hcl"),
    # Julia, R
    _row(
        "julia-project",
        "julia",
        _M,
        *("Project.toml", "JuliaProject.toml"),
        locks=("julia-manifest",),
    ),
    _row(
        "julia-manifest",
        "julia",
        _L,
        *("Manifest.toml", "JuliaManifest.toml", "Manifest-v*.toml"),
        marker=b"uuid",  # other tools have files of this name
    ),
    _row("r-description", "cran", _M, "DESCRIPTION", locks=("renv-lock",)),
    _row("renv-lock", "cran", _L, "renv.lock"),
    # Charts, roles
    _row("helm-chart", "helm", _M, "Chart.yaml", "requirements.yaml", locks=("helm-lock",)),
    _row("helm-lock", "helm", _L, "Chart.lock", module="helm_chart"),
    _row(
        "ansible-requirements",
        "ansible",
        _M,
        *("requirements.yml", "requirements.yaml", "*-requirements.yml", "*_requirements.yml"),
        *("galaxy.yml", "**/meta/main.yml", "**/meta/requirements.yml"),
    ),
    # Images, workflows, hooks, submodules
    _row(
        "dockerfile",
        "docker",
        _M,
        "Dockerfile",
        "Containerfile",
        "Dockerfile.*",
        "Dockerfile-*",
        "Dockerfile_*",
        "*.Dockerfile",
        "*.dockerfile",
        "Containerfile.*",
    ),
    _row(
        "compose",
        "docker",
        _M,
        "docker-compose*.yml",
        "docker-compose*.yaml",
        "compose.yml",
        "compose.yaml",
        "compose.*.yml",
        "compose.*.yaml",
        "*.compose.yml",
        "*.compose.yaml",
    ),
    _row(
        "devcontainer",
        "docker",
        _M,
        *("devcontainer.json", ".devcontainer.json"),
        locks=("devcontainer-lock",),
    ),
    _row(
        "devcontainer-lock",
        "docker",
        _L,
        *("devcontainer-lock.json", ".devcontainer-lock.json"),
        module="devcontainer",
    ),
    _row(
        "github-workflow",
        "githubactions",
        _M,
        ".github/workflows/*.yml",
        ".github/workflows/*.yaml",
        ".gitea/workflows/*.yml",
        ".gitea/workflows/*.yaml",
        ".forgejo/workflows/*.yml",
        ".forgejo/workflows/*.yaml",
    ),
    _row(
        "github-action", "githubactions", _M, "action.yml", "action.yaml", module="github_workflow"
    ),
    _row("gitlab-ci", "gitlab", _M, ".gitlab-ci.yml", "*.gitlab-ci.yml", ".gitlab/**/*.yml"),
    _row(
        "pre-commit-config", "pre-commit", _M, ".pre-commit-config.yaml", ".pre-commit-config.yml"
    ),
    _row("gitmodules", "git-submodule", _M, ".gitmodules"),
    _row(
        "shell-script",
        "generic",
        _M,
        *("*.sh", "*.bash", "*.zsh", "Makefile", "GNUmakefile", "*.mk", "justfile", ".justfile"),
        *("gradlew", "mvnw", ".husky/*", ".githooks/*"),
    ),
    # Tools of whoever works on the project
    _row("tool-versions", "generic", _M, ".tool-versions"),
    _row(
        "mise",
        "generic",
        _M,
        *("mise.toml", ".mise.toml", "mise.*.toml", ".mise.*.toml"),
        *("**/mise/config.toml", "**/.mise/config.toml"),
        locks=("mise-lock",),
    ),
    _row("mise-lock", "generic", _L, "mise.lock", "mise.*.lock", module="mise"),
    # Packages that lie in the repository themselves
    _row(
        "package-file",
        "generic",
        _S,
        *("*.whl", "*.egg", "*.jar", "*.aar", "*.war", "*.gem", "*.crate", "*.nupkg"),
    ),
)

_BY_NAME = {one.name: one for one in FORMATS}


def named(name: str) -> Format | None:
    """The format of this name."""
    return _BY_NAME.get(name)


@functools.lru_cache(maxsize=4096)
def of(path: str) -> tuple[Format, ...]:
    """The formats whose file names fit the path, in the registry's order; usually none or one.

    Case does not count: where the file system ignores it, ``PACKAGE.JSON`` is what npm reads.
    """
    folded = globs.fold(path)
    name = folded.rpartition("/")[2]
    found = {*_NAMES.get(name, ())}
    # A comprehension would take a third longer, and a large tree asks for each of its paths.
    for key in (f"/{name}", name.rpartition(".")[2], ""):
        for one in _ENDS.get(key, ()):
            if name.startswith(one.head) and name.endswith(one.tail) and _fits(one, name, folded):
                found.add(one.place)
    return tuple(FORMATS[place] for place in sorted(found)) if found else ()


def _fits(end: "_End", name: str, folded: str) -> bool:
    """Whether the pattern matches a path whose last part begins and ends as it says."""
    if end.plain:
        return len(name) >= len(end.head) + len(end.tail)
    # The reader of patterns, which costs more than most locks, is asked only where a path leaves it open.
    return all(map(folded.__contains__, end.pieces)) and _globs(FORMATS[end.place]).covers(folded)


@functools.cache
def _globs(one: Format) -> globs.Globs:
    return globs.parse(tuple(globs.fold(pattern) for pattern in one.patterns))


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """How the last part of a path begins and ends that a pattern matches, and the place of its format in the registry.

    ``plain``: the pattern has no more to it than these and a single star between them. ``pieces`` stand somewhere in every path that
    it matches.
    """

    head: str
    tail: str
    place: int
    plain: bool
    pieces: tuple[str, ...]


def _ends() -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[_End, ...]]]:
    """The places of the formats whose patterns are a name, by that name; every other pattern by the last part of a path, behind a stroke,
    where it says all of that, else by what stands behind the last dot of what it matches, '' where that may be anything.
    """
    names: dict[str, tuple[int, ...]] = {}
    found: dict[str, dict[_End, None]] = {}
    for place, one in enumerate(FORMATS):
        negated = any(pattern.startswith("!") for pattern in one.patterns)
        for pattern in map(globs.fold, one.patterns):
            odd = negated or not _ODD.isdisjoint(pattern)
            if not odd and "/" not in pattern and "*" not in pattern:
                names[pattern] = (*names.get(pattern, ()), place)
                continue
            last = pattern.rpartition("/")[2]
            head, star, tail = last.partition("*")
            tail = tail.rpartition("*")[2]
            end = _End(
                head=head,
                tail=tail,
                place=place,
                plain=not odd and last == pattern and last.count("*") == 1,
                pieces=(
                    tuple(filter(None, pattern.replace("/", "*").split("*"))) if not odd else ()
                ),
            )
            key = tail.rpartition(".")[2] if "." in tail else ""
            found.setdefault(key if star else f"/{last}", {})[end] = None
    return names, {key: tuple(ends) for key, ends in found.items()}


# With these in it a pattern matches what it does not literally hold.
_ODD = frozenset("?[]!\\")
_NAMES, _ENDS = _ends()

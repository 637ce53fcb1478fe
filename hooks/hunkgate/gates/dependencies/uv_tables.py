"""uv's own tables, as they stand under ``[tool.uv]`` of pyproject.toml and of a script, and at the top of uv.toml.

Source: uv documentation, "Settings" reference and "Dependency sources". Read: every list of requirements, indexes, where single
dependencies come from, and the settings that decide which index answers and whether code runs at installation.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hunkgate.gates.dependencies import documents, pypi, python_requirements
from hunkgate.gates.dependencies.dependency import Dependency, Option, Source, UnreadableError

# Which scope and flags the requirements of each list have.
_LISTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "dev-dependencies": ("dev", frozenset()),
    "constraint-dependencies": ("runtime", frozenset({"override"})),
    "override-dependencies": ("runtime", frozenset({"override"})),
    "build-constraint-dependencies": ("build", frozenset({"override"})),
}

_INDEX_SETTINGS = (
    "index-url",
    "extra-index-url",
    "find-links",
    "no-index",
    "index-strategy",
    "allow-insecure-host",
    "trusted-host",
    "prerelease",
    "no-sources",
    "no-build-isolation",
    "no-build-isolation-package",
    "torch-backend",
    "python-install-mirror",
    "pypy-install-mirror",
    "no-binary",
    "no-binary-package",
    "config-settings",
    "config-settings-package",
)


def indexes(uv: Mapping[str, object]) -> Mapping[str, str]:
    """The named indexes: name to address."""
    return {
        documents.text_at(one, "name"): documents.text_at(one, "url")
        for one in documents.tables_at(uv, "index")
        if "name" in one
    }


def requirements(uv: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    """The requirements that uv's own lists add. Raises UnreadableError."""
    for key, (scope, flags) in _LISTS.items():
        for written in documents.texts_at(uv, key):
            line = documents.line_of_string(content, written)
            yield python_requirements.requirement(written, scope=scope, flags=flags, line=line)
    extra = documents.table_at(uv, "extra-build-dependencies")
    for package in extra:
        for one in _list(extra[package]):
            written = (
                one
                if isinstance(one, str)
                else str(documents.table_at({"": one}, "").get("requirement", ""))
            )
            line = documents.line_of_string(content, written)
            yield python_requirements.requirement(written, scope="build", line=line)


def placed(dependencies: Iterable[Dependency], uv: Mapping[str, object]) -> tuple[Dependency, ...]:
    """The dependencies with the sources that ``sources`` gives them; one with several (by marker) comes once for each."""
    named = indexes(uv)
    table = documents.table_at(uv, "sources")
    sources = {pypi.normalised(name): _list(value) for name, value in table.items()}
    return tuple(
        found for one in dependencies for found in _placed(one, sources.get(one.name, []), named)
    )


def options(uv: Mapping[str, object], content: bytes, *, prefix: str) -> Iterator[Option]:
    """Indexes and the settings beside them, each named with the prefix (``tool.uv.`` or nothing), and sources of undeclared names."""
    for number, one in enumerate(documents.tables_at(uv, "index")):
        address = documents.text_at(one, "url")
        said = " ".join(key for key in ("default", "explicit") if one.get(key) is True)
        name = documents.text_at(one, "name") or str(number)
        yield _option(f"{prefix}index.{name}", f"{address} {said}".strip(), content, address)
    for table, where in ((uv, prefix), (documents.table_at(uv, "pip"), f"{prefix}pip.")):
        for key in _INDEX_SETTINGS:
            if key in table:
                for value in _list(table[key]):
                    text = value if isinstance(value, str) else str(value).lower()
                    yield _option(f"{where}{key}", text, content, key)
    for one in documents.tables_at(uv, "dependency-metadata"):
        name = documents.text_at(one, "name")
        told = ", ".join(documents.texts_at(one, "requires-dist"))
        yield replace(
            _option(f"{prefix}dependency-metadata.{name}", told, content, name), signal="dynamic"
        )


def _placed(
    one: Dependency, sources: list[object], named: Mapping[str, str]
) -> Iterator[Dependency]:
    if not sources:
        yield one
    for source in sources:
        if not isinstance(source, Mapping):
            raise UnreadableError(f"sources.{one.raw_name}: expected a table")
        found = pypi.table_source(source, named)
        marker = documents.text_at(source, "marker")
        yield replace(
            one,
            # A direct URL in the requirement itself wins: uv refuses both.
            source=found if one.source == Source() else one.source,
            flags=one.flags | python_requirements.said_beside((), marker),
        )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _option(name: str, value: str, content: bytes, needle: str) -> Option:
    return Option(
        ecosystem=pypi.ECOSYSTEM,
        name=name,
        value=value,
        signal="index-changed",
        line=documents.line_of(content, needle),
    )

"""``.cargo/config.toml``: https://doc.rust-lang.org/cargo/reference/config.html.

Read are where crates come from (``[source]``, ``[registries]``, ``[registry]``, ``paths``, ``[patch]``) and which programs a build runs in the place of the compiler.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents
from hunkgate.gates.dependencies.dependency import Option, Reading

_PROGRAMS = ("rustc", "rustc-wrapper", "rustc-workspace-wrapper", "rustdoc")
_TARGET = ("linker", "runner")


def read(content: bytes, _path: str) -> Reading:
    """The settings that move where crates come from or what a build runs. A file without any is fine."""
    document = documents.toml(content)
    return Reading(
        options=tuple(
            Option(
                ecosystem="cargo",
                name=name,
                value=value,
                signal=signal,
                line=documents.line_of(content, name.rpartition(".")[2]),
            )
            for name, value, signal in _facts(document)
        )
    )


def _facts(document: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    for table in ("source", "registries", "patch"):
        for name, entry in _table(document, table).items():
            yield f"{table}.{name}", _flat(entry), "registry-changed"
    for field, value in _table(document, "registry").items():
        if field in ("default", "index"):
            yield f"registry.{field}", str(value), "registry-changed"
    if "paths" in document:
        yield "paths", _flat(document["paths"]), "registry-changed"
    build = _table(document, "build")
    for field in _PROGRAMS:
        if field in build:
            yield f"build.{field}", str(build[field]), "install-script"
    for target, entry in _table(document, "target").items():
        for field in _TARGET:
            if isinstance(entry, dict) and field in entry:
                yield f"target.{target}.{field}", _flat(entry[field]), "install-script"


def _table(document: Mapping[str, object], field: str) -> Mapping[str, object]:
    value = document.get(field)
    return value if isinstance(value, dict) else {}


def _flat(value: object) -> str:
    """A table as ``key=value`` words in the order of their keys, tokens left out."""
    if isinstance(value, dict):
        return " ".join(f"{key}={_flat(value[key])}" for key in sorted(value) if key != "token")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

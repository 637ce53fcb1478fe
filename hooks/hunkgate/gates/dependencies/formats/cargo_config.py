"""``.cargo/config.toml``: https://doc.rust-lang.org/cargo/reference/config.html.

Read are where crates come from (``[source]``, ``[registries]``, ``[registry]``, ``paths``, ``[patch]``) the connection to there, other files that are read, and which
programs a build runs in the place of the compiler or beside it.
"""

import re
from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, tool_settings
from hunkgate.gates.dependencies.dependency import Option, Reading

_PROGRAMS = ("rustc", "rustc-wrapper", "rustc-workspace-wrapper", "rustdoc")
_TARGET = ("linker", "runner")
# Flags of the compiler that name a program or a library of code.
_LINKER = re.compile(r"linker=|load-pass-plugins|codegen-backend")


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
        if field == "global-credential-providers":
            yield f"registry.{field}", _flat(value), "install-script"
    for field, value in _table(document, "http").items():
        if field in ("proxy", "cainfo", "check-revoke", "ssl-version"):
            yield f"http.{field}", _flat(value), "registry-changed"
    for name, value in _table(document, "env").items():
        text = _flat(value.get("value", "") if isinstance(value, dict) else value)
        if option := tool_settings.environment(name, text):
            yield f"env.{name}", text, option.signal
    if "include" in document:
        yield "include", _flat(document["include"]), "registry-changed"
    for name, value in _table(document, "credential-alias").items():
        yield f"credential-alias.{name}", _flat(value), "install-script"
    if "paths" in document:
        yield "paths", _flat(document["paths"]), "registry-changed"
    build = _table(document, "build")
    for field in _PROGRAMS:
        if field in build:
            yield f"build.{field}", str(build[field]), "install-script"
    flags = [("build", build.get("rustflags"))]
    for target, entry in _table(document, "target").items():
        flags.append(
            (f"target.{target}", entry.get("rustflags") if isinstance(entry, dict) else "")
        )
        for field in _TARGET:
            if isinstance(entry, dict) and field in entry:
                yield f"target.{target}.{field}", _flat(entry[field]), "install-script"
    for where, value in flags:
        if (text := _flat(value)) and _LINKER.search(text):
            yield f"{where}.rustflags", text, "install-script"


def _table(document: Mapping[str, object], field: str) -> Mapping[str, object]:
    value = document.get(field)
    return value if isinstance(value, dict) else {}


def _flat(value: object) -> str:
    """A table as ``key=value`` words in the order of their keys, tokens left out."""
    if isinstance(value, dict):
        return " ".join(f"{key}={_flat(value[key])}" for key in sorted(value) if key != "token")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

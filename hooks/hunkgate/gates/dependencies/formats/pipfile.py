"""Pipfile: pipenv documentation, "Pipfile" and "Package categories".

Read: the packages of every category, sources, what scripts install. Not read: ``[requires]`` (the interpreter), ``[pipenv]``.
"""

from hunkgate.gates.dependencies import documents, pypi, python_locks, python_requirements, tasks
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading

_NOT_CATEGORIES = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})


def read(content: bytes, _path: str) -> Reading:
    """What the file states. Raises UnreadableError."""
    document = documents.toml(content)
    indexes: dict[str, str] = {}
    options: list[Option] = []
    for one in documents.tables_at(document, "source"):
        name, address = documents.text_at(one, "name"), documents.text_at(one, "url")
        indexes[name] = address
        value = address if one.get("verify_ssl", True) is True else f"{address} unverified"
        options.append(
            Option(
                ecosystem=pypi.ECOSYSTEM,
                name=f"source.{name}",
                value=value,
                signal="index-changed",
                line=documents.line_of(content, address),
            )
        )
    found: list[Dependency] = []
    for category in document:
        if category in _NOT_CATEGORIES:
            continue
        start = documents.line_of(content, f"[{category}]") or 1
        scope = {"packages": "runtime", "dev-packages": "dev"}.get(category, f"optional:{category}")
        for package, wanted in documents.table_at(document, category).items():
            line = documents.line_of(content, package, start=start)
            found.extend(
                one
                for one in python_requirements.entry(
                    package, wanted, scope=scope, indexes=indexes, line=line
                )
                if not python_locks.is_root(one.source)
            )
    for said in tasks.read(documents.table_at(document, "scripts"), content):
        if isinstance(said, Dependency):
            found.append(said)
        else:
            options.append(said)
    return Reading(dependencies=tuple(found), options=tuple(options))

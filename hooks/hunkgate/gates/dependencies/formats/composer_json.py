"""composer.json: https://getcomposer.org/doc/04-schema.md.

Read are ``require`` and ``require-dev`` without the platform (``php``, ``ext-…``), the repositories, the scripts that an installation runs,
what the others install, the plugins that may run, patches, the least stability.
"""

import re
from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, tasks
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    UnreadableError,
)

# https://getcomposer.org/doc/01-basic-usage.md#platform-packages: none of them is ever downloaded.
_PLATFORM = re.compile(
    r"(?:php(?:-[a-z0-9]+)?|hhvm|(?:ext|lib)-[\w.-]+|composer(?:-[a-z-]+)?)\Z", re.IGNORECASE
)
# https://getcomposer.org/doc/articles/scripts.md#event-names, those of installing and updating.
_SCRIPT = re.compile(
    r"(?:pre|post)-(?:install|update)-cmd\Z|(?:pre|post)-autoload-dump\Z|post-root-package-install\Z|post-create-project-cmd\Z"
    r"|pre-operations-exec\Z|(?:pre|post)-package-(?:install|update|uninstall)\Z|(?:pre|post)-file-download\Z|pre-pool-create\Z|init\Z"
)


def read(content: bytes, _path: str) -> Reading:
    """The packages that a composer.json asks for."""
    document = documents.json_object(content)
    name = document.get("name")
    commands = tuple(tasks.read(_object(document, "scripts"), content))
    return Reading(
        dependencies=(
            *_packages(document, content),
            *(one for one in commands if isinstance(one, Dependency)),
        ),
        options=(
            *_repositories(document, content),
            *_scripts(document, content),
            *_settings(document, content),
            *_patches(document, content),
            *(one for one in commands if isinstance(one, Option)),
        ),
        own=frozenset((name.lower(),)) if isinstance(name, str) else frozenset(),
    )


def _object(document: Mapping[str, object], field: str) -> Mapping[str, object]:
    """An object of the document; composer writes an empty one as ``[]`` too."""
    value = document.get(field)
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError(f"{field} is not an object")
    return value


def _packages(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    for field, scope in (("require", "runtime"), ("require-dev", "dev")):
        start = documents.line_of(content, f'"{field}"') or 1
        for name, requirement in _object(document, field).items():
            if _PLATFORM.match(name):
                continue
            if not isinstance(requirement, str):
                raise UnreadableError(f"{field}: {name!r} is not a text")
            yield Dependency(
                ecosystem="composer",
                name=name.lower(),
                raw_name=name,
                requirement=requirement,
                scope=scope,
                line=documents.line_of(content, f'"{name}"', start=start),
            )


def _repositories(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    """A list of repositories, or an object of them by name; ``false`` turns the default one off."""
    value = document.get("repositories")
    named = (
        value.items()
        if isinstance(value, dict)
        else [("", one) for one in value] if isinstance(value, list) else []
    )
    for _, entry in named:
        yield Option(
            ecosystem="composer",
            name="repositories",
            value=_repository(entry),
            signal="registry-changed",
            line=documents.line_of(content, '"repositories"'),
        )


def _repository(entry: object) -> str:
    if not isinstance(entry, dict):
        return str(entry).lower()
    package = entry.get("package")
    where = entry.get("url") or (_flat(package) if package is not None else _flat(entry))
    return f"{entry.get('type', '')} {where}".strip()


def _scripts(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    for name, value in _object(document, "scripts").items():
        if _SCRIPT.match(name):
            yield Option(
                ecosystem="composer",
                name=f"scripts.{name}",
                value=_flat(value),
                signal="install-script",
                line=documents.line_of(content, f'"{name}"'),
            )


def _settings(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    config = _object(document, "config")
    allowed = config.get("allow-plugins")
    plugins = allowed if isinstance(allowed, dict) else {"*": allowed} if allowed else {}
    for name, value in plugins.items():
        yield Option(
            ecosystem="composer",
            name=f"allow-plugins {name}",
            value=str(value).lower(),
            signal="install-script",
            line=documents.line_of(content, '"allow-plugins"'),
        )
    for field in ("secure-http", "disable-tls", "cafile"):
        if field in config:
            yield Option(
                ecosystem="composer",
                name=f"config.{field}",
                value=str(config[field]).lower(),
                signal="registry-changed",
                line=documents.line_of(content, f'"{field}"'),
            )

    if stability := documents.text_if(document, "minimum-stability"):
        yield Option(
            ecosystem="composer",
            name="minimum-stability",
            value=stability,
            signal="option-changed",
            line=documents.line_of(content, '"minimum-stability"'),
            restricts=stability == "stable",
        )


def _patches(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    """Patches that plugins lay over packages (cweagans/composer-patches)."""
    for package, patches in documents.table_if(
        documents.table_if(document, "extra"), "patches"
    ).items():
        yield Option(
            ecosystem="composer",
            name=f"patches {package}",
            value=_flat(patches),
            signal="override",
            line=documents.line_of(content, f'"{package}"'),
        )


def _flat(value: object) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)

"""environment.yml: conda documentation, "Creating an environment file manually"; match specifications; pip's lines below ``pip:``.

Read: conda packages with their channels, the pip list (requirements, includes, options), the order of the channels. Not read:
``name``, ``prefix``, ``variables``.
"""

from hunkgate.gates.dependencies import (
    conda_specs,
    python_requirements,
    tool_settings,
    yaml_documents,
)
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    UnreadableError,
)
from hunkgate.gates.dependencies.yaml_documents import Series, Table


def read(content: bytes, path: str) -> Reading:
    """What the environment states. Raises UnreadableError."""
    found = yaml_documents.read(content)
    if not found or found == (None,):
        return Reading()
    document = found[0]
    if len(found) > 1 or not isinstance(document, Table):
        raise UnreadableError("not a conda environment: expected one mapping")
    dependencies: list[Dependency] = []
    options: list[Option] = []
    items = _series(document, "dependencies")
    for item, line in zip(items, items.lines, strict=True):
        if isinstance(item, Table) and set(item) == {"pip"}:
            pip = _pip(item, path)
            dependencies.extend(pip.dependencies)
            options.extend(pip.options)
        elif isinstance(item, str):
            try:
                dependencies.append(conda_specs.spec(item, line=line))
            except UnreadableError:
                options.append(_dynamic(item, line))
        elif item is not None:
            options.append(_dynamic(str(item), line))
    variables = document.get("variables")
    for name, value in variables.items() if isinstance(variables, Table) else ():
        if option := tool_settings.environment(name, str(value)):
            options.append(option)
    channels = _series(document, "channels")
    options.extend(
        conda_specs.channel_option(str(one), content, line=line)
        for one, line in zip(channels, channels.lines, strict=True)
    )
    return Reading(dependencies=tuple(dependencies), options=tuple(options))


def _pip(item: Table, path: str) -> Reading:
    lines = _series(item, "pip")
    readings = [
        python_requirements.read_lines(str(one), path, first_line=line)
        for one, line in zip(lines, lines.lines, strict=True)
        if one is not None
    ]
    return Reading(
        dependencies=tuple(one for reading in readings for one in reading.dependencies),
        options=tuple(one for reading in readings for one in reading.options),
    )


def _series(document: Table, key: str) -> Series:
    found = document.get(key)
    if found is None:
        return Series()
    if not isinstance(found, Series):
        raise UnreadableError(f"{key}: expected a list", line=document.lines[key])
    return found


def _dynamic(value: str, line: int) -> Option:
    return Option(
        ecosystem=conda_specs.ECOSYSTEM, name="line", value=value, signal="dynamic", line=line
    )

"""*.gemspec: the RubyGems guide, "Specification Reference".

``add_dependency``, ``add_runtime_dependency`` and ``add_development_dependency`` with literal names; a gemspec is a Ruby program, and what is
computed is reported as dynamic. ``extensions`` name code that is run when the gem is installed.
"""

import re

from hunkgate.gates.dependencies import ruby, ruby_code
from hunkgate.gates.dependencies.dependency import Dependency, Option, Reading, UnreadableError

_ADD = re.compile(r"\.add_(runtime_|development_)?dependency(?=[\s(])")
_NAME = re.compile(r"\.name\s*=(?!=)(.*)\Z", re.DOTALL)
_EXTENSIONS = re.compile(r"\.extensions\s*(?:=(?!=)|<<|\+=|\.concat)(.*)\Z", re.DOTALL)


def read(content: bytes, _path: str) -> Reading:
    """The gems that a gem needs. Raises UnreadableError where the file holds no gem specification."""
    found: list[Dependency] = []
    options: list[Option] = []
    own: set[str] = set()
    for line, statement in ruby.statements(content):
        if match := _NAME.search(statement):
            name = ruby.literal(match.group(1))
            own.update((name,) if name else ())
        if match := _EXTENSIONS.search(statement):
            value = " ".join(match.group(1).split())
            options.append(
                Option(
                    ecosystem="gem",
                    name="extensions",
                    value=value,
                    signal="install-script",
                    line=line,
                )
            )
        for beside in ruby_code.found(statement, line):
            if isinstance(beside, Dependency):
                found.append(beside)
            else:
                options.append(beside)
        for call, behind in ruby.calls(_ADD, statement):
            position, _ = ruby.arguments(behind)
            name = ruby.literal(position[0]) if position else None
            if name is None:
                text = " ".join(statement.split())
                options.append(
                    Option(ecosystem="gem", name="gemspec", value=text, signal="dynamic", line=line)
                )
                continue
            versions = [ruby.literals(one) for one in position[1:]]
            found.append(
                Dependency(
                    ecosystem="gem",
                    name=name,
                    raw_name=name,
                    requirement=", ".join(value for values in versions for value in values or ()),
                    scope="dev" if call.group(1) == "development_" else "runtime",
                    flags=frozenset(("dynamic",)) if None in versions else frozenset(),
                    line=line,
                )
            )
    if not found and not own and content.strip() and b"Gem::Specification" not in content:
        raise UnreadableError("no Gem::Specification")
    return Reading(dependencies=tuple(found), options=tuple(options), own=frozenset(own))

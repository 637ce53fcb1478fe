"""verification-metadata.xml: https://docs.gradle.org/current/userguide/dependency_verification.html.

Each component's artifacts have hashes. What is trusted without any (artifacts, keys) and whether anything is checked at all are options.
"""

import re
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from hunkgate.gates.dependencies import xml_documents
from hunkgate.gates.dependencies.blocks import Blocks, Part, Shape
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import Lock, record

_DIGESTS = ("sha512", "sha256", "sha1", "md5", "pgp")
_SWITCHES = ("verify-metadata", "verify-signatures")
_TRUSTED = ("trusted-artifacts", "trusted-keys", "ignored-keys", "key-servers")


class _Component(NamedTuple):
    """What is said of one component."""

    name: str
    version: str
    hashes: frozenset[str]


def opened(content: bytes) -> Lock[_Component, int]:
    """Every verified component with the hashes of its artifacts."""
    root = xml_documents.read(content)
    if root.name != "verification-metadata":
        raise UnreadableError(f"<{root.name}> is not verification metadata", line=root.line)
    components = root.child("components")
    configuration = root.child("configuration")
    stated: dict[_Component, int] = {}
    for one in components.all("component") if components else ():
        stated.setdefault(_component(one), one.line)
    return Lock(
        stated=stated,
        ecosystem="maven",
        named=attrgetter("name"),
        records=_records,
        options=tuple(_options(configuration)) if configuration else (),
    )


def _component(element: xml_documents.Element) -> _Component:
    group, name, version = (element.attributes.get(key, "") for key in ("group", "name", "version"))
    if not (group and name and version):
        raise UnreadableError("a component without group, name or version", line=element.line)
    return _Component(f"{group}:{name}", version, frozenset(_hashes(element)))


def _records(several: Sequence[tuple[_Component, int]]) -> Iterator[Dependency]:
    for one, line in several:
        yield record("maven", one.name, one.version, hashes=one.hashes, line=line)


def _hashes(element: xml_documents.Element) -> Iterator[str]:
    for artifact in element.all("artifact"):
        file = artifact.attributes.get("name", "")
        for digest in artifact.children:
            if digest.name in _DIGESTS:
                for one in (digest, *digest.all("also-trust")):
                    yield f"{file} {digest.name}:{one.attributes.get('value', '')}"


def _options(configuration: xml_documents.Element) -> Iterator[Option]:
    for name in _SWITCHES:
        if value := configuration.value(name):
            yield _option(name, value, configuration.line)
    for name in _TRUSTED:
        table = configuration.child(name)
        for one in _leaves(table) if table else ():
            value = " ".join(f"{key}={one.attributes[key]}" for key in sorted(one.attributes))
            yield _option(name, f"{one.name} {value}", one.line)


def _leaves(table: xml_documents.Element) -> Iterator[xml_documents.Element]:
    """A trusted key may list what it is trusted for; both are facts."""
    for one in table.children:
        yield one
        yield from one.children


def _option(name: str, value: str, line: int) -> Option:
    return Option(ecosystem="maven", name=name, value=value, signal="registry-changed", line=line)


def _cut(content: bytes) -> tuple[Part, Part] | None:
    head = _HEAD.match(content)
    if head is None or not content.endswith(_TAIL):
        return None
    components = content[head.end() : -len(_TAIL)]
    return (
        Part(frame=head[0], blocks=components, shape=_COMPONENTS),
        Part(frame=_TAIL, blocks=b"", shape=_COMPONENTS),
    )


def _names(several: Sequence[bytes]) -> list[bytes]:
    words = (one.split(b'"', 4) for one in several)
    return [group + b":" + name for _, group, _, name, _ in words]


# As Gradle writes it, with no comment: what stands in one states nothing.
_TEXT = rb'"[ !#-%\'-;=-~]++"'
_WHO = rb"(?: origin=" + _TEXT + rb")?+(?: reason=" + _TEXT + rb")?+"
_HEAD = re.compile(
    rb'<\?xml version="1\.0" encoding="UTF-8"\?>\n<verification-metadata(?: [^<>\n]*+)?+>\n'
    rb"(?:   <configuration>\n(?: {6}(?:(?!<[!?])[^\n])*+\n)*+   </configuration>\n)?+   <components>\n"
)
_TAIL = b"   </components>\n</verification-metadata>\n"
_DIGEST = (
    rb"            <(sha512|sha256|sha1|md5|pgp) value=" + _TEXT + _WHO + rb"(?:/>\n|>\n"
    rb"(?: {15}<also-trust value=" + _TEXT + _WHO + rb"/>\n)++            </\1>\n)"
)
_COMPONENTS = Shape(
    sound=re.compile(
        rb"(?:      <component group="
        + _TEXT
        + rb" name="
        + _TEXT
        + rb" version="
        + _TEXT
        + rb">\n"
        rb"(?:         <artifact name=" + _TEXT + rb">\n(?:" + _DIGEST + rb")++"
        rb"         </artifact>\n)++      </component>\n)*+"
    ).fullmatch,
    names=_names,
    end=b"      </component>\n",
)
BLOCKS = Blocks(ecosystem="maven", cut=_cut, read=lambda content: opened(content).reading())

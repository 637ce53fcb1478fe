"""pip.conf and pip.ini: pip documentation, "Configuration". Read: what moves the index, what is trusted, constraints files."""

import configparser

from hunkgate.gates.dependencies import documents
from hunkgate.gates.dependencies.dependency import Option, Reading, UnreadableError

_SIGNALS = {
    "index-url": "index-changed",
    "extra-index-url": "index-changed",
    "find-links": "index-changed",
    "no-index": "index-changed",
    "trusted-host": "index-changed",
    "pre": "index-changed",
    "no-binary": "index-changed",
    "only-binary": "index-changed",
    "prefer-binary": "index-changed",
    "require-hashes": "index-changed",
    "proxy": "index-changed",
    "cert": "index-changed",
    "client-cert": "index-changed",
    "config-settings": "install-script",
    "global-option": "install-script",
    "constraint": "include-added",
    "requirement": "include-added",
}


def read(content: bytes, path: str) -> Reading:
    """What the settings state. Raises UnreadableError."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(documents.text(content), source=path)
    except configparser.Error as error:
        raise UnreadableError(f"not a pip configuration: {error.message}") from error
    return Reading(
        options=tuple(
            Option(
                ecosystem="pypi",
                name=f"{section}.{key}",
                value=one,
                signal=_SIGNALS[plain],
                line=documents.line_of(content, one) or documents.line_of(content, key),
            )
            for section in parser.sections()
            for key, value in parser.items(section)
            # pip takes index_url for index-url
            if (plain := key.replace("_", "-")) in _SIGNALS
            for one in (value or "").split() or [""]
        )
    )

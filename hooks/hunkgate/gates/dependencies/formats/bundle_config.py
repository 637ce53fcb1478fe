""".bundle/config: https://bundler.io/man/bundle-config.1.html; the grammar is Bundler::YAMLSerializer's, a flat YAML mapping.

In a key two underscores stand for a dot and three for a dash. Read: mirrors, folders put in a repository's place, another Gemfile, where gems
are looked for, what is trusted, flags with which extensions are built. Not read: credentials of a host, and the rest of the settings.
"""

import re

from hunkgate.gates.dependencies import yaml_documents
from hunkgate.gates.dependencies.dependency import Option, Reading, UnreadableError

_SIGNALS = {
    "mirror": "registry-changed",
    "local": "registry-changed",
    "local_override": "registry-changed",
    "allow_offline_install": "index-changed",
    "cache_path": "index-changed",
    "deployment": "index-changed",
    "disable_checksum_validation": "index-changed",
    "disable_local_branch_check": "index-changed",
    "disable_local_revision_check": "index-changed",
    "disable_shared_gems": "index-changed",
    "frozen": "index-changed",
    "path": "index-changed",
    "prefer_local": "index-changed",
    "ssl_ca_cert": "index-changed",
    "ssl_client_cert": "index-changed",
    "ssl_verify_mode": "index-changed",
    "trust-policy": "index-changed",
    "build": "install-script",
    "plugins": "install-script",
    "gemfile": "include-added",
}


def read(content: bytes, _path: str) -> Reading:
    """The settings of Bundler that matter to where gems come from. A file without any is fine. Raises UnreadableError."""
    options = []
    for document in yaml_documents.read(content):
        if document is None:
            continue
        if not isinstance(document, yaml_documents.Table):
            raise UnreadableError("not a mapping")
        for key, value in document.items():
            name = _setting(key)
            if signal := _SIGNALS.get(name.partition(".")[0]):
                text = str(value).lower() if isinstance(value, bool) else str(value)
                line = document.lines[key]
                options.append(
                    Option(ecosystem="gem", name=name, value=text, signal=signal, line=line)
                )
    return Reading(options=tuple(options))


def _setting(key: str) -> str:
    """The name by which ``bundle config`` knows what the key of a file says."""
    if not key.upper().startswith("BUNDLE_"):
        return key
    bare = re.sub(r"_{2,3}", lambda run: "-" if len(run[0]) == 3 else ".", key[7:])
    return bare.lower()

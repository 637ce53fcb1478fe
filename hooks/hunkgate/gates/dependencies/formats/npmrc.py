""".npmrc: https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/npmrc.md (ini-formatted ``key = value`` lines).

Only what moves where packages come from or which code an installation runs is read; credentials are left alone.
"""

import re

from hunkgate.gates.dependencies import lines, safety
from hunkgate.gates.dependencies.dependency import Option, Reading

_REGISTRY = frozenset(
    (
        "registry",
        "proxy",
        "http-proxy",
        "https-proxy",
        "noproxy",
        "strict-ssl",
        "ca",
        "cafile",
        "replace-registry-host",
        "userconfig",
        "globalconfig",
        "disturl",
    )
)
_SCRIPTS = frozenset(
    (
        "ignore-scripts",
        "script-shell",
        "node-options",
        "git",
        "pnpmfile",
        "global-pnpmfile",
        "onload-script",
        "enable-pre-post-scripts",
        "side-effects-cache",
        "unsafe-perm",
        "node-gyp",
        "dangerously-allow-all-builds",
    )
)
# Where packages with programs of their own fetch those from (node-pre-gyp, electron, sass and others; pnpm's node-mirror).
_MIRROR = re.compile(
    r"[\w-]+[_-](?:mirror|binary[_-](?:host|site)\w*)|node-mirror:.*|prebuild-install[_-]host"
)


def read(content: bytes, _path: str) -> Reading:
    """The settings of npm or pnpm that matter to where packages come from. An .npmrc without any is fine."""
    options = []
    for line, raw in lines.numbered(content):
        bare = raw.strip()
        if not bare or bare[0] in ";#[":
            continue
        name, mark, value = (part.strip().strip("\"'") for part in bare.partition("="))
        # The ini reader of npm takes a name alone for `true`, and `key[]` for an item of a list.
        value = value if mark else "true"
        name = name.removesuffix("[]").lower()
        if name in _REGISTRY or name.endswith(":registry") or _MIRROR.fullmatch(name):
            signal = "registry-changed"
        elif name in _SCRIPTS:
            signal = "install-script"
        elif safety.known(name):
            signal = "option-changed"
        else:
            continue
        options.append(
            Option(
                ecosystem="npm",
                name=name,
                value=value,
                signal=signal,
                line=line,
                restricts=safety.restricts(name, value),
            )
        )
    return Reading(options=tuple(options))

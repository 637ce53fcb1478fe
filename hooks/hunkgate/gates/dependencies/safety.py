"""Settings of the JavaScript package managers that keep something out: each with the values under which it does.

Sources: the references of npm's, yarn's, pnpm's and bun's settings. A setting is known by its letters alone: ``ignore-scripts`` and
``ignoreScripts`` are one.
"""

import re

_TRUE, _FALSE = ("true",), ("false",)
# Under these values the setting restricts; under any, where none is given.
_SAFE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("ignorescripts", "strictssl", "enablestrictssl", "packagelock"), _TRUE),
    **dict.fromkeys(("frozenlockfile", "preferfrozenlockfile", "verifystoreintegrity"), _TRUE),
    **dict.fromkeys(("enablehardenedmode", "enableimmutableinstalls", "strictdepbuilds"), _TRUE),
    **dict.fromkeys(("blockexoticsubdeps",), _TRUE),
    **dict.fromkeys(("enablescripts", "enableprepostscripts", "unsafeperm"), _FALSE),
    **dict.fromkeys(("dangerouslyallowallbuilds", "sideeffectscache"), _FALSE),
    "checksumbehavior": ("throw",),
    "trustpolicy": ("no-downgrade",),
    "neverbuiltdependencies": (),
}
_AGES = frozenset({"minimumreleaseage", "minreleaseage", "npmminimalagegate", "before"})
_NONE = frozenset({"", "0", "0s", "0d", "null", "false"})


def known(name: str) -> bool:
    """Whether this setting keeps something out under some value."""
    folded = _folded(name)
    return folded in _SAFE or folded in _AGES


def restricts(name: str, value: str) -> bool:
    """Whether the setting keeps something out under this value."""
    folded = _folded(name)
    if folded in _AGES:
        return value.strip().lower() not in _NONE
    safe = _SAFE.get(folded)
    return safe is not None and (not safe or value.strip().lower() in safe)


def _folded(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())

"""What a report may vary by, beside the verdict itself."""

from dataclasses import dataclass

from hunkgate.gate import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to render.

    ``agent`` says that a coding agent reads the text, ``colour`` that the terminal shows colours; only the text format looks at
    them. ``rules`` holds every rule of every gate, for the formats that describe rules (SARIF).
    """

    agent: bool = False
    colour: bool = False
    rules: tuple[Rule, ...] = ()

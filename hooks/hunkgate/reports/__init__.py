"""The reports: each module turns a Verdict into one text. A module is loaded when its format is asked for."""

import importlib
from collections.abc import Callable, Mapping
from typing import cast

from hunkgate.model import Verdict
from hunkgate.reports.options import Options

Render = Callable[[Verdict, Options], str]

# The name on the command line -> the module below this package that renders it.
FORMATS: Mapping[str, str] = {
    "text": "terminal",
    "json": "json",
    "sarif": "sarif",
    "github": "github",
    "markdown": "markdown",
}


def render(name: str, verdict: Verdict, options: Options) -> str:
    """The verdict in the format of this name, ending in a line feed. Raises KeyError for a name that FORMATS lacks."""
    module = importlib.import_module(f"hunkgate.reports.{FORMATS[name]}")
    return cast("Render", module.render)(verdict, options)

"""hunkgate judges what a git change really does, and lets it through only when the policy allows it."""

__version__ = "0.1.0"

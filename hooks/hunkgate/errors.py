"""What travels from the edge to the judge when something could not be judged. Never a verdict by itself."""


class HunkgateError(Exception):
    """The change could not be judged. ``str(error)`` says what and where, ``remedy`` what to do next."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class PolicyError(HunkgateError):
    """The policy cannot be read. ``problems`` holds every one, each as ``file: key.path: expected ...``."""

    def __init__(self, problems: tuple[str, ...], *, remedy: str = "") -> None:
        super().__init__("; ".join(problems), remedy=remedy or "correct the policy file")
        self.problems = problems


class GitError(HunkgateError):
    """git refused or answered what cannot be understood."""


class ToolError(HunkgateError):
    """A program other than git is missing, failed or ran out of time."""


class ApprovalError(HunkgateError):
    """An approval is malformed, forged, expired or spent."""

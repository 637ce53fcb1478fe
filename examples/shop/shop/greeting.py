"""What the shop says first."""


def hello(name: str) -> str:
    """A friendly line."""
    return f"Hello, {name}!"

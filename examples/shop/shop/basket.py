"""What a basket costs, in cents."""


def total(price: int, count: int) -> int:
    """The price of several of one thing."""
    return price * count

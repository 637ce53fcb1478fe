from shop import greeting


def test_greets_by_name() -> None:
    assert greeting.hello("Ada") == "Hello, Ada!"

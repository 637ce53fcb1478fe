from shop import basket


def test_three_of_one_thing_cost_three_times_its_price() -> None:
    assert basket.total(250, 3) == 750

"""Slices of the chosen tests for a fleet of machines, balanced by the time they took before."""

from collections.abc import Mapping, Sequence


def shard(
    units: Sequence[str], seconds: Mapping[str, float], *, index: int, count: int
) -> tuple[str, ...]:
    """The ``index``-th (from 1) of ``count`` slices, in the order given; every unit is in exactly one slice.

    The longest goes first to the slice with the least so far (Graham's LPT rule: at most 4/3 of the best balance). What never ran
    counts as the mean of what did. Machines that know the same times make the same slices.
    """
    known = [seconds[unit] for unit in units if unit in seconds]
    mean = sum(known) / len(known) if known else 1.0
    weights = {unit: seconds.get(unit, mean) for unit in units}
    loads = [(0.0, 0, number) for number in range(1, count + 1)]
    mine = set()
    for unit in sorted(units, key=lambda one: (-weights[one], one)):
        load, size, number = min(loads)
        loads[loads.index((load, size, number))] = (load + weights[unit], size + 1, number)
        if number == index:
            mine.add(unit)
    return tuple(unit for unit in units if unit in mine)

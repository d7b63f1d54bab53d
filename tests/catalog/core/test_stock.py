"""The times without stock that follow from what came and went."""

from datetime import date

import pytest

from catalog.core.stock import stockout_spans


def day(number):
    return date(2026, 3, number)


@pytest.mark.parametrize(
    ("changes", "spans"),
    [
        ([], []),
        ([(1, 5, True)], []),
        ([(1, -5, False)], []),
        ([(1, 5, True), (3, -5, False)], [(3, None)]),
        ([(1, 5, True), (3, -5, False), (6, 2, True)], [(3, 6)]),
        ([(1, 5, True), (3, -5, False), (6, 2, True), (7, -2, False)], [(3, 6), (7, None)]),
        ([(1, 5, True), (3, -6, False), (4, 1, True)], [(3, None)]),
        ([(1, 5, True), (25, -5, False)], []),
    ],
)
def test_times_without_stock(changes, spans):
    found = stockout_spans([(day(on), *rest) for on, *rest in changes], day(20))

    assert found == [(day(start), end and day(end)) for start, end in spans]

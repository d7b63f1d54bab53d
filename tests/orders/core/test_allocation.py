"""Which warehouse has all of an order."""

import pytest

from orders.core.allocation import short, whole_from

FREE = {(1, 10): 5, (1, 11): 0, (2, 10): 2, (2, 11): 3, (3, 10): -1}


@pytest.mark.parametrize(
    ("wanted", "places", "place", "lacking"),
    [
        ({10: 2}, [1, 2], 1, {}),
        ({10: 2}, [2, 1], 2, {}),
        ({10: 3}, [2, 1], 1, {}),
        ({10: 2, 11: 3}, [1, 2], 2, {}),
        ({10: 3, 11: 1}, [1, 2], None, {}),  # both there, in no place together
        ({10: 6}, [1, 2], None, {10: 5}),
        ({10: 1}, [3], None, {10: 0}),
        ({12: 1}, [1, 2], None, {12: 0}),
        ({10: 1}, [], None, {10: 0}),
    ],
)
def test_the_first_place_that_has_all_is_taken(wanted, places, place, lacking):
    assert whole_from(wanted, places, FREE) == place
    assert short(wanted, places, FREE) == ({} if place else lacking)

"""Where an order stands once its source tells something, for each place it may stand here."""

import pytest

from orders.core.standing import Standing, beside


@pytest.mark.parametrize(
    ("told", "stored", "same_goods", "expected"),
    [
        # nothing of it is known only here: the source decides
        ("paid", Standing("placed"), True, Standing("paid")),
        ("placed", Standing("dispatched"), True, Standing("placed")),
        ("paid", Standing("on_hold"), True, Standing("paid")),
        # held here, and the goods are still here: it stays, and remembers how far it came
        ("paid", Standing("on_hold", "placed"), True, Standing("on_hold", "paid")),
        ("placed", Standing("on_hold", "paid"), True, Standing("on_hold", "paid")),
        ("paid", Standing("on_hold", "allocated", True), True, Standing("on_hold", "allocated")),
        ("paid", Standing("on_hold", "allocated", True), False, Standing("on_hold", "paid")),
        ("cancelled", Standing("on_hold", "paid"), True, Standing("cancelled")),
        ("dispatched", Standing("on_hold", "paid"), True, Standing("dispatched")),
        ("on_hold", Standing("on_hold", "paid"), True, Standing("on_hold", "paid")),
        ("on_hold", Standing("allocated", kept=True), True, Standing("on_hold")),
        # goods are kept here, or left from here
        ("paid", Standing("allocated", kept=True), True, Standing("allocated")),
        ("paid", Standing("on_hold", kept=True), True, Standing("allocated")),
        ("allocated", Standing("allocated", kept=True), False, Standing("paid")),
        ("placed", Standing("allocated", kept=True), False, Standing("placed")),
        ("paid", Standing("dispatched", kept=True), True, Standing("dispatched")),
        ("delivered", Standing("dispatched", kept=True), True, Standing("delivered")),
        ("cancelled", Standing("allocated", kept=True), True, Standing("cancelled")),
        ("unmapped", Standing("allocated", kept=True), True, Standing("unmapped")),
    ],
)
def test_the_source_decides_but_for_what_only_we_know(told, stored, same_goods, expected):
    assert beside(told, stored, same_goods=same_goods) == expected

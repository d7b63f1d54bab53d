"""Which class a SKU belongs to by its sales."""

from decimal import Decimal

import pytest

from catalog.core.abc import classes


@pytest.mark.parametrize(
    ("sales", "letters"),
    [
        ({}, ""),
        ({"x": 0, "y": 0}, "CC"),
        ({"x": 100}, "A"),
        # 80 exactly: the next one begins at the bound and is B; the last begins at 95.
        ({"x": 80, "y": 15, "z": 5}, "ABC"),
        # The second begins at 79 % and crosses the bound: still A.
        ({"x": 79, "y": 15, "z": 6}, "AAB"),
        ({"b": 50, "a": 50}, "AA"),
        ({"x": 10, "y": 0, "z": -3}, "ACC"),
    ],
)
def test_a_sku_belongs_to_the_class_it_begins_in(sales, letters):
    found = classes({code: Decimal(value) for code, value in sales.items()})

    assert "".join(one.letter for one in found) == letters


def test_of_the_same_sales_the_code_decides_and_shares_run_up():
    found = classes({"b": Decimal(1), "a": Decimal(1), "c": Decimal(1)})

    assert [(one.code, one.running, one.letter) for one in found] == [
        ("a", Decimal("0.3333"), "A"),
        ("b", Decimal("0.6667"), "A"),
        ("c", Decimal("1.0000"), "A"),
    ]

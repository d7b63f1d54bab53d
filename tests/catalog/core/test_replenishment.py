"""When and how much to buy, by figures worked by hand."""

from decimal import Decimal

import pytest

from catalog.core.replenishment import Plan, Stock, Terms, cover_days, plan, z_of


@pytest.mark.parametrize(
    ("level", "z"), [("0.5", "0.0000"), ("0.95", "1.6449"), ("0.9999", "3.7190")]
)
def test_z_of_a_service_level(level, z):
    assert z_of(Decimal(level)) == Decimal(z)


Z = Decimal("1.6449")


@pytest.mark.parametrize(
    ("units", "days", "terms", "stock", "expected"),
    [
        # 10 a day, always: no deviation. 10 × 4 = 40; 10 × (4 + 6) − 30 − 5 = 65.
        ([10] * 3, 3, Terms(Z, 4, 6), Stock(30, 5), ("10", "0", 0, 40, 65)),
        # One above the reorder point: nothing yet.
        ([10] * 3, 3, Terms(Z, 4, 6), Stock(41, 0), ("10", "0", 0, 40, 0)),
        ([10] * 3, 3, Terms(Z, 4, 6), Stock(40, 0), ("10", "0", 0, 40, 60)),
        # 0 and 4: mean 2, σ 2. 2×4 + 1.6449×2×2 = 14.58 → 15; 2×9 + 1.6449×2×3 = 27.87 → 28.
        ([4], 2, Terms(Z, 4, 5), Stock(0, 0), ("2", "2", 10, 15, 28)),
        # The SKU's own safety stock is more: 2×9 + 12 = 30.
        ([4], 2, Terms(Z, 4, 5, 12), Stock(0, 0), ("2", "2", 12, 15, 30)),
        # Nothing sold: only the safety stock is kept.
        ([], 90, Terms(Z, 4, 5, 7), Stock(2, 0), ("0", "0", 7, 7, 5)),
        ([], 0, Terms(Z, 4, 5), Stock(0, 0), ("0", "0", 0, 0, 0)),
        # What is owed already is bought, too.
        ([10] * 3, 3, Terms(Z, 4, 6), Stock(-5, 0), ("10", "0", 0, 40, 105)),
    ],
)
def test_what_to_buy(units, days, terms, stock, expected):
    mean, deviation, *rest = expected

    assert plan(units, days, terms, stock) == Plan(Decimal(mean), Decimal(deviation), *rest)


@pytest.mark.parametrize(
    ("pieces", "mean", "expected"),
    [
        (33, "10", Decimal("3.3")),
        (10, "3", Decimal("3.3")),  # 3.33: never longer than it lasts
        (29, "10", Decimal("2.9")),
        (0, "10", Decimal("0.0")),
        (-5, "10", Decimal("0.0")),  # what is owed lasts for no day
        (33, "0", None),
    ],
)
def test_for_how_many_days_it_lasts(pieces, mean, expected):
    assert cover_days(pieces, Decimal(mean)) == expected

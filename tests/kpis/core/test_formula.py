"""Formulas are exact, and tell nothing from zero."""

from decimal import Decimal

from kpis.core.formula import COMPONENTS, SHIPPED, Formula, combine, faults, measure
from opsdesk.core.ratios import Ratio

NOTHING = dict.fromkeys(COMPONENTS, Decimal(0))
PROFIT = next(metric.formula for metric in SHIPPED if metric.code == "gross_profit")


def test_a_combination_is_exact():
    figures = NOTHING | {"sold_amount": Decimal("99999999999.9999"), "refund_amount": Decimal("1")}

    assert combine({"sold_amount": 1, "refund_amount": -1}, figures) == Decimal("99999999998.9999")


def test_a_sum_of_nothing_is_zero_and_a_ratio_of_nothing_has_no_value():
    assert measure(Formula({"orders": 1}), NOTHING).value == 0
    assert measure(Formula({"sold_amount": 1}, {"orders": 1}), NOTHING).value is None


def test_the_profit_is_that_of_lines_with_a_known_cost():
    figures = NOTHING | {
        "sold_amount": Decimal("100"),
        "costed_amount": Decimal("80"),
        "cost": Decimal("50"),
        "refund_costed_amount": Decimal("8"),
        "refund_cost": Decimal("5"),
    }

    measured = measure(PROFIT, figures)

    assert measured.value == Decimal("27")
    assert measured.coverage == Ratio(Decimal("80"), Decimal("100"))


def test_no_known_cost_is_no_profit():
    measured = measure(PROFIT, NOTHING | {"sold_amount": Decimal("100")})

    assert (measured.value, measured.coverage) == (None, Ratio(Decimal(0), Decimal("100")))


def test_the_shipped_formulas_name_known_figures():
    assert [faults(metric.formula) for metric in SHIPPED] == [[]] * len(SHIPPED)


def test_an_unknown_figure_is_named():
    assert faults(Formula({"sales": 1}, {"orders": 1}, ({"cost": 1}, {"visits": 1}))) == [
        *("sales", "visits"),
    ]

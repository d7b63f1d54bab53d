"""Metrics as linear combinations of named figures: Σ numerator over Σ denominator."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

from django.utils.translation import gettext_noop

from opsdesk.core.ratios import Ratio

COMPONENTS = (
    "gmv",
    "gmv_organic",
    "gmv_ads",
    "orders",
    "sold_amount",
    "units",
    "costed_amount",
    "cost",
    "first_order_amount",
    "new_customers",
    "customers",
    "second_orders",
    "refund_amount",
    "refund_units",
    "refund_costed_amount",
    "refund_cost",
)
ZERO = Decimal("0")
_EXACT = Context(prec=60)

Combination = Mapping[str, int]
Figures = Mapping[str, Decimal]


@dataclass(frozen=True)
class Formula:
    """What a metric is made of; without a denominator it is a sum.

    ``coverage`` is the part and the whole of what the figure could see. Where it is given, the
    numerator's figures are those that were seen: with none of them there is no value.
    """

    numerator: Combination
    denominator: Combination | None = None
    coverage: tuple[Combination, Combination] | None = None


@dataclass(frozen=True)
class Measured:
    """A metric's numbers in one scope and period; ``value`` is ``None`` where there is none."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    coverage: Ratio | None


def combine(combination: Combination, figures: Figures) -> Decimal:
    """Return Σ factor × figure, exactly."""
    total = ZERO
    for name, factor in combination.items():
        total = _EXACT.add(total, _EXACT.multiply(Decimal(factor), figures[name]))
    return total


def measure(formula: Formula, figures: Figures) -> Measured:
    """Apply ``formula`` to the figures of a scope and period.

    An empty denominator gives no value, which is not 0. A sum without a denominator is a value,
    0 included: the period has facts, and nothing of this kind was among them.
    """
    numerator = combine(formula.numerator, figures)
    denominator, coverage = None, None
    value: Decimal | None = numerator
    if formula.denominator is not None:
        denominator = combine(formula.denominator, figures)
        value = Ratio(numerator, denominator).value
    if formula.coverage is not None:
        part, whole = formula.coverage
        coverage = Ratio(combine(part, figures), combine(whole, figures))
        if not any(figures[name] for name in formula.numerator):
            value = None
    return Measured(numerator, denominator, value, coverage)


def faults(formula: Formula) -> list[str]:
    """Return the names in the formula that no daily fact has."""
    combinations = [formula.numerator, formula.denominator or {}, *(formula.coverage or ())]
    return sorted({name for each in combinations for name in each} - set(COMPONENTS))


@dataclass(frozen=True)
class Shipped:
    """A metric that the product ships, as version 1 of its definition."""

    code: str
    name: str
    unit: str
    direction: str
    formula: Formula


_SOLD = {"sold_amount": 1}
_ORDERS = {"orders": 1}
_PROFIT = {"costed_amount": 1, "cost": -1, "refund_costed_amount": -1, "refund_cost": 1}
_AGAIN = {"customers": 1, "new_customers": -1, "second_orders": 1}

SHIPPED = (
    Shipped("gmv", gettext_noop("GMV"), "money", "high", Formula({"gmv": 1})),
    Shipped(
        "gmv_organic",
        gettext_noop("GMV from organic traffic"),
        "money",
        "high",
        Formula({"gmv_organic": 1}),
    ),
    Shipped("gmv_ads", gettext_noop("GMV from ads"), "money", "high", Formula({"gmv_ads": 1})),
    Shipped(
        "net_sales",
        gettext_noop("Net sales"),
        "money",
        "high",
        Formula(_SOLD | {"refund_amount": -1}),
    ),
    Shipped("orders", gettext_noop("Orders"), "count", "high", Formula(_ORDERS)),
    Shipped("units", gettext_noop("Units"), "count", "high", Formula({"units": 1})),
    Shipped(
        "aov", gettext_noop("Average order value"), "money_each", "high", Formula(_SOLD, _ORDERS)
    ),
    Shipped(
        "return_rate",
        gettext_noop("Return rate"),
        "share",
        "low",
        Formula({"refund_units": 1}, {"units": 1}),
    ),
    Shipped(
        "gross_profit",
        gettext_noop("Gross profit"),
        "money",
        "high",
        Formula(_PROFIT, coverage=({"costed_amount": 1}, _SOLD)),
    ),
    Shipped(
        "new_customer_share",
        gettext_noop("Share of new customers"),
        "share",
        "high",
        Formula({"first_order_amount": 1}, _SOLD),
    ),
    Shipped(
        "repurchase_rate",
        gettext_noop("Repurchase rate"),
        "share",
        "high",
        Formula(_AGAIN, {"customers": 1}),
    ),
)

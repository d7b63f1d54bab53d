"""What a price must bring: landed cost, floor, margin and cost-plus target of one piece.

    landed cost = unit cost + inbound freight + duty
    floor: the lowest price of which fee, tax, shipping and landed cost leave nothing below zero
           = (landed cost + shipping) / (1 - fee rate - tax rate), rounded up to the minor unit
    margin = (price - fee - tax - shipping - landed cost) / price
    cost-plus target = (landed cost x (1 + mark-up) + shipping) / (1 - fee rate - tax rate)

Fee and tax are shares of the price itself, which is why the floor divides by what they leave.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from opsdesk.core.money import minor_places

_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Costs:
    """What one piece costs, in ``currency``; ``landed`` is ``None`` where nobody knows it."""

    landed: Decimal | None
    shipping: Decimal
    fee_rate: Decimal
    tax_rate: Decimal
    currency: str

    @property
    def left(self) -> Fraction:
        """The share of a price that fee and tax leave."""
        return 1 - Fraction(self.fee_rate) - Fraction(self.tax_rate)


def lowest_price(costs: Costs) -> Decimal | None:
    """Return the price floor in whole minor units; ``None`` where a cost is unknown.

    Where fee and tax leave nothing of a price, there is no floor that would do: ``ValueError``.
    """
    return _priced(costs, Fraction(1))


def target_price(costs: Costs, markup: Decimal) -> Decimal | None:
    """Return the price that brings ``markup`` on the landed cost, rounded up as the floor is."""
    return _priced(costs, 1 + Fraction(markup))


def margin_of(price: Decimal, costs: Costs) -> Decimal | None:
    """Return what stays of ``price`` as a share of it, to four places; ``None`` where unknown."""
    share = exact_margin(price, costs)
    if share is None:
        return None
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return exact.quantize(_PLACES, rounding=ROUND_HALF_UP)


def exact_margin(price: Decimal, costs: Costs) -> Fraction | None:
    """Return the margin unrounded, as it is compared with a policy; ``None`` where unknown."""
    if costs.landed is None or price <= 0:
        return None
    kept = Fraction(price) * costs.left - Fraction(costs.landed) - Fraction(costs.shipping)
    return kept / Fraction(price)


def _priced(costs: Costs, times: Fraction) -> Decimal | None:
    if costs.left <= 0:
        raise ValueError("fee and tax take the whole price")
    if costs.landed is None:
        return None
    needed = (Fraction(costs.landed) * times + Fraction(costs.shipping)) / costs.left
    steps = needed * 10 ** minor_places(costs.currency)
    whole = -(-steps.numerator // steps.denominator)
    return Decimal(whole).scaleb(-minor_places(costs.currency))

"""FX rates: what one unit of a currency was worth in another on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from django.utils.translation import gettext as _

from catalog.models import FxRate
from opsdesk.core.errors import NoRate

PIVOT = "EUR"
_EXACT = Context(prec=50, rounding=ROUND_HALF_UP)
_STEP = Decimal("0.0000000001")


class RateTable:
    """The rates between some currencies, read in one query when the first one is asked for."""

    def __init__(self, currencies: Iterable[str]) -> None:
        self.currencies = frozenset(currencies) | {PIVOT}
        self._pairs: dict[tuple[str, str], _Series] | None = None
        self._known: dict[tuple[str, str, date], Decimal] = {}

    def rate(self, from_currency: str, to_currency: str, on: date) -> Decimal:
        """Return the latest rate on or before ``on``, rounded to 10 places, or raise ``NoRate``.

        The rate of the pair itself goes first, then that of the opposite pair turned round, then
        the cross through the euro with both legs of the same, latest day.
        """
        if from_currency == to_currency:
            return Decimal(1)
        key = (from_currency, to_currency, on)
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def _find(self, source: str, target: str, on: date) -> Decimal:
        found = self._exact(source, target, on) or self._cross(source, target, on)
        rounded = _EXACT.quantize(found, _STEP) if found else None
        if not rounded:
            message = _(
                "There is no rate from %(source)s to %(target)s on or before %(day)s. "
                "Load the rates of that day, then load the orders again."
            )
            words = {"source": source, "target": target, "day": on.isoformat()}
            raise NoRate(message % words, field="currency")
        return rounded

    def _exact(self, source: str, target: str, on: date) -> Decimal | None:
        """Return the rate of the pair, or of the opposite pair turned round."""
        if found := self._quoted((source, target), on):
            return found[1]
        if found := self._quoted((target, source), on):
            return _EXACT.divide(Decimal(1), found[1])
        return None

    def _cross(self, source: str, target: str, on: date) -> Decimal | None:
        """Return the rate through the euro, of the latest day that has both legs."""
        if PIVOT in (source, target):
            return None
        day = on
        while True:
            first, second = self._leg(source, day), self._leg(target, day)
            if first is None or second is None:
                return None
            if first[0] == second[0]:
                return _EXACT.divide(second[1], first[1])
            day = min(first[0], second[0])

    def _leg(self, currency: str, on: date) -> tuple[date, Decimal] | None:
        """Return the latest day with a rate from the euro to ``currency``, and that rate."""
        if found := self._quoted((PIVOT, currency), on):
            return found
        if found := self._quoted((currency, PIVOT), on):
            return found[0], _EXACT.divide(Decimal(1), found[1])
        return None

    def _quoted(self, pair: tuple[str, str], on: date) -> tuple[date, Decimal] | None:
        """Return the latest rate of just this pair on or before ``on``, with its day."""
        series = self._loaded().get(pair)
        return series.on_or_before(on) if series else None

    def _loaded(self) -> dict[tuple[str, str], _Series]:
        if self._pairs is None:
            self._pairs = {}
            rows = FxRate.objects.filter(
                from_currency__in=self.currencies, to_currency__in=self.currencies
            )
            for source, target, day, rate in rows.order_by("date").values_list(
                "from_currency", "to_currency", "date", "rate"
            ):
                self._pairs.setdefault((source, target), _Series()).add(day, rate)
        return self._pairs


class _Series:
    """The rates of one pair in the order of their days."""

    def __init__(self) -> None:
        self.days: list[date] = []
        self.rates: list[Decimal] = []

    def add(self, day: date, rate: Decimal) -> None:
        """Add the rate of a later day."""
        self.days.append(day)
        self.rates.append(rate)

    def on_or_before(self, day: date) -> tuple[date, Decimal] | None:
        """Return the latest rate on or before ``day``, with its day."""
        place = bisect_right(self.days, day)
        return (self.days[place - 1], self.rates[place - 1]) if place else None

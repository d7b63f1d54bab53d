"""Ratios that keep both numbers, so that they add up and compare without rounding."""

from dataclasses import dataclass
from decimal import Context, Decimal

ZERO = Decimal("0")
_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator over a denominator; an empty denominator has no value, which is not zero."""

    part: Decimal
    whole: Decimal

    def __add__(self, other: "Ratio") -> "Ratio":
        return Ratio(self.part + other.part, self.whole + other.whole)

    @property
    def value(self) -> Decimal | None:
        """The quotient, for showing; ``None`` where nothing was measured."""
        return self.part / self.whole if self.whole else None

    def above(self, bound: Decimal) -> bool:
        """Tell whether part / whole > bound, by comparing products (whole must be positive)."""
        return self.part > _EXACT.multiply(self.whole, bound)

    def at_least(self, bound: Decimal) -> bool:
        """Tell whether part / whole ≥ bound, by comparing products (whole must be positive)."""
        return self.part >= _EXACT.multiply(self.whole, bound)

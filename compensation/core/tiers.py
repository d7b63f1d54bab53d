"""Tier tables: which rate a completion reaches and what it earns, exactly and unrounded."""

from dataclasses import dataclass
from decimal import Context, Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ZERO = Decimal("0")
_EXACT = Context(prec=80)


class TierKind(TextChoices):
    """What a reached rate applies to."""

    WHOLE = "whole", _("Whole amount: the rate reached applies to the whole base")
    MARGINAL = "marginal", _("Marginal: each tier's rate applies to its own part of the base")


@dataclass(frozen=True, slots=True)
class Tier:
    """A rate and the completion from which it holds.

    ``lower`` is a fraction of the target (0.80 for 80 %); ``inclusive`` says whether the bound
    itself belongs to the tier (``≥``) or only what is above it (``>``).
    """

    lower: Decimal
    inclusive: bool
    rate: Decimal

    @property
    def sign(self) -> str:
        """The comparison as it is written: ``≥`` or ``>``."""
        return "≥" if self.inclusive else ">"

    def bound(self, target: Decimal) -> Decimal:
        """Return the amount at which the tier begins for ``target``."""
        return _EXACT.multiply(self.lower, target)

    def reached(self, base: Decimal, target: Decimal) -> bool:
        """Tell whether ``base`` reaches the tier; products are compared, no quotient is made."""
        bound = self.bound(target)
        return base >= bound if self.inclusive else base > bound


@dataclass(frozen=True, slots=True)
class TierTable:
    """Tiers in ascending order and the way they apply (a ``TierKind`` value)."""

    kind: str
    tiers: tuple[Tier, ...]

    def reached(self, base: Decimal, target: Decimal) -> Tier | None:
        """Return the highest tier that ``base`` reaches, or ``None`` below all of them.

        Raises ``ValueError`` when ``target`` is not positive: there is no completion then.
        """
        if target <= 0:
            raise ValueError("a completion needs a positive target")
        return next((tier for tier in reversed(self.tiers) if tier.reached(base, target)), None)

    def rate_for(self, base: Decimal, target: Decimal) -> Decimal:
        """Return the rate of the tier reached, 0 below all of them."""
        tier = self.reached(base, target)
        return tier.rate if tier else ZERO

    def bands(self, base: Decimal, target: Decimal) -> tuple[tuple[Decimal, Decimal], ...]:
        """Return (rate, part of the base it applies to) for everything that earns."""
        top = self.reached(base, target)
        if top is None:
            return ()
        if self.kind == TierKind.WHOLE:
            return ((top.rate, base),)
        if self.kind != TierKind.MARGINAL:
            raise ValueError(f"unknown kind of tiers: {self.kind!r}")
        reached = [tier for tier in self.tiers if tier.reached(base, target)]
        ends = [tier.bound(target) for tier in reached[1:]] + [base]
        return tuple(
            (tier.rate, _EXACT.subtract(end, tier.bound(target)))
            for tier, end in zip(reached, ends, strict=True)
        )

    def amount(self, base: Decimal, target: Decimal) -> Decimal:
        """Return what ``base`` earns, exact and not rounded."""
        total = ZERO
        for rate, part in self.bands(base, target):
            total = _EXACT.add(total, _EXACT.multiply(rate, part))
        return total

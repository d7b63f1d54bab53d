"""The life of a pay run as a table of moves, and the kinds of line a payslip is made of."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PayRunState(TextChoices):
    """Where a pay run stands on its way from the open month to the money paid."""

    OPEN = "open", _("Open")
    CALCULATED = "calculated", _("Calculated")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    LOCKED = "locked", _("Locked")
    PAID = "paid", pgettext_lazy("pay run", "Paid")


class PayLineKind(TextChoices):
    """What a line of a payslip is for, in the order a payslip lists them."""

    BASE_SALARY = "base_salary", _("Base salary")
    ALLOWANCE = "allowance", _("Allowance")
    PERFORMANCE_PAY = "performance_pay", _("Performance pay")
    COMMISSION = "commission", _("Commission")
    OVER_ACHIEVEMENT = "over_achievement", _("Over-achievement bonus")
    ATTENDANCE = "attendance", _("Attendance bonus")
    PENALTY = "penalty", _("Penalty")
    BONUS = "bonus", _("Bonus")
    DEDUCTION = "deduction", _("Deduction")
    ADJUSTMENT = "adjustment", _("Adjustment")
    DRAW = "draw", _("Draw")
    HELD = "held", _("Held")


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a pay run: the states it starts from, the one it ends in."""

    sources: frozenset[PayRunState]
    to: PayRunState
    needs_reason: bool = False


MOVES = {
    "calculate": Move(
        frozenset({PayRunState.OPEN, PayRunState.CALCULATED}), PayRunState.CALCULATED
    ),
    "submit": Move(frozenset({PayRunState.CALCULATED}), PayRunState.SUBMITTED),
    "return_to_open": Move(
        frozenset({PayRunState.CALCULATED, PayRunState.SUBMITTED}),
        PayRunState.OPEN,
        needs_reason=True,
    ),
    "approve": Move(frozenset({PayRunState.SUBMITTED}), PayRunState.APPROVED),
    # The data changed after the approval: what was approved is no longer what would be paid.
    "void": Move(frozenset({PayRunState.APPROVED}), PayRunState.OPEN, needs_reason=True),
    "lock": Move(frozenset({PayRunState.APPROVED}), PayRunState.LOCKED),
    "pay": Move(frozenset({PayRunState.LOCKED}), PayRunState.PAID),
}

# From here on the figures of the month are frozen.
CLOSED_STATES = frozenset({PayRunState.LOCKED, PayRunState.PAID})


def sources(to: PayRunState) -> frozenset[PayRunState]:
    """Return the states from which some move leads to ``to``."""
    return frozenset().union(*(move.sources for move in MOVES.values() if move.to == to))

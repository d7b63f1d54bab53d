"""The terms of one plan version as data, and the plan that the product ships as version 1."""

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compensation.core.tiers import Tier, TierKind, TierTable
from opsdesk.core.errors import InvalidData

ZERO = Decimal("0.00")

SUPERVISOR = "supervisor"
PROMOTER = "promoter"
CUSTOMER_SERVICE = "customer_service"

# The kinds of department work plan that a supervisor is measured by, in the order they are told.
VOLUMES = ("promotion", "feedback", "recruiting")


class CommissionSplit(TextChoices):
    """Whom the rate of a position is for."""

    POOL = "pool", _("One pool for the group, split by days")
    OWN = "own", _("Each person's own")


class PerformanceSource(TextChoices):
    """What performance pay is measured by."""

    PERSON_PLAN = "person_plan", _("The person's work plan")
    DEPARTMENT_VOLUMES = "department_volumes", _("The three volumes of the department's plan")


@dataclass(frozen=True, slots=True)
class PositionTerms:
    """What a plan version pays a position; amounts are a full month's, in the plan's currency.

    ``penalty`` is a positive amount, taken off when the mean work plan completion of the people
    in position ``penalty_of`` is below ``penalty_below``.
    """

    position: str
    base_salary: Decimal
    tiers: TierTable
    commission_split: str
    allowance: Decimal = ZERO
    performance_pay: Decimal = ZERO
    performance_from: str = PerformanceSource.PERSON_PLAN.value
    attendance_bonus: Decimal = ZERO
    over_min: Decimal = ZERO
    over_max: Decimal = ZERO
    penalty: Decimal = ZERO
    penalty_below: Decimal = ZERO
    penalty_of: str = ""


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """One plan version. ``launch_from <= month < launch_to`` is its launch period.

    ``fund_tiers`` gives the department's activity fund as a rate of the month's net sales.
    Without ``grade_factors`` the scorecard grade has no influence.
    """

    number: int
    currency: str
    positions: dict[str, PositionTerms]
    fund_tiers: TierTable
    launch_from: date | None = None
    launch_to: date | None = None
    minimum_completion: Decimal = Decimal("0.30")
    leaver_service_months: int = 12
    leaver_grace_days: int = 15
    grade_factors: dict[str, Decimal] = field(default_factory=dict)


def in_launch(terms: PlanTerms, month: date) -> bool:
    """Tell whether the month beginning on ``month`` lies in the launch period."""
    if terms.launch_from is None or terms.launch_to is None:
        return False
    return terms.launch_from <= month < terms.launch_to


def service_reached(terms: PlanTerms, hire_date: date, day: date) -> bool:
    """Tell whether the months of service that lengthen a leaver's cut-off are full on ``day``.

    Counted by the calendar: hired on 2025-03-10, a year is full on 2026-03-10. Where the last
    month has no such day, its last day counts.
    """
    months = hire_date.year * 12 + hire_date.month - 1 + terms.leaver_service_months
    year, month = months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return day >= date(year, month, min(hire_date.day, last))


def collection_cutoff(terms: PlanTerms, hire_date: date, leave_date: date) -> date:
    """Return the last day on which a payment still counts for the commission of a leaver."""
    if service_reached(terms, hire_date, leave_date):
        return leave_date + timedelta(days=terms.leaver_grace_days)
    return leave_date


def check_over_achievement(terms: PositionTerms, amount: Decimal) -> None:
    """Refuse an over-achievement bonus outside the range of the position (``InvalidData``)."""
    if terms.over_min <= amount <= terms.over_max:
        return
    raise InvalidData(
        gettext("The over-achievement bonus must be from %(low)s to %(high)s, not %(amount)s.")
        % {"low": terms.over_min, "high": terms.over_max, "amount": amount},
        code="over_achievement_range",
        field="amount",
    )


def _whole(*tiers: tuple[str, bool, str]) -> TierTable:
    return TierTable(
        TierKind.WHOLE.value,
        tuple(Tier(Decimal(lower), inclusive, Decimal(rate)) for lower, inclusive, rate in tiers),
    )


def _commission(first: str, second: str, third: str, fourth: str) -> TierTable:
    return _whole(
        ("0.30", False, first),
        ("0.50", False, second),
        ("0.80", False, third),
        ("1.20", True, fourth),
    )


# The source of this plan names an allowance and an attendance bonus, but no amount for either.
SHIPPED_PLAN = PlanTerms(
    number=1,
    currency="CNY",
    positions={
        SUPERVISOR: PositionTerms(
            position=SUPERVISOR,
            base_salary=Decimal("3500.00"),
            tiers=_commission("0.02", "0.03", "0.04", "0.05"),
            commission_split=CommissionSplit.OWN.value,
            performance_pay=Decimal("500.00"),
            performance_from=PerformanceSource.DEPARTMENT_VOLUMES.value,
            over_min=Decimal("100.00"),
            over_max=Decimal("150.00"),
            penalty=Decimal("50.00"),
            penalty_below=Decimal("0.30"),
            penalty_of=PROMOTER,
        ),
        PROMOTER: PositionTerms(
            position=PROMOTER,
            base_salary=Decimal("2000.00"),
            tiers=_commission("0.01", "0.015", "0.02", "0.025"),
            commission_split=CommissionSplit.POOL.value,
            performance_pay=Decimal("500.00"),
            over_min=Decimal("50.00"),
            over_max=Decimal("100.00"),
        ),
        CUSTOMER_SERVICE: PositionTerms(
            position=CUSTOMER_SERVICE,
            base_salary=Decimal("2000.00"),
            tiers=_commission("0.005", "0.01", "0.015", "0.02"),
            commission_split=CommissionSplit.POOL.value,
            performance_pay=Decimal("500.00"),
            over_min=Decimal("50.00"),
            over_max=Decimal("100.00"),
        ),
    },
    fund_tiers=_whole(("0.50", True, "0.003"), ("0.80", False, "0.005"), ("1.00", False, "0.01")),
)

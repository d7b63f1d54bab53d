"""Which plan holds when, and what it says as plain values."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from compensation.core.plan import PlanTerms, PositionTerms
from compensation.core.tiers import Tier, TierTable
from compensation.models import FundTier, PlanPosition, PlanTier, PlanVersion
from opsdesk.core.errors import NotReady


def plan_for(month: date) -> PlanVersion:
    """Return the plan version that holds in ``month``, or raise ``NotReady``."""
    plan = PlanVersion.objects.filter(effective_from__lte=month).order_by("-effective_from").first()
    if plan is None:
        raise NotReady(
            gettext("No pay plan holds in %(month)s. Write one that begins by then.")
            % {"month": f"{month:%Y-%m}"},
            code="no_plan",
        )
    return plan


def terms_of(plan: PlanVersion) -> PlanTerms:
    """Return the terms of a plan version as the calculation takes them."""
    rows = plan.positions.select_related("position", "penalty_of").prefetch_related("tiers")
    return PlanTerms(
        number=plan.number,
        currency=plan.currency,
        positions={row.position.code: _position(row) for row in rows},
        fund_tiers=TierTable(plan.fund_kind, tuple(map(_tier, plan.fund_tiers.all()))),
        launch_from=plan.launch_from,
        launch_to=plan.launch_to,
        minimum_completion=plan.minimum_completion,
        leaver_service_months=plan.leaver_service_months,
        leaver_grace_days=plan.leaver_grace_days,
        grade_factors={grade: Decimal(str(f)) for grade, f in plan.grade_factors.items()},
    )


def _position(row: PlanPosition) -> PositionTerms:
    return PositionTerms(
        position=row.position.code,
        base_salary=row.base_salary,
        tiers=TierTable(row.tier_kind, tuple(map(_tier, row.tiers.all()))),
        commission_split=row.commission_split,
        allowance=row.allowance,
        performance_pay=row.performance_pay,
        performance_from=row.performance_from,
        attendance_bonus=row.attendance_bonus,
        over_min=row.over_min,
        over_max=row.over_max,
        penalty=row.penalty,
        penalty_below=row.penalty_below,
        penalty_of=row.penalty_of.code if row.penalty_of else "",
    )


def _tier(row: PlanTier | FundTier) -> Tier:
    return Tier(row.lower, row.inclusive, row.rate)

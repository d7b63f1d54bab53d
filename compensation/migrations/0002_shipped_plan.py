"""The shipped plan as version 1."""

import datetime

from django.db import migrations

from compensation.core.plan import SHIPPED_PLAN


def write(apps, schema_editor):
    if apps.get_model("compensation", "PlanVersion").objects.exists():
        return
    terms = SHIPPED_PLAN
    version = apps.get_model("compensation", "PlanVersion").objects.create(
        number=terms.number,
        name="Standard plan",
        effective_from=datetime.date(2000, 1, 1),
        currency=terms.currency,
        minimum_completion=terms.minimum_completion,
        leaver_service_months=terms.leaver_service_months,
        leaver_grace_days=terms.leaver_grace_days,
        fund_kind=terms.fund_tiers.kind,
    )
    for tier in terms.fund_tiers.tiers:
        version.fund_tiers.create(lower=tier.lower, inclusive=tier.inclusive, rate=tier.rate)
    positions = {p.code: p for p in apps.get_model("accounts", "Position").objects.all()}
    for own in terms.positions.values():
        row = version.positions.create(
            position=positions[own.position],
            base_salary=own.base_salary,
            allowance=own.allowance,
            performance_pay=own.performance_pay,
            performance_from=own.performance_from,
            attendance_bonus=own.attendance_bonus,
            over_min=own.over_min,
            over_max=own.over_max,
            penalty=own.penalty,
            penalty_below=own.penalty_below,
            penalty_of=positions.get(own.penalty_of),
            commission_split=own.commission_split,
            tier_kind=own.tiers.kind,
        )
        for tier in own.tiers.tiers:
            row.tiers.create(lower=tier.lower, inclusive=tier.inclusive, rate=tier.rate)


class Migration(migrations.Migration):
    dependencies = [("compensation", "0001_initial"), ("accounts", "0002_positions")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]

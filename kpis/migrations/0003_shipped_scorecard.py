"""The monthly scorecard of promoters as version 1."""

import datetime
from decimal import Decimal

from django.db import migrations

# metric, measured for, dimension, weight, floor, target, stretch
ITEMS = (
    ("target_completion", "department", "results", 40, "0.3", "1", "1.2"),
    ("new_customer_share", "person", "results", 20, "0", "0.3", "0.4"),
    ("repurchase_rate", "person", "customer", 20, "0", "0.3", "0.4"),
    ("return_rate", "person", "efficiency", 20, "0.1", "0.05", "0.02"),
)


def write(apps, schema_editor):
    position = apps.get_model("accounts", "Position").objects.filter(code="promoter").first()
    templates = apps.get_model("kpis", "ScorecardTemplate").objects
    if position is None or templates.filter(position=position).exists():
        return
    template = templates.create(
        position=position,
        level="",
        period_kind="month",
        version=1,
        effective_from=datetime.date(2000, 1, 1),
    )
    for metric, scope_kind, dimension, weight, floor, target, stretch in ITEMS:
        template.items.create(
            metric=metric,
            scope_kind=scope_kind,
            dimension=dimension,
            weight=weight,
            floor=Decimal(floor),
            target=Decimal(target),
            stretch=Decimal(stretch),
        )


class Migration(migrations.Migration):
    dependencies = [("kpis", "0002_shipped_metrics"), ("accounts", "0002_positions")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]

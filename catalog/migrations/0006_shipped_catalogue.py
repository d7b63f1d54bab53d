"""Products that are sold already are on sale; the shipped rules, to be changed in the admin."""

from datetime import date
from decimal import Decimal

from django.db import migrations

BEGINNING = date(2000, 1, 1)


def ship(apps, schema_editor):
    def model(name):
        return apps.get_model("catalog", name)

    model("Product").objects.update(status="on_sale")
    margins = (("hero", "0.00", "0.10"), ("traffic", "0.10", "0.25"), ("profit", "0.10", "0.25"))
    for role, low, high in margins:
        model("MarginPolicy").objects.create(
            range_role=role,
            from_date=BEGINNING,
            min_margin=Decimal(low),
            max_margin=Decimal(high),
            markup=Decimal("0.2"),
        )
    for source, days in (("traffic", 3), ("ads", 28)):
        model("SettlingWindow").objects.create(source=source, from_date=BEGINNING, days=days)
    model("ReplenishmentPolicy").objects.create(
        from_date=BEGINNING,
        service_level=Decimal("0.95"),
        review_days=30,
        window_days=90,
        lead_time_days=30,
    )
    model("ScoreRule").objects.create(
        from_date=BEGINNING,
        cost_weight=Decimal("0.3"),
        quality_weight=Decimal("0.4"),
        delivery_weight=Decimal("0.3"),
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_catalogue")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]

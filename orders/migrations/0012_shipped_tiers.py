"""The member tiers to begin with; all can be edited."""

from decimal import Decimal

from django.db import migrations

# code, name, from spend in the reporting currency, VIP
TIERS = (
    ("none", "None", "0", False),
    ("silver", "Silver", "2000", False),
    ("gold", "Gold", "10000", False),
    ("vip", "VIP", "50000", True),
)


def ship(apps, schema_editor):
    tiers = apps.get_model("orders", "MemberTier")
    for code, name, spend, vip in TIERS:
        tiers.objects.create(code=code, name=name, from_spend=Decimal(spend), vip=vip)


class Migration(migrations.Migration):
    dependencies = [("orders", "0011_customer_standing")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop, elidable=False)]

"""The shipped approval limit; every role that was given before gets the change that gave it."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import migrations
from django.utils import timezone


def write(apps, schema_editor):
    limits = apps.get_model("accounts", "ApprovalLimit").objects
    limits.get_or_create(
        role="supervisor",
        kind="pay_proposal",
        from_date=date(2000, 1, 1),
        defaults={
            "up_to": Decimal(500),
            "proposed_at": datetime(2000, 1, 1, tzinfo=UTC),
        },
    )
    changes = apps.get_model("accounts", "AccessChange").objects
    grants = apps.get_model("accounts", "RoleGrant").objects
    seen = set()
    for grant in grants.filter(change=None).order_by("pk"):
        key = (grant.user_id, grant.role, grant.department_id)
        if key in seen:
            grant.delete()
            continue
        seen.add(key)
        grant.change = changes.create(
            kind="grant",
            user=grant.user,
            role=grant.role,
            department=grant.department,
            reason="",
            state="installed",
            proposed_at=timezone.now(),
        )
        grant.save(update_fields=["change"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_access")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]

"""The shipped positions."""

from django.db import migrations

from accounts.core.positions import SHIPPED_POSITIONS


def write(apps, schema_editor):
    position = apps.get_model("accounts", "Position")
    for code, name in SHIPPED_POSITIONS.items():
        position.objects.get_or_create(code=code, defaults={"name": name})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]

"""No role without the change that gave it, and none twice."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_shipped_access")]
    operations = [
        migrations.AlterField(
            model_name="rolegrant",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.accesschange",
                verbose_name="change",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("department__isnull", True)),
                fields=("user", "role"),
                name="role_grant_everywhere_unique",
            ),
        ),
    ]

"""How long personal data of customers is kept, to begin with 36 months."""

from datetime import date

import django.core.validators
from django.db import migrations, models


def ship(apps, schema_editor):
    apps.get_model("orders", "RetentionPolicy").objects.create(
        from_date=date(2000, 1, 1), months=36
    )


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0012_shipped_tiers'),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_date', models.DateField(unique=True, verbose_name='from')),
                ('months', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(240)], verbose_name='months after the last contact')),
            ],
            options={
                'verbose_name': 'retention of customer data',
                'verbose_name_plural': 'retention of customer data',
                'ordering': ['-from_date'],
                'constraints': [models.CheckConstraint(condition=models.Q(('months__range', (1, 240))), name='retention_policy_months')],
            },
        ),
        migrations.RunPython(ship, migrations.RunPython.noop, elidable=False),
    ]

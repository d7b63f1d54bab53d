"""Days in work are taken by the week."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_rate_news'),
        ('kpis', '0003_shipped_scorecard'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='factwork',
            name='fact_work_day_idx',
        ),
        migrations.AddIndex(
            model_name='factwork',
            index=models.Index(fields=['week'], name='fact_work_week_idx'),
        ),
    ]

"""The shipped metrics as version 1 of their definitions."""

import datetime

from django.db import migrations

from kpis.core.formula import SHIPPED


def write(apps, schema_editor):
    definitions = apps.get_model("kpis", "MetricDefinition").objects
    for metric in SHIPPED:
        formula = metric.formula
        coverage = formula.coverage and {"part": formula.coverage[0], "whole": formula.coverage[1]}
        definitions.get_or_create(
            code=metric.code,
            version=1,
            defaults={
                "name": metric.name,
                "unit": metric.unit,
                "direction": metric.direction,
                "numerator": formula.numerator,
                "denominator": formula.denominator,
                "coverage": coverage,
                "effective_from": datetime.date(2000, 1, 1),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("kpis", "0001_initial")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]

"""Signals of products, refunds by day, and the shipped rules, to be changed in the admin."""

import django.core.validators
import django.db.models.deletion
import opsdesk.models.fields
from datetime import date
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


BEGINNING = date(2000, 1, 1)
# kind, proposed move, threshold, pieces needed
SHIPPED = (
    ("return_rate", "optimise", "0.10", 30),
    ("slow_sales", "optimise", "5", 1),
    ("stock_age", "clear", "180", 1),
)


def ship(apps, schema_editor):
    rules = apps.get_model("catalog", "SignalRule").objects
    for kind, verb, threshold, min_units in SHIPPED:
        rules.create(
            kind=kind,
            verb=verb,
            from_date=BEGINNING,
            threshold=Decimal(threshold),
            min_units=min_units,
            window_days=30,
            quiet_days=30,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProductSignal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('return_rate', 'Return rate'), ('slow_sales', 'Slow sales'), ('stock_age', 'Stock age')], max_length=20, verbose_name='signal')),
                ('verb', models.CharField(choices=[('clear', 'Clear out'), ('optimise', 'Optimise')], max_length=20, verbose_name='proposed step')),
                ('evidence', models.JSONField(verbose_name='evidence')),
                ('raised_on', models.DateField(verbose_name='raised on')),
                ('seen_on', models.DateField(verbose_name='last seen on')),
                ('status', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('dismissed', 'Dismissed'), ('lapsed', 'Lapsed')], default='open', max_length=10, verbose_name='status')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signals', to='catalog.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'product signal',
                'verbose_name_plural': 'product signals',
                'ordering': ['-seen_on', '-raised_on', '-id'],
                'indexes': [models.Index(fields=['status', 'decided_at'], name='product_signal_decided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('product', 'kind'), name='product_signal_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('status__in', ('accepted', 'dismissed'))), models.Q(models.Q(('status__in', ('accepted', 'dismissed')), _negated=True), ('decided_at__isnull', True)), _connector='OR'), name='product_signal_decided_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'dismissed'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='product_signal_dismissed_with_reason')],
            },
        ),
        migrations.CreateModel(
            name='SignalRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('return_rate', 'Return rate'), ('slow_sales', 'Slow sales'), ('stock_age', 'Stock age')], max_length=20, verbose_name='signal')),
                ('verb', models.CharField(choices=[('clear', 'Clear out'), ('optimise', 'Optimise')], max_length=20, verbose_name='proposed step')),
                ('from_date', models.DateField(verbose_name='from')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('threshold', opsdesk.models.fields.ShareField(help_text='Return rate: above this share, such as 0.10. Slow sales: fewer pieces in the window than this. Stock age: the oldest piece is older than so many days.', validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='threshold')),
                ('min_units', models.PositiveIntegerField(default=1, help_text='Fewer pieces say nothing: sold in the window for the return rate, on hand for slow sales and stock age.', verbose_name='pieces needed')),
                ('window_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days looked at')),
                ('quiet_days', models.PositiveSmallIntegerField(default=30, help_text='So long after a decision the same signal is not raised again.', verbose_name='quiet days')),
                ('category', models.ForeignKey(blank=True, help_text='Blank: for all products without a rule of their own category.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.category', verbose_name='category')),
            ],
            options={
                'verbose_name': 'signal rule',
                'verbose_name_plural': 'signal rules',
                'ordering': ['kind', 'verb', 'category', '-from_date'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'verb', 'category', 'from_date'), name='signal_rule_unique'), models.UniqueConstraint(condition=models.Q(('category__isnull', True)), fields=('kind', 'verb', 'from_date'), name='signal_rule_unique_for_all'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'return_rate'), _negated=True), ('threshold__lte', 1), _connector='OR'), name='signal_rule_rate_is_a_share', violation_error_message='A return rate is a share: 0.10 stands for one in ten.')],
            },
        ),
        migrations.CreateModel(
            name='SkuReturn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('units', models.IntegerField(verbose_name='pieces')),
                ('sku', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.sku', verbose_name='SKU')),
            ],
            options={
                'verbose_name': 'refunds of a day',
                'verbose_name_plural': 'refunds by day',
                'ordering': ['-day', 'sku'],
                'indexes': [models.Index(fields=['day'], name='sku_return_day')],
                'constraints': [models.UniqueConstraint(fields=('sku', 'day'), name='sku_return_unique')],
            },
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]

"""Reasons for returns with the shipped ones, inspected pieces, and refunds in parts."""

import django.db.models.deletion
import opsdesk.models.fields
from django.conf import settings
from django.db import migrations, models
from django.utils.translation import override

from orders.core.reasons import SHIPPED_REASONS


def ship(apps, schema_editor):
    reason = apps.get_model("orders", "ReturnReason")
    made = {}
    with override("en"):
        for code, (parent, name, words) in SHIPPED_REASONS.items():
            made[code] = reason.objects.create(
                code=code,
                name=str(name),
                parent=made.get(parent),
                source_words="\n".join(words),
            )


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0009_experiments'),
        ('opsdesk', '0006_lives'),
        ('orders', '0003_shipments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('external_id', models.CharField(max_length=100, verbose_name='number at the source')),
                ('content_digest', models.CharField(editable=False, max_length=32)),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('fx_rate', opsdesk.models.fields.RateField(verbose_name='rate to the reporting currency')),
                ('amount', opsdesk.models.fields.MoneyField(verbose_name='goods')),
                ('tax', opsdesk.models.fields.MoneyField(verbose_name='tax')),
                ('shipping', opsdesk.models.fields.MoneyField(verbose_name='shipping')),
                ('reporting_amount', opsdesk.models.fields.MoneyField(verbose_name='goods in reporting currency')),
                ('units', models.PositiveIntegerField(verbose_name='units')),
                ('refunded_at', models.DateTimeField(verbose_name='refunded at')),
                ('refunded_on', models.DateField(verbose_name='refunded on')),
                ('method', models.CharField(choices=[('original', 'The way it was paid'), ('platform', 'By the platform'), ('bank', 'Bank transfer'), ('credit', 'Store credit'), ('other', 'Other')], max_length=10, verbose_name='method')),
                ('reference', models.CharField(blank=True, max_length=100, verbose_name='payment reference')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('early', models.BooleanField(default=False, verbose_name='before the inspection')),
                ('client_name', models.CharField(blank=True, max_length=150, verbose_name='machine client')),
            ],
            options={
                'verbose_name': 'refund',
                'verbose_name_plural': 'refunds',
                'ordering': ['-refunded_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='RefundLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('amount', opsdesk.models.fields.MoneyField(verbose_name='goods')),
                ('tax', opsdesk.models.fields.MoneyField(verbose_name='tax')),
                ('reporting_amount', opsdesk.models.fields.MoneyField(verbose_name='goods in reporting currency')),
                ('reporting_cost', opsdesk.models.fields.MoneyField(null=True, verbose_name='cost in reporting currency')),
                ('restocked', models.PositiveIntegerField(default=0, verbose_name='back to stock')),
                ('restocked_cost', opsdesk.models.fields.MoneyField(null=True, verbose_name='cost of what is back in stock')),
            ],
            options={
                'verbose_name': 'refund line',
                'verbose_name_plural': 'refund lines',
                'ordering': ['refund', 'return_line'],
            },
        ),
        migrations.CreateModel(
            name='ReturnPieces',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('units', models.PositiveIntegerField(verbose_name='pieces')),
                ('condition', models.CharField(choices=[('unopened', 'Unopened'), ('opened', 'Opened'), ('damaged', 'Damaged'), ('defective', 'Defective'), ('missing', 'Missing')], max_length=10, verbose_name='condition')),
                ('disposal', models.CharField(choices=[('restock', 'Back to stock'), ('scrap', 'Scrap'), ('supplier', 'Back to the supplier'), ('nothing', 'Nothing to decide')], max_length=10, verbose_name='decision')),
            ],
            options={
                'verbose_name': 'inspected pieces',
                'verbose_name_plural': 'inspected pieces',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ReturnReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('source_words', models.TextField(blank=True, help_text='What platforms call it, one a line.', max_length=2000, verbose_name='words of the sources')),
            ],
            options={
                'verbose_name': 'return reason',
                'verbose_name_plural': 'return reasons',
                'ordering': ['code'],
            },
        ),
        migrations.AddField(
            model_name='return',
            name='handled_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='last decided here'),
        ),
        migrations.AddField(
            model_name='return',
            name='in_parts',
            field=models.BooleanField(default=False, editable=False, verbose_name='refunded here'),
        ),
        migrations.AddField(
            model_name='return',
            name='inspected_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='inspected at'),
        ),
        migrations.AddField(
            model_name='returnline',
            name='received',
            field=models.PositiveIntegerField(editable=False, null=True, verbose_name='received'),
        ),
        migrations.AddIndex(
            model_name='return',
            index=models.Index(condition=models.Q(('status__in', ['requested', 'approved', 'received', 'inspected'])), fields=['status', 'requested_at', 'id'], name='return_queue_idx'),
        ),
        migrations.AddField(
            model_name='refund',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='refund',
            name='return_case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='orders.return', verbose_name='return'),
        ),
        migrations.AddField(
            model_name='refund',
            name='store',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='catalog.store', verbose_name='store'),
        ),
        migrations.AddField(
            model_name='refundline',
            name='refund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.refund', verbose_name='refund'),
        ),
        migrations.AddField(
            model_name='refundline',
            name='return_line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_lines', to='orders.returnline', verbose_name='return line'),
        ),
        migrations.AddField(
            model_name='returnpieces',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='orders.returnline', verbose_name='return line'),
        ),
        migrations.AddField(
            model_name='returnpieces',
            name='movement',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.stockmovement', verbose_name='stock movement'),
        ),
        migrations.AddField(
            model_name='returnpieces',
            name='return_case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='orders.return', verbose_name='return'),
        ),
        migrations.AddField(
            model_name='returnpieces',
            name='warehouse',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.warehouse', verbose_name='warehouse'),
        ),
        migrations.AddField(
            model_name='returnreason',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='orders.returnreason', verbose_name='parent'),
        ),
        migrations.AddField(
            model_name='returnline',
            name='reason',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.returnreason', verbose_name='reason'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['store', 'refunded_on'], name='refund_store_day_idx'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['-refunded_at', '-id'], name='refund_at_idx'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(fields=('return_case', 'number'), name='refund_unique'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(fields=('return_case', 'external_id'), name='refund_sent_once'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('shipping__gte', 0), ('tax__gte', 0)), name='refund_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='refundline',
            constraint=models.UniqueConstraint(fields=('refund', 'return_line'), name='refund_line_unique'),
        ),
        migrations.AddConstraint(
            model_name='refundline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('tax__gte', 0)), name='refund_line_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='refundline',
            constraint=models.CheckConstraint(condition=models.Q(('restocked__lte', models.F('quantity'))), name='refund_line_restocked_bound'),
        ),
        migrations.AddConstraint(
            model_name='returnpieces',
            constraint=models.CheckConstraint(condition=models.Q(('units__gt', 0)), name='return_pieces_some'),
        ),
        migrations.AddConstraint(
            model_name='returnpieces',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('disposal', 'restock'), ('warehouse__isnull', False)), models.Q(models.Q(('disposal', 'restock'), _negated=True), ('warehouse__isnull', True)), _connector='OR'), name='return_pieces_stocked_somewhere'),
        ),
        migrations.AddConstraint(
            model_name='returnpieces',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('condition', 'missing'), ('disposal', 'nothing')), models.Q(models.Q(('condition', 'missing'), _negated=True), models.Q(('disposal', 'nothing'), _negated=True)), _connector='OR'), name='return_pieces_missing_or_decided'),
        ),
        migrations.AddIndex(
            model_name='return',
            index=models.Index(fields=['external_id'], name='return_external_idx'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['reference'], name='refund_reference_idx'),
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]

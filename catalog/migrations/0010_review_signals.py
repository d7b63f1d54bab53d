"""Reviews by product and day, the signals made of them, and the shipped rules."""

import django.core.validators
import django.db.models.deletion
import opsdesk.models.fields
from datetime import date
from decimal import Decimal
from django.db import migrations, models


BEGINNING = date(2000, 1, 1)
# kind, proposed move, threshold, reviews needed
SHIPPED = (
    ("bad_reviews", "optimise", "0.20", 10),
    ("complaints", "optimise", "10", 5),
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


def take_back(apps, schema_editor):
    kinds = [kind for kind, *_rest in SHIPPED]
    apps.get_model("catalog", "ProductSignal").objects.filter(kind__in=kinds).delete()
    apps.get_model("catalog", "SignalRule").objects.filter(kind__in=kinds).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0009_experiments'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReviewDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('reviews', models.PositiveIntegerField(verbose_name='reviews')),
                ('bad', models.PositiveIntegerField(verbose_name='with 1 or 2 stars')),
                ('complaints', models.PositiveIntegerField(verbose_name='keywords in bad reviews')),
            ],
            options={
                'verbose_name': 'reviews of a day',
                'verbose_name_plural': 'reviews by day',
                'ordering': ['-day', 'product'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='signalrule',
            name='signal_rule_rate_is_a_share',
        ),
        migrations.AlterField(
            model_name='productsignal',
            name='kind',
            field=models.CharField(choices=[('return_rate', 'Return rate'), ('slow_sales', 'Slow sales'), ('stock_age', 'Stock age'), ('bad_reviews', 'Bad reviews'), ('complaints', 'Complaints in reviews')], max_length=20, verbose_name='signal'),
        ),
        migrations.AlterField(
            model_name='signalrule',
            name='kind',
            field=models.CharField(choices=[('return_rate', 'Return rate'), ('slow_sales', 'Slow sales'), ('stock_age', 'Stock age'), ('bad_reviews', 'Bad reviews'), ('complaints', 'Complaints in reviews')], max_length=20, verbose_name='signal'),
        ),
        migrations.AlterField(
            model_name='signalrule',
            name='min_units',
            field=models.PositiveIntegerField(default=1, help_text='Fewer pieces say nothing: sold in the window for the return rate, on hand for slow sales and stock age. Of reviews it is their number in the window.', verbose_name='pieces needed'),
        ),
        migrations.AlterField(
            model_name='signalrule',
            name='threshold',
            field=opsdesk.models.fields.ShareField(help_text='Return rate and bad reviews: above this share, such as 0.10. Slow sales: fewer pieces in the window than this. Stock age: the oldest piece is older than so many days. Complaints in reviews: more keywords than this in those with 1 or 2 stars.', validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='threshold'),
        ),
        migrations.AddConstraint(
            model_name='signalrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('return_rate', 'bad_reviews')), _negated=True), ('threshold__lte', 1), _connector='OR'), name='signal_rule_rate_is_a_share', violation_error_message='This threshold is a share: 0.10 stands for one in ten.'),
        ),
        migrations.AddField(
            model_name='reviewday',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product', verbose_name='product'),
        ),
        migrations.AddIndex(
            model_name='reviewday',
            index=models.Index(fields=['day'], name='review_day_day'),
        ),
        migrations.AddConstraint(
            model_name='reviewday',
            constraint=models.UniqueConstraint(fields=('product', 'day'), name='review_day_unique'),
        ),
        migrations.AlterField(
            model_name='dirtyday',
            name='family',
            field=models.CharField(choices=[('sales', 'Sales'), ('refunds', 'Refunds'), ('disputes', 'Disputes'), ('reviews', 'Reviews')], max_length=20),
        ),
        migrations.RunPython(ship, take_back),
    ]

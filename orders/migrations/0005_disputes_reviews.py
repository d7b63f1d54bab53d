"""Files beside records, disputes with their evidence, reviews and the keywords in them."""

import django.core.validators
import django.db.models.deletion
import opsdesk.models.fields
from django.conf import settings
from django.db import migrations, models


# What is watched from the beginning, to be changed in the admin; one phrase between commas.
SHIPPED = {
    ("en", "quality"): (
        "poor quality, bad quality, low quality, cheaply made, broken, broke, breaks, fell apart, "
        "cracked, scratched, defective, defect, faulty, flimsy, junk, garbage, crap, worn out"
    ),
    ("en", "function"): (
        "does not work, doesn't work, did not work, didn't work, not working, stopped working, "
        "quit working, dead, battery life, won't charge, overheats, leaks, noisy, hard to use, "
        "difficult to use, useless"
    ),
    ("en", "size"): (
        "too small, too big, too large, too tight, too loose, too short, too long, doesn't fit, "
        "does not fit, didn't fit, runs small, runs large, wrong size"
    ),
    ("en", "packaging"): "packaging, poorly packed, crushed, dented, arrived damaged, box was open",
    ("en", "logistics"): (
        "late, delayed, slow shipping, took too long, never arrived, never received, missing, "
        "missing parts, wrong item"
    ),
    ("en", "description"): (
        "not as described, not as advertised, not as pictured, misleading, wrong color, "
        "wrong colour, fake, counterfeit"
    ),
    ("en", "service"): "customer service, refund, returned, return it, no response, warranty",
    ("en", "price"): "overpriced, too expensive, waste of money, not worth, waste of time",
    ("zh", "quality"): (
        "质量差, 质量不好, 质量太差, 劣质, 坏了, 破损, 开裂, 掉色, 褪色, 异味, 划痕, 松动, 不耐用, 做工粗糙, 掉漆"
    ),
    ("zh", "function"): (
        "不能用, 无法使用, 用不了, 没反应, 不好用, 充不进电, 续航, 噪音, 漏水, 漏电, 发热"
    ),
    ("zh", "size"): "尺寸不符, 尺码不对, 偏小, 偏大, 太小, 太大, 太紧, 太短, 不合适, 装不下",
    ("zh", "packaging"): "包装破损, 包装差, 包装简陋, 压坏, 压扁, 没有包装",
    ("zh", "logistics"): "物流慢, 物流太慢, 发货慢, 没收到, 少发, 漏发, 发错, 丢件",
    ("zh", "description"): "描述不符, 与图片不符, 图文不符, 色差, 假货, 货不对板, 虚假宣传",
    ("zh", "service"): "客服, 态度差, 不退款, 退货, 不理人, 售后",
    ("zh", "price"): "太贵, 不值, 性价比低, 浪费钱",
}


def ship(apps, schema_editor):
    keyword = apps.get_model("orders", "ReviewKeyword")
    keyword.objects.bulk_create(
        keyword(phrase=phrase, language=language, topic=topic, is_counted=True)
        for (language, topic), phrases in SHIPPED.items()
        for phrase in phrases.split(", ")
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_one_waiting_change'),
        ('catalog', '0009_experiments'),
        ("orders", "0004_returns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner_kind', models.CharField(max_length=20, verbose_name='kind of record')),
                ('owner_id', models.PositiveBigIntegerField(verbose_name='record')),
                ('name', models.CharField(max_length=150, verbose_name='name of the file')),
                ('kind', models.CharField(choices=[('application/pdf', 'PDF'), ('image/png', 'PNG picture'), ('image/jpeg', 'JPEG picture'), ('text/plain', 'text')], max_length=20, verbose_name='kind of file')),
                ('size', models.PositiveIntegerField(verbose_name='bytes')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('stored_name', models.CharField(max_length=64, unique=True)),
                ('client_name', models.CharField(blank=True, max_length=150, verbose_name='machine client')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='withdrawn at')),
                ('withdrawal_reason', models.CharField(blank=True, max_length=500, verbose_name='reason of the withdrawal')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.store', verbose_name='store')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=100, verbose_name='dispute number')),
                ('kind', models.CharField(choices=[('a_to_z', 'A-to-z claim'), ('chargeback', 'Chargeback'), ('not_received', 'Item not received'), ('not_as_described', 'Not as described'), ('intellectual_property', 'Intellectual property'), ('other', 'Other')], default='other', max_length=24, verbose_name='kind')),
                ('amount', opsdesk.models.fields.MoneyField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount claimed')),
                ('currency', models.CharField(editable=False, max_length=3, verbose_name='currency')),
                ('reason', models.TextField(blank=True, max_length=4000, verbose_name='what is claimed')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('business_date', models.DateField(editable=False, verbose_name='business date')),
                ('respond_by', models.DateTimeField(blank=True, help_text='Blank: nothing is asked of us now. Set it anew when the platform asks again.', null=True, verbose_name='answer by')),
                ('outcome_amount', opsdesk.models.fields.MoneyField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount paid in the end')),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='decided at')),
                ('closed_on', models.DateField(editable=False, null=True, verbose_name='decided on')),
                ('status', models.CharField(choices=[('opened', 'Opened'), ('investigating', 'Investigating'), ('mediation', 'Mediation'), ('arbitration', 'Arbitration'), ('won', 'Won'), ('lost', 'Lost'), ('settled', 'Settled')], default='opened', editable=False, max_length=20, verbose_name='status')),
                ('source_status', models.CharField(blank=True, editable=False, max_length=60, verbose_name='status at the source')),
                ('source_updated_at', models.DateTimeField(editable=False, null=True, verbose_name='updated at the source')),
                ('handled_by', models.ForeignKey(blank=True, help_text='Blank: whoever takes the next step.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person', verbose_name='handled by')),
                ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='orders.order', verbose_name='order')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='catalog.store', verbose_name='store')),
            ],
            options={
                'verbose_name': 'dispute',
                'verbose_name_plural': 'disputes',
                'ordering': ['-opened_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DisputeEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(blank=True, max_length=5000, verbose_name='text')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='withdrawn at')),
                ('withdrawal_reason', models.CharField(blank=True, max_length=500, verbose_name='reason of the withdrawal')),
                ('attachment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='orders.attachment', verbose_name='attachment')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='orders.dispute', verbose_name='dispute')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
            ],
            options={
                'verbose_name': 'evidence of a dispute',
                'verbose_name_plural': 'evidence of disputes',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=100, verbose_name='review number')),
                ('item_code', models.CharField(blank=True, help_text="The seller SKU, the listing's ID at the platform, or the SKU.", max_length=100, verbose_name='item')),
                ('stars', models.PositiveSmallIntegerField(choices=[(1, '1'), (2, '2'), (3, '3'), (4, '4'), (5, '5')], verbose_name='stars')),
                ('title', models.CharField(blank=True, max_length=300, verbose_name='title')),
                ('text', models.TextField(blank=True, max_length=20000, verbose_name='text')),
                ('language', models.CharField(blank=True, help_text='Such as en or zh; blank: unknown.', max_length=12, verbose_name='language')),
                ('written_at', models.DateTimeField(verbose_name='written at')),
                ('business_date', models.DateField(editable=False, verbose_name='business date')),
                ('status', models.CharField(choices=[('none', 'None needed'), ('open', 'Open'), ('contacted', 'Customer contacted'), ('solved', 'Solved'), ('left', 'Left as it is')], default='none', editable=False, max_length=20, verbose_name='follow-up')),
                ('source_updated_at', models.DateTimeField(editable=False, null=True, verbose_name='updated at the source')),
                ('handled_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person', verbose_name='handled by')),
                ('listing', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.listing', verbose_name='listing')),
                ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='orders.order', verbose_name='order')),
                ('product', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='catalog.product', verbose_name='product')),
                ('sku', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku', verbose_name='SKU')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='catalog.store', verbose_name='store')),
            ],
            options={
                'verbose_name': 'review',
                'verbose_name_plural': 'reviews',
                'ordering': ['-written_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ReviewKeyword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phrase', models.CharField(max_length=60, verbose_name='phrase')),
                ('language', models.CharField(help_text='Such as en, de, zh or ja.', max_length=12, verbose_name='language')),
                ('topic', models.CharField(choices=[('quality', 'Quality'), ('size', 'Size'), ('packaging', 'Packaging'), ('logistics', 'Logistics'), ('description', 'Description'), ('function', 'Function'), ('service', 'Service'), ('price', 'Price'), ('other', 'Other')], max_length=20, verbose_name='topic')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('is_counted', models.BooleanField(default=False, editable=False, verbose_name='counted')),
            ],
            options={
                'verbose_name': 'keyword',
                'verbose_name_plural': 'keywords',
                'ordering': ['language', 'topic', 'phrase'],
                'constraints': [models.UniqueConstraint(fields=('language', 'phrase'), name='review_keyword_unique', violation_error_message='This phrase is watched in this language already.')],
            },
        ),
        migrations.CreateModel(
            name='KeywordDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('reviews', models.PositiveIntegerField(verbose_name='reviews')),
                ('bad', models.PositiveIntegerField(verbose_name='with 1 or 2 stars')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product', verbose_name='product')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.store', verbose_name='store')),
                ('keyword', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orders.reviewkeyword', verbose_name='keyword')),
            ],
            options={
                'verbose_name': 'keyword counts of a day',
                'verbose_name_plural': 'keyword counts by day',
                'ordering': ['-day', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ReviewMention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('keyword', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='orders.reviewkeyword')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='orders.review')),
            ],
            options={
                'verbose_name': 'keyword of a review',
                'verbose_name_plural': 'keywords of reviews',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ReviewVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stars', models.PositiveSmallIntegerField(verbose_name='stars')),
                ('title', models.CharField(blank=True, max_length=300, verbose_name='title')),
                ('text', models.TextField(blank=True, max_length=20000, verbose_name='text')),
                ('source_updated_at', models.DateTimeField(null=True, verbose_name='updated at the source')),
                ('until', models.DateTimeField(verbose_name='until')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='orders.review', verbose_name='review')),
            ],
            options={
                'verbose_name': 'earlier version of a review',
                'verbose_name_plural': 'earlier versions of reviews',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['owner_kind', 'owner_id', 'id'], name='attachment_of'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('owner_kind', 'owner_id', 'digest'), name='attachment_once'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('withdrawal_reason', ''), _negated=True), _connector='OR'), name='attachment_withdrawn_with_reason'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['store', 'business_date'], name='dispute_store_day_idx'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['store', 'closed_on'], name='dispute_store_closed_idx'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['-opened_at', '-id'], name='dispute_opened_idx'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['status', 'respond_by'], name='dispute_deadline_idx'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['external_id'], name='dispute_external_idx'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.UniqueConstraint(fields=('store', 'external_id'), name='dispute_unique', violation_error_message='This store has a dispute with this number already.'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('amount__gte', 0), _connector='OR'), models.Q(('outcome_amount__isnull', True), ('outcome_amount__gte', 0), _connector='OR')), name='dispute_amounts_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='disputeevidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('attachment__isnull', False), _connector='OR'), name='evidence_says_something'),
        ),
        migrations.AddConstraint(
            model_name='disputeevidence',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('withdrawal_reason', ''), _negated=True), _connector='OR'), name='evidence_withdrawn_with_reason'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['store', 'business_date'], name='review_store_day_idx'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['product', 'business_date'], name='review_product_day_idx'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['business_date'], name='review_day_idx'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['-written_at', '-id'], name='review_written_idx'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['status', '-written_at', '-id'], name='review_status_idx'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['external_id'], name='review_external_idx'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('product__isnull', True)), fields=['item_code'], name='review_unlinked'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(fields=('store', 'external_id'), name='review_unique', violation_error_message='This store has a review with this number already.'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('stars__gte', 1), ('stars__lte', 5)), name='review_stars_bounds', violation_error_message='Stars are from 1 to 5.'),
        ),
        migrations.AddIndex(
            model_name='keywordday',
            index=models.Index(fields=['day'], name='keyword_day_idx'),
        ),
        migrations.AddConstraint(
            model_name='keywordday',
            constraint=models.UniqueConstraint(fields=('product', 'day', 'keyword', 'store'), name='keyword_day_unique'),
        ),
        migrations.AddConstraint(
            model_name='reviewmention',
            constraint=models.UniqueConstraint(fields=('review', 'keyword'), name='review_mention_unique'),
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]

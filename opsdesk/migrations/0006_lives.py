import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("opsdesk", "0005_audit_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name='LifeEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('life', models.CharField(max_length=20, verbose_name='kind')),
                ('object_id', models.PositiveBigIntegerField()),
                ('verb', models.CharField(max_length=20, verbose_name='step')),
                ('from_state', models.CharField(blank=True, max_length=20, verbose_name='from')),
                ('state', models.CharField(max_length=20, verbose_name='state')),
                ('reason', models.TextField(blank=True, max_length=2000, verbose_name='reason')),
                ('client_name', models.CharField(blank=True, max_length=150, verbose_name='machine client')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'step of a life',
                'verbose_name_plural': 'steps of lives',
                'ordering': ['id'],
                'indexes': [models.Index(fields=['life', 'object_id', 'id'], name='life_event_of')],
            },
        ),
    ]

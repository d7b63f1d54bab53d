"""Changes of access, stand-ins, approval limits, machine clients; contacts of people."""

import django.db.models.deletion
import opsdesk.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_positions'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='erased_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='erased at'),
        ),
        migrations.AddField(
            model_name='person',
            name='phone',
            field=models.CharField(blank=True, max_length=40, verbose_name='phone'),
        ),
        migrations.AddField(
            model_name='user',
            name='session_version',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='rolegrant',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='role_grants', to=settings.AUTH_USER_MODEL, verbose_name='sign-in'),
        ),
        migrations.CreateModel(
            name='AccessChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('grant', 'Give a role'), ('revoke', 'Take a role away'), ('reset_factor', 'Forget the second factor'), ('reactivate', 'Let in again')], max_length=16, verbose_name='change')),
                ('role', models.CharField(blank=True, choices=[('team_member', 'Team member'), ('supervisor', 'Supervisor'), ('hr_payroll', 'HR/payroll'), ('manager', 'Manager'), ('administrator', 'Administrator'), ('auditor', 'Auditor')], max_length=20, verbose_name='role')),
                ('reason', models.TextField(verbose_name='reason')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('confirmed', 'Confirmed'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn'), ('installed', 'Set up')], default='proposed', editable=False, max_length=10, verbose_name='state')),
                ('proposed_at', models.DateTimeField(editable=False, verbose_name='proposed at')),
                ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='decided at')),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.department', verbose_name='department')),
                ('proposed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_changes', to=settings.AUTH_USER_MODEL, verbose_name='sign-in')),
            ],
            options={
                'verbose_name': 'change of access',
                'verbose_name_plural': 'changes of access',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), ('state', 'withdrawn'), models.Q(models.Q(('decided_by', models.F('proposed_by')), _negated=True), models.Q(('decided_by', models.F('user')), _negated=True)), _connector='OR'), name='access_change_two_people'), models.CheckConstraint(condition=models.Q(('proposed_by__isnull', True), models.Q(('proposed_by', models.F('user')), _negated=True), _connector='OR'), name='access_change_not_for_oneself'), models.CheckConstraint(condition=models.Q(models.Q(('proposed_by__isnull', True), ('state', 'installed')), models.Q(('decided_by__isnull', True), ('proposed_by__isnull', False), ('state', 'proposed')), models.Q(('decided_by__isnull', False), ('proposed_by__isnull', False), ('state__in', ['confirmed', 'refused', 'withdrawn'])), _connector='OR'), name='access_change_decided_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['grant', 'revoke']), models.Q(('role', ''), _negated=True)), models.Q(models.Q(('kind__in', ['grant', 'revoke']), _negated=True), ('department__isnull', True), ('role', '')), _connector='OR'), name='access_change_names_a_role')],
            },
        ),
        migrations.AddField(
            model_name='rolegrant',
            name='change',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.accesschange', verbose_name='change'),
        ),
        migrations.CreateModel(
            name='ApiClient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('purpose', models.CharField(blank=True, max_length=200, verbose_name='purpose')),
                ('resources', models.JSONField(default=list, verbose_name='may use')),
                ('store_codes', models.JSONField(blank=True, default=list, verbose_name='only these stores')),
                ('is_active', models.BooleanField(default=True, verbose_name='let in')),
                ('proposed_at', models.DateTimeField(editable=False, verbose_name='proposed at')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='confirmed at')),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('proposed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
            ],
            options={
                'verbose_name': 'machine client',
                'verbose_name_plural': 'machine clients',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='api_client_two_people')],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=16, unique=True, verbose_name='prefix')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('expires_at', models.DateTimeField(verbose_name='expires at')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='revoked at')),
                ('last_used_at', models.DateTimeField(null=True, verbose_name='last used at')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='accounts.apiclient', verbose_name='machine client')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'key',
                'verbose_name_plural': 'keys',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ApprovalLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('team_member', 'Team member'), ('supervisor', 'Supervisor'), ('hr_payroll', 'HR/payroll'), ('manager', 'Manager'), ('administrator', 'Administrator'), ('auditor', 'Auditor')], max_length=20, verbose_name='role')),
                ('kind', models.CharField(choices=[('pay_proposal', 'Bonus or deduction'), ('pay_run', 'Pay run')], max_length=20, verbose_name='decides')),
                ('up_to', opsdesk.models.fields.MoneyField(blank=True, null=True, verbose_name='up to')),
                ('from_date', models.DateField(verbose_name='from')),
                ('proposed_at', models.DateTimeField(editable=False, verbose_name='proposed at')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='confirmed at')),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('proposed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
            ],
            options={
                'verbose_name': 'approval limit',
                'verbose_name_plural': 'approval limits',
                'ordering': ['role', 'kind', '-from_date', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('up_to__isnull', True), ('up_to__gte', 0), _connector='OR'), name='approval_limit_not_negative', violation_error_message='An amount cannot be below zero.'), models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='approval_limit_two_people')],
            },
        ),
        migrations.CreateModel(
            name='StandIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_date', models.DateField(verbose_name='from')),
                ('to_date', models.DateField(verbose_name='until before')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('named_at', models.DateTimeField(editable=False, verbose_name='named at')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='confirmed at')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended at')),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('named_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='named by')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stand_ins', to=settings.AUTH_USER_MODEL, verbose_name='away')),
                ('stand_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stands_in', to=settings.AUTH_USER_MODEL, verbose_name='stand-in')),
            ],
            options={
                'verbose_name': 'stand-in',
                'verbose_name_plural': 'stand-ins',
                'ordering': ['-from_date', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('stand_in', models.F('principal')), _negated=True), name='stand_in_is_somebody_else', violation_error_message='Nobody stands in for oneself.'), models.CheckConstraint(condition=models.Q(('to_date__gt', models.F('from_date'))), name='stand_in_ends_after_start', violation_error_message='A time must end after it begins.'), models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(models.Q(('confirmed_by', models.F('named_by')), _negated=True), models.Q(('confirmed_by', models.F('stand_in')), _negated=True)), _connector='OR'), name='stand_in_two_people')],
            },
        ),
    ]

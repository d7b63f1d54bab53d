"""Laying hands on the audit trail, which the database refuses."""

from contextlib import contextmanager

from django.db import connection

from opsdesk.models import AuditEntry, AuditWaiting

TABLES = ("opsdesk_auditentry", "opsdesk_auditseal")


@contextmanager
def unguarded():
    """Let tests change and delete what is append-only."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # PostgreSQL alters no table with checks to come.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


def forget():
    """Empty the trail, for tests that count what comes after."""
    with unguarded():
        AuditEntry.objects.all().delete()
    AuditWaiting.objects.all().delete()

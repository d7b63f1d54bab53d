"""The database refuses to change or delete what stands in the audit trail.

On SQLite a migration that alters one of these tables makes it anew and loses its triggers: it must
end by putting them back.
"""

from django.db import migrations

TABLES = ("opsdesk_auditentry", "opsdesk_auditseal")
REFUSAL = "the audit trail is append-only"


def postgresql():
    yield f"""
        CREATE OR REPLACE FUNCTION opsdesk_audit_append_only() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END
        $$
    """
    for table in TABLES:
        call = "EXECUTE FUNCTION opsdesk_audit_append_only()"
        yield f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}"
        yield f"CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}"


def sqlite():
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )


def put_up(apps, schema_editor):
    for statement in {"postgresql": postgresql, "sqlite": sqlite}[schema_editor.connection.vendor]():
        schema_editor.execute(statement)


def take_down(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    for table in TABLES:
        for name in ("update", "delete") if on_sqlite else ("rows", "all"):
            where = "" if on_sqlite else f" ON {table}"
            schema_editor.execute(f"DROP TRIGGER {table}_{name}{where}")


class Migration(migrations.Migration):
    dependencies = [("opsdesk", "0004_audit_signed")]
    operations = [migrations.RunPython(put_up, take_down)]

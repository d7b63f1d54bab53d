"""Filling a table from a SELECT in one statement, the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.db import connection, connections, models


def upsert_from(
    rows: models.QuerySet[Any, Any],
    into: type[models.Model],
    *,
    key: Sequence[str],
    columns: Sequence[str],
    keep: bool = False,
) -> int:
    """Insert ``rows`` into ``into``; where ``key`` exists, update the columns that differ.

    With ``keep`` what exists stays as it is. ``columns`` names, field by field, what is written;
    ``rows`` is a queryset whose ``values`` give the same names. Returns the number of rows
    inserted or changed; running it again with the same data writes nothing and returns 0.
    """
    connection = connections[rows.db]
    quote = connection.ops.quote_name
    select, params = rows.values(*columns).query.get_compiler(connection=connection).as_sql()
    column_of = {field.name: quote(str(field.column)) for field in into._meta.concrete_fields}
    names = [column_of[name] for name in columns]
    keys = [column_of[name] for name in key]
    rest = [] if keep else [name for name in names if name not in keys]
    table = quote(into._meta.db_table)
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in rest)
    differs = " OR ".join(f"{table}.{name} IS DISTINCT FROM EXCLUDED.{name}" for name in rest)
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) "  # noqa: S608  (quoted names of our models)
        f"SELECT * FROM ({select}) AS incoming WHERE true "
        f"ON CONFLICT ({', '.join(keys)}) "
        + (f"DO UPDATE SET {sets} WHERE {differs}" if rest else "DO NOTHING")
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def take_turn(name: str) -> None:
    """Let one transaction after the other pass here with the same ``name``, until each has ended.

    On SQLite there is nothing to do: it has one writer at a time.
    """
    if connection.vendor == "postgresql":
        number = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])

"""Inserting many plain rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection, models

from opsdesk.models import MoneyField

_BATCH = 5_000
# Prices repeat: most of the work of turning them into whole numbers is saved.
_money_steps = lru_cache(maxsize=100_000)(MoneyField.to_steps)


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert ``rows`` of texts, numbers, times and money; a foreign key is named ``…_id``.

    Ten times as fast as model instances, for tables that get hundreds of thousands of rows.
    Columns that are not named must have a default in the database or be the primary key.
    """
    by_column = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_column[name] for name in columns]
    turn = [_turner(field) for field in fields]
    prepared = (
        tuple(
            value if change is None or value is None else change(value)
            for change, value in zip(turn, row, strict=True)
        )
        for row in rows
    )
    quote = connection.ops.quote_name
    target = f"{quote(model._meta.db_table)} ({', '.join(quote(name) for name in columns)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in prepared:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        statement = f"INSERT INTO {target} VALUES ({marks})"  # noqa: S608  (names of our models)
        while batch := list(islice(prepared, _BATCH)):
            cursor.executemany(statement, batch)


def _turner(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, MoneyField):
        return _steps
    if isinstance(field, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    if isinstance(field, models.DateField) and connection.vendor != "postgresql":
        return date.isoformat
    return None


def _steps(value: Decimal) -> int:
    return _money_steps(value)

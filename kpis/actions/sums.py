"""Sums of several SELECTs written into one table in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, models


@dataclass(frozen=True)
class Part:
    """Grouped rows, what they are grouped by, and which of their sums fills which column."""

    rows: models.QuerySet[Any, Any]
    group: Sequence[str]
    sums: Mapping[str, str]


@dataclass(frozen=True)
class Destination:
    """A table, its columns that are grouped by, and values that are the same for all rows.

    ``key`` names the columns of its unique constraint. ``unseen`` are constants that do not make
    a row a different one.
    """

    model: type[models.Model]
    group: Sequence[str]
    key: Sequence[str]
    constants: Mapping[str, Any]
    unseen: Sequence[str] = ()


def upsert_sums(parts: Sequence[Part], into: Destination) -> int:
    """Add the parts up by group and insert the sums, or update the rows that differ.

    What a part does not give counts as 0. Returns the number of rows inserted or changed; the
    same data again writes nothing.
    """
    connection = connections["default"]
    select, params = _select(parts, into, connection)
    column = {
        name: connection.ops.quote_name(_field(into.model, name).column)
        for name in (*into.group, *into.constants, *_columns(parts))
    }
    table = connection.ops.quote_name(into.model._meta.db_table)
    rest = [name for name in column if name not in into.key]
    sets = ", ".join(f"{column[name]} = EXCLUDED.{column[name]}" for name in rest)
    differs = " OR ".join(
        f"{table}.{column[name]} IS DISTINCT FROM EXCLUDED.{column[name]}"
        for name in rest
        if name not in into.unseen
    )
    statement = (
        f"INSERT INTO {table} ({', '.join(column.values())}) {select} "
        f"ON CONFLICT ({', '.join(column[name] for name in into.key)}) "
        f"DO UPDATE SET {sets} WHERE {differs}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _columns(parts: Sequence[Part]) -> list[str]:
    return list(dict.fromkeys(name for part in parts for name in part.sums))


def _select(parts: Sequence[Part], into: Destination, connection: Any) -> tuple[str, list[Any]]:
    """Return the SELECT over all parts, with the group, the constants and the sums."""
    columns = _columns(parts)
    group = ", ".join(f"g{number}" for number in range(len(into.group)))
    named, unions, params = [], [], []
    for number, part in enumerate(parts):
        rows = part.rows.values(*part.group, *part.sums.values())
        sql, values = rows.query.get_compiler(connection=connection).as_sql()
        named.append(f"p{number} ({', '.join([group, *part.sums])}) AS ({sql})")
        given = [name if name in part.sums else "0" for name in columns]
        unions.append(f"SELECT {', '.join([group, *given])} FROM p{number}")  # noqa: S608
        params += values
    fields = [_field(into.model, name) for name in into.constants]
    fixed = [
        f"CAST(%s AS {field.rel_db_type(connection) or field.db_type(connection)})"
        for field in fields
    ]
    params += [
        field.get_db_prep_value(value, connection)
        for field, value in zip(fields, into.constants.values(), strict=True)
    ]
    sums = [f"COALESCE(SUM({name}), 0)" for name in columns]
    union = " UNION ALL ".join(unions)
    shape = f"({', '.join([group, *columns])})"
    select = (
        f"WITH {', '.join(named)}, u {shape} AS ({union}) "  # noqa: S608
        f"SELECT {', '.join([group, *fixed, *sums])} FROM u WHERE true GROUP BY {group}"
    )
    return select, params

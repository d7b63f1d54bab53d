"""A desk's orders and tickets, as many as asked for, each kind in one statement."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, models

from accounts.models import User
from bench.catalogue import company
from catalog.models import Store
from orders.models import Order, Ticket

DAYS = 730
FIRST = date(2024, 1, 1)
FIRST_AT = datetime(2024, 1, 1, 12, tzinfo=UTC)
# One of so many tickets is still worked on, and most of those are due.
OPEN = 50
_SERIES = """
    WITH RECURSIVE digits(digit) AS (
        SELECT 0 UNION ALL SELECT digit + 1 FROM digits WHERE digit < 999
    ), series(n) AS (
        SELECT 1 + a.digit + 1000 * b.digit + 1000000 * c.digit
        FROM digits a CROSS JOIN digits b CROSS JOIN digits c
        WHERE c.digit <= %(millions)s
          AND 1 + a.digit + 1000 * b.digit + 1000000 * c.digit <= %(count)s
    )
"""


def build(size: int) -> tuple[User, list[Store]]:
    """Make ``size`` orders and as many tickets in twenty stores, half of them seen by one."""
    user, stores = company()
    days()
    first = stores[0].pk
    own = {
        "store_id": f"{first} + n % {len(stores)}",
        "business_date": "d.day",
        "created_at": "d.at",
        "updated_at": "d.at",
    }
    fill(
        Order,
        size,
        **own,
        id="n",
        external_id="CASE n WHEN 1 THEN 'needle' ELSE 'o' || n END",
        placed_at="d.at",
        status="CASE n % 50 WHEN 0 THEN 'cancelled' WHEN 1 THEN 'on_hold' ELSE 'completed' END",
        traffic_source="CASE n % 3 WHEN 0 THEN 'ad' ELSE '' END",
        currency="'EUR'",
        fx_rate=_constant(Order, "fx_rate", 1),
        amount="n % 1000000",
        reporting_amount="n % 1000000",
        units="1 + n % 5",
        has_goods="true",
        content_digest="''",
    )
    opened = f"n % {OPEN} = 0"
    fill(
        Ticket,
        size,
        **own,
        id="n",
        external_id="CASE n WHEN 1 THEN 'needle' ELSE 'x' || n END",
        subject="'Subject ' || n",
        channel="CASE n % 3 WHEN 0 THEN 'chat' ELSE 'email' END",
        kind="CASE n % 10 WHEN 0 THEN 'complaint' ELSE 'enquiry' END",
        priority="CASE n % 100 WHEN 3 THEN 'major' ELSE 'normal' END",
        status=f"CASE WHEN {opened} THEN 'open' WHEN n % 100 = 1 THEN 'resolved' ELSE 'closed' END",
        opened_at="d.at",
        owner_id=f"CASE WHEN {opened} AND n % 200 = 0 THEN {user.pk} END",
        next_due_at=f"CASE WHEN {opened} THEN d.at END",
        next_measure=f"CASE WHEN {opened} THEN 'resolution' ELSE '' END",
        queue_at="d.at",
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_days")
        cursor.execute("ANALYZE")
    return user, stores


def fill(model: type[models.Model], count: int, **columns: str) -> None:
    """Insert ``count`` rows of expressions over ``n`` and the day ``d``; the rest are defaults."""
    fields = [f for f in model._meta.concrete_fields if f.attname in columns or not _generated(f)]
    values = [columns.get(f.attname) or _default(model, f) for f in fields]
    names = ", ".join(connection.ops.quote_name(str(f.column)) for f in fields)
    series = _SERIES % {"count": count, "millions": count // 1_000_000}
    table = connection.ops.quote_name(model._meta.db_table)
    statement = (
        f"INSERT INTO {table} ({names}) {series} "  # noqa: S608  (our own expressions)
        f"SELECT {', '.join(values)} FROM series JOIN bench_days d ON d.number = n % {DAYS}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _generated(field: Any) -> bool:
    return bool(field.primary_key)


def _default(model: type[models.Model], field: Any) -> str:
    return _constant(model, field.name, field.get_default())


def _constant(model: type[models.Model], name: str, value: Any) -> str:
    """Return a value as it stands in a statement."""
    field: Any = model._meta.get_field(name)
    stored = field.get_db_prep_save(value, connection)
    if stored is None:
        return "NULL"
    if isinstance(stored, bool):
        return str(stored).lower()
    return str(stored) if isinstance(stored, int) else f"'{stored}'"


def days() -> None:
    """Make a table of days with an instant of each, which both databases can join.

    Every row also has an instant a day before all of them, and one a century after.
    """
    adapt = connection.ops.adapt_datetimefield_value
    bounds = adapt(FIRST_AT - timedelta(days=1)), adapt(FIRST_AT + timedelta(days=36_525))
    rows = []
    for number in range(DAYS):
        at = FIRST_AT + timedelta(days=number)
        rows.append((number, at.date(), adapt(at), *bounds))
    kinds = connection.data_types
    instant = kinds["DateTimeField"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE bench_days (number integer PRIMARY KEY, day {kinds['DateField']}, "
            f"at {instant}, long_before {instant}, long_after {instant})"
        )
        cursor.executemany("INSERT INTO bench_days VALUES (%s, %s, %s, %s, %s)", rows)

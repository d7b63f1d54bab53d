"""What the sample company keeps: two warehouses, what came in and went out, and what ran out."""

from datetime import date, datetime, timedelta

from django.conf import settings

from catalog.actions.stock import Entry, Transfer, move_stock, save_warehouse, transfer
from catalog.models import Sku, Warehouse
from opsdesk.actions.moves import Mover
from opsdesk.core.periods import day_start

DAY = timedelta(days=1)


def write(today: date, *, at: datetime) -> None:
    """Write the warehouses and their movements of the last 60 days; every fifth SKU ran out."""
    mover = Mover(at)
    home = save_warehouse(Warehouse(code="NINGBO", name="Ningbo", country="CN"), mover)
    far = save_warehouse(
        Warehouse(code="DE-1", name="Duisburg", country="DE", kind="overseas"), mover
    )
    begun = day_start(today - DAY * 60, settings.COMPANY_TIME_ZONE)
    for number, sku in enumerate(Sku.objects.order_by("code")):
        units = 200 + 40 * (number % 7)
        move_stock([Entry(home, sku, "receipt", units, happened_at=begun)], mover)
        transfer(Transfer(sku, units // 4, home, far, f"TR-{number + 1:03}", begun + DAY), mover)
        left = units - units // 4
        sold = left if number % 5 == 0 else left // 2
        gone = Entry(home, sku, "sale", -sold, happened_at=begun + DAY * 30)
        move_stock([gone], mover)
        if number % 10 == 0:
            back = Entry(home, sku, "receipt", 80, happened_at=begun + DAY * 45)
            move_stock([back], mover)

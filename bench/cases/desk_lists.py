"""The lists of orders and of tickets: a million rows of each against ten thousand.

The floor is the same page on the short tables; ``--size 1000000`` makes ten million.
"""

from typing import Any

from bench.desk import build
from bench.pages import Pages
from opsdesk.admin.base import LIST_BOUND
from orders.models import Order, Ticket

GOAL_ID = "P10"
GOAL = 1.5
SHORT = 10_000
PAGE = 50

_ORDERS, _TICKETS = "/admin/orders/order/", "/admin/orders/ticket/"
_PAGES = Pages(
    {
        "one order": f"{_ORDERS}1/change/",
        "orders": _ORDERS,
        "orders, by status": f"{_ORDERS}?status__exact=on_hold",
        "orders, by store": f"{_ORDERS}?store__id__exact={{store}}",
        "orders, by days": f"{_ORDERS}?business_date_from=2024-03-01&business_date_to=2024-03-10",
        "orders, last page": f"{_ORDERS}?p={{last}}",
        "orders, search rare": f"{_ORDERS}?q=needle",
        "orders, search common": f"{_ORDERS}?q=o1",
        "orders, search none": f"{_ORDERS}?q=nowhere",
        "tickets, to do": _TICKETS,
        "tickets, mine": f"{_TICKETS}?queue=mine",
        "tickets, late": f"{_TICKETS}?queue=late",
        "tickets, all": f"{_TICKETS}?queue=all",
        "tickets, all, last page": f"{_TICKETS}?queue=all&p={{last}}",
        "tickets, by status": f"{_TICKETS}?status__exact=resolved",
        "tickets, by priority": f"{_TICKETS}?queue=all&priority__exact=major",
        "tickets, by store": f"{_TICKETS}?queue=all&store__id__exact={{store}}",
        "tickets, search rare": f"{_TICKETS}?queue=all&q=needle",
        "tickets, search common": f"{_TICKETS}?queue=all&q=x1",
        "tickets, search none": f"{_TICKETS}?queue=all&q=nowhere",
    },
    record="one order",
    none={"orders": "orders, search none", "tickets": "tickets, search none"},
    plain={Order: ["external_id"], Ticket: ["external_id", "subject"]},
)
floor, ours, typical, tell, close = (
    _PAGES.floor,
    _PAGES.ours,
    _PAGES.typical,
    _PAGES.tell,
    _PAGES.close,
)


def prepare(size: int) -> None:
    """Fill the database with ten rows per order asked for, and an empty twin with few."""
    _PAGES.prepare(_build, min(SHORT, 10 * size), 10 * size)


def reset() -> None:
    """Reading changes nothing."""


def _build(rows: int) -> tuple[Any, dict[str, Any]]:
    user, stores = build(rows)
    return user, {"store": stores[0].pk, "last": min(rows // 2, LIST_BOUND) // PAGE}

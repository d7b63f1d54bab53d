"""How the sample company's parcels went in the last weeks, by three channels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from accounts.models import User
from orders.actions.channels import upsert_channels
from orders.actions.shipments import upsert_shipments
from orders.core.lifecycle import OrderStatus
from orders.core.shipment_items import ChannelItem, EventItem, ShipmentItem, ShippedLine
from orders.models import Order

DAYS = 35
CHUNK = 1_000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# code, name, kind, carrier, promised days, in remote areas, how many go by it
# fmt: off
CHANNELS = (
    (ChannelItem("POST", "ePacket 邮政小包", "postal", 12, 18, "China Post", 7), 5),
    (ChannelItem("LINE", "Air line 专线", "dedicated", 8, 11, "YunExpress", 5), 4),
    (ChannelItem("HUB", "Overseas hub 海外仓", "overseas", 4, 6, "DHL", 3), 3),
)
# fmt: on
PLACES = ("Yiwu", "Shenzhen", "Hong Kong", "Liège", "Leipzig", "East Midlands", "Los Angeles")
# Days under way from - to, and the price in CNY, by channel.
TAKES = {"POST": (7, 14, 19), "LINE": (4, 9, 34), "HUB": (1, 4, 52)}
# What holds up a parcel that is under way for long.
TROUBLES = ("late", "silent", "lost", "customs_held", "damaged")
UNDER_WAY = (OrderStatus.ALLOCATED, OrderStatus.DISPATCHED)


def write(today: date, *, by: User, at: datetime) -> None:
    """Write three channels, and the parcels of the last 35 days until ``at``."""
    who = {"by": by, "at": at}
    upsert_channels([channel for channel, _weight in CHANNELS], **who)
    items = list(_parcels(today, at))
    for start in range(0, len(items), CHUNK):
        upsert_shipments(items[start : start + CHUNK], scope=None, **who)


def _parcels(today: date, at: datetime) -> Iterator[ShipmentItem]:
    dice = Random(20240602)  # noqa: S311  (the same company each time)
    rows = Order.objects.filter(business_date__gte=today - DAYS * DAY, has_goods=True)
    rows = rows.exclude(status__in=(OrderStatus.CANCELLED, OrderStatus.PAID, OrderStatus.PLACED))
    ordered = rows.select_related("store").prefetch_related("lines").order_by("pk")
    for number, order in enumerate(ordered, 1):
        yield _parcel(order, number, dice, at)


def _parcel(order: Order, number: int, dice: Random, at: datetime) -> ShipmentItem:
    weights = [weight for _channel, weight in CHANNELS]
    code = dice.choices([channel.code for channel, _weight in CHANNELS], weights)[0]
    least, most, price = TAKES[code]
    sent = order.placed_at + HOUR * dice.randint(5, 40)
    arrives = sent + DAY * dice.randint(least, most) + HOUR * dice.randint(0, 9)
    cost = Decimal(price) + Decimal(dice.randint(-400, 900)) / 100
    events: list[tuple[datetime, str, str]] = []
    if order.status == OrderStatus.ALLOCATED or sent > at:
        events = [(order.placed_at + HOUR, "other", "Label made")]
    elif order.status in UNDER_WAY:
        events = _held_up(sent, at, TROUBLES[number % len(TROUBLES)], dice)
    else:
        # A few went back instead of arriving.
        end = "returned_to_sender" if number % 90 == 0 else "delivered"
        events = _run(sent, min(arrives, at - HOUR), end, dice)
    number_of_carrier = f"{code[0]}{order.store.country}{number:09}"
    store = order.store.code
    return ShipmentItem(
        store=store,
        external_id=f"P-{number:06}",
        tracking_number=number_of_carrier,
        order=order.external_id,
        channel=code,
        remote_area=number % 17 == 0,
        # The carrier sends its bill some days later.
        cost=cost if sent < at - 6 * DAY else None,
        cost_currency="CNY" if sent < at - 6 * DAY else "",
        lines=tuple(ShippedLine(line.line_no, line.quantity) for line in order.lines.all()),
        events=tuple(
            EventItem(store, "", when, what, text, "" if text else dice.choice(PLACES))
            for when, what, text in events
            if when < at
        ),
    )


def _run(sent: datetime, end: datetime, what: str, dice: Random) -> list[tuple[datetime, str, str]]:
    """Return the news of a parcel that came to its end."""
    way = max(end - sent, HOUR)
    found = [(sent, "picked_up", ""), (sent + way / 3, "in_transit", "")]
    if dice.random() < 0.1:
        found.append((sent + way / 2, "failed_attempt", "Nobody at home"))
    return [*found, (sent + way * 9 / 10, "out_for_delivery", ""), (sent + way, what, "")]


def _held_up(
    sent: datetime, at: datetime, trouble: str, dice: Random
) -> list[tuple[datetime, str, str]]:
    """Return the news of a parcel that is still under way; with time it comes into trouble."""
    found = [(sent, "picked_up", ""), (sent + DAY, "in_transit", "")]
    if trouble == "silent" or at - sent < 5 * DAY:
        return found
    later = sent + DAY * 4
    text = {"lost": "The carrier cannot find it", "damaged": "The box is wet"}.get(trouble, "")
    if trouble != "late":
        found.append((later, trouble, text))
    if trouble != "lost":
        found.append((at - HOUR * dice.randint(20, 60), "in_transit", ""))
    return found

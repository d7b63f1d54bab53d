"""Channels compared over the real parcels of DataCo, against a calculation in plain Python.

The file has an order's time, the time at which it arrived so many days later ("shipping date"),
the days that were promised, and how it was sent: each mode is a channel, each market a store. It
has no cost of shipping: the discount stands in for it, in US dollars.
"""

import csv
import gzip
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.core.roles import Role
from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import Mover, move
from orders.actions.channels import upsert_channels
from orders.actions.orders import upsert_orders
from orders.actions.shipment_exceptions import raise_exceptions
from orders.actions.shipment_state import SHIPMENT_COURSE
from orders.actions.shipments import upsert_shipments
from orders.core.channels import compare
from orders.core.lifecycle import OrderStatus
from orders.models import Order, Shipment
from orders.queries.channels import Asked, channel_cells
from tests import factories as make

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

FILE = "dataco_supply_chain_slice.csv.gz"
NOW = datetime(2018, 3, 1, tzinfo=UTC)
# Stores on both sides of the date line, with and without summer time.
ZONES = {
    "USCA": ("US", "America/New_York"),
    "LATAM": ("MX", "America/Mexico_City"),
    "Europe": ("DE", "Europe/Berlin"),
    "Pacific Asia": ("NZ", "Pacific/Auckland"),
    "Africa": ("ZA", "Africa/Johannesburg"),
}
RATES = {date(2014, 12, 31): Decimal("6.20"), date(2017, 1, 1): Decimal("6.94")}
CENT = Decimal("0.01")
DAY = timedelta(days=1)


class Parcel:
    """One order of the file, as its first line tells it."""

    def __init__(self, row):
        self.number = row["Order Id"]
        self.store = row["Market"]
        self.channel = row["Shipping Mode"]
        self.cancelled = row["Delivery Status"] == "Shipping canceled"
        self.sent = datetime.strptime(row["order date (DateOrders)"], "%m/%d/%Y %H:%M")  # noqa: DTZ007
        self.arrived = datetime.strptime(row["shipping date (DateOrders)"], "%m/%d/%Y %H:%M")  # noqa: DTZ007
        self.days = int(row["Days for shipping (real)"])
        self.promised = int(row["Days for shipment (scheduled)"])
        self.late = row["Delivery Status"] == "Late delivery"
        self.cost = Decimal(row["Order Item Discount"]).quantize(CENT, ROUND_HALF_UP)

    def at(self, wall):
        return wall.replace(tzinfo=ZoneInfo(ZONES[self.store][1]))

    @property
    def reporting_cost(self):
        day = max(day for day in RATES if day <= self.sent.date())
        return (self.cost * RATES[day]).quantize(CENT, ROUND_HALF_UP)


@pytest.fixture
def parcels(real_data):
    found = {}
    with gzip.open(real_data / "shipments" / FILE, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["Order Id"], Parcel(row))
    assert len(found) == 5_743
    return list(found.values())


@pytest.fixture
def loaded(parcels):
    """The parcels in the database, as an ERP would send them."""
    for market, (country, zone) in ZONES.items():
        make.store(market, country=country, time_zone=zone, currency="USD")
    for day, rate in RATES.items():
        make.rate(str(rate), on=day, source="USD")
    modes = sorted({one.channel for one in parcels})
    upsert_channels([make.channel_item(mode, promised_days=9) for mode in modes], by=None, at=NOW)
    for start in range(0, len(parcels), 1_000):
        piece = parcels[start : start + 1_000]
        orders = [
            make.order_item(
                one.number,
                store=one.store,
                placed_at=one.at(one.sent),
                currency="USD",
                status="allocated",
            )
            for one in piece
        ]
        assert {o.state for o in upsert_orders(orders, source=Source(), at=NOW)} == {"created"}
        # As if it had been completed before: taking thousands of orders along is tried elsewhere.
        Order.objects.update(status=OrderStatus.COMPLETED)
        items = [item(one) for one in piece]
        found = upsert_shipments(items, scope=None, by=None, at=NOW)
        assert {o.state for o in found} == {"created"}
    by = Mover(NOW)
    for row in Shipment.objects.filter(status="ready").select_related("store"):
        move(SHIPMENT_COURSE, row, "cancel", by, reason="Shipping canceled")


def item(one):
    sent = {} if one.cancelled else {"dispatched_at": one.at(one.sent)}
    if not one.cancelled:
        sent |= {"outcome": "delivered", "outcome_at": one.at(one.arrived)}
    return make.shipment_item(
        "",
        tracking_number=f"T{one.number}",
        store=one.store,
        order=one.number,
        channel=one.channel,
        promised_days=one.promised,
        cost=one.cost,
        **sent,
    )


def expected(parcels, first, last, markets):
    """What each channel did, counted one by one."""
    found = {}
    sent = [p for p in parcels if not p.cancelled and p.store in markets]
    by_mode = defaultdict(list)
    for one in sent:
        if first <= one.sent.date() <= last:
            by_mode[one.channel].append(one)
    for mode, rows in by_mode.items():
        days = sorted(one.days for one in rows)
        cost = sum(one.reporting_cost for one in rows)
        found[mode] = {
            "parcels": len(rows),
            "delivered": len(rows),
            "on_time": (sum(not one.late for one in rows), len(rows)),
            "days": (sum(days), len(days)),
            "p50": days[-(-len(days) * 50 // 100) - 1],
            "p90": days[-(-len(days) * 90 // 100) - 1],
            "cost": (cost, len(rows)),
            "by_days": Counter(days),
        }
    return found


def compared(first, last, scope, **asked):
    names = dict(Shipment.objects.values_list("channel", "channel__code").distinct())
    return {
        names[channel]: {
            "parcels": one.parcels,
            "delivered": one.delivered,
            "on_time": (one.on_time.part, one.on_time.whole),
            "days": (one.mean_days.part, one.mean_days.whole),
            "p50": one.half_within,
            "p90": one.most_within,
            "cost": (one.cost.part, one.cost.whole),
            "by_days": one.by_days,
        }
        for channel, one in compare(channel_cells(Asked(first, last, **asked), scope)).items()
    }


def test_channels_compare_as_counted_one_by_one(parcels, loaded):
    scope = make.scope(make.user(role=Role.MANAGER))
    begin, end = date(2015, 1, 1), date(2018, 1, 31)

    assert compared(begin, end, scope) == expected(parcels, begin, end, ZONES)
    # a month that begins summer time in one place and ends it in another
    march = (date(2016, 3, 1), date(2016, 3, 31))
    assert compared(*march, scope) == expected(parcels, *march, ZONES)
    europe = compared(begin, end, scope, store="Europe")
    assert europe == expected(parcels, begin, end, ["Europe"])
    assert europe == compared(begin, end, scope, country="DE")
    assert len(europe) == 4
    # what the file itself says of each parcel
    assert Shipment.objects.filter(status="cancelled").count() == sum(p.cancelled for p in parcels)


def test_what_is_under_way_on_a_day_is_late_as_counted_one_by_one(parcels, loaded):
    sent = [one for one in parcels if not one.cancelled]
    # the day on which most of them had been late for a day and were still to come
    waiting = [
        one.sent.date() + (one.promised + 1) * DAY for one in sent if one.days > one.promised + 1
    ]
    day = Counter(waiting).most_common(1)[0][0]
    on_the_way = {
        f"T{one.number}": one for one in sent if one.sent.date() <= day < one.arrived.date()
    }
    rows = Shipment.objects.filter(external_id__in=on_the_way)
    rows.update(status="in_transit", outcome_on=None, last_event_on=day)

    raised = raise_exceptions(day, Mover(NOW))

    late = {name for name, one in on_the_way.items() if day - one.sent.date() > one.promised * DAY}
    assert (raised, len(late) > 1, late < set(on_the_way)) == (len(late), True, True)
    found = rows.filter(exceptions__kind="late").values_list("external_id", flat=True)
    assert set(found) == late

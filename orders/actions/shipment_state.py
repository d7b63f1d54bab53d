"""Where a shipment stands by its news, and the steps that people and machines make with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from catalog.actions.stores import lock_stores, mark_dirty
from catalog.models import FactFamily
from catalog.queries.fx import RateTable
from opsdesk.actions.audit import person_id
from opsdesk.actions.moves import Course, Mover
from opsdesk.core.money import convert
from opsdesk.core.periods import business_date
from orders.actions.shipment_exceptions import pass_gone
from orders.actions.shipment_orders import bring_orders_along
from orders.core.lifecycle import SHIPMENT, ShipmentStatus
from orders.core.shipment_items import EventItem
from orders.core.shipping import EVENT_OF_STEP, Fact, Standing, standing
from orders.models import Shipment, TrackingEvent
from orders.queries.shipments import events_of

# What follows from the news; the state itself is moved by its life.
FOLLOWING = (
    "promised_days",
    "promised_on",
    "dispatched_at",
    "dispatched_on",
    "outcome_at",
    "outcome_on",
    "transit_days",
    "last_event_at",
    "last_event_on",
    "damaged_on",
    "fx_rate",
    "reporting_cost",
)
SECOND = timedelta(seconds=1)


def put_right(row: Shipment, facts: Iterable[Fact], rates: RateTable) -> tuple[str, ...]:
    """Put into ``row`` what follows from all that is known of it; return the steps it takes.

    A cancelled one stays as it is. ``promised_days`` that are ``None`` are taken from the channel
    once it is dispatched, and an ``fx_rate`` that is ``None`` from the table of that day: raises
    ``NoRate`` where that has none.
    """
    if row.status == ShipmentStatus.CANCELLED:
        return ()
    now = standing(facts, row.told)
    steps = SHIPMENT.route(row.status, now.status) or ()
    if steps:
        row.status = now.status
    set_days(row, now, rates)
    return steps


def set_days(row: Shipment, now: Standing, rates: RateTable) -> None:
    """Put the instants, days, promise and cost that follow from ``now`` into ``row``."""
    zone, dispatched_on = row.store.time_zone, row.dispatched_on

    def day(at: datetime | None, before: tuple[datetime | None, date | None]) -> date | None:
        # A day that is stored stays, whatever the clock of the store is by now.
        if at is None or (at == before[0] and before[1] is not None):
            return before[1] if at is not None else None
        return business_date(at, zone)

    row.dispatched_on = day(now.dispatched_at, (row.dispatched_at, row.dispatched_on))
    row.outcome_on = day(now.outcome_at, (row.outcome_at, row.outcome_on))
    row.last_event_on = day(now.last_event_at, (row.last_event_at, row.last_event_on))
    row.damaged_on = business_date(now.damaged_at, zone) if now.damaged_at else None
    row.dispatched_at, row.outcome_at = now.dispatched_at, now.outcome_at
    row.last_event_at = now.last_event_at
    if row.dispatched_on is not None and row.promised_days is None:
        row.promised_days = row.channel.days(row.remote_area)
    _date(row)
    if row.dispatched_on != dispatched_on:
        row.fx_rate = None
    _price(row, rates)


def _date(row: Shipment) -> None:
    sent, promised = row.dispatched_on, row.promised_days
    row.promised_on = None
    if sent is not None and promised is not None:
        row.promised_on = sent + timedelta(days=promised)
    row.transit_days = None
    if sent is not None and row.delivered_on is not None and row.delivered_on >= sent:
        row.transit_days = (row.delivered_on - sent).days


def _price(row: Shipment, rates: RateTable) -> None:
    if row.cost is None or row.dispatched_on is None:
        row.fx_rate = row.reporting_cost = None
        return
    reporting = settings.REPORTING_CURRENCY
    if row.fx_rate is None:
        row.fx_rate = rates.rate(row.cost_currency, reporting, row.dispatched_on)
    row.reporting_cost = convert(Decimal(row.cost), row.fx_rate, reporting)


def _hold_store(shipment: Any) -> None:
    """Hold the store first, as all do who write its orders: two could wait for each other."""
    lock_stores([shipment.store_id])


def _then(shipment: Shipment, verb: str, mover: Mover) -> None:
    """Write the step down as news of the shipment, and do what follows from that."""
    code = EVENT_OF_STEP.get(verb)
    if code is None:
        return
    known = events_of([shipment.pk])[shipment.pk]
    at = mover.at
    if shipment.last_event_at is not None and shipment.last_event_at >= at:
        # A clock elsewhere is ahead; who looks now knows what came before.
        at = shipment.last_event_at + SECOND
    event = made_event(shipment, EventItem("", shipment.external_id, at, code), mover)
    event.by_id = person_id(mover.by)
    event.save()
    now = standing([*known.facts, Fact(at, code)], shipment.told)
    if now.status != shipment.status:
        now = Standing(shipment.status, now.dispatched_at, at, now.last_event_at, now.damaged_at)
    days = {shipment.dispatched_on, shipment.outcome_on}
    set_days(shipment, now, rates_for([shipment]))
    days |= {shipment.dispatched_on, shipment.outcome_on}
    shipment.updated_at = mover.at
    shipment.save(update_fields=[*FOLLOWING, "updated_at"])
    mark_dirty(FactFamily.SHIPMENTS, {(shipment.store_id, day) for day in days if day})
    bring_orders_along([shipment.order_id], mover)
    pass_gone([shipment], mover)


SHIPMENT_COURSE = Course(SHIPMENT, Shipment, then=_then, hold=_hold_store)


def made_event(shipment: Shipment, item: EventItem, mover: Mover) -> TrackingEvent:
    """Return the news as it is to be stored; ``by`` is for who writes it down by hand."""
    return TrackingEvent(
        shipment=shipment,
        at=item.at,
        code=item.code,
        text=item.text,
        place=item.place,
        fingerprint=item.fingerprint,
        recorded_at=mover.at,
    )


def rates_for(shipments: Iterable[Shipment]) -> RateTable:
    """Return the rates that the costs of the shipments are converted with."""
    currencies = {row.cost_currency for row in shipments if row.cost_currency}
    return RateTable(currencies | {settings.REPORTING_CURRENCY})

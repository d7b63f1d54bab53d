"""Channels, shipments and tracking events as they come from outside, and their checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b

from django.utils.translation import gettext as _

from opsdesk.core.exchange import YEARS, Checks, FieldFault, decimals, future_fault
from opsdesk.core.money import known_currency
from orders.core.shipping import OUTCOMES, ChannelKind, EventCode

MOST_DAYS = 365
MOST_EVENTS = 500
MOST_LINES = 2_000
MOST_PIECES = 1_000_000
COST_BOUND = Decimal(10) ** 12
TEXT_LENGTH, PLACE_LENGTH = 300, 100


@dataclass(frozen=True, slots=True)
class ChannelItem:
    """A way parcels go; ``None`` keeps what is stored, or the default of a new one."""

    code: str
    name: str
    kind: str
    promised_days: int
    promised_days_remote: int | None = None
    carrier: str = ""
    silent_days: int | None = None
    active: bool | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class EventItem:
    """News of a shipment, which its number or tracking number names."""

    store: str
    shipment: str
    at: datetime
    code: str
    text: str = ""
    place: str = ""
    source_row: int | None = None

    @property
    def fingerprint(self) -> str:
        """What tells it from other news of the same instant."""
        said = "\0".join((self.code, self.place, self.text))
        return blake2b(said.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """How many pieces of a line of the order are in the parcel."""

    line_no: int
    quantity: int


@dataclass(frozen=True, slots=True)
class ShipmentItem:
    """A shipment by its number, or by its tracking number where it has no other.

    What is blank or ``None`` is not told and keeps what is stored; a new one needs order and
    channel. ``cost`` is in ``cost_currency``, blank: in the store's.
    """

    store: str
    external_id: str = ""
    tracking_number: str = ""
    order: str = ""
    channel: str = ""
    warehouse: str = ""
    dispatched_at: datetime | None = None
    promised_days: int | None = None
    outcome: str = ""
    outcome_at: datetime | None = None
    remote_area: bool | None = None
    cost: Decimal | None = None
    cost_currency: str = ""
    lines: tuple[ShippedLine, ...] | None = None
    events: tuple[EventItem, ...] = ()
    source_updated_at: datetime | None = None
    source_row: int | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.external_id or self.tracking_number


def check_channel(item: ChannelItem) -> list[FieldFault]:
    """Return everything wrong with a channel; empty when it is fine."""
    checks = _Checks(item.source_row)
    checks.text("code", item.code, 40)
    if "/" in item.code:
        checks.wrong("code", _("A code has no “/”: it stands in addresses."))
    checks.text("name", item.name, 100)
    checks.text("carrier", item.carrier, 100, blank=True)
    checks.known("kind", item.kind, ChannelKind.values)
    checks.days("promised_days", item.promised_days)
    checks.days("promised_days_remote", item.promised_days_remote)
    checks.days("silent_days", item.silent_days, least=1)
    return checks.faults


def check_shipment(item: ShipmentItem, now: datetime) -> list[FieldFault]:
    """Return everything wrong with a shipment by itself; what it names is not asked here."""
    checks = _Checks(item.source_row)
    checks.text("store", item.store, 40)
    if not item.name:
        message = _("Give the tracking number, or the number of the shipment in external_id.")
        checks.wrong("tracking_number", message)
    for field in ("external_id", "tracking_number", "order"):
        checks.number(field, getattr(item, field))
    for field in ("channel", "warehouse"):
        checks.text(field, getattr(item, field), 40, blank=True)
    if item.outcome:
        checks.known("outcome", item.outcome, [status.value for status in OUTCOMES])
        if item.outcome_at is None:
            checks.wrong("outcome_at", _("An outcome happened at some time: give outcome_at."))
    elif item.outcome_at is not None:
        checks.wrong("outcome", _("outcome_at tells when, outcome what: give both."))
    for field in ("dispatched_at", "outcome_at", "source_updated_at"):
        checks.past(field, getattr(item, field), now)
    checks.days("promised_days", item.promised_days)
    checks.cost(item)
    checks.lines(item.lines)
    if len(item.events) > MOST_EVENTS:
        message = _("A shipment has at most %(limit)d events in one delivery.")
        checks.wrong("events", message % {"limit": MOST_EVENTS})
        return checks.faults
    for place, event in enumerate(item.events):
        checks.event(event, now, f"events.{place}.")
    return checks.faults


def check_event(item: EventItem, now: datetime) -> list[FieldFault]:
    """Return everything wrong with news of a shipment; whether that exists is not asked here."""
    checks = _Checks(item.source_row)
    checks.text("store", item.store, 40)
    if not item.shipment:
        checks.wrong("shipment", _("Give the tracking number, or the number of the shipment."))
    checks.number("shipment", item.shipment)
    checks.event(item, now)
    return checks.faults


class _Checks(Checks):
    """The checks that shipments and their events share."""

    def known(self, field: str, value: str, choices: list[str]) -> None:
        """Ask for one of some words."""
        if value not in choices:
            message = _("%(field)s is “%(found)s”; known are: %(known)s.")
            safe = "".join(c if c.isprintable() else "?" for c in value[:60])
            words = {"field": field, "found": safe, "known": ", ".join(choices)}
            self.wrong(field, message % words)

    def number(self, field: str, value: str) -> None:
        """Ask for a number that may stand in an address, or none."""
        self.text(field, value, 100, blank=True)
        if "/" in value and field != "order":
            message = _("%(field)s has no “/”: it stands in addresses.")
            self.wrong(field, message % {"field": field})

    def days(self, field: str, value: int | None, *, least: int = 0) -> None:
        """Ask for a number of days that can be meant."""
        if value is not None and not least <= value <= MOST_DAYS:
            message = _("%(field)s lies between %(least)d and %(most)d.")
            self.wrong(field, message % {"field": field, "least": least, "most": MOST_DAYS})

    def past(self, field: str, value: datetime | None, now: datetime) -> None:
        """Ask for an instant of our time that is not in the future, or none."""
        if value is None:
            return
        self.instant(field, value)
        late = value.tzinfo is not None and value.year in YEARS and future_fault(value, now)
        if late:
            self.wrong(field, late)

    def cost(self, item: ShipmentItem) -> None:
        """Ask for an amount in a currency."""
        cost, currency = item.cost, item.cost_currency
        if cost is not None and not (
            cost.is_finite() and 0 <= cost < COST_BOUND and decimals(cost) <= 4
        ):
            self.wrong("cost", _("An amount of 0 or more, such as 1.25, is expected."))
        if currency and not known_currency(currency):
            message = _("%(code)s is no ISO 4217 currency such as EUR.")
            self.wrong("cost_currency", message % {"code": currency[:20]})
        elif currency and cost is None:
            self.wrong("cost", _("A currency without an amount says nothing: give the cost."))

    def lines(self, lines: tuple[ShippedLine, ...] | None) -> None:
        """Ask for pieces of lines, each named once."""
        given = lines or ()
        numbers = [line.line_no for line in given]
        if len(given) > MOST_LINES or len(set(numbers)) != len(numbers):
            message = _("Name each line of the order once, and at most %(limit)d of them.")
            self.wrong("lines", message % {"limit": MOST_LINES})
        for place, line in enumerate(given):
            if not 1 <= line.quantity <= MOST_PIECES:
                message = _("A quantity is a whole number from 1 to 1,000,000.")
                self.wrong(f"lines.{place}.quantity", message)

    def event(self, event: EventItem, now: datetime, prefix: str = "") -> None:
        """Ask for an event of a known kind."""
        self.known(f"{prefix}code", event.code, EventCode.values)
        self.past(f"{prefix}at", event.at, now)
        self.text(f"{prefix}text", event.text, TEXT_LENGTH, blank=True)
        self.text(f"{prefix}place", event.place, PLACE_LENGTH, blank=True)

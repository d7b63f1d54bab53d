"""Tickets and their events from outside: each taken once, and nobody's work undone."""

from datetime import UTC, datetime, timedelta

import pytest

from opsdesk.core.exchange import State
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.ticket_events import upsert_ticket_events
from orders.actions.ticket_files import upsert_tickets
from orders.actions.tickets import take_ticket
from orders.core.ticket_items import TicketEventItem, TicketItem
from orders.models import Ticket, TicketClock, TicketStep
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def item(number="A1", **values):
    values = {
        "store": "UK",
        "channel": "chat",
        "kind": "complaint",
        "subject": "Broken",
        "opened_at": NOW - 100 * HOUR,
    } | values
    return TicketItem(external_id=number, **values)


def event(what, hours, number="A1", **values):
    return TicketEventItem("UK", number, NOW - (100 - hours) * HOUR, what, **values)


def take(*items, scope=None, at=NOW):
    return [o.state for o in upsert_tickets(items, scope=scope, by=None, at=at)]


def take_events(*items):
    return [o.state for o in upsert_ticket_events(items, scope=None, by=None, at=NOW)]


def faults(*items, take=upsert_tickets):
    found = take(items, scope=None, by=None, at=NOW)
    return [(fault.field, fault.message) for one in found for fault in one.errors]


def clocks():
    rows = TicketClock.objects.order_by("ticket", "measure", "run_no")
    return [
        (row.measure, row.state, row.used_seconds // 3600, row.missed_at is not None)
        for row in rows
    ]


def written():
    tables = (Ticket, TicketStep, TicketClock, LifeEvent, AuditEntry)
    return [table.objects.count() for table in tables]


@pytest.fixture(autouse=True)
def shop():
    return make.store("UK")


def test_a_ticket_of_the_source_runs_by_its_times(shop):
    order = make.order(store=shop, external_id="o1", customer=make.customer(store=shop))

    states = take(
        item(
            order="o1",
            first_response_at=NOW - 70 * HOUR,
            resolved_at=NOW - 20 * HOUR,
            csat=4,
            source_updated_at=NOW,
        )
    )

    ticket = Ticket.objects.get()
    assert states == [State.CREATED]
    assert (ticket.status, ticket.csat, ticket.csat_at) == ("resolved", 4, NOW)
    assert (ticket.order, ticket.customer) == (order, order.customer)
    # 30 hours to the first answer are more than 24, 80 to the solution more than 72
    assert clocks() == [
        ("first_response", "stopped", 30, True),
        ("resolution", "stopped", 80, True),
    ]
    assert [(e.verb, e.state) for e in LifeEvent.objects.all()] == [("begin", "resolved")]


def test_the_same_again_changes_nothing():
    given = item(first_response_at=NOW - 70 * HOUR, source_updated_at=NOW)
    take(given)
    before = written()

    again = take(given, at=NOW + HOUR)

    assert (again, written()) == ([State.UNCHANGED], before)


def test_what_is_left_blank_is_kept(shop):
    make.order(store=shop, external_id="o1", customer=make.customer(store=shop))
    take(item(order="o1", language="de", priority="high", csat=4))

    state = take(item(subject="Still broken"))

    ticket = Ticket.objects.get()
    assert state == [State.UPDATED]
    assert (ticket.subject, ticket.language, ticket.priority) == ("Still broken", "de", "high")
    assert (ticket.order.external_id, ticket.customer.external_id, ticket.csat) == ("o1", "c1", 4)


def test_an_older_item_changes_nothing():
    take(item(subject="Now", source_updated_at=NOW))

    state = take(item(subject="Before", source_updated_at=NOW - HOUR))

    assert (state, Ticket.objects.get().subject) == ([State.UNCHANGED], "Now")


def test_a_later_item_moves_ticket_and_clocks():
    take(item())
    open_ = clocks()

    state = take(item(first_response_at=NOW - 90 * HOUR, resolved_at=NOW - 50 * HOUR))

    assert open_ == [("first_response", "running", 100, True), ("resolution", "running", 100, True)]
    assert state == [State.UPDATED]
    assert clocks() == [
        ("first_response", "stopped", 10, False),
        ("resolution", "stopped", 50, False),
    ]
    told = LifeEvent.objects.order_by("-pk").first()
    assert (told.verb, told.from_state, told.state) == ("told", "new", "resolved")


def test_what_somebody_works_on_here_is_not_moved_by_the_source():
    take(item())
    ticket, li = Ticket.objects.select_related("store").get(), make.agent("li")
    take_ticket(ticket, make.mover(li))

    state = take(item(subject="Still broken", resolved_at=NOW - HOUR))

    ticket.refresh_from_db()
    assert state == [State.UPDATED]
    assert (ticket.subject, ticket.status, ticket.owner) == ("Still broken", "open", li)
    assert [row[1] for row in clocks()] == ["running", "running"]


def test_one_bad_item_keeps_no_other_out():
    states = take(item("A1", kind="anger"), item("A2"), item("A2"))

    assert states == [State.ERROR, State.CREATED, State.ERROR]
    assert list(Ticket.objects.values_list("external_id", flat=True)) == ["A2"]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (
            {"store": "XX"},
            (
                "store",
                "There is no store XX that you see: load the stores first, or ask for it.",
            ),
        ),
        (
            {"kind": "anger"},
            ("kind", "kind is “anger”; known are: enquiry, after_sales, complaint."),
        ),
        ({"subject": " "}, ("subject", "The field subject is blank.")),
        ({"order": "o9"}, ("order", "UK has no order o9.")),
        ({"customer": "c9"}, ("customer", "UK has no customer c9.")),
        ({"csat": 6}, ("csat", "A satisfaction score is a whole number from 1 to 5.")),
        (
            {"resolved_at": NOW - 101 * HOUR},
            ("resolved_at", "resolved_at lies before the ticket was opened."),
        ),
        (
            {"opened_at": datetime(1, 1, 1, tzinfo=UTC)},
            ("opened_at", "0001-01-01T00:00:00+00:00 is no time of ours."),
        ),
        (
            {"source_updated_at": NOW + 25 * HOUR},
            (
                "source_updated_at",
                "2026-04-03T10:00:00+00:00 is more than a day in the future: set the clock of the "
                "source right.",
            ),
        ),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(values, fault):
    assert faults(item(**values)) == [fault]
    assert written() == [0, 0, 0, 0, 0]


def test_a_store_that_is_not_seen_is_as_one_that_is_not_there():
    away = make.scope(make.agent("away", department="elsewhere"))

    assert take(item(), scope=away) == [State.ERROR]
    assert Ticket.objects.count() == 0


def test_events_make_a_ticket_and_its_clocks():
    states = take_events(
        event("opened", 0, channel="phone", subject="Broken", kind="complaint"),
        event("answer", 2),
        event("wait", 3),
        event("resume", 23),
        event("change", 24, priority="major"),
        event("resolve", 30),
        event("close", 31),
    )

    ticket = Ticket.objects.get()
    assert states == [State.CREATED, *[State.UPDATED] * 6]
    assert (ticket.status, ticket.priority, ticket.channel) == ("closed", "major", "phone")
    # 20 of the 30 hours it waited
    assert clocks() == [
        ("first_response", "stopped", 2, False),
        ("resolution", "stopped", 10, False),
    ]


def test_events_in_pieces_and_again_end_in_the_same():
    whole = [event("opened", 0), event("answer", 2), event("resolve", 30)]
    take_events(*whole[:2])
    take_events(*whole[1:])
    before = clocks(), written()

    states = take_events(*whole)

    assert states == [State.UNCHANGED] * 3
    assert (clocks(), written()) == before


def test_events_begin_with_the_opening():
    assert faults(event("answer", 1), take=upsert_ticket_events) == [
        ("external_id", "There is no ticket A1: it begins with the event “opened”.")
    ]
    assert written() == [0, 0, 0, 0, 0]

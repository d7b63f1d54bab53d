"""The sweep tells the right people once, and not at midnight."""

from datetime import UTC, datetime, timedelta

import pytest

from opsdesk.core.errors import InvalidTransition
from orders.actions.escalations import see_escalation, sweep_clocks
from orders.actions.ticket_talk import Answer, answer_ticket
from orders.models import (
    CalendarSpan,
    Escalation,
    EscalationRule,
    SlaPolicy,
    Ticket,
    TicketClock,
    WorkCalendar,
)
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def raised():
    rows = Escalation.objects.order_by("pk").values_list("clock__measure", "level", "audience")
    return list(rows)


def test_who_is_told_when_follows_the_ladder():
    # complaints: first response within 24 hours, resolution within 72
    ticket = make.ticket(kind="complaint")

    told = {}
    for hours in (21.9, 22, 23, 24, 28, 60, 72, 96):
        sweep_clocks(at=NOW + hours * HOUR)
        told[hours] = raised()
        Escalation.objects.update(tell_at=NOW)

    team = ("first_response", 1, "team")
    chief = ("first_response", 2, "supervisor")
    head = ("first_response", 3, "head_office")
    assert told[21.9] == []
    # two hours before it is due, to the second
    assert told[22] == told[23] == [team]
    assert told[24] == [team, chief]
    assert told[28] == [team, chief, head]
    late = [team, chief, head, ("resolution", 1, "owner")]
    assert told[60] == late
    assert told[72] == [*late, ("resolution", 2, "supervisor")]
    assert told[96][-1] == ("resolution", 3, "head_office")
    assert Ticket.objects.get(pk=ticket.pk).escalation_level == 3


def test_an_enquiry_does_not_go_to_head_office():
    make.ticket()

    sweep_clocks(at=NOW + 200 * HOUR)

    assert raised() == [("first_response", 1, "team"), ("first_response", 2, "supervisor")]


def test_a_second_sweep_raises_nothing_anew_and_writes_nothing():
    make.ticket()
    first = sweep_clocks(at=NOW + 25 * HOUR)
    before = list(Escalation.objects.values())

    second = sweep_clocks(at=NOW + 26 * HOUR)

    assert (first, second) == (2, 0)
    assert list(Escalation.objects.values()) == before


def test_what_is_due_to_the_second_is_not_missed_yet():
    make.ticket()

    sweep_clocks(at=NOW + 24 * HOUR)
    due = TicketClock.objects.get(measure="first_response").missed_at
    sweep_clocks(at=NOW + 24 * HOUR + timedelta(seconds=1))
    late = TicketClock.objects.get(measure="first_response").missed_at

    assert (due, late) == (None, NOW + 24 * HOUR)


def test_what_was_answered_is_not_escalated():
    ticket = make.ticket()
    answer_ticket(ticket, Answer("Hello"), make.mover(make.agent(), at=NOW + HOUR))

    assert sweep_clocks(at=NOW + 100 * HOUR) == 0


def test_nobody_is_told_at_midnight():
    office = WorkCalendar.objects.create(code="office", name="Office", time_zone="Asia/Shanghai")
    for weekday in range(5):
        CalendarSpan.objects.create(calendar=office, weekday=weekday, start=540, end=1080)
    SlaPolicy.objects.create(
        name="Office", measure="first_response", kind="enquiry", minutes=60, calendar=office
    )
    # Friday, 3 April 2026, 17:30 in Shanghai: due on Monday at 9:30
    make.ticket(at=datetime(2026, 4, 3, 9, 30, tzinfo=UTC))
    sunday = datetime(2026, 4, 5, 16, 0, tzinfo=UTC)

    EscalationRule.objects.filter(measure="first_response", level=1).update(
        minutes_after_due=-24 * 60
    )
    sweep_clocks(at=sunday)

    # raised in the night from Sunday to Monday, told when work begins
    assert list(Escalation.objects.values_list("level", "raised_at", "tell_at")) == [
        (1, sunday, datetime(2026, 4, 6, 1, 0, tzinfo=UTC))
    ]


def test_an_escalation_is_seen_once():
    make.ticket()
    sweep_clocks(at=NOW + 23 * HOUR)
    li, escalation = make.agent("li"), Escalation.objects.get()

    see_escalation(escalation, make.mover(li, at=NOW + 23 * HOUR))

    assert (escalation.seen_by, escalation.seen_at) == (li, NOW + 23 * HOUR)
    with pytest.raises(InvalidTransition):
        see_escalation(Escalation.objects.get(), make.mover(make.agent(), at=NOW + 24 * HOUR))
    assert Escalation.objects.get().seen_by == li


@pytest.mark.parametrize("count", [1, 5])
def test_the_sweep_is_a_fixed_number_of_statements(count, django_assert_num_queries):
    for _number in range(count):
        make.ticket(kind="complaint")

    with django_assert_num_queries(19):
        sweep_clocks(at=NOW + 200 * HOUR)

"""Many who want the same ticket, and sweeps at the same moment."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from orders.actions import ticket_events, ticket_files
from orders.actions.escalations import sweep_clocks
from orders.actions.ticket_events import upsert_ticket_events
from orders.actions.ticket_files import upsert_tickets
from orders.actions.ticket_talk import Letter, customer_wrote
from orders.actions.tickets import merge_tickets, take_ticket
from orders.core.ticket_items import TicketEventItem, TicketItem
from orders.models import Escalation, Ticket, TicketClock, TicketMessage
from tests import factories as make
from tests.factories import NOW
from tests.races.crowd import at_once, interrupted

pytestmark = pytest.mark.django_db(transaction=True)
LATE = NOW + timedelta(hours=30)


def test_of_fifty_who_take_a_ticket_one_gets_it():
    ticket = make.ticket()
    agents = [make.agent() for _number in range(50)]

    def take(agent):
        take_ticket(Ticket.objects.get(pk=ticket.pk), make.mover(agent))
        return "taken"

    found = at_once(*[partial(take, agent) for agent in agents])

    assert found == {"taken": 1, "Conflict": 49}
    assert Ticket.objects.get().owner in agents


def test_sweeps_at_once_raise_each_escalation_once():
    tickets = [make.ticket(kind="complaint") for _number in range(20)]

    found = at_once(*[lambda: sweep_clocks(at=LATE)] * 8)

    # first response: the department, its supervisors, head office; resolution is not due yet
    assert sum(number * times for number, times in found.items()) == 60
    assert Counter(Escalation.objects.values_list("ticket", "level")) == {
        (ticket.pk, level): 1 for ticket in tickets for level in (1, 2, 3)
    }


def test_the_same_mail_at_once_is_one_message():
    ticket = make.ticket()

    def write():
        customer_wrote(ticket, Letter("Hello?", message_id="<1@example.com>"), make.mover())
        return "written"

    found = at_once(*[write] * 20)

    assert found == {"written": 20}
    assert TicketMessage.objects.filter(text="Hello?").count() == 1


def test_two_that_are_merged_into_each_other_leave_one():
    one, other = make.ticket(), make.ticket()

    def merge(duplicate, into):
        merge_tickets([duplicate], into, make.mover())
        return "merged"

    found = at_once(partial(merge, one, other), partial(merge, other, one))

    assert found == {"merged": 1, "InvalidTransition": 1}
    assert sorted(Ticket.objects.values_list("status", flat=True)) == ["merged", "new"]
    assert TicketClock.objects.filter(ticket__status="new", state="running").exists()


def delivered(subject="Broken"):
    given = TicketItem("UK", "A1", "chat", "complaint", subject, NOW - timedelta(hours=2))
    [answer] = upsert_tickets([given], scope=None, by=None, at=NOW)
    return answer.state.value


def taken(agent):
    take_ticket(Ticket.objects.get(), make.mover(agent))
    return "taken"


def test_a_ticket_that_is_taken_amid_a_delivery_stays_with_who_took_it():
    make.store()
    agent = make.agent()
    delivered()

    found = interrupted(
        ticket_files, "check_ticket", lambda: delivered("Very broken"), lambda: taken(agent)
    )

    assert found == ("updated", "taken")
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.status, ticket.owner) == ("Very broken", "open", agent)


def test_a_ticket_that_is_taken_amid_its_events_stays_with_who_took_it():
    make.store()
    agent = make.agent()
    delivered()

    def told():
        event = TicketEventItem("UK", "A1", NOW, "resolve")
        [answer] = upsert_ticket_events([event], scope=None, by=None, at=NOW)
        return answer.state.value

    found = interrupted(ticket_events, "check_event", told, lambda: taken(agent))

    # The source was first: what is resolved is nobody's to take.
    assert found == ("updated", "InvalidTransition")
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.owner) == ("resolved", None)

"""Many who want the same ticket, and sweeps at the same moment."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from orders.actions.escalations import sweep_clocks
from orders.actions.ticket_talk import Letter, customer_wrote
from orders.actions.tickets import merge_tickets, take_ticket
from orders.models import Escalation, Ticket, TicketClock, TicketMessage
from tests import factories as make
from tests.factories import NOW
from tests.races.crowd import at_once

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
